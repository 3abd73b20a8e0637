/* SPDX-License-Identifier: ISC
 *
 * 802.11 and what capturing systems put before it, as text; see packet_link.h.
 */
#include "decode/radio.h"
#include "record/packet_link.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* --- before the frame --------------------------------------------------------- */

static void put_rate(struct wb__line *line, unsigned half_mbps)
{
    wb__line_put(line, "%u.%u Mb/s ", half_mbps / 2, half_mbps % 2 * 5);
}

static void put_flags(struct wb__line *line, uint8_t flags)
{
    static const struct wb__number_name names[] = {
        {WB__RADIOTAP_CFP, "cfp "},
        {WB__RADIOTAP_SHORT_PREAMBLE, "short preamble "},
        {WB__RADIOTAP_WEP, "wep "},
        {WB__RADIOTAP_FRAGMENTED, "fragmented "},
        {WB__RADIOTAP_BAD_FCS, "bad-fcs "},
    };
    for (size_t i = 0; i < COUNT(names); i++)
        if (flags & names[i].number)
            wb__line_put(line, "%s", names[i].name);
}

static void put_channel(struct wb__line *line, const uint8_t *data)
{
    enum { CCK = 0x20, OFDM = 0x40, GHZ2 = 0x80, GHZ5 = 0x100, DYNAMIC = 0x400, GFSK = 0x800 };
    uint16_t frequency = wb__load16_little(data), flags = wb__load16_little(data + 2);
    wb__line_put(line, "%u MHz", frequency);
    if (flags & GFSK)
        wb__line_put(line, " FHSS");
    else if ((flags & (OFDM | GHZ5)) == (OFDM | GHZ5))
        wb__line_put(line, " 11a");
    else if ((flags & (DYNAMIC | GHZ2)) == (DYNAMIC | GHZ2) ||
             (flags & (OFDM | GHZ2)) == (OFDM | GHZ2))
        wb__line_put(line, " 11g");
    else if ((flags & (CCK | GHZ2)) == (CCK | GHZ2))
        wb__line_put(line, " 11b");
    wb__line_put(line, " ");
}

static void put_mcs(struct wb__line *line, const uint8_t *data)
{
    enum { HAS_BANDWIDTH = 1, HAS_INDEX = 2, HAS_GUARD = 4 };
    static const char *const bandwidths[] = {"20 MHz ", "40 MHz ", "20 MHz (L) ", "20 MHz (U) "};
    if (data[0] & HAS_INDEX)
        wb__line_put(line, "MCS %u ", data[2]);
    if (data[0] & HAS_BANDWIDTH)
        wb__line_put(line, "%s", bandwidths[data[1] & 3]);
    if (data[0] & HAS_GUARD)
        wb__line_put(line, "%s GI ", data[1] & 4 ? "short" : "long");
}

static void put_tsft(struct wb__line *line, const uint8_t *data)
{
    uint64_t time_us = wb__load64_little(data);
    unsigned high = (unsigned)(time_us / 1000000000 / 1000000000);
    unsigned middle = (unsigned)(time_us / 1000000000 % 1000000000);
    unsigned low = (unsigned)(time_us % 1000000000);
    if (high > 0)
        wb__line_put(line, "%u%09u%09uus tsft ", high, middle, low);
    else if (middle > 0)
        wb__line_put(line, "%u%09uus tsft ", middle, low);
    else
        wb__line_put(line, "%uus tsft ", low);
}

