/* SPDX-License-Identifier: ISC */
#include "support/craft.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define TCP_PROTOCOL 6

/* Where the next bytes go. */
struct pen {
    uint8_t *at, *end;
};

static uint8_t *put(struct pen *pen, const void *bytes, size_t length)
{
    if ((size_t)(pen->end - pen->at) < length)
        abort();
    uint8_t *start = pen->at;
    if (length)
        memcpy(start, bytes, length);
    pen->at += length;
    return start;
}

static void put8(struct pen *pen, unsigned value)
{
    put(pen, (uint8_t[]){(uint8_t)value}, 1);
}

static void put16(struct pen *pen, unsigned value)
{
    put(pen, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static void put32(struct pen *pen, uint32_t value)
{
    put16(pen, value >> 16);
    put16(pen, value & 0xffff);
}

/* RFC 1071: the one's complement sum, not yet folded. */
static uint64_t sum16(uint64_t sum, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += (unsigned)bytes[i] << 8 | bytes[i + 1];
    return length % 2 ? sum + ((unsigned)bytes[length - 1] << 8) : sum;
}

static void store_checksum(uint8_t *at, uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    at[0] = (uint8_t)(~sum >> 8);
    at[1] = (uint8_t)~sum;
}

static unsigned version_of(const struct craft_packet *packet)
{
    return packet->ip_version ? packet->ip_version : 4;
}

static size_t address_length(const struct craft_packet *packet)
{
    return version_of(packet) == 4 ? 4 : 16;
}

static unsigned ether_type(const struct craft_packet *packet)
{
    return version_of(packet) == 4 ? 0x0800 : 0x86dd;
}

static void put_ethernet(struct pen *pen, const struct craft_packet *packet)
{
    put(pen, packet->destination_mac, 6);
    put(pen, packet->source_mac, 6);
    for (unsigned i = 0; i < packet->vlan_count; i++) {
        put16(pen, i + 1 < packet->vlan_count ? 0x88a8 : 0x8100);
        put16(pen, packet->vlan_ids[i]);
    }
    put16(pen, ether_type(packet));
}

static void put_sll(struct pen *pen, const struct craft_packet *packet)
{
    put16(pen, 0); /* to us */
    put16(pen, 1); /* ARPHRD_ETHER */
    put16(pen, 6);
    put(pen, packet->source_mac, 6);
    put16(pen, 0);
    put16(pen, ether_type(packet));
}

static void put_sll2(struct pen *pen, const struct craft_packet *packet)
{
    put16(pen, ether_type(packet));
    put16(pen, 0);
    put32(pen, 2); /* interface index */
    put16(pen, 1); /* ARPHRD_ETHER */
    put8(pen, 0);  /* to us */
    put8(pen, 6);
    put(pen, packet->source_mac, 6);
    put16(pen, 0);
}

static void put_null(struct pen *pen, const struct craft_packet *packet)
{
    uint32_t family = version_of(packet) == 4 ? 2 : 30; /* AF_INET6 of macOS */
    put(pen, &family, sizeof family);
}

static void put_link(struct pen *pen, const struct craft_packet *packet)
{
    switch (packet->link) {
    case CRAFT_ETHERNET:
        put_ethernet(pen, packet);
        break;
    case CRAFT_SLL:
        put_sll(pen, packet);
        break;
    case CRAFT_SLL2:
        put_sll2(pen, packet);
        break;
    case CRAFT_NULL:
        put_null(pen, packet);
        break;
    case CRAFT_RAW:
        break;
    }
}

static void put_ip4(struct pen *pen, const struct craft_packet *packet, size_t tcp_length)
{
    size_t header = 20 + packet->ip_options_length;
    uint8_t *start = pen->at;
    put8(pen, (unsigned)(0x40 | header / 4));
    put8(pen, 0);
    put16(pen, packet->ip_length_zero ? 0 : (unsigned)(header + tcp_length));
    put16(pen, 0x1234);
    put16(pen, packet->ip4_fragment);
    put8(pen, packet->ttl ? packet->ttl : 64);
    put8(pen, TCP_PROTOCOL);
    put16(pen, 0);
    put(pen, packet->source, 4);
    put(pen, packet->destination, 4);
    put(pen, packet->ip_options, packet->ip_options_length);
    store_checksum(start + 10, sum16(0, start, header));
    if (packet->wrong_ip_checksum)
        start[10] ^= 0x55;
}

static void put_ip6(struct pen *pen, const struct craft_packet *packet, size_t tcp_length)
{
    size_t payload = packet->ip_options_length + tcp_length;
    put32(pen, 0x60000000);
    put16(pen, packet->ip_length_zero ? 0 : (unsigned)payload);
    put8(pen, packet->ip_options_length ? packet->ip6_next_header : TCP_PROTOCOL);
    put8(pen, packet->ttl ? packet->ttl : 64);
    put(pen, packet->source, 16);
    put(pen, packet->destination, 16);
    put(pen, packet->ip_options, packet->ip_options_length);
}

static unsigned window_of(const struct craft_packet *packet)
{
    if (packet->window_zero)
        return 0;
    return packet->window ? packet->window : 65535;
}

static void put_tcp(struct pen *pen, const struct craft_packet *packet)
{
    size_t header = 20 + packet->options_length;
    uint8_t *start = pen->at;
    put16(pen, packet->source_port);
    put16(pen, packet->destination_port);
    put32(pen, packet->sequence);
    put32(pen, packet->acknowledgment);
    put16(pen, (unsigned)(header / 4) << 12 | (packet->flags & 0x1ff));
    put16(pen, window_of(packet));
    put16(pen, 0); /* checksum */
    put16(pen, packet->urgent_pointer);
    put(pen, packet->options, packet->options_length);
    put(pen, packet->payload, packet->payload_length);

    size_t length = header + packet->payload_length;
    uint64_t sum = TCP_PROTOCOL + length; /* of the pseudo-header, RFC 9293, 3.1 */
    sum = sum16(sum, packet->source, address_length(packet));
    sum = sum16(sum, packet->destination, address_length(packet));
    store_checksum(start + 16, sum16(sum, start, length));
    if (packet->begun_checksum) {
        store_checksum(start + 16, sum);
        start[16] ^= 0xff; /* not complemented */
        start[17] ^= 0xff;
    }
    if (packet->wrong_checksum)
        start[16] ^= 0x55;
}

static void put_padding(struct pen *pen, size_t length)
{
    for (size_t i = 0; i < length; i++)
        put8(pen, 0xa5);
}

size_t craft_packet_bytes(const struct craft_packet *packet, uint8_t *buffer, size_t capacity)
{
    struct pen pen = {.at = buffer, .end = buffer + capacity};
    size_t tcp_length = 20 + packet->options_length + packet->payload_length;
    put_link(&pen, packet);
    if (version_of(packet) == 4)
        put_ip4(&pen, packet, tcp_length);
    else
        put_ip6(&pen, packet, tcp_length);
    put_tcp(&pen, packet);
    put_padding(&pen, packet->padding);
    return (size_t)(pen.at - buffer);
}

struct wb_packet craft_packet_put(const struct craft_packet *packet, uint8_t *buffer,
                                  size_t capacity)
{
    size_t length = craft_packet_bytes(packet, buffer, capacity);
    bool is_cut = packet->snaplen && packet->snaplen < length;
    return (struct wb_packet){
        .data = buffer,
        .captured_length = (uint32_t)(is_cut ? packet->snaplen : length),
        .wire_length = (uint32_t)length,
        .time_ns = packet->time_ns,
        .number = packet->number ? packet->number : 1,
        .link_type = craft_link_type(packet->link),
    };
}

uint16_t craft_link_type(enum craft_link link)
{
    static const uint16_t types[] = {
        [CRAFT_ETHERNET] = 1, [CRAFT_SLL] = 113, [CRAFT_SLL2] = 276,
        [CRAFT_NULL] = 0,     [CRAFT_RAW] = 101,
    };
    return types[link];
}

static struct craft_packet packet_between(int family, const char *source, const char *destination)
{
    struct craft_packet packet = {
        .ip_version = family == AF_INET ? 4 : 6,
        .source_mac = {2, 0, 0, 0, 0, 1},
        .destination_mac = {2, 0, 0, 0, 0, 2},
    };
    if (inet_pton(family, source, packet.source) != 1 ||
        inet_pton(family, destination, packet.destination) != 1)
        abort();
    return packet;
}

struct craft_packet craft_packet_v4(const char *source, uint16_t source_port,
                                    const char *destination, uint16_t destination_port)
{
    struct craft_packet packet = packet_between(AF_INET, source, destination);
    packet.source_port = source_port;
    packet.destination_port = destination_port;
    return packet;
}

struct craft_packet craft_packet_v6(const char *source, uint16_t source_port,
                                    const char *destination, uint16_t destination_port)
{
    struct craft_packet packet = packet_between(AF_INET6, source, destination);
    packet.source_port = source_port;
    packet.destination_port = destination_port;
    return packet;
}

struct craft_packet craft_packet_turned(const struct craft_packet *packet)
{
    struct craft_packet turned = *packet;
    memcpy(turned.source_mac, packet->destination_mac, 6);
    memcpy(turned.destination_mac, packet->source_mac, 6);
    memcpy(turned.source, packet->destination, 16);
    memcpy(turned.destination, packet->source, 16);
    turned.source_port = packet->destination_port;
    turned.destination_port = packet->source_port;
    turned.sequence = packet->acknowledgment;
    turned.acknowledgment = packet->sequence;
    return turned;
}
