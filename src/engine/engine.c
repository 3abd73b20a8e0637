/* SPDX-License-Identifier: ISC
 *
 * The one place that joins the stages: opens them as far as somebody needs them, takes
 * batches of packets through them, adds up their counters. It parses nothing itself.
 */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <wirebeam/guard.h>

#include "base/error.h"
#include "decode/decode.h"
#include "engine/opening.h"
#include "record/sink.h"
#include "record/standing.h"

#define CACHE_LINE_BYTES 64
#define IDLE_MS 200 /* how long a step may wait before timers are looked at */

void wb_engine_options_fill(struct wb_engine_options *options)
{
    wb__fragment_fill_in_defaults(&options->fragment);
    wb__flow_fill_in_defaults(&options->flow);
    wb__http_fill_in_defaults(&options->http);
    wb__recorder_fill_in_defaults(&options->record);
}

static bool has_flow_handler(const struct wb_handlers *h)
{
    return h->stream || h->gap || h->flow || h->flow_anomaly;
}

static bool has_http_handler(const struct wb_handlers *h)
{
    return h->http_head || h->http_bytes || h->transaction || h->http_anomaly;
}

/* Which stages run: those that the user's handlers or the recorder need. */
static void find_needs(struct wb_engine *engine, const struct wb_engine_options *options)
{
    const struct wb__recorder *recorder = engine->recorder;
    if (recorder) {
        engine->records_packets = wb__recorder_needs_packets(recorder);
        engine->records_flows = wb__recorder_needs_flows(recorder);
        engine->records_http = wb__recorder_needs_http(recorder);
        engine->records_http_bytes = wb__recorder_needs_http_bytes(recorder);
        engine->records_streams = wb__recorder_needs_stream_bytes(recorder);
    }
    engine->needs_http =
        options->http_on || has_http_handler(&options->handlers) || engine->records_http;
    engine->needs_flow = engine->needs_http || has_flow_handler(&options->handlers) ||
                         engine->records_flows || engine->records_streams;
    engine->needs_fragments = engine->needs_flow || options->handlers.datagram ||
                              options->handlers.fragment_anomaly;
    engine->needs_decode = engine->needs_fragments || options->handlers.packet;
}

/* Events that nobody listens to are not even told. */
static int open_stages(struct wb_engine *engine, const struct wb_engine_options *options,
                       struct wb_error *error)
{
    uint8_t key[16];
    if (getentropy(key, sizeof key) != 0)
        return wb__error_set(error, WB_E_SYSTEM, 0, "the system has no random bytes to give");
    if (engine->needs_http) {
        struct wb__http_events events = wb__joint_http_events;
        if (!engine->records_http_bytes && !engine->handlers.http_bytes)
            events.bytes = NULL;
        engine->http = wb__http_new(&options->http, &events, engine);
        if (!engine->http)
            return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    }
    if (engine->needs_fragments) {
        engine->fragments = wb__fragment_table_new(&options->fragment, &options->flow,
                                                   wb__joint_fragment_anomaly, engine, key);
        if (!engine->fragments)
            return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    }
    if (engine->needs_flow) {
        engine->flows =
            wb__flow_table_new(&options->flow, &wb__joint_flow_events, engine, key);
        if (!engine->flows)
            return wb__error_set(error, WB_E_MEMORY, 0,
                                 "out of memory for a table of flows; lower max_flows");
    }
    return 0;
}

/* The bytes of earlier packets go, and all datagrams that were put together. */
static void before_reuse(void *context, bool is_all)
{
    struct wb_engine *engine = context;
    if (engine->fragments && wb__fragment_table_has_wholes(engine->fragments))
        is_all = true;
    if (engine->handlers.before_reuse)
        engine->handlers.before_reuse(engine->context, is_all);
    if (engine->flows)
        wb__flow_table_before_reuse(engine->flows, is_all);
    if (engine->fragments)
        wb__fragment_table_before_reuse(engine->fragments);
}

static int64_t clock_ns(void)
{
    struct timespec clock;
    clock_gettime(CLOCK_REALTIME, &clock);
    return (int64_t)clock.tv_sec * 1000000000 + clock.tv_nsec;
}

/* While an engine is opened. */
struct opening {
    struct wb_engine *engine;
    const struct wb_engine_options *options;
};

