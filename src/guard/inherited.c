/* SPDX-License-Identifier: ISC
 *
 * Which descriptors a program was started with. One poll(2) tells which of the low ones are
 * open; higher ones no shell gives to anybody, and they are closed at once.
 */
#include "guard/inherited.h"

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <wirebeam/guard.h>

#define FIRST 3
#define LOW   1024

static bool was_there[LOW];

static void close_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
#endif
    for (long i = sysconf(_SC_OPEN_MAX); i-- > first;)
        close((int)i);
}

/* A file that is opened must never become a standard one. */
static void fill_standard(void)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (fcntl(i, F_GETFD) < 0)
            open("/dev/null", O_RDWR); /* the lowest that is free: this one */
}

void wb_guard_close_inherited(void)
{
    fill_standard();
    close_from(FIRST);
    memset(was_there, 0, sizeof was_there); /* what gets their numbers is ours */
}

void wb_guard_note_inherited(void)
{
    fill_standard();
    struct pollfd descriptors[LOW];
    for (int i = 0; i < LOW; i++)
        descriptors[i] = (struct pollfd){.fd = i};
    bool is_known = poll(descriptors, LOW, 0) >= 0;
    for (int i = FIRST; is_known && i < LOW; i++)
        was_there[i] = !(descriptors[i].revents & POLLNVAL);
    close_from(LOW);
}

void wb__inherited_close_noted(void)
{
    for (int i = FIRST; i < LOW; i++) {
        if (was_there[i])
            close(i);
        was_there[i] = false;
    }
}
