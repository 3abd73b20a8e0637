/* SPDX-License-Identifier: ISC */
#include "events.h"

#include <stdlib.h>

#define EVENT_HEAD_BYTES 5                 /* kind, length */
#define WORTH_HOLDING    4096              /* a shorter body is copied */
#define KEPT_BYTES       ((size_t)4 << 20) /* a longer buffer, for large bodies, is not kept */

static struct events *events_of(void *context)
{
    return context;
}

/* Begins an event. Returns where it stands, for end. */
static size_t begin(struct events *events, enum event_kind kind)
{
    if (events->buffer.used == 0)
        buffer_put8(&events->buffer, FRAME_EVENTS);
    size_t start = events->buffer.used;
    buffer_put8(&events->buffer, kind);
    buffer_put32(&events->buffer, 0);
    events->held_of_event = 0;
    return start;
}

/* The frame: what is in the buffer, and between it what is held. Returns how many parts. */
static int parts_of(const struct events *events, struct iovec *parts)
{
    size_t done = 0;
    int count = 0;
    for (int i = 0; i < events->held_count; i++) {
        const struct held *held = &events->held[i];
        if (held->before > done)
            parts[count++] = (struct iovec){events->buffer.bytes + done, held->before - done};
        parts[count++] = (struct iovec){held->bytes, held->length};
        done = held->before;
    }
    parts[count++] = (struct iovec){events->buffer.bytes + done, events->buffer.used - done};
    return count;
}

static void release_held(struct events *events)
{
    for (int i = 0; i < events->held_count; i++)
        if (events->held[i].capacity > 0)
            spares_give(&events->exchanges.spares, events->held[i].bytes, events->held[i].capacity);
    events->held_count = 0;
    events->held_bytes = 0;
}

static void send_events(struct events *events)
{
    struct iovec parts[FRAME_PARTS_MAX];
    if (events->buffer.is_failed)
        worker_out_of_memory(events->worker);
    else if (events->buffer.used > 0)
        worker_emit(events->worker, parts, parts_of(events, parts));
    if (events->buffer.capacity > KEPT_BYTES && !events->buffer.is_failed)
        buffer_free(&events->buffer);
    events->buffer.used = 0;
    release_held(events);
}

static void end(struct events *events, size_t start)
{
    size_t length = events->buffer.used - start - EVENT_HEAD_BYTES + events->held_of_event;
    buffer_set32(&events->buffer, start + 1, (uint32_t)length);
    if (events->buffer.used + events->held_bytes >= events->settings->batch_bytes)
        send_events(events);
}

/* ---- Packets ---------------------------------------------------------------------- */

static void on_packets(void *context, const struct wb_packet *packets, int count)
{
    batch_add(&events_of(context)->batch, packets, count);
}

/* ---- What events are made of ------------------------------------------------------ */

static void put_time(struct events *events, int64_t time_ns)
{
    int64_t time = time_in_units(time_ns, events->settings->time_per_second);
    buffer_put64(&events->buffer, (uint64_t)time);
}

static void put_endpoint(struct buffer *buffer, unsigned ip_version, const uint8_t *address,
                         unsigned port)
{
    buffer_put_bytes(buffer, address, ip_version == 4 ? 4 : 16);
    buffer_put16(buffer, port);
}

static void put_endpoints(struct buffer *buffer, const struct wb_flow *flow)
{
    buffer_put8(buffer, flow->ip_version);
    for (int i = 0; i < 2; i++)
        put_endpoint(buffer, flow->ip_version, flow->endpoint[i].address, flow->endpoint[i].port);
}

/* ---- Streams ---------------------------------------------------------------------- */

/* Begins an event about a stream; the flow's own comes before its first. */
static size_t begin_stream(struct events *events, enum event_kind kind, struct wb_flow *flow,
                           enum wb_flow_direction direction, uint64_t offset)
{
    if (!flow->user) {
        size_t start = begin(events, EVENT_FLOW);
        buffer_put64(&events->buffer, flow->id);
        put_endpoints(&events->buffer, flow);
        end(events, start);
        flow->user = events;
    }
    size_t start = begin(events, kind);
    buffer_put64(&events->buffer, flow->id);
    buffer_put8(&events->buffer, direction);
    buffer_put64(&events->buffer, offset);
    return start;
}

