/* SPDX-License-Identifier: ISC
 *
 * FreeBSD: capsicum(4). In capability mode nothing can be named any more, no file, address or
 * process; files are opened below a directory that is held, and never above it. That is all that
 * is needed to read packets, and the directory is the store's own descriptor. To send them to an
 * address it is too little.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/capsicum.h>
#include <sys/socket.h>

#include <wirebeam/guard.h>

#include "base/error.h"
#include "guard/state.h"

#define DESCRIPTORS_MAX 1024

/* Frames go out by bpf(4), which is no socket; packets by raw sockets, and sendto(2) with an
 * address fails in capability mode. */
static bool sends_to_addresses(const struct wb_guard_options *options)
{
    for (int i = 0; i < DESCRIPTORS_MAX && options->sends; i++) {
        int type = 0;
        socklen_t length = sizeof type;
        if (getsockopt(i, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_RAW)
            return true;
    }
    return false;
}

int wb_guard_confine(const struct wb_guard_options *options, struct wb_error *error)
{
    if (options->mode == WB_GUARD_OFF)
        return 0;
    wb__guard_directory_close();
    if (options->mode == WB_GUARD_REPORT)
        return wb__error_set(error, WB_E_UNSUPPORTED, 0, "capsicum cannot only report");
    if (sends_to_addresses(options))
        return wb__guard_settle("capsicum permits no sending to an address", error);
    if (cap_enter() == 0) {
        wb__guard_add_means("capsicum");
        return wb__guard_settle(NULL, error);
    }
    if (errno == ENOSYS)
        return wb__guard_settle("this kernel has no capsicum", error);
    return wb__error_set(error, WB_E_SYSTEM, errno, "capsicum: %s", strerror(errno));
}

bool wb_guard_needs_writer(void)
{
    return false;
}

void wb_guard_print_roles(FILE *stream)
{
    fputs("every role: capability mode of capsicum(4)\n", stream);
}
