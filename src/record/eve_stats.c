/* SPDX-License-Identifier: ISC
 *
 * The EVE statistics record: every counter of struct wb_stats, an object for each
 * stage. Scalar counters come from tables of names and places, so that a counter is
 * one line here.
 */
#include "record/eve.h"

#include <stddef.h>
#include <string.h>

struct counter {
    const char *name;
    size_t offset; /* in the stage's struct */
};

#define COUNTER(type, field)                                                                       \
    {                                                                                              \
#field, offsetof(struct type, field)                                                       \
    }
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct counter source_counters[] = {
    COUNTER(wb_source_stats, seen),
    COUNTER(wb_source_stats, delivered),
    COUNTER(wb_source_stats, dropped_ring),
    COUNTER(wb_source_stats, dropped_interface),
    COUNTER(wb_source_stats, bytes),
    COUNTER(wb_source_stats, ring_full_events),
    COUNTER(wb_source_stats, filtered),
    COUNTER(wb_source_stats, skipped_blocks),
    COUNTER(wb_source_stats, malformed_blocks),
};

static const struct counter decode_counters[] = {
    COUNTER(wb_decode_stats, packets),   COUNTER(wb_decode_stats, truncated),
    COUNTER(wb_decode_stats, malformed), COUNTER(wb_decode_stats, too_deep),
    COUNTER(wb_decode_stats, fragments), COUNTER(wb_decode_stats, unknown_link),
    COUNTER(wb_decode_stats, other_packets),
};

static const struct counter fragment_counters[] = {
    COUNTER(wb_fragment_stats, fragments),
    COUNTER(wb_fragment_stats, datagrams),
    COUNTER(wb_fragment_stats, active),
    COUNTER(wb_fragment_stats, active_peak),
    COUNTER(wb_fragment_stats, completed),
    COUNTER(wb_fragment_stats, expired),
    COUNTER(wb_fragment_stats, evicted),
    COUNTER(wb_fragment_stats, discarded),
    COUNTER(wb_fragment_stats, duplicates),
    COUNTER(wb_fragment_stats, overlaps_differing),
    COUNTER(wb_fragment_stats, ignored_malformed),
    COUNTER(wb_fragment_stats, dropped_memory_limit),
    COUNTER(wb_fragment_stats, memory_bytes),
    COUNTER(wb_fragment_stats, memory_peak),
};

static const struct counter flow_counters[] = {
    COUNTER(wb_flow_stats, packets),
    COUNTER(wb_flow_stats, flows),
    COUNTER(wb_flow_stats, flows_midstream),
    COUNTER(wb_flow_stats, flows_active),
    COUNTER(wb_flow_stats, flows_peak),
    COUNTER(wb_flow_stats, stream_bytes),
    COUNTER(wb_flow_stats, gap_bytes),
    COUNTER(wb_flow_stats, gaps),
    COUNTER(wb_flow_stats, retransmissions),
    COUNTER(wb_flow_stats, out_of_order),
    COUNTER(wb_flow_stats, overlaps_differing),
    COUNTER(wb_flow_stats, uncompared_bytes),
    COUNTER(wb_flow_stats, buffered_bytes),
    COUNTER(wb_flow_stats, buffered_peak),
    COUNTER(wb_flow_stats, history_bytes),
    COUNTER(wb_flow_stats, history_peak),
    COUNTER(wb_flow_stats, dropped_buffer_limit),
    COUNTER(wb_flow_stats, dropped_memory_limit),
    COUNTER(wb_flow_stats, given_up_memory_limit),
    COUNTER(wb_flow_stats, ignored_midstream),
    COUNTER(wb_flow_stats, ignored_window),
    COUNTER(wb_flow_stats, ignored_timestamp),
    COUNTER(wb_flow_stats, ignored_checksum),
    COUNTER(wb_flow_stats, ignored_reset),
    COUNTER(wb_flow_stats, ignored_syn),
    COUNTER(wb_flow_stats, ignored_ack),
    COUNTER(wb_flow_stats, ignored_ip),
    COUNTER(wb_flow_stats, urgent_bytes),
    COUNTER(wb_flow_stats, checksum_untrusted),
    COUNTER(wb_flow_stats, suspects_held),
    COUNTER(wb_flow_stats, suspects_vouched),
    COUNTER(wb_flow_stats, suspects_dropped),
    COUNTER(wb_flow_stats, dropped_suspect_limit),
    COUNTER(wb_flow_stats, suspect_bytes),
    COUNTER(wb_flow_stats, suspect_peak),
    COUNTER(wb_flow_stats, ignored_malformed),
    COUNTER(wb_flow_stats, memory_bytes),
    COUNTER(wb_flow_stats, memory_peak),
};

static const struct counter http_counters[] = {
    COUNTER(wb_http_stats, streams),      COUNTER(wb_http_stats, streams_other),
    COUNTER(wb_http_stats, transactions), COUNTER(wb_http_stats, complete),
    COUNTER(wb_http_stats, incomplete),   COUNTER(wb_http_stats, active),
    COUNTER(wb_http_stats, requests),
    COUNTER(wb_http_stats, responses),    COUNTER(wb_http_stats, interim),
    COUNTER(wb_http_stats, headers),      COUNTER(wb_http_stats, body_bytes),
    COUNTER(wb_http_stats, tunnels),      COUNTER(wb_http_stats, skipped_bytes),
    COUNTER(wb_http_stats, memory_bytes), COUNTER(wb_http_stats, memory_peak),
};

