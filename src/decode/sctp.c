/* SPDX-License-Identifier: ISC
 *
 * SCTP (RFC 9260): the common header is the layer's, and the chunks that follow are told as
 * its fields. Their number is bounded by the packet's bytes, four for each at the least.
 */
#include "decode/sctp.h"

#include "decode/decoder.h"
#include "decode/fields.h"

#define CHUNK_BYTES 4

unsigned wb__decode_sctp(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_transport(walk);
    if (!wb__header(walk, layer, WB__SCTP_BYTES))
        return WB__LAYER_END;
    layer->header_length = WB__SCTP_BYTES;
    return wb__rest(layer);
}

int wb__sctp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__sctp *sctp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_SCTP, WB__SCTP_BYTES, &header);
    if (error < 0)
        return error;
    sctp->source_port = wb__load16(header);
    sctp->destination_port = wb__load16(header + 2);
    sctp->verification_tag = wb__load32(header + 4);
    sctp->checksum = wb__load32(header + 8);
    return 0;
}

/* Values are filled up to multiples of four; the last may go without. */
bool wb__sctp_chunk_next(struct wb__cursor *chunks, struct wb__sctp_chunk *chunk)
{
    if (chunks->failed || wb__cursor_left(chunks) == 0)
        return false;
    chunk->type = wb__cursor_read8(chunks);
    chunk->flags = wb__cursor_read8(chunks);
    chunk->length = wb__cursor_read16(chunks);
    if (chunks->failed || chunk->length < CHUNK_BYTES) {
        chunks->failed = true;
        return false;
    }
    size_t length = chunk->length - CHUNK_BYTES, padded = (length + 3) & ~(size_t)3;
    size_t left = wb__cursor_left(chunks);
    chunk->is_cut = length > left;
    chunk->value = wb__cursor(chunks->at, chunk->is_cut ? left : length);
    wb__cursor_skip(chunks, padded < left ? padded : left);
    return true;
}

const char *wb__sctp_chunk_name(uint8_t type)
{
    static const char *const names[] = {
        "DATA",  "INIT",     "INIT ACK",     "SACK",  "HEARTBEAT",   "HEARTBEAT ACK",
        "ABORT", "SHUTDOWN", "SHUTDOWN ACK", "ERROR", "COOKIE ECHO", "COOKIE ACK",
        "ECNE",  "CWR",      "SHUTDOWN COMPLETE", "AUTH",
    };
    if (type < sizeof names / sizeof *names)
        return names[type];
    switch (type) {
    case WB__SCTP_I_DATA:
        return "I-DATA";
    case WB__SCTP_ASCONF_ACK:
        return "ASCONF-ACK";
    case WB__SCTP_RE_CONFIG:
        return "RE-CONFIG";
    case 132:
        return "PAD";
    case WB__SCTP_FORWARD_TSN:
        return "FORWARD-TSN";
    case WB__SCTP_ASCONF:
        return "ASCONF";
    case 194:
        return "I-FORWARD-TSN";
    default:
        return NULL;
    }
}

static const char *parameter_name(uint16_t type)
{
    switch (type) {
    case 1:
        return "heartbeat_info";
    case 5:
        return "ipv4_address";
    case 6:
        return "ipv6_address";
    case 7:
        return "state_cookie";
    case 8:
        return "unrecognized_parameter";
    case 9:
        return "cookie_preservative";
    case 11:
        return "host_name_address";
    case 12:
        return "supported_address_types";
    case 0x8000:
        return "ecn_capable";
    case 0x8002:
        return "random";
    case 0x8003:
        return "chunk_list";
    case 0x8004:
        return "requested_hmac_algorithm";
    case 0x8008:
        return "supported_extensions";
    case 0xc000:
        return "forward_tsn_supported";
    case 0xc001:
        return "add_ip_address";
    case 0xc002:
        return "delete_ip_address";
    case 0xc003:
        return "error_cause_indication";
    case 0xc004:
        return "set_primary_address";
    case 0xc005:
        return "success_indication";
    case 0xc006:
        return "adaptation_layer_indication";
    default:
        return NULL;
    }
}

