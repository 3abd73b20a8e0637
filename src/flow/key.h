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
    uint64_t words[WB__FLOW_KEY_WORDS]; /* [0]: version, VLAN ids, ports, whether there
                                           is a context; then addresses; then context */
    bool is_swapped;                    /* the sender is the second end of the key */
};

#define WB__FLOW_KEY_IS_IP6 UINT64_C(1)
#define WB__FLOW_KEY_HAS_CONTEXT (UINT64_C(1) << 31) /* VLAN ids leave it free */

/* How many words are in use: 2 for IPv4, 5 for IPv6; and one where there is a context. */
static inline unsigned wb__flow_key_count(const uint64_t *words)
{
    return (words[0] & WB__FLOW_KEY_IS_IP6 ? 5 : 2) + (words[0] & WB__FLOW_KEY_HAS_CONTEXT ? 1 : 0);
}

/* The key of a decoded packet whose network layer is IP and whose transport layer has
 * ports and was captured whole; without its context. */
void wb__flow_key_read(struct wb__flow_key *key, const struct wb_packet *packet,
                       const struct wb_decoded *decoded);

/* Adds the context of a packet that wb__flow_has_context says has one; secret is the
 * table's. Apart, so that plain packets pay for a comparison only. */
void wb__flow_key_add_context(struct wb__flow_key *key, const struct wb_packet *packet,
                              const struct wb_decoded *decoded, const struct wb__hash_key *secret);

/* Are the words of two keys those of the same flow, in whichever direction? */
static inline bool wb__flow_key_is_equal(const uint64_t *a, const uint64_t *b)
{
    if (a[0] != b[0] || a[1] != b[1])
        return false;
    for (unsigned i = 2; i < wb__flow_key_count(a); i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static inline uint64_t wb__flow_key_hash(const uint64_t *words, const struct wb__hash_key *secret)
{
    return wb__hash(secret, words, wb__flow_key_count(words));
}

/* The ends that the key was made of: sender 0 is the packet's source. */
void wb__flow_key_endpoints(const struct wb_packet *packet, const struct wb_decoded *decoded,
                            struct wb_endpoint *source, struct wb_endpoint *destination);

#endif
