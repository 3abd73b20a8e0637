/* SPDX-License-Identifier: ISC
 *
 * Rewriting in place: a tag is put in or taken out first; then each layer's fields are changed,
 * and each change is noted with what was there before. Then the checksums are mended from the
 * innermost layer to the outermost: each by the changes that it covers, among which are those of
 * the checksums inside of it. Which ones are not computed yet is asked before.
 */
#include <string.h>

#include <wirebeam/decode.h>
#include <wirebeam/rewrite.h>

#include "build/checksum.h"

#define LINKTYPE_ETHERNET 1
#define MACS_BYTES        12
#define TAG_BYTES         4

#define IP4_SOURCE 12
#define IP4_BYTES  20
#define IP6_SOURCE 8
#define IP6_BYTES  40
#define ARP_BYTES  28 /* for Ethernet and IPv4 */

/* A layer has two addresses or ports, in ARP four, and a checksum. */
#define CHANGES_MAX (5 * WB_LAYERS_MAX)

struct change {
    uint32_t offset;
    uint8_t length, old[16];
};

struct work {
    const struct wb_rewrite *rewrite;
    struct wb_packet packet;
    uint8_t *bytes;
    uint32_t length;
    struct wb_decoded decoded;
    struct change changes[CHANGES_MAX];
    unsigned count;
    bool is_begun[WB_LAYERS_MAX]; /* the layer's checksum is not computed yet */
};

/* ---- Fields ----------------------------------------------------------------------- */

static bool has_bytes(const struct work *work, uint32_t offset, uint32_t length)
{
    return offset <= work->length && length <= work->length - offset;
}

static void change(struct work *work, uint32_t offset, const uint8_t *to, uint8_t length)
{
    struct change *change = &work->changes[work->count++];
    change->offset = offset;
    change->length = length;
    memcpy(change->old, work->bytes + offset, length);
    memcpy(work->bytes + offset, to, length);
}

static void rewrite_mac(struct work *work, uint32_t offset, uint8_t side)
{
    for (uint32_t i = 0; i < work->rewrite->mac_count; i++) {
        const struct wb_rewrite_mac *rule = &work->rewrite->macs[i];
        bool fits = rule->side == WB_REWRITE_MAC_EITHER
                        ? memcmp(rule->from, work->bytes + offset, 6) == 0
                        : rule->side == side;
        if (!fits)
            continue;
        change(work, offset, rule->to, 6);
        return;
    }
}

static bool is_in(const uint8_t *address, const uint8_t *network, unsigned prefix)
{
    unsigned whole = prefix / 8, rest = prefix % 8;
    return memcmp(address, network, whole) == 0 &&
           (rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0);
}

static void rewrite_address(struct work *work, uint32_t offset, unsigned version)
{
    uint8_t *address = work->bytes + offset, to[16];
    uint8_t length = version == 4 ? 4 : 16;
    for (uint32_t i = 0; i < work->rewrite->network_count; i++) {
        const struct wb_rewrite_network *rule = &work->rewrite->networks[i];
        if (rule->ip_version != version || !is_in(address, rule->from, rule->prefix_length))
            continue;
        for (unsigned byte = 0; byte < length; byte++) {
            unsigned bits = rule->prefix_length > 8 * byte ? rule->prefix_length - 8 * byte : 0;
            uint8_t host = bits >= 8 ? 0 : (uint8_t)(0xff >> bits);
            to[byte] = (uint8_t)(rule->to[byte] | (address[byte] & host));
        }
        change(work, offset, to, length);
        return;
    }
}

static void rewrite_port(struct work *work, uint32_t offset)
{
    unsigned port = (unsigned)work->bytes[offset] << 8 | work->bytes[offset + 1];
    for (uint32_t i = 0; i < work->rewrite->port_count; i++) {
        const struct wb_rewrite_port *rule = &work->rewrite->ports[i];
        if (rule->from != port)
            continue;
        const uint8_t to[2] = {(uint8_t)(rule->to >> 8), (uint8_t)rule->to};
        change(work, offset, to, 2);
        return;
    }
}