static void on_stream(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                      uint64_t offset, const uint8_t *bytes, uint32_t length)
{
    struct events *events = events_of(context);
    size_t start = begin_stream(events, EVENT_STREAM, flow, direction, offset);
    buffer_put_bytes(&events->buffer, bytes, length);
    end(events, start);
}

static void on_gap(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                   uint64_t offset, uint64_t length)
{
    struct events *events = events_of(context);
    size_t start = begin_stream(events, EVENT_GAP, flow, direction, offset);
    buffer_put64(&events->buffer, length);
    end(events, start);
}

static void on_flow(void *context, struct wb_flow *flow)
{
    struct events *events = events_of(context);
    struct buffer *buffer = &events->buffer;
    size_t start = begin(events, EVENT_FLOW_END);
    buffer_put64(buffer, flow->id);
    put_endpoints(buffer, flow);
    buffer_put8(buffer, flow->end);
    buffer_put8(buffer, (unsigned)(flow->midstream | flow->one_sided << 1));
    put_time(events, flow->first_ns);
    put_time(events, flow->last_ns);
    for (int i = 0; i < 2; i++) {
        buffer_put64(buffer, flow->half[i].packets);
        buffer_put64(buffer, flow->half[i].wire_bytes);
        buffer_put64(buffer, flow->stream[i].bytes);
        buffer_put64(buffer, flow->stream[i].gap_bytes);
    }
    end(events, start);
}

/* ---- Transactions ----------------------------------------------------------------- */

static void put_slice(struct buffer *buffer, struct wb_slice slice)
{
    buffer_put_text(buffer, slice.data, slice.length);
}

static void put_headers(struct buffer *buffer, const struct wb_http_header *headers, uint32_t count)
{
    buffer_put32(buffer, count);
    for (uint32_t i = 0; i < count; i++) {
        put_slice(buffer, headers[i].name);
        put_slice(buffer, headers[i].value);
    }
}

static void put_gaps(struct buffer *buffer, const struct wb_http_message *message)
{
    unsigned kept = message->gap_count < WB_HTTP_GAPS_KEPT ? message->gap_count : WB_HTTP_GAPS_KEPT;
    buffer_put64(buffer, message->gap_bytes);
    buffer_put32(buffer, message->gap_count);
    buffer_put8(buffer, kept);
    for (unsigned i = 0; i < kept; i++) {
        buffer_put64(buffer, message->gaps[i].offset);
        buffer_put64(buffer, message->gaps[i].length);
    }
}

static void hold(struct events *events, uint8_t *bytes, size_t length, size_t capacity)
{
    events->held[events->held_count++] =
        (struct held){events->buffer.used, bytes, length, capacity};
    events->held_bytes += length;
    events->held_of_event += length;
}

static bool is_worth_holding(const struct events *events, const struct body *body)
{
    return body_length(body) >= WORTH_HOLDING &&
           events->held_count + 1 + body->piece_count <= HELD_MAX;
}

/* A long body goes into the frame from where it lies. */
static void put_body(struct events *events, struct body *body)
{
    bool is_held = is_worth_holding(events, body);
    buffer_put32(&events->buffer, (uint32_t)body_length(body));
    if (is_held && body->used > 0) {
        hold(events, body->bytes, body->used, body->capacity);
        body->bytes = NULL;
    } else {
        buffer_put_bytes(&events->buffer, body->bytes, body->used);
    }
    for (int i = 0; i < body->piece_count; i++) {
        const struct iovec *piece = &body->pieces[i];
        if (is_held)
            hold(events, piece->iov_base, piece->iov_len, 0);
        else
            buffer_put_bytes(&events->buffer, piece->iov_base, piece->iov_len);
    }
}

static void put_message(struct events *events, const struct wb_http_message *message,
                        struct body *body)
{
    struct buffer *buffer = &events->buffer;
    buffer_put8(buffer, message->seen);
    buffer_put8(buffer, message->version);
    buffer_put8(buffer, message->framing);
    buffer_put8(buffer, message->ended);
    buffer_put16(buffer, message->status);
    buffer_put16(buffer, message->interim_status);
    buffer_put64(buffer, message->content_length);
    buffer_put64(buffer, message->body_bytes);
    buffer_put64(buffer, message->wire_bytes);
    put_time(events, message->first_ns);
    put_time(events, message->last_ns);
    put_gaps(buffer, message);
    put_slice(buffer, message->method);
    put_slice(buffer, message->target);
    put_slice(buffer, message->reason);
    put_slice(buffer, message->head);
    put_headers(buffer, message->headers, message->header_count);
    put_headers(buffer, message->trailers, message->trailer_count);
    put_body(events, body);
    buffer_put64(buffer, events->settings->has_bodies ? body->left_out : message->body_bytes);
}

