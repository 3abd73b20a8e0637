/* SPDX-License-Identifier: ISC
 *
 * The words of a failed write: what failed, on what, and what a person can do.
 */
#include "record/fault.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/error.h"

static const char *advice(int system)
{
    switch (system) {
    case ENOSPC:
    case EDQUOT:
        return "; free some space there or record elsewhere";
    case EMFILE:
    case ENFILE:
        return "; raise the limit of open files (ulimit -n)";
    case EFBIG:
        return "; raise the limit of a file's size (ulimit -f)";
    case EACCES:
    case EPERM:
    case EROFS:
        return "; make the directory writable or record elsewhere";
    case ENOENT:
        return "; was the directory removed?";
    case EPIPE:
        return "; its reader has gone away";
    default:
        return "";
    }
}

static enum wb__loss class_of(int system)
{
    return system == ENOSPC || system == EDQUOT ? WB__LOSS_DISK_FULL : WB__LOSS_ERROR;
}

enum wb__loss wb__fault_note(struct wb__faults *faults, int system, const char *directory,
                             const char *name)
{
    enum wb__loss loss = class_of(system);
    if (!faults->first.code)
        wb__error_set(&faults->first, loss == WB__LOSS_DISK_FULL ? WB_E_FULL : WB_E_SYSTEM, system,
                      "cannot write '%.80s%s%.80s': %s%s", directory ? directory : "",
                      directory ? "/" : "", name, strerror(system), advice(system));
    return loss;
}

enum wb__loss wb__fault_quota(struct wb__faults *faults, const char *directory, const char *what)
{
    if (!faults->first.code)
        wb__error_set(&faults->first, WB_E_LIMIT, EDQUOT,
                      "the quota of %s for '%.120s' is reached; raise it or record elsewhere", what,
                      directory);
    return WB__LOSS_QUOTA;
}

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void wb__fault_enter(struct wb__faults *faults)
{
    if (faults->depth++ == 0)
        faults->entered_ns = clock_ns();
}

void wb__fault_leave(struct wb__faults *faults)
{
    if (--faults->depth == 0)
        faults->write_ns += clock_ns() - faults->entered_ns;
}
