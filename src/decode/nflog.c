/* SPDX-License-Identifier: ISC
 *
 * LINKTYPE_NFLOG: what Linux's netfilter log says of a packet, as TLVs, and the packet in
 * the last of them. Their heads are in the byte order of the machine that captured, which
 * is told by the first: no type is beyond 255.
 */
#include "decode/fields.h"
#include "decode/link.h"

#define NFLOG_BYTES 4
#define TLV_BYTES 4

enum family { FAMILY_IP4 = 2, FAMILY_IP6 = 10 };

enum nflog_tlv {
    NFLOG_PACKET_HEADER = 1,
    NFLOG_MARK = 2,
    NFLOG_TIMESTAMP = 3,
    NFLOG_IN_INDEX = 4,
    NFLOG_OUT_INDEX = 5,
    NFLOG_PHYSICAL_IN = 6,
    NFLOG_PHYSICAL_OUT = 7,
    NFLOG_HARDWARE_ADDRESS = 8,
    NFLOG_PAYLOAD = 9,
    NFLOG_PREFIX = 10,
    NFLOG_UID = 11,
    NFLOG_SEQUENCE = 12,
    NFLOG_SEQUENCE_GLOBAL = 13,
    NFLOG_GID = 14,
    NFLOG_HARDWARE_TYPE = 15,
    NFLOG_HARDWARE_HEADER = 16,
    NFLOG_HARDWARE_LENGTH = 17,
};

struct head {
    uint32_t length, type; /* length with the head */
};

static bool is_little(const uint8_t *tlv)
{
    return tlv[3] == 0;
}

static struct head parse_head(const uint8_t *tlv, bool little)
{
    if (little)
        return (struct head){wb__load16_little(tlv), wb__load16_little(tlv + 2)};
    return (struct head){wb__load16(tlv), wb__load16(tlv + 2)};
}

static uint32_t round_up(uint32_t length)
{
    return (length + 3) & ~3u;
}

static unsigned by_family(struct wb_layer *layer, uint8_t family)
{
    layer->next = family;
    if (family == FAMILY_IP4)
        return WB_LAYER_IP4;
    if (family == FAMILY_IP6)
        return WB_LAYER_IP6;
    wb__complain(layer, WB_LAYER_UNKNOWN);
    return wb__rest(layer);
}

/* The header is all up to the payload, which ends where its TLV does. */
unsigned wb__decode_nflog(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, NFLOG_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t at = NFLOG_BYTES;
    while (at < layer->length) {
        if (!wb__header(walk, layer, at + TLV_BYTES))
            return WB__LAYER_END;
        struct head head = parse_head(header + at, is_little(header + NFLOG_BYTES));
        if (head.length < TLV_BYTES)
            return wb__malformed(layer);
        if (head.type == NFLOG_PAYLOAD) {
            layer->header_length = at + TLV_BYTES;
            wb__bound(walk, layer, at + head.length);
            return by_family(layer, header[0]);
        }
        if (!wb__header(walk, layer, at + head.length))
            return WB__LAYER_END;
        at += round_up(head.length);
    }
    layer->next = header[0];
    if (wb__header(walk, layer, layer->length))
        layer->header_length = layer->length;
    return WB__LAYER_END;
}

int wb__nflog_read(const struct wb_packet *packet, const struct wb_layer *layer,
                   struct wb__nflog *nflog)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_NFLOG, NFLOG_BYTES, &header);
    if (error < 0)
        return error;
    nflog->family = header[0];
    nflog->version = header[1];
    nflog->resource_id = wb__load16(header + 2);
    nflog->is_little =
        layer->header_length >= NFLOG_BYTES + TLV_BYTES && is_little(header + NFLOG_BYTES);
    return 0;
}

/* Values are in network byte order. */
static void tell_number(const struct wb__fields *fields, const char *name, const uint8_t *value,
                        uint32_t length)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < length && i < 8; i++)
        number = number << 8 | value[i];
    wb__tell_number(fields, name, number);
}

