/* SPDX-License-Identifier: ISC
 *
 * The pieces that the text and the JSON of a packet are made of; see packet_line.h.
 */
#include "record/packet_line.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include "base/utf8.h"
#include "record/packet_link.h"

static void put_bytes(struct wb__line *line, const char *bytes, size_t length)
{
    size_t room = line->size - 1 - line->length;
    if (length > room)
        length = room;
    memcpy(line->text + line->length, bytes, length);
    line->length += length;
}

static void put_number(struct wb__line *line, unsigned value, unsigned base, unsigned width)
{
    char digits[32];
    char *at = digits + sizeof digits;
    do
        *--at = "0123456789abcdef"[value % base];
    while (value /= base);
    while (at > digits && digits + sizeof digits - at < (ptrdiff_t)width)
        *--at = '0';
    put_bytes(line, at, (size_t)(digits + sizeof digits - at));
}

static void put_signed(struct wb__line *line, int value, unsigned width)
{
    if (value < 0)
        put_bytes(line, "-", 1);
    put_number(line, value < 0 ? -(unsigned)value : (unsigned)value, 10, width);
}

/* Puts the value that the conversion after a '%' stands for; returns where it ends. */
static const char *put_value(struct wb__line *line, const char *conversion, va_list *arguments)
{
    unsigned width = 0;
    const char *text;
    char c;
    for (; *conversion >= '0' && *conversion <= '9'; conversion++)
        width = width * 10 + (unsigned)(*conversion - '0');
    switch (*conversion) {
    case 's':
        text = va_arg(*arguments, const char *);
        put_bytes(line, text, strlen(text));
        break;
    case 'c':
        c = (char)va_arg(*arguments, int);
        put_bytes(line, &c, 1);
        break;
    case 'd':
        put_signed(line, va_arg(*arguments, int), width);
        break;
    case 'x':
        put_number(line, va_arg(*arguments, unsigned), 16, width);
        break;
    default:
        assert(*conversion == 'u');
        put_number(line, va_arg(*arguments, unsigned), 10, width);
    }
    return conversion + 1;
}

/* A line takes a dozen calls, and is made for every packet: printf took two thirds of
 * the time of printing a capture. */
void wb__line_put(struct wb__line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    while (*format) {
        size_t plain = strcspn(format, "%");
        put_bytes(line, format, plain);
        format += plain;
        if (*format)
            format = put_value(line, format + 1, &arguments);
    }
    va_end(arguments);
    line->text[line->length] = '\0';
}

void wb__line_decimal(struct wb__line *line, uint64_t value)
{
    char digits[21], *at = digits + sizeof digits - 1;
    *at = '\0';
    do
        *--at = (char)('0' + value % 10);
    while (value /= 10);
    wb__line_put(line, "%s", at);
}

static void put_escaped(struct wb__line *line, uint8_t byte)
{
    static const char digits[] = "0123456789ABCDEF";
    wb__line_put(line, "\\x%c%c", digits[byte >> 4], digits[byte & 15]);
}

/* A character that the line has no room for ends it: no part of it may be left. */
static void put_character(struct wb__line *line, const uint8_t *bytes, size_t length)
{
    if (length > line->size - 1 - line->length)
        line->size = line->length + 1;
    put_bytes(line, (const char *)bytes, length);
}

void wb__line_text(struct wb__line *line, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0, step; i < length; i += step) {
        size_t left = length - i;
        bool is_ambiguous = bytes[i] == '\\' && left > 1 && bytes[i + 1] == 'x';
        step = wb__utf8_length(bytes + i, left);
        if (step > 0 && !is_ambiguous && wb__utf8_is_printable(bytes + i, step)) {
            put_character(line, bytes + i, step);
        } else {
            step = 1;
            put_escaped(line, bytes[i]);
        }
    }
    line->text[line->length] = '\0';
}

void wb__line_hardware(struct wb__line *line, const uint8_t *address, size_t length)
{
    for (size_t i = 0; i < length; i++)
        wb__line_put(line, i ? ":%02x" : "%02x", address[i]);
}

