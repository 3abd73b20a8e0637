/* SPDX-License-Identifier: ISC */
#include "flow/hole.h"

#include "flow/stream.h"

#define ONE_SIDED_WAITS 20

/* Are there bytes that were not believed, but that the receiver has acknowledged? */
static bool has_vouched_suspect(const struct wb__half *half)
{
    if (!half->is_waited_for)
        return false;
    const struct wb__suspects *suspects = wb__stream_of(half)->suspects;
    const struct wb__segment *first = suspects ? suspects->queue.first : NULL;
    return first && half->is_acknowledged &&
           wb__sequence_distance(first->sequence, half->acknowledged) > 0;
}

/* How many bytes after next the receiver has acknowledged: they existed. One byte more
 * than was seen may have been a FIN that the capture lost, so it proves nothing; and of a
 * direction that the capture does not see at all, nothing is missing in particular. */
static uint32_t acknowledged_hole(const struct wb__half *half)
{
    if (!half->is_seen || !half->is_acknowledged || half->has_ended)
        return 0;
    int32_t ahead = wb__sequence_distance(half->next, half->acknowledged);
    bool is_more = wb__first_early(half) || has_vouched_suspect(half);
    return ahead > 1 || (ahead == 1 && is_more) ? (uint32_t)ahead : 0;
}

bool wb__flow_is_due(const struct wb_flow *public, enum wb_flow_direction direction)
{
    const struct wb__flow *flow =
        (const struct wb__flow *)((const char *)public - offsetof(struct wb__flow, public));
    const struct wb__half *half = &flow->half[direction];
    return !half->is_seen || wb__first_early(half) || acknowledged_hole(half) > 0;
}

/* As far as the next byte that is there, or as far as was acknowledged. */
static uint32_t hole_length(const struct wb__half *half)
{
    uint32_t length = acknowledged_hole(half);
    const struct wb__segment *first = wb__first_early(half);
    if (!first)
        return length;
    uint32_t to_first = (uint32_t)wb__sequence_distance(half->next, first->sequence);
    return length == 0 || to_first < length ? to_first : length;
}

/* Hands on suspects that lie at next, at most length bytes of them, with their FIN. That the
 * receiver took them shows that it does not make the check, or that we know too little. */
static bool hand_on_suspects(struct wb__flow_table *table, struct wb__flow *flow,
                             enum wb_flow_direction direction, uint32_t length, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    const struct wb__segment *first = wb__suspect_first(&table->suspects, half);
    if (!first || first->sequence != half->next || length == 0)
        return false;
    uint32_t count = wb__segment_byte_count(first);
    bool is_end = first->has_fin && count < length;
    if (length < count)
        count = length;
    uint8_t checks = wb__stream_of(half)->suspects->checks;
    half->lenient |= checks;
    if (checks)
        wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_SUSPECT_VOUCHED,
                      &(struct wb_flow_anomaly){.time_ns = time_ns,
                                                .offset = wb__flow_offset(flow, direction),
                                                .length = count});
    if (count > 0)
        wb__stream_deliver_copied(table, flow, direction, wb__segment_bytes(first), count, time_ns);
    wb__suspect_use(&table->suspects, half, count + is_end);
    if (is_end)
        wb__stream_end(table, flow, direction, time_ns);
    return !is_end;
}

void wb__hole_take_vouched(struct wb__flow_table *table, struct wb__flow *flow,
                           enum wb_flow_direction direction, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    uint32_t start = half->next;
    while (has_vouched_suspect(half) &&
           hand_on_suspects(table, flow, direction, hole_length(half), time_ns))
        ;
    if (half->next != start)
        wb__stream_drain(table, flow, direction, time_ns);
}

