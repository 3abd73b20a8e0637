/* SPDX-License-Identifier: ISC
 *
 * Frame Relay: an address of 2 to 4 bytes (ITU-T Q.922, 3.3), then either what RFC 2427
 * says (control, padding, NLPID, and for 0x80 a SNAP header) or, on Cisco's lines, an
 * EtherType.
 */
#include "decode/fields.h"
#include "decode/link.h"

#define ADDRESS_MIN 2
#define ADDRESS_MAX 4
#define UI 0x03
#define SNAP_BYTES 5
#define EXTENDED 0x01 /* in each byte of the address but the last: 0 */

/* Of an address whose bytes are there: how many; 0 where it does not end. */
static uint32_t find_address(const struct wb__walk *walk, struct wb_layer *layer)
{
    for (uint32_t length = ADDRESS_MIN; length <= ADDRESS_MAX; length++) {
        const uint8_t *header = wb__header(walk, layer, length);
        if (!header)
            return 0;
        if (length == ADDRESS_MIN && header[0] & EXTENDED)
            break;
        if (header[length - 1] & EXTENDED)
            return length;
    }
    wb__complain(layer, WB_LAYER_MALFORMED);
    return 0;
}

/* Q.922, 3.3.1: 6 and 4 bits; then, in longer addresses, 7 bits of the third byte; 6 bits
 * of the last of four. */
static uint32_t parse_dlci(const uint8_t *header, uint32_t length)
{
    uint32_t dlci = (header[0] & 0xfcu) << 2 | header[1] >> 4;
    if (length == 3)
        return dlci << 6 | header[2] >> 2;
    if (length == 4)
        return dlci << 13 | (header[2] & 0xfeu) << 5 | header[3] >> 2;
    return dlci;
}

static void parse_address(const uint8_t *header, uint32_t length, struct wb__frame_relay *frame)
{
    frame->address_length = length;
    frame->dlci = parse_dlci(header, length);
    frame->command_response = header[0] & 2;
    frame->forward_congestion = header[1] & 8;
    frame->backward_congestion = header[1] & 4;
    frame->discard_eligible = header[1] & 2;
}

static unsigned by_nlpid(const struct wb__walk *walk, struct wb_layer *layer,
                         const uint8_t *header)
{
    uint8_t nlpid = header[layer->header_length - 1];
    const uint8_t *snap = header + layer->header_length;
    layer->next = nlpid;
    switch (nlpid) {
    case WB__NLPID_IP4:
        return WB_LAYER_IP4;
    case WB__NLPID_IP6:
        return WB_LAYER_IP6;
    case WB__NLPID_PPP: /* RFC 1973, 4: the NLPID takes the place of address and control */
        return WB_LAYER_PPP;
    case WB__NLPID_SNAP:
        if (!wb__header(walk, layer, layer->header_length + SNAP_BYTES)) {
            layer->header_length = 0;
            return WB__LAYER_END;
        }
        layer->header_length += SNAP_BYTES;
        return wb__by_snap(walk, layer, (uint32_t)snap[0] << 16 | wb__load16(snap + 1),
                           wb__load16(snap + 3));
    default:
        wb__complain(layer, WB_LAYER_UNKNOWN);
        return wb__rest(layer);
    }
}

unsigned wb__decode_frame_relay(struct wb__walk *walk, struct wb_layer *layer)
{
    uint32_t length = find_address(walk, layer);
    const uint8_t *header = length ? wb__header(walk, layer, length + 2) : NULL;
    if (!header)
        return WB__LAYER_END;
    bool is_cisco = header[length] != UI;
    if (!is_cisco && header[length + 1] == 0) /* RFC 2427, 3: padding before the NLPID */
        length++;
    if (!wb__header(walk, layer, length + 2))
        return WB__LAYER_END;
    layer->header_length = length + 2;
    if (is_cisco)
        return wb__by_ethertype(layer, wb__load16(header + length));
    return by_nlpid(walk, layer, header);
}

int wb__frame_relay_read(const struct wb_packet *packet, const struct wb_layer *layer,
                         struct wb__frame_relay *frame)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_FRAME_RELAY, ADDRESS_MIN + 2, &header);
    if (error < 0)
        return error;
    *frame = (struct wb__frame_relay){0};
    uint32_t length = ADDRESS_MIN;
    while (!(header[length - 1] & EXTENDED) && length < ADDRESS_MAX)
        length++;
    parse_address(header, length, frame);
    frame->is_cisco = header[length] != UI;
    frame->ethertype = frame->is_cisco ? wb__load16(header + length) : 0;
    if (frame->is_cisco)
        return 0;
    struct wb__cursor cursor = wb__cursor(header + length, layer->header_length - length);
    frame->control = wb__cursor_read8(&cursor);
    frame->nlpid = wb__cursor_read8(&cursor);
    if (frame->nlpid == 0)
        frame->nlpid = wb__cursor_read8(&cursor);
    frame->is_snap = frame->nlpid == WB__NLPID_SNAP;
    if (frame->is_snap) {
        frame->oui = (uint32_t)wb__cursor_read8(&cursor) << 16;
        frame->oui |= wb__cursor_read16(&cursor);
        frame->pid = wb__cursor_read16(&cursor);
    }
    return cursor.failed ? WB_E_TRUNCATED : 0;
}

const char *wb__nlpid_name(uint8_t nlpid)
{
    static const struct wb__number_name names[] = {
        {0x00, "NULL"},           {WB__NLPID_Q933, "Q.933"}, {WB__NLPID_SNAP, "SNAP"},
        {0x81, "CLNP"},           {0x82, "ES-IS"},           {0x83, "IS-IS"},
        {WB__NLPID_IP6, "IPv6"},  {0xb0, "FRF.9"},           {0xb1, "FRF.12"},
        {WB__NLPID_IP4, "IPv4"},  {WB__NLPID_PPP, "PPP"},
    };
    return WB__NUMBER_NAME(names, nlpid);
}

void wb__tell_frame_relay(const struct wb__fields *fields)
{
    struct wb__frame_relay frame;
    if (wb__frame_relay_read(fields->packet, fields->layer, &frame) < 0)
        return;
    wb__tell_number(fields, "dlci", frame.dlci);
    wb__tell_number(fields, "address_length", frame.address_length);
    wb__tell_bool(fields, "command_response", frame.command_response);
    wb__tell_bool(fields, "forward_congestion", frame.forward_congestion);
    wb__tell_bool(fields, "backward_congestion", frame.backward_congestion);
    wb__tell_bool(fields, "discard_eligible", frame.discard_eligible);
    if (frame.is_cisco) {
        wb__tell_number(fields, "type", frame.ethertype);
        return;
    }
    wb__tell_number(fields, "control", frame.control);
    wb__tell_number(fields, "nlpid", frame.nlpid);
    if (frame.is_snap) {
        wb__tell_number(fields, "oui", frame.oui);
        wb__tell_number(fields, "pid", frame.pid);
    }
}