/* Parameters and error causes alike: a type, a length with both, a value, filled up. */
static void tell_items(const struct wb__fields *fields, const char *list, const char *type_name,
                       struct wb__cursor *items)
{
    bool is_parameter = type_name[0] == 't';
    wb__tell_list(fields, list);
    while (!items->failed && wb__cursor_left(items) > 0) {
        uint16_t type = wb__cursor_read16(items), length = wb__cursor_read16(items);
        const uint8_t *value = length >= 4 ? wb__cursor_take(items, length - 4u) : NULL;
        if (!value) {
            items->failed = true;
            break;
        }
        const char *name = is_parameter ? parameter_name(type) : NULL;
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, type_name, type);
        if (name)
            wb__tell_word(fields, "name", name);
        if (is_parameter && (type == 5 || type == 6))
            wb__tell_address(fields, "address", value, length - 4u);
        else
            wb__tell_bytes(fields, "value", value, length - 4u);
        wb__tell_end(fields);
        size_t padding = -(size_t)length & 3, left = wb__cursor_left(items);
        wb__cursor_skip(items, padding < left ? padding : left);
    }
    wb__tell_end(fields);
    if (items->failed)
        wb__tell_incomplete(fields);
}

static void tell_parameters(const struct wb__fields *fields, struct wb__cursor *value)
{
    tell_items(fields, "parameters", "type", value);
}

static void tell_causes(const struct wb__fields *fields, struct wb__cursor *value)
{
    tell_items(fields, "causes", "cause_code", value);
}

/* The first length bytes of a chunk's value, or NULL, told as incomplete. */
static const uint8_t *take_fixed(const struct wb__fields *fields, struct wb__cursor *value,
                                 size_t length)
{
    const uint8_t *bytes = wb__cursor_take(value, length);
    if (!bytes)
        wb__tell_incomplete(fields);
    return bytes;
}

static void tell_data(const struct wb__fields *fields, const struct wb__sctp_chunk *chunk,
                      struct wb__cursor *value)
{
    bool is_interleaved = chunk->type == WB__SCTP_I_DATA;
    uint32_t header_length = is_interleaved ? 16 : 12;
    const uint8_t *data = take_fixed(fields, value, header_length);
    if (!data)
        return;
    wb__tell_number(fields, "tsn", wb__load32(data));
    wb__tell_number(fields, "stream_identifier", wb__load16(data + 4));
    if (is_interleaved) /* RFC 8260, 2.1: the last word depends on the B flag */
        wb__tell_number(fields, "message_identifier", wb__load32(data + 8));
    else
        wb__tell_number(fields, "stream_sequence_number", wb__load16(data + 6));
    bool has_fragment_number = is_interleaved && !(chunk->flags & 2);
    wb__tell_number(fields,
                    has_fragment_number ? "fragment_sequence_number"
                                        : "payload_protocol_identifier",
                    wb__load32(data + header_length - 4));
    uint32_t length = chunk->length - CHUNK_BYTES;
    wb__tell_number(fields, "user_data_length", length - header_length);
}

static void tell_init(const struct wb__fields *fields, struct wb__cursor *value)
{
    const uint8_t *init = take_fixed(fields, value, 16);
    if (!init)
        return;
    wb__tell_number(fields, "initiate_tag", wb__load32(init));
    wb__tell_number(fields, "a_rwnd", wb__load32(init + 4));
    wb__tell_number(fields, "number_of_outbound_streams", wb__load16(init + 8));
    wb__tell_number(fields, "number_of_inbound_streams", wb__load16(init + 10));
    wb__tell_number(fields, "initial_tsn", wb__load32(init + 12));
    tell_parameters(fields, value);
}

