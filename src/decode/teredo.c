/* SPDX-License-Identifier: ISC
 *
 * Teredo (RFC 4380): IPv6 in UDP. Before the IPv6 packet there may be authentication and
 * then an origin indication; where there is neither, the layer has no header. The trailers
 * of RFC 6081 lie behind the IPv6 packet, whose own length leaves them out.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define ORIGIN_BYTES 8
#define AUTHENTICATION_BYTES 13u /* without client id and authentication value */
#define IP6_BYTES 40

enum { ORIGIN = 0, AUTHENTICATION = 1 };

/* "The bytes end inside of it": in place of the length of what is before the IPv6 packet. */
#define CUT UINT32_MAX

static uint32_t find_authentication_length(const uint8_t *bytes, uint32_t length)
{
    if (length < 2)
        return CUT;
    if (wb__load16(bytes) != AUTHENTICATION)
        return 0;
    return length < 4 ? CUT : AUTHENTICATION_BYTES + bytes[2] + bytes[3];
}

static uint32_t find_length(const uint8_t *bytes, uint32_t length)
{
    uint32_t at = find_authentication_length(bytes, length);
    if (at > length || length - at < 2)
        return CUT;
    if (wb__load16(bytes + at) != ORIGIN)
        return at;
    return length - at < ORIGIN_BYTES ? CUT : at + ORIGIN_BYTES;
}

bool wb__is_teredo(const struct wb__inside *inside)
{
    uint32_t at = find_length(inside->bytes, inside->captured);
    bool is_captured_whole = inside->captured == inside->length;
    if (at == CUT || inside->captured - at < 6)
        return !is_captured_whole && inside->length >= IP6_BYTES;
    const uint8_t *ip6 = inside->bytes + at;
    uint32_t end = at + IP6_BYTES + wb__load16(ip6 + 4);
    return ip6[0] >> 4 == 6 && (inside->is_partial || end <= inside->length);
}

unsigned wb__decode_teredo(struct wb__walk *walk, struct wb_layer *layer)
{
    struct wb__inside inside = wb__inside(walk, layer);
    uint32_t length = find_length(inside.bytes, inside.captured);
    if (!wb__header(walk, layer, length == CUT ? inside.captured + 1 : length))
        return WB__LAYER_END;
    layer->header_length = length;
    wb__is_tunnel(walk);
    return WB_LAYER_IP6;
}

static void parse_authentication(struct wb__cursor *cursor, struct wb__teredo *teredo)
{
    teredo->has_authentication = true;
    wb__cursor_skip(cursor, 2);
    teredo->client_id_length = wb__cursor_read8(cursor);
    teredo->authentication_length = wb__cursor_read8(cursor);
    teredo->client_id = wb__cursor_take(cursor, teredo->client_id_length);
    teredo->authentication = wb__cursor_take(cursor, teredo->authentication_length);
    teredo->nonce = (uint64_t)wb__cursor_read32(cursor) << 32;
    teredo->nonce |= wb__cursor_read32(cursor);
    teredo->confirmation = wb__cursor_read8(cursor);
}

/* Port and address are obscured by inversion, so that translators leave them alone. */
static void parse_origin(struct wb__cursor *cursor, struct wb__teredo *teredo)
{
    teredo->has_origin = true;
    wb__cursor_skip(cursor, 2);
    teredo->origin_port = (uint16_t)~wb__cursor_read16(cursor);
    wb__cursor_read(cursor, teredo->origin_address, 4);
    for (int i = 0; i < 4; i++)
        teredo->origin_address[i] ^= 0xff;
}

int wb__teredo_read(const struct wb_packet *packet, const struct wb_layer *layer,
                    struct wb__teredo *teredo)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_TEREDO, 0, &header);
    if (error < 0)
        return error;
    *teredo = (struct wb__teredo){0};
    struct wb__cursor cursor = wb__cursor(header, layer->header_length);
    if (layer->header_length > ORIGIN_BYTES)
        parse_authentication(&cursor, teredo);
    if (wb__cursor_left(&cursor) == ORIGIN_BYTES)
        parse_origin(&cursor, teredo);
    return 0;
}

void wb__tell_teredo(const struct wb__fields *fields)
{
    struct wb__teredo teredo;
    if (wb__teredo_read(fields->packet, fields->layer, &teredo) < 0)
        return;
    if (teredo.has_authentication) {
        wb__tell_bytes(fields, "client_identifier", teredo.client_id, teredo.client_id_length);
        wb__tell_bytes(fields, "authentication_value", teredo.authentication,
                       teredo.authentication_length);
        wb__tell_number(fields, "nonce", teredo.nonce);
        wb__tell_number(fields, "confirmation", teredo.confirmation);
    }
    if (teredo.has_origin) {
        wb__tell_number(fields, "origin_port", teredo.origin_port);
        wb__tell_address(fields, "origin_address", teredo.origin_address, 4);
    }
    wb__tell_payload_length(fields);
}
