/* SPDX-License-Identifier: ISC
 *
 * RFC 9293, 3.10.7.4 names the checks, RFC 5961 and RFC 7323 sharpen them, and Linux has its
 * own reading of all three, which is the one here.
 */
#include "flow/receiver.h"

#include <string.h>

#include "base/cursor.h"

#define TIMESTAMP_OPTION 8
#define WINDOW_SCALE_OPTION 3
#define WINDOW_SHIFT_MAX 14
#define UNMERGED_MAX 1460 /* longer ones may have been merged by a receiving host (GRO) */
#define TIMESTAMP_SLACK 1 /* TCP_PAWS_WINDOW */
#define TIMESTAMP_LIFE_S (24 * 86400) /* RFC 7323, 5.5 */
#define NS_PER_S 1000000000

static bool is_checked(const struct wb__flow_table *table, const struct wb__half *half,
                       enum wb_flow_check check)
{
    return !((table->options.lenient | half->lenient) >> check & 1);
}

/* --- options ------------------------------------------------------------------- */

/* The value of an option whose length is that, or NULL. */
static const uint8_t *find_option(const struct wb__tcp_segment *segment, uint8_t wanted,
                                  uint8_t value_length)
{
    enum { END = 0, NOP = 1 };
    struct wb__cursor options = wb__cursor(segment->options, segment->options_length);
    while (wb__cursor_left(&options) > 0) {
        uint8_t kind = wb__cursor_read8(&options);
        if (kind == END)
            break;
        if (kind == NOP)
            continue;
        uint8_t length = wb__cursor_read8(&options);
        const uint8_t *value = length >= 2 ? wb__cursor_take(&options, length - 2u) : NULL;
        if (!value || (kind == wanted && length == value_length + 2))
            return value;
    }
    return NULL;
}

/* Almost always there is the timestamp alone, behind two NOPs (RFC 7323, appendix A). */
void wb__receiver_read_timestamp(struct wb__tcp_segment *segment)
{
    static const uint8_t usual[4] = {1, 1, TIMESTAMP_OPTION, 10};
    const uint8_t *at = NULL;
    if (segment->options_length == 12 && memcmp(segment->options, usual, sizeof usual) == 0)
        at = segment->options + 4;
    else if (segment->options_length > 0)
        at = find_option(segment, TIMESTAMP_OPTION, 8);
    segment->has_timestamp = at;
    segment->timestamp = at ? wb__load32(at) : 0;
}

int wb__receiver_window_scale(const struct wb__tcp_segment *segment)
{
    const uint8_t *shift = find_option(segment, WINDOW_SCALE_OPTION, 1);
    if (!shift)
        return -1;
    return *shift < WINDOW_SHIFT_MAX ? *shift : WINDOW_SHIFT_MAX;
}

/* --- checks -------------------------------------------------------------------- */

/* Some senders leave the sum to hardware that works after the capture, some write anything
 * there; so it counts only once that direction has shown that its sums are computed. A host
 * that merges what it receives leaves a begun one on what it merged. */
static bool has_wrong_checksum(struct wb__flow_table *table, const struct wb__half *half,
                               const struct wb__tcp_segment *segment)
{
    bool is_wrong = segment->checksum == WB_CHECKSUM_WRONG;
    if (segment->checksum == WB_CHECKSUM_NOT_COMPUTED)
        return half->has_right_checksum && !half->has_begun_checksum &&
               segment->length <= UNMERGED_MAX;
    if (half->has_right_checksum)
        return is_wrong;
    table->stats.checksum_untrusted += is_wrong;
    return false;
}

/* The same holds for the checksum of the IPv4 header. */
bool wb__receiver_is_refused_by_ip(const struct wb__half *half,
                                   const struct wb__tcp_segment *segment)
{
    return segment->host == WB__HOST_REFUSES ||
           (segment->host == WB__HOST_DOUBTS && half->has_right_header);
}

static uint32_t seconds(int64_t time_ns)
{
    return (uint32_t)(time_ns / NS_PER_S);
}

static bool is_outdated(const struct wb__half *half, int64_t now_ns)
{
    return (int32_t)(seconds(now_ns) - half->ts_recent_s) > TIMESTAMP_LIFE_S;
}

