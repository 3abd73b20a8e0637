/* SPDX-License-Identifier: ISC
 *
 * An answer in kind comes from the target to our port and, by TCP, acknowledges the SYN. An ICMP
 * error may come from anybody; it quotes at least eight bytes of the question behind its IP header
 * (RFC 792; RFC 1812, 4.3.2.3), which are enough to know it by.
 */
#include "answer.h"

#include <string.h>

#include "icmp_error.h"

#define QUOTED 8 /* bytes of a question that are looked at */

static bool is_from_target(const struct asking *asking, const uint8_t *address)
{
    return memcmp(address, asking->target->address, target_address_length(asking->target)) == 0;
}

/* The addresses of an IP layer of the target's version. */
static bool read_addresses(const struct asking *asking, const struct wb_packet *packet,
                           const struct wb_layer *layer, uint8_t source[16],
                           uint8_t destination[16])
{
    struct wb_ip4 ip4;
    struct wb_ip6 ip6;

    if (asking->target->ip_version == 4 && wb_ip4_read(packet, layer, &ip4) == 0) {
        memcpy(source, ip4.source, 4);
        memcpy(destination, ip4.destination, 4);
        return true;
    }
    if (asking->target->ip_version == 6 && wb_ip6_read(packet, layer, &ip6) == 0) {
        memcpy(source, ip6.source, 16);
        memcpy(destination, ip6.destination, 16);
        return true;
    }
    return false;
}

enum wb_layer_kind answer_layer(const struct asking *asking)
{
    if (asking->kind == ASKING_ICMP)
        return asking->target->ip_version == 6 ? WB_LAYER_ICMP6 : WB_LAYER_ICMP;
    return asking->kind == ASKING_UDP ? WB_LAYER_UDP : WB_LAYER_TCP;
}

static uint32_t number_of(const uint8_t *bytes, unsigned count)
{
    uint32_t number = 0;

    while (count-- > 0)
        number = number << 8 | *bytes++;
    return number;
}

/* The first bytes of the question itself, as they are quoted. */
static bool read_quoted_head(const struct asking *asking, const uint8_t head[QUOTED],
                             struct answer *answer)
{
    uint8_t echo = asking->target->ip_version == 6 ? 128 : 8;

    if (asking->kind == ASKING_ICMP) {
        answer->number = (uint16_t)number_of(head + 6, 2);
        return head[0] == echo && number_of(head + 4, 2) == asking->our_end;
    }
    answer->number = (uint16_t)number_of(head + 2, 2);
    answer->sequence = number_of(head + 4, 4); /* UDP has a length and a checksum there */
    return number_of(head, 2) == asking->our_end;
}

static bool read_quote(const struct asking *asking, const struct wb_packet *packet,
                       const struct wb_decoded *decoded, struct answer *answer)
{
    uint8_t source[16], destination[16];
    unsigned at = decoded->quoted;

    if (at >= decoded->layer_count ||
        !read_addresses(asking, packet, &decoded->layers[at], source, destination) ||
        !is_from_target(asking, destination))
        return false;
    while (at < decoded->layer_count && decoded->layers[at].kind != answer_layer(asking))
        at++;
    return at < decoded->layer_count && packet->captured_length >= QUOTED &&
           decoded->layers[at].offset <= packet->captured_length - QUOTED &&
           read_quoted_head(asking, packet->data + decoded->layers[at].offset, answer);
}

static bool read_tcp(const struct asking *asking, const struct wb_packet *packet,
                     const struct wb_layer *layer, struct answer *answer)
{
    struct wb_tcp tcp;

    if (asking->kind != ASKING_TCP || wb_tcp_read(packet, layer, &tcp) < 0)
        return false;
    answer->number = tcp.source_port;
    answer->sequence = tcp.acknowledgment - 1;
    answer->tcp_flags = tcp.flags;
    return tcp.destination_port == asking->our_end && (tcp.flags & WB_TCP_ACK) != 0;
}

static bool read_udp(const struct asking *asking, const struct wb_packet *packet,
                     const struct wb_layer *layer, struct answer *answer)
{
    struct wb_udp udp;

    if (asking->kind != ASKING_UDP || wb_udp_read(packet, layer, &udp) < 0)
        return false;
    answer->number = udp.source_port;
    return udp.destination_port == asking->our_end;
}

static bool read_icmp(const struct asking *asking, const struct wb_packet *packet,
                      const struct wb_decoded *decoded, struct answer *answer)
{
    uint8_t reply = asking->target->ip_version == 6 ? 129 : 0;
    struct wb_icmp icmp;

    if (wb_icmp_read(packet, &decoded->layers[decoded->transport], &icmp) < 0)
        return false;
    answer->type = icmp.type;
    answer->code = icmp.code;
    answer->number = (uint16_t)icmp.rest;
    answer->is_error = icmp_error_is(asking->target->ip_version, icmp.type);
    if (answer->is_error)
        return read_quote(asking, packet, decoded, answer);
    return asking->kind == ASKING_ICMP && icmp.type == reply && icmp.rest >> 16 == asking->our_end;
}

bool answer_read(const struct asking *asking, const struct wb_packet *packet,
                 const struct wb_decoded *decoded, struct answer *answer)
{
    const struct wb_layer *layer;
    uint8_t destination[16];

    if (decoded->network == WB_LAYER_NONE || decoded->transport == WB_LAYER_NONE)
        return false;
    layer = &decoded->layers[decoded->transport];
    *answer = (struct answer){ .time_ns = packet->time_ns };
    if (!read_addresses(asking, packet, &decoded->layers[decoded->network], answer->from,
                        destination) ||
        wb_checksum_state(packet, decoded, decoded->transport) == WB_CHECKSUM_WRONG)
        return false;
    if (layer->kind == WB_LAYER_ICMP || layer->kind == WB_LAYER_ICMP6)
        return read_icmp(asking, packet, decoded, answer) &&
               (answer->is_error || is_from_target(asking, answer->from));
    return is_from_target(asking, answer->from) && (read_tcp(asking, packet, layer, answer) ||
                                                    read_udp(asking, packet, layer, answer));
}
