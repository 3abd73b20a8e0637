/* SPDX-License-Identifier: ISC
 *
 * The outer context of a packet: what lies around its IP layer and sets it apart from
 * packets with the same addresses elsewhere. VLAN ids and the ids of virtual networks
 * count as they are; of tunnels whose ids mean something only between their ends, or
 * differ in the two directions of a conversation, the two addresses around them count, in
 * whichever order. Both directions of a conversation have the same context.
 *
 * Labels of MPLS do not count at all: each direction has its own, and on the last hop of
 * its way (RFC 3031, 3.16) a packet has none.
 */
#ifndef WB_FLOW_CONTEXT_H
#define WB_FLOW_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/flow.h>
#include <wirebeam/packet.h>

#include "base/hash.h"

/* The context of the IP layer numbered layer as one word: 0 where there is none, else a
 * hash under the secret key, so that nobody can make two of them collide. */
uint64_t wb__flow_context(const struct wb_packet *packet, const struct wb_decoded *decoded,
                          unsigned layer, const struct wb__hash_key *key);

/* Has the network layer of a packet a context that its two first VLAN ids do not tell? */
static inline bool wb__flow_has_context(const struct wb_decoded *decoded)
{
    return decoded->tunnel_count > 0 || decoded->vlan_count > 2;
}

/* The tunnels around the network layer: returns how many there are, and keeps the
 * innermost ones, WB_FLOW_TUNNELS_KEPT at most, outermost first. */
unsigned wb__flow_tunnels(const struct wb_packet *packet, const struct wb_decoded *decoded,
                          bool sender_is_client, struct wb_flow_tunnel *tunnels);

#endif