static void put_radiotap_value(struct wb__line *line, const struct wb__radiotap_value *value)
{
    const uint8_t *data = value->data;
    switch (value->field) {
    case WB__RADIOTAP_TSFT:
        put_tsft(line, data);
        break;
    case WB__RADIOTAP_FLAGS:
        put_flags(line, data[0]);
        break;
    case WB__RADIOTAP_RATE:
        put_rate(line, data[0]);
        break;
    case WB__RADIOTAP_CHANNEL:
        put_channel(line, data);
        break;
    case WB__RADIOTAP_SIGNAL_DBM:
        wb__line_put(line, "%ddBm signal ", (int8_t)data[0]);
        break;
    case WB__RADIOTAP_NOISE_DBM:
        wb__line_put(line, "%ddBm noise ", (int8_t)data[0]);
        break;
    case WB__RADIOTAP_LOCK_QUALITY:
        wb__line_put(line, "%u sq ", wb__load16_little(data));
        break;
    case WB__RADIOTAP_POWER_DBM:
        wb__line_put(line, "%ddBm tx power ", (int8_t)data[0]);
        break;
    case WB__RADIOTAP_ANTENNA:
        wb__line_put(line, "antenna %u ", data[0]);
        break;
    case WB__RADIOTAP_SIGNAL_DB:
        wb__line_put(line, "%udB signal ", data[0]);
        break;
    case WB__RADIOTAP_NOISE_DB:
        wb__line_put(line, "%udB noise ", data[0]);
        break;
    case WB__RADIOTAP_MCS:
        put_mcs(line, data);
        break;
    default:
        break;
    }
}

void wb__put_radiotap(struct wb__packet_text *text, const struct wb_layer *layer)
{
    if (layer->header_length == 0)
        return;
    struct wb__radiotap radiotap =
        wb__radiotap_begin(text->packet->data + layer->offset, layer->header_length);
    struct wb__radiotap_value value;
    uint32_t seen = 0;
    while (wb__radiotap_next(&radiotap, &value) && !(seen >> value.field & 1)) {
        seen |= 1u << value.field;
        put_radiotap_value(&text->line, &value);
    }
}

void wb__put_avs(struct wb__packet_text *text, const struct wb_layer *layer)
{
    enum { NORMALISED = 1, DBM = 2, RAW = 3 };
    struct wb__avs avs;
    if (wb__avs_read(text->packet, layer, &avs) < 0)
        return;
    if (avs.channel > 0)
        wb__line_put(&text->line, "channel %u ", avs.channel);
    if (avs.rate_100kbps > 0)
        wb__line_put(&text->line, "%u.%u Mb/s ", avs.rate_100kbps / 10, avs.rate_100kbps % 10);
    if (avs.signal_type == DBM)
        wb__line_put(&text->line, "%ddBm signal ", avs.signal);
}

void wb__put_prism(struct wb__packet_text *text, const struct wb_layer *layer)
{
    (void)text;
    (void)layer; /* what its items mean differs from driver to driver */
}

void wb__put_ppi(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__ppi ppi;
    if (layer->status != WB_LAYER_UNKNOWN || wb__ppi_read(text->packet, layer, &ppi) < 0)
        return;
    wb__line_put(&text->line, "PPI version %u, link type %u, length %u", ppi.version,
                 ppi.link_type, layer->length - layer->header_length);
}

/* --- the frame ---------------------------------------------------------------- */

static struct wb__cursor payload_of(const struct wb__packet_text *text,
                                    const struct wb_layer *layer)
{
    const uint8_t *payload;
    uint32_t length = wb_layer_payload(text->packet, layer, &payload);
    return wb__cursor(payload, length);
}

/* What the elements of a body say that is worth a line. */
struct found {
    struct wb__tlv ssid, rates;
    uint8_t channel;
    bool has_ssid, has_rates, has_channel, is_cut;
};

static void find_elements(struct wb__cursor elements, struct found *found)
{
    struct wb__tlv element;
    *found = (struct found){0};
    while (wb__wlan_element_next(&elements, &element)) {
        if (element.type == WB__ELEMENT_SSID && !found->has_ssid) {
            found->has_ssid = true;
            found->ssid = element;
        } else if (element.type == WB__ELEMENT_RATES && !found->has_rates) {
            found->has_rates = true;
            found->rates = element;
        } else if (element.type == WB__ELEMENT_DS && element.length == 1) {
            found->has_channel = true;
            found->channel = element.value[0];
        }
    }
    found->is_cut = elements.failed;
}

