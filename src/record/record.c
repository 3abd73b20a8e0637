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
#include "record/client.h"
#include "base/defaults.h"
#include "http/http.h"
#include "record/exchange.h"

#define FLUSH_NS INT64_C(1000000000) /* how old lines in the buffer of a file may get */

void wb__recorder_fill_in_defaults(struct wb_record_options *options)
{
    wb__default64(&options->max_memory, UINT64_C(64) << 20);
}

static bool wants_nothing(const struct wb_record_options *options)
{
    return !options->directory && !options->json && !options->capture;
}

static bool is_standard_output(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

static int open_json(struct wb__recorder *recorder, const char *path,
                     struct wb__backlog *backlog, struct wb_error *error)
{
    if (!path)
        return 0;
    int code = wb__sink_open(&recorder->json, path, WB__SINK_APPEND, backlog, &recorder->faults,
                             error);
    recorder->has_json = code == 0;
    return code;
}

static int open_capture(struct wb__recorder *recorder, const struct wb_record_options *options,
                        struct wb_error *error)
{
    struct wb_error reason = {.code = WB_E_SYSTEM};
    if (!options->capture)
        return 0;
    recorder->capture = wb__capture_file_open(options->capture, options->capture_format,
                                              &recorder->faults, &reason);
    if (recorder->capture)
        return 0;
    if (error)
        *error = reason;
    return reason.code;
}

static int open_directory(struct wb__recorder *recorder, const struct wb_record_options *options,
                          const struct wb__legacy *legacy, struct wb_error *error)
{
    if (!options->directory)
        return 0;
    if (wb__seen_open(&recorder->seen, WB__SEEN_LIMIT) < 0)
        return wb__error_set(error, WB_E_SYSTEM, errno, "no random bytes: %s", strerror(errno));
    recorder->reader = XXH3_createState();
    if (!recorder->reader)
        return wb__error_set(error, WB_E_MEMORY, 0, "no memory for records");
    int code = wb__store_open(&recorder->store, options->directory, options, legacy,
                              &recorder->faults, error);
    recorder->has_store = code == 0;
    recorder->has_client_files = code == 0 && options->naming == WB_RECORD_CLIENT;
    recorder->has_transaction_files = code == 0 && options->naming != WB_RECORD_CLIENT;
    return code;
}

static int open_parts(struct wb__recorder *recorder, const struct wb_record_options *options,
                      const struct wb__legacy *legacy, struct wb_error *error)
{
    recorder->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!recorder->sha256 || wb__eve_open(&recorder->eve) < 0)
        return wb__error_set(error, WB_E_MEMORY, 0, "no memory for records");
    recorder->eve.keeps_secrets = options->keep_secrets;
    int code = open_directory(recorder, options, legacy, error);
    if (code == 0)
        code = open_json(recorder, options->json, legacy ? legacy->lines : NULL, error);
    if (code == 0)
        code = open_capture(recorder, options, error);
    return code;
}

static void init(struct wb__recorder *recorder, const struct wb_record_options *options,
                 const struct wb_http_options *http)
{
    recorder->options = *options;
    recorder->options.directory = recorder->options.json = recorder->options.capture = NULL;
    recorder->options.writer = NULL;
    recorder->http = *http;
    wb__http_fill_in_defaults(&recorder->http);
    recorder->decoders.limit = recorder->http.max_decoder_memory;
    wb__recorder_fill_in_defaults(&recorder->options);
    recorder->budget.limit = recorder->options.max_memory;
    wb__list_init(&recorder->transactions);
    wb__list_init(&recorder->spare);
    wb__list_init(&recorder->dirty);
    wb__list_init(&recorder->clients);
    wb__list_init(&recorder->dirty_clients);
}

int wb__recorder_open(struct wb__recorder **recorder, const struct wb_record_options *options,
                      const struct wb_http_options *http, const struct wb__legacy *legacy,
                      struct wb_error *error)
{
    *recorder = NULL;
    if (wants_nothing(options))
        return 0;
    if (is_standard_output(options->json) && is_standard_output(options->capture))
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "JSON and packets cannot both go to standard output; name a file");
    if (options->directory && options->naming != WB_RECORD_ETAG &&
        (options->max_body || options->no_bodies))
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "a limit of bodies goes with names from ETags only: a file named by "
                             "its hash is whole, and a client's side has no bodies of its own");
    struct wb__recorder *made = calloc(1, sizeof *made);
    if (!made)
        return wb__error_set(error, WB_E_MEMORY, 0, "no memory for records");
    init(made, options, http);
    int code = open_parts(made, options, legacy, error);
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
    return recorder && (recorder->has_json || recorder->has_store);
}

bool wb__recorder_needs_http(const struct wb__recorder *recorder)
{
    return recorder && (recorder->has_json || recorder->has_store);
}

bool wb__recorder_needs_http_bytes(const struct wb__recorder *recorder)
{
    return recorder && (recorder->has_transaction_files ||
                        (recorder->has_json && recorder->options.hash_bodies));
}

static bool hashes_streams(const struct wb__recorder *recorder)
{
    return recorder->options.hash_streams && recorder->has_json && recorder->options.flows;
}