/* Pairs of 16 bits: of SACK the blocks, of FORWARD-TSN stream and sequence number. */
static void tell_pairs(const struct wb__fields *fields, const char *name, struct wb__cursor *value,
                       size_t count)
{
    wb__tell_list(fields, name);
    for (size_t i = 0; i < count && !value->failed; i++) {
        uint16_t first = wb__cursor_read16(value), second = wb__cursor_read16(value);
        if (value->failed)
            break;
        wb__tell_list(fields, NULL);
        wb__tell_number(fields, NULL, first);
        wb__tell_number(fields, NULL, second);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}

static void tell_sack(const struct wb__fields *fields, struct wb__cursor *value)
{
    const uint8_t *sack = take_fixed(fields, value, 12);
    if (!sack)
        return;
    wb__tell_number(fields, "cumulative_tsn_ack", wb__load32(sack));
    wb__tell_number(fields, "a_rwnd", wb__load32(sack + 4));
    tell_pairs(fields, "gap_ack_blocks", value, wb__load16(sack + 8));
    wb__tell_list(fields, "duplicate_tsns");
    for (uint32_t i = wb__load16(sack + 10); i > 0 && !value->failed; i--) {
        uint32_t tsn = wb__cursor_read32(value);
        if (!value->failed)
            wb__tell_number(fields, NULL, tsn);
    }
    wb__tell_end(fields);
    if (value->failed)
        wb__tell_incomplete(fields);
}

static void tell_word(const struct wb__fields *fields, const char *name, struct wb__cursor *value)
{
    const uint8_t *word = take_fixed(fields, value, 4);
    if (word)
        wb__tell_number(fields, name, wb__load32(word));
}

static void tell_auth(const struct wb__fields *fields, struct wb__cursor *value)
{
    const uint8_t *auth = take_fixed(fields, value, 4);
    if (!auth)
        return;
    wb__tell_number(fields, "shared_key_identifier", wb__load16(auth));
    wb__tell_number(fields, "hmac_identifier", wb__load16(auth + 2));
    wb__tell_bytes(fields, "hmac", value->at, wb__cursor_left(value));
}

static void tell_value(const struct wb__fields *fields, const struct wb__sctp_chunk *chunk)
{
    struct wb__cursor value = chunk->value;
    switch (chunk->type) {
    case WB__SCTP_DATA:
    case WB__SCTP_I_DATA:
        tell_data(fields, chunk, &value);
        break;
    case WB__SCTP_INIT:
    case WB__SCTP_INIT_ACK:
        tell_init(fields, &value);
        break;
    case WB__SCTP_SACK:
        tell_sack(fields, &value);
        break;
    case WB__SCTP_HEARTBEAT:
    case WB__SCTP_HEARTBEAT_ACK:
    case WB__SCTP_RE_CONFIG:
        tell_parameters(fields, &value);
        break;
    case WB__SCTP_ABORT:
    case WB__SCTP_ERROR:
        tell_causes(fields, &value);
        break;
    case WB__SCTP_SHUTDOWN:
        tell_word(fields, "cumulative_tsn_ack", &value);
        break;
    case WB__SCTP_ECNE:
    case WB__SCTP_CWR:
        tell_word(fields, "lowest_tsn", &value);
        break;
    case WB__SCTP_AUTH:
        tell_auth(fields, &value);
        break;
    case WB__SCTP_FORWARD_TSN:
        tell_word(fields, "new_cumulative_tsn", &value);
        tell_pairs(fields, "streams", &value, wb__cursor_left(&value) / 4);
        break;
    case WB__SCTP_ASCONF:
    case WB__SCTP_ASCONF_ACK:
        tell_word(fields, "sequence_number", &value);
        if (!value.failed)
            tell_parameters(fields, &value);
        break;
    default:
        wb__tell_number(fields, "value_length", chunk->length - CHUNK_BYTES);
    }
}

static void tell_chunk(const struct wb__fields *fields, const struct wb__sctp_chunk *chunk)
{
    static const char *const data_flags[] = {"E", "B", "U", "I"};
    static const char *const tag_flag[] = {"T"};
    const char *name = wb__sctp_chunk_name(chunk->type);
    bool is_data = chunk->type == WB__SCTP_DATA || chunk->type == WB__SCTP_I_DATA;
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "type", chunk->type);
    if (name)
        wb__tell_word(fields, "name", name);
    wb__tell_number(fields, "chunk_flags", chunk->flags);
    wb__tell_flags(fields, "flags", chunk->flags, is_data ? data_flags : tag_flag,
                   is_data ? 4 : chunk->type == WB__SCTP_ABORT || chunk->type == 14);
    wb__tell_number(fields, "length", chunk->length);
    if (chunk->is_cut)
        wb__tell_bool(fields, "cut", true);
    tell_value(fields, chunk);
    wb__tell_end(fields);
}

void wb__tell_sctp(const struct wb__fields *fields)
{
    struct wb__sctp sctp;
    if (wb__sctp_read(fields->packet, fields->layer, &sctp) < 0)
        return;
    wb__tell_number(fields, "source_port", sctp.source_port);
    wb__tell_number(fields, "destination_port", sctp.destination_port);
    wb__tell_number(fields, "verification_tag", sctp.verification_tag);
    wb__tell_checksum(fields, sctp.checksum);
    struct wb__cursor chunks = wb__fields_payload(fields);
    struct wb__sctp_chunk chunk;
    wb__tell_list(fields, "chunks");
    while (wb__sctp_chunk_next(&chunks, &chunk))
        tell_chunk(fields, &chunk);
    wb__tell_end(fields);
    if (chunks.failed)
        wb__tell_incomplete(fields);
    wb__tell_payload_length(fields);
}
