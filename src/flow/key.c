/* SPDX-License-Identifier: ISC */
#include "flow/key.h"

#include <string.h>

#include "base/cursor.h"

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
           (address_length == 16);
}

struct wb__flow_key wb__flow_key(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    struct ends ends = ends_of(packet, decoded);
    uint16_t source_port = wb__load16(ends.ports), destination_port = wb__load16(ends.ports + 2);
    int order = memcmp(ends.source, ends.destination, ends.address_length);
    bool is_swapped = order > 0 || (order == 0 && source_port > destination_port);

    struct wb__flow_key key = {.is_swapped = is_swapped};
    const uint8_t *first = is_swapped ? ends.destination : ends.source;
    const uint8_t *second = is_swapped ? ends.source : ends.destination;
    key.words[0] = describe(decoded, ends.address_length,
                            is_swapped ? destination_port : source_port,
                            is_swapped ? source_port : destination_port);
    if (ends.address_length == 4) {
        key.words[1] = (uint64_t)wb__load32(first) << 32 | wb__load32(second);
        key.count = 2;
        return key;
    }
    key.words[1] = wb__load64(first);
    key.words[2] = wb__load64(first + 8);
    key.words[3] = wb__load64(second);
    key.words[4] = wb__load64(second + 8);
    key.count = WB__FLOW_KEY_WORDS;
    return key;
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
