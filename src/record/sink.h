/* SPDX-License-Identifier: ISC
 *
 * A buffered output of records to a descriptor: JSON lines and capture files go
 * through it. A record is written whole or counted as lost: when the disk is full in
 * the middle of one, a regular file is cut back to the record's start. A later record
 * is tried again, since a full disk may become free.
 */
#ifndef WB_RECORD_SINK_H
#define WB_RECORD_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/error.h>

#include "record/fault.h"

#define WB__SINK_RECORDS 4096 /* held in the buffer at most */

enum wb__sink_mode {
    WB__SINK_APPEND,   /* lines, after what is there; half a line is put right (mend.h) */
    WB__SINK_TRUNCATE, /* instead of what is there */
};

struct wb__sink {
    int fd;
    bool is_regular; /* a file that can be cut back */
    bool has_name;   /* which somebody may remove */
    bool is_broken;  /* half a record went into something that is not a file */
    char name[128];
    struct wb__faults *faults;
    uint8_t *buffer;
    size_t length, capacity;
    size_t ends[WB__SINK_RECORDS]; /* of the records in the buffer */
    uint32_t count;
    uint64_t records, bytes; /* written */
    uint64_t lost;           /* records */
    unsigned mended;         /* halves of lines, taken off at the start */
};

/* path "-" is standard output, which is not closed at the end. A file that is made has mode
 * 0600, one that is there keeps its own. On failure nothing is
 * held. faults must outlive the sink. */
int wb__sink_open(struct wb__sink *sink, const char *path, enum wb__sink_mode mode,
                  struct wb__faults *faults, struct wb_error *error);

/* Room for a record of length bytes, to be filled and then committed; NULL when there
 * is no memory for it: the record is then counted as lost. */
uint8_t *wb__sink_reserve(struct wb__sink *sink, size_t length);
void wb__sink_commit(struct wb__sink *sink, size_t length);

/* Writes the buffer out. Where the file is not in its directory any more, that is a failure:
 * nobody would find what is written. */
void wb__sink_flush(struct wb__sink *sink);

/* The same, and has the disk take it. */
void wb__sink_sync(struct wb__sink *sink);

/* Flushes and closes; safe to repeat. */
void wb__sink_close(struct wb__sink *sink);

#endif
