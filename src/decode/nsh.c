/* SPDX-License-Identifier: ISC
 *
 * The Network Service Header (RFC 8300). It says through which services a packet goes, not
 * to whose network it belongs: it is no tunnel. Its numbers of what follows are those of
 * VXLAN-GPE.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define NSH_BYTES 8
#define MD1_BYTES 24

enum { MD_TYPE_1 = 1, MD_TYPE_2 = 2 };
enum next_protocol { NEXT_IP4 = 1, NEXT_IP6 = 2, NEXT_ETHERNET = 3, NEXT_NSH = 4, NEXT_MPLS = 5 };

static inline struct wb__nsh parse_nsh(const uint8_t *header)
{
    uint16_t first = wb__load16(header);
    return (struct wb__nsh){
        .version = (uint8_t)(first >> 14),
        .is_oam = first >> 13 & 1,
        .ttl = first >> 6 & 0x3f,
        .length_words = first & 0x3f,
        .md_type = header[2] & 15,
        .next_protocol = header[3],
        .service_path_id = wb__load32(header + 4) >> 8,
        .service_index = header[7],
    };
}

unsigned wb__by_nsh_protocol(struct wb_layer *layer, uint8_t protocol)
{
    layer->next = protocol;
    switch (protocol) {
    case NEXT_IP4:
        return WB_LAYER_IP4;
    case NEXT_IP6:
        return WB_LAYER_IP6;
    case NEXT_ETHERNET:
        return WB_LAYER_ETHERNET;
    case NEXT_NSH:
        return WB_LAYER_NSH;
    case NEXT_MPLS:
        return WB_LAYER_MPLS;
    default:
        wb__complain(layer, WB_LAYER_UNKNOWN);
        return wb__rest(layer);
    }
}

/* Of MD type 1 the context has its fixed length (RFC 8300, 2.4). */
static bool is_length_right(const struct wb__nsh *nsh)
{
    uint32_t length = nsh->length_words * 4u;
    return nsh->md_type == MD_TYPE_1 ? length == MD1_BYTES : length >= NSH_BYTES;
}

unsigned wb__decode_nsh(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, NSH_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb__nsh nsh = parse_nsh(header);
    if (!is_length_right(&nsh))
        return wb__malformed(layer);
    if (!wb__header(walk, layer, nsh.length_words * 4u))
        return WB__LAYER_END;
    layer->header_length = nsh.length_words * 4u;
    return wb__by_nsh_protocol(layer, nsh.next_protocol);
}

int wb__nsh_read(const struct wb_packet *packet, const struct wb_layer *layer,
                 struct wb__nsh *nsh)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_NSH, NSH_BYTES, &header);
    if (error == 0)
        *nsh = parse_nsh(header);
    return error;
}

/* RFC 8300, 2.5.1: variable-length context headers, padded to four bytes. */
static void tell_metadata(const struct wb__fields *fields, struct wb__cursor *cursor)
{
    wb__tell_list(fields, "metadata");
    while (wb__cursor_left(cursor) > 0) {
        uint16_t class = wb__cursor_read16(cursor);
        uint8_t type = wb__cursor_read8(cursor);
        uint8_t length = wb__cursor_read8(cursor) & 0x7f;
        const uint8_t *data = wb__cursor_take(cursor, length);
        if (!data)
            break;
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "class", class);
        wb__tell_number(fields, "type", type);
        wb__tell_bytes(fields, "data", data, length);
        wb__tell_end(fields);
        wb__cursor_skip(cursor, -(size_t)length & 3);
    }
    wb__tell_end(fields);
}

void wb__tell_nsh(const struct wb__fields *fields)
{
    struct wb__nsh nsh;
    if (wb__nsh_read(fields->packet, fields->layer, &nsh) < 0)
        return;
    struct wb__cursor context = wb__fields_header(fields);
    wb__cursor_skip(&context, NSH_BYTES);
    wb__tell_number(fields, "version", nsh.version);
    wb__tell_bool(fields, "oam", nsh.is_oam);
    wb__tell_number(fields, "ttl", nsh.ttl);
    wb__tell_number(fields, "header_length", nsh.length_words * 4u);
    wb__tell_number(fields, "md_type", nsh.md_type);
    wb__tell_number(fields, "next_protocol", nsh.next_protocol);
    wb__tell_number(fields, "service_path_id", nsh.service_path_id);
    wb__tell_number(fields, "service_index", nsh.service_index);
    if (nsh.md_type == MD_TYPE_2)
        tell_metadata(fields, &context);
    else if (wb__cursor_left(&context) > 0)
        wb__tell_bytes(fields, "context", context.at, wb__cursor_left(&context));
    if (context.failed)
        wb__tell_incomplete(fields);
}
