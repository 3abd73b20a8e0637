/* SPDX-License-Identifier: ISC
 *
 * The checks that a receiver makes before it takes a segment, as Linux makes them in
 * tcp_v4_rcv, tcp_validate_incoming and tcp_ack. A sniffer knows of the receiver only what
 * its own packets tell and may have missed some, so each check is made only where the capture
 * tells enough; what fails is kept as suspect (see suspect.h).
 */
#ifndef WB_FLOW_RECEIVER_H
#define WB_FLOW_RECEIVER_H

#include "flow/table.h"

/* How far anything may be from what was seen: no distance passes 2^30. */
#define WB__REACH_MAX (1 << 29)

#define WB__NO_FAULT WB_FLOW_CHECK_COUNT

/* Which check the segment fails; WB__NO_FAULT if none. Of a RST, RESET is not asked here. */
enum wb_flow_check wb__receiver_check(struct wb__flow_table *table, const struct wb__flow *flow,
                                      enum wb_flow_direction direction,
                                      const struct wb__tcp_segment *segment);

/* Did its receiver's IP layer throw it away? Segments are judged only where that is checked. */
bool wb__receiver_is_refused_by_ip(const struct wb__half *half,
                                   const struct wb__tcp_segment *segment);

/* What a RST means. */
enum wb__reset {
    WB__RESET_EXACT,    /* its receiver is reset */
    WB__RESET_DOUBTFUL, /* its receiver may be: what it does next will tell */
    WB__RESET_IGNORED,
};
enum wb__reset wb__receiver_judge_reset(const struct wb__flow_table *table,
                                        const struct wb__flow *flow,
                                        enum wb_flow_direction direction,
                                        const struct wb__tcp_segment *segment);

/* Counts and tells a segment that failed the check, and keeps its payload as suspect. */
void wb__receiver_refuse(struct wb__flow_table *table, struct wb__flow *flow,
                         enum wb_flow_direction direction, const struct wb__tcp_segment *segment,
                         enum wb_flow_check check);

/* Keeps the payload of a SYN until its receiver has acknowledged it: whether it takes that
 * depends on a cookie (RFC 7413). False where the payload is to be taken at once. */
bool wb__receiver_keeps_early(struct wb__flow_table *table, struct wb__flow *flow,
                              enum wb_flow_direction direction,
                              const struct wb__tcp_segment *segment);

/* Learns from a segment that is taken, before its payload is. */
void wb__receiver_note(struct wb__flow *flow, enum wb_flow_direction direction,
                       const struct wb__tcp_segment *segment);

/* Learns from a segment with URG which byte its receiver will leave out of the stream. To be
 * asked before its payload is taken. */
void wb__receiver_note_urgent(const struct wb__flow_table *table, struct wb__flow *flow,
                              enum wb_flow_direction direction,
                              const struct wb__tcp_segment *segment);

/* The sender of that direction, whose ACK is believed, says how far it takes bytes. To be
 * asked when both SYNs were seen. */
void wb__receiver_note_window(struct wb__flow *flow, enum wb_flow_direction direction,
                              const struct wb__tcp_segment *segment);

/* Is the timestamp of a SYN newer than the last one of its sender? */
bool wb__receiver_is_newer(const struct wb__half *half, const struct wb__tcp_segment *segment);

/* Finds the timestamp among the options of a segment. */
void wb__receiver_read_timestamp(struct wb__tcp_segment *segment);

/* The window scale option of a segment, or -1 (RFC 7323, 2.2). */
int wb__receiver_window_scale(const struct wb__tcp_segment *segment);

#endif
