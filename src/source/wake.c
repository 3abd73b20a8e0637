/* SPDX-License-Identifier: ISC */
#include "source/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

static int make_quiet(int descriptor)
{
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0)
        return -1;
    return fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

int wb__wake_open(struct wb__wake *wake, struct wb_error *error)
{
    int ends[2];
    wake->read_end = wake->write_end = -1;
    atomic_init(&wake->is_rung, false);
    if (pipe(ends) < 0)
        return wb__error_set(error, WB_E_SYSTEM, errno, "a pipe could not be made: %s",
                             strerror(errno));
    wake->read_end = ends[0];
    wake->write_end = ends[1];
    if (make_quiet(ends[0]) < 0 || make_quiet(ends[1]) < 0)
        return wb__error_set(error, WB_E_SYSTEM, errno, "a pipe could not be set up: %s",
                             strerror(errno));
    return 0;
}

void wb__wake_ring(struct wb__wake *wake)
{
    int saved = errno;
    atomic_store_explicit(&wake->is_rung, true, memory_order_release);
    /* A full pipe is as good as one more byte in it. */
    ssize_t written = write(wake->write_end, "", 1);
    (void)written;
    errno = saved;
}

void wb__wake_close(struct wb__wake *wake)
{
    if (wake->read_end >= 0)
        close(wake->read_end);
    if (wake->write_end >= 0)
        close(wake->write_end);
    wake->read_end = wake->write_end = -1;
}

int wb__wake_wait(struct wb__wake *wake, int descriptor, int timeout_ms, struct wb_error *error)
{
    /* Once rung the pipe is left out: what may still be waited for has its own end. */
    bool is_rung = wb__wake_is_rung(wake);
    struct pollfd fds[2] = {{.fd = descriptor, .events = POLLIN},
                            {.fd = is_rung ? -1 : wake->read_end, .events = POLLIN}};
    int ready = poll(fds, 2, timeout_ms);
    if (ready < 0 && errno != EINTR)
        return wb__error_set(error, WB_E_SYSTEM, errno, "waiting for packets failed: %s",
                             strerror(errno));
    return ready > 0 ? fds[0].revents : 0;
}

int64_t wb__clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int wb__timeout_left(int timeout_ms, int64_t start_ms)
{
    if (timeout_ms <= 0)
        return timeout_ms;
    int64_t spent = wb__clock_ms() - start_ms;
    return spent >= timeout_ms ? 0 : (int)(timeout_ms - spent);
}
