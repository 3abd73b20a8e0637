/* SPDX-License-Identifier: ISC
 *
 * PPP (RFC 1661) as it is behind PPPoE, in HDLC-like framing (RFC 1662) or without its
 * address and control, and its control protocols, which all have one header: LCP, the
 * NCPs, PAP (RFC 1334), CHAP (RFC 1994). Which of them it is the PPP header said; a layer
 * PPP_CONTROL keeps it in its field next.
 */
#include "decode/fields.h"
#include "decode/link.h"

#define CONTROL_BYTES 4
#define ADDRESS 0xff03 /* all stations, unnumbered information */

/* Lists of options of the control protocols have at least a type and a length each. */
enum code { CONFIGURE_REQUEST = 1, CONFIGURE_REJECT = 4 };
enum chap_code { CHAP_CHALLENGE = 1, CHAP_RESPONSE = 2, CHAP_FAILURE = 4 };
enum pap_code { PAP_REQUEST = 1, PAP_NAK = 3 };

static void parse_ppp(const uint8_t *header, uint32_t length, struct wb__ppp *ppp)
{
    ppp->has_address = length > 2;
    ppp->is_compressed = length & 1;
    ppp->protocol = ppp->is_compressed ? header[length - 1] : wb__load16(header + length - 2);
}

/* The header's length, or 0 where it is not there: ff 03 if not elided, then a protocol
 * of one byte where that is odd (RFC 1661, 2 and 6.5). */
static uint32_t find_length(const struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, 1);
    if (!header)
        return 0;
    uint32_t before = 0;
    if (header[0] == ADDRESS >> 8) {
        if (!wb__header(walk, layer, 3))
            return 0;
        before = header[1] == (ADDRESS & 0xff) ? 2 : 0;
    }
    uint32_t length = before + (header[before] & 1 ? 1 : 2);
    return wb__header(walk, layer, length) ? length : 0;
}

static unsigned by_ppp_protocol(struct wb_layer *layer, uint16_t protocol)
{
    unsigned kind;
    switch (protocol) {
    case WB__PPP_IP4:
        kind = WB_LAYER_IP4;
        break;
    case WB__PPP_IP6:
        kind = WB_LAYER_IP6;
        break;
    case WB__PPP_IPX:
        kind = WB_LAYER_IPX;
        break;
    case WB__PPP_EAP:
        kind = WB_LAYER_EAP;
        break;
    case WB__PPP_MPLS:
        kind = wb__by_ethertype(layer, 0x8847);
        break;
    case WB__PPP_MPLS_MULTICAST:
        kind = wb__by_ethertype(layer, 0x8848);
        break;
    case WB__PPP_LCP:
    case WB__PPP_PAP:
    case WB__PPP_CHAP:
    case WB__PPP_IPCP:
    case WB__PPP_IPXCP:
    case WB__PPP_IP6CP:
    case WB__PPP_CCP:
    case WB__PPP_ECP:
    case WB__PPP_MPLSCP:
        kind = WB_LAYER_PPP_CONTROL;
        break;
    default:
        wb__complain(layer, WB_LAYER_UNKNOWN);
        kind = wb__rest(layer);
    }
    layer->next = protocol;
    return kind;
}

unsigned wb__decode_ppp(struct wb__walk *walk, struct wb_layer *layer)
{
    /* LINKTYPE_PPP_HDLC also holds Cisco's framing, told by its addresses. */
    if (walk->link_type == WB__LINK_PPP_HDLC && walk->decoded->layer_count == 0) {
        const uint8_t *first = wb__header(walk, layer, 1);
        if (first && (*first == 0x0f || *first == 0x8f)) {
            layer->kind = WB_LAYER_CHDLC;
            return wb__decode_chdlc(walk, layer);
        }
        layer->status = WB_LAYER_OK;
    }
    uint32_t length = find_length(walk, layer);
    if (length == 0)
        return WB__LAYER_END;
    struct wb__ppp ppp;
    parse_ppp(walk->data + layer->offset, length, &ppp);
    layer->header_length = length;
    return by_ppp_protocol(layer, ppp.protocol);
}

