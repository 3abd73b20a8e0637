/* SPDX-License-Identifier: ISC
 *
 * IEEE 802.11 frames: the header (9.2 to 9.3 there), and behind a data frame's the LLC
 * header, or, in an A-MSDU, one subframe after the other: which of them is decoded,
 * wb_decode_next says. What is protected, and a fragment of an MSDU, goes no further.
 */
#include "decode/fields.h"
#include "decode/radio.h"

#define CONTROL_BYTES 10   /* frame control, duration, one address */
#define HEADER_BYTES 24
#define ADDRESS_BYTES 6
#define QOS_BYTES 2
#define HT_BYTES 4
#define BLOCK_ACK_BYTES 4  /* control and the first sequence number */

enum { SUBTYPE_QOS = 8, SUBTYPE_NO_DATA = 4, QOS_AMSDU = 0x80 };

static inline uint16_t parse_control(const uint8_t *header)
{
    return wb__load16_little(header);
}

static inline unsigned parse_type(uint16_t control)
{
    return control >> 2 & 3;
}

static inline unsigned parse_subtype(uint16_t control)
{
    return control >> 4 & 15;
}

static inline bool has_four_addresses(uint16_t control)
{
    uint16_t both = WB__WLAN_TO_DS | WB__WLAN_FROM_DS;
    return parse_type(control) == WB__WLAN_DATA && (control & both) == both;
}

static inline bool has_qos(uint16_t control)
{
    return parse_type(control) == WB__WLAN_DATA && parse_subtype(control) & SUBTYPE_QOS;
}

/* 9.2.4.1.10: of QoS data and of management frames, the order bit tells of HT control. */
static inline bool has_ht(uint16_t control)
{
    return control & WB__WLAN_ORDER &&
           (has_qos(control) || parse_type(control) == WB__WLAN_MANAGEMENT);
}

static uint32_t find_control_length(unsigned subtype)
{
    switch (subtype) {
    case WB__WLAN_CTS:
    case WB__WLAN_ACK:
        return CONTROL_BYTES;
    case WB__WLAN_BLOCK_ACK_REQUEST:
    case WB__WLAN_BLOCK_ACK:
        return CONTROL_BYTES + ADDRESS_BYTES + BLOCK_ACK_BYTES;
    case WB__WLAN_PS_POLL:
    case WB__WLAN_RTS:
    case WB__WLAN_CF_END:
    case WB__WLAN_CF_END_ACK:
        return CONTROL_BYTES + ADDRESS_BYTES;
    default:
        return CONTROL_BYTES;
    }
}

static uint32_t find_length(uint16_t control)
{
    switch (parse_type(control)) {
    case WB__WLAN_CONTROL:
        return find_control_length(parse_subtype(control));
    case WB__WLAN_EXTENSION:
        return CONTROL_BYTES;
    default:
        return HEADER_BYTES + (has_four_addresses(control) ? ADDRESS_BYTES : 0u) +
               (has_qos(control) ? QOS_BYTES : 0u) + (has_ht(control) ? HT_BYTES : 0u);
    }
}

static uint16_t find_qos(const uint8_t *header, uint16_t control)
{
    uint32_t at = HEADER_BYTES + (has_four_addresses(control) ? ADDRESS_BYTES : 0u);
    return has_qos(control) ? wb__load16_little(header + at) : 0;
}

static bool is_fragment(const uint8_t *header, uint16_t control)
{
    return control & WB__WLAN_MORE_FRAGMENTS || header[22] & 15;
}

static unsigned decode_data(struct wb_layer *layer, const uint8_t *header, uint16_t control)
{
    if (wb__rest(layer) == WB__LAYER_END || parse_subtype(control) & SUBTYPE_NO_DATA)
        return wb__rest(layer);
    if (control & WB__WLAN_PROTECTED)
        return WB_LAYER_PAYLOAD;
    if (is_fragment(header, control)) {
        wb__complain(layer, WB_LAYER_FRAGMENT);
        return WB_LAYER_PAYLOAD;
    }
    return find_qos(header, control) & QOS_AMSDU ? WB_LAYER_AMSDU : WB_LAYER_LLC;
}

