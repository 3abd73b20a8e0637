/* SPDX-License-Identifier: ISC
 *
 * AH (RFC 4302), behind which the packet goes on; ESP (RFC 4303) and IPComp (RFC 3173),
 * behind which nothing can be read.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define AH_BYTES 12
#define ESP_BYTES 8
#define IPCOMP_BYTES 4

/* The length is in units of four bytes, without two of them. */
unsigned wb__decode_ah(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, AH_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t header_length = (header[1] + 2u) * 4;
    if (header_length < AH_BYTES)
        return wb__malformed(layer);
    if (!wb__header(walk, layer, header_length))
        return WB__LAYER_END;
    layer->header_length = header_length;
    return wb__by_next_header(layer, header[0]);
}

unsigned wb__decode_esp(struct wb__walk *walk, struct wb_layer *layer)
{
    if (!wb__header(walk, layer, ESP_BYTES))
        return WB__LAYER_END;
    layer->header_length = ESP_BYTES;
    return wb__rest(layer);
}

unsigned wb__decode_ipcomp(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, IPCOMP_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = IPCOMP_BYTES;
    layer->next = header[0];
    return wb__rest(layer);
}

void wb__tell_ah(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    wb__tell_number(fields, "next_header", header[0]);
    wb__tell_number(fields, "header_length", fields->layer->header_length);
    wb__tell_number(fields, "spi", wb__load32(header + 4));
    wb__tell_number(fields, "sequence_number", wb__load32(header + 8));
    wb__tell_bytes(fields, "integrity_check_value", header + AH_BYTES,
                   fields->layer->header_length - AH_BYTES);
    wb__tell_payload_length(fields);
}

void wb__tell_esp(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    wb__tell_number(fields, "spi", wb__load32(header));
    wb__tell_number(fields, "sequence_number", wb__load32(header + 4));
    wb__tell_payload_length(fields);
}

void wb__tell_ipcomp(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    wb__tell_number(fields, "next_header", header[0]);
    wb__tell_number(fields, "flags", header[1]);
    wb__tell_number(fields, "cpi", wb__load16(header + 2));
    wb__tell_payload_length(fields);
}
