/* SPDX-License-Identifier: ISC
 *
 * Linux: landlock for files, network and signals; seccomp for everything, since a call that
 * cannot be made has no bug that could be met. Of the two, landlock is the one that knows
 * directories; where the kernel lacks it, a process leaves its files to a writer and can open
 * none at all. The writer, like whoever has none and makes files all the same, has its directory
 * as its root (rights_linux.c), or it can open others, too, as far as its user may.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include <wirebeam/guard.h>

#include "base/error.h"
#include "guard/calls.h"
#include "guard/landlock.h"
#include "guard/probe.h"
#include "guard/report.h"
#include "guard/seccomp.h"
#include "guard/state.h"

static unsigned roles_of(const struct wb_guard_options *options)
{
    if (options->is_writer)
        return WB__ROLE_WRITER;
    return (options->is_live ? WB__ROLE_LIVE : WB__ROLE_FILE) |
           (options->directory ? WB__ROLE_DIRECTORY : 0U) |
           (wb__guard_writer() >= 0 ? WB__ROLE_HAS_WRITER : 0U) |
           (options->sends ? WB__ROLE_SENDS : 0U) | (options->asks ? WB__ROLE_ASKS : 0U) |
           (options->lends ? WB__ROLE_LENDS : 0U);
}

static int confine_files(const struct wb_guard_options *options, struct wb_error *error)
{
    int directory = -1;
    if (options->directory)
        directory = wb__guard_directory(options->directory, error);
    if (options->directory && directory < 0)
        return directory;
    int failed = wb__landlock_confine(directory);
    wb__guard_directory_close();
    if (failed == 0)
        wb__guard_add_means("landlock");
    else if (failed != ENOSYS && failed != EOPNOTSUPP)
        return wb__error_set(error, WB_E_SYSTEM, failed, "landlock: %s", strerror(failed));
    if (wb__guard_writer() >= 0)
        wb__guard_add_means("writer");
    return failed == 0 || wb__guard_has_means(WB__MEANS_CHROOT);
}

/* Whatever else the system lacks, no process and no thread comes from one that makes no files, which
 * is all that threads are for (nameless_linux.c). */
static int forbid_processes(const struct wb_guard_options *options, struct wb_error *error)
{
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    bool makes_files = options->directory && !options->is_writer;
    if (makes_files || setrlimit(RLIMIT_NPROC, &none) == 0)
        return 0;
    return wb__error_set(error, WB_E_SYSTEM, errno, "RLIMIT_NPROC: %s", strerror(errno));
}

/* Sanitizers ask the system for more than we do, and at any time. */
static int confine_calls(const struct wb_guard_options *options, struct wb_error *error)
{
#ifdef WB_GUARD_SANITIZED
    (void)forbid_processes, (void)options, (void)error;
    return 0;
#else
    if (forbid_processes(options, error) < 0)
        return WB_E_SYSTEM;
    int result = wb__seccomp_confine(roles_of(options), WB__SECCOMP_DENY, 0);
    if (result >= 0)
        wb__guard_add_means("seccomp");
    else if (result != -ENOSYS && result != -EINVAL)
        return wb__error_set(error, WB_E_SYSTEM, -result, "seccomp: %s", strerror(-result));
    return result >= 0;
#endif
}

static int report(const struct wb_guard_options *options, struct wb_error *error)
{
    wb__guard_directory_close();
    int result = wb__report_start(roles_of(options));
    if (result < 0)
        return wb__error_set(error, WB_E_UNSUPPORTED, -result,
                             "what would be denied cannot be told: seccomp: %s", strerror(-result));
    return wb__guard_settle("it only reports", error);
}

static const char *missing(const struct wb_guard_options *options, bool has_files, bool has_calls)
{
    if (!has_calls)
        return "this kernel, or this build, has no seccomp";
    bool is_ours = options->directory && !has_files;
    bool is_the_writers = wb__guard_writer() >= 0 && !wb__guard_writer_is_complete();
    return is_ours || is_the_writers
               ? "this kernel has no landlock for the directory, and chroot is not permitted"
               : NULL;
}

int wb_guard_confine(const struct wb_guard_options *options, struct wb_error *error)
{
    if (options->mode == WB_GUARD_OFF)
        return 0;
    if (options->mode == WB_GUARD_REPORT)
        return report(options, error);
    int has_files = confine_files(options, error);
    if (has_files < 0)
        return has_files;
    int has_calls = confine_calls(options, error);
    if (has_calls < 0)
        return has_calls;
    int result = wb__guard_settle(missing(options, has_files, has_calls), error);
    if (result == 0)
        wb__guard_probe();
    return result;
}

bool wb_guard_needs_writer(void)
{
    return wb__landlock_version() == 0;
}

static void print(FILE *stream, const char *title, unsigned role)
{
    fprintf(stream, "%s:\n", title);
    for (unsigned i = 0; i < wb__call_count; i++) {
        const struct wb__call *call = &wb__calls[i];
        if (!(call->roles & role) || (role == WB__ROLE_LIVE && call->roles & WB__ROLE_FILE))
            continue;
        fprintf(stream, "  %s%s%s\n", call->name, call->only ? ": " : "",
                call->only ? call->only : "");
    }
}

void wb_guard_print_roles(FILE *stream)
{
    print(stream, "system calls of each role", WB__ROLE_FILE);
    print(stream, "of one that takes packets from a socket, besides", WB__ROLE_LIVE);
    print(stream, "of one that sends, besides", WB__ROLE_SENDS);
    print(stream, "of one that reads answers by the same socket, besides", WB__ROLE_ASKS);
    print(stream, "of one that lends memory to its standard output, besides", WB__ROLE_LENDS);
    print(stream, "of one that makes files in a directory, besides", WB__ROLE_DIRECTORY);
    print(stream, "of one whose files a writer makes, besides", WB__ROLE_HAS_WRITER);
    print(stream, "of a writer, and no others", WB__ROLE_WRITER);
}
