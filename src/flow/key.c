/* SPDX-License-Identifier: ISC */
#include "flow/key.h"

#include <string.h>

#include "base/cursor.h"
#include "flow/context.h"

/* Where the addresses and ports of a packet lie. */
struct ends {
    const uint8_t *source, *destination, *ports;
    size_t address_length;
};

static struct ends ends_of(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    const struct wb_layer *network = &decoded->layers[decoded->network];
    const uint8_t *header = packet->data + network->offset;
    const uint8_t *ports = packet->data + decoded->layers[decoded->transport].offset;
    if (network->kind == WB_LAYER_IP4)
        return (struct ends){header + 12, header + 16, ports, 4};
    return (struct ends){header + 8, header + 24, ports, 16};
}

static uint64_t describe(const struct wb_decoded *decoded, size_t address_length,
                         uint16_t first_port, uint16_t second_port)
{
    uint64_t vlans = 0;
    if (decoded->vlan_count > 0)
        vlans = (uint64_t)(decoded->vlan_ids[0] | 0x1000);
    if (decoded->vlan_count > 1)
        vlans |= (uint64_t)(decoded->vlan_ids[1] | 0x1000) << 13;
    return (uint64_t)first_port << 48 | (uint64_t)second_port << 32 | vlans << 1 |
           (address_length == 16 ? WB__FLOW_KEY_IS_IP6 : 0);
}

/* The words of two ends in their fixed order: the smaller address first, then the smaller
 * port. Addresses are compared as numbers, since a call of memcmp costs more. Which of two
 * ends that is, no processor foresees: each word is chosen, not jumped to. */
static bool is_after(const uint64_t *a, const uint64_t *b, size_t count, uint16_t a_port,
                     uint16_t b_port)
{
    for (size_t i = 0; i < count; i++)
        if (a[i] != b[i])
            return a[i] > b[i];
    return a_port > b_port;
}

static inline void read_ip4(struct wb__flow_key *key, const struct ends *ends,
                            const struct wb_decoded *decoded)
{
    uint64_t source = wb__load32(ends->source), destination = wb__load32(ends->destination);
    uint16_t source_port = wb__load16(ends->ports), destination_port = wb__load16(ends->ports + 2);
    bool is_swapped = is_after(&source, &destination, 1, source_port, destination_port);
    key->is_swapped = is_swapped;
    key->words[0] = describe(decoded, 4, is_swapped ? destination_port : source_port,
                             is_swapped ? source_port : destination_port);
    key->words[1] = is_swapped ? destination << 32 | source : source << 32 | destination;
}

static inline void read_ip6(struct wb__flow_key *key, const struct ends *ends,
                            const struct wb_decoded *decoded)
{
    uint64_t source[2] = {wb__load64(ends->source), wb__load64(ends->source + 8)};
    uint64_t destination[2] = {wb__load64(ends->destination), wb__load64(ends->destination + 8)};
    uint16_t source_port = wb__load16(ends->ports), destination_port = wb__load16(ends->ports + 2);
    bool is_swapped = is_after(source, destination, 2, source_port, destination_port);
    key->is_swapped = is_swapped;
    key->words[0] = describe(decoded, 16, is_swapped ? destination_port : source_port,
                             is_swapped ? source_port : destination_port);
    memcpy(&key->words[1], is_swapped ? destination : source, 16);
    memcpy(&key->words[3], is_swapped ? source : destination, 16);
}

void wb__flow_key_read(struct wb__flow_key *key, const struct wb_packet *packet,
                       const struct wb_decoded *decoded)
{
    struct ends ends = ends_of(packet, decoded);
    if (ends.address_length == 4)
        read_ip4(key, &ends, decoded);
    else
        read_ip6(key, &ends, decoded);
}

void wb__flow_key_add_context(struct wb__flow_key *key, const struct wb_packet *packet,
                              const struct wb_decoded *decoded, const struct wb__hash_key *secret)
{
    uint64_t context = wb__flow_context(packet, decoded, decoded->network, secret);
    if (context == 0)
        return;
    key->words[wb__flow_key_count(key->words)] = context;
    key->words[0] |= WB__FLOW_KEY_HAS_CONTEXT;
}

void wb__flow_key_endpoints(const struct wb_packet *packet, const struct wb_decoded *decoded,
                            struct wb_endpoint *source, struct wb_endpoint *destination)
{
    struct ends ends = ends_of(packet, decoded);
    *source = (struct wb_endpoint){.port = wb__load16(ends.ports)};
    *destination = (struct wb_endpoint){.port = wb__load16(ends.ports + 2)};
    memcpy(source->address, ends.source, ends.address_length);
    memcpy(destination->address, ends.destination, ends.address_length);
}
