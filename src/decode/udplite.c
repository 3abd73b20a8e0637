/* SPDX-License-Identifier: ISC
 *
 * UDP-Lite (RFC 3828): in place of UDP's length there is how much the checksum covers; the
 * datagram ends where the IP packet does.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define UDPLITE_BYTES 8

unsigned wb__decode_udplite(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_transport(walk);
    const uint8_t *header = wb__header(walk, layer, UDPLITE_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = UDPLITE_BYTES;
    uint16_t coverage = wb__load16(header + 4);
    bool is_too_short = coverage > 0 && coverage < UDPLITE_BYTES;
    bool is_too_long = coverage > layer->length && !wb__is_partial(walk);
    if (is_too_short || is_too_long) /* 3.1: to be discarded */
        wb__complain(layer, WB_LAYER_MALFORMED);
    return wb__rest(layer);
}

void wb__tell_udplite(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    wb__tell_number(fields, "source_port", wb__load16(header));
    wb__tell_number(fields, "destination_port", wb__load16(header + 2));
    wb__tell_number(fields, "checksum_coverage", wb__load16(header + 4));
    wb__tell_checksum(fields, wb__load16(header + 6));
    wb__tell_payload_length(fields);
}
