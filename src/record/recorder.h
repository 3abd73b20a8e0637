/* SPDX-License-Identifier: ISC
 *
 * The recorder as its own files see it: record.c opens the parts and passes events on,
 * exchange.c, keep.c and client.c make the files of a directory, eve*.c the JSON.
 */
#ifndef WB_RECORD_RECORDER_H
#define WB_RECORD_RECORDER_H

#include <xxhash.h>

#include "base/budget.h"
#include "base/list.h"
#include "record/capture_file.h"
#include "record/eve.h"
#include "record/fault.h"
#include "record/record.h"
#include "record/seen.h"
#include "record/sink.h"
#include "record/store.h"

struct wb__recorder {
    struct wb_record_options options; /* without its strings */
    struct wb_http_options http;
    struct wb_record_stats stats; /* those that no part below keeps itself */
    struct wb__faults faults;
    struct wb__budget budget, decoders; /* unfinished transactions; content decoders */
    struct wb__budget states; /* what there is of unfinished transactions besides bytes: no
                                 limit of its own, the http stage has one for their heads */
    EVP_MD *sha256;

    bool has_json;
    struct wb__sink json;
    struct wb__eve eve;

    struct wb__capture_file *capture;
    struct wb_source_stats source; /* the last that was told, for the capture file */
    bool has_source;

    bool has_store;             /* a directory, in one of two ways: */
    bool has_transaction_files; /* etag and sha256 naming */
    bool has_client_files;      /* client naming */
    struct wb__store store;
    struct wb__seen seen;
    XXH3_state_t *reader;         /* for files that are compared */
    struct wb__link transactions; /* all that are not over (wb__exchange.all) */
    struct wb__link spare;        /* to be used again */
    unsigned spare_count;
    struct wb__link dirty;         /* with borrowed bytes (wb__exchange.dirty) */
    struct wb__link clients;       /* flows (wb__client.all) */
    struct wb__link dirty_clients; /* wb__client.dirty */

    int64_t first_ns, now_ns; /* 0 until told */
    int64_t next_stats_ns;
    int64_t flushed_ns;
};

/* Puts eve->line into the JSON output. */
void wb__recorder_write_line(struct wb__recorder *recorder);

/* Counts a transaction or client file that was lost; returns the cause's name. */
const char *wb__recorder_count_loss(struct wb__recorder *recorder, enum wb__loss loss);

#endif