int wb__ppp_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb__ppp *ppp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_PPP, 1, &header);
    if (error == 0)
        parse_ppp(header, layer->header_length, ppp);
    return error;
}

const char *wb__ppp_protocol_name(uint16_t protocol)
{
    static const struct wb__number_name names[] = {
        {WB__PPP_IP4, "IP"},     {WB__PPP_IPX, "IPX"},       {WB__PPP_IP6, "IP6"},
        {WB__PPP_MPLS, "MPLS"},  {WB__PPP_MPLS_MULTICAST, "MPLS"}, {WB__PPP_IPCP, "IPCP"},
        {WB__PPP_IPXCP, "IPXCP"}, {WB__PPP_ECP, "ECP"},      {WB__PPP_IP6CP, "IP6CP"},
        {WB__PPP_CCP, "CCP"},    {WB__PPP_MPLSCP, "MPLSCP"}, {WB__PPP_LCP, "LCP"},
        {WB__PPP_PAP, "PAP"},    {WB__PPP_LQR, "LQR"},       {WB__PPP_CHAP, "CHAP"},
        {WB__PPP_EAP, "EAP"},    {0x003d, "MLPPP"},          {0x00fd, "COMP"},
        {0x0031, "BRPDU"},       {0x002d, "VJC"},            {0x002f, "VJNC"},
    };
    return WB__NUMBER_NAME(names, protocol);
}

void wb__tell_ppp(const struct wb__fields *fields)
{
    struct wb__ppp ppp;
    if (wb__ppp_read(fields->packet, fields->layer, &ppp) < 0)
        return;
    const char *name = wb__ppp_protocol_name(ppp.protocol);
    if (ppp.has_address) {
        wb__tell_number(fields, "address", ADDRESS >> 8);
        wb__tell_number(fields, "control", ADDRESS & 0xff);
    }
    wb__tell_number(fields, "protocol", ppp.protocol);
    if (name)
        wb__tell_word(fields, "protocol_name", name);
}

unsigned wb__decode_ppp_control(struct wb__walk *walk, struct wb_layer *layer)
{
    if (walk->decoded->layer_count > 0)
        layer->next = layer[-1].next;
    const uint8_t *header = wb__header(walk, layer, CONTROL_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = CONTROL_BYTES;
    uint16_t length = wb__load16(header + 2);
    if (length < CONTROL_BYTES) {
        layer->length = CONTROL_BYTES;
        return wb__malformed(layer);
    }
    wb__bound(walk, layer, length);
    return WB__LAYER_END;
}

int wb__ppp_control_read(const struct wb_packet *packet, const struct wb_layer *layer,
                         struct wb__ppp_control *control)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_PPP_CONTROL, CONTROL_BYTES, &header);
    if (error < 0)
        return error;
    control->protocol = layer->next;
    control->code = header[0];
    control->identifier = header[1];
    control->length = wb__load16(header + 2);
    return 0;
}

const char *wb__ppp_code_name(uint16_t protocol, uint8_t code)
{
    static const struct wb__number_name control[] = {
        {0, "Vendor-Extension"}, {1, "Conf-Request"},   {2, "Conf-Ack"},
        {3, "Conf-Nack"},        {4, "Conf-Reject"},    {5, "Term-Request"},
        {6, "Term-Ack"},         {7, "Code-Reject"},    {8, "Prot-Reject"},
        {9, "Echo-Request"},     {10, "Echo-Reply"},    {11, "Discard-Request"},
        {12, "Identification"},  {13, "Time-Remaining"}, {14, "Reset-Req"},
        {15, "Reset-Ack"},
    };
    static const struct wb__number_name pap[] = {
        {1, "Auth-Req"}, {2, "Auth-ACK"}, {3, "Auth-NACK"},
    };
    static const struct wb__number_name chap[] = {
        {1, "Challenge"}, {2, "Response"}, {3, "Success"}, {4, "Failure"},
    };
    if (protocol == WB__PPP_PAP)
        return WB__NUMBER_NAME(pap, code);
    if (protocol == WB__PPP_CHAP)
        return WB__NUMBER_NAME(chap, code);
    return WB__NUMBER_NAME(control, code);
}

