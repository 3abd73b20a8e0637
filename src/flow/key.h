/* SPDX-License-Identifier: ISC
 *
 * The key of a flow: VLAN ids, IP version, addresses and ports, with the two ends in
 * one fixed order, so that both directions have the same key; and where it is in a tunnel,
 * or in more VLANs than two, a word for all that is around it (context.h).
 */
#ifndef WB_FLOW_KEY_H
#define WB_FLOW_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/flow.h>
#include <wirebeam/packet.h>

#include "base/hash.h"

#define WB__FLOW_KEY_WORDS 6

struct wb__flow_key {
    uint8_t count;                      /* words in use: 2 for IPv4, 5 for IPv6; and one
                                           where there is a context */
    bool is_swapped;                    /* the sender is the second end of the key */
    uint64_t words[WB__FLOW_KEY_WORDS]; /* [0]: version, VLAN ids, ports, whether there
                                           is a context; then addresses; then context */
};

/* The key of a decoded packet whose network layer is IP and whose transport layer has
 * ports and was captured whole; without its context. */
struct wb__flow_key wb__flow_key(const struct wb_packet *packet, const struct wb_decoded *decoded);

/* Adds the context of a packet that wb__flow_has_context says has one; secret is the
 * table's. Apart, so that plain packets pay for a comparison only. */
void wb__flow_key_add_context(struct wb__flow_key *key, const struct wb_packet *packet,
                              const struct wb_decoded *decoded, const struct wb__hash_key *secret);

/* Are they the same flow, in whichever direction? */
static inline bool wb__flow_key_is_equal(const struct wb__flow_key *a, const struct wb__flow_key *b)
{
    if (a->words[0] != b->words[0] || a->words[1] != b->words[1])
        return false;
    for (unsigned i = 2; i < a->count; i++) /* equal first words: equal counts */
        if (a->words[i] != b->words[i])
            return false;
    return true;
}

static inline uint64_t wb__flow_key_hash(const struct wb__flow_key *key,
                                         const struct wb__hash_key *secret)
{
    return wb__hash(secret, key->words, key->count);
}

/* The ends that the key was made of: sender 0 is the packet's source. */
void wb__flow_key_endpoints(const struct wb_packet *packet, const struct wb_decoded *decoded,
                            struct wb_endpoint *source, struct wb_endpoint *destination);

#endif
