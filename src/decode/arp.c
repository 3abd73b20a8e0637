/* SPDX-License-Identifier: ISC
 *
 * ARP (RFC 826). The addresses are as long as the header says, of whatever hardware
 * and protocol; what follows them is Ethernet padding.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define ARP_FIXED_BYTES 8

unsigned wb__decode_arp(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, ARP_FIXED_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t length = ARP_FIXED_BYTES + 2u * (header[4] + header[5]);
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    layer->header_length = layer->length = length;
    return WB__LAYER_END;
}

int wb_arp_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_arp *arp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_ARP, ARP_FIXED_BYTES, &header);
    if (error < 0)
        return error;
    struct wb__cursor cursor = wb__cursor(header, layer->header_length);
    arp->hardware_type = wb__cursor_read16(&cursor);
    arp->protocol_type = wb__cursor_read16(&cursor);
    arp->hardware_length = wb__cursor_read8(&cursor);
    arp->protocol_length = wb__cursor_read8(&cursor);
    arp->operation = wb__cursor_read16(&cursor);
    arp->sender_hardware = wb__cursor_take(&cursor, arp->hardware_length);
    arp->sender_protocol = wb__cursor_take(&cursor, arp->protocol_length);
    arp->target_hardware = wb__cursor_take(&cursor, arp->hardware_length);
    arp->target_protocol = wb__cursor_take(&cursor, arp->protocol_length);
    return cursor.failed ? WB_E_TRUNCATED : 0;
}

void wb__tell_arp(const struct wb__fields *fields)
{
    struct wb_arp arp;
    if (wb_arp_read(fields->packet, fields->layer, &arp) < 0)
        return;
    wb__tell_number(fields, "hardware_type", arp.hardware_type);
    wb__tell_number(fields, "protocol_type", arp.protocol_type);
    wb__tell_number(fields, "hardware_length", arp.hardware_length);
    wb__tell_number(fields, "protocol_length", arp.protocol_length);
    wb__tell_number(fields, "operation", arp.operation);
    wb__tell_hardware(fields, "sender_hardware", arp.sender_hardware, arp.hardware_length);
    wb__tell_address(fields, "sender_protocol", arp.sender_protocol, arp.protocol_length);
    wb__tell_hardware(fields, "target_hardware", arp.target_hardware, arp.hardware_length);
    wb__tell_address(fields, "target_protocol", arp.target_protocol, arp.protocol_length);
}