/* PAWS (RFC 7323, 5). An ACK without data is taken all the same (tcp_disordered_ack), and
 * so is a segment without the option. */
static bool has_old_timestamp(const struct wb__flow *flow, enum wb_flow_direction direction,
                              const struct wb__tcp_segment *segment)
{
    const struct wb__half *half = &flow->half[direction];
    bool is_agreed = half->has_timestamps && flow->half[!direction].has_timestamps;
    if (!is_agreed || half->ts_recent == 0 || !wb__is_ordered(segment) ||
        !segment->has_timestamp)
        return false;
    return wb__sequence_distance(segment->timestamp, half->ts_recent) > TIMESTAMP_SLACK &&
           !is_outdated(half, segment->time_ns);
}

/* Data must begin before the right edge of the window, whatever of it lies beyond. */
static bool is_outside_window(const struct wb__half *half, const struct wb__tcp_segment *segment)
{
    if (!half->has_edge || !wb__is_ordered(segment))
        return false;
    int32_t beyond = wb__sequence_distance(half->edge, segment->sequence);
    return beyond > 0 || (beyond == 0 && segment->length > 0);
}

/* A SYN that repeats the first one, for want of an answer, is ordinary. */
static bool is_stray_syn(const struct wb__flow *flow, enum wb_flow_direction direction,
                         const struct wb__tcp_segment *segment)
{
    return segment->flags & WB_TCP_SYN && flow->half[direction].is_known &&
           flow->public.syn_seen[direction] && flow->state != WB__FLOW_OPENING;
}

/* There must be an ACK, for something that was sent. What was sent may have been lost to the
 * capture, so only what no loss explains fails; and one for less than ever fits into a window
 * before the last one fails, too, as one from before the SYN does (RFC 5961, 5.2). */
static bool has_impossible_ack(const struct wb__flow *flow, enum wb_flow_direction direction,
                               const struct wb__tcp_segment *segment)
{
    const struct wb__half *other = &flow->half[!direction];
    if (!(segment->flags & WB_TCP_ACK))
        return !(segment->flags & WB_TCP_SYN);
    if (!other->is_seen)
        return false;
    int32_t ahead = wb__sequence_distance(wb__half_furthest(other), segment->acknowledgment);
    if (ahead > WB__REACH_MAX || ahead < -WB__REACH_MAX)
        return true;
    if (flow->public.syn_seen[!direction] && !(segment->flags & WB_TCP_SYN) &&
        wb__sequence_distance(segment->acknowledgment, other->start) > 0 &&
        wb__flow_offset(flow, !direction) < WB__REACH_MAX) /* beyond, numbers come again */
        return true;
    uint32_t window_max = UINT32_C(65535) << flow->half[direction].window_shift;
    return other->has_edge &&
           wb__sequence_distance(segment->acknowledgment, other->acknowledged) >
               (int32_t)window_max;
}

enum wb_flow_check wb__receiver_check(struct wb__flow_table *table, const struct wb__flow *flow,
                                      enum wb_flow_direction direction,
                                      const struct wb__tcp_segment *segment)
{
    const struct wb__half *half = &flow->half[direction];
    if (is_checked(table, half, WB_FLOW_CHECK_IP) && wb__receiver_is_refused_by_ip(half, segment))
        return WB_FLOW_CHECK_IP;
    if (is_checked(table, half, WB_FLOW_CHECK_CHECKSUM) &&
        has_wrong_checksum(table, half, segment))
        return WB_FLOW_CHECK_CHECKSUM;
    if (segment->flags & WB_TCP_RST)
        return WB__NO_FAULT;
    if (is_checked(table, half, WB_FLOW_CHECK_SYN) && is_stray_syn(flow, direction, segment))
        return WB_FLOW_CHECK_SYN;
    if (is_checked(table, half, WB_FLOW_CHECK_TIMESTAMPS) &&
        has_old_timestamp(flow, direction, segment))
        return WB_FLOW_CHECK_TIMESTAMPS;
    if (is_checked(table, half, WB_FLOW_CHECK_WINDOW) && is_outside_window(half, segment))
        return WB_FLOW_CHECK_WINDOW;
    if (is_checked(table, half, WB_FLOW_CHECK_ACK) &&
        has_impossible_ack(flow, direction, segment))
        return WB_FLOW_CHECK_ACK;
    return WB__NO_FAULT;
}

