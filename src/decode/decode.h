/* SPDX-License-Identifier: ISC
 *
 * What other stages ask of the decode stage beside its public functions.
 */
#ifndef WB_DECODE_DECODE_H
#define WB_DECODE_DECODE_H

#include <wirebeam/decode.h>

/* Decodes a packet whose layer numbered grown, at this offset, was made longer than the
 * layers around it say, because a datagram was put together there from its fragments: it may
 * go on to the end of the packet, and the layers around it are stretched to hold it. */
void wb__decode_grown(const struct wb_packet *packet, unsigned grown, uint32_t offset,
                      struct wb_decoded *decoded);

/* The innermost layer that others of its kind may follow: where what wb_decode_next found
 * begins; the layers before it are shared. 0 where there is none. */
unsigned wb__decode_aggregate(const struct wb_decoded *decoded);

#endif