static int fork_here(struct wb_engine *engine, const struct wb_engine_options *options,
                     struct wb_error *error)
{
    struct wb__legacy *legacy = &engine->legacy;
    bool deletes_oldest = options->record.quota_policy == WB_RECORD_QUOTA_OLDEST;
    engine->handover = wb__handover_new();
    legacy->lines = wb__backlog_new();
    legacy->standing = deletes_oldest ? wb__standing_new() : NULL;
    if (!engine->handover || !legacy->lines || (deletes_oldest && !legacy->standing))
        return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    engine->progress = &engine->handover->progress;
    int code = options->forks(options->forks_context, engine->progress, error);
    if (code == 0)
        engine->left_out = wb__handover_take(engine->handover, &engine->before);
    if (engine->packets_left != UINT64_MAX)
        engine->packets_left -=
            engine->left_out < engine->packets_left ? engine->left_out : engine->packets_left;
    return code;
}

static int open_recorder(struct wb_engine *engine, const struct wb_engine_options *options,
                         struct wb_error *error)
{
    const struct wb_record_stats *before = &engine->before.record;
    engine->legacy.files = before->files - before->deleted_files;
    engine->legacy.bytes = before->bytes - before->deleted_bytes;
    return wb__recorder_open(&engine->recorder, &options->record, &options->http,
                             engine->handover ? &engine->legacy : NULL, error);
}

/* A capture file that is half written has no place to go on. */
static bool goes_on(const struct wb_engine *engine)
{
    const struct wb__source_operations *operations = engine->source->operations;
    return operations->goes_on && operations->goes_on(engine->source) && !engine->records_packets;
}

/* The source has what needs rights, and has read nothing yet: now everything else is opened that
 * needs them, and then the user may give them up. */
static int open_rest(void *context, struct wb_error *error)
{
    const struct opening *opening = context;
    const struct wb_engine_options *options = opening->options;
    struct wb_engine *engine = opening->engine;
    int code = options->forks ? fork_here(engine, options, error) : 0;
    if (code == 0)
        code = open_recorder(engine, options, error);
    if (code < 0)
        return code;
    find_needs(engine, options);
    code = open_stages(engine, options, error);
    if (code == 0 && options->source.opened)
        code = options->source.opened(options->source.opened_context, error);
    return code;
}

static int open_source(struct wb_engine *engine, const struct wb_engine_options *options,
                       struct wb_error *error)
{
    struct opening opening = {.engine = engine, .options = options};
    struct wb_source_options source = options->source;
    source.opened = open_rest;
    source.opened_context = &opening;
    return wb__opening_source(&engine->source, &source, error);
}

int wb_engine_open(struct wb_engine **result, const struct wb_engine_options *options,
                   struct wb_error *error)
{
    *result = NULL;
    if (!wb__flow_options_are_valid(&options->flow))
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "flow: a policy, IP version or prefix length is out of its range");
    struct wb_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return wb__error_set(error, WB_E_MEMORY, 0, "out of memory");
    engine->handlers = options->handlers;
    engine->context = options->context;
    engine->packets_left = options->max_packets ? options->max_packets : UINT64_MAX;
    engine->is_live = options->source.file == NULL;
    engine->progress = &engine->own_progress;
    wb__slab_init(&engine->joints, sizeof(struct wb__joint), &engine->joints_memory);

    int code = open_source(engine, options, error);
    if (code < 0) {
        wb_engine_close(engine);
        return code;
    }
    engine->source->before_reuse = before_reuse;
    engine->source->context = engine;
    engine->progress->goes_on = goes_on(engine);
    engine->progress->has_begun = true;
    if (engine->recorder)
        wb__recorder_start_record(engine->recorder, wb_guard_state(), clock_ns());
    *result = engine;
    return 0;
}

static void count_layers(struct wb_decode_stats *stats, const struct wb_decoded *decoded,
                         unsigned first)
{
    for (unsigned i = first; i < decoded->layer_count; i++)
        stats->layers[decoded->layers[i].kind]++;
}

static void count_status(struct wb_decode_stats *stats, const struct wb_decoded *decoded)
{
    if (decoded->status == WB_LAYER_OK)
        return;
    stats->truncated += decoded->status == WB_LAYER_TRUNCATED;
    stats->malformed += decoded->status == WB_LAYER_MALFORMED;
    stats->too_deep += decoded->status == WB_LAYER_TOO_DEEP;
}

