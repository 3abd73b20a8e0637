/* SPDX-License-Identifier: ISC
 *
 * UDP (RFC 768). Its length field may end the datagram before the IP packet does. In
 * a jumbogram (RFC 2675, 4) and in a segmentation-offload frame it may be 0.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define UDP_BYTES 8

static inline void parse_udp(const uint8_t *header, struct wb_udp *udp)
{
    udp->source_port = wb__load16(header);
    udp->destination_port = wb__load16(header + 2);
    udp->length = wb__load16(header + 4);
    udp->checksum = wb__load16(header + 6);
}

static bool may_be_zero(const struct wb__walk *walk, const struct wb_layer *layer)
{
    return layer->length > UINT16_MAX || (walk->packet_flags & WB_PACKET_SEGMENTED_LATER);
}

unsigned wb__decode_udp(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_transport(walk);
    const uint8_t *header = wb__header(walk, layer, UDP_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb_udp udp;
    parse_udp(header, &udp);
    layer->header_length = UDP_BYTES;
    if (udp.length == 0 && may_be_zero(walk, layer))
        return wb__rest(layer);
    if (udp.length < UDP_BYTES) {
        layer->length = UDP_BYTES;
        return wb__malformed(layer);
    }
    wb__bound(walk, layer, udp.length);
    return wb__rest(layer);
}

int wb_udp_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_udp *udp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_UDP, UDP_BYTES, &header);
    if (error == 0)
        parse_udp(header, udp);
    return error;
}

void wb__tell_udp(const struct wb__fields *fields)
{
    struct wb_udp udp;
    if (wb_udp_read(fields->packet, fields->layer, &udp) < 0)
        return;
    wb__tell_number(fields, "source_port", udp.source_port);
    wb__tell_number(fields, "destination_port", udp.destination_port);
    wb__tell_number(fields, "length", udp.length);
    wb__tell_checksum(fields, udp.checksum);
    wb__tell_payload_length(fields);
}