static void on_http_bytes(void *context, struct wb_flow *flow,
                          struct wb_http_transaction *transaction, enum wb_http_side side,
                          enum wb_http_part part, const uint8_t *bytes, uint32_t length)
{
    struct events *events = events_of(context);
    const struct wb_http_message *message =
        side == WB_HTTP_REQUEST ? &transaction->request : &transaction->response;
    (void)flow;
    if (part != WB_HTTP_PART_BODY)
        return;
    if (!transaction->user)
        transaction->user = exchange_new(&events->exchanges);
    if (transaction->user)
        exchange_add(transaction->user, side, bytes, length,
                     wb_engine_bytes_stay(events->engine, bytes), message->content_length);
    else
        worker_out_of_memory(events->worker);
}

static void on_reuse(void *context, bool is_all)
{
    exchanges_before_reuse(&events_of(context)->exchanges, is_all);
}

static void on_transaction(void *context, struct wb_flow *flow,
                           struct wb_http_transaction *transaction)
{
    struct exchange nothing = {0};
    struct events *events = events_of(context);
    struct buffer *buffer = &events->buffer;
    struct exchange *exchange = transaction->user ? transaction->user : &nothing;
    size_t start = begin(events, EVENT_TRANSACTION);
    buffer_put64(buffer, transaction->number);
    buffer_put32(buffer, transaction->index);
    buffer_put32(buffer, transaction->missing);
    buffer_put64(buffer, transaction->anomalies);
    buffer_put8(buffer, transaction->tunnel);
    buffer_put64(buffer, flow->id);
    put_endpoints(buffer, flow);
    put_message(events, &transaction->request, &exchange->bodies[WB_HTTP_REQUEST]);
    put_message(events, &transaction->response, &exchange->bodies[WB_HTTP_RESPONSE]);
    exchange_free(transaction->user);
    transaction->user = NULL;
    end(events, start);
}

/* ---- Anomalies -------------------------------------------------------------------- */

enum subject { OF_NOTHING, OF_FLOW, OF_DATAGRAM };

static size_t begin_anomaly(struct events *events, const char *name, int64_t time_ns,
                            const struct wb_flow *flow)
{
    size_t start = begin(events, EVENT_ANOMALY);
    buffer_put_string(&events->buffer, name);
    put_time(events, time_ns);
    if (flow) {
        buffer_put8(&events->buffer, OF_FLOW);
        buffer_put64(&events->buffer, flow->id);
        put_endpoints(&events->buffer, flow);
    }
    return start;
}

static void put_range(struct buffer *buffer, unsigned direction, uint64_t offset, uint64_t length)
{
    buffer_put8(buffer, direction);
    buffer_put64(buffer, offset);
    buffer_put64(buffer, length);
}

static void put_versions(struct buffer *buffer, const uint8_t *kept, const uint8_t *rejected,
                         uint32_t length)
{
    buffer_put_text(buffer, kept, kept ? length : 0);
    buffer_put_text(buffer, rejected, rejected ? length : 0);
}

static void on_flow_anomaly(void *context, const struct wb_flow *flow,
                            const struct wb_flow_anomaly *anomaly)
{
    struct events *events = events_of(context);
    size_t start =
        begin_anomaly(events, wb_flow_anomaly_name(anomaly->kind), anomaly->time_ns, flow);
    put_range(&events->buffer, anomaly->direction, anomaly->offset, anomaly->length);
    put_versions(&events->buffer, anomaly->kept, anomaly->rejected, anomaly->kept_length);
    end(events, start);
}

static void on_http_anomaly(void *context, const struct wb_flow *flow,
                            const struct wb_http_transaction *transaction,
                            const struct wb_http_anomaly *anomaly)
{
    struct events *events = events_of(context);
    (void)transaction;
    size_t start =
        begin_anomaly(events, wb_http_anomaly_name(anomaly->kind), anomaly->time_ns, flow);
    put_range(&events->buffer, anomaly->side, 0, 0);
    put_versions(&events->buffer, NULL, NULL, 0);
    end(events, start);
}

