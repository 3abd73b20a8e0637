/* SPDX-License-Identifier: ISC
 *
 * GRE (RFC 2784) with key and sequence number (RFC 2890), the source routes of RFC 1701,
 * NVGRE (RFC 7637), and its version 1, the data of PPTP (RFC 2637). What follows is named
 * by an EtherType, and by some numbers that only GRE knows.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define FIXED_BYTES 4
#define ROUTE_BYTES 4

/* Four bytes for each of checksum (and with it the offset), key, sequence number and
 * acknowledgment. */
static uint32_t fields_length(uint16_t flags)
{
    uint32_t length = FIXED_BYTES;
    bool is_version_1 = (flags & 7) == 1;
    length += flags & (WB__GRE_CHECKSUM | WB__GRE_ROUTING) ? 4 : 0;
    length += flags & WB__GRE_KEY ? 4 : 0;
    length += flags & WB__GRE_SEQUENCE ? 4 : 0;
    length += is_version_1 && flags & WB__GRE_ACKNOWLEDGMENT ? 4 : 0;
    return length;
}

/* Reads what fields_length has room for; routes follow it. */
static struct wb__gre parse_gre(const uint8_t *header, uint32_t header_length)
{
    struct wb__cursor cursor = wb__cursor(header, header_length);
    struct wb__gre gre = {.flags = wb__cursor_read16(&cursor)};
    gre.version = gre.flags & 7;
    gre.protocol = wb__cursor_read16(&cursor);
    if (gre.flags & (WB__GRE_CHECKSUM | WB__GRE_ROUTING)) {
        gre.checksum = wb__cursor_read16(&cursor);
        gre.offset = wb__cursor_read16(&cursor);
    }
    if (gre.flags & WB__GRE_KEY)
        gre.key = wb__cursor_read32(&cursor);
    if (gre.flags & WB__GRE_SEQUENCE)
        gre.sequence = wb__cursor_read32(&cursor);
    if (gre.version == 1 && gre.flags & WB__GRE_ACKNOWLEDGMENT)
        gre.acknowledgment = wb__cursor_read32(&cursor);
    gre.routing_length = gre.flags & WB__GRE_ROUTING ? (uint32_t)wb__cursor_left(&cursor) : 0;
    gre.routing = cursor.at;
    return gre;
}

bool wb__gre_is_nvgre(const struct wb__gre *gre)
{
    uint16_t flags = gre->flags & (WB__GRE_CHECKSUM | WB__GRE_KEY | WB__GRE_SEQUENCE);
    return gre->version == 0 && flags == WB__GRE_KEY &&
           gre->protocol == WB__ETHERTYPE_TRANSPARENT && gre->key >> 8 >= 0x1000;
}

/* RFC 1701: entries follow each other up to one of family 0 and length 0. Returns where
 * they end, or 0, with the status set, where that is not in the packet. */
static uint32_t find_routing_end(const struct wb__walk *walk, struct wb_layer *layer,
                                 uint32_t length)
{
    for (;;) {
        const uint8_t *header = wb__header(walk, layer, length + ROUTE_BYTES);
        if (!header)
            return 0;
        const uint8_t *route = header + length;
        length += ROUTE_BYTES + route[3];
        if (wb__load16(route) == 0 && route[3] == 0)
            return length;
    }
}

/* A Web Cache redirect header is put before the packet by version 2 of the protocol only,
 * and begins with a 0 or 1 (draft-mclaggan-wccp-v2rev1, 4.12). */
static unsigned decode_wccp(const struct wb__walk *walk, struct wb_layer *layer)
{
    enum { REDIRECT_BYTES = 4 };
    struct wb__inside inside = wb__inside(walk, layer);
    if (inside.captured < REDIRECT_BYTES)
        return wb__rest(layer);
    if (inside.bytes[0] >> 4 != 4)
        layer->header_length += REDIRECT_BYTES;
    return WB_LAYER_IP4;
}

static unsigned by_gre_protocol(const struct wb__walk *walk, struct wb_layer *layer,
                                const struct wb__gre *gre)
{
    layer->next = gre->protocol;
    switch (gre->protocol) {
    case WB__GRE_KEEPALIVE:
        return wb__rest(layer);
    case WB__GRE_ERSPAN:
        return gre->flags & WB__GRE_SEQUENCE ? WB_LAYER_ERSPAN : WB_LAYER_ETHERNET;
    case WB__GRE_ERSPAN3:
        return WB_LAYER_ERSPAN;
    case WB__GRE_WCCP:
        return decode_wccp(walk, layer);
    default:
        return wb__by_ethertype(layer, gre->protocol);
    }
}

/* RFC 2637, 4.1: the upper half of the key is the length of the payload; a packet without
 * a sequence number has none and only acknowledges. */
