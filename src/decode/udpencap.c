/* SPDX-License-Identifier: ISC
 *
 * IPsec over UDP (RFC 3948). ESP follows the UDP header as it is; only what is not ESP has
 * a header of this kind: a marker of four zero bytes before IKE, and the keepalive, one
 * byte 0xff.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define MARKER_BYTES 4
#define KEEPALIVE_BYTES 1
#define KEEPALIVE 0xff
#define ESP_BYTES 8
#define SPI_FIRST 256 /* RFC 4303, 2.1: those below are reserved */

static bool is_keepalive(const uint8_t *bytes, uint32_t length)
{
    return length == KEEPALIVE_BYTES && bytes[0] == KEEPALIVE;
}

bool wb__is_udpencap(const struct wb__inside *inside)
{
    if (inside->length == KEEPALIVE_BYTES)
        return inside->captured == 0 || is_keepalive(inside->bytes, inside->captured);
    return inside->captured >= MARKER_BYTES && wb__load32(inside->bytes) == 0;
}

bool wb__is_udp_esp(const struct wb__inside *inside)
{
    return inside->length >= ESP_BYTES && inside->captured >= MARKER_BYTES &&
           wb__load32(inside->bytes) >= SPI_FIRST;
}

unsigned wb__decode_udpencap(struct wb__walk *walk, struct wb_layer *layer)
{
    uint32_t length = layer->length == KEEPALIVE_BYTES ? KEEPALIVE_BYTES : MARKER_BYTES;
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    layer->header_length = length;
    return wb__rest(layer);
}

void wb__tell_udpencap(const struct wb__fields *fields)
{
    bool is_short = fields->layer->header_length == KEEPALIVE_BYTES;
    wb__tell_word(fields, "type", is_short ? "keepalive" : "non_esp_marker");
    wb__tell_payload_length(fields);
}
