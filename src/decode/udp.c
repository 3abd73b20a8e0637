/* SPDX-License-Identifier: ISC
 *
 * UDP (RFC 768). Its length field may end the datagram before the IP packet does. In
 * a jumbogram (RFC 2675, 4) and in a segmentation-offload frame it may be 0.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

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

/* What is sent to a port, while the source's may be any (RFC 7348, 5; RFC 8926, 3.3). */
static unsigned by_destination(const struct wb__inside *inside, uint16_t port)
{
    switch (port) {
    case 4789:
    case 8472: /* the port of Linux before there was a registered one */
        return wb__is_vxlan(inside) ? WB_LAYER_VXLAN : WB__LAYER_END;
    case 4790:
        return wb__is_vxlan_gpe(inside) ? WB_LAYER_VXLAN_GPE : WB__LAYER_END;
    case 6081:
        return wb__is_geneve(inside) ? WB_LAYER_GENEVE : WB__LAYER_END;
    case 4754:
        return wb__is_gre(inside) ? WB_LAYER_GRE : WB__LAYER_END;
    case 6635:
        return wb__is_mpls(inside) ? WB_LAYER_MPLS : WB__LAYER_END;
    default:
        return WB__LAYER_END;
    }
}

/* What is sent to a port and answered from it. */
static unsigned by_either(const struct wb__inside *inside, uint16_t port)
{
    switch (port) {
    case 53:
        return WB_LAYER_DNS;
    case 67:
    case 68:
        return WB_LAYER_DHCP;
    case 546:
    case 547:
        return WB_LAYER_DHCP6;
    case 5353:
        return WB_LAYER_MDNS;
    case 5355:
        return WB_LAYER_LLMNR;
    case 1701:
        return wb__is_l2tp(inside) ? WB_LAYER_L2TP : WB__LAYER_END;
    case 2123:
        return wb__is_gtp_control(inside) ? WB_LAYER_GTP : WB__LAYER_END;
    case 2152:
        return wb__is_gtp_user(inside) ? WB_LAYER_GTP : WB__LAYER_END;
    case 3544:
        return wb__is_teredo(inside) ? WB_LAYER_TEREDO : WB__LAYER_END;
    case 4500:
        if (wb__is_udpencap(inside))
            return WB_LAYER_UDPENCAP;
        return wb__is_udp_esp(inside) ? WB_LAYER_ESP : WB__LAYER_END;
    default:
        return WB__LAYER_END;
    }
}

unsigned wb__by_ports(const struct wb__walk *walk, struct wb_layer *layer, uint16_t source_port,
                      uint16_t destination_port)
{
    struct wb__inside inside = wb__inside(walk, layer);
    if (inside.length == 0)
        return WB__LAYER_END;
    unsigned kind = by_destination(&inside, destination_port);
    if (kind == WB__LAYER_END)
        kind = by_either(&inside, destination_port);
    if (kind == WB__LAYER_END)
        kind = by_either(&inside, source_port);
    return kind == WB__LAYER_END ? WB_LAYER_PAYLOAD : kind;
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
    return wb__by_ports(walk, layer, udp.source_port, udp.destination_port);
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
