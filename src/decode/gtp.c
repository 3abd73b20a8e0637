/* SPDX-License-Identifier: ISC
 *
 * GTP-U (3GPP TS 29.281): the user's packets of mobile networks. A G-PDU holds a packet
 * whose kind nobody names: its first four bits say IPv4 or IPv6, anything else stays
 * payload. Control messages of both versions (TS 29.060, TS 29.274) are only named.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define SHORT_BYTES 4 /* version 2 counts its length from here */
#define GTP_BYTES 8
#define OPTIONAL_BYTES 4

enum gtp_flag {
    PROTOCOL_TYPE = 0x10, /* 0: GTP', which bills */
    EXTENSION = 0x04,
    SEQUENCE = 0x02,
    NPDU = 0x01,
    TEID = 0x08, /* version 2 */
};

/* Sequence number, N-PDU number and the first extension's type come together. */
static uint32_t find_length(uint8_t flags)
{
    if (flags >> 5 == 1)
        return flags & (EXTENSION | SEQUENCE | NPDU) ? GTP_BYTES + OPTIONAL_BYTES : GTP_BYTES;
    return flags & TEID ? 12 : 8;
}

static void parse_version1(struct wb__cursor *cursor, struct wb__gtp *gtp)
{
    gtp->has_teid = true;
    gtp->has_extension = gtp->flags & EXTENSION;
    gtp->has_sequence = gtp->flags & SEQUENCE;
    gtp->has_npdu = gtp->flags & NPDU;
    gtp->teid = wb__cursor_read32(cursor);
    if (!gtp->has_extension && !gtp->has_sequence && !gtp->has_npdu)
        return;
    gtp->sequence = wb__cursor_read16(cursor);
    gtp->npdu = wb__cursor_read8(cursor);
    gtp->next_extension = wb__cursor_read8(cursor);
}

static void parse_version2(struct wb__cursor *cursor, struct wb__gtp *gtp)
{
    gtp->has_teid = gtp->flags & TEID;
    gtp->has_sequence = true;
    if (gtp->has_teid)
        gtp->teid = wb__cursor_read32(cursor);
    gtp->sequence = wb__cursor_read32(cursor) >> 8;
}

static struct wb__gtp parse_gtp(const uint8_t *header, uint32_t header_length)
{
    struct wb__cursor cursor = wb__cursor(header, header_length);
    struct wb__gtp gtp = {.flags = wb__cursor_read8(&cursor)};
    gtp.version = gtp.flags >> 5;
    gtp.message_type = wb__cursor_read8(&cursor);
    gtp.length = wb__cursor_read16(&cursor);
    if (gtp.version == 1)
        parse_version1(&cursor, &gtp);
    else
        parse_version2(&cursor, &gtp);
    gtp.extensions = cursor.at;
    gtp.extensions_length = (uint32_t)wb__cursor_left(&cursor);
    return gtp;
}

/* 29.281, 5.2.1: each extension header ends with the type of the next. Returns where they
 * end, or 0, with the status set, where that is not in the packet. */
static uint32_t find_extensions_end(const struct wb__walk *walk, struct wb_layer *layer,
                                    uint32_t length)
{
    for (;;) {
        const uint8_t *header = wb__header(walk, layer, length);
        if (!header)
            return 0;
        if (header[length - 1] == 0)
            return length;
        header = wb__header(walk, layer, length + 1);
        if (!header)
            return 0;
        if (header[length] == 0) {
            wb__malformed(layer);
            return 0;
        }
        length += header[length] * 4u;
    }
}

static unsigned decode_inner(struct wb__walk *walk, struct wb_layer *layer)
{
    struct wb__inside inside = wb__inside(walk, layer);
    wb__is_tunnel(walk);
    if (inside.captured == 0)
        return wb__rest(layer);
    switch (inside.bytes[0] >> 4) {
    case 4:
        return WB_LAYER_IP4;
    case 6:
        return WB_LAYER_IP6;
    default:
        wb__complain(layer, WB_LAYER_UNKNOWN);
        return wb__rest(layer);
    }
}

unsigned wb__decode_gtp(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, GTP_BYTES);
    if (!header)
        return WB__LAYER_END;
    bool is_version1 = header[0] >> 5 == 1;
    uint32_t length = find_length(header[0]);
    wb__bound(walk, layer, (is_version1 ? GTP_BYTES : SHORT_BYTES) + wb__load16(header + 2));
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    if (is_version1 && header[0] & EXTENSION)
        length = find_extensions_end(walk, layer, length);
    if (length == 0)
        return WB__LAYER_END;
    layer->header_length = length;
    return is_version1 && header[1] == WB__GTP_G_PDU ? decode_inner(walk, layer)
                                                     : wb__rest(layer);
}