static void put_ssid(struct wb__line *line, const struct found *found)
{
    wb__line_put(line, " (");
    if (found->has_ssid)
        wb__line_text(line, found->ssid.value, found->ssid.length);
    wb__line_put(line, ")");
}

static void put_rates(struct wb__line *line, const struct found *found)
{
    if (!found->has_rates)
        return;
    for (uint32_t i = 0; i < found->rates.length; i++) {
        uint8_t rate = found->rates.value[i];
        wb__line_put(line, "%s%u.%u%s", i ? " " : " [", (rate & 0x7fu) / 2, (rate & 1u) * 5,
                     rate & 0x80 ? "*" : "");
    }
    wb__line_put(line, "%s", found->rates.length > 0 ? " Mbit]" : "");
}

enum { CAPABILITY_ESS = 1, CAPABILITY_PRIVACY = 0x10 };

static void put_beacon(struct wb__line *line, const struct wb__wlan_body *body,
                       const struct found *found)
{
    put_ssid(line, found);
    put_rates(line, found);
    if (!body->has_capability)
        return;
    wb__line_put(line, body->capability & CAPABILITY_ESS ? " ESS" : " IBSS");
    if (found->has_channel)
        wb__line_put(line, " CH: %u", found->channel);
    if (body->capability & CAPABILITY_PRIVACY)
        wb__line_put(line, ", PRIVACY");
}

static const char *status_words(uint16_t status)
{
    static const struct wb__number_name names[] = {
        {0, "Successful"},
        {1, "Unspecified failure"},
        {10, "Cannot support all requested capabilities in the Capability Information field"},
        {13, "Responding STA does not support the specified authentication algorithm"},
        {14, "Received an Authentication frame with authentication transaction sequence number "
             "out of expected sequence"},
        {15, "Authentication rejected because of challenge failure"},
        {17, "Association denied because AP is unable to handle additional associated STAs"},
    };
    return WB__NUMBER_NAME(names, status);
}

static void put_status(struct wb__line *line, uint16_t status)
{
    const char *words = status_words(status);
    if (words)
        wb__line_put(line, "%s", words);
    else
        wb__line_put(line, "status %u", status);
}

static void put_authentication(struct wb__line *line, const struct wb__wlan_body *body)
{
    static const char *const algorithms[] = {"Open System", "Shared Key",
                                             "Fast BSS Transition", "SAE"};
    if (!body->has_authentication)
        return;
    if (body->algorithm < COUNT(algorithms))
        wb__line_put(line, " (%s)-%u", algorithms[body->algorithm], body->transaction);
    else
        wb__line_put(line, " (algorithm %u)-%u", body->algorithm, body->transaction);
    if (body->transaction > 1) {
        wb__line_put(line, " [");
        put_status(line, body->status);
        wb__line_put(line, "]");
    }
}

static void put_current_ap(struct wb__line *line, const struct wb__wlan_body *body)
{
    if (!body->has_current_ap)
        return;
    wb__line_put(line, " AP : ");
    wb__line_hardware(line, body->current_ap, 6);
}

static void put_body(struct wb__line *line, unsigned subtype, const struct wb__wlan_body *body)
{
    struct found found;
    find_elements(body->elements, &found);
    switch (subtype) {
    case WB__WLAN_BEACON:
    case WB__WLAN_PROBE_RESPONSE:
        put_beacon(line, body, &found);
        break;
    case WB__WLAN_PROBE_REQUEST:
    case WB__WLAN_ASSOCIATION_REQUEST:
    case WB__WLAN_REASSOCIATION_REQUEST:
        put_ssid(line, &found);
        put_rates(line, &found);
        put_current_ap(line, body);
        break;
    case WB__WLAN_ASSOCIATION_RESPONSE:
    case WB__WLAN_REASSOCIATION_RESPONSE:
        if (!body->has_status)
            break;
        wb__line_put(line, " AID(%x) :%s: ", body->association_id,
                     body->capability & CAPABILITY_PRIVACY ? " PRIVACY " : "");
        put_status(line, body->status);
        break;
    case WB__WLAN_AUTHENTICATION:
        put_authentication(line, body);
        break;
    case WB__WLAN_DISASSOCIATION:
    case WB__WLAN_DEAUTHENTICATION:
        if (body->has_reason)
            wb__line_put(line, ": reason %u", body->reason);
        break;
    case WB__WLAN_ACTION:
    case WB__WLAN_ACTION_NO_ACK:
        if (body->has_action)
            wb__line_put(line, ": category %u, action %u", body->category, body->action);
        break;
    default:
        break;
    }
    if (body->is_incomplete || found.is_cut)
        wb__line_put(line, " [|wlan]");
}