static void count_decoded(struct wb_decode_stats *stats, const struct wb_decoded *decoded)
{
    count_layers(stats, decoded, 0);
    count_status(stats, decoded);
    stats->fragments += decoded->is_fragment;
    stats->unknown_link += decoded->layers[0].kind == WB_LAYER_PAYLOAD;
}

static void run_flow(struct wb_engine *engine, const struct wb_packet *packet,
                     const struct wb_decoded *decoded)
{
    struct wb__flow_lookup lookup;
    if (!engine->flows)
        return;
    wb__flow_table_prepare(engine->flows, packet, decoded, &lookup, NULL);
    engine->current = packet;
    wb__flow_table_packet(engine->flows, packet, decoded, &lookup);
}

/* A datagram that a fragment completes goes the way of a packet. What it holds may be a
 * fragment again, of a packet in a tunnel. */
static void run_fragment(struct wb_engine *engine, const struct wb_packet *packet,
                         const struct wb_decoded *decoded)
{
    struct wb_packet whole;
    struct wb_decoded whole_decoded;
    struct wb_datagram datagram;
    if (!wb__fragment_table_packet(engine->fragments, packet, decoded, &whole, &whole_decoded,
                                   &datagram))
        return;
    if (engine->handlers.datagram)
        engine->handlers.datagram(engine->context, &whole, &whole_decoded, &datagram);
    run_flow(engine, &whole, &whole_decoded);
    if (whole_decoded.is_fragment)
        run_fragment(engine, &whole, &whole_decoded);
}

/* The packets that a frame holds beside the first (wb_decode_next) go through the flow table
 * as if each had come in a frame of its own. What is wrong with one of them is counted where
 * the first is well: a frame counts once. */
static void run_others(struct wb_engine *engine, const struct wb_packet *packet,
                       struct wb_decoded *decoded)
{
    struct wb_decode_stats *stats = &engine->decode_stats;
    bool is_well = decoded->status == WB_LAYER_OK;
    while (wb_decode_next(packet, decoded)) {
        count_layers(stats, decoded, wb__decode_aggregate(decoded));
        stats->other_packets++;
        if (is_well)
            count_status(stats, decoded);
        is_well = is_well && decoded->status == WB_LAYER_OK;
        run_flow(engine, packet, decoded);
        if (decoded->is_fragment && engine->fragments)
            run_fragment(engine, packet, decoded);
    }
}

/* A few packets through decode, and then one by one through the rest: while the first
 * ones are followed, the cache lines that the last ones need are on their way. */
static void run_few(struct wb_engine *engine, const struct wb_packet *packets, int count)
{
    for (int i = 0; i < count; i++) {
        engine->progress->packet = packets[i].number;
        wb_decode(&packets[i], &engine->decoded[i]);
        count_decoded(&engine->decode_stats, &engine->decoded[i]);
        if (engine->flows)
            wb__flow_table_prepare(engine->flows, &packets[i], &engine->decoded[i],
                                   &engine->lookups[i], i > 0 ? &engine->lookups[i - 1] : NULL);
    }
    for (int i = 0; engine->flows && i < count; i++)
        wb__flow_table_fetch(engine->flows, &engine->lookups[i]);
    for (int i = 0; i < count; i++) {
        engine->current = &packets[i];
        engine->progress->packet = packets[i].number;
        if (engine->handlers.packet)
            engine->handlers.packet(engine->context, &packets[i], &engine->decoded[i]);
        if (engine->flows)
            wb__flow_table_packet(engine->flows, &packets[i], &engine->decoded[i],
                                  &engine->lookups[i]);
        if (engine->decoded[i].is_fragment && engine->fragments)
            run_fragment(engine, &packets[i], &engine->decoded[i]);
        if (engine->decoded[i].has_next)
            run_others(engine, &packets[i], &engine->decoded[i]);
    }
    engine->current = NULL;
    engine->decode_stats.packets += (uint64_t)count;
}

static int a_few(int count)
{
    return count < WB__BATCH_DECODED ? count : WB__BATCH_DECODED;
}

