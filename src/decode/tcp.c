/* SPDX-License-Identifier: ISC
 *
 * TCP (RFC 9293). The segment ends where the IP packet does. A data offset that lies
 * outside of the segment leaves no header: what would be options and what data is not
 * known, and every host drops such a segment.
 */
#include "decode/decoder.h"
#include "decode/fields.h"
#include "decode/tcp_option.h"

#define TCP_BYTES 20

static inline void parse_tcp(const uint8_t *header, uint32_t header_length, struct wb_tcp *tcp)
{
    tcp->source_port = wb__load16(header);
    tcp->destination_port = wb__load16(header + 2);
    tcp->sequence = wb__load32(header + 4);
    tcp->acknowledgment = wb__load32(header + 8);
    tcp->flags = wb__load16(header + 12) & 0x1ff;
    tcp->reserved = (header[12] >> 1) & 7;
    tcp->window = wb__load16(header + 14);
    tcp->checksum = wb__load16(header + 16);
    tcp->urgent_pointer = wb__load16(header + 18);
    tcp->options = header + TCP_BYTES;
    tcp->options_length = header_length - TCP_BYTES;
}

unsigned wb__decode_tcp(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_transport(walk);
    const uint8_t *header = wb__header(walk, layer, TCP_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t header_length = (header[12] >> 4) * 4u;
    if (header_length < TCP_BYTES)
        return wb__malformed(layer);
    if (!wb__header(walk, layer, header_length))
        return WB__LAYER_END;
    layer->header_length = header_length;
    return wb__rest(layer);
}

int wb_tcp_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_tcp *tcp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_TCP, TCP_BYTES, &header);
    if (error == 0)
        parse_tcp(header, layer->header_length, tcp);
    return error;
}

static void tell_sack(const struct wb__fields *fields, const struct wb__tcp_option *option)
{
    wb__tell_list(fields, "blocks");
    for (uint32_t i = 0; i < option->length; i += 8) {
        wb__tell_list(fields, NULL);
        wb__tell_number(fields, NULL, wb__load32(option->value + i));
        wb__tell_number(fields, NULL, wb__load32(option->value + i + 4));
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}

/* The value of an option that wb__tcp_option_name has a name for. */
static void tell_known_option(const struct wb__fields *fields,
                              const struct wb__tcp_option *option)
{
    switch (option->kind) {
    case WB__TCP_OPTION_MSS:
        wb__tell_number(fields, "value", wb__load16(option->value));
        break;
    case WB__TCP_OPTION_WINDOW_SCALE:
        wb__tell_number(fields, "value", option->value[0]);
        break;
    case WB__TCP_OPTION_SACK:
        tell_sack(fields, option);
        break;
    case WB__TCP_OPTION_TIMESTAMPS:
        wb__tell_number(fields, "value", wb__load32(option->value));
        wb__tell_number(fields, "echo_reply", wb__load32(option->value + 4));
        break;
    default:
        break;
    }
}

static void tell_option(const struct wb__fields *fields, const struct wb__tcp_option *option)
{
    const char *name = wb__tcp_option_name(option);
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "kind", option->kind);
    if (name) {
        wb__tell_word(fields, "name", name);
        tell_known_option(fields, option);
    } else {
        wb__tell_bytes(fields, "data", option->value, option->length);
    }
    wb__tell_end(fields);
}

static void tell_options(const struct wb__fields *fields, const struct wb_tcp *tcp)
{
    struct wb__cursor options = wb__cursor(tcp->options, tcp->options_length);
    struct wb__tcp_option option;
    if (tcp->options_length == 0)
        return;
    wb__tell_list(fields, "options");
    while (wb__tcp_option_next(&options, &option))
        tell_option(fields, &option);
    wb__tell_end(fields);
    if (options.failed)
        wb__tell_bool(fields, "options_malformed", true);
}

void wb__tell_tcp(const struct wb__fields *fields)
{
    static const char *const flags[] = {"FIN", "SYN", "RST", "PSH", "ACK",
                                        "URG", "ECE", "CWR", "AE"};
    struct wb_tcp tcp;
    if (wb_tcp_read(fields->packet, fields->layer, &tcp) < 0)
        return;
    wb__tell_number(fields, "source_port", tcp.source_port);
    wb__tell_number(fields, "destination_port", tcp.destination_port);
    wb__tell_number(fields, "sequence", tcp.sequence);
    wb__tell_number(fields, "acknowledgment", tcp.acknowledgment);
    wb__tell_number(fields, "header_length", fields->layer->header_length);
    wb__tell_flags(fields, "flags", tcp.flags, flags, sizeof flags / sizeof *flags);
    if (tcp.reserved)
        wb__tell_number(fields, "reserved", tcp.reserved);
    wb__tell_number(fields, "window", tcp.window);
    wb__tell_checksum(fields, tcp.checksum);
    wb__tell_number(fields, "urgent_pointer", tcp.urgent_pointer);
    tell_options(fields, &tcp);
    wb__tell_payload_length(fields);
}
