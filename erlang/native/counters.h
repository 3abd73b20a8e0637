/* SPDX-License-Identifier: ISC
 *
 * X(section, name): the counters that STATS and EVENT_STATS send, in this order. A section is
 * a part of struct wb_stats, "worker": struct worker_stats, or "inject": struct
 * wb_inject_stats. The Erlang side has the same list, and its test reads this one, a line for
 * each.
 */
#ifndef WIREBEAM_NATIVE_COUNTERS_H
#define WIREBEAM_NATIVE_COUNTERS_H

#include <stdint.h>

#include <wirebeam/inject.h>

struct worker_stats {
    uint64_t frames;              /* of packets and events sent */
    uint64_t frame_bytes;         /* in them */
    uint64_t credit_waits;        /* how often a frame had to wait for credit */
    uint64_t lent_frames;         /* of packets of a file that were not copied */
    uint64_t unlent_frames;       /* copied, since as much was lent as may be */
    uint64_t body_bytes;          /* gathered for transactions */
    uint64_t body_left_out_limit; /* bytes not gathered: max_body_bytes */
    uint64_t body_left_out_total; /* bytes not gathered: max_body_total */
    uint64_t body_memory_bytes, body_memory_peak;
    struct wb_inject_stats inject; /* as they were when the counters were asked for */
};

#define WORKER_COUNTERS(X) \
    X(source, seen) \
    X(source, delivered) \
    X(source, dropped_ring) \
    X(source, dropped_interface) \
    X(source, bytes) \
    X(source, ring_full_events) \
    X(source, filtered) \
    X(source, skipped_blocks) \
    X(source, malformed_blocks) \
    X(decode, packets) \
    X(decode, other_packets) \
    X(decode, unknown_link) \
    X(decode, truncated) \
    X(decode, malformed) \
    X(decode, too_deep) \
    X(decode, fragments) \
    X(fragment, fragments) \
    X(fragment, datagrams) \
    X(fragment, active) \
    X(fragment, active_peak) \
    X(fragment, completed) \
    X(fragment, expired) \
    X(fragment, evicted) \
    X(fragment, discarded) \
    X(fragment, duplicates) \
    X(fragment, overlaps_differing) \
    X(fragment, ignored_malformed) \
    X(fragment, dropped_memory_limit) \
    X(fragment, memory_bytes) \
    X(fragment, memory_peak) \
    X(flow, packets) \
    X(flow, flows) \
    X(flow, flows_midstream) \
    X(flow, flows_active) \
    X(flow, flows_peak) \
    X(flow, stream_bytes) \
    X(flow, gap_bytes) \
    X(flow, gaps) \
    X(flow, retransmissions) \
    X(flow, out_of_order) \
    X(flow, overlaps_differing) \
    X(flow, uncompared_bytes) \
    X(flow, buffered_bytes) \
    X(flow, buffered_peak) \
    X(flow, history_bytes) \
    X(flow, history_peak) \
    X(flow, dropped_buffer_limit) \
    X(flow, dropped_memory_limit) \
    X(flow, given_up_memory_limit) \
    X(flow, ignored_midstream) \
    X(flow, ignored_window) \
    X(flow, ignored_timestamp) \
    X(flow, ignored_checksum) \
    X(flow, ignored_reset) \
    X(flow, ignored_syn) \
    X(flow, ignored_ack) \
    X(flow, ignored_ip) \
    X(flow, urgent_bytes) \
    X(flow, checksum_untrusted) \
    X(flow, suspects_held) \
    X(flow, suspects_vouched) \
    X(flow, suspects_dropped) \
    X(flow, dropped_suspect_limit) \
    X(flow, suspect_bytes) \
    X(flow, suspect_peak) \
    X(flow, ignored_late) \
    X(flow, ignored_malformed) \
    X(flow, memory_bytes) \
    X(flow, memory_peak) \
    X(http, streams) \
    X(http, streams_other) \
    X(http, transactions) \
    X(http, complete) \
    X(http, incomplete) \
    X(http, requests) \
    X(http, responses) \
    X(http, interim) \
    X(http, headers) \
    X(http, body_bytes) \
    X(http, tunnels) \
    X(http, skipped_bytes) \
    X(http, memory_bytes) \
    X(http, memory_peak) \
    X(worker, frames) \
    X(worker, frame_bytes) \
    X(worker, credit_waits) \
    X(worker, lent_frames) \
    X(worker, unlent_frames) \
    X(worker, body_bytes) \
    X(worker, body_left_out_limit) \
    X(worker, body_left_out_total) \
    X(worker, body_memory_bytes) \
    X(worker, body_memory_peak) \
    X(inject, handled) \
    X(inject, sent) \
    X(inject, failed) \
    X(inject, bytes) \
    X(inject, full) \
    X(inject, late)

#endif
