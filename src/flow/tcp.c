/* SPDX-License-Identifier: ISC
 *
 * TCP reassembly (RFC 9293): what a segment means for the two directions of its flow.
 * In-order bytes are handed on where they lie; early ones wait in the direction's
 * queue; what is missing may become a gap (see hole.h).
 *
 * A sniffer that believed every segment could be led astray, so the checks of a
 * receiver are made (see receiver.h).
 */
#include <assert.h>

#include "flow/hole.h"
#include "flow/receiver.h"
#include "flow/stream.h"

#define WINDOW_SLACK (1u << 20) /* ACKs that the capture lost may have moved the window */
#define REACH_BACK 65536
#define WINDOW_SHIFT_MAX 14

static void set_start(struct wb__half *half, uint32_t sequence)
{
    half->start = half->next = sequence;
    half->is_known = true;
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

/* Where in the stream a sequence number is; urgent bytes between it and next are not allowed
 * for. */
static uint64_t offset_of(const struct wb__flow *flow, enum wb_flow_direction direction,
                          uint32_t sequence)
{
    uint64_t offset = wb__flow_offset(flow, direction);
    int64_t ahead = wb__sequence_distance(flow->half[direction].next, sequence);
    return ahead >= 0 || (uint64_t)-ahead <= offset ? offset + (uint64_t)ahead : 0;
}

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
        wb__stream_deliver(table, flow, direction, payload->bytes + known,
                           payload->captured - known, payload->time_ns);
    uint32_t there = known > payload->captured ? known : payload->captured;
    if (there < payload->length)
        wb__stream_deliver_gap(table, flow, direction, payload->length - there, payload->time_ns);
    if (payload->has_fin)
        wb__stream_end(table, flow, direction, payload->time_ns);
    else if (wb__first_early(half))
        wb__stream_drain(table, flow, direction, payload->time_ns);
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
        wb__hole_give_up(table, flow, direction, payload->time_ns);
    }
    wb__stream_drain(table, flow, direction, payload->time_ns);
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
        wb__stream_tell_after_fin(table, flow, direction, cut, payload->time_ns);
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

enum place {
    REPEATED,
    IN_ORDER,
    EARLY,
    NOWHERE, /* none of it was captured */
};

/* Where a payload lies in its stream, as it has come by now. */
static enum place place_of(const struct wb__half *half, const struct payload *payload)
{
    uint32_t end = payload->sequence + payload->length + payload->has_fin;
    const struct wb__segment *first = wb__first_early(half);
    if (wb__sequence_distance(half->next, end) <= 0)
        return REPEATED;
    if (wb__sequence_distance(half->next, payload->sequence) <= 0 &&
        (!first || wb__sequence_distance(end, first->sequence) >= 0))
        return IN_ORDER;
    bool is_there = payload->has_fin ||
                    wb__sequence_distance(half->next, payload->sequence + payload->captured) > 0;
    return is_there ? EARLY : NOWHERE;
}

/* Makes room for early bytes. The direction itself may be the one that gives up its hole. */
static enum place place_after_room(struct wb__flow_table *table, struct wb__flow *flow,
                                   enum wb_flow_direction direction, struct payload *payload)
{
    wb__hole_make_room(table, payload->captured, payload->time_ns);
    if (flow->half[direction].has_ended)
        cut_at_end(table, flow, direction, payload);
    return place_of(&flow->half[direction], payload);
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

    enum place place = place_of(half, payload);
    if (place == EARLY)
        place = place_after_room(table, flow, direction, payload);
    if (place == REPEATED)
        take_repeated(table, flow, direction, payload);
    else if (place == IN_ORDER)
        take_in_order(table, flow, direction, payload);
    else if (place == EARLY)
        put_early(table, flow, direction, payload);
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
        wb__hole_take_vouched(table, flow, !direction, segment->time_ns);
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
        wb__hole_check(table, flow, segment->time_ns);
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
    wb__hole_check(table, flow, segment->time_ns);
    advance(table, flow, segment);
}