static unsigned decode_pptp(const struct wb__walk *walk, struct wb_layer *layer,
                            const struct wb__gre *gre)
{
    layer->next = gre->protocol;
    if (gre->flags & WB__GRE_KEY)
        wb__bound(walk, layer, layer->header_length + (gre->key >> 16));
    if (layer->length == layer->header_length)
        return WB__LAYER_END;
    return wb__by_ethertype(layer, gre->protocol);
}

/* ERSPAN, where it has a header, says more of the tunnel than the GRE around it. */
static bool is_around_erspan(const struct wb__gre *gre)
{
    return gre->protocol == WB__GRE_ERSPAN3 ||
           (gre->protocol == WB__GRE_ERSPAN && gre->flags & WB__GRE_SEQUENCE);
}

unsigned wb__decode_gre(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, FIXED_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint16_t flags = wb__load16(header);
    uint32_t length = fields_length(flags);
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    if (flags & WB__GRE_ROUTING)
        length = find_routing_end(walk, layer, length);
    if (length == 0)
        return WB__LAYER_END;
    layer->header_length = length;

    struct wb__gre gre = parse_gre(header, length);
    if (!is_around_erspan(&gre))
        wb__is_tunnel(walk);
    if (gre.version == 0)
        return by_gre_protocol(walk, layer, &gre);
    if (gre.version == 1)
        return decode_pptp(walk, layer, &gre);
    wb__complain(layer, WB_LAYER_UNKNOWN);
    return wb__rest(layer);
}

/* RFC 8086, 3: version 0 without the fields of RFC 1701, reserved bits zero. */
bool wb__is_gre(const struct wb__inside *inside)
{
    uint16_t allowed = WB__GRE_CHECKSUM | WB__GRE_KEY | WB__GRE_SEQUENCE;
    if (inside->captured < FIXED_BYTES)
        return inside->length >= FIXED_BYTES;
    uint16_t flags = wb__load16(inside->bytes);
    return (flags & ~allowed) == 0 && inside->length >= fields_length(flags);
}

int wb__gre_read(const struct wb_packet *packet, const struct wb_layer *layer,
                 struct wb__gre *gre)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_GRE, FIXED_BYTES, &header);
    if (error == 0)
        *gre = parse_gre(header, layer->header_length);
    return error;
}

bool wb__gre_route_next(struct wb__cursor *routing, struct wb__gre_route *route)
{
    route->address_family = wb__cursor_read16(routing);
    route->offset = wb__cursor_read8(routing);
    route->length = wb__cursor_read8(routing);
    route->data = wb__cursor_take(routing, route->length);
    return route->data && (route->address_family != 0 || route->length != 0);
}

static void tell_routes(const struct wb__fields *fields, const struct wb__gre *gre)
{
    struct wb__cursor routing = wb__cursor(gre->routing, gre->routing_length);
    struct wb__gre_route route;
    wb__tell_number(fields, "offset", gre->offset);
    wb__tell_list(fields, "routing");
    while (wb__gre_route_next(&routing, &route)) {
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "address_family", route.address_family);
        wb__tell_number(fields, "sre_offset", route.offset);
        wb__tell_number(fields, "sre_length", route.length);
        wb__tell_bytes(fields, "information", route.data, route.length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}

static void tell_key(const struct wb__fields *fields, const struct wb__gre *gre)
{
    if (gre->version == 1) {
        wb__tell_number(fields, "pptp_payload_length", gre->key >> 16);
        wb__tell_number(fields, "call_id", gre->key & 0xffff);
        return;
    }
    wb__tell_number(fields, "key", gre->key);
    if (wb__gre_is_nvgre(gre)) {
        wb__tell_number(fields, "vsid", gre->key >> 8);
        wb__tell_number(fields, "flow_id", gre->key & 0xff);
    }
}

void wb__tell_gre(const struct wb__fields *fields)
{
    struct wb__gre gre;
    if (wb__gre_read(fields->packet, fields->layer, &gre) < 0)
        return;
    wb__tell_number(fields, "version", gre.version);
    wb__tell_number(fields, "flags", gre.flags);
    wb__tell_number(fields, "protocol_type", gre.protocol);
    if (gre.flags & WB__GRE_CHECKSUM)
        wb__tell_checksum(fields, gre.checksum);
    if (gre.flags & WB__GRE_KEY)
        tell_key(fields, &gre);
    if (gre.flags & WB__GRE_SEQUENCE)
        wb__tell_number(fields, "sequence_number", gre.sequence);
    if (gre.version == 1 && gre.flags & WB__GRE_ACKNOWLEDGMENT)
        wb__tell_number(fields, "acknowledgment_number", gre.acknowledgment);
    if (gre.flags & WB__GRE_ROUTING)
        tell_routes(fields, &gre);
    if (gre.version == 0 && gre.protocol == WB__GRE_KEEPALIVE)
        wb__tell_bool(fields, "keepalive", true);
    if (gre.protocol == WB__GRE_ERSPAN && !is_around_erspan(&gre))
        wb__tell_number(fields, "erspan_type", 1);
    wb__tell_payload_length(fields);
}
