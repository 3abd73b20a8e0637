/* SPDX-License-Identifier: ISC
 *
 * L2TP. WB_LAYER_L2TP is what comes over UDP: version 2 (RFC 2661), whose data is PPP, and
 * version 3 (RFC 3931, 4.1.2). WB_LAYER_L2TP3 is version 3 over IP (RFC 3931, 4.1.1).
 *
 * What a data message of version 3 holds was agreed on elsewhere: the length of the cookie,
 * whether there is a sublayer, and what is carried. The guess is the shortest cookie and
 * sublayer behind which an Ethernet frame can be seen; where there is none, all after the
 * session id is payload.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define FLAGS_BYTES 2
#define CONTROL3_BYTES 12
#define SESSION_BYTES 4

enum { VERSION2 = 2, VERSION3 = 3 };

/* Of version 2: each field is there where its flag says so. */
static uint32_t find_length2(uint16_t flags)
{
    uint32_t length = FLAGS_BYTES + 4;
    length += flags & WB__L2TP_LENGTH ? 2 : 0;
    length += flags & WB__L2TP_SEQUENCE ? 4 : 0;
    length += flags & WB__L2TP_OFFSET ? 2 : 0;
    return length;
}

static void parse_version2(struct wb__cursor *cursor, struct wb__l2tp *l2tp)
{
    l2tp->has_length = l2tp->flags & WB__L2TP_LENGTH;
    l2tp->has_sequence = l2tp->flags & WB__L2TP_SEQUENCE;
    l2tp->has_offset = l2tp->flags & WB__L2TP_OFFSET;
    l2tp->length = l2tp->has_length ? wb__cursor_read16(cursor) : 0;
    l2tp->tunnel_id = wb__cursor_read16(cursor);
    l2tp->session_id = wb__cursor_read16(cursor);
    l2tp->ns = l2tp->has_sequence ? wb__cursor_read16(cursor) : 0;
    l2tp->nr = l2tp->has_sequence ? wb__cursor_read16(cursor) : 0;
    l2tp->offset_size = l2tp->has_offset ? wb__cursor_read16(cursor) : 0;
}

static void parse_control3(struct wb__cursor *cursor, struct wb__l2tp *l2tp)
{
    l2tp->has_length = l2tp->has_sequence = true;
    l2tp->length = wb__cursor_read16(cursor);
    l2tp->connection_id = wb__cursor_read32(cursor);
    l2tp->ns = wb__cursor_read16(cursor);
    l2tp->nr = wb__cursor_read16(cursor);
}

static void parse_data3(struct wb__cursor *cursor, struct wb__l2tp *l2tp)
{
    l2tp->session_id = wb__cursor_read32(cursor);
    l2tp->rest = cursor->at;
    l2tp->rest_length = (uint32_t)wb__cursor_left(cursor);
}

static struct wb__l2tp parse_over_udp(struct wb__cursor cursor)
{
    struct wb__l2tp l2tp = {.flags = wb__cursor_read16(&cursor)};
    l2tp.version = l2tp.flags & 15;
    l2tp.is_control = l2tp.flags & WB__L2TP_CONTROL;
    if (l2tp.version == VERSION2) {
        parse_version2(&cursor, &l2tp);
    } else if (l2tp.is_control) {
        parse_control3(&cursor, &l2tp);
    } else {
        wb__cursor_skip(&cursor, 2);
        parse_data3(&cursor, &l2tp);
    }
    return l2tp;
}

/* A session id of 0 is that of control messages. */
static struct wb__l2tp parse_over_ip(struct wb__cursor cursor)
{
    struct wb__cursor start = cursor;
    uint32_t session_id = wb__cursor_read32(&cursor);
    struct wb__l2tp l2tp = {.version = VERSION3};
    if (session_id != 0) {
        parse_data3(&start, &l2tp);
        return l2tp;
    }
    l2tp.flags = wb__cursor_read16(&cursor);
    l2tp.is_control = true;
    parse_control3(&cursor, &l2tp);
    return l2tp;
}

/* Cookie and sublayer before an Ethernet frame; see above. */
static unsigned guess_data3(const struct wb__walk *walk, struct wb_layer *layer)
{
    struct wb__inside inside = wb__inside(walk, layer);
    for (uint32_t skip = 0; skip <= 12 && skip < inside.captured; skip += 4) {
        if (!wb__is_ethernet(inside.bytes + skip, inside.captured - skip))
            continue;
        layer->header_length += skip;
        return WB_LAYER_ETHERNET;
    }
    return wb__rest(layer);
}

