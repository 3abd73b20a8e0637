/* SPDX-License-Identifier: ISC
 *
 * Ethernet frames behind a few bytes: EtherIP (RFC 3378), and the I-TAG of provider
 * backbone bridges (IEEE 802.1Q, 9.7; once 802.1ah), whose customer addresses and type
 * that follow are the beginning of an Ethernet frame.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define ETHERIP_BYTES 2
#define ITAG_BYTES 4

unsigned wb__decode_etherip(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, ETHERIP_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = ETHERIP_BYTES;
    wb__is_tunnel(walk);
    if (header[0] >> 4 == 3)
        return WB_LAYER_ETHERNET;
    wb__complain(layer, WB_LAYER_UNKNOWN);
    return wb__rest(layer);
}

void wb__tell_etherip(const struct wb__fields *fields)
{
    struct wb__cursor header = wb__fields_header(fields);
    uint16_t word = wb__cursor_read16(&header);
    wb__tell_number(fields, "version", word >> 12);
    wb__tell_number(fields, "reserved", word & 0xfff);
}

static inline struct wb__pbb parse_pbb(const uint8_t *header)
{
    return (struct wb__pbb){
        .priority = header[0] >> 5,
        .drop_eligible = header[0] >> 4 & 1,
        .use_customer_address = header[0] >> 3 & 1,
        .isid = wb__load32(header) & 0xffffff,
    };
}

unsigned wb__decode_pbb(struct wb__walk *walk, struct wb_layer *layer)
{
    if (!wb__header(walk, layer, ITAG_BYTES))
        return WB__LAYER_END;
    layer->header_length = ITAG_BYTES;
    wb__is_tunnel(walk);
    return WB_LAYER_ETHERNET;
}

int wb__pbb_read(const struct wb_packet *packet, const struct wb_layer *layer,
                 struct wb__pbb *pbb)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_PBB, ITAG_BYTES, &header);
    if (error == 0)
        *pbb = parse_pbb(header);
    return error;
}

void wb__tell_pbb(const struct wb__fields *fields)
{
    struct wb__pbb pbb;
    if (wb__pbb_read(fields->packet, fields->layer, &pbb) < 0)
        return;
    wb__tell_number(fields, "priority", pbb.priority);
    wb__tell_bool(fields, "drop_eligible", pbb.drop_eligible);
    wb__tell_bool(fields, "use_customer_address", pbb.use_customer_address);
    wb__tell_number(fields, "isid", pbb.isid);
}
