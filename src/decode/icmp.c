/* SPDX-License-Identifier: ISC
 *
 * ICMP (RFC 792) and ICMPv6 (RFC 4443), whose headers are the same eight bytes. The
 * packet that an error message quotes is payload: it is not a part of this packet.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define ICMP_BYTES 8

unsigned wb__decode_icmp(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_transport(walk);
    if (!wb__header(walk, layer, ICMP_BYTES))
        return WB__LAYER_END;
    layer->header_length = ICMP_BYTES;
    return wb__rest(layer);
}

int wb_icmp_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_icmp *icmp)
{
    enum wb_layer_kind kind = layer->kind == WB_LAYER_ICMP6 ? WB_LAYER_ICMP6 : WB_LAYER_ICMP;
    const uint8_t *header;
    int error = wb__find_header(packet, layer, kind, ICMP_BYTES, &header);
    if (error < 0)
        return error;
    icmp->type = header[0];
    icmp->code = header[1];
    icmp->checksum = wb__load16(header + 2);
    icmp->rest = wb__load32(header + 4);
    return 0;
}

void wb__tell_icmp(const struct wb__fields *fields)
{
    struct wb_icmp icmp;
    if (wb_icmp_read(fields->packet, fields->layer, &icmp) < 0)
        return;
    wb__tell_number(fields, "type", icmp.type);
    wb__tell_number(fields, "code", icmp.code);
    wb__tell_checksum(fields, icmp.checksum);
    wb__tell_number(fields, "rest", icmp.rest);
    wb__tell_payload_length(fields);
}
