/* SPDX-License-Identifier: ISC
 *
 * How the stream of a direction goes on: by bytes, by those that are missing, to its end.
 * All of it is told at once, and what was handed on goes into the history. The urgent byte
 * is left out of the stream and of its offsets.
 */
#ifndef WB_FLOW_STREAM_H
#define WB_FLOW_STREAM_H

#include "flow/table.h"

/* Hands on the next bytes, which stay where they are until wb__flow_table_before_reuse. There
 * must be some. */
void wb__stream_deliver(struct wb__flow_table *table, struct wb__flow *flow,
                        enum wb_flow_direction direction, const uint8_t *bytes, uint32_t length,
                        int64_t time_ns);

/* The same for bytes that are gone after the call. */
void wb__stream_deliver_copied(struct wb__flow_table *table, struct wb__flow *flow,
                               enum wb_flow_direction direction, const uint8_t *bytes,
                               uint32_t length, int64_t time_ns);

/* The next length bytes are missing. */
void wb__stream_deliver_gap(struct wb__flow_table *table, struct wb__flow *flow,
                            enum wb_flow_direction direction, uint32_t length, int64_t time_ns);

/* The FIN is what comes next: forgets what came early and the suspects. */
void wb__stream_end(struct wb__flow_table *table, struct wb__flow *flow,
                    enum wb_flow_direction direction, int64_t time_ns);

/* Hands on what is in the queue and in order now, and the end if it is reached. */
void wb__stream_drain(struct wb__flow_table *table, struct wb__flow *flow,
                      enum wb_flow_direction direction, int64_t time_ns);

/* Bytes came that lie after the FIN: they are not part of the stream. */
void wb__stream_tell_after_fin(struct wb__flow_table *table, struct wb__flow *flow,
                               enum wb_flow_direction direction, uint32_t length, int64_t time_ns);

#endif
