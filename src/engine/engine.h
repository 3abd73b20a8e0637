/* SPDX-License-Identifier: ISC
 *
 * The engine from the inside: what engine.c (the loop over batches) and joint.c (the
 * stages' events, passed on to the next stage, the recorder and the user) share.
 */
#ifndef WB_ENGINE_ENGINE_H
#define WB_ENGINE_ENGINE_H

#include <stdatomic.h>
#include <stdbool.h>

#include <wirebeam/engine.h>

#include "base/slab.h"
#include "engine/handover.h"
#include "flow/flow.h"
#include "flow/fragment.h"
#include "http/http.h"
#include "record/legacy.h"
#include "record/record.h"
#include "source/source.h"

#define WB__BATCH_PACKETS     4096 /* packets of a batch: what the recorder can gather */
#define WB__BATCH_DECODED     16   /* decoded together, so that prefetches have time */
#define WB__BATCH_HANDED_OVER 256  /* counted together for a process that goes on after this one */

struct wb_engine {
    struct wb_handlers handlers;
    void *context;
    bool needs_decode, needs_fragments, needs_flow,
        needs_http; /* a stage that nobody needs does not run */
    bool records_packets, records_flows, records_http, records_http_bytes, records_streams;
    bool is_live;

    struct wb__source *source;
    struct wb__fragment_table *fragments;
    struct wb__flow_table *flows;
    struct wb__http *http;
    struct wb__recorder *recorder;
    struct wb__slab joints;          /* struct wb__joint */
    struct wb__budget joints_memory; /* told as that of flows, which limit it */

    uint64_t packets_left; /* until max_packets */
    unsigned interfaces_told;
    int64_t now_ns; /* the latest packet time */
    atomic_bool stopped;
    const struct wb_packet *current; /* the packet whose bytes are borrowed right now */
    struct wb_decode_stats decode_stats;
    struct wb__handover *handover; /* NULL where processes are not to follow one another */
    struct wb__legacy legacy;      /* what is recorded goes on with; nothing there */
    struct wb_engine_progress own_progress, *progress; /* that of handover, or own */
    struct wb_stats before;                            /* what processes before this one counted */
    uint64_t left_out; /* number of the last packet that is theirs */
    struct wb_packet packets[WB__BATCH_PACKETS];
    struct wb_decoded decoded[WB__BATCH_DECODED];
    struct wb__flow_lookup lookups[WB__BATCH_DECODED];
};

/* What the engine keeps of a flow that carried bytes (wb_flow.engine). */
struct wb__joint {
    struct wb__http_stream *http;
    bool wants_bytes;  /* http still reads the stream */
    bool is_role_told; /* to the recorder: which side is the client's */
    void *record;      /* the recorder's own */
};

extern const struct wb__flow_events wb__joint_flow_events;
wb__fragment_anomaly_handler wb__joint_fragment_anomaly;
extern const struct wb__http_events wb__joint_http_events;

#endif
