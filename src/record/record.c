/* SPDX-License-Identifier: ISC
 *
 * The recorder: opens what its options want and passes each event on to those who keep
 * something of it. Makes no files itself and knows no format.
 */
#include "record/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define MEMORY_DEFAULT (UINT64_C(64) << 20)
#define FLUSH_NS INT64_C(1000000000) /* how old lines in the buffer of a file may get */

static bool wants_nothing(const struct wb_record_options *options)
{
    return !options->directory && !options->json && !options->capture;
}

static bool is_standard_output(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

static int open_json(struct wb__recorder *recorder, const char *path, struct wb_error *error)
{
    if (!path)
        return 0;
    int code = wb__sink_open(&recorder->json, path, WB__SINK_APPEND, &recorder->faults, error);
    recorder->has_json = code == 0;
    return code;
}

static int open_parts(struct wb__recorder *recorder, const struct wb_record_options *options,
                      struct wb_error *error)
{
    if (wb__eve_open(&recorder->eve) < 0)
        return wb__error_set(error, WB_E_MEMORY, 0, "no memory for records");
    int code = open_json(recorder, options->json, error);
    if (code < 0 || !options->capture)
        return code;
    struct wb_error reason = {.code = WB_E_SYSTEM};
    recorder->capture = wb__capture_file_open(options->capture, options->capture_format,
                                              &recorder->faults, &reason);
    if (recorder->capture)
        return 0;
    if (error)
        *error = reason;
    return reason.code;
}

int wb__recorder_open(struct wb__recorder **recorder, const struct wb_record_options *options,
                      const struct wb_http_options *http, struct wb_error *error)
{
    *recorder = NULL;
    if (wants_nothing(options))
        return 0;
    if (is_standard_output(options->json) && is_standard_output(options->capture))
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "JSON and packets cannot both go to standard output; name a file");
    struct wb__recorder *made = calloc(1, sizeof *made);
    if (!made)
        return wb__error_set(error, WB_E_MEMORY, 0, "no memory for records");
    made->options = *options;
    made->options.directory = made->options.json = made->options.capture = NULL;
    made->http = *http;
    made->budget.limit = options->max_memory ? options->max_memory : MEMORY_DEFAULT;
    int code = open_parts(made, options, error);
    if (code < 0)
        wb__recorder_close(made);
    else
        *recorder = made;
    return code;
}

bool wb__recorder_needs_packets(const struct wb__recorder *recorder)
{
    return recorder && recorder->capture;
}

bool wb__recorder_needs_flows(const struct wb__recorder *recorder)
{
    return recorder && recorder->has_json;
}

bool wb__recorder_needs_http(const struct wb__recorder *recorder)
{
    return recorder && recorder->has_json;
}

bool wb__recorder_needs_http_bytes(const struct wb__recorder *recorder)
{
    return recorder && recorder->has_json && recorder->options.hash_bodies;
}

bool wb__recorder_needs_stream_bytes(const struct wb__recorder *recorder)
{
    return recorder && recorder->has_json && recorder->options.flows &&
           recorder->options.hash_streams;
}

void wb__recorder_interface(struct wb__recorder *recorder, unsigned index,
                            const struct wb_source_interface *interface)
{
    if (recorder->capture)
        wb__capture_file_interface(recorder->capture, index, interface);
}

void wb__recorder_packet(struct wb__recorder *recorder, const struct wb_packet *packet)
{
    if (recorder->capture)
        wb__capture_file_packet(recorder->capture, packet);
}

void wb__recorder_write_line(struct wb__recorder *recorder)
{
    const struct wb__json *line = &recorder->eve.line;
    if (!recorder->has_json)
        return;
    uint8_t *room = line->failed ? NULL : wb__sink_reserve(&recorder->json, line->length + 1);
    if (!room) {
        recorder->json.lost += line->failed;
        return;
    }
    memcpy(room, line->text, line->length);
    room[line->length] = '\n';
    wb__sink_commit(&recorder->json, line->length + 1);
}

void wb__recorder_stream_bytes(struct wb__recorder *recorder, void **flow_state,
                               const struct wb_flow *flow, enum wb_flow_direction direction,
                               uint64_t offset, const uint8_t *bytes, uint32_t length,
                               bool borrowed)
{
    (void)recorder, (void)flow_state, (void)flow, (void)direction, (void)offset, (void)bytes;
    (void)length, (void)borrowed;
}

void wb__recorder_stream_gap(struct wb__recorder *recorder, void **flow_state,
                             const struct wb_flow *flow, enum wb_flow_direction direction,
                             uint64_t offset, uint64_t length)
{
    (void)recorder, (void)flow_state, (void)flow, (void)direction, (void)offset, (void)length;
}

void wb__recorder_flow_end(struct wb__recorder *recorder, void **flow_state,
                           const struct wb_flow *flow, bool is_http, int client)
{
    (void)client, (void)flow_state;
    if (recorder->has_json && recorder->options.flows) {
        wb__eve_flow(&recorder->eve,
                     &(struct wb__eve_flow){.flow = flow, .is_http = is_http});
        wb__recorder_write_line(recorder);
    }
}

void wb__recorder_flow_anomaly(struct wb__recorder *recorder, const struct wb_flow *flow,
                               const struct wb_flow_anomaly *anomaly)
{
    if (!recorder->has_json || !recorder->options.anomalies)
        return;
    wb__eve_flow_anomaly(&recorder->eve, flow, anomaly);
    wb__recorder_write_line(recorder);
}

