/* SPDX-License-Identifier: ISC
 *
 * Cisco HDLC: an address, a control byte of 0, an EtherType; and SLARP, which asks for
 * addresses on such a line and keeps it alive.
 */
#include "decode/fields.h"
#include "decode/link.h"

#define CHDLC_BYTES 4
#define SLARP_BYTES 14
#define UPTIME_BYTES 18

enum chdlc_protocol { CHDLC_CDP = 0x2000, CHDLC_SLARP = 0x8035 };

unsigned wb__decode_chdlc(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, CHDLC_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = CHDLC_BYTES;
    uint16_t protocol = wb__load16(header + 2);
    layer->next = protocol;
    switch (protocol) {
    case CHDLC_SLARP:
        return WB_LAYER_SLARP;
    case CHDLC_CDP:
        return WB_LAYER_CDP;
    default:
        return wb__by_ethertype(layer, protocol);
    }
}

int wb__chdlc_read(const struct wb_packet *packet, const struct wb_layer *layer,
                   struct wb__chdlc *chdlc)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_CHDLC, CHDLC_BYTES, &header);
    if (error < 0)
        return error;
    chdlc->address = header[0];
    chdlc->control = header[1];
    chdlc->protocol = wb__load16(header + 2);
    return 0;
}

void wb__tell_chdlc(const struct wb__fields *fields)
{
    struct wb__chdlc chdlc;
    if (wb__chdlc_read(fields->packet, fields->layer, &chdlc) < 0)
        return;
    wb__tell_number(fields, "address", chdlc.address);
    wb__tell_number(fields, "control", chdlc.control);
    wb__tell_number(fields, "protocol", chdlc.protocol);
}

/* The uptime at its end is only there in keepalives of some versions. */
unsigned wb__decode_slarp(struct wb__walk *walk, struct wb_layer *layer)
{
    if (!wb__header(walk, layer, SLARP_BYTES))
        return WB__LAYER_END;
    bool has_uptime = layer->length >= UPTIME_BYTES;
    uint32_t length = has_uptime ? UPTIME_BYTES : SLARP_BYTES;
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    layer->header_length = length;
    return WB__LAYER_END;
}

int wb__slarp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                   struct wb__slarp *slarp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_SLARP, SLARP_BYTES, &header);
    if (error < 0)
        return error;
    slarp->code = wb__load32(header);
    memcpy(slarp->address, header + 4, 4);
    memcpy(slarp->mask, header + 8, 4);
    slarp->my_sequence = wb__load32(header + 4);
    slarp->your_sequence = wb__load32(header + 8);
    slarp->reliability = wb__load16(header + 12);
    slarp->has_uptime = layer->header_length >= UPTIME_BYTES;
    slarp->uptime_ms = slarp->has_uptime ? wb__load32(header + 14) : 0;
    return 0;
}

static void tell_keepalive(const struct wb__fields *fields, const struct wb__slarp *slarp)
{
    wb__tell_number(fields, "my_sequence", slarp->my_sequence);
    wb__tell_number(fields, "your_sequence", slarp->your_sequence);
    wb__tell_number(fields, "reliability", slarp->reliability);
    if (slarp->has_uptime)
        wb__tell_number(fields, "uptime_ms", slarp->uptime_ms);
}

void wb__tell_slarp(const struct wb__fields *fields)
{
    struct wb__slarp slarp;
    if (wb__slarp_read(fields->packet, fields->layer, &slarp) < 0)
        return;
    wb__tell_number(fields, "code", slarp.code);
    if (slarp.code == WB__SLARP_KEEPALIVE) {
        tell_keepalive(fields, &slarp);
        return;
    }
    wb__tell_address(fields, "address", slarp.address, 4);
    wb__tell_address(fields, "mask", slarp.mask, 4);
}