/* --- RST ----------------------------------------------------------------------- */

/* A receiver that has sent a SYN takes a RST that acknowledges it (RFC 9293, 3.10.7.3). */
static bool refuses_connection(const struct wb__flow *flow, enum wb_flow_direction direction,
                               const struct wb__tcp_segment *segment)
{
    const struct wb__half *other = &flow->half[!direction];
    if (!flow->public.syn_seen[!direction])
        return true; /* what it answers was not seen */
    if (!(segment->flags & WB_TCP_ACK))
        return false;
    int32_t back = wb__sequence_distance(segment->acknowledgment, wb__half_furthest(other));
    return back >= 0 && wb__sequence_distance(other->start, segment->acknowledgment) >= 0;
}

/* Does it name the byte that the receiver waits for (RFC 5961, 3.2)? As Linux has it, the end
 * of what came early (the right edge of its SACK) and the FIN do as well. */
static bool is_exact(const struct wb__half *half, uint32_t sequence)
{
    const struct wb__segment *last = wb__stream_of(half)->queue.last;
    if (sequence == half->next || (half->has_ended && sequence == half->next + 1))
        return true;
    if (last && sequence == wb__segment_end(last))
        return true;
    return half->is_acknowledged && sequence == half->acknowledged &&
           wb__sequence_distance(half->next, sequence) > 0;
}

/* May it be exact for a receiver that has not got, or has got, what the capture shows? */
static bool is_near(const struct wb__flow *flow, enum wb_flow_direction direction,
                    uint32_t sequence)
{
    const struct wb__half *half = &flow->half[direction];
    int32_t ahead = wb__sequence_distance(half->next, sequence);
    if (ahead < 0)
        return half->is_acknowledged &&
               wb__sequence_distance(half->acknowledged, sequence) >= 0;
    if (half->has_edge && wb__sequence_distance(half->edge, sequence) > 0)
        return false;
    bool is_incomplete =
        wb__first_early(half) || flow->public.midstream || flow->public.one_sided;
    return is_incomplete && ahead < WB__REACH_MAX;
}

enum wb__reset wb__receiver_judge_reset(const struct wb__flow_table *table,
                                        const struct wb__flow *flow,
                                        enum wb_flow_direction direction,
                                        const struct wb__tcp_segment *segment)
{
    const struct wb__half *half = &flow->half[direction];
    if (!half->is_known)
        return refuses_connection(flow, direction, segment) ? WB__RESET_EXACT
                                                            : WB__RESET_IGNORED;
    if (is_exact(half, segment->sequence))
        return WB__RESET_EXACT;
    int32_t ahead = wb__sequence_distance(half->next, segment->sequence);
    if (!is_checked(table, half, WB_FLOW_CHECK_RESET) && ahead > -WB__REACH_MAX &&
        ahead < WB__REACH_MAX)
        return WB__RESET_EXACT;
    return is_near(flow, direction, segment->sequence) ? WB__RESET_DOUBTFUL : WB__RESET_IGNORED;
}

/* --- what fails ---------------------------------------------------------------- */

static uint64_t *counter_of(struct wb_flow_stats *stats, enum wb_flow_check check)
{
    uint64_t *const counters[] = {
        [WB_FLOW_CHECK_WINDOW] = &stats->ignored_window,
        [WB_FLOW_CHECK_TIMESTAMPS] = &stats->ignored_timestamp,
        [WB_FLOW_CHECK_CHECKSUM] = &stats->ignored_checksum,
        [WB_FLOW_CHECK_RESET] = &stats->ignored_reset,
        [WB_FLOW_CHECK_SYN] = &stats->ignored_syn,
        [WB_FLOW_CHECK_ACK] = &stats->ignored_ack,
        [WB_FLOW_CHECK_IP] = &stats->ignored_ip,
    };
    return counters[check];
}