static const struct counter died_counters[] = {
    COUNTER(wb_died_stats, processes),
    COUNTER(wb_died_stats, packets),
    COUNTER(wb_died_stats, flows),
    COUNTER(wb_died_stats, transactions),
};

static const struct counter record_counters[] = {
    COUNTER(wb_record_stats, transactions),    COUNTER(wb_record_stats, written),
    COUNTER(wb_record_stats, shared),          COUNTER(wb_record_stats, renamed),
    COUNTER(wb_record_stats, without_body),    COUNTER(wb_record_stats, lost_disk_full),
    COUNTER(wb_record_stats, lost_quota),      COUNTER(wb_record_stats, lost_error),
    COUNTER(wb_record_stats, client_files),    COUNTER(wb_record_stats, client_lost),
    COUNTER(wb_record_stats, files),           COUNTER(wb_record_stats, bytes),
    COUNTER(wb_record_stats, deleted),         COUNTER(wb_record_stats, deleted_files),
    COUNTER(wb_record_stats, deleted_bytes),   COUNTER(wb_record_stats, leftovers),
    COUNTER(wb_record_stats, bodies_cut),      COUNTER(wb_record_stats, names_forgotten),
    COUNTER(wb_record_stats, content_unknown),
    COUNTER(wb_record_stats, content_invalid), COUNTER(wb_record_stats, content_cut),
    COUNTER(wb_record_stats, content_limited), COUNTER(wb_record_stats, json_records),
    COUNTER(wb_record_stats, json_bytes),      COUNTER(wb_record_stats, json_lost),
    COUNTER(wb_record_stats, capture_packets), COUNTER(wb_record_stats, capture_bytes),
    COUNTER(wb_record_stats, capture_lost),    COUNTER(wb_record_stats, write_ns),
    COUNTER(wb_record_stats, memory_bytes),    COUNTER(wb_record_stats, memory_peak),
    COUNTER(wb_record_stats, decoder_memory_bytes),
    COUNTER(wb_record_stats, decoder_memory_peak),
    COUNTER(wb_record_stats, names_memory_bytes),
    COUNTER(wb_record_stats, names_memory_peak),
    COUNTER(wb_record_stats, quota_memory_bytes),
    COUNTER(wb_record_stats, quota_memory_peak),
};

static void write_counters(struct wb__json *line, const void *stats, const struct counter *counters,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        memcpy(&value, (const char *)stats + counters[i].offset, sizeof value);
        wb__json_number(line, counters[i].name, value);
    }
}

static void write_array(struct wb__json *line, const char *key, const uint64_t *values,
                        unsigned count, const char *(*name)(unsigned))
{
    wb__json_begin(line, key, '{');
    for (unsigned i = 0; i < count; i++)
        wb__json_number(line, name(i), values[i]);
    wb__json_end(line, '}');
}

static void write_decode(struct wb__json *line, const struct wb_decode_stats *stats)
{
    wb__json_begin(line, "decode", '{');
    write_counters(line, stats, decode_counters, COUNT(decode_counters));
    write_array(line, "layers", stats->layers, WB_LAYER_KIND_COUNT, wb_layer_name);
    wb__json_end(line, '}');
}

static void write_flows(struct wb__json *line, const struct wb_flow_stats *stats)
{
    wb__json_begin(line, "flow", '{');
    write_counters(line, stats, flow_counters, COUNT(flow_counters));
    write_array(line, "ended", stats->ended, COUNT(stats->ended), wb_flow_end_name);
    wb__json_end(line, '}');
}

static void write_http(struct wb__json *line, const struct wb_http_stats *stats)
{
    wb__json_begin(line, "http", '{');
    write_counters(line, stats, http_counters, COUNT(http_counters));
    write_array(line, "missing", stats->missing, COUNT(stats->missing), wb_http_missing_name);
    write_array(line, "anomalies", stats->anomalies, WB_HTTP_ANOMALY_COUNT, wb_http_anomaly_name);
    wb__json_end(line, '}');
}

static void write_record(struct wb__json *line, const struct wb_record_stats *stats)
{
    wb__json_begin(line, "record", '{');
    write_counters(line, stats, record_counters, COUNT(record_counters));
    if (stats->first_error)
        wb__json_text(line, "first_error", stats->first_error_text);
    wb__json_end(line, '}');
}

void wb__eve_stats(struct wb__eve *eve, const struct wb_stats *stats, int64_t now_ns,
                   int64_t age_ns)
{
    struct wb__json *line = &eve->line;
    wb__eve_begin(eve, now_ns, NULL, "stats");
    wb__json_begin(line, "stats", '{');
    wb__json_signed(line, "uptime", age_ns / 1000000000);
    wb__json_begin(line, "source", '{');
    write_counters(line, &stats->source, source_counters, COUNT(source_counters));
    wb__json_end(line, '}');
    write_decode(line, &stats->decode);
    wb__json_begin(line, "fragment", '{');
    write_counters(line, &stats->fragment, fragment_counters, COUNT(fragment_counters));
    wb__json_end(line, '}');
    write_flows(line, &stats->flow);
    write_http(line, &stats->http);
    write_record(line, &stats->record);
    wb__json_begin(line, "died", '{');
    write_counters(line, &stats->died, died_counters, COUNT(died_counters));
    wb__json_end(line, '}');
    wb__json_end(line, '}');
    wb__json_end(line, '}');
}