void wb__line_address(struct wb__line *line, const uint8_t *address, size_t length)
{
    char text[INET6_ADDRSTRLEN];
    if (length == 4)
        wb__line_put(line, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
    else if (length == 16 && inet_ntop(AF_INET6, address, text, sizeof text))
        wb__line_put(line, "%s", text);
    else
        wb__line_hardware(line, address, length);
}

struct wb__moment wb__moment(int64_t time_ns)
{
    const int64_t ns = 1000000000;
    int64_t rest = time_ns % ns;
    int64_t second = time_ns / ns - (rest < 0);
    return (struct wb__moment){second, (int)(rest < 0 ? rest + ns : rest)};
}

/* The first length bytes of a layer whose header was not understood, or NULL. */
static const uint8_t *peek(const struct wb_packet *packet, const struct wb_layer *layer,
                           uint32_t length)
{
    if (layer->length < length || layer->offset > packet->captured_length ||
        length > packet->captured_length - layer->offset)
        return NULL;
    return packet->data + layer->offset;
}

bool wb__layer_ports(const struct wb_packet *packet, const struct wb_layer *layer,
                     struct wb__ports *ports)
{
    struct wb_tcp tcp;
    struct wb_udp udp;
    bool is_other = layer->kind == WB_LAYER_SCTP || layer->kind == WB_LAYER_UDPLITE ||
                    layer->kind == WB_LAYER_DCCP;
    const uint8_t *header = is_other ? peek(packet, layer, 4) : NULL;
    if (header && layer->header_length > 0)
        *ports = (struct wb__ports){wb__load16(header), wb__load16(header + 2)};
    else if (wb_tcp_read(packet, layer, &tcp) == 0)
        *ports = (struct wb__ports){tcp.source_port, tcp.destination_port};
    else if (wb_udp_read(packet, layer, &udp) == 0)
        *ports = (struct wb__ports){udp.source_port, udp.destination_port};
    else
        return false;
    return true;
}

bool wb__read_ports(const struct wb_packet *packet, const struct wb_decoded *decoded,
                    struct wb__ports *ports)
{
    return decoded->transport != WB_LAYER_NONE &&
           wb__layer_ports(packet, &decoded->layers[decoded->transport], ports);
}

bool wb__is_ip6_extension(unsigned kind)
{
    return kind == WB_LAYER_IP6_HOPOPTS || kind == WB_LAYER_IP6_ROUTING ||
           kind == WB_LAYER_IP6_FRAGMENT || kind == WB_LAYER_IP6_DSTOPTS ||
           kind == WB_LAYER_HIP || kind == WB_LAYER_SHIM6 || kind == WB_LAYER_AH;
}

static const char *ip4_words(const struct wb_packet *packet, const struct wb_layer *layer)
{
    const uint8_t *header = peek(packet, layer, 20);
    if (!header)
        return "shorter than a header";
    if (header[0] >> 4 != 4)
        return "version is not 4";
    if ((header[0] & 15) < 5)
        return "header length below 20";
    if (layer->header_length == 0)
        return "header length beyond the packet";
    return wb__load16(header + 2) < layer->header_length ? "total length within the header"
                                                         : "total length beyond the frame";
}

static const char *ip6_words(const struct wb_packet *packet, const struct wb_layer *layer)
{
    const uint8_t *header = peek(packet, layer, 40);
    if (!header)
        return "shorter than a header";
    return header[0] >> 4 != 6 ? "version is not 6" : "payload length beyond the frame";
}

static const char *tcp_words(const struct wb_packet *packet, const struct wb_layer *layer)
{
    const uint8_t *header = peek(packet, layer, 20);
    if (!header)
        return "shorter than a header";
    return header[12] >> 4 < 5 ? "data offset below 5" : "data offset beyond the segment";
}

static const char *udp_words(const struct wb_packet *packet, const struct wb_layer *layer)
{
    const uint8_t *header = peek(packet, layer, 8);
    if (!header)
        return "shorter than a header";
    return wb__load16(header + 4) < 8 ? "length below 8" : "length beyond the packet";
}

/* Of protocols that say how long they are, or which version they have. */
static const char *transport_words(const struct wb_packet *packet, const struct wb_layer *layer)
{
    const uint8_t *header = peek(packet, layer, 8);
    if (!header)
        return "shorter than its header";
    switch (layer->kind) {
    case WB_LAYER_OSPF:
        if (header[0] != 2 && header[0] != 3)
            return "version is neither 2 nor 3";
        if (layer->header_length == 0)
            return "shorter than its header";
        return wb__load16(header + 2) < layer->header_length ? "length within the header"
                                                             : "length beyond the packet";
    case WB_LAYER_VRRP:
        return layer->header_length > 0 ? "version is neither 2 nor 3" : "shorter than its header";
    case WB_LAYER_UDPLITE:
        return wb__load16(header + 4) < 8 ? "coverage below 8" : "coverage beyond the packet";
    case WB_LAYER_DCCP:
        return layer->length < 12 ? "shorter than a header" : "data offset contradicts the type "
                                                              "or the packet";
    default:
        return layer->length < 12 ? "shorter than a header" : "length contradicts the packet";
    }
}

const char *wb__malformed_words(const struct wb_packet *packet, const struct wb_layer *layer)
{
    const char *words = wb__link_malformed_words(packet, layer);
    if (words)
        return words;
    switch (layer->kind) {
    case WB_LAYER_IP4:
        return ip4_words(packet, layer);
    case WB_LAYER_IP6:
        return ip6_words(packet, layer);
    case WB_LAYER_TCP:
        return tcp_words(packet, layer);
    case WB_LAYER_UDP:
        return udp_words(packet, layer);
    case WB_LAYER_IP6_HOPOPTS:
        return layer->header_length > 0 ? "jumbo payload length contradicts the packet"
                                        : "longer than the packet";
    case WB_LAYER_OSPF:
    case WB_LAYER_VRRP:
    case WB_LAYER_UDPLITE:
    case WB_LAYER_DCCP:
    case WB_LAYER_AH:
        return transport_words(packet, layer);
    default:
        return layer->header_length > 0 ? "length beyond the frame" : "shorter than its header";
    }
}