static void rewrite_arp(struct work *work, uint32_t offset)
{
    static const uint8_t ethernet_ip4[6] = {0, 1, 8, 0, 6, 4}; /* RFC 826 */
    if (!has_bytes(work, offset, ARP_BYTES) ||
        memcmp(work->bytes + offset, ethernet_ip4, sizeof ethernet_ip4) != 0)
        return;
    rewrite_mac(work, offset + 8, WB_REWRITE_MAC_EITHER);
    rewrite_address(work, offset + 14, 4);
    rewrite_mac(work, offset + 18, WB_REWRITE_MAC_EITHER);
    rewrite_address(work, offset + 24, 4);
}

static void rewrite_ip(struct work *work, const struct wb_layer *layer)
{
    bool is_4 = layer->kind == WB_LAYER_IP4;
    uint32_t source = layer->offset + (is_4 ? IP4_SOURCE : IP6_SOURCE), size = is_4 ? 4 : 16;
    if (!has_bytes(work, layer->offset, is_4 ? IP4_BYTES : IP6_BYTES))
        return;
    rewrite_address(work, source, is_4 ? 4 : 6);
    rewrite_address(work, source + size, is_4 ? 4 : 6);
}

static void rewrite_layer(struct work *work, unsigned index)
{
    const struct wb_layer *layer = &work->decoded.layers[index];
    switch (layer->kind) {
    case WB_LAYER_ETHERNET:
        if (!has_bytes(work, layer->offset, MACS_BYTES))
            return;
        /* A rule for all sources, or all destinations, is about the frame itself. */
        rewrite_mac(work, layer->offset, index ? 0 : WB_REWRITE_MAC_DESTINATION);
        rewrite_mac(work, layer->offset + 6, index ? 0 : WB_REWRITE_MAC_SOURCE);
        return;
    case WB_LAYER_ARP:
        rewrite_arp(work, layer->offset);
        return;
    case WB_LAYER_IP4:
    case WB_LAYER_IP6:
        rewrite_ip(work, layer);
        return;
    case WB_LAYER_TCP:
    case WB_LAYER_UDP:
        if (!has_bytes(work, layer->offset, 4))
            return;
        rewrite_port(work, layer->offset);
        rewrite_port(work, layer->offset + 2);
        return;
    }
}

/* ---- Checksums -------------------------------------------------------------------- */

/* Where the addresses of a layer's pseudo-header begin; UINT32_MAX where it has none. */
struct pseudo {
    uint32_t source, destination;
};

static struct pseudo pseudo_of(const struct work *work, unsigned index, const struct wb__sum *sum)
{
    struct wb__checksum_addresses addresses;
    if (!wb__sum_addresses(sum, &work->packet, &work->decoded, index, &addresses))
        return (struct pseudo){UINT32_MAX, UINT32_MAX};
    return (struct pseudo){(uint32_t)(addresses.source - work->bytes),
                           (uint32_t)(addresses.destination - work->bytes)};
}

/* RFC 1624, 3: the new field is ~(~field + ~m + m') for each word m that became m'. A byte is
 * the upper or lower half of its word by its distance from where the sum begins. */
static uint32_t difference(const struct work *work, const struct change *change, uint32_t base)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < change->length; i++) {
        unsigned shift = (change->offset + i - base) % 2 ? 0 : 8;
        uint32_t now = work->bytes[change->offset + i];
        sum += (0xffffU ^ (uint32_t)change->old[i] << shift) + (now << shift);
    }
    return sum;
}

static bool is_pseudo(const struct pseudo *pseudo, const struct change *change)
{
    return change->offset == pseudo->source || change->offset == pseudo->destination;
}

static uint32_t fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* By all changes that the checksum covers, from begin to end and of the pseudo-header. */
static uint32_t mended(const struct work *work, const struct pseudo *pseudo, uint32_t begin,
                       uint32_t end, uint32_t old)
{
    uint32_t total = old ^ 0xffff;
    for (unsigned i = 0; i < work->count; i++) {
        const struct change *change = &work->changes[i];
        if (change->offset >= begin && change->offset + change->length <= end)
            total += difference(work, change, begin);
        else if (is_pseudo(pseudo, change))
            total += difference(work, change, change->offset);
    }
    return fold(total) ^ 0xffff;
}

/* One that a device is to compute is the sum of the pseudo-header so far, not complemented. */
static uint32_t begun_again(const struct work *work, const struct pseudo *pseudo, uint32_t old)
{
    uint32_t total = old;
    for (unsigned i = 0; i < work->count; i++)
        if (is_pseudo(pseudo, &work->changes[i]))
            total += difference(work, &work->changes[i], work->changes[i].offset);
    return fold(total);
}

