/* SPDX-License-Identifier: ISC */
#include "build/checksum.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

#include "decode/crc32c.h"
#include "decode/sum.h"

/* RFC 7761, 4.9: of a Register the packet inside is left out. */
#define PIM_REGISTER 1
#define PIM_REGISTER_BYTES 8

static const struct wb__sum sums[] = {
    {.kind = WB_LAYER_IP4, .field = 10, .is_of_header = true},
    {.kind = WB_LAYER_TCP, .field = 16, .has_ip4 = true, .has_ip6 = true, .protocol = 6},
    {.kind = WB_LAYER_UDP,
     .field = 6,
     .has_ip4 = true,
     .has_ip6 = true,
     .may_be_absent = true,
     .protocol = 17},
    {.kind = WB_LAYER_UDPLITE,
     .field = 6,
     .has_ip4 = true,
     .has_ip6 = true,
     .may_be_absent = true,
     .protocol = 136},
    {.kind = WB_LAYER_DCCP, .field = 6, .has_ip4 = true, .has_ip6 = true, .protocol = 33},
    {.kind = WB_LAYER_ICMP, .field = 2},
    {.kind = WB_LAYER_ICMP6, .field = 2, .has_ip6 = true, .protocol = 58},
    {.kind = WB_LAYER_IGMP, .field = 2},
    {.kind = WB_LAYER_IP6_MOBILITY,
     .field = 4,
     .is_of_header = true,
     .has_ip6 = true,
     .protocol = 135},
    {.kind = WB_LAYER_PIM, .field = 2, .has_ip6 = true, .protocol = 103},
    {.kind = WB_LAYER_OSPF, .field = 12, .has_ip6 = true, .protocol = 89},
    {.kind = WB_LAYER_VRRP, .field = 6, .has_ip4 = true, .has_ip6 = true, .protocol = 112},
    {.kind = WB_LAYER_CARP, .field = 6},
    {.kind = WB_LAYER_CDP, .field = 2},
    {.kind = WB_LAYER_GRE, .field = 4},
};

const struct wb__sum *wb__sum_of(const struct wb_layer *layer, const uint8_t *header)
{
    for (unsigned i = 0; i < sizeof sums / sizeof sums[0]; i++)
        if (sums[i].kind == layer->kind) {
            /* RFC 2784, 2.2: only where its first bit is set. */
            bool has_none = layer->kind == WB_LAYER_GRE && !(header[0] & 0x80);
            return has_none ? NULL : &sums[i];
        }
    return NULL;
}

uint32_t wb__sum_coverage(const struct wb__sum *sum, const struct wb_layer *layer,
                          const uint8_t *header)
{
    uint32_t covered = layer->length;
    if (sum->is_of_header)
        return layer->header_length;
    if (layer->kind == WB_LAYER_PIM && (header[0] & 0x0f) == PIM_REGISTER)
        return layer->length < PIM_REGISTER_BYTES ? layer->length : PIM_REGISTER_BYTES;
    if (layer->kind == WB_LAYER_UDPLITE) { /* RFC 3828, 3.1: 0 is all of it */
        covered = (uint32_t)header[4] << 8 | header[5];
        return covered == 0 || covered > layer->length ? layer->length : covered;
    }
    if (layer->kind == WB_LAYER_DCCP && header[5] & 0x0f) { /* RFC 4340, 9.2 */
        covered = layer->header_length + ((header[5] & 0x0fU) - 1) * 4;
        return covered > layer->length ? layer->length : covered;
    }
    return covered;
}