bool wb__recorder_needs_stream_bytes(const struct wb__recorder *recorder)
{
    return recorder && (recorder->has_client_files || hashes_streams(recorder));
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

const char *wb__recorder_count_loss(struct wb__recorder *recorder, enum wb__loss loss)
{
    switch (loss) {
    case WB__LOSS_DISK_FULL:
        recorder->stats.lost_disk_full++;
        return "disk_full";
    case WB__LOSS_QUOTA:
        recorder->stats.lost_quota++;
        return "quota";
    default:
        recorder->stats.lost_error++;
        return "error";
    }
}

void wb__recorder_stream_bytes(struct wb__recorder *recorder, void **flow_state,
                               const struct wb_flow *flow, enum wb_flow_direction direction,
                               uint64_t offset, const uint8_t *bytes, uint32_t length,
                               bool borrowed)
{
    (void)flow, (void)offset;
    if (!wb__recorder_needs_stream_bytes(recorder))
        return;
    struct wb__client *client = wb__client_of(recorder, flow_state);
    if (client)
        wb__client_bytes(recorder, client, direction,
                         (struct wb_slice){(const char *)bytes, length}, borrowed);
}

void wb__recorder_stream_gap(struct wb__recorder *recorder, void **flow_state,
                             const struct wb_flow *flow, enum wb_flow_direction direction,
                             uint64_t offset, uint64_t length)
{
    (void)flow;
    if (!wb__recorder_needs_stream_bytes(recorder))
        return;
    struct wb__client *client = wb__client_of(recorder, flow_state);
    if (client)
        wb__client_gap(client, direction, offset, length);
}

void wb__recorder_flow_role(struct wb__recorder *recorder, void **flow_state, bool is_http,
                            int client)
{
    if (!recorder->has_client_files || (is_http && client < 0))
        return;
    struct wb__client *state = wb__client_of(recorder, flow_state);
    if (state && !state->is_decided)
        wb__client_decide(recorder, state, is_http ? client : -1);
}

void wb__recorder_flow_end(struct wb__recorder *recorder, void **flow_state,
                           const struct wb_flow *flow, bool is_http, int client)
{
    wb__recorder_flow_role(recorder, flow_state, is_http, client);
    wb__client_end(recorder, flow_state, flow, is_http);
}

void wb__recorder_flow_anomaly(struct wb__recorder *recorder, const struct wb_flow *flow,
                               const struct wb_flow_anomaly *anomaly)
{
    if (!recorder->has_json || !recorder->options.anomalies)
        return;
    wb__eve_flow_anomaly(&recorder->eve, flow, anomaly);
    wb__recorder_write_line(recorder);
}

void wb__recorder_fragment_anomaly(struct wb__recorder *recorder,
                                   const struct wb_fragment_anomaly *anomaly)
{
    if (!recorder->has_json || !recorder->options.anomalies)
        return;
    wb__eve_fragment_anomaly(&recorder->eve, anomaly);
    wb__recorder_write_line(recorder);
}

void wb__recorder_http_head(struct wb__recorder *recorder, void **state, const struct wb_flow *flow,
                            const struct wb_http_transaction *transaction, enum wb_http_side side)
{
    (void)flow, (void)side;
    if (wb__recorder_needs_http_bytes(recorder))
        wb__exchange_of(recorder, state, transaction);
}

void wb__recorder_http_bytes(struct wb__recorder *recorder, void **state,
                             const struct wb_flow *flow,
                             const struct wb_http_transaction *transaction, enum wb_http_side side,
                             enum wb_http_part part, const uint8_t *bytes, uint32_t length,
                             bool borrowed)
{
    (void)flow;
    if (!wb__recorder_needs_http_bytes(recorder))
        return;
    struct wb__exchange *mine = wb__exchange_of(recorder, state, transaction);
    if (mine)
        wb__exchange_bytes(recorder, mine, side, part,
                           (struct wb_slice){(const char *)bytes, length}, borrowed);
}

void wb__recorder_http_gap(struct wb__recorder *recorder, void **state, const struct wb_flow *flow,
                           const struct wb_http_transaction *transaction, enum wb_http_side side,
                           uint64_t length)
{
    (void)recorder, (void)flow, (void)transaction, (void)length;
    if (*state)
        wb__exchange_gap(*state, side);
}

/* Ends the transaction's content and hashes, and stores its files: whether the line is
 * already its record. */
static bool end_transaction(struct wb__recorder *recorder, void **state,
                            struct wb__eve_transaction *record)
{
    struct wb__exchange *mine = wb__exchange_of(recorder, state, record->transaction);
    bool has_line = false;
    if (!mine) {
        if (recorder->has_transaction_files) {
            recorder->stats.transactions++;
            record->lost = wb__recorder_count_loss(recorder, WB__LOSS_ERROR);
        }
        return false;
    }
    wb__exchange_finish(recorder, mine, record);
    if (recorder->has_transaction_files)
        has_line = wb__keep(recorder, mine, record);
    wb__exchange_release(recorder, mine);
    *state = NULL;
    return has_line;
}

void wb__recorder_transaction(struct wb__recorder *recorder, void **state,
                              const struct wb_flow *flow, bool client_is_server,
                              const struct wb_http_transaction *transaction)
{
    struct wb__eve_transaction record = {
        .flow = flow,
        .transaction = transaction,
        .client_is_server = client_is_server,
    };
    bool has_line = false;
    if (wb__recorder_needs_http_bytes(recorder))
        has_line = end_transaction(recorder, state, &record);
    if (!recorder->has_json)
        return;
    if (!has_line)
        wb__eve_http(&recorder->eve, &record);
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

/* Lets go of all borrowed bytes. */
static void settle(struct wb__recorder *recorder)
{
    while (!wb__list_is_empty(&recorder->dirty)) {
        struct wb__link *link = recorder->dirty.next;
        wb__list_remove(link);
        wb__exchange_settle(recorder, wb__container(link, struct wb__exchange, dirty));
    }
    while (!wb__list_is_empty(&recorder->dirty_clients)) {
        struct wb__link *link = recorder->dirty_clients.next;
        wb__list_remove(link);
        wb__client_settle(recorder, wb__container(link, struct wb__client, dirty));
    }
}

static void sync_outputs(struct wb__recorder *recorder)
{
    if (recorder->has_json)
        wb__sink_sync(&recorder->json);
    if (recorder->capture)
        wb__capture_file_sync(recorder->capture);
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
    if (is_due && recorder->options.sync)
        sync_outputs(recorder);
    if (recorder->has_store)
        wb__store_sync(&recorder->store);
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
    settle(recorder);
    flush_outputs(recorder);
}

void wb__recorder_start_record(struct wb__recorder *recorder, const struct wb_guard_state *guard,
                               int64_t time_ns)
{
    if (!recorder->has_json)
        return;
    wb__eve_start(&recorder->eve, guard, time_ns);
    wb__recorder_write_line(recorder);
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

static void count_lines(const struct wb__recorder *recorder, struct wb_record_stats *stats)
{
    const struct wb__sink *json = &recorder->json;
    stats->json_records = wb__sink_records(json);
    stats->json_bytes = wb__sink_bytes(json);
    stats->json_lost = json->lost;
}

void wb__recorder_stats(const struct wb__recorder *recorder, struct wb_record_stats *stats)
{
    *stats = recorder->stats;
    const struct wb__quota *quota = &recorder->store.quota;
    stats->files = quota->files + quota->deleted_files - quota->left_files;
    stats->bytes = quota->bytes + quota->deleted_bytes - quota->left_bytes;
    stats->deleted = quota->deleted_sets;
    stats->deleted_files = quota->deleted_files;
    stats->deleted_bytes = quota->deleted_bytes;
    stats->leftovers = recorder->store.leftovers + recorder->json.mended;
    stats->quota_memory_bytes = quota->memory.used;
    stats->quota_memory_peak = quota->memory.peak;
    if (recorder->has_json)
        count_lines(recorder, stats);
    if (recorder->capture)
        wb__capture_file_stats(recorder->capture, stats);
    stats->write_ns = recorder->faults.write_ns;
    stats->first_error = recorder->faults.first.system;
    snprintf(stats->first_error_text, sizeof stats->first_error_text, "%.*s",
             (int)sizeof stats->first_error_text - 1, recorder->faults.first.text);
    stats->memory_bytes = recorder->budget.used + recorder->states.used;
    stats->memory_peak = recorder->budget.peak + recorder->states.peak;
    stats->decoder_memory_bytes = recorder->decoders.used;
    stats->decoder_memory_peak = recorder->decoders.peak;
    stats->names_memory_bytes = recorder->seen.memory.used;
    stats->names_memory_peak = recorder->seen.memory.peak;
}

/* What was never told to be over is not kept: only its parts are removed. */
static void drop_unfinished(struct wb__recorder *recorder)
{
    wb__exchange_free_all(recorder);
    wb__client_free_all(recorder);
}

int wb__recorder_finish(struct wb__recorder *recorder, struct wb_error *error)
{
    drop_unfinished(recorder);
    if (recorder->capture)
        wb__capture_file_finish(recorder->capture, recorder->has_source ? &recorder->source : NULL,
                                recorder->now_ns);
    if (recorder->has_json)
        wb__sink_flush(&recorder->json);
    if (recorder->options.sync)
        sync_outputs(recorder);
    if (recorder->has_store)
        wb__store_sync(&recorder->store);
    if (error && recorder->faults.first.code)
        *error = recorder->faults.first;
    return recorder->faults.first.code;
}

void wb__recorder_close(struct wb__recorder *recorder)
{
    if (!recorder)
        return;
    drop_unfinished(recorder);
    if (recorder->has_store)
        wb__store_close(&recorder->store);
    wb__seen_close(&recorder->seen);
    XXH3_freeState(recorder->reader);
    EVP_MD_free(recorder->sha256);
    wb__capture_file_close(recorder->capture);
    if (recorder->has_json)
        wb__sink_close(&recorder->json);
    wb__eve_close(&recorder->eve);
    free(recorder);
}
