/* SPDX-License-Identifier: ISC
 *
 * Link types that say little: LINKTYPE_NULL and _LOOP, four bytes with an address
 * family number of the system that captured, and the raw IP types, nothing at all.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define FAMILY_BYTES 4

/* AF_INET is 2 everywhere; AF_INET6 is not the same number on any two systems. */
enum family {
    FAMILY_IP4 = 2,
    FAMILY_IP6_LINUX = 10,
    FAMILY_IP6_WINDOWS = 23,
    FAMILY_IP6_BSD = 24, /* NetBSD, OpenBSD, BSD/OS */
    FAMILY_IP6_FREEBSD = 28,
    FAMILY_IP6_DARWIN = 30,
};

static unsigned by_family(struct wb_layer *layer, uint32_t family)
{
    layer->next = family <= UINT16_MAX ? (uint16_t)family : 0;
    switch (family) {
    case FAMILY_IP4:
        return WB_LAYER_IP4;
    case FAMILY_IP6_LINUX:
    case FAMILY_IP6_WINDOWS:
    case FAMILY_IP6_BSD:
    case FAMILY_IP6_FREEBSD:
    case FAMILY_IP6_DARWIN:
        return WB_LAYER_IP6;
    default:
        wb__complain(layer, WB_LAYER_UNKNOWN);
        return wb__rest(layer);
    }
}

/* The byte order is that of the machine that captured. Families are small numbers, so
 * the order in which the upper half is zero is the right one. */
static uint32_t load_family(const uint8_t *header)
{
    uint32_t little = wb__load32_little(header);
    return little <= UINT16_MAX ? little : wb__load32(header);
}

unsigned wb__decode_null(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, FAMILY_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = FAMILY_BYTES;
    return by_family(layer, load_family(header));
}

unsigned wb__decode_loop(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, FAMILY_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = FAMILY_BYTES;
    return by_family(layer, wb__load32(header));
}

/* LINKTYPE_RAW holds either version of IP, told by its first four bits. */
unsigned wb__decode_raw(struct wb__walk *walk, struct wb_layer *layer)
{
    if (walk->link_type == WB__LINK_IP4)
        return wb__by_ethertype(layer, WB__ETHERTYPE_IP4);
    if (walk->link_type == WB__LINK_IP6)
        return wb__by_ethertype(layer, WB__ETHERTYPE_IP6);
    const uint8_t *first = wb__header(walk, layer, 1);
    if (!first)
        return WB__LAYER_END;
    switch (*first >> 4) {
    case 4:
        return wb__by_ethertype(layer, WB__ETHERTYPE_IP4);
    case 6:
        return wb__by_ethertype(layer, WB__ETHERTYPE_IP6);
    default:
        wb__complain(layer, WB_LAYER_UNKNOWN);
        return wb__rest(layer);
    }
}

/* layer->next has 16 bits, as a family has; one that has more is no family. */
void wb__tell_loopback(const struct wb__fields *fields)
{
    const uint8_t *header = fields->packet->data + fields->layer->offset;
    bool is_null = fields->layer->kind == WB_LAYER_NULL;
    wb__tell_number(fields, "family", is_null ? load_family(header) : wb__load32(header));
}
