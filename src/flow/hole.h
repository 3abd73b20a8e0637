/* SPDX-License-Identifier: ISC
 *
 * What is missing at the next byte of a direction. It becomes a gap when it surely will not
 * come any more:
 *
 *   - the receiver has acknowledged it, and it did not come for gap_wait_ms (captures
 *     may show an ACK before the data it acknowledges, but not for long);
 *   - only one direction is seen, so no ACK can tell, and it did not come for
 *     ONE_SIDED_WAITS times as long;
 *   - the queue is full, and one of the above holds apart from the waiting;
 *   - the memory of all queues is used up, and the bytes behind it wait for longest;
 *   - the flow ends.
 *
 * Suspects fill it where the receiver has acknowledged them and nothing else brought these
 * bytes.
 */
#ifndef WB_FLOW_HOLE_H
#define WB_FLOW_HOLE_H

#include "flow/table.h"

/* Hands on suspects that lie at next, as far as they are acknowledged. At once: what they
 * bring may be what the sender of the ACK answers. */
void wb__hole_take_vouched(struct wb__flow_table *table, struct wb__flow *flow,
                           enum wb_flow_direction direction, int64_t time_ns);

/* Is there a hole in a direction that is waited for? Gives it up when it waited too long. */
void wb__hole_watch(struct wb__flow_table *table, struct wb__flow *flow,
                    enum wb_flow_direction direction, int64_t now_ns);

/* The same for both directions; after each segment. Almost always nothing came early. */
static inline void wb__hole_check(struct wb__flow_table *table, struct wb__flow *flow,
                                  int64_t now_ns)
{
    for (int d = 0; d < 2; d++) {
        struct wb__half *half = &flow->half[d];
        const struct wb__stream *stream = &flow->stream[d];
        if (half->is_waited_for)
            half->is_waited_for = stream->queue.first || stream->suspects;
        if (half->is_waited_for)
            wb__hole_watch(table, flow, (enum wb_flow_direction)d, now_ns);
        else
            half->has_hole = false;
    }
}

/* There is no room for what came early: gives up the hole before it without waiting, if
 * nothing but the waiting keeps it open. */
void wb__hole_give_up(struct wb__flow_table *table, struct wb__flow *flow,
                      enum wb_flow_direction direction, int64_t time_ns);

/* Makes room for length early bytes in the memory of all queues, if there is not enough: other
 * directions, or this one itself, give up their holes. */
void wb__hole_make_room(struct wb__flow_table *table, uint32_t length, int64_t time_ns);

/* Nothing more will come: hands on all that is queued in both directions, with its gaps. */
void wb__hole_flush(struct wb__flow_table *table, struct wb__flow *flow, int64_t time_ns);

#endif