/* Atheros puts padding behind a data frame's header so that what follows is aligned. */
static uint32_t add_padding(const struct wb__walk *walk, uint32_t length, uint16_t control)
{
    unsigned index = walk->decoded->layer_count;
    const struct wb_layer *before = index > 0 ? &walk->decoded->layers[index - 1] : NULL;
    if (parse_type(control) != WB__WLAN_DATA || !before ||
        !(wb__radio_flags(walk->data, before) & WB__RADIOTAP_PADDED))
        return length;
    return (length + 3) & ~3u;
}

unsigned wb__decode_wlan(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, 2);
    if (!header)
        return WB__LAYER_END;
    uint16_t control = parse_control(header);
    if (control & 3)
        return wb__malformed(layer);
    uint32_t length = add_padding(walk, find_length(control), control);
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    layer->header_length = length;
    layer->next = (uint16_t)(parse_type(control) << 4 | parse_subtype(control));
    switch (parse_type(control)) {
    case WB__WLAN_MANAGEMENT:
        return WB__LAYER_END;
    case WB__WLAN_DATA:
        return decode_data(layer, header, control);
    default:
        return wb__rest(layer);
    }
}

static void read_addresses(struct wb__cursor *cursor, struct wb__wlan *wlan, unsigned count)
{
    while (count-- > 0) {
        const uint8_t *address = wb__cursor_take(cursor, ADDRESS_BYTES);
        if (address)
            wlan->addresses[wlan->address_count++] = address;
    }
}

static void read_control(struct wb__cursor *cursor, struct wb__wlan *wlan)
{
    uint32_t length = find_control_length(wlan->subtype);
    read_addresses(cursor, wlan, length >= CONTROL_BYTES + ADDRESS_BYTES ? 2 : 1);
    wlan->has_block_ack = length > CONTROL_BYTES + ADDRESS_BYTES;
    if (!wlan->has_block_ack)
        return;
    const uint8_t *bytes = wb__cursor_take(cursor, BLOCK_ACK_BYTES);
    wlan->block_ack_control = bytes ? wb__load16_little(bytes) : 0;
    wlan->block_ack_start = bytes ? wb__load16_little(bytes + 2) >> 4 : 0;
}

static void read_data(struct wb__cursor *cursor, struct wb__wlan *wlan)
{
    read_addresses(cursor, wlan, 3);
    const uint8_t *bytes = wb__cursor_take(cursor, 2);
    wlan->has_sequence = bytes != NULL;
    wlan->sequence = bytes ? wb__load16_little(bytes) >> 4 : 0;
    wlan->fragment = bytes ? bytes[0] & 15 : 0;
    if (has_four_addresses(wlan->control))
        read_addresses(cursor, wlan, 1);
    wlan->has_qos = has_qos(wlan->control);
    bytes = wlan->has_qos ? wb__cursor_take(cursor, QOS_BYTES) : NULL;
    wlan->qos = bytes ? wb__load16_little(bytes) : 0;
    wlan->has_ht = has_ht(wlan->control);
    bytes = wlan->has_ht ? wb__cursor_take(cursor, HT_BYTES) : NULL;
    wlan->ht = bytes ? wb__load32_little(bytes) : 0;
}

int wb__wlan_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__wlan *wlan)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_WLAN, CONTROL_BYTES, &header);
    if (error < 0)
        return error;
    struct wb__cursor cursor = wb__cursor(header + 4, layer->header_length - 4);
    *wlan = (struct wb__wlan){.control = parse_control(header),
                              .duration = wb__load16_little(header + 2)};
    wlan->type = (uint8_t)parse_type(wlan->control);
    wlan->subtype = (uint8_t)parse_subtype(wlan->control);
    if (wlan->type == WB__WLAN_CONTROL || wlan->type == WB__WLAN_EXTENSION)
        read_control(&cursor, wlan);
    else
        read_data(&cursor, wlan);
    return cursor.failed ? WB_E_TRUNCATED : 0;
}

const char *wb__wlan_subtype_name(unsigned type, unsigned subtype)
{
    static const char *const names[4][16] = {
        {"Assoc Request", "Assoc Response", "ReAssoc Request", "ReAssoc Response",
         "Probe Request", "Probe Response", "Timing Advertisement", NULL, "Beacon", "ATIM",
         "Disassociation", "Authentication", "DeAuthentication", "Action", "Action No Ack", NULL},
        {NULL, NULL, "Trigger", "TACK", "Beamforming Report Poll", "NDP Announcement",
         "Control Frame Extension", "Control Wrapper", "BAR", "BA", "Power Save-Poll",
         "Request-To-Send", "Clear-To-Send", "Acknowledgment", "CF-End", "CF-End+CF-Ack"},
        {"Data", "Data + CF-Ack", "Data + CF-Poll", "Data + CF-Ack + CF-Poll", "Null",
         "CF-Ack", "CF-Poll", "CF-Ack + CF-Poll", "QoS Data", "QoS Data + CF-Ack",
         "QoS Data + CF-Poll", "QoS Data + CF-Ack + CF-Poll", "QoS Null", NULL, "QoS CF-Poll",
         "QoS CF-Ack + CF-Poll"},
        {"DMG Beacon", "S1G Beacon"},
    };
    return names[type & 3][subtype & 15];
}

