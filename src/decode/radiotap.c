/* SPDX-License-Identifier: ISC
 *
 * Radiotap (radiotap.org): a length, bitmaps of which fields are there, as many as say of
 * the next that it exists, and the fields in the order of the bits, each aligned to its own
 * size from the header's beginning. All of it lies within the length, which bounds the
 * walk; a field whose length nobody knows ends it.
 *
 * The frame's FCS, where the flags tell that it is there, lies outside of the layer's
 * length, as Ethernet padding does.
 */
#include "decode/fields.h"
#include "decode/radio.h"

#define RADIOTAP_BYTES 8
#define FCS_BYTES 4

/* Alignment and length of each field. */
static const struct {
    uint8_t alignment, length;
} shapes[] = {
    [WB__RADIOTAP_TSFT] = {8, 8},          [WB__RADIOTAP_FLAGS] = {1, 1},
    [WB__RADIOTAP_RATE] = {1, 1},          [WB__RADIOTAP_CHANNEL] = {2, 4},
    [WB__RADIOTAP_FHSS] = {2, 2},          [WB__RADIOTAP_SIGNAL_DBM] = {1, 1},
    [WB__RADIOTAP_NOISE_DBM] = {1, 1},     [WB__RADIOTAP_LOCK_QUALITY] = {2, 2},
    [WB__RADIOTAP_ATTENUATION] = {2, 2},   [WB__RADIOTAP_ATTENUATION_DB] = {2, 2},
    [WB__RADIOTAP_POWER_DBM] = {1, 1},     [WB__RADIOTAP_ANTENNA] = {1, 1},
    [WB__RADIOTAP_SIGNAL_DB] = {1, 1},     [WB__RADIOTAP_NOISE_DB] = {1, 1},
    [WB__RADIOTAP_RX_FLAGS] = {2, 2},      [WB__RADIOTAP_TX_FLAGS] = {2, 2},
    [WB__RADIOTAP_RTS_RETRIES] = {1, 1},   [WB__RADIOTAP_DATA_RETRIES] = {1, 1},
    [WB__RADIOTAP_XCHANNEL] = {4, 8},      [WB__RADIOTAP_MCS] = {1, 3},
    [WB__RADIOTAP_AMPDU] = {4, 8},         [WB__RADIOTAP_VHT] = {2, 12},
    [WB__RADIOTAP_TIMESTAMP] = {8, 12},    [WB__RADIOTAP_HE] = {2, 12},
    [WB__RADIOTAP_HE_MU] = {2, 12},        [WB__RADIOTAP_HE_MU_OTHER] = {2, 6},
    [WB__RADIOTAP_ZERO_LENGTH_PSDU] = {1, 1}, [WB__RADIOTAP_L_SIG] = {2, 4},
};

struct wb__radiotap wb__radiotap_begin(const uint8_t *header, uint32_t length)
{
    struct wb__radiotap radiotap = {.header = header, .length = length, .bitmap = 4};
    uint32_t at = 4;
    for (;; at += 4) {
        if (at + 4 > length) {
            radiotap.has_failed = true;
            return radiotap;
        }
        if (!(wb__load32_little(header + at) >> WB__RADIOTAP_EXTENSION & 1))
            break;
    }
    radiotap.at = at + 4;
    radiotap.bits = wb__load32_little(header + 4);
    return radiotap;
}

/* After the last bit of a bitmap: on to the next one, if it exists. */
static bool next_bitmap(struct wb__radiotap *radiotap)
{
    uint32_t old = wb__load32_little(radiotap->header + radiotap->bitmap);
    if (!(old >> WB__RADIOTAP_EXTENSION & 1))
        return false;
    bool is_new = old >> WB__RADIOTAP_NAMESPACE & 1 || old >> WB__RADIOTAP_VENDOR & 1;
    if (is_new)
        radiotap->is_vendor = !(old >> WB__RADIOTAP_NAMESPACE & 1);
    radiotap->base = is_new ? 0 : radiotap->base + 32;
    radiotap->bitmap += 4;
    radiotap->bits = wb__load32_little(radiotap->header + radiotap->bitmap);
    return true;
}

