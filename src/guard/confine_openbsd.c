/* SPDX-License-Identifier: ISC
 *
 * OpenBSD: unveil(2) for the directory, pledge(2) for the system calls. "route" is to ask a held
 * socket whether the interface is up (device_none.c), "inet" to send to an address.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <wirebeam/guard.h>

#include "base/error.h"
#include "guard/state.h"

#define FILE_PROMISES      "stdio"
#define LIVE_PROMISES      "stdio bpf route"
#define SENDS_PROMISES     "stdio bpf route inet"
#define DIRECTORY_PROMISES "stdio bpf route rpath wpath cpath"

static const char *promises_of(const struct wb_guard_options *options)
{
    if (options->directory)
        return DIRECTORY_PROMISES;
    if (options->sends)
        return SENDS_PROMISES;
    return options->is_live ? LIVE_PROMISES : FILE_PROMISES;
}

static int failure(const char *what, struct wb_error *error)
{
    return wb__error_set(error, WB_E_SYSTEM, errno, "%s: %s", what, strerror(errno));
}

int wb_guard_confine(const struct wb_guard_options *options, struct wb_error *error)
{
    if (options->mode == WB_GUARD_OFF)
        return 0;
    wb__guard_directory_close();
    if (options->mode == WB_GUARD_REPORT)
        return wb__error_set(error, WB_E_UNSUPPORTED, 0, "pledge cannot only report");
    if (options->directory &&
        (unveil(options->directory, "rwc") < 0 || unveil(NULL, NULL) < 0))
        return failure("unveil", error);
    if (options->directory)
        wb__guard_add_means("unveil");
    if (pledge(promises_of(options), "") < 0)
        return failure("pledge", error);
    wb__guard_add_means("pledge");
    return wb__guard_settle(NULL, error);
}

bool wb_guard_needs_writer(void)
{
    return false;
}

void wb_guard_print_roles(FILE *stream)
{
    fputs("file: " FILE_PROMISES "\nlive: " LIVE_PROMISES "\nsends: " SENDS_PROMISES
          "\ndirectory: " DIRECTORY_PROMISES "\n", stream);
}
