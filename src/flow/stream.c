/* SPDX-License-Identifier: ISC */
#include "flow/stream.h"

static void hand_on(struct wb__flow_table *table, struct wb__flow *flow,
                    enum wb_flow_direction direction, const uint8_t *bytes, uint32_t length,
                    int64_t time_ns)
{
    uint64_t offset = wb__flow_offset(flow, direction);
    if (length == 0)
        return;
    flow->public.stream[direction].bytes += length;
    table->stats.stream_bytes += length;
    if (table->events.bytes)
        table->events.bytes(table->context, &flow->public, direction, offset, bytes, length,
                            time_ns);
}

/* The stream goes on by length bytes, or by those that are missing. */
static void go_on(struct wb__flow *flow, enum wb_flow_direction direction, uint32_t length)
{
    struct wb__half *half = &flow->half[direction];
    flow->stream[direction].offset += length;
    half->next += length;
    half->has_hole = false;
}

/* Is one of the last length bytes before next urgent? Then it is so no more, and at says which. */
static bool passes_urgent(struct wb__flow *flow, enum wb_flow_direction direction, uint32_t length,
                          uint32_t *at)
{
    struct wb__half *half = &flow->half[direction];
    if (!half->has_urgent)
        return false;
    *at = flow->stream[direction].urgent - (half->next - length);
    half->has_urgent = *at >= length;
    return *at < length;
}

/* byte: NULL where it is missing. */
static void leave_out_urgent(struct wb__flow_table *table, struct wb__flow *flow,
                             enum wb_flow_direction direction, const uint8_t *byte, int64_t time_ns)
{
    table->stats.urgent_bytes++;
    wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_URGENT,
                  &(struct wb_flow_anomaly){.time_ns = time_ns,
                                            .offset = wb__flow_offset(flow, direction),
                                            .length = 1,
                                            .rejected = byte,
                                            .kept_length = byte != NULL});
}

static void deliver(struct wb__flow_table *table, struct wb__flow *flow,
                    enum wb_flow_direction direction, const uint8_t *bytes, uint32_t length,
                    int64_t time_ns)
{
    uint32_t urgent;
    go_on(flow, direction, length);
    if (passes_urgent(flow, direction, length, &urgent)) {
        hand_on(table, flow, direction, bytes, urgent, time_ns);
        leave_out_urgent(table, flow, direction, bytes + urgent, time_ns);
        bytes += urgent + 1;
        length -= urgent + 1;
    }
    hand_on(table, flow, direction, bytes, length, time_ns);
}

void wb__stream_deliver(struct wb__flow_table *table, struct wb__flow *flow,
                        enum wb_flow_direction direction, const uint8_t *bytes, uint32_t length,
                        int64_t time_ns)
{
    struct wb__stream *stream = &flow->stream[direction];
    struct wb__piece piece = {&flow->half[direction], bytes, stream->offset, length, 0};
    wb__history_note(&table->histories, piece, &stream->piece);
    deliver(table, flow, direction, bytes, length, time_ns);
}

void wb__stream_deliver_copied(struct wb__flow_table *table, struct wb__flow *flow,
                               enum wb_flow_direction direction, const uint8_t *bytes,
                               uint32_t length, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    wb__history_keep(&table->histories, half, half->next, bytes, length);
    deliver(table, flow, direction, bytes, length, time_ns);
}

static void hand_on_gap(struct wb__flow_table *table, struct wb__flow *flow,
                        enum wb_flow_direction direction, uint32_t length, int64_t time_ns)
{
    uint64_t offset = wb__flow_offset(flow, direction);
    if (length == 0)
        return;
    flow->public.stream[direction].gaps++;
    flow->public.stream[direction].gap_bytes += length;
    table->stats.gaps++;
    table->stats.gap_bytes += length;
    wb__flow_tell(
        table, flow, direction, WB_FLOW_ANOMALY_GAP,
        &(struct wb_flow_anomaly){.time_ns = time_ns, .offset = offset, .length = length});
    if (table->events.gap)
        table->events.gap(table->context, &flow->public, direction, offset, length, time_ns);
}

/* Nobody misses an urgent byte. */
void wb__stream_deliver_gap(struct wb__flow_table *table, struct wb__flow *flow,
                            enum wb_flow_direction direction, uint32_t length, int64_t time_ns)
{
    uint32_t urgent;
    go_on(flow, direction, length);
    wb__history_skip(&table->histories, &flow->half[direction]);
    if (passes_urgent(flow, direction, length, &urgent)) {
        hand_on_gap(table, flow, direction, urgent, time_ns);
        leave_out_urgent(table, flow, direction, NULL, time_ns);
        length -= urgent + 1;
    }
    hand_on_gap(table, flow, direction, length, time_ns);
}

void wb__stream_tell_after_fin(struct wb__flow_table *table, struct wb__flow *flow,
                               enum wb_flow_direction direction, uint32_t length, int64_t time_ns)
{
    wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_DATA_AFTER_FIN,
                  &(struct wb_flow_anomaly){.time_ns = time_ns,
                                            .offset = wb__flow_offset(flow, direction),
                                            .length = length});
}

void wb__stream_end(struct wb__flow_table *table, struct wb__flow *flow,
                    enum wb_flow_direction direction, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    const struct wb__segment *last = wb__stream_of(half)->queue.last;
    half->has_fin = half->has_ended = true;
    if (last)
        wb__stream_tell_after_fin(table, flow, direction, wb__segment_end(last) - half->next,
                                  time_ns);
    wb__queue_clear(&wb__stream_of(half)->queue, &table->memory);
    wb__suspect_clear(&table->suspects, half);
    if (table->events.half_end)
        table->events.half_end(table->context, &flow->public, direction, time_ns);
}

void wb__stream_drain(struct wb__flow_table *table, struct wb__flow *flow,
                      enum wb_flow_direction direction, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    struct wb__queue *queue = &flow->stream[direction].queue;
    bool is_end = false;
    while (!is_end && queue->first &&
           wb__sequence_distance(queue->first->sequence, half->next) >= 0) {
        struct wb__segment *segment = wb__queue_pop(queue, &table->memory);
        uint32_t known = (uint32_t)wb__sequence_distance(segment->sequence, half->next);
        uint32_t count = wb__segment_byte_count(segment);
        is_end = segment->has_fin && known <= count;
        if (known < count)
            wb__stream_deliver_copied(table, flow, direction, wb__segment_bytes(segment) + known,
                                      count - known, time_ns);
        wb__queue_release(&table->memory, segment);
    }
    if (is_end)
        wb__stream_end(table, flow, direction, time_ns);
}