/* The source touched these headers when it made the batch; since then most of them have
 * left the near caches again. Prefetching reads nothing: a packet may be shorter. */
static void prefetch_headers(const struct wb_packet *packets, int count)
{
    for (int i = 0; i < count; i++) {
        __builtin_prefetch(packets[i].data);
        __builtin_prefetch((const void *)((uintptr_t)packets[i].data + CACHE_LINE_BYTES));
    }
}

/* All but those of the source. *stats is 0. */
static void stage_stats(struct wb_engine *engine, struct wb_stats *stats)
{
    stats->decode = engine->decode_stats;
    if (engine->fragments)
        wb__fragment_table_stats(engine->fragments, &stats->fragment);
    if (engine->flows)
        wb__flow_table_stats(engine->flows, &stats->flow);
    stats->flow.memory_bytes += engine->joints_memory.used;
    stats->flow.memory_peak += engine->joints_memory.peak;
    if (engine->http)
        wb__http_stats(engine->http, &stats->http);
    if (engine->recorder)
        wb__recorder_stats(engine->recorder, &stats->record);
    if (engine->handover)
        wb__handover_add(stats, &engine->before);
}

static void hand_over(struct wb_engine *engine, uint64_t number)
{
    struct wb_stats *stats = wb__handover_room(engine->handover);
    memset(stats, 0, sizeof *stats);
    stage_stats(engine, stats);
    wb__handover_counted(engine->handover, number);
}

/* Of what came before these packets nothing is lost when this process dies. */
static void take_in_hand(struct wb_engine *engine, const struct wb_packet *packets, int count)
{
    hand_over(engine, packets->number - 1);
    wb__handover_take_up(engine->handover, packets->number,
                         (uint64_t)(count < WB__BATCH_HANDED_OVER ? count : WB__BATCH_HANDED_OVER));
}

static void run_through(struct wb_engine *engine, const struct wb_packet *packets, int count)
{
    for (int done = 0, few; done < count; done += few) {
        if (engine->handover && done % WB__BATCH_HANDED_OVER == 0)
            take_in_hand(engine, packets + done, count - done);
        few = a_few(count - done);
        prefetch_headers(packets + done + few, a_few(count - done - few));
        run_few(engine, packets + done, few);
    }
}

static void tell_interfaces(struct wb_engine *engine, unsigned index)
{
    for (; engine->interfaces_told <= index; engine->interfaces_told++) {
        const struct wb_source_interface *interface =
            engine->source->operations->interface(engine->source, engine->interfaces_told);
        if (interface)
            wb__recorder_interface(engine->recorder, engine->interfaces_told, interface);
    }
}

static void record_packets(struct wb_engine *engine, int count)
{
    for (int i = 0; i < count; i++) {
        if (engine->packets[i].interface_index >= engine->interfaces_told)
            tell_interfaces(engine, engine->packets[i].interface_index);
        wb__recorder_packet(engine->recorder, &engine->packets[i]);
    }
}

static void end_record_batch(struct wb_engine *engine)
{
    wb__recorder_batch_end(engine->recorder, engine->now_ns);
    if (wb__recorder_is_stats_due(engine->recorder, engine->now_ns)) {
        struct wb_stats stats;
        wb_engine_stats(engine, &stats);
        wb__recorder_stats_record(engine->recorder, &stats, engine->now_ns);
    }
}

/* What is done once for each batch, or when nothing came: timers, records. */
static void end_batch(struct wb_engine *engine)
{
    if (engine->fragments)
        wb__fragment_table_expire(engine->fragments, engine->now_ns);
    if (engine->flows)
        wb__flow_table_expire(engine->flows, engine->now_ns);
    if (engine->recorder)
        end_record_batch(engine);
    if (engine->handover)
        hand_over(engine, engine->progress->packet);
}

static void run_batch(struct wb_engine *engine, int count)
{
    engine->packets_left -= (uint64_t)count;
    if (engine->handlers.packets)
        engine->handlers.packets(engine->context, engine->packets, count);
    if (engine->records_packets)
        record_packets(engine, count);
    if (engine->needs_decode)
        run_through(engine, engine->packets, count);
    engine->progress->packet = engine->packets[count - 1].number;
    if (engine->packets[count - 1].time_ns > engine->now_ns)
        engine->now_ns = engine->packets[count - 1].time_ns;
    end_batch(engine);
}