static void mend(struct work *work, unsigned index)
{
    const struct wb_layer *layer = &work->decoded.layers[index];
    if (!has_bytes(work, layer->offset, 1))
        return;
    const uint8_t *header = work->bytes + layer->offset;
    const struct wb__sum *sum = wb__sum_of(layer, header);
    if (!sum || !has_bytes(work, layer->offset, sum->field + 2U))
        return;
    uint8_t *field = work->bytes + layer->offset + sum->field;
    uint32_t old = (uint32_t)field[0] << 8 | field[1];
    if (sum->may_be_absent && old == 0)
        return;
    uint32_t end = layer->offset + wb__sum_coverage(sum, layer, header);
    struct pseudo pseudo = pseudo_of(work, index, sum);
    uint32_t now = work->is_begun[index] ? begun_again(work, &pseudo, old)
                                         : mended(work, &pseudo, layer->offset, end, old);
    if (sum->may_be_absent && now == 0)
        now = 0xffff; /* RFC 768 */
    if (now != old)
        change(work, layer->offset + sum->field, (uint8_t[]){(uint8_t)(now >> 8), (uint8_t)now}, 2);
}

/* ---- Tags ------------------------------------------------------------------------- */

static bool is_tag(const uint8_t *type)
{
    unsigned value = (unsigned)type[0] << 8 | type[1];
    return value == 0x8100 || value == 0x88a8 || value == 0x9100;
}

static uint32_t rewrite_tag(const struct wb_rewrite *rewrite, uint8_t *bytes, uint32_t length,
                            uint32_t capacity)
{
    uint8_t *tag = bytes + MACS_BYTES;
    if (length < MACS_BYTES + 2)
        return length;
    if (rewrite->vlan == WB_REWRITE_VLAN_ADD) {
        if (capacity < length || capacity - length < TAG_BYTES)
            return length;
        memmove(tag + TAG_BYTES, tag, length - MACS_BYTES);
        memcpy(tag,
               (uint8_t[]){0x81, 0, (uint8_t)(rewrite->vlan_id >> 8), (uint8_t)rewrite->vlan_id},
               TAG_BYTES);
        return length + TAG_BYTES;
    }
    if (length < MACS_BYTES + TAG_BYTES + 2 || !is_tag(tag))
        return length;
    if (rewrite->vlan == WB_REWRITE_VLAN_REMOVE) {
        memmove(tag, tag + TAG_BYTES, length - MACS_BYTES - TAG_BYTES);
        return length - TAG_BYTES;
    }
    tag[2] = (uint8_t)((tag[2] & 0xf0) | rewrite->vlan_id >> 8);
    tag[3] = (uint8_t)rewrite->vlan_id;
    return length;
}

/* ---- All of it -------------------------------------------------------------------- */

uint32_t wb_rewrite_apply(const struct wb_rewrite *rewrite, uint8_t *bytes, uint32_t length,
                          uint32_t capacity, uint16_t link_type)
{
    struct work work;
    if (rewrite->vlan != WB_REWRITE_VLAN_KEEP && link_type == LINKTYPE_ETHERNET)
        length = rewrite_tag(rewrite, bytes, length, capacity);
    if (rewrite->mac_count + rewrite->network_count + rewrite->port_count == 0)
        return length;
    work.rewrite = rewrite;
    work.bytes = bytes;
    work.length = length;
    work.count = 0;
    work.packet = (struct wb_packet){
        .data = bytes, .captured_length = length, .wire_length = length, .link_type = link_type};
    wb_decode(&work.packet, &work.decoded);
    if (work.decoded.status == WB_LAYER_TOO_DEEP)
        return length;
    for (unsigned i = 0; i < work.decoded.layer_count; i++)
        work.is_begun[i] =
            wb_checksum_state(&work.packet, &work.decoded, i) == WB_CHECKSUM_NOT_COMPUTED;
    for (unsigned i = 0; i < work.decoded.layer_count; i++)
        rewrite_layer(&work, i);
    if (work.count == 0)
        return length;
    for (unsigned i = work.decoded.layer_count; i-- > 0;)
        mend(&work, i);
    return length;
}