static void tell_packet_header(const struct wb__fields *fields, const uint8_t *value,
                               uint32_t length)
{
    if (length < 3)
        return;
    wb__tell_number(fields, "hardware_protocol", wb__load16(value));
    wb__tell_number(fields, "hook", value[2]);
}

static void tell_address(const struct wb__fields *fields, const uint8_t *value, uint32_t length)
{
    uint32_t size = length >= 4 ? wb__load16(value) : 0;
    if (length >= 4)
        wb__tell_hardware(fields, "hardware_address", value + 4,
                          size < length - 4 ? size : length - 4);
}

static void tell_timestamp(const struct wb__fields *fields, const uint8_t *value, uint32_t length)
{
    if (length < 16)
        return;
    wb__tell_number(fields, "timestamp_s", wb__load64(value));
    wb__tell_number(fields, "timestamp_us", wb__load64(value + 8));
}

static uint32_t without_nul(const uint8_t *text, uint32_t length)
{
    return length > 0 && text[length - 1] == 0 ? length - 1 : length;
}

/* Names of those that are a number. */
static const struct wb__number_name numbers[] = {
    {NFLOG_MARK, "mark"},
    {NFLOG_IN_INDEX, "in_interface"},
    {NFLOG_OUT_INDEX, "out_interface"},
    {NFLOG_PHYSICAL_IN, "physical_in_interface"},
    {NFLOG_PHYSICAL_OUT, "physical_out_interface"},
    {NFLOG_UID, "uid"},
    {NFLOG_SEQUENCE, "sequence"},
    {NFLOG_SEQUENCE_GLOBAL, "sequence_global"},
    {NFLOG_GID, "gid"},
    {NFLOG_HARDWARE_TYPE, "hardware_type"},
    {NFLOG_HARDWARE_LENGTH, "hardware_header_length"},
};

static void tell_tlv(const struct wb__fields *fields, uint32_t type, const uint8_t *value,
                     uint32_t length)
{
    const char *name = WB__NUMBER_NAME(numbers, type);
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "type", type);
    if (name)
        tell_number(fields, name, value, length);
    else if (type == NFLOG_PACKET_HEADER)
        tell_packet_header(fields, value, length);
    else if (type == NFLOG_TIMESTAMP)
        tell_timestamp(fields, value, length);
    else if (type == NFLOG_HARDWARE_ADDRESS)
        tell_address(fields, value, length);
    else if (type == NFLOG_PREFIX)
        wb__tell_text(fields, "prefix", value, without_nul(value, length));
    else
        wb__tell_bytes(fields, type == NFLOG_HARDWARE_HEADER ? "hardware_header" : "data", value,
                       length);
    wb__tell_end(fields);
}

void wb__tell_nflog(const struct wb__fields *fields)
{
    struct wb__nflog nflog;
    if (wb__nflog_read(fields->packet, fields->layer, &nflog) < 0)
        return;
    struct wb__cursor cursor = wb__fields_header(fields);
    wb__tell_number(fields, "family", nflog.family);
    wb__tell_number(fields, "version", nflog.version);
    wb__tell_number(fields, "resource_id", nflog.resource_id);
    wb__cursor_skip(&cursor, NFLOG_BYTES);
    wb__tell_list(fields, "tlvs");
    while (wb__cursor_left(&cursor) >= TLV_BYTES) {
        struct head head = parse_head(cursor.at, nflog.is_little);
        if (head.type == NFLOG_PAYLOAD || head.length < TLV_BYTES ||
            wb__cursor_left(&cursor) < head.length)
            break;
        tell_tlv(fields, head.type, cursor.at + TLV_BYTES, head.length - TLV_BYTES);
        if (!wb__cursor_skip(&cursor, round_up(head.length)))
            break;
    }
    wb__tell_end(fields);
}