/* On an idle interface time goes on by the clock that the kernel stamps packets with. */
static void run_idle(struct wb_engine *engine)
{
    if (!engine->is_live)
        return;
    int64_t now_ns = clock_ns();
    if (now_ns > engine->now_ns)
        engine->now_ns = now_ns;
    end_batch(engine);
}

/* The batch that a process before this one had begun comes once more. Returns how many packets of
 * it are ours. */
static int leave_out(struct wb_engine *engine, int count)
{
    int theirs = 0;
    while (theirs < count && engine->packets[theirs].number <= engine->left_out)
        theirs++;
    count -= theirs;
    memmove(engine->packets, engine->packets + theirs, (size_t)count * sizeof engine->packets[0]);
    return count;
}

int wb_engine_step(struct wb_engine *engine, int timeout_ms, struct wb_error *error)
{
    for (;;) {
        if (engine->packets_left == 0)
            return WB_E_END;
        int capacity = engine->packets_left < WB__BATCH_PACKETS ? (int)engine->packets_left
                                                                : WB__BATCH_PACKETS;
        int wait_ms = timeout_ms < 0 || timeout_ms > IDLE_MS ? IDLE_MS : timeout_ms;
        bool was_stopped = wb_engine_is_stopped(engine);
        int count = engine->source->operations->next(engine->source, engine->packets, capacity,
                                                     wait_ms, error);
        if (count > 0 && engine->packets[0].number <= engine->left_out) {
            count = leave_out(engine, count);
            if (count == 0)
                continue;
        }
        if (count > 0)
            run_batch(engine, count);
        if (count != 0)
            return count;
        run_idle(engine);
        if (was_stopped)
            return WB_E_END;
        if (timeout_ms >= 0 && (timeout_ms -= wait_ms) <= 0)
            return 0;
    }
}

int wb_engine_descriptor(const struct wb_engine *engine)
{
    return engine->source->operations->descriptor(engine->source);
}

int wb_engine_set_filter(struct wb_engine *engine, const char *expression, struct wb_error *error)
{
    return engine->source->operations->set_filter(engine->source, expression, error);
}

int wb_engine_rewind(struct wb_engine *engine, struct wb_error *error)
{
    if (!engine->source->operations->rewind || engine->records_packets)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "only a file whose packets are not recorded is read again");
    return engine->source->operations->rewind(engine->source, error);
}

void wb_engine_stop(struct wb_engine *engine)
{
    atomic_store(&engine->stopped, true);
    engine->source->operations->wake(engine->source);
}

bool wb_engine_is_stopped(const struct wb_engine *engine)
{
    return atomic_load(&engine->stopped);
}

int wb_engine_finish(struct wb_engine *engine, struct wb_error *error)
{
    if (engine->fragments)
        wb__fragment_table_finish(engine->fragments);
    if (engine->flows)
        wb__flow_table_finish(engine->flows);
    if (!engine->recorder)
        return 0;
    wb__recorder_batch_end(engine->recorder, engine->now_ns);
    struct wb_stats stats;
    wb_engine_stats(engine, &stats);
    wb__recorder_stats_record(engine->recorder, &stats, engine->now_ns);
    return wb__recorder_finish(engine->recorder, error);
}

void wb_engine_stats(struct wb_engine *engine, struct wb_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    engine->source->operations->stats(engine->source, &stats->source);
    stage_stats(engine, stats);
}

const struct wb_source_interface *wb_engine_interface(const struct wb_engine *engine,
                                                      unsigned index)
{
    return engine->source->operations->interface(engine->source, index);
}

const char *wb_engine_source_kind(const struct wb_engine *engine)
{
    return engine->source->operations->kind;
}

void wb_engine_close(struct wb_engine *engine)
{
    if (!engine)
        return;
    wb__fragment_table_free(engine->fragments);
    wb__flow_table_free(engine->flows);
    wb__http_free(engine->http);
    wb__recorder_close(engine->recorder);
    wb__handover_free(engine->handover);
    wb__backlog_free(engine->legacy.lines);
    wb__standing_free(engine->legacy.standing);
    wb__slab_free(&engine->joints);
    if (engine->source)
        engine->source->operations->close(engine->source);
    free(engine);
}
