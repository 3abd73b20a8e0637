/* SPDX-License-Identifier: ISC
 *
 * What went wrong in writing: the first failure with its words, kept for the summary,
 * and the class that each one is counted under. Failures never stop the capture and
 * are never printed from here.
 */
#ifndef WB_RECORD_FAULT_H
#define WB_RECORD_FAULT_H

#include <stdint.h>

#include <wirebeam/error.h>

enum wb__loss {
    WB__LOSS_NONE = 0,
    WB__LOSS_DISK_FULL, /* ENOSPC, EDQUOT */
    WB__LOSS_QUOTA,     /* max_bytes or max_files */
    WB__LOSS_ERROR,     /* all else */
};

struct wb__faults {
    struct wb_error first; /* code 0 while nothing failed */
    uint64_t write_ns;     /* time spent in writing */
    uint64_t entered_ns;   /* when the writing that goes on began */
    unsigned depth;        /* of wb__fault_enter */
};

/* Remembers that writing name (in directory, which may be NULL) failed with errno
 * system, and returns the class. */
enum wb__loss wb__fault_note(struct wb__faults *faults, int system, const char *directory,
                             const char *name);

/* The same for a quota: what is "bytes" or "files". Returns WB__LOSS_QUOTA. */
enum wb__loss wb__fault_quota(struct wb__faults *faults, const char *directory, const char *what);

/* Around what may wait for a disk or a reader: its time goes to write_ns. May nest. */
void wb__fault_enter(struct wb__faults *faults);
void wb__fault_leave(struct wb__faults *faults);

#endif
