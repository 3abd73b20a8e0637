/* SPDX-License-Identifier: ISC
 *
 * IPv6 and its extension headers (RFC 8200). Each extension header is a layer of its
 * own, so a chain that never ends is stopped by WB_LAYERS_MAX. A payload_length of 0
 * means a jumbogram (RFC 2675) or a segmentation-offload frame: the packet is then as
 * long as the frame.
 */
#include "decode/decoder.h"
#include "decode/fields.h"
#include "decode/ip6_option.h"

#define IP6_BYTES 40
#define FRAGMENT_BYTES 8

static inline void parse_ip6(const uint8_t *header, struct wb_ip6 *ip)
{
    uint32_t first = wb__load32(header);
    ip->traffic_class = (uint8_t)(first >> 20);
    ip->flow_label = first & 0xfffff;
    ip->payload_length = wb__load16(header + 4);
    ip->next_header = header[6];
    ip->hop_limit = header[7];
    memcpy(ip->source, header + 8, 16);
    memcpy(ip->destination, header + 24, 16);
}

static inline void parse_fragment(const uint8_t *header, struct wb_ip6_fragment *fragment)
{
    uint16_t word = wb__load16(header + 2);
    fragment->next_header = header[0];
    fragment->fragment_offset = word & 0xfff8;
    fragment->more_fragments = word & 1;
    fragment->identification = wb__load32(header + 4);
}

unsigned wb__by_next_header(struct wb_layer *layer, uint8_t next_header)
{
    layer->next = next_header;
    switch (next_header) {
    case WB__PROTOCOL_HOPOPTS:
        return WB_LAYER_IP6_HOPOPTS;
    case WB__PROTOCOL_ROUTING:
        return WB_LAYER_IP6_ROUTING;
    case WB__PROTOCOL_FRAGMENT:
        return WB_LAYER_IP6_FRAGMENT;
    case WB__PROTOCOL_DSTOPTS:
        return WB_LAYER_IP6_DSTOPTS;
    case WB__PROTOCOL_MOBILITY:
        return WB_LAYER_IP6_MOBILITY;
    case WB__PROTOCOL_HIP:
        return WB_LAYER_HIP;
    case WB__PROTOCOL_SHIM6:
        return WB_LAYER_SHIM6;
    case WB__PROTOCOL_NONE:
        return wb__rest(layer);
    default:
        return wb__by_protocol(layer, next_header);
    }
}

unsigned wb__decode_ip6(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_network(walk);
    const uint8_t *header = wb__header(walk, layer, IP6_BYTES);
    if (!header)
        return WB__LAYER_END;
    if (header[0] >> 4 != 6)
        return wb__malformed(layer);

    struct wb_ip6 ip;
    parse_ip6(header, &ip);
    layer->header_length = IP6_BYTES;
    if (ip.payload_length > 0 || ip.next_header == WB__PROTOCOL_NONE)
        wb__bound(walk, layer, IP6_BYTES + ip.payload_length);
    return wb__by_next_header(layer, ip.next_header);
}

/* RFC 2675: where IPv6's own length is 0, an option of the first header has it, and it is
 * one that a common packet could not have. */
static void bound_jumbogram(const struct wb__walk *walk, struct wb_layer *layer,
                            const uint8_t *header)
{
    unsigned index = walk->decoded->layer_count;
    uint32_t length;
    if (index == 0 || walk->decoded->layers[index - 1].kind != WB_LAYER_IP6 ||
        !wb__ip6_find_jumbo(header, layer->header_length, &length))
        return;
    const struct wb_layer *network = &walk->decoded->layers[index - 1];
    bool has_length = wb__load16(walk->data + network->offset + 4) > 0;
    if (length <= UINT16_MAX || has_length)
        wb__complain(layer, WB_LAYER_MALFORMED);
    else
        wb__bound(walk, layer, length);
}

/* Extension headers begin alike: the next header, and the length in units of 8 bytes
 * without the first 8. */
unsigned wb__decode_ip6_options(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, 2);
    if (!header)
        return WB__LAYER_END;
    uint32_t header_length = (header[1] + 1u) * 8;
    if (!wb__header(walk, layer, header_length))
        return WB__LAYER_END;
    layer->header_length = header_length;
    if (layer->kind == WB_LAYER_IP6_HOPOPTS)
        bound_jumbogram(walk, layer, header);
    return wb__by_next_header(layer, header[0]);
}

unsigned wb__decode_ip6_fragment(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, FRAGMENT_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb_ip6_fragment fragment;
    parse_fragment(header, &fragment);
    layer->header_length = FRAGMENT_BYTES;
    if (fragment.more_fragments || fragment.fragment_offset > 0)
        wb__is_fragment(walk);
    if (fragment.fragment_offset == 0)
        return wb__by_next_header(layer, fragment.next_header);
    layer->next = fragment.next_header;
    wb__complain(layer, WB_LAYER_FRAGMENT);
    return wb__rest(layer);
}

int wb_ip6_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_ip6 *ip)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_IP6, IP6_BYTES, &header);
    if (error == 0)
        parse_ip6(header, ip);
    return error;
}

int wb_ip6_fragment_read(const struct wb_packet *packet, const struct wb_layer *layer,
                         struct wb_ip6_fragment *fragment)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_IP6_FRAGMENT, FRAGMENT_BYTES, &header);
    if (error == 0)
        parse_fragment(header, fragment);
    return error;
}

void wb__tell_ip6(const struct wb__fields *fields)
{
    struct wb_ip6 ip;
    if (wb_ip6_read(fields->packet, fields->layer, &ip) < 0)
        return;
    wb__tell_number(fields, "traffic_class", ip.traffic_class);
    wb__tell_number(fields, "flow_label", ip.flow_label);
    wb__tell_number(fields, "payload_length", ip.payload_length);
    wb__tell_number(fields, "next_header", ip.next_header);
    wb__tell_number(fields, "hop_limit", ip.hop_limit);
    wb__tell_address(fields, "source", ip.source, 16);
    wb__tell_address(fields, "destination", ip.destination, 16);
}

void wb__tell_ip6_fragment(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    struct wb_ip6_fragment fragment;
    if (wb_ip6_fragment_read(fields->packet, fields->layer, &fragment) < 0)
        return;
    wb__tell_number(fields, "next_header", fragment.next_header);
    wb__tell_number(fields, "reserved", header[1]);
    wb__tell_number(fields, "res", header[3] >> 1 & 3);
    wb__tell_number(fields, "fragment_offset", fragment.fragment_offset);
    wb__tell_bool(fields, "more_fragments", fragment.more_fragments);
    wb__tell_number(fields, "identification", fragment.identification);
}
