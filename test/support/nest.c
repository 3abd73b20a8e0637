/* SPDX-License-Identifier: ISC */
#include "support/nest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/hex.h"

#define HEADERS_MAX 256

/* A packet that grows at its front. */
struct packet {
    uint8_t *start, *end;
    size_t room; /* before start */
};

static uint8_t *put_front(struct packet *packet, size_t length)
{
    if (length > packet->room)
        abort();
    packet->room -= length;
    packet->start -= length;
    memset(packet->start, 0, length);
    return packet->start;
}

static void put16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static size_t length_of(const struct packet *packet)
{
    return (size_t)(packet->end - packet->start);
}

static void put_ethernet(struct packet *packet, unsigned type)
{
    uint8_t *header = put_front(packet, 14);
    header[0] = header[6] = 0x02;
    header[5] = 2;
    header[11] = 1;
    put16(header + 12, type);
}

static void put_checksum(uint8_t *header)
{
    unsigned sum = 0;
    for (int i = 0; i < 20; i += 2)
        sum += (unsigned)header[i] << 8 | header[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    put16(header + 10, ~sum & 0xffff);
}

static void put_ip4(struct packet *packet, unsigned protocol, unsigned from, unsigned to)
{
    uint8_t *header = put_front(packet, 20);
    header[0] = 0x45;
    put16(header + 2, length_of(packet));
    header[8] = 64;
    header[9] = (uint8_t)protocol;
    header[12] = header[16] = 10;
    header[15] = (uint8_t)from;
    header[19] = (uint8_t)to;
    put_checksum(header);
}

static void put_ip6(struct packet *packet, unsigned next, unsigned from, unsigned to)
{
    size_t payload_length = length_of(packet);
    uint8_t *header = put_front(packet, 40);
    header[0] = 0x60;
    put16(header + 4, payload_length);
    header[6] = (uint8_t)next;
    header[7] = 64;
    header[8] = header[24] = 0xfd;
    header[23] = (uint8_t)from;
    header[39] = (uint8_t)to;
}

static void put_udp(struct packet *packet, unsigned from, unsigned to)
{
    uint8_t *header = put_front(packet, 8);
    put16(header, from);
    put16(header + 2, to);
    put16(header + 4, length_of(packet));
}

static void put_gtp(struct packet *packet, unsigned teid)
{
    size_t length = length_of(packet);
    uint8_t *header = put_front(packet, 8);
    header[0] = 0x30;
    header[1] = 0xff;
    put16(header + 2, length);
    put16(header + 4, teid >> 16);
    put16(header + 6, teid & 0xffff);
}

static void put_bytes(struct packet *packet, const char *word)
{
    uint8_t bytes[512];
    size_t length = hex_bytes(word, bytes, sizeof bytes);
    memcpy(put_front(packet, length), bytes, length);
}

static void put_word(struct packet *packet, const char *word)
{
    unsigned a, b, c;
    if (sscanf(word, "eth:%x", &a) == 1)
        put_ethernet(packet, a);
    else if (sscanf(word, "ip4:%x:%u:%u", &a, &b, &c) == 3)
        put_ip4(packet, a, b, c);
    else if (sscanf(word, "ip6:%x:%u:%u", &a, &b, &c) == 3)
        put_ip6(packet, a, b, c);
    else if (sscanf(word, "udp:%u:%u", &a, &b) == 2)
        put_udp(packet, a, b);
    else if (sscanf(word, "udp:%u", &a) == 1)
        put_udp(packet, 50000, a);
    else if (sscanf(word, "gtp:%x", &a) == 1)
        put_gtp(packet, a);
    else
        put_bytes(packet, word);
}

size_t nest_bytes(const char *headers, const uint8_t *inner, size_t inner_length, uint8_t *bytes,
                  size_t capacity)
{
    char text[4096];
    char *words[HEADERS_MAX];
    unsigned count = 0;
    if (inner_length > capacity || strlen(headers) >= sizeof text)
        abort();
    struct packet packet = {bytes + capacity - inner_length, bytes + capacity,
                            capacity - inner_length};
    memcpy(packet.start, inner, inner_length);
    strcpy(text, headers);
    for (char *word = strtok(text, " "); word && count < HEADERS_MAX; word = strtok(NULL, " "))
        words[count++] = word;
    while (count > 0)
        put_word(&packet, words[--count]);
    memmove(bytes, packet.start, length_of(&packet));
    return length_of(&packet);
}
