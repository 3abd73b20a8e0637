/* SPDX-License-Identifier: ISC
 *
 * DCCP (RFC 4340). The data offset counts the generic header, what the type adds to it,
 * and options; sequence numbers are short or long by the X bit.
 */
#include "decode/dccp.h"

#include "decode/decoder.h"
#include "decode/fields.h"

#define SHORT_BYTES 12
#define LONG_BYTES 16

static bool has_acknowledgment(uint8_t type)
{
    return type != WB__DCCP_REQUEST && type != WB__DCCP_DATA;
}

/* What the type needs before options begin. */
static uint32_t fixed_length(uint8_t type, bool is_extended)
{
    uint32_t length = is_extended ? LONG_BYTES : SHORT_BYTES;
    if (has_acknowledgment(type))
        length += is_extended ? 8 : 4;
    bool has_word = type == WB__DCCP_REQUEST || type == WB__DCCP_RESPONSE ||
                    type == WB__DCCP_RESET;
    return length + (has_word ? 4 : 0);
}

static uint64_t load48(const uint8_t *b)
{
    return (uint64_t)wb__load16(b) << 32 | wb__load32(b + 2);
}

static uint32_t load24(const uint8_t *b)
{
    return wb__load32(b) & 0xffffff; /* with the byte before it */
}

static void parse_dccp(const uint8_t *header, struct wb__dccp *dccp)
{
    *dccp = (struct wb__dccp){
        .source_port = wb__load16(header),
        .destination_port = wb__load16(header + 2),
        .data_offset = header[4] * 4u,
        .ccval = header[5] >> 4,
        .cscov = header[5] & 15,
        .checksum = wb__load16(header + 6),
        .type = header[8] >> 1 & 15,
        .is_extended = header[8] & 1,
    };
    const uint8_t *at = header + (dccp->is_extended ? LONG_BYTES : SHORT_BYTES);
    dccp->sequence = dccp->is_extended ? load48(at - 6) : load24(at - 4);
    dccp->has_acknowledgment = has_acknowledgment(dccp->type);
    if (dccp->has_acknowledgment) {
        dccp->acknowledgment = dccp->is_extended ? load48(at + 2) : load24(at);
        at += dccp->is_extended ? 8 : 4;
    }
    dccp->has_service_code = dccp->type <= WB__DCCP_RESPONSE;
    if (dccp->has_service_code)
        dccp->service_code = wb__load32(at);
    if (dccp->type == WB__DCCP_RESET)
        dccp->reset_code = at[0];
}

unsigned wb__decode_dccp(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_transport(walk);
    const uint8_t *header = wb__header(walk, layer, SHORT_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t header_length = header[4] * 4u;
    if (header_length < fixed_length(header[8] >> 1 & 15, header[8] & 1))
        return wb__malformed(layer);
    if (!wb__header(walk, layer, header_length))
        return WB__LAYER_END;
    layer->header_length = header_length;
    return wb__rest(layer);
}

int wb__dccp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__dccp *dccp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_DCCP, SHORT_BYTES, &header);
    if (error == 0)
        parse_dccp(header, dccp);
    return error;
}

uint32_t wb__dccp_coverage(const struct wb__dccp *dccp, uint32_t length)
{
    if (dccp->cscov == 0)
        return length;
    uint32_t covered = dccp->data_offset + (dccp->cscov - 1u) * 4;
    return covered <= length ? covered : 0;
}

const char *wb__dccp_type_name(uint8_t type)
{
    static const char *const names[] = {
        "DCCP-Request", "DCCP-Response", "DCCP-Data",     "DCCP-Ack",  "DCCP-DataAck",
        "DCCP-CloseReq", "DCCP-Close",   "DCCP-Reset",    "DCCP-Sync", "DCCP-SyncAck",
    };
    return type < sizeof names / sizeof *names ? names[type] : NULL;
}

const char *wb__dccp_reset_name(uint8_t code)
{
    static const char *const names[] = {
        "unspecified",     "closed",             "aborted",
        "no_connection",   "packet_error",       "option_error",
        "mandatory_error", "connection_refused", "bad_service_code",
        "too_busy",        "bad_init_cookie",    "aggression_penalty",
    };
    return code < sizeof names / sizeof *names ? names[code] : NULL;
}

/* RFC 4340, 5.8: types below 32 are one byte. */
static void tell_options(const struct wb__fields *fields, struct wb__cursor *options)
{
    enum { FIRST_LONG = 32 };
    wb__tell_list(fields, "options");
    while (wb__cursor_left(options) > 0) {
        uint8_t type = wb__cursor_read8(options);
        uint8_t length = type >= FIRST_LONG ? wb__cursor_read8(options) : 2;
        const uint8_t *data = NULL;
        if (length >= 2 && type >= FIRST_LONG)
            data = wb__cursor_take(options, length - 2u);
        if (options->failed || length < 2) {
            options->failed = true;
            break;
        }
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", type);
        if (data)
            wb__tell_bytes(fields, "data", data, length - 2u);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    if (options->failed)
        wb__tell_bool(fields, "options_malformed", true);
}

static void tell_reset(const struct wb__fields *fields, uint8_t code)
{
    const char *name = wb__dccp_reset_name(code);
    wb__tell_number(fields, "reset_code", code);
    if (name)
        wb__tell_word(fields, "reset_code_name", name);
}

void wb__tell_dccp(const struct wb__fields *fields)
{
    struct wb__dccp dccp;
    if (wb__dccp_read(fields->packet, fields->layer, &dccp) < 0)
        return;
    const char *name = wb__dccp_type_name(dccp.type);
    wb__tell_number(fields, "source_port", dccp.source_port);
    wb__tell_number(fields, "destination_port", dccp.destination_port);
    wb__tell_number(fields, "header_length", fields->layer->header_length);
    wb__tell_number(fields, "ccval", dccp.ccval);
    wb__tell_number(fields, "cscov", dccp.cscov);
    wb__tell_checksum(fields, dccp.checksum);
    wb__tell_number(fields, "type", dccp.type);
    if (name)
        wb__tell_word(fields, "name", name);
    wb__tell_bool(fields, "extended_sequence_numbers", dccp.is_extended);
    wb__tell_number(fields, "sequence_number", dccp.sequence);
    if (dccp.has_acknowledgment)
        wb__tell_number(fields, "acknowledgment_number", dccp.acknowledgment);
    if (dccp.has_service_code)
        wb__tell_number(fields, "service_code", dccp.service_code);
    if (dccp.type == WB__DCCP_RESET)
        tell_reset(fields, dccp.reset_code);
    struct wb__cursor options = wb__fields_header(fields);
    wb__cursor_skip(&options, fixed_length(dccp.type, dccp.is_extended));
    tell_options(fields, &options);
    wb__tell_payload_length(fields);
}