static unsigned decode_version2(struct wb__walk *walk, struct wb_layer *layer, uint16_t flags)
{
    uint32_t length = find_length2(flags);
    const uint8_t *header = wb__header(walk, layer, length);
    if (!header)
        return WB__LAYER_END;
    uint32_t offset_size = flags & WB__L2TP_OFFSET ? wb__load16(header + length - 2) : 0;
    if (!wb__header(walk, layer, length + offset_size))
        return WB__LAYER_END;
    layer->header_length = length + offset_size;
    if (flags & WB__L2TP_LENGTH && wb__load16(header + FLAGS_BYTES) >= layer->header_length)
        wb__bound(walk, layer, wb__load16(header + FLAGS_BYTES));
    if (flags & WB__L2TP_CONTROL || layer->length == layer->header_length)
        return wb__rest(layer);
    wb__is_tunnel(walk);
    return wb__by_ethertype(layer, WB__GRE_PPP);
}

/* Of version 3: fixed bytes before the session id or the control message's length. */
static unsigned decode_version3(struct wb__walk *walk, struct wb_layer *layer, uint32_t before,
                                bool is_control)
{
    uint32_t length = before + (is_control ? CONTROL3_BYTES - FLAGS_BYTES : SESSION_BYTES);
    const uint8_t *header = wb__header(walk, layer, length);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = length;
    if (is_control)
        return wb__rest(layer);
    wb__is_tunnel(walk);
    return guess_data3(walk, layer);
}

unsigned wb__decode_l2tp(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, FLAGS_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint16_t flags = wb__load16(header);
    if ((flags & 15) == VERSION2)
        return decode_version2(walk, layer, flags);
    bool is_control = flags & WB__L2TP_CONTROL;
    return decode_version3(walk, layer, is_control ? FLAGS_BYTES : FLAGS_BYTES + 2, is_control);
}

unsigned wb__decode_l2tp3(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, SESSION_BYTES);
    if (!header)
        return WB__LAYER_END;
    bool is_control = wb__load32(header) == 0;
    return decode_version3(walk, layer, is_control ? SESSION_BYTES + FLAGS_BYTES : 0, is_control);
}

/* RFC 2661, 3.1: control messages have length and sequence numbers, and no offset. */
bool wb__is_l2tp(const struct wb__inside *inside)
{
    enum { CONTROL_FLAGS = WB__L2TP_CONTROL | WB__L2TP_LENGTH | WB__L2TP_SEQUENCE };
    if (inside->captured < FLAGS_BYTES + 2)
        return inside->length >= FLAGS_BYTES + 4;
    uint16_t flags = wb__load16(inside->bytes), second = wb__load16(inside->bytes + 2);
    bool is_control = flags & WB__L2TP_CONTROL;
    if (is_control && (flags & (CONTROL_FLAGS | WB__L2TP_OFFSET)) != CONTROL_FLAGS)
        return false;
    if (flags & WB__L2TP_LENGTH && !inside->is_partial && second > inside->length)
        return false;
    if ((flags & 15) == VERSION2)
        return inside->length >= find_length2(flags);
    return (flags & 15) == VERSION3 &&
           inside->length >= (is_control ? CONTROL3_BYTES : FLAGS_BYTES + 2 + SESSION_BYTES);
}

int wb__l2tp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__l2tp *l2tp)
{
    bool is_over_ip = layer->kind == WB_LAYER_L2TP3;
    const uint8_t *header;
    int error = wb__find_header(packet, layer, is_over_ip ? WB_LAYER_L2TP3 : WB_LAYER_L2TP,
                                SESSION_BYTES, &header);
    if (error < 0)
        return error;
    struct wb__cursor cursor = wb__cursor(header, layer->header_length);
    *l2tp = is_over_ip ? parse_over_ip(cursor) : parse_over_udp(cursor);
    return 0;
}

bool wb__l2tp_avp_next(struct wb__cursor *avps, struct wb__l2tp_avp *avp)
{
    enum { AVP_BYTES = 6 };
    if (wb__cursor_left(avps) == 0)
        return false;
    uint16_t first = wb__cursor_read16(avps);
    avp->is_mandatory = first >> 15;
    avp->is_hidden = first >> 14 & 1;
    avp->vendor = wb__cursor_read16(avps);
    avp->type = wb__cursor_read16(avps);
    avp->length = (first & 0x3ff) < AVP_BYTES ? UINT16_MAX : (first & 0x3ffu) - AVP_BYTES;
    avp->value = wb__cursor_take(avps, avp->length);
    return avp->value != NULL;
}

