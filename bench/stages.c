/* SPDX-License-Identifier: ISC
 *
 * What single stages cost for a small packet, without a source and without a consumer:
 * decoding of 64-byte frames, and the flow table with few and with many flows. Flows are
 * visited in an order that looks random, each once before any comes again, in batches of
 * 16 as the engine takes them; after the handshake client and server acknowledge in turn. Prints
 * lines of key and values: the least of several rounds, since what else runs on the machine
 * only ever adds.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <wirebeam/decode.h>

#include "flow/flow.h"

#define FRAME_BYTES 64
#define DECODED_PACKETS 4096
#define DECODE_ROUNDS 200
#define FEW 16
#define BLOCK (16 * FEW)
#define FEW_FLOWS (1u << 10)
#define MANY_FLOWS (1u << 20)
#define VISITS (4u << 20)
#define FLOW_ROUNDS 5
#define ETHERNET 1

enum { SYN = 2, ACK = 16 };
enum { TCP = 6, UDP = 17 };

static double now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

/* ---- Frames ------------------------------------------------------------------------- */

struct kind {
    const char *name;
    unsigned tags, version, protocol;
};

/* What fits into 64 bytes; IPv6 with TCP does not. */
static const struct kind kinds[] = {
    { "ip4.tcp", 0, 4, TCP },      { "ip4.udp", 0, 4, UDP },      { "vlan.ip4.tcp", 1, 4, TCP },
    { "qinq.ip4.udp", 2, 4, UDP }, { "ip6.udp", 0, 6, UDP },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static uint8_t *put_link(uint8_t *at, const struct kind *kind)
{
    memset(at, 2, 12);
    at += 12;
    for (unsigned i = 0; i < kind->tags; i++, at += 4) {
        put16(at, i + 1 < kind->tags ? 0x88a8 : 0x8100);
        put16(at + 2, 10 + i);
    }
    put16(at, kind->version == 4 ? 0x0800 : 0x86dd);
    return at + 2;
}

static uint8_t *put_network(uint8_t *at, const struct kind *kind, uint32_t host, unsigned length)
{
    if (kind->version == 4) {
        at[0] = 0x45;
        put16(at + 2, 20 + length);
        at[8] = 64;
        at[9] = (uint8_t)kind->protocol;
        put32(at + 12, 0x0a000000 + host);
        put32(at + 16, 0xc0000201);
        return at + 20;
    }
    at[0] = 0x60;
    put16(at + 4, length);
    at[6] = (uint8_t)kind->protocol;
    at[7] = 64;
    put32(at + 8, 0x20010db8);
    put32(at + 20, host);
    put32(at + 24, 0x20010db8);
    return at + 40;
}

static void put_transport(uint8_t *at, const struct kind *kind, unsigned port, unsigned length)
{
    put16(at, 10000 + port % 50000);
    put16(at + 2, kind->protocol == TCP ? 80 : 53);
    if (kind->protocol == UDP) {
        put16(at + 4, length);
        return;
    }
    at[12] = 5 << 4;
    at[13] = ACK;
    put16(at + 14, 65535);
}

static void put_frame(uint8_t *frame, const struct kind *kind, uint32_t number, unsigned length)
{
    uint8_t *transport = put_network(put_link(frame, kind), kind, number / 50000, length);

    put_transport(transport, kind, number, length);
}

static struct wb_packet packet_of(const uint8_t *frame)
{
    return (struct wb_packet){ .data = frame, .captured_length = FRAME_BYTES,
                               .wire_length = FRAME_BYTES, .link_type = ETHERNET };
}

/* ---- Decoding ----------------------------------------------------------------------- */

static double decode_round(const struct wb_packet *packets)
{
    static struct wb_decoded decoded[FEW];
    double begin = now_ns();

    for (int i = 0; i < DECODED_PACKETS; i++) {
        wb_decode(&packets[i], &decoded[i % FEW]);
        if (decoded[i % FEW].transport == WB_LAYER_NONE)
            errx(1, "a packet was not decoded");
    }
    return (now_ns() - begin) / DECODED_PACKETS;
}

/* count kinds, evenly mixed. */
static void measure_decode(const char *name, const struct kind *mixed, size_t count)
{
    static uint8_t frames[DECODED_PACKETS][FRAME_BYTES];
    static struct wb_packet packets[DECODED_PACKETS];
    double least = 1e9;

    memset(frames, 0, sizeof(frames));
    for (uint32_t i = 0; i < DECODED_PACKETS; i++) {
        const struct kind *kind = &mixed[i * 2654435761U % 65521 % count];

        put_frame(frames[i], kind, i, kind->protocol == TCP ? 20 : 8);
        packets[i] = packet_of(frames[i]);
    }
    for (int round = 0; round < DECODE_ROUNDS; round++) {
        double ns = decode_round(packets);

        least = ns < least ? ns : least;
    }
    printf("decode %s %.2f ns %.1f Mpps\n", name, least, 1e3 / least);
}

/* ---- Flow table --------------------------------------------------------------------- */

struct visit {
    uint8_t frames[BLOCK][FRAME_BYTES];
    struct wb_packet packets[BLOCK];
    struct wb_decoded decoded[BLOCK];
    struct wb__flow_lookup lookups[FEW];
};

/* Mixes number within its bits, which are those of count - 1, differently in each round:
 * a permutation, as each step can be undone. */
static uint32_t shuffled(uint32_t number, uint32_t count, uint32_t round)
{
    unsigned half = (unsigned)__builtin_ctz(count) / 2;

    for (int i = 0; i < 3; i++) {
        number = (number * 2654435761U + round) & (count - 1);
        number ^= number >> half;
    }
    return number;
}

/* Exchanges two fields of so many bytes, one behind the other. */
static void turn(uint8_t *fields, size_t length)
{
    uint8_t first[4];

    memcpy(first, fields, length);
    memcpy(fields, fields + length, length);
    memcpy(fields + length, first, length);
}

/* The packet of a round: SYN, SYN and ACK, then ACKs of both in turn. */
static void make_packet(struct visit *visit, unsigned slot, uint32_t flow, uint32_t round)
{
    uint8_t *frame = visit->frames[slot], *ip = frame + 14, *tcp = ip + 20;
    bool is_handshake = round < 2, is_server = round % 2 == 1;

    memset(frame, 0, FRAME_BYTES);
    put_frame(frame, &kinds[0], flow, 20);
    put32(tcp + 4, is_handshake ? 0 : 1);
    put32(tcp + 8, round == 0 ? 0 : 1);
    tcp[13] = round == 0 ? SYN : round == 1 ? SYN | ACK : ACK;
    if (is_server) {
        turn(ip + 12, 4);
        turn(tcp, 2);
    }
    visit->packets[slot] = packet_of(frame);
    wb_decode(&visit->packets[slot], &visit->decoded[slot]);
}

/* The loop of the engine; decoding is a part of it where with_decode says so. */
static double follow_block(struct wb__flow_table *table, struct visit *visit, bool with_decode)
{
    double begin = now_ns();

    for (int at = 0; at < BLOCK; at += FEW) {
        struct wb_decoded *decoded = &visit->decoded[with_decode ? 0 : at];

        for (int i = 0; i < FEW; i++) {
            if (with_decode)
                wb_decode(&visit->packets[at + i], &decoded[i]);
            wb__flow_table_prepare(table, &visit->packets[at + i], &decoded[i],
                                   &visit->lookups[i], i > 0 ? &visit->lookups[i - 1] : NULL);
        }
        for (int i = 0; i < FEW; i++)
            wb__flow_table_fetch(table, &visit->lookups[i]);
        for (int i = 0; i < FEW; i++)
            wb__flow_table_packet(table, &visit->packets[at + i], &decoded[i],
                                  &visit->lookups[i]);
    }
    return now_ns() - begin;
}

/* A packet of each flow; nanoseconds of all of them. */
static double follow_all(struct wb__flow_table *table, uint32_t flows, uint32_t round,
                         bool with_decode)
{
    static struct visit visit;
    double ns = 0;

    for (uint32_t first = 0; first < flows; first += BLOCK) {
        for (uint32_t i = 0; i < BLOCK; i++)
            make_packet(&visit, i, shuffled(first + i, flows, round), round);
        ns += follow_block(table, &visit, with_decode);
    }
    return ns;
}

static struct wb__flow_table *new_table(void)
{
    static const uint8_t key[16] = "sixteen bytes...";
    static const struct wb__flow_events events;
    struct wb__flow_table *table = wb__flow_table_new(
        &(struct wb_flow_options){ .max_flows = MANY_FLOWS }, &events, NULL, key);

    if (table == NULL)
        errx(1, "out of memory");
    return table;
}

static void check(const struct wb__flow_table *table, uint32_t flows, uint32_t rounds)
{
    struct wb_flow_stats stats;

    wb__flow_table_stats(table, &stats);
    if (stats.flows != flows || stats.packets != (uint64_t)flows * rounds ||
        stats.ignored_window != 0)
        errx(1, "the flow table lost a part of what it was given");
}

/* Nanoseconds a packet with so many flows: those of the best round of visits. */
static double measure_flows(uint32_t flows, bool with_decode)
{
    struct wb__flow_table *table = new_table();
    uint32_t visits = VISITS / flows, round = 0;
    double least = 1e9;

    follow_all(table, flows, round++, with_decode);
    follow_all(table, flows, round++, with_decode);
    for (int i = 0; i < FLOW_ROUNDS; i++) {
        double ns = 0;

        for (uint32_t j = 0; j < visits; j++)
            ns += follow_all(table, flows, round++, with_decode);
        ns /= VISITS;
        least = ns < least ? ns : least;
    }
    check(table, flows, round);
    wb__flow_table_free(table);
    printf("%s %u %.1f ns\n", with_decode ? "decode-flows" : "flows", flows, least);
    return least;
}

int main(void)
{
    measure_decode("mix", kinds, KINDS);
    for (size_t i = 0; i < KINDS; i++)
        measure_decode(kinds[i].name, &kinds[i], 1);
    measure_flows(FEW_FLOWS, false);
    measure_flows(MANY_FLOWS, false);
    measure_flows(FEW_FLOWS, true);
    measure_flows(MANY_FLOWS, true);
    return 0;
}
