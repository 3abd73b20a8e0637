/* SPDX-License-Identifier: ISC
 *
 * PPP over Ethernet (RFC 2516): discovery, whose payload are tags, and sessions, whose
 * payload is PPP without address and control. Both have one header.
 */
#include "decode/fields.h"
#include "decode/link.h"

#define PPPOE_BYTES 6

static inline void parse_pppoe(const uint8_t *header, struct wb_pppoe *pppoe)
{
    pppoe->version = header[0] >> 4;
    pppoe->type = header[0] & 15;
    pppoe->code = header[1];
    pppoe->session_id = wb__load16(header + 2);
    pppoe->length = wb__load16(header + 4);
}

static const uint8_t *decode_header(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, PPPOE_BYTES);
    if (!header)
        return NULL;
    layer->header_length = PPPOE_BYTES;
    wb__bound(walk, layer, PPPOE_BYTES + wb__load16(header + 4));
    return header;
}

unsigned wb__decode_pppoe_discovery(struct wb__walk *walk, struct wb_layer *layer)
{
    decode_header(walk, layer);
    return WB__LAYER_END;
}

/* RFC 2516, 6: the code of a session's packets is 0. LINKTYPE_PPP_ETHER holds both. */
unsigned wb__decode_pppoe(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = decode_header(walk, layer);
    if (!header)
        return WB__LAYER_END;
    if (header[1] != 0)
        return WB__LAYER_END;
    wb__is_tunnel(walk);
    return wb__rest(layer) == WB__LAYER_END ? WB__LAYER_END : WB_LAYER_PPP;
}

int wb_pppoe_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb_pppoe *pppoe)
{
    const uint8_t *header;
    bool is_discovery = layer->kind == WB_LAYER_PPPOE_DISCOVERY;
    int error = wb__find_header(packet, layer,
                                is_discovery ? WB_LAYER_PPPOE_DISCOVERY : WB_LAYER_PPPOE,
                                PPPOE_BYTES, &header);
    if (error == 0)
        parse_pppoe(header, pppoe);
    return error;
}

bool wb__pppoe_tag_next(struct wb__cursor *tags, struct wb__tlv *tag)
{
    if (tags->failed || wb__cursor_left(tags) == 0)
        return false;
    tag->type = wb__cursor_read16(tags);
    tag->length = wb__cursor_read16(tags);
    tag->value = wb__cursor_take(tags, tag->length);
    return tag->value != NULL;
}

const char *wb__pppoe_tag_name(uint32_t type)
{
    static const struct wb__number_name names[] = {
        {0x0000, "EOL"},           {WB__PPPOE_SERVICE_NAME, "Service-Name"},
        {WB__PPPOE_AC_NAME, "AC-Name"}, {0x0103, "Host-Uniq"},
        {0x0104, "AC-Cookie"},     {0x0105, "Vendor-Specific"},
        {0x0106, "Credits"},       {0x0107, "Metrics"},
        {0x0108, "Sequence-Number"}, {0x0110, "Relay-Session-ID"},
        {0x0120, "PPP-Max-Payload"}, {WB__PPPOE_SERVICE_ERROR, "Service-Name-Error"},
        {WB__PPPOE_AC_ERROR, "AC-System-Error"}, {WB__PPPOE_GENERIC_ERROR, "Generic-Error"},
    };
    return WB__NUMBER_NAME(names, type);
}

const char *wb__pppoe_code_name(uint8_t code)
{
    static const struct wb__number_name names[] = {
        {0x09, "PADI"}, {0x07, "PADO"}, {0x19, "PADR"}, {0x65, "PADS"}, {0xa7, "PADT"},
        {0x0a, "PADG"}, {0x0b, "PADC"}, {0x0c, "PADQ"},
    };
    return WB__NUMBER_NAME(names, code);
}

static bool is_text(uint32_t type)
{
    return type == WB__PPPOE_SERVICE_NAME || type == WB__PPPOE_AC_NAME ||
           (type >= WB__PPPOE_SERVICE_ERROR && type <= WB__PPPOE_GENERIC_ERROR);
}

static void tell_tag(const struct wb__fields *fields, const struct wb__tlv *tag)
{
    const char *name = wb__pppoe_tag_name(tag->type);
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "type", tag->type);
    if (name)
        wb__tell_word(fields, "name", name);
    if (is_text(tag->type))
        wb__tell_text(fields, "text", tag->value, tag->length);
    else
        wb__tell_bytes(fields, "data", tag->value, tag->length);
    wb__tell_end(fields);
}

static void tell_tags(const struct wb__fields *fields)
{
    struct wb__cursor tags = wb__fields_payload(fields);
    struct wb__tlv tag;
    wb__tell_list(fields, "tags");
    while (wb__pppoe_tag_next(&tags, &tag))
        tell_tag(fields, &tag);
    wb__tell_end(fields);
    if (tags.failed)
        wb__tell_incomplete(fields);
}

void wb__tell_pppoe(const struct wb__fields *fields)
{
    struct wb_pppoe pppoe;
    if (wb_pppoe_read(fields->packet, fields->layer, &pppoe) < 0)
        return;
    const char *name = wb__pppoe_code_name(pppoe.code);
    wb__tell_number(fields, "version", pppoe.version);
    wb__tell_number(fields, "type", pppoe.type);
    wb__tell_number(fields, "code", pppoe.code);
    if (name)
        wb__tell_word(fields, "code_name", name);
    wb__tell_number(fields, "session_id", pppoe.session_id);
    wb__tell_number(fields, "length", pppoe.length);
    if (fields->layer->kind == WB_LAYER_PPPOE_DISCOVERY || pppoe.code != 0)
        tell_tags(fields);
}