const char *wb__l2tp_avp_name(const struct wb__l2tp_avp *avp)
{
    static const char *const names[] = {
        "message_type", "result_code", "protocol_version", "framing_capabilities",
        "bearer_capabilities", "tie_breaker", "firmware_revision", "host_name", "vendor_name",
        "assigned_tunnel_id", "receive_window_size", "challenge", "q931_cause_code",
        "challenge_response", "assigned_session_id", "call_serial_number", "minimum_bps",
        "maximum_bps", "bearer_type", "framing_type", NULL, "called_number", "calling_number",
        "sub_address", "tx_connect_speed", "physical_channel_id",
        "initial_received_lcp_confreq", "last_sent_lcp_confreq", "last_received_lcp_confreq",
        "proxy_authen_type", "proxy_authen_name", "proxy_authen_challenge", "proxy_authen_id",
        "proxy_authen_response", "call_errors", "accm", "random_vector", "private_group_id",
        "rx_connect_speed", "sequencing_required",
    };
    if (avp->vendor != 0 || avp->type >= sizeof names / sizeof *names)
        return NULL;
    return names[avp->type];
}

const char *wb__l2tp_message_name(const struct wb__l2tp_avp *avp)
{
    static const char *const names[] = {
        NULL, "SCCRQ", "SCCRP", "SCCCN", "StopCCN", NULL, "HELLO", "OCRQ", "OCRP",
        "OCCN", "ICRQ", "ICRP", "ICCN", NULL, "CDN", "WEN", "SLI",
    };
    bool is_type = avp->vendor == 0 && avp->type == 0 && avp->length == 2 && !avp->is_hidden;
    uint16_t type = is_type ? wb__load16(avp->value) : 0;
    return type < sizeof names / sizeof *names ? names[type] : NULL;
}

static void tell_avps(const struct wb__fields *fields)
{
    struct wb__cursor avps = wb__fields_payload(fields);
    struct wb__l2tp_avp avp;
    wb__tell_list(fields, "avps");
    while (wb__l2tp_avp_next(&avps, &avp)) {
        const char *name = wb__l2tp_avp_name(&avp), *message = wb__l2tp_message_name(&avp);
        wb__tell_object(fields, NULL);
        wb__tell_bool(fields, "mandatory", avp.is_mandatory);
        wb__tell_bool(fields, "hidden", avp.is_hidden);
        wb__tell_number(fields, "vendor", avp.vendor);
        wb__tell_number(fields, "type", avp.type);
        if (name)
            wb__tell_word(fields, "name", name);
        if (message)
            wb__tell_word(fields, "message", message);
        wb__tell_bytes(fields, "value", avp.value, avp.length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    if (avps.failed)
        wb__tell_incomplete(fields);
}

static void tell_ids(const struct wb__fields *fields, const struct wb__l2tp *l2tp)
{
    if (l2tp->version == VERSION3 && l2tp->is_control)
        wb__tell_number(fields, "control_connection_id", l2tp->connection_id);
    if (l2tp->version == VERSION2)
        wb__tell_number(fields, "tunnel_id", l2tp->tunnel_id);
    if (l2tp->version == VERSION2 || !l2tp->is_control)
        wb__tell_number(fields, "session_id", l2tp->session_id);
}

void wb__tell_l2tp(const struct wb__fields *fields)
{
    struct wb__l2tp l2tp;
    if (wb__l2tp_read(fields->packet, fields->layer, &l2tp) < 0)
        return;
    wb__tell_number(fields, "version", l2tp.version);
    wb__tell_bool(fields, "control", l2tp.is_control);
    if (l2tp.version == VERSION2)
        wb__tell_bool(fields, "priority", l2tp.flags & WB__L2TP_PRIORITY);
    if (l2tp.has_length)
        wb__tell_number(fields, "length", l2tp.length);
    tell_ids(fields, &l2tp);
    if (l2tp.has_sequence) {
        wb__tell_number(fields, "ns", l2tp.ns);
        wb__tell_number(fields, "nr", l2tp.nr);
    }
    if (l2tp.has_offset)
        wb__tell_number(fields, "offset_size", l2tp.offset_size);
    if (l2tp.rest_length > 0)
        wb__tell_bytes(fields, "guessed_cookie_and_sublayer", l2tp.rest, l2tp.rest_length);
    if (l2tp.is_control)
        tell_avps(fields);
    wb__tell_payload_length(fields);
}

void wb__tell_l2tp3(const struct wb__fields *fields)
{
    wb__tell_l2tp(fields);
}