static void tell_addresses(const struct wb__fields *fields, const struct wb__wlan *wlan)
{
    static const char *const names[] = {"address_1", "address_2", "address_3", "address_4"};
    for (unsigned i = 0; i < wlan->address_count; i++)
        wb__tell_hardware(fields, names[i], wlan->addresses[i], ADDRESS_BYTES);
}

static void tell_rest(const struct wb__fields *fields, const struct wb__wlan *wlan)
{
    if (wlan->has_sequence) {
        wb__tell_number(fields, "sequence_number", wlan->sequence);
        wb__tell_number(fields, "fragment_number", wlan->fragment);
    }
    if (wlan->has_qos) {
        wb__tell_number(fields, "tid", wlan->qos & 15u);
        wb__tell_bool(fields, "end_of_service_period", wlan->qos & 0x10);
        wb__tell_number(fields, "ack_policy", wlan->qos >> 5 & 3u);
        wb__tell_bool(fields, "a_msdu", wlan->qos & QOS_AMSDU);
    }
    if (wlan->has_ht)
        wb__tell_number(fields, "ht_control", wlan->ht);
    if (wlan->has_block_ack) {
        wb__tell_number(fields, "block_ack_control", wlan->block_ack_control);
        wb__tell_number(fields, "block_ack_starting_sequence", wlan->block_ack_start);
    }
}

void wb__tell_wlan(const struct wb__fields *fields)
{
    static const char *const types[] = {"management", "control", "data", "extension"};
    static const char *const flags[] = {"to_ds", "from_ds", "more_fragments", "retry",
                                        "power_management", "more_data", "protected", "order"};
    struct wb__wlan wlan;
    if (wb__wlan_read(fields->packet, fields->layer, &wlan) < 0)
        return;
    const char *name = wb__wlan_subtype_name(wlan.type, wlan.subtype);
    wb__tell_word(fields, "type", types[wlan.type]);
    wb__tell_number(fields, "subtype", wlan.subtype);
    if (name)
        wb__tell_word(fields, "subtype_name", name);
    wb__tell_flags(fields, "flags", wlan.control >> 8, flags, 8);
    wb__tell_number(fields, "duration", wlan.duration);
    tell_addresses(fields, &wlan);
    tell_rest(fields, &wlan);
    if (wlan.type == WB__WLAN_MANAGEMENT && !(wlan.control & WB__WLAN_PROTECTED))
        wb__tell_wlan_body(fields, &wlan);
}

/* Destination, source, length; subframes begin on multiples of 4 from the first. */
unsigned wb__decode_amsdu(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, WB__AMSDU_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = WB__AMSDU_BYTES;
    walk->is_aggregate = true;
    uint16_t length = wb__load16(header + 12);
    layer->next = length;
    wb__bound(walk, layer, WB__AMSDU_BYTES + length);
    return length > 0 ? WB_LAYER_LLC : WB__LAYER_END;
}

int wb__amsdu_read(const struct wb_packet *packet, const struct wb_layer *layer,
                   struct wb__amsdu *amsdu)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_AMSDU, WB__AMSDU_BYTES, &header);
    if (error < 0)
        return error;
    amsdu->destination = header;
    amsdu->source = header + 6;
    amsdu->length = wb__load16(header + 12);
    return 0;
}

void wb__tell_amsdu(const struct wb__fields *fields)
{
    struct wb__amsdu amsdu;
    if (wb__amsdu_read(fields->packet, fields->layer, &amsdu) < 0)
        return;
    wb__tell_hardware(fields, "destination", amsdu.destination, ADDRESS_BYTES);
    wb__tell_hardware(fields, "source", amsdu.source, ADDRESS_BYTES);
    wb__tell_number(fields, "length", amsdu.length);
}