static const uint8_t anomalies[] = {
    [WB_FLOW_CHECK_WINDOW] = WB_FLOW_ANOMALY_WINDOW_EXCEEDED,
    [WB_FLOW_CHECK_TIMESTAMPS] = WB_FLOW_ANOMALY_TIMESTAMP,
    [WB_FLOW_CHECK_CHECKSUM] = WB_FLOW_ANOMALY_CHECKSUM,
    [WB_FLOW_CHECK_RESET] = WB_FLOW_ANOMALY_RESET_IGNORED,
    [WB_FLOW_CHECK_SYN] = WB_FLOW_ANOMALY_SYN_IGNORED,
    [WB_FLOW_CHECK_ACK] = WB_FLOW_ANOMALY_ACK_INVALID,
    [WB_FLOW_CHECK_IP] = WB_FLOW_ANOMALY_IP_REFUSED,
};

static void tell(struct wb__flow_table *table, struct wb__flow *flow,
                 enum wb_flow_direction direction, enum wb_flow_anomaly_kind kind,
                 uint64_t length, int64_t time_ns)
{
    wb__flow_tell(table, flow, direction, kind,
                  &(struct wb_flow_anomaly){.time_ns = time_ns,
                                            .offset = wb__flow_offset(flow, direction),
                                            .length = length});
}

/* Ordinary senders repeat a SYN that got no answer, and probe a closed window with a byte. */
static bool is_ordinary(const struct wb__half *half, const struct wb__tcp_segment *segment,
                        enum wb_flow_check check)
{
    if (check == WB_FLOW_CHECK_SYN)
        return segment->length == 0 && segment->sequence + 1 == half->start;
    return check == WB_FLOW_CHECK_WINDOW && segment->length == 1 &&
           segment->sequence == half->edge;
}

static void keep(struct wb__flow_table *table, struct wb__flow *flow,
                 enum wb_flow_direction direction, const struct wb__tcp_segment *segment,
                 enum wb_flow_check check)
{
    struct wb__half *half = &flow->half[direction];
    bool has_syn = segment->flags & WB_TCP_SYN, has_fin = segment->flags & WB_TCP_FIN;
    struct wb__chunk chunk = {.sequence = segment->sequence + has_syn,
                              .length = segment->captured,
                              .bytes = segment->payload,
                              .begin = segment->sequence + has_syn,
                              .end = segment->sequence + has_syn + segment->length + has_fin,
                              .has_fin = has_fin};
    int32_t ahead = wb__sequence_distance(half->next, chunk.end);
    if ((chunk.length == 0 && !has_fin) || half->has_ended || ahead <= 0 ||
        ahead > WB__REACH_MAX)
        return;
    uint32_t refused = wb__suspect_keep(&table->suspects, half, &chunk, check);
    if (refused == 0)
        return;
    table->stats.dropped_suspect_limit += refused;
    tell(table, flow, direction, WB_FLOW_ANOMALY_SUSPECT_LIMIT, refused, segment->time_ns);
}

void wb__receiver_refuse(struct wb__flow_table *table, struct wb__flow *flow,
                         enum wb_flow_direction direction, const struct wb__tcp_segment *segment,
                         enum wb_flow_check check)
{
    struct wb__half *half = &flow->half[direction];
    if (!is_ordinary(half, segment, check)) {
        ++*counter_of(&table->stats, check);
        tell(table, flow, direction, anomalies[check], segment->length, segment->time_ns);
    }
    if (half->is_known && !(segment->flags & WB_TCP_RST))
        keep(table, flow, direction, segment, check);
}

bool wb__receiver_keeps_early(struct wb__flow_table *table, struct wb__flow *flow,
                              enum wb_flow_direction direction,
                              const struct wb__tcp_segment *segment)
{
    bool is_early = segment->flags & WB_TCP_SYN && segment->length > 0 &&
                    is_checked(table, &flow->half[direction], WB_FLOW_CHECK_SYN);
    if (is_early)
        keep(table, flow, direction, segment, WB__NO_FAULT);
    return is_early;
}

/* --- what is learnt ------------------------------------------------------------ */

/* The last byte that the receiver has surely acknowledged, and we have seen. */
static uint32_t last_ack_sent(const struct wb__half *half)
{
    bool is_behind = wb__sequence_distance(half->acknowledged, half->next) > 0;
    return is_behind ? half->acknowledged : half->next;
}