static bool has_room(const struct wb__inside *inside, uint32_t length)
{
    return inside->is_partial || inside->length >= length;
}

bool wb__is_gtp_user(const struct wb__inside *inside)
{
    if (inside->captured < SHORT_BYTES)
        return inside->length >= GTP_BYTES;
    const uint8_t *bytes = inside->bytes;
    bool is_version1 = bytes[0] >> 5 == 1 && bytes[0] & PROTOCOL_TYPE;
    uint32_t length = GTP_BYTES + wb__load16(bytes + 2);
    return is_version1 && length >= find_length(bytes[0]) && has_room(inside, length);
}

bool wb__is_gtp_control(const struct wb__inside *inside)
{
    if (inside->captured < SHORT_BYTES)
        return inside->length >= GTP_BYTES;
    if (inside->bytes[0] >> 5 != 2)
        return wb__is_gtp_user(inside);
    uint32_t length = SHORT_BYTES + wb__load16(inside->bytes + 2);
    return length >= find_length(inside->bytes[0]) && has_room(inside, length);
}

int wb__gtp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                 struct wb__gtp *gtp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_GTP, GTP_BYTES, &header);
    if (error == 0)
        *gtp = parse_gtp(header, layer->header_length);
    return error;
}

static const char *version1_name(uint8_t type)
{
    switch (type) {
    case 1:
        return "echo request";
    case 2:
        return "echo response";
    case 3:
        return "version not supported";
    case 16:
        return "create PDP context request";
    case 17:
        return "create PDP context response";
    case 18:
        return "update PDP context request";
    case 19:
        return "update PDP context response";
    case 20:
        return "delete PDP context request";
    case 21:
        return "delete PDP context response";
    case 26:
        return "error indication";
    case 31:
        return "supported extension headers notification";
    case 254:
        return "end marker";
    case WB__GTP_G_PDU:
        return "G-PDU";
    default:
        return NULL;
    }
}

static const char *version2_name(uint8_t type)
{
    static const char *const sessions[] = {
        "create session request", "create session response", "modify bearer request",
        "modify bearer response", "delete session request",  "delete session response",
    };
    switch (type) {
    case 1:
        return "echo request";
    case 2:
        return "echo response";
    case 3:
        return "version not supported";
    default:
        return type >= 32 && type < 38 ? sessions[type - 32] : NULL;
    }
}

const char *wb__gtp_message_name(const struct wb__gtp *gtp)
{
    return gtp->version == 1 ? version1_name(gtp->message_type)
                             : version2_name(gtp->message_type);
}

static void tell_extensions(const struct wb__fields *fields, const struct wb__gtp *gtp)
{
    struct wb__cursor cursor = wb__cursor(gtp->extensions, gtp->extensions_length);
    uint8_t type = gtp->next_extension;
    wb__tell_list(fields, "extension_headers");
    while (type != 0) {
        uint32_t length = wb__cursor_read8(&cursor) * 4u;
        const uint8_t *content = length >= 2 ? wb__cursor_take(&cursor, length - 2) : NULL;
        if (!content)
            break;
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", type);
        wb__tell_bytes(fields, "content", content, length - 2);
        wb__tell_end(fields);
        type = wb__cursor_read8(&cursor);
    }
    wb__tell_end(fields);
}

void wb__tell_gtp(const struct wb__fields *fields)
{
    struct wb__gtp gtp;
    if (wb__gtp_read(fields->packet, fields->layer, &gtp) < 0)
        return;
    const char *name = wb__gtp_message_name(&gtp);
    wb__tell_number(fields, "version", gtp.version);
    wb__tell_number(fields, "flags", gtp.flags);
    wb__tell_number(fields, "message_type", gtp.message_type);
    if (name)
        wb__tell_word(fields, "message_name", name);
    wb__tell_number(fields, "length", gtp.length);
    if (gtp.has_teid)
        wb__tell_number(fields, "teid", gtp.teid);
    if (gtp.has_sequence)
        wb__tell_number(fields, "sequence_number", gtp.sequence);
    if (gtp.has_npdu)
        wb__tell_number(fields, "n_pdu_number", gtp.npdu);
    if (gtp.has_extension)
        tell_extensions(fields, &gtp);
    wb__tell_payload_length(fields);
}
