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
#include <sys/types.h>

#include <wirebeam/error.h>

#include "record/fault.h"

#define WB__SINK_RECORDS 4096 /* held in the buffer at most */

enum wb__sink_mode {
    WB__SINK_APPEND,   /* lines, after what is there; half a line is put right (mend.h) */
    WB__SINK_TRUNCATE, /* instead of what is there */
};

#define WB__BACKLOG_BYTES (256u << 10)

/* Records that wait to be written. In shared memory (base/shared.h), so that those of a process that
 * dies are written by the one that is forked next. */
struct wb__backlog {
    uint32_t count;
    uint8_t is_writing; /* not 0: they are written right now */
    off_t start;        /* from there on, where it is a regular file */
    size_t ends[WB__SINK_RECORDS];
    uint8_t bytes[WB__BACKLOG_BYTES];
};

struct wb__backlog *wb__backlog_new(void);
void wb__backlog_free(struct wb__backlog *backlog); /* NULL is accepted */

static inline size_t wb__backlog_length(const struct wb__backlog *backlog)
{
    return backlog->count ? backlog->ends[backlog->count - 1] : 0;
}

struct wb__sink {
    int fd;
    bool is_regular; /* a file that can be cut back */
    bool has_name;   /* which somebody may remove */
    bool is_broken;  /* half a record went into something that is not a file */
    char name[128];
    struct wb__faults *faults;
    struct wb__backlog *backlog;
    bool owns_backlog;
    uint8_t *large;          /* a record that is longer than the backlog */
    uint64_t records, bytes; /* written */
    uint64_t lost;           /* records */
    unsigned mended;         /* halves of lines, taken off at the start */
};

/* path "-" is standard output, which is not closed at the end. A file that is made has mode
 * 0600, one that is there keeps its own. On failure nothing is
 * held. faults must outlive the sink, and so must backlog; where that is NULL, the sink has its own.
 * What waits in it, left by another process that counted it as written, is written first. */
int wb__sink_open(struct wb__sink *sink, const char *path, enum wb__sink_mode mode,
                  struct wb__backlog *backlog, struct wb__faults *faults, struct wb_error *error);

/* Written, and waiting. */
static inline uint64_t wb__sink_records(const struct wb__sink *sink)
{
    return sink->records + sink->backlog->count;
}

static inline uint64_t wb__sink_bytes(const struct wb__sink *sink)
{
    return sink->bytes + wb__backlog_length(sink->backlog);
}

/* Room for a record of length bytes, to be filled and then committed; NULL when there
 * is no memory for it: the record is then counted as lost. */
uint8_t *wb__sink_reserve(struct wb__sink *sink, size_t length);
void wb__sink_commit(struct wb__sink *sink, size_t length);

/* Writes the backlog out. Where the file is not in its directory any more, that is a failure:
 * nobody would find what is written. */
void wb__sink_flush(struct wb__sink *sink);

/* The same, and has the disk take it. */
void wb__sink_sync(struct wb__sink *sink);

/* Flushes and closes; safe to repeat. */
void wb__sink_close(struct wb__sink *sink);

#endif
