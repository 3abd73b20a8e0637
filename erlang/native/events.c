/* SPDX-License-Identifier: ISC */
#include "events.h"

#define EVENT_HEAD_BYTES 5 /* kind, length */

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
    return start;
}

static void send_events(struct events *events)
{
    const struct iovec frame = {events->buffer.bytes, events->buffer.used};
    if (events->buffer.is_failed)
        worker_out_of_memory(events->worker);
    else if (events->buffer.used > 0)
        worker_emit(events->worker, &frame, 1);
    events->buffer.used = 0;
}

static void end(struct events *events, size_t start)
{
    size_t length = events->buffer.used - start - EVENT_HEAD_BYTES;
    buffer_set32(&events->buffer, start + 1, (uint32_t)length);
    if (events->buffer.used >= events->settings->batch_bytes)
        send_events(events);
}

static void on_packets(void *context, const struct wb_packet *packets, int count)
{
    batch_add(&events_of(context)->batch, packets, count);
}

void stats_put(struct buffer *buffer, const struct wb_stats *stats,
               const struct worker_stats *own)
{
    const struct {
        const struct wb_source_stats *source;
        const struct wb_decode_stats *decode;
        const struct wb_fragment_stats *fragment;
        const struct wb_flow_stats *flow;
        const struct wb_http_stats *http;
        const struct worker_stats *worker;
    } of = {&stats->source, &stats->decode, &stats->fragment, &stats->flow, &stats->http, own};
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

bool events_start(struct events *events, struct worker *worker, const struct settings *settings,
                  struct worker_stats *stats, struct wb_engine_options *options)
{
    *events = (struct events){.worker = worker, .settings = settings, .stats = stats};
    if (!batch_start(&events->batch, worker, settings->batch_bytes, settings->time_per_second))
        return false;
    options->context = events;
    options->handlers = (struct wb_handlers){0};
    if (settings->deliver & DELIVER_PACKETS)
        options->handlers.packets = on_packets;
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
    buffer_free(&events->buffer);
}