static bool take(struct wb__radiotap *radiotap, uint32_t alignment, uint32_t length,
                 const uint8_t **data)
{
    uint32_t start = (radiotap->at + alignment - 1) & ~(alignment - 1);
    if (start > radiotap->length || length > radiotap->length - start) {
        radiotap->has_failed = true;
        return false;
    }
    *data = radiotap->header + start;
    radiotap->at = start + length;
    return true;
}

/* An OUI, which of its namespaces, and how many bytes to skip where it is not known. */
static void skip_vendor(struct wb__radiotap *radiotap)
{
    const uint8_t *head, *rest;
    if (take(radiotap, 2, 6, &head))
        take(radiotap, 1, wb__load16_little(head + 4), &rest);
}

/* A field of a namespace of ours: false, and the walk is over, where its length is not
 * known. The rest is TLVs where that bit is set. */
static bool take_field(struct wb__radiotap *radiotap, uint32_t field,
                       struct wb__radiotap_value *value)
{
    if (field >= sizeof shapes / sizeof shapes[0]) {
        radiotap->has_failed = field != WB__RADIOTAP_TLV;
        radiotap->is_over = true;
        return false;
    }
    value->field = field;
    value->length = shapes[field].length;
    return take(radiotap, shapes[field].alignment, value->length, &value->data);
}

/* Takes the lowest bit that is left, and the next bitmap where none is. */
static bool next_bit(struct wb__radiotap *radiotap, unsigned *bit)
{
    while (radiotap->bits == 0)
        if (!next_bitmap(radiotap))
            return false;
    *bit = (unsigned)__builtin_ctz(radiotap->bits);
    radiotap->bits &= radiotap->bits - 1;
    return true;
}

bool wb__radiotap_next(struct wb__radiotap *radiotap, struct wb__radiotap_value *value)
{
    unsigned bit;
    while (!radiotap->has_failed && !radiotap->is_over && next_bit(radiotap, &bit)) {
        if (bit == WB__RADIOTAP_VENDOR)
            skip_vendor(radiotap);
        else if (bit < WB__RADIOTAP_NAMESPACE && !radiotap->is_vendor)
            return take_field(radiotap, radiotap->base + bit, value);
    }
    return false;
}

static uint8_t find_flags(const uint8_t *header, uint32_t length)
{
    struct wb__radiotap radiotap = wb__radiotap_begin(header, length);
    struct wb__radiotap_value value;
    while (wb__radiotap_next(&radiotap, &value) && value.field <= WB__RADIOTAP_FLAGS)
        if (value.field == WB__RADIOTAP_FLAGS)
            return value.data[0];
    return 0;
}

unsigned wb__decode_radiotap(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, RADIOTAP_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint16_t length = wb__load16_little(header + 2);
    if (header[0] != 0 || length < RADIOTAP_BYTES)
        return wb__malformed(layer);
    if (!wb__header(walk, layer, length))
        return WB__LAYER_END;
    layer->header_length = length;
    struct wb__radiotap radiotap = wb__radiotap_begin(header, length);
    struct wb__radiotap_value value;
    while (wb__radiotap_next(&radiotap, &value))
        ;
    if (radiotap.has_failed)
        wb__complain(layer, WB_LAYER_MALFORMED);
    bool has_fcs = find_flags(header, length) & WB__RADIOTAP_FCS;
    if (has_fcs && layer->length >= length + (uint32_t)FCS_BYTES)
        layer->length -= FCS_BYTES;
    return layer->length > length ? WB_LAYER_WLAN : WB__LAYER_END;
}

/* Of the layer before an 802.11 frame. */
uint8_t wb__radio_flags(const uint8_t *data, const struct wb_layer *layer)
{
    if (layer->kind == WB_LAYER_RADIOTAP)
        return find_flags(data + layer->offset, layer->header_length);
    return 0;
}

static const char *const flag_names[] = {"cfp", "short_preamble", "wep", "fragmented", "fcs",
                                         "padded", "bad_fcs", "short_guard_interval"};

