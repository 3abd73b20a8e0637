/* SPDX-License-Identifier: ISC
 *
 * The recorder as its own files see it: record.c opens the parts and passes events on,
 * transaction.c and client.c make the files of a directory, eve*.c the JSON.
 */
#ifndef WB_RECORD_RECORDER_H
#define WB_RECORD_RECORDER_H

#include "base/budget.h"
#include "record/capture_file.h"
#include "record/eve.h"
#include "record/fault.h"
#include "record/record.h"
#include "record/sink.h"

struct wb__recorder {
    struct wb_record_options options; /* without its strings */
    struct wb_http_options http;
    struct wb_record_stats stats; /* those that no part below keeps itself */
    struct wb__faults faults;
    struct wb__budget budget;
    bool has_json;
    struct wb__sink json;
    struct wb__eve eve;
    struct wb__capture_file *capture;
    int64_t first_ns, now_ns; /* 0 until told */
    int64_t next_stats_ns;
    int64_t flushed_ns;
    struct wb_source_stats source; /* the last that was told */
    bool has_source;
};

/* Puts eve->line into the JSON output. */
void wb__recorder_write_line(struct wb__recorder *recorder);

#endif
