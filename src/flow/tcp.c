/* SPDX-License-Identifier: ISC
 *
 * TCP reassembly (RFC 9293): what a segment means for the two directions of its flow.
 * In-order bytes are handed on where they lie; early ones wait in the direction's
 * queue. What is missing becomes a gap when it surely will not come any more:
 *
 *   - the receiver has acknowledged it, and it did not come for gap_wait_ms (captures
 *     may show an ACK before the data it acknowledges, but not for long);
 *   - only one direction is seen, so no ACK can tell, and it did not come for
 *     ONE_SIDED_WAITS times as long;
 *   - the queue is full, and one of the above holds apart from the waiting;
 *   - the memory of all queues is used up, and the bytes behind it wait for longest;
 *   - the flow ends.
 *
 * A sniffer that believed every segment could be led astray, so the checks of a
 * receiver are made (see receiver.h).
 */
#include <assert.h>

#include "flow/receiver.h"
#include "flow/table.h"

#define ONE_SIDED_WAITS 20
#define WINDOW_SLACK (1u << 20) /* ACKs that the capture lost may have moved the window */
#define REACH_BACK 65536
#define WINDOW_SHIFT_MAX 14

static void set_start(struct wb__half *half, uint32_t sequence)
{
    half->start = half->next = sequence;
    half->is_known = true;
}

/* Where in the stream a sequence number is; urgent bytes between it and next are not allowed
 * for. */
static uint64_t offset_of(const struct wb__flow *flow, enum wb_flow_direction direction,
                          uint32_t sequence)
{
    uint64_t offset = wb__flow_offset(flow, direction);
    int64_t ahead = wb__sequence_distance(flow->half[direction].next, sequence);
    return ahead >= 0 || (uint64_t)-ahead <= offset ? offset + (uint64_t)ahead : 0;
}

/* --- handing on -------------------------------------------------------------- */

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
static bool passes_urgent(struct wb__flow *flow, enum wb_flow_direction direction,
                          uint32_t length, uint32_t *at)
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
                             enum wb_flow_direction direction, const uint8_t *byte,
                             int64_t time_ns)
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

/* The same for bytes that stay where they are until the batch ends. */
static void deliver_in_place(struct wb__flow_table *table, struct wb__flow *flow,
                             enum wb_flow_direction direction, const uint8_t *bytes,
                             uint32_t length, int64_t time_ns)
{
    struct wb__stream *stream = &flow->stream[direction];
    struct wb__piece piece = {&flow->half[direction], bytes, stream->offset, length, 0};
    wb__history_note(&table->histories, piece, &stream->piece);
    deliver(table, flow, direction, bytes, length, time_ns);
}

/* The same for bytes that are gone after the call. */
static void deliver_copied(struct wb__flow_table *table, struct wb__flow *flow,
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
    wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_GAP,
                  &(struct wb_flow_anomaly){
                      .time_ns = time_ns, .offset = offset, .length = length});
    if (table->events.gap)
        table->events.gap(table->context, &flow->public, direction, offset, length, time_ns);
}

/* Nobody misses an urgent byte. */
static void deliver_gap(struct wb__flow_table *table, struct wb__flow *flow,
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

/* What comes after the FIN is not part of the stream. */
static void tell_after_fin(struct wb__flow_table *table, struct wb__flow *flow,
                           enum wb_flow_direction direction, uint32_t length, int64_t time_ns)
{
    wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_DATA_AFTER_FIN,
                  &(struct wb_flow_anomaly){.time_ns = time_ns,
                                            .offset = wb__flow_offset(flow, direction),
                                            .length = length});
}