static void tell_channel(const struct wb__fields *fields, uint16_t flags)
{
    static const char *const names[] = {NULL, NULL, NULL, NULL, "turbo", "cck", "ofdm", "2ghz",
                                        "5ghz", "passive", "dynamic", "gfsk", "gsm",
                                        "static_turbo", "half", "quarter"};
    wb__tell_flags(fields, "channel_flags", flags, names, 16);
}

static void tell_mcs(const struct wb__fields *fields, const uint8_t *data)
{
    wb__tell_object(fields, "mcs");
    wb__tell_number(fields, "known", data[0]);
    wb__tell_number(fields, "flags", data[1]);
    wb__tell_number(fields, "index", data[2]);
    wb__tell_end(fields);
}

static void tell_ampdu(const struct wb__fields *fields, const uint8_t *data)
{
    wb__tell_object(fields, "a_mpdu");
    wb__tell_number(fields, "reference", wb__load32_little(data));
    wb__tell_number(fields, "flags", wb__load16_little(data + 4));
    wb__tell_number(fields, "delimiter_crc", data[6]);
    wb__tell_end(fields);
}

static void tell_vht(const struct wb__fields *fields, const uint8_t *data)
{
    wb__tell_object(fields, "vht");
    wb__tell_number(fields, "known", wb__load16_little(data));
    wb__tell_number(fields, "flags", data[2]);
    wb__tell_number(fields, "bandwidth", data[3]);
    wb__tell_list(fields, "mcs_nss");
    for (unsigned i = 4; i < 8; i++)
        wb__tell_number(fields, NULL, data[i]);
    wb__tell_end(fields);
    wb__tell_number(fields, "coding", data[8]);
    wb__tell_number(fields, "group_id", data[9]);
    wb__tell_number(fields, "partial_aid", wb__load16_little(data + 10));
    wb__tell_end(fields);
}

static void tell_timestamp(const struct wb__fields *fields, const uint8_t *data)
{
    wb__tell_object(fields, "timestamp");
    wb__tell_number(fields, "value", wb__load64_little(data));
    wb__tell_number(fields, "accuracy", wb__load16_little(data + 8));
    wb__tell_number(fields, "unit_position", data[10]);
    wb__tell_number(fields, "flags", data[11]);
    wb__tell_end(fields);
}

static void tell_xchannel(const struct wb__fields *fields, const uint8_t *data)
{
    wb__tell_object(fields, "xchannel");
    wb__tell_number(fields, "flags", wb__load32_little(data));
    wb__tell_number(fields, "frequency_mhz", wb__load16_little(data + 4));
    wb__tell_number(fields, "channel", data[6]);
    wb__tell_number(fields, "max_power", data[7]);
    wb__tell_end(fields);
}

/* Fields that are made of 16-bit words. */
static void tell_words(const struct wb__fields *fields, const char *name,
                       const struct wb__radiotap_value *value)
{
    wb__tell_list(fields, name);
    for (uint32_t i = 0; i + 2 <= value->length; i += 2)
        wb__tell_number(fields, NULL, wb__load16_little(value->data + i));
    wb__tell_end(fields);
}

/* Fields of one number: bytes, 16-bit words, and signed bytes. */
static const struct wb__number_name numbers[] = {
    {WB__RADIOTAP_ANTENNA, "antenna"},
    {WB__RADIOTAP_SIGNAL_DB, "signal_db"},
    {WB__RADIOTAP_NOISE_DB, "noise_db"},
    {WB__RADIOTAP_LOCK_QUALITY, "lock_quality"},
    {WB__RADIOTAP_ATTENUATION, "tx_attenuation"},
    {WB__RADIOTAP_ATTENUATION_DB, "tx_attenuation_db"},
    {WB__RADIOTAP_RX_FLAGS, "rx_flags"},
    {WB__RADIOTAP_TX_FLAGS, "tx_flags"},
    {WB__RADIOTAP_RTS_RETRIES, "rts_retries"},
    {WB__RADIOTAP_DATA_RETRIES, "data_retries"},
    {WB__RADIOTAP_ZERO_LENGTH_PSDU, "zero_length_psdu"},
};
static const struct wb__number_name signed_numbers[] = {
    {WB__RADIOTAP_SIGNAL_DBM, "signal_dbm"},
    {WB__RADIOTAP_NOISE_DBM, "noise_dbm"},
    {WB__RADIOTAP_POWER_DBM, "tx_power_dbm"},
};

