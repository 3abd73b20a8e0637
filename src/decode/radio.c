/* SPDX-License-Identifier: ISC
 *
 * The other headers that capturing systems put before an 802.11 frame: Prism, AVS, and
 * PPI, whose fields may stand before a frame of any link type.
 */
#include "decode/fields.h"
#include "decode/radio.h"

#define PRISM_BYTES 144
#define PRISM_ITEM_BYTES 12
#define PRISM_ITEMS_AT 24
#define AVS_MAGIC 0x80211000u
#define AVS_BYTES 64
#define PPI_BYTES 8
#define PPI_FIELD_BYTES 4
#define FCS_BYTES 4

enum { PPI_ALIGNED = 1 }; /* flag: fields begin on multiples of 4 */
enum ppi_type { PPI_80211_COMMON = 2 };
enum { PPI_COMMON_BYTES = 20, PPI_HAS_FCS = 1 };

static unsigned frame_or_end(const struct wb_layer *layer)
{
    return layer->length > layer->header_length ? WB_LAYER_WLAN : WB__LAYER_END;
}

static bool is_avs(const uint8_t *header)
{
    return (wb__load32(header) & 0xfffff000u) == AVS_MAGIC;
}

/* Some drivers give AVS headers under the link type of Prism. */
unsigned wb__decode_prism(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, 4);
    if (!header)
        return WB__LAYER_END;
    if (is_avs(header)) {
        layer->kind = WB_LAYER_AVS;
        return wb__decode_avs(walk, layer);
    }
    if (!wb__header(walk, layer, PRISM_BYTES))
        return WB__LAYER_END;
    layer->header_length = PRISM_BYTES;
    return frame_or_end(layer);
}

/* In the byte order of the machine that captured; the message code is a small number. */
static uint32_t load32_prism(const uint8_t *bytes, bool is_little)
{
    return is_little ? wb__load32_little(bytes) : wb__load32(bytes);
}

static void tell_prism_item(const struct wb__fields *fields, const uint8_t *item, bool is_little)
{
    static const char *const names[] = {NULL, "host_time", "mac_time", "channel", "rssi",
                                        "signal_quality", "signal", "noise", "rate", "is_tx",
                                        "frame_length"};
    uint32_t did = load32_prism(item, is_little) >> 12 & 15;
    bool is_there = (is_little ? wb__load16_little(item + 4) : wb__load16(item + 4)) == 0;
    if (is_there && did > 0 && did < sizeof names / sizeof *names) {
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, names[did], load32_prism(item + 8, is_little));
        wb__tell_end(fields);
    }
}

void wb__tell_prism(const struct wb__fields *fields)
{
    struct wb__cursor header = wb__fields_header(fields);
    if (wb__cursor_left(&header) < PRISM_BYTES)
        return;
    const uint8_t *bytes = header.at;
    bool is_little = wb__load32_little(bytes) <= UINT16_MAX;
    size_t length = 0;
    while (length < 16 && bytes[8 + length])
        length++;
    wb__tell_number(fields, "message_code", load32_prism(bytes, is_little));
    wb__tell_number(fields, "message_length", load32_prism(bytes + 4, is_little));
    wb__tell_text(fields, "device", bytes + 8, length);
    wb__tell_list(fields, "items");
    for (uint32_t at = PRISM_ITEMS_AT; at + PRISM_ITEM_BYTES <= PRISM_BYTES; at += PRISM_ITEM_BYTES)
        tell_prism_item(fields, bytes + at, is_little);
    wb__tell_end(fields);
}

unsigned wb__decode_avs(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, 8);
    if (!header)
        return WB__LAYER_END;
    uint32_t length = wb__load32(header + 4);
    if (!is_avs(header) || length < AVS_BYTES)
        return wb__malformed(layer);
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    layer->header_length = length;
    return frame_or_end(layer);
}

int wb__avs_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb__avs *avs)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_AVS, AVS_BYTES, &header);
    if (error < 0)
        return error;
    avs->version = wb__load32(header) & 0xfff;
    avs->mac_time = wb__load64(header + 8);
    avs->host_time = wb__load64(header + 16);
    avs->phy_type = wb__load32(header + 24);
    avs->channel = wb__load32(header + 28);
    avs->rate_100kbps = wb__load32(header + 32);
    avs->antenna = wb__load32(header + 36);
    avs->priority = wb__load32(header + 40);
    avs->signal_type = wb__load32(header + 44);
    avs->signal = (int32_t)wb__load32(header + 48);
    avs->noise = (int32_t)wb__load32(header + 52);
    avs->preamble = wb__load32(header + 56);
    avs->encoding = wb__load32(header + 60);
    return 0;
}