/* The FIN is what comes next. */
static void end_half(struct wb__flow_table *table, struct wb__flow *flow,
                     enum wb_flow_direction direction, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    const struct wb__segment *last = wb__stream_of(half)->queue.last;
    half->has_fin = half->has_ended = true;
    if (last)
        tell_after_fin(table, flow, direction, wb__segment_end(last) - half->next, time_ns);
    wb__queue_clear(&wb__stream_of(half)->queue, &table->memory);
    wb__suspect_clear(&table->suspects, half);
    if (table->events.half_end)
        table->events.half_end(table->context, &flow->public, direction, time_ns);
}

/* Hands on what is in the queue and in order now, and the end if it is reached. */
static void drain(struct wb__flow_table *table, struct wb__flow *flow,
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
            deliver_copied(table, flow, direction, wb__segment_bytes(segment) + known,
                           count - known, time_ns);
        wb__queue_release(&table->memory, segment);
    }
    if (is_end)
        end_half(table, flow, direction, time_ns);
}

/* --- holes ------------------------------------------------------------------- */

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
        deliver_copied(table, flow, direction, wb__segment_bytes(first), count, time_ns);
    wb__suspect_use(&table->suspects, half, count + is_end);
    if (is_end)
        end_half(table, flow, direction, time_ns);
    return !is_end;
}

/* Hands on suspects that lie at next, as far as they are acknowledged. At once: what they
 * bring may be what the sender of the ACK answers. */
static void take_vouched(struct wb__flow_table *table, struct wb__flow *flow,
                         enum wb_flow_direction direction, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    uint32_t start = half->next;
    while (has_vouched_suspect(half) &&
           hand_on_suspects(table, flow, direction, hole_length(half), time_ns))
        ;
    if (half->next != start)
        drain(table, flow, direction, time_ns);
}