static void on_fragment_anomaly(void *context, const struct wb_fragment_anomaly *anomaly)
{
    struct events *events = events_of(context);
    struct buffer *buffer = &events->buffer;
    size_t start =
        begin_anomaly(events, wb_fragment_anomaly_name(anomaly->kind), anomaly->time_ns, NULL);
    buffer_put8(buffer, OF_DATAGRAM);
    buffer_put64(buffer, 0);
    buffer_put8(buffer, anomaly->ip_version);
    put_endpoint(buffer, anomaly->ip_version, anomaly->source, 0);
    put_endpoint(buffer, anomaly->ip_version, anomaly->destination, 0);
    put_range(buffer, 0, anomaly->offset, anomaly->length);
    put_versions(buffer, anomaly->kept, anomaly->rejected, anomaly->kept_length);
    end(events, start);
}

/* ---- Counters --------------------------------------------------------------------- */

void stats_put(struct buffer *buffer, const struct wb_stats *stats, const struct worker_stats *own)
{
    const struct {
        const struct wb_source_stats *source;
        const struct wb_decode_stats *decode;
        const struct wb_fragment_stats *fragment;
        const struct wb_flow_stats *flow;
        const struct wb_http_stats *http;
        const struct worker_stats *worker;
        const struct wb_inject_stats *inject;
    } of = {&stats->source, &stats->decode, &stats->fragment, &stats->flow,
            &stats->http,   own,            &own->inject};
    const uint64_t values[] = {
#define VALUE(section, name) of.section->name,
        WORKER_COUNTERS(VALUE)
#undef VALUE
    };
    const unsigned count = sizeof values / sizeof values[0];
    buffer_put16(buffer, count);
    for (unsigned i = 0; i < count; i++)
        buffer_put64(buffer, values[i]);
}

void events_put_stats(struct events *events, const struct wb_stats *stats)
{
    size_t start = begin(events, EVENT_STATS);
    stats_put(&events->buffer, stats, events->stats);
    end(events, start);
}

void events_put_lost(struct events *events, uint64_t ring, uint64_t interface)
{
    size_t start = begin(events, EVENT_LOST);
    buffer_put64(&events->buffer, ring);
    buffer_put64(&events->buffer, interface);
    end(events, start);
}

/* ---- All of them ------------------------------------------------------------------ */

static void choose_handlers(struct wb_handlers *handlers, const struct settings *settings)
{
    *handlers = (struct wb_handlers){0};
    if (settings->deliver & DELIVER_PACKETS)
        handlers->packets = on_packets;
    if (settings->deliver & DELIVER_STREAMS) {
        handlers->stream = on_stream;
        handlers->gap = on_gap;
        handlers->flow = on_flow;
    }
    if (settings->deliver & DELIVER_TRANSACTIONS) {
        handlers->transaction = on_transaction;
        handlers->http_bytes = settings->has_bodies ? on_http_bytes : NULL;
        handlers->before_reuse = settings->has_bodies ? on_reuse : NULL;
    }
    if (settings->deliver & DELIVER_ANOMALIES) {
        handlers->flow_anomaly = on_flow_anomaly;
        handlers->http_anomaly = on_http_anomaly;
        handlers->fragment_anomaly = on_fragment_anomaly;
    }
}

bool events_start(struct events *events, struct worker *worker, const struct settings *settings,
                  struct worker_stats *stats, struct wb_engine_options *options)
{
    *events = (struct events){.worker = worker, .settings = settings, .stats = stats};
    events->exchanges = (struct exchanges){.settings = settings, .stats = stats};
    bool is_lent = options->source.memory.take;
    if (!batch_start(&events->batch, worker, settings->batch_bytes, settings->time_per_second,
                     is_lent))
        return false;
    options->context = events;
    choose_handlers(&options->handlers, settings);
    return true;
}

void events_flush(struct events *events)
{
    batch_flush(&events->batch);
    send_events(events);
}

void events_free(struct events *events)
{
    batch_free(&events->batch);
    release_held(events);
    spares_free(&events->exchanges.spares);
    buffer_free(&events->buffer);
}