void wb__tell_avs(const struct wb__fields *fields)
{
    struct wb__avs avs;
    if (wb__avs_read(fields->packet, fields->layer, &avs) < 0)
        return;
    wb__tell_number(fields, "version", avs.version);
    wb__tell_number(fields, "length", fields->layer->header_length);
    wb__tell_number(fields, "mac_time", avs.mac_time);
    wb__tell_number(fields, "host_time", avs.host_time);
    wb__tell_number(fields, "phy_type", avs.phy_type);
    wb__tell_number(fields, "channel", avs.channel);
    wb__tell_number(fields, "rate_kbps", (uint64_t)avs.rate_100kbps * 100);
    wb__tell_number(fields, "antenna", avs.antenna);
    wb__tell_number(fields, "priority", avs.priority);
    wb__tell_number(fields, "signal_type", avs.signal_type);
    wb__tell_signed(fields, "signal", avs.signal);
    wb__tell_signed(fields, "noise", avs.noise);
    wb__tell_number(fields, "preamble", avs.preamble);
    wb__tell_number(fields, "encoding", avs.encoding);
}

bool wb__ppi_field_next(struct wb__cursor *fields, uint8_t flags, struct wb__tlv *field)
{
    const uint8_t *head = wb__cursor_left(fields) ? wb__cursor_take(fields, PPI_FIELD_BYTES) : NULL;
    if (!head)
        return false;
    field->type = wb__load16_little(head);
    field->length = wb__load16_little(head + 2);
    field->value = wb__cursor_take(fields, field->length);
    uint32_t padding = flags & PPI_ALIGNED ? -field->length & 3 : 0;
    if (padding && wb__cursor_left(fields) > 0 && field->value)
        wb__cursor_skip(fields, padding);
    return field->value != NULL;
}

static bool has_fcs(const uint8_t *header, uint32_t length)
{
    struct wb__cursor fields = wb__cursor(header + PPI_BYTES, length - PPI_BYTES);
    struct wb__tlv field;
    while (wb__ppi_field_next(&fields, header[1], &field))
        if (field.type == PPI_80211_COMMON && field.length >= PPI_COMMON_BYTES)
            return wb__load16_little(field.value + 8) & PPI_HAS_FCS;
    return false;
}

static unsigned by_ppi_link(struct wb_layer *layer, uint32_t link_type)
{
    layer->next = link_type <= UINT16_MAX ? (uint16_t)link_type : 0;
    unsigned kind = wb__kind_of_link(link_type);
    if (kind != WB_LAYER_PAYLOAD)
        return kind;
    wb__complain(layer, WB_LAYER_UNKNOWN);
    return wb__rest(layer);
}

unsigned wb__decode_ppi(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, PPI_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint16_t length = wb__load16_little(header + 2);
    if (length < PPI_BYTES)
        return wb__malformed(layer);
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    layer->header_length = length;
    uint32_t link_type = wb__load32_little(header + 4);
    bool is_wlan = link_type == WB__LINK_WLAN;
    if (is_wlan && layer->length >= length + (uint32_t)FCS_BYTES && has_fcs(header, length))
        layer->length -= FCS_BYTES;
    return layer->length > length ? by_ppi_link(layer, link_type) : WB__LAYER_END;
}

int wb__ppi_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb__ppi *ppi)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_PPI, PPI_BYTES, &header);
    if (error < 0)
        return error;
    ppi->version = header[0];
    ppi->flags = header[1];
    ppi->length = wb__load16_little(header + 2);
    ppi->link_type = wb__load32_little(header + 4);
    return 0;
}

static void tell_common(const struct wb__fields *fields, const uint8_t *value)
{
    static const char *const names[] = {"fcs", "tsf_ms", "fcs_invalid", "phy_error"};
    wb__tell_number(fields, "tsf", wb__load64_little(value));
    wb__tell_flags(fields, "flags", wb__load16_little(value + 8), names, 4);
    wb__tell_number(fields, "rate_kbps", wb__load16_little(value + 10) * 500u);
    wb__tell_number(fields, "channel_mhz", wb__load16_little(value + 12));
    wb__tell_number(fields, "channel_flags", wb__load16_little(value + 14));
    wb__tell_number(fields, "fhss_hop_set", value[16]);
    wb__tell_number(fields, "fhss_hop_pattern", value[17]);
    wb__tell_signed(fields, "signal_dbm", (int8_t)value[18]);
    wb__tell_signed(fields, "noise_dbm", (int8_t)value[19]);
}

void wb__tell_ppi(const struct wb__fields *fields)
{
    struct wb__ppi ppi;
    struct wb__tlv field;
    if (wb__ppi_read(fields->packet, fields->layer, &ppi) < 0)
        return;
    struct wb__cursor cursor = wb__fields_header(fields);
    wb__cursor_skip(&cursor, PPI_BYTES);
    wb__tell_number(fields, "version", ppi.version);
    wb__tell_number(fields, "flags", ppi.flags);
    wb__tell_number(fields, "length", ppi.length);
    wb__tell_number(fields, "link_type", ppi.link_type);
    wb__tell_list(fields, "fields");
    while (wb__ppi_field_next(&cursor, ppi.flags, &field)) {
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", field.type);
        if (field.type == PPI_80211_COMMON && field.length >= PPI_COMMON_BYTES)
            tell_common(fields, field.value);
        else
            wb__tell_bytes(fields, "data", field.value, field.length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    if (cursor.failed)
        wb__tell_incomplete(fields);
}