static void put_management(struct wb__packet_text *text, const struct wb_layer *layer,
                           const struct wb__wlan *wlan)
{
    struct wb__wlan_body body;
    if (wlan->control & WB__WLAN_PROTECTED) {
        wb__line_put(&text->line, " protected, length %u", layer->length - layer->header_length);
        return;
    }
    wb__wlan_body_read(wlan, payload_of(text, layer), &body);
    put_body(&text->line, wlan->subtype, &body);
}

static void put_address(struct wb__line *line, const char *name, const struct wb__wlan *wlan,
                        unsigned index)
{
    if (index >= wlan->address_count)
        return;
    wb__line_put(line, " %s:", name);
    wb__line_hardware(line, wlan->addresses[index], 6);
}

static void put_control(struct wb__line *line, const struct wb__wlan *wlan)
{
    if (wlan->subtype == WB__WLAN_PS_POLL) {
        wb__line_put(line, " AID(%x)", wlan->duration & 0x3fff);
        return;
    }
    put_address(line, "RA", wlan, 0);
    put_address(line, "TA", wlan, 1);
    if (wlan->has_block_ack)
        wb__line_put(line, " CTL(%x) SEQ(%u)", wlan->block_ack_control, wlan->block_ack_start);
}

/* Silent where the frame carries a packet that speaks for itself. */
static void put_data(struct wb__line *line, const struct wb_layer *layer,
                     const struct wb__wlan *wlan, bool has_packet)
{
    if (has_packet)
        return;
    const char *name = wb__wlan_subtype_name(wlan->type, wlan->subtype);
    wb__line_put(line, "%s ", name ? name : "Data");
    wb__line_hardware(line, wlan->addresses[1], 6);
    wb__line_put(line, " > ");
    wb__line_hardware(line, wlan->addresses[0], 6);
    if (wlan->control & WB__WLAN_PROTECTED)
        wb__line_put(line, ", protected");
    if (layer->status == WB_LAYER_FRAGMENT)
        wb__line_put(line, ", fragment %u of %u%s", wlan->fragment, wlan->sequence,
                     wlan->control & WB__WLAN_MORE_FRAGMENTS ? "+" : "");
    wb__line_put(line, ", length %u", layer->length - layer->header_length);
}

static bool has_packet(const struct wb__packet_text *text, const struct wb_layer *layer)
{
    const struct wb_layer *end = text->decoded->layers + text->decoded->layer_count;
    return layer + 1 < end && layer[1].kind != WB_LAYER_PAYLOAD;
}

void wb__put_wlan(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__wlan wlan;
    if (wb__wlan_read(text->packet, layer, &wlan) < 0)
        return;
    if (wlan.type == WB__WLAN_DATA) {
        put_data(line, layer, &wlan, has_packet(text, layer));
        return;
    }
    const char *name = wb__wlan_subtype_name(wlan.type, wlan.subtype);
    if (name)
        wb__line_put(line, "%s", name);
    else
        wb__line_put(line, "802.11 type %u subtype %u", wlan.type, wlan.subtype);
    if (wlan.type == WB__WLAN_MANAGEMENT)
        put_management(text, layer, &wlan);
    else
        put_control(line, &wlan);
}
