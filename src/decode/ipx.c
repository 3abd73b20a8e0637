/* SPDX-License-Identifier: ISC
 *
 * IPX (Novell, IPX Router Specification, 2), in Ethernet by EtherType 0x8137, by LLC, or
 * right behind a length: there its checksum of ffff takes the place of the LLC header.
 */
#include "decode/fields.h"
#include "decode/link.h"

#define IPX_BYTES 30

unsigned wb__decode_ipx(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, IPX_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = IPX_BYTES;
    uint16_t length = wb__load16(header + 2);
    if (length < IPX_BYTES) {
        layer->length = IPX_BYTES;
        return wb__malformed(layer);
    }
    wb__bound(walk, layer, length);
    return wb__rest(layer);
}

int wb__ipx_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb__ipx *ipx)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_IPX, IPX_BYTES, &header);
    if (error < 0)
        return error;
    ipx->checksum = wb__load16(header);
    ipx->length = wb__load16(header + 2);
    ipx->transport_control = header[4];
    ipx->packet_type = header[5];
    ipx->destination_network = wb__load32(header + 6);
    memcpy(ipx->destination_node, header + 10, 6);
    ipx->destination_socket = wb__load16(header + 16);
    ipx->source_network = wb__load32(header + 18);
    memcpy(ipx->source_node, header + 22, 6);
    ipx->source_socket = wb__load16(header + 28);
    return 0;
}

void wb__tell_ipx(const struct wb__fields *fields)
{
    struct wb__ipx ipx;
    if (wb__ipx_read(fields->packet, fields->layer, &ipx) < 0)
        return;
    wb__tell_number(fields, "checksum", ipx.checksum);
    wb__tell_number(fields, "length", ipx.length);
    wb__tell_number(fields, "transport_control", ipx.transport_control);
    wb__tell_number(fields, "packet_type", ipx.packet_type);
    wb__tell_number(fields, "destination_network", ipx.destination_network);
    wb__tell_hardware(fields, "destination_node", ipx.destination_node, 6);
    wb__tell_number(fields, "destination_socket", ipx.destination_socket);
    wb__tell_number(fields, "source_network", ipx.source_network);
    wb__tell_hardware(fields, "source_node", ipx.source_node, 6);
    wb__tell_number(fields, "source_socket", ipx.source_socket);
}