/* Gives up the bytes at next, unless suspects fill the hole: a gap. */
static void skip_hole(struct wb__flow_table *table, struct wb__flow *flow,
                      enum wb_flow_direction direction, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    uint32_t start = half->next;
    wb__hole_take_vouched(table, flow, direction, time_ns);
    uint32_t length = hole_length(half);
    if (half->next == start && length > 0 && !half->has_ended) {
        if (has_vouched_suspect(half)) {
            uint32_t to_suspect = (uint32_t)wb__sequence_distance(
                half->next, wb__stream_of(half)->suspects->queue.first->sequence);
            length = to_suspect < length ? to_suspect : length;
        }
        wb__stream_deliver_gap(table, flow, direction, length, time_ns);
    }
    wb__stream_drain(table, flow, direction, time_ns);
}

/* Is it plain that the bytes at next will not come, apart from a little patience? An ACK
 * alone proves nothing: a receiver may acknowledge what was never sent, and no sender
 * minds. So bytes after the hole must have come. */
static bool is_hopeless(const struct wb__flow *flow, enum wb_flow_direction direction)
{
    const struct wb__half *half = &flow->half[direction];
    if (has_vouched_suspect(half))
        return true;
    return wb__first_early(half) && (acknowledged_hole(half) > 0 || flow->public.one_sided);
}

void wb__hole_watch(struct wb__flow_table *table, struct wb__flow *flow,
                    enum wb_flow_direction direction, int64_t now_ns)
{
    struct wb__half *half = &flow->half[direction];
    if (wb__stream_of(half)->suspects)
        wb__suspect_first(&table->suspects, half); /* drops what is known by now */
    if (!is_hopeless(flow, direction)) {
        half->has_hole = false;
        return;
    }
    if (!half->has_hole) {
        half->has_hole = true;
        wb__stream_of(half)->hole_since_ns = now_ns;
        return;
    }
    int64_t wait_ns = table->gap_wait_ns * (acknowledged_hole(half) ? 1 : ONE_SIDED_WAITS);
    if (now_ns - wb__stream_of(half)->hole_since_ns >= wait_ns)
        skip_hole(table, flow, direction, now_ns);
}

void wb__hole_give_up(struct wb__flow_table *table, struct wb__flow *flow,
                      enum wb_flow_direction direction, int64_t time_ns)
{
    if (is_hopeless(flow, direction))
        skip_hole(table, flow, direction, time_ns);
}

/* Where the memory of all queues is used up, the direction whose bytes have waited for longest
 * gives up the hole before them: what it holds is handed on, so that only the hole is lost.
 * Neither who is silent nor who holds most would be a fair choice. Traffic costs little, so
 * that a few hostile connections would never be silent; and many small queues hide behind one
 * honest large one. But a sender makes its early bytes younger only by sending as many anew.
 * So honest ones get their turn, unless more than the limit comes early while they wait. */
void wb__hole_make_room(struct wb__flow_table *table, uint32_t length, int64_t time_ns)
{
    while (wb__queue_is_short(&table->memory, length)) {
        uint32_t owner = wb__queue_oldest(&table->memory);
        struct wb__flow *flow = wb__pool_at(&table->flows, owner >> 1);
        enum wb_flow_direction direction = owner & 1;
        const struct wb__half *half = &flow->half[direction];
        table->stats.given_up_memory_limit++;
        wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_MEMORY_LIMIT,
                      &(struct wb_flow_anomaly){.time_ns = time_ns,
                                                .offset = wb__flow_offset(flow, direction),
                                                .length = hole_length(half)});
        skip_hole(table, flow, direction, time_ns);
    }
}

static void flush_half(struct wb__flow_table *table, struct wb__flow *flow,
                       enum wb_flow_direction direction, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    if (wb__stream_of(half)->suspects)
        wb__suspect_first(&table->suspects, half);
    while (wb__first_early(half) || acknowledged_hole(half) > 0)
        skip_hole(table, flow, direction, time_ns);
}

void wb__hole_flush(struct wb__flow_table *table, struct wb__flow *flow, int64_t time_ns)
{
    flush_half(table, flow, WB_FLOW_CLIENT, time_ns);
    flush_half(table, flow, WB_FLOW_SERVER, time_ns);
}
