/* SPDX-License-Identifier: ISC
 *
 * IP defragmentation under arbitrary fragments. Six bytes of input make one fragment of
 * one of a few datagrams: which one and which version of IP, where, how long, what it
 * lies about, how much later. The truth is a function of the datagram and the position;
 * where no fragment lied, what is put together must be the truth, and the counters add up
 * always.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "flow/fragment.h"

#define OPERATION 6
#define DATAGRAMS 16
#define FRAME_MAX (80 + 65536)
#define CHECK(condition)  \
    do {                  \
        if (!(condition)) \
            abort();      \
    } while (0)

static uint8_t truth_at(unsigned datagram, uint32_t position)
{
    return (uint8_t)(datagram * 31 + position * 7 + (position >> 8));
}

static void store16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint32_t put_ip4(uint8_t *frame, unsigned datagram, uint32_t offset, uint32_t length,
                        bool more)
{
    uint32_t sum = 0;
    memset(frame, 0, 20);
    frame[0] = 0x45;
    store16(frame + 2, 20 + length);
    store16(frame + 4, datagram);
    store16(frame + 6, (more ? 0x2000u : 0) | offset / 8);
    frame[8] = 64;
    frame[9] = datagram & 8 ? 6 : 17;
    for (unsigned i = 0; i < 20; i += 2)
        sum += wb__load16(frame + i);
    store16(frame + 10, ~(sum % 0xffff) & 0xffff);
    return 20;
}

static uint32_t put_ip6(uint8_t *frame, unsigned datagram, uint32_t offset, uint32_t length,
                        bool more)
{
    memset(frame, 0, 48);
    frame[0] = 0x60;
    store16(frame + 4, 8 + length);
    frame[6] = 44;
    frame[40] = 17;
    store16(frame + 42, offset | more);
    frame[47] = (uint8_t)datagram;
    return 48;
}

static void check_whole(const struct wb_packet *whole, const struct wb_decoded *decoded,
                        const struct wb_datagram *datagram, unsigned number, bool has_lies)
{
    CHECK(datagram->payload_length <= whole->captured_length);
    CHECK(datagram->layer < decoded->layer_count && datagram->packet_count > 0);
    const uint8_t *bytes = whole->data + whole->captured_length - datagram->payload_length;
    for (uint32_t i = 0; i < datagram->payload_length; i++)
        CHECK(has_lies || bytes[i] == truth_at(number, i));
    for (uint32_t i = 1; i < datagram->packet_count; i++)
        CHECK(datagram->packets[i] > datagram->packets[i - 1]);
}

static void check_stats(const struct wb__fragment_table *table, uint64_t max_memory)
{
    struct wb_fragment_stats stats;
    wb__fragment_table_stats(table, &stats);
    CHECK(stats.datagrams == stats.completed + stats.expired + stats.evicted + stats.discarded +
                                 stats.active);
    CHECK(stats.memory_bytes <= max_memory + (1 << 18));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum wb_overlap_policy policies[] = {
        WB_OVERLAP_FIRST, WB_OVERLAP_LAST,    WB_OVERLAP_BSD,    WB_OVERLAP_BSD_RIGHT,
        WB_OVERLAP_LINUX, WB_OVERLAP_WINDOWS, WB_OVERLAP_SOLARIS};
    if (size < 1)
        return 0;
    struct wb_fragment_options options = {.max_datagrams = data[0] & 1 ? 2 : 64,
                                          .max_memory = data[0] & 2 ? 100000 : 10000000};
    struct wb_flow_options flow = {.overlap = policies[data[0] / 4 % 7]};
    struct wb__fragment_table *table = wb__fragment_table_new(
        &options, &flow, NULL, NULL, (const uint8_t *)"0123456789abcdef");
    uint8_t *frame = malloc(FRAME_MAX);
    CHECK(table && frame);
    bool has_lies[DATAGRAMS][2] = {{false}};
    int64_t time_ns = 0;
    for (size_t at = 1; at + OPERATION <= size; at += OPERATION) {
        const uint8_t *input = data + at;
        unsigned datagram = input[0] % DATAGRAMS;
        bool is_ip6 = input[0] & 16, lies = input[0] & 32, more = !(input[0] & 64);
        uint32_t offset = (uint32_t)(wb__load16(input + 1) & 0xfff8);
        uint32_t length = input[3] & 0x80 ? input[3] & 0x7f : (input[3] & 0x7fu) * 8;
        if (input[4] & 1)
            offset &= 0x78; /* near the beginning, where fragments meet */
        time_ns += (int64_t)input[5] * input[5] * 1000000;
        uint32_t header = is_ip6 ? put_ip6(frame, datagram, offset, length, more)
                                 : put_ip4(frame, datagram, offset, length, more);
        for (uint32_t i = 0; i < length; i++)
            frame[header + i] = (uint8_t)(truth_at(datagram, offset + i) + lies);
        has_lies[datagram][is_ip6] |= lies;
        struct wb_packet packet = {.data = frame, .captured_length = header + length,
                                   .wire_length = header + length, .time_ns = time_ns,
                                   .number = at, .link_type = 101};
        struct wb_decoded decoded, whole_decoded;
        struct wb_packet whole;
        struct wb_datagram public;
        wb_decode(&packet, &decoded);
        if (decoded.is_fragment && wb__fragment_table_packet(table, &packet, &decoded, &whole,
                                                             &whole_decoded, &public))
            check_whole(&whole, &whole_decoded, &public, datagram, has_lies[datagram][is_ip6]);
        if (input[4] & 2)
            wb__fragment_table_before_reuse(table);
        check_stats(table, options.max_memory);
    }
    wb__fragment_table_finish(table);
    check_stats(table, options.max_memory);
    wb__fragment_table_free(table);
    free(frame);
    return 0;
}