static void tell_options(const struct wb__fields *fields, struct wb__cursor body)
{
    wb__tell_list(fields, "options");
    while (wb__cursor_left(&body) > 0 && !body.failed) {
        uint8_t type = wb__cursor_read8(&body), length = wb__cursor_read8(&body);
        const uint8_t *data = length < 2 ? NULL : wb__cursor_take(&body, length - 2u);
        if (!data)
            break;
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", type);
        wb__tell_bytes(fields, "data", data, length - 2u);
        wb__tell_end(fields);
    }
    bool is_cut = body.failed || wb__cursor_left(&body) > 0;
    wb__tell_end(fields);
    if (is_cut)
        wb__tell_incomplete(fields);
}

/* A length of one byte, then so much text. */
static bool tell_counted(const struct wb__fields *fields, const char *name,
                         struct wb__cursor *body, bool is_text)
{
    uint8_t length = wb__cursor_read8(body);
    const uint8_t *bytes = wb__cursor_take(body, length);
    if (!bytes)
        wb__tell_incomplete(fields);
    else if (is_text)
        wb__tell_text(fields, name, bytes, length);
    else
        wb__tell_bytes(fields, name, bytes, length);
    return bytes != NULL;
}

static void tell_pap(const struct wb__fields *fields, struct wb__cursor body, uint8_t code)
{
    if (code != PAP_REQUEST)
        tell_counted(fields, "message", &body, true);
    else if (tell_counted(fields, "peer_id", &body, true))
        tell_counted(fields, "password", &body, true);
}

static void tell_chap(const struct wb__fields *fields, struct wb__cursor body, uint8_t code)
{
    bool has_value = code == CHAP_CHALLENGE || code == CHAP_RESPONSE;
    if (has_value && !tell_counted(fields, "value", &body, false))
        return;
    wb__tell_text(fields, has_value ? "name" : "message", body.at, wb__cursor_left(&body));
}

static void tell_control_body(const struct wb__fields *fields,
                              const struct wb__ppp_control *control)
{
    struct wb__cursor body = wb__fields_payload(fields);
    if (control->protocol == WB__PPP_PAP && control->code >= PAP_REQUEST &&
        control->code <= PAP_NAK)
        tell_pap(fields, body, control->code);
    else if (control->protocol == WB__PPP_CHAP && control->code >= CHAP_CHALLENGE &&
             control->code <= CHAP_FAILURE)
        tell_chap(fields, body, control->code);
    else if (control->code >= CONFIGURE_REQUEST && control->code <= CONFIGURE_REJECT)
        tell_options(fields, body);
    else
        wb__tell_bytes(fields, "data", body.at, wb__cursor_left(&body));
}

void wb__tell_ppp_control(const struct wb__fields *fields)
{
    struct wb__ppp_control control;
    if (wb__ppp_control_read(fields->packet, fields->layer, &control) < 0)
        return;
    const char *protocol = wb__ppp_protocol_name(control.protocol);
    const char *code = wb__ppp_code_name(control.protocol, control.code);
    wb__tell_number(fields, "protocol", control.protocol);
    if (protocol)
        wb__tell_word(fields, "protocol_name", protocol);
    wb__tell_number(fields, "code", control.code);
    if (code)
        wb__tell_word(fields, "code_name", code);
    wb__tell_number(fields, "identifier", control.identifier);
    wb__tell_number(fields, "length", control.length);
    tell_control_body(fields, &control);
}