void wb__recorder_http_head(struct wb__recorder *recorder, void **state, const struct wb_flow *flow,
                            const struct wb_http_transaction *transaction, enum wb_http_side side)
{
    (void)recorder, (void)state, (void)flow, (void)transaction, (void)side;
}

void wb__recorder_http_bytes(struct wb__recorder *recorder, void **state,
                             const struct wb_flow *flow,
                             const struct wb_http_transaction *transaction, enum wb_http_side side,
                             enum wb_http_part part, const uint8_t *bytes, uint32_t length,
                             bool borrowed)
{
    (void)recorder, (void)state, (void)flow, (void)transaction, (void)side, (void)part;
    (void)bytes, (void)length, (void)borrowed;
}

void wb__recorder_http_gap(struct wb__recorder *recorder, void **state, const struct wb_flow *flow,
                           const struct wb_http_transaction *transaction, enum wb_http_side side,
                           uint64_t length)
{
    (void)recorder, (void)state, (void)flow, (void)transaction, (void)side, (void)length;
}

void wb__recorder_transaction(struct wb__recorder *recorder, void **state,
                              const struct wb_flow *flow, bool client_is_server,
                              const struct wb_http_transaction *transaction)
{
    (void)state;
    if (!recorder->has_json)
        return;
    wb__eve_http(&recorder->eve, &(struct wb__eve_transaction){
                                     .flow = flow,
                                     .transaction = transaction,
                                     .client_is_server = client_is_server,
                                 });
    wb__recorder_write_line(recorder);
}

void wb__recorder_http_anomaly(struct wb__recorder *recorder, const struct wb_flow *flow,
                               const struct wb_http_transaction *transaction,
                               const struct wb_http_anomaly *anomaly)
{
    if (!recorder->has_json || !recorder->options.anomalies)
        return;
    wb__eve_http_anomaly(&recorder->eve, flow, transaction, anomaly);
    wb__recorder_write_line(recorder);
}

/* Readers of a pipe or a terminal see each batch at once, those of a file within a
 * second. */
static void flush_outputs(struct wb__recorder *recorder)
{
    bool is_due = recorder->now_ns - recorder->flushed_ns >= FLUSH_NS;
    if (is_due)
        recorder->flushed_ns = recorder->now_ns;
    if (recorder->has_json && (is_due || !recorder->json.is_regular))
        wb__sink_flush(&recorder->json);
    if (recorder->capture && (is_due || !wb__capture_file_is_regular(recorder->capture)))
        wb__capture_file_flush(recorder->capture);
}

static void note_time(struct wb__recorder *recorder, int64_t now_ns)
{
    if (!recorder->first_ns) {
        recorder->first_ns = now_ns;
        recorder->next_stats_ns = now_ns + (int64_t)recorder->options.stats_interval_ms * 1000000;
    }
    recorder->now_ns = now_ns;
}

void wb__recorder_batch_end(struct wb__recorder *recorder, int64_t now_ns)
{
    note_time(recorder, now_ns);
    flush_outputs(recorder);
}

bool wb__recorder_is_stats_due(const struct wb__recorder *recorder, int64_t now_ns)
{
    return recorder->has_json && recorder->options.stats_interval_ms && recorder->first_ns &&
           now_ns >= recorder->next_stats_ns;
}

void wb__recorder_stats_record(struct wb__recorder *recorder, const struct wb_stats *stats,
                               int64_t now_ns)
{
    int64_t interval = (int64_t)recorder->options.stats_interval_ms * 1000000;
    recorder->source = stats->source;
    recorder->has_source = true;
    recorder->next_stats_ns = now_ns + interval;
    if (!recorder->has_json)
        return;
    int64_t age = recorder->first_ns ? now_ns - recorder->first_ns : 0;
    wb__eve_stats(&recorder->eve, stats, now_ns, age);
    wb__recorder_write_line(recorder);
}

void wb__recorder_stats(const struct wb__recorder *recorder, struct wb_record_stats *stats)
{
    *stats = recorder->stats;
    stats->json_records = recorder->json.records + recorder->json.count;
    stats->json_bytes = recorder->json.bytes + recorder->json.length;
    stats->json_lost = recorder->json.lost;
    if (recorder->capture)
        wb__capture_file_stats(recorder->capture, stats);
    stats->write_ns = recorder->faults.write_ns;
    stats->first_error = recorder->faults.first.system;
    snprintf(stats->first_error_text, sizeof stats->first_error_text, "%.*s",
             (int)sizeof stats->first_error_text - 1, recorder->faults.first.text);
    stats->memory_bytes = recorder->budget.used;
    stats->memory_peak = recorder->budget.peak;
}

int wb__recorder_finish(struct wb__recorder *recorder, struct wb_error *error)
{
    if (recorder->capture)
        wb__capture_file_finish(recorder->capture, recorder->has_source ? &recorder->source : NULL,
                                recorder->now_ns);
    if (recorder->has_json)
        wb__sink_flush(&recorder->json);
    if (error && recorder->faults.first.code)
        *error = recorder->faults.first;
    return recorder->faults.first.code;
}

void wb__recorder_close(struct wb__recorder *recorder)
{
    if (!recorder)
        return;
    wb__capture_file_close(recorder->capture);
    if (recorder->has_json)
        wb__sink_close(&recorder->json);
    wb__eve_close(&recorder->eve);
    free(recorder);
}
