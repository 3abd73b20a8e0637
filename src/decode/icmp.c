/* SPDX-License-Identifier: ISC
 *
 * ICMP (RFC 792) and ICMPv6 (RFC 4443), whose headers are the same eight bytes. What an
 * error quotes follows as layers of its own, which are no part of this packet; a structure
 * of extensions behind it (RFC 4884) is a field.
 */
#include "decode/icmp.h"

#include "decode/decoder.h"

#define ICMP_BYTES WB__ICMP_BYTES
#define QUOTED_MIN_BYTES 128 /* RFC 4884, 5.5: of those who do not say where it ends */
#define EXTENSION_BYTES 4

static bool is_error4(uint8_t type)
{
    return type == WB__ICMP_UNREACHABLE || type == WB__ICMP_SOURCE_QUENCH ||
           type == WB__ICMP_REDIRECT || type == WB__ICMP_TIME_EXCEEDED ||
           type == WB__ICMP_PARAMETER_PROBLEM;
}

static bool is_error6(uint8_t type)
{
    return type >= WB__ICMP6_UNREACHABLE && type <= WB__ICMP6_PARAMETER_PROBLEM;
}

bool wb__icmp_is_error(const struct wb__icmp_message *message)
{
    uint8_t type = message->bytes[0];
    return message->is_6 ? is_error6(type) : is_error4(type);
}

/* RFC 4884, 4: only these have a length of what they quote. */
static bool may_be_extended(const struct wb__icmp_message *message)
{
    uint8_t type = message->bytes[0];
    if (message->is_6)
        return type == WB__ICMP6_UNREACHABLE || type == WB__ICMP6_TIME_EXCEEDED;
    return type == WB__ICMP_UNREACHABLE || type == WB__ICMP_TIME_EXCEEDED ||
           type == WB__ICMP_PARAMETER_PROBLEM;
}

/* RFC 4884, 5.5: those who came before that document put the structure behind 128 bytes
 * and said nothing; its version and its checksum tell it from a longer quotation. */
static bool has_silent_extension(const struct wb__icmp_message *message)
{
    const uint32_t start = ICMP_BYTES + QUOTED_MIN_BYTES;
    if (message->length < start + EXTENSION_BYTES || message->captured < message->length)
        return false;
    uint32_t sum = 0;
    for (uint32_t i = start; i < message->length; i++)
        sum += i % 2 == 0 ? message->bytes[i] * 256u : message->bytes[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return message->bytes[start] >> 4 == 2 && sum == 0xffff;
}

uint32_t wb__icmp_quotation_end(const struct wb__icmp_message *message)
{
    if (!may_be_extended(message))
        return message->length;
    uint32_t words = message->is_6 ? message->bytes[4] : message->bytes[5];
    uint32_t end = ICMP_BYTES + words * (message->is_6 ? 8 : 4);
    if (words == 0)
        end = has_silent_extension(message) ? ICMP_BYTES + QUOTED_MIN_BYTES : message->length;
    return end < message->length ? end : message->length;
}

static unsigned decode_quotation(struct wb__walk *walk, const struct wb_layer *layer,
                                 const struct wb__icmp_message *message)
{
    uint32_t end = wb__icmp_quotation_end(message);
    if (end == ICMP_BYTES)
        return wb__rest(layer);
    wb__quotes(walk);
    walk->inner_end = layer->offset + end;
    return message->is_6 ? WB_LAYER_IP6 : WB_LAYER_IP4;
}

unsigned wb__decode_icmp(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_transport(walk);
    const uint8_t *header = wb__header(walk, layer, ICMP_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = ICMP_BYTES;
    struct wb__icmp_message message = {header, walk->captured - layer->offset, layer->length,
                                       layer->kind == WB_LAYER_ICMP6};
    if (wb__icmp_is_error(&message))
        return decode_quotation(walk, layer, &message);
    return wb__rest(layer);
}

int wb_icmp_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_icmp *icmp)
{
    enum wb_layer_kind kind = layer->kind == WB_LAYER_ICMP6 ? WB_LAYER_ICMP6 : WB_LAYER_ICMP;
    const uint8_t *header;
    int error = wb__find_header(packet, layer, kind, ICMP_BYTES, &header);
    if (error < 0)
        return error;
    icmp->type = header[0];
    icmp->code = header[1];
    icmp->checksum = wb__load16(header + 2);
    icmp->rest = wb__load32(header + 4);
    return 0;
}

static struct wb__icmp_message message_of(const struct wb__fields *fields)
{
    const struct wb_layer *layer = fields->layer;
    return (struct wb__icmp_message){fields->packet->data + layer->offset,
                                     fields->packet->captured_length - layer->offset,
                                     layer->length, layer->kind == WB_LAYER_ICMP6};
}

static void tell_extensions(const struct wb__fields *fields)
{
    struct wb__icmp_message message = message_of(fields);
    if (!wb__icmp_is_error(&message))
        return;
    uint32_t end = wb__icmp_quotation_end(&message);
    struct wb__cursor payload = wb__fields_payload(fields);
    if (end == message.length)
        return;
    wb__tell_number(fields, "quoted_length", end - ICMP_BYTES);
    if (wb__cursor_skip(&payload, end - ICMP_BYTES))
        wb__tell_icmp_extensions(fields, &payload);
    else
        wb__tell_incomplete(fields);
}

void wb__tell_icmp(const struct wb__fields *fields)
{
    struct wb_icmp icmp;
    if (wb_icmp_read(fields->packet, fields->layer, &icmp) < 0)
        return;
    wb__tell_number(fields, "type", icmp.type);
    wb__tell_number(fields, "code", icmp.code);
    wb__tell_checksum(fields, icmp.checksum);
    wb__tell_number(fields, "rest", icmp.rest);
    if (fields->layer->kind == WB_LAYER_ICMP6)
        wb__tell_icmp6_message(fields, &icmp, wb__fields_payload(fields));
    else
        wb__tell_icmp4_message(fields, &icmp, wb__fields_payload(fields));
    tell_extensions(fields);
    wb__tell_payload_length(fields);
}
