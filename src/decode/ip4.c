/* SPDX-License-Identifier: ISC
 *
 * IPv4 (RFC 791). total_length decides where the packet ends, so that Ethernet
 * padding is never taken for data; a segmentation-offload frame has 0 there, and
 * then the packet is as long as the frame.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define IP4_BYTES 20

static inline uint32_t parse_header_length(const uint8_t *header)
{
    return (header[0] & 0x0fu) * 4;
}

static inline uint16_t parse_total_length(const uint8_t *header)
{
    return wb__load16(header + 2);
}

/* Three flags and the offset in units of 8 bytes. */
enum { RESERVED = 0x8000, DONT_FRAGMENT = 0x4000, MORE_FRAGMENTS = 0x2000, OFFSET = 0x1fff };

static inline uint16_t parse_fragment(const uint8_t *header)
{
    return wb__load16(header + 6);
}

static inline uint8_t parse_protocol(const uint8_t *header)
{
    return header[9];
}

static inline void parse_ip4(const uint8_t *header, uint32_t header_length, struct wb_ip4 *ip)
{
    uint16_t fragment = parse_fragment(header);
    ip->dscp = header[1] >> 2;
    ip->ecn = header[1] & 3;
    ip->total_length = parse_total_length(header);
    ip->identification = wb__load16(header + 4);
    ip->reserved_flag = (fragment & RESERVED) != 0;
    ip->dont_fragment = (fragment & DONT_FRAGMENT) != 0;
    ip->more_fragments = (fragment & MORE_FRAGMENTS) != 0;
    ip->fragment_offset = (uint16_t)((fragment & OFFSET) << 3);
    ip->ttl = header[8];
    ip->protocol = parse_protocol(header);
    ip->checksum = wb__load16(header + 10);
    memcpy(ip->source, header + 12, 4);
    memcpy(ip->destination, header + 16, 4);
    ip->options = header + IP4_BYTES;
    ip->options_length = header_length - IP4_BYTES;
}

static unsigned decode_payload(struct wb__walk *walk, struct wb_layer *layer,
                               const uint8_t *header)
{
    uint16_t fragment = parse_fragment(header);
    if (fragment & (MORE_FRAGMENTS | OFFSET))
        wb__is_fragment(walk);
    if ((fragment & OFFSET) == 0)
        return wb__by_protocol(layer, parse_protocol(header));
    layer->next = parse_protocol(header);
    wb__complain(layer, WB_LAYER_FRAGMENT);
    return wb__rest(layer);
}

unsigned wb__decode_ip4(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_network(walk);
    const uint8_t *header = wb__header(walk, layer, IP4_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t header_length = parse_header_length(header);
    if (header[0] >> 4 != 4 || header_length < IP4_BYTES)
        return wb__malformed(layer);
    if (!wb__header(walk, layer, header_length))
        return WB__LAYER_END;
    layer->header_length = header_length;

    uint16_t total_length = parse_total_length(header);
    if (total_length > 0 && total_length < header_length) {
        layer->length = header_length;
        layer->next = parse_protocol(header);
        return wb__malformed(layer);
    }
    if (total_length > 0)
        wb__bound(walk, layer, total_length);
    return decode_payload(walk, layer, header);
}

int wb_ip4_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_ip4 *ip)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_IP4, IP4_BYTES, &header);
    if (error == 0)
        parse_ip4(header, layer->header_length, ip);
    return error;
}

void wb__tell_ip4(const struct wb__fields *fields)
{
    struct wb_ip4 ip;
    if (wb_ip4_read(fields->packet, fields->layer, &ip) < 0)
        return;
    wb__tell_number(fields, "header_length", fields->layer->header_length);
    wb__tell_number(fields, "dscp", ip.dscp);
    wb__tell_number(fields, "ecn", ip.ecn);
    wb__tell_number(fields, "total_length", ip.total_length);
    wb__tell_number(fields, "identification", ip.identification);
    wb__tell_bool(fields, "reserved_flag", ip.reserved_flag);
    wb__tell_bool(fields, "dont_fragment", ip.dont_fragment);
    wb__tell_bool(fields, "more_fragments", ip.more_fragments);
    wb__tell_number(fields, "fragment_offset", ip.fragment_offset);
    wb__tell_number(fields, "ttl", ip.ttl);
    wb__tell_number(fields, "protocol", ip.protocol);
    wb__tell_checksum(fields, ip.checksum);
    wb__tell_address(fields, "source", ip.source, 4);
    wb__tell_address(fields, "destination", ip.destination, 4);
    if (ip.options_length > 0)
        wb__tell_ip4_options(fields, &ip);
    wb__tell_payload_length(fields);
}