static bool tell_simple(const struct wb__fields *fields, const struct wb__radiotap_value *value)
{
    const char *name = WB__NUMBER_NAME(numbers, value->field);
    if (name) {
        wb__tell_number(fields, name,
                        value->length == 2 ? wb__load16_little(value->data) : value->data[0]);
        return true;
    }
    name = WB__NUMBER_NAME(signed_numbers, value->field);
    if (name)
        wb__tell_signed(fields, name, (int8_t)value->data[0]);
    return name != NULL;
}

static void tell_value(const struct wb__fields *fields, const struct wb__radiotap_value *value)
{
    const uint8_t *data = value->data;
    switch (value->field) {
    case WB__RADIOTAP_TSFT:
        wb__tell_number(fields, "tsft_us", wb__load64_little(data));
        break;
    case WB__RADIOTAP_FLAGS:
        wb__tell_flags(fields, "flags", data[0], flag_names, 8);
        break;
    case WB__RADIOTAP_RATE:
        wb__tell_number(fields, "rate_kbps", data[0] * 500u);
        break;
    case WB__RADIOTAP_CHANNEL:
        wb__tell_number(fields, "channel_mhz", wb__load16_little(data));
        tell_channel(fields, wb__load16_little(data + 2));
        break;
    case WB__RADIOTAP_FHSS:
        wb__tell_number(fields, "fhss_hop_set", data[0]);
        wb__tell_number(fields, "fhss_hop_pattern", data[1]);
        break;
    case WB__RADIOTAP_XCHANNEL:
        tell_xchannel(fields, data);
        break;
    case WB__RADIOTAP_MCS:
        tell_mcs(fields, data);
        break;
    case WB__RADIOTAP_AMPDU:
        tell_ampdu(fields, data);
        break;
    case WB__RADIOTAP_VHT:
        tell_vht(fields, data);
        break;
    case WB__RADIOTAP_TIMESTAMP:
        tell_timestamp(fields, data);
        break;
    case WB__RADIOTAP_HE:
        tell_words(fields, "he", value);
        break;
    case WB__RADIOTAP_L_SIG:
        tell_words(fields, "l_sig", value);
        break;
    default:
        wb__tell_bytes(fields, value->field == WB__RADIOTAP_HE_MU ? "he_mu" : "he_mu_other_user",
                       data, value->length);
    }
}

/* Fields come again where there is one namespace for each antenna: those after the first
 * are members of a list. */
static void tell_values(const struct wb__fields *fields, struct wb__radiotap *radiotap)
{
    struct wb__radiotap_value value;
    uint32_t seen = 0;
    bool is_again = false;
    while (wb__radiotap_next(radiotap, &value)) {
        if (seen >> value.field & 1) {
            if (is_again)
                wb__tell_end(fields);
            else
                wb__tell_list(fields, "again");
            wb__tell_object(fields, NULL);
            is_again = true;
            seen = 0;
        }
        seen |= 1u << value.field;
        if (!tell_simple(fields, &value))
            tell_value(fields, &value);
    }
    if (is_again) {
        wb__tell_end(fields);
        wb__tell_end(fields);
    }
}

void wb__tell_radiotap(const struct wb__fields *fields)
{
    struct wb__cursor header = wb__fields_header(fields);
    uint32_t length = fields->layer->header_length;
    if (length < RADIOTAP_BYTES)
        return;
    struct wb__radiotap radiotap = wb__radiotap_begin(header.at, length);
    wb__tell_number(fields, "version", header.at[0]);
    wb__tell_number(fields, "length", length);
    tell_values(fields, &radiotap);
    if (radiotap.has_failed)
        wb__tell_incomplete(fields);
}