/* RFC 7323, 4.3 (2): only a segment that holds what was acknowledged last moves ts_recent. */
static void note_timestamp(struct wb__flow *flow, enum wb_flow_direction direction,
                           const struct wb__tcp_segment *segment)
{
    struct wb__half *half = &flow->half[direction];
    bool has_syn = segment->flags & WB_TCP_SYN;
    if (has_syn || (segment->has_timestamp && !flow->public.syn_seen[direction]))
        half->has_timestamps = segment->has_timestamp;
    if (!segment->has_timestamp || !half->has_timestamps)
        return;
    bool is_newer = half->ts_recent == 0 || is_outdated(half, segment->time_ns) ||
                    wb__sequence_distance(half->ts_recent, segment->timestamp) >= 0;
    bool is_in_place = half->is_acknowledged &&
                       wb__sequence_distance(segment->sequence, last_ack_sent(half)) >= 0;
    if (has_syn || (is_newer && is_in_place)) {
        half->ts_recent = segment->timestamp;
        half->ts_recent_s = seconds(segment->time_ns);
    }
}

void wb__receiver_note(struct wb__flow *flow, enum wb_flow_direction direction,
                       const struct wb__tcp_segment *segment)
{
    if (segment->host == WB__HOST_TAKES)
        flow->half[direction].has_right_header = true;
    if (segment->checksum == WB_CHECKSUM_RIGHT)
        flow->half[direction].has_right_checksum = true;
    if (segment->checksum == WB_CHECKSUM_NOT_COMPUTED)
        flow->half[direction].has_begun_checksum = true;
    note_timestamp(flow, direction, segment);
}

/* tcp_check_urg: the pointer is to the byte after the urgent one, as long as tcp_stdurg is off;
 * 0 counts as 1 does. It may come with any segment that the receiver looks at, but that of a SYN
 * to a listener. A byte that was read already is not urgent any more, and of several the
 * furthest is. Here the application reads what comes at once: one that is late finds the byte of
 * an earlier pointer in its stream. */
void wb__receiver_note_urgent(const struct wb__flow_table *table, struct wb__flow *flow,
                              enum wb_flow_direction direction,
                              const struct wb__tcp_segment *segment)
{
    struct wb__half *half = &flow->half[direction];
    bool has_syn = segment->flags & WB_TCP_SYN, has_fin = segment->flags & WB_TCP_FIN;
    uint32_t urgent =
        segment->sequence + segment->urgent_pointer - (segment->urgent_pointer > 0);
    uint32_t end = segment->sequence + has_syn + segment->length + has_fin;
    bool is_old =
        half->is_acknowledged && wb__sequence_distance(last_ack_sent(half), end) < 0;
    bool is_to_listener = has_syn && !(segment->flags & WB_TCP_ACK);
    if (!is_checked(table, half, WB_FLOW_CHECK_URGENT) || is_old || is_to_listener)
        return;
    if ((half->is_known && wb__sequence_distance(half->next, urgent) < 0) ||
        (half->has_urgent && wb__sequence_distance(flow->stream[direction].urgent, urgent) <= 0))
        return;
    flow->stream[direction].urgent = urgent;
    half->has_urgent = true;
}

/* Windows are scaled when both SYNs have the option, but not those of SYNs (RFC 7323, 2.2). */
void wb__receiver_note_window(struct wb__flow *flow, enum wb_flow_direction direction,
                              const struct wb__tcp_segment *segment)
{
    struct wb__half *half = &flow->half[direction], *other = &flow->half[!direction];
    bool is_scaled = half->has_window_scale && other->has_window_scale &&
                     !(segment->flags & WB_TCP_SYN);
    uint32_t edge =
        segment->acknowledgment + (segment->window << (is_scaled ? half->window_shift : 0));
    if (!other->has_edge || wb__sequence_distance(other->edge, edge) > 0)
        other->edge = edge;
    other->has_edge = true;
}

bool wb__receiver_is_newer(const struct wb__half *half, const struct wb__tcp_segment *segment)
{
    return half->has_timestamps && half->ts_recent != 0 && segment->has_timestamp &&
           wb__sequence_distance(half->ts_recent, segment->timestamp) > 0;
}