bool wb__sum_addresses(const struct wb__sum *sum, const struct wb_packet *packet,
                       const struct wb_decoded *decoded, unsigned index,
                       struct wb__checksum_addresses *addresses)
{
    const struct wb_layer *layers = decoded->layers;
    unsigned network = index;
    /* RFC 5798, 5.2.8; RFC 9568 leaves the addresses of IPv4 out, tcpdump and tshark do not. */
    if (layers[index].kind == WB_LAYER_VRRP && packet->data[layers[index].offset] >> 4 != 3)
        return false;
    while (network > 0 && layers[network].kind != WB_LAYER_IP4 &&
           layers[network].kind != WB_LAYER_IP6)
        network--;
    bool is_4 = layers[network].kind == WB_LAYER_IP4, is_6 = layers[network].kind == WB_LAYER_IP6;
    if (!(is_4 && sum->has_ip4) && !(is_6 && sum->has_ip6))
        return false;
    return wb__checksum_find_addresses(packet, decoded, network, index, addresses);
}

/* ---- Computing -------------------------------------------------------------------- */

/* RFC 9260, 6.8, in the order of bytes in which the CRC comes out. */
static void put_crc(uint8_t *sctp, uint32_t length)
{
    enum { FIELD = 8, BYTES = 12 };
    if (length < BYTES)
        return;
    memset(sctp + FIELD, 0, 4);
    uint32_t crc = ~wb__crc32c(WB__CRC32C_START, sctp, length);
    for (unsigned i = 0; i < 4; i++)
        sctp[FIELD + i] = (uint8_t)(crc >> 8 * i);
}

/* RFC 2328, D.4.3 */
static bool has_cryptographic_authentication(const struct wb_layer *layer, const uint8_t *header)
{
    enum { CRYPTOGRAPHIC = 2, BYTES = 16 };
    return layer->kind == WB_LAYER_OSPF && layer->length >= BYTES && header[0] == 2 &&
           header[14] == 0 && header[15] == CRYPTOGRAPHIC;
}

/* Cisco's sum has an odd last byte in the lower half of a word, not as RFC 1071 has it. */
static uint64_t add_cdp(uint64_t sum, const uint8_t *bytes, uint32_t covered)
{
    if (covered % 2 == 0)
        return wb__sum_add(sum, bytes, covered);
    const uint8_t last[] = {0, bytes[covered - 1]};
    return wb__sum_add(wb__sum_add(sum, bytes, covered - 1), last, sizeof last);
}

/* RFC 2328, D.4: authentication is left out of the sum of version 2. */
static uint64_t add_layer(uint64_t sum, const struct wb_layer *layer, const uint8_t *bytes,
                          uint32_t covered)
{
    enum { AUTHENTICATION = 16, AFTER = 24 };
    if (layer->kind == WB_LAYER_CDP)
        return add_cdp(sum, bytes, covered);
    if (layer->kind != WB_LAYER_OSPF || bytes[0] == 3 || covered < AFTER)
        return wb__sum_add(sum, bytes, covered);
    return wb__sum_add(wb__sum_add(sum, bytes, AUTHENTICATION), bytes + AFTER, covered - AFTER);
}

void wb__checksum_put(uint8_t *bytes, const struct wb_packet *packet,
                      const struct wb_decoded *decoded, unsigned index)
{
    const struct wb_layer *layer = &decoded->layers[index];
    uint8_t *header = bytes + layer->offset;
    if (layer->kind == WB_LAYER_SCTP) {
        put_crc(header, layer->length);
        return;
    }
    const struct wb__sum *sum = wb__sum_of(layer, header);
    if (!sum || layer->length < sum->field + 2U || has_cryptographic_authentication(layer, header))
        return;
    struct wb__checksum_addresses addresses;
    uint64_t total = 0;
    if (wb__sum_addresses(sum, packet, decoded, index, &addresses)) {
        total = (uint64_t)htonl(layer->length) + htonl(sum->protocol);
        total = wb__sum_words(total, addresses.source, addresses.length / 4);
        total = wb__sum_words(total, addresses.destination, addresses.length / 4);
    }
    memset(header + sum->field, 0, 2);
    total = add_layer(total, layer, header, wb__sum_coverage(sum, layer, header));
    uint16_t value = (uint16_t)~wb__sum_fold(total);
    if (sum->may_be_absent && value == 0)
        value = 0xffff; /* RFC 768 */
    memcpy(header + sum->field, &value, sizeof value);
}