/* Gives up the bytes at next, unless suspects fill the hole: a gap. */
static void skip_hole(struct wb__flow_table *table, struct wb__flow *flow,
                      enum wb_flow_direction direction, int64_t time_ns)
{
    struct wb__half *half = &flow->half[direction];
    uint32_t start = half->next;
    take_vouched(table, flow, direction, time_ns);
    uint32_t length = hole_length(half);
    if (half->next == start && length > 0 && !half->has_ended) {
        if (has_vouched_suspect(half)) {
            uint32_t to_suspect = (uint32_t)wb__sequence_distance(
                half->next, wb__stream_of(half)->suspects->queue.first->sequence);
            length = to_suspect < length ? to_suspect : length;
        }
        deliver_gap(table, flow, direction, length, time_ns);
    }
    drain(table, flow, direction, time_ns);
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

static void watch_hole(struct wb__flow_table *table, struct wb__flow *flow,
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

/* Almost always nothing came early. */
static void check_holes(struct wb__flow_table *table, struct wb__flow *flow, int64_t now_ns)
{
    for (int d = 0; d < 2; d++) {
        struct wb__half *half = &flow->half[d];
        const struct wb__stream *stream = &flow->stream[d];
        if (half->is_waited_for)
            half->is_waited_for = stream->queue.first || stream->suspects;
        if (half->is_waited_for)
            watch_hole(table, flow, (enum wb_flow_direction)d, now_ns);
        else
            half->has_hole = false;
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

void wb__tcp_flush(struct wb__flow_table *table, struct wb__flow *flow, int64_t time_ns)
{
    flush_half(table, flow, WB_FLOW_CLIENT, time_ns);
    flush_half(table, flow, WB_FLOW_SERVER, time_ns);
}

/* Where the memory of all queues is used up, the direction whose bytes have waited for longest
 * gives up the hole before them: what it holds is handed on, so that only the hole is lost.
 * Neither who is silent nor who holds most would be a fair choice. Traffic costs little, so
 * that a few hostile connections would never be silent; and many small queues hide behind one
 * honest large one. But a sender makes its early bytes younger only by sending as many anew.
 * So honest ones get their turn, unless more than the limit comes early while they wait. */
static void make_room(struct wb__flow_table *table, uint32_t length, int64_t time_ns)
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

/* --- payload ----------------------------------------------------------------- */

/* The payload of a segment, as far as it concerns the stream. */
struct payload {
    uint32_t sequence;
    const uint8_t *bytes;
    uint32_t length;   /* as sent */
    uint32_t captured; /* at bytes */
    bool has_fin;      /* after these */
    int64_t time_ns;
};

static void tell_difference(struct wb__flow_table *table, struct wb__flow *flow,
                            enum wb_flow_direction direction,
                            const struct wb__difference *difference, int64_t time_ns)
{
    flow->public.stream[direction].overlaps_differing += difference->differing;
    table->stats.overlaps_differing += difference->differing;
    wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_OVERLAP_DIFFERS,
                  &(struct wb_flow_anomaly){
                      .time_ns = time_ns,
                      .offset = offset_of(flow, direction, difference->sequence),
                      .length = difference->length,
                      .kept = difference->kept,
                      .rejected = difference->rejected,
                      .kept_length = difference->shown});
}

/* Compares the first bytes of a payload, which were handed on before, with what was. */
static void compare(struct wb__flow_table *table, struct wb__flow *flow,
                    enum wb_flow_direction direction, const struct payload *payload,
                    uint32_t known)
{
    uint32_t length = known < payload->captured ? known : payload->captured;
    if (length == 0)
        return;
    struct wb__comparison comparison =
        wb__history_compare(&table->histories, &flow->half[direction], payload->sequence,
                            payload->bytes, length);
    flow->public.stream[direction].uncompared_bytes += comparison.uncompared;
    table->stats.uncompared_bytes += comparison.uncompared;
    if (comparison.difference)
        tell_difference(table, flow, direction, comparison.difference, payload->time_ns);
}

/* The usual case: bytes that continue the stream, or repeat its end and continue it.
 * What the capture cut off from the packet's end is a gap at once. */
static void take_in_order(struct wb__flow_table *table, struct wb__flow *flow,
                          enum wb_flow_direction direction, const struct payload *payload)
{
    struct wb__half *half = &flow->half[direction];
    uint32_t known = (uint32_t)wb__sequence_distance(payload->sequence, half->next);
    if (known > 0)
        compare(table, flow, direction, payload, known);
    if (known < payload->captured)
        deliver_in_place(table, flow, direction, payload->bytes + known,
                         payload->captured - known, payload->time_ns);
    uint32_t there = known > payload->captured ? known : payload->captured;
    if (there < payload->length)
        deliver_gap(table, flow, direction, payload->length - there, payload->time_ns);
    if (payload->has_fin)
        end_half(table, flow, direction, payload->time_ns);
    else if (wb__first_early(half))
        drain(table, flow, direction, payload->time_ns);
}

static void count_queued(struct wb__flow_table *table, struct wb__flow *flow,
                         enum wb_flow_direction direction, const struct payload *payload,
                         const struct wb__queue_result *result)
{
    struct wb__half *half = &flow->half[direction];
    struct wb_flow_stream *public = &flow->public.stream[direction];
    if (result->difference)
        tell_difference(table, flow, direction, result->difference, payload->time_ns);
    if (payload->length == 0)
        return;
    if (result->stored == 0 && result->refused == 0) {
        public->retransmissions++;
        table->stats.retransmissions++;
    } else if (wb__sequence_distance(half->next, payload->sequence) > 0) {
        public->out_of_order++;
        table->stats.out_of_order++;
    }
}

static void tell_refused(struct wb__flow_table *table, struct wb__flow *flow,
                         enum wb_flow_direction direction, const struct payload *payload,
                         const struct wb__queue_result *result)
{
    bool is_full = result->refusal == WB__QUEUE_FULL;
    if (is_full)
        table->stats.dropped_buffer_limit += result->refused;
    else
        table->stats.dropped_memory_limit += result->refused;
    wb__flow_tell(table, flow, direction,
                  is_full ? WB_FLOW_ANOMALY_BUFFER_LIMIT : WB_FLOW_ANOMALY_MEMORY_LIMIT,
                  &(struct wb_flow_anomaly){
                      .time_ns = payload->time_ns,
                      .offset = offset_of(flow, direction, payload->sequence),
                      .length = result->refused});
}

/* Bytes that come early, or overlap some that did. When there is no room for them and
 * the hole before them is hopeless, it is given up now. */
static void put_early(struct wb__flow_table *table, struct wb__flow *flow,
                      enum wb_flow_direction direction, struct payload *payload)
{
    struct wb__half *half = &flow->half[direction];
    struct wb__chunk chunk = {.begin = payload->sequence,
                              .end = payload->sequence + payload->length + payload->has_fin,
                              .has_fin = payload->has_fin};
    int32_t known = wb__sequence_distance(payload->sequence, half->next);
    if (known > 0) {
        uint32_t there = (uint32_t)known < payload->captured ? (uint32_t)known : payload->captured;
        compare(table, flow, direction, payload, there);
        payload->sequence += (uint32_t)known;
        payload->bytes += there;
        payload->captured -= there;
    }
    half->has_fin |= payload->has_fin;
    chunk.sequence = payload->sequence;
    chunk.bytes = payload->bytes;
    chunk.length = payload->captured;
    half->is_waited_for = true;
    wb__stream_of(half)->queue.owner = flow->number << 1 | direction;
    struct wb__queue_result result =
        wb__queue_put(&wb__stream_of(half)->queue, &table->memory, &chunk,
                      (enum wb_overlap_policy)flow->policy[direction]);
    count_queued(table, flow, direction, payload, &result);
    if (result.refused) {
        tell_refused(table, flow, direction, payload, &result);
        if (is_hopeless(flow, direction))
            skip_hole(table, flow, direction, payload->time_ns);
    }
    drain(table, flow, direction, payload->time_ns);
}

/* Only bytes that were handed on before, or a keep-alive, which repeats the last one
 * (RFC 9293, 3.8.4) and brings garbage. */
static void take_repeated(struct wb__flow_table *table, struct wb__flow *flow,
                          enum wb_flow_direction direction, const struct payload *payload)
{
    if (payload->length == 0 ||
        (payload->length == 1 && payload->sequence + 1 == flow->half[direction].next))
        return;
    compare(table, flow, direction, payload, payload->captured);
    flow->public.stream[direction].retransmissions++;
    table->stats.retransmissions++;
}

/* How far after what was acknowledged or seen a byte may be for loss in the capture to
 * explain it. */
static int32_t reach_of(const struct wb__half *half)
{
    if (!half->is_acknowledged || half->window >= WB__REACH_MAX / 4)
        return WB__REACH_MAX;
    return (int32_t)(2 * half->window + WINDOW_SLACK);
}

static bool is_far_outside(const struct wb__half *half, uint32_t end)
{
    int32_t ahead = wb__sequence_distance(wb__half_furthest(half), end);
    return ahead > reach_of(half) || ahead < -WB__REACH_MAX;
}

/* Nothing of it is believed, but an ACK from the other side may vouch for it. */
static void take_far_outside(struct wb__flow_table *table, struct wb__flow *flow,
                             enum wb_flow_direction direction, const struct payload *payload)
{
    struct wb__half *half = &flow->half[direction];
    wb__stream_of(half)->far = payload->sequence;
    half->has_far = true;
    table->stats.ignored_window++;
    wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_WINDOW_EXCEEDED,
                  &(struct wb_flow_anomaly){.time_ns = payload->time_ns,
                                            .offset = wb__flow_offset(flow, direction),
                                            .length = payload->length});
}

/* Cuts off what lies after the end of the stream. */
static void cut_at_end(struct wb__flow_table *table, struct wb__flow *flow,
                       enum wb_flow_direction direction, struct payload *payload)
{
    const struct wb__half *half = &flow->half[direction];
    int32_t beyond = wb__sequence_distance(half->next, payload->sequence + payload->length);
    payload->has_fin = false;
    if (beyond <= 0)
        return;
    uint32_t cut = (uint32_t)beyond < payload->length ? (uint32_t)beyond : payload->length;
    if (cut > 1 || payload->length > 1) /* a keep-alive after a FIN is ordinary */
        tell_after_fin(table, flow, direction, cut, payload->time_ns);
    payload->length -= cut;
    if (payload->captured > payload->length)
        payload->captured = payload->length;
}

/* Where no SYN was seen, an ACK is taken for the start of the other side's stream; bytes
 * before it that come all the same belong to it, while none was handed on. */
static void reach_back(struct wb__half *half, bool syn_seen, const struct payload *payload)
{
    int32_t back = wb__sequence_distance(payload->sequence, half->start);
    if (syn_seen || payload->length <= 1 || back <= 0 || back > REACH_BACK)
        return;
    bool is_begun = wb__stream_of(half)->offset > 0 || wb__first_early(half) || half->has_fin;
    if (!is_begun)
        set_start(half, payload->sequence);
}

static void take_payload(struct wb__flow_table *table, struct wb__flow *flow,
                         enum wb_flow_direction direction, struct payload *payload);

/* The direction itself may be the one that gives up its hole. */
static void take_early(struct wb__flow_table *table, struct wb__flow *flow,
                       enum wb_flow_direction direction, struct payload *payload)
{
    const struct wb__half *half = &flow->half[direction];
    uint32_t next = half->next;
    if (wb__queue_is_short(&table->memory, payload->captured))
        make_room(table, payload->captured, payload->time_ns);
    if (half->next == next)
        put_early(table, flow, direction, payload);
    else
        take_payload(table, flow, direction, payload);
}

/* A FIN is taken with the segment that brings it: a receiver that drops the segment, or keeps
 * other bytes in its place, does not see the FIN either. */
static void take_payload(struct wb__flow_table *table, struct wb__flow *flow,
                         enum wb_flow_direction direction, struct payload *payload)
{
    struct wb__half *half = &flow->half[direction];
    if (!half->is_known)
        set_start(half, payload->sequence);
    reach_back(half, flow->public.syn_seen[direction], payload);
    if (is_far_outside(half, payload->sequence + payload->length)) {
        take_far_outside(table, flow, direction, payload);
        return;
    }
    if (half->has_ended)
        cut_at_end(table, flow, direction, payload);

    uint32_t end = payload->sequence + payload->length + payload->has_fin;
    const struct wb__segment *first = wb__first_early(half);
    if (wb__sequence_distance(half->next, end) <= 0)
        take_repeated(table, flow, direction, payload);
    else if (wb__sequence_distance(half->next, payload->sequence) <= 0 &&
             (!first || wb__sequence_distance(end, first->sequence) >= 0))
        take_in_order(table, flow, direction, payload);
    else if (payload->has_fin ||
             wb__sequence_distance(half->next, payload->sequence + payload->captured) > 0)
        take_early(table, flow, direction, payload);
}

/* --- control ----------------------------------------------------------------- */

bool wb__tcp_is_reuse(struct wb__flow *flow, enum wb_flow_direction direction,
                      const struct wb__tcp_segment *segment)
{
    const struct wb__half *half = &flow->half[direction];
    if (segment->flags & WB_TCP_ACK)
        return direction == WB_FLOW_SERVER && flow->has_candidate &&
               segment->acknowledgment == flow->candidate + 1;
    if (!half->is_known || segment->sequence + 1 == half->start)
        return false;
    if (flow->has_doubtful_reset)
        return true;
    bool is_closing = flow->half[0].has_fin && flow->half[1].has_fin;
    bool is_after = wb__sequence_distance(half->next + half->has_ended, segment->sequence) > 0;
    if (is_closing && (is_after || wb__receiver_is_newer(half, segment)))
        return true; /* as Linux lets a connection go in TIME-WAIT (RFC 6191) */
    if (flow->public.one_sided && (wb__stream_of(half)->offset > 0 || half->has_fin))
        return true;
    flow->has_candidate = true;
    flow->candidate = segment->sequence;
    return false;
}

static void take_syn(struct wb__flow_table *table, struct wb__flow *flow,
                     enum wb_flow_direction direction, const struct wb__tcp_segment *segment)
{
    struct wb__half *half = &flow->half[direction];
    int shift = wb__receiver_window_scale(segment);
    flow->public.syn_seen[direction] = true;
    half->has_window_scale = shift >= 0;
    half->window_shift = (uint8_t)(shift > 0 ? shift : 0);
    if (half->is_known && half->start != segment->sequence + 1) {
        wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_SYN_DATA_CHANGED,
                      &(struct wb_flow_anomaly){.time_ns = segment->time_ns});
        const struct wb__stream *stream = &flow->stream[direction];
        if (stream->offset > 0 || stream->queue.first || flow->state != WB__FLOW_OPENING)
            return;
        wb__suspect_clear(&table->suspects, half);
        *half = (struct wb__half){.window_shift = half->window_shift,
                                  .has_window_scale = half->has_window_scale,
                                  .is_server = half->is_server,
                                  .is_seen = true}; /* it tries again */
    }
    if (!half->is_known)
        set_start(half, segment->sequence + 1);
}

/* An ACK far ahead of all bytes seen is believed only where such bytes were met: one
 * forged packet must not make us skip a stream. */
static bool is_credible(const struct wb__half *half, uint32_t acknowledgment)
{
    int32_t ahead = wb__sequence_distance(half->next, acknowledgment);
    if (ahead <= reach_of(half))
        return true;
    return half->has_far && ahead <= WB__REACH_MAX &&
           wb__sequence_distance(wb__stream_of(half)->far, acknowledgment) >= 0;
}

static void take_ack(struct wb__flow_table *table, struct wb__flow *flow,
                     enum wb_flow_direction direction, const struct wb__tcp_segment *segment)
{
    struct wb__half *half = &flow->half[direction], *other = &flow->half[!direction];
    if (!other->is_known || !other->is_seen) /* its first byte that may yet be seen */
        set_start(other, segment->acknowledgment);
    if (!is_credible(other, segment->acknowledgment)) {
        table->stats.ignored_window++;
        return;
    }
    if (!other->is_acknowledged ||
        wb__sequence_distance(other->acknowledged, segment->acknowledgment) > 0) {
        other->acknowledged = segment->acknowledgment;
        other->is_acknowledged = true;
    }
    if (other->is_waited_for)
        take_vouched(table, flow, !direction, segment->time_ns);
    uint8_t shift = half->window_shift;
    if (!flow->public.syn_seen[direction])
        shift = WINDOW_SHIFT_MAX; /* not known: take the widest */
    other->window = segment->window << (segment->flags & WB_TCP_SYN ? 0 : shift);
    if (flow->public.syn_seen[0] && flow->public.syn_seen[1])
        wb__receiver_note_window(flow, direction, segment);
}

static void take_reset(struct wb__flow_table *table, struct wb__flow *flow,
                       enum wb_flow_direction direction, const struct wb__tcp_segment *segment)
{
    flow->public.rst_seen[direction] = true;
    switch (wb__receiver_judge_reset(table, flow, direction, segment)) {
    case WB__RESET_EXACT:
        wb__flow_end(table, flow, WB_FLOW_END_RESET, segment->time_ns);
        break;
    case WB__RESET_DOUBTFUL:
        flow->has_doubtful_reset = true;
        wb__flow_set_state(table, flow, WB__FLOW_CLOSING, segment->time_ns);
        break;
    case WB__RESET_IGNORED:
        wb__receiver_refuse(table, flow, direction, segment, WB_FLOW_CHECK_RESET);
        break;
    }
}

/* A connection that goes on was not reset. */
static void refute_reset(struct wb__flow_table *table, struct wb__flow *flow,
                         enum wb_flow_direction direction, int64_t time_ns)
{
    flow->has_doubtful_reset = false;
    table->stats.ignored_reset++;
    wb__flow_tell(table, flow, direction, WB_FLOW_ANOMALY_RESET_IGNORED,
                  &(struct wb_flow_anomaly){.time_ns = time_ns,
                                            .offset = wb__flow_offset(flow, direction)});
    wb__flow_set_state(table, flow, WB__FLOW_ESTABLISHED, time_ns);
}

/* It counts before the data of its segment, and with those that are not new. */
static void take_urgent(struct wb__flow_table *table, struct wb__flow *flow,
                        enum wb_flow_direction direction, const struct wb__tcp_segment *segment)
{
    const struct wb__half *half = &flow->half[direction];
    if (!half->is_known || !is_far_outside(half, segment->sequence + segment->length))
        wb__receiver_note_urgent(table, flow, direction, segment);
}

/* Moves on in the life of the flow, perhaps to its end. */
static void advance(struct wb__flow_table *table, struct wb__flow *flow,
                    const struct wb__tcp_segment *segment)
{
    if (flow->half[0].has_ended && flow->half[1].has_ended)
        wb__flow_end(table, flow, WB_FLOW_END_CLOSED, segment->time_ns);
    else if (flow->half[0].has_fin && flow->half[1].has_fin && flow->state != WB__FLOW_CLOSING)
        wb__flow_set_state(table, flow, WB__FLOW_CLOSING, segment->time_ns);
    else if (flow->state == WB__FLOW_OPENING && !(segment->flags & WB_TCP_SYN))
        wb__flow_set_state(table, flow, WB__FLOW_ESTABLISHED, segment->time_ns);
}

void wb__tcp_segment(struct wb__flow_table *table, struct wb__flow *flow,
                     enum wb_flow_direction direction, const struct wb__tcp_segment *segment)
{
    assert(segment->captured <= segment->length);
    enum wb_flow_check fault = wb__receiver_check(table, flow, direction, segment);
    if (fault != WB__NO_FAULT) {
        wb__receiver_refuse(table, flow, direction, segment, fault);
        check_holes(table, flow, segment->time_ns);
        return;
    }
    if (segment->flags & WB_TCP_RST) {
        take_reset(table, flow, direction, segment);
        return;
    }
    if (flow->has_doubtful_reset)
        refute_reset(table, flow, direction, segment->time_ns);
    flow->half[direction].is_seen = true;
    bool has_syn = segment->flags & WB_TCP_SYN, has_fin = segment->flags & WB_TCP_FIN;
    if (has_syn)
        take_syn(table, flow, direction, segment);
    wb__receiver_note(flow, direction, segment);
    if (segment->flags & WB_TCP_ACK)
        take_ack(table, flow, direction, segment);
    if (segment->flags & WB_TCP_URG)
        take_urgent(table, flow, direction, segment);
    if (has_fin)
        flow->public.fin_seen[direction] = true;
    bool is_kept = wb__receiver_keeps_early(table, flow, direction, segment);
    if (!is_kept && (segment->length > 0 || has_fin)) {
        struct payload payload = {
            .sequence = segment->sequence + has_syn,
            .bytes = segment->payload,
            .length = segment->length,
            .captured = segment->captured,
            .has_fin = has_fin,
            .time_ns = segment->time_ns,
        };
        take_payload(table, flow, direction, &payload);
    } else if (!is_kept && !flow->half[direction].is_known) {
        set_start(&flow->half[direction], segment->sequence);
    }
    check_holes(table, flow, segment->time_ns);
    advance(table, flow, segment);
}
