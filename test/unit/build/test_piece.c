/* SPDX-License-Identifier: ISC
 *
 * Fragments and segments: each is a right packet of at most the size that was asked for, and put
 * together they are what was cut. Fragments are put together by hand here and by the flow stage;
 * the kernel does it in test/live.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <wirebeam/build.h>
#include <wirebeam/engine.h>

#include "support/guard.h"
#include "support/savefile.h"

#define ROOM 8192
#define ETH  WB_LAYER_ETHERNET
#define IP4  WB_LAYER_IP4
#define IP6  WB_LAYER_IP6

struct whole {
    uint8_t bytes[ROOM];
    size_t length;
    uint16_t link_type;
};

struct pieces {
    const struct whole *whole;
    uint32_t limit; /* of the IP packet */
    unsigned count, last;
    uint8_t data[ROOM]; /* of fragments behind the first's headers, of segments their payload */
    uint32_t length;
    struct savefile *file;
};

static struct wb_packet packet_of(const struct whole *whole)
{
    return (struct wb_packet){.data = whole->bytes,
                              .captured_length = (uint32_t)whole->length,
                              .wire_length = (uint32_t)whole->length,
                              .link_type = whole->link_type};
}

static struct whole make(const enum wb_layer_kind *kinds, unsigned count, const char *options,
                         size_t options_length, size_t payload)
{
    static uint8_t data[ROOM];
    struct whole whole = {.length = 0};
    struct wb_error error;
    struct wb_draft *draft = wb_draft_new();
    for (size_t i = 0; i < payload; i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(wb_draft_add(draft, kinds[i]), i);
        if (kinds[i] == IP4)
            assert_int_equal(wb_draft_bytes(draft, i, "options", options, options_length), 0);
        if (kinds[i] == IP4)
            assert_int_equal(wb_draft_number(draft, i, "id", 0xffff), 0);
        if (kinds[i] == WB_LAYER_TCP) {
            assert_int_equal(wb_draft_number(draft, i, "seq", 0xfffffff0), 0);
            assert_int_equal(wb_draft_number(draft, i, "flags", 0x99), 0); /* CWR ACK PSH FIN */
            assert_int_equal(wb_draft_bytes(draft, i, "options", "\2\4\5\264", 4), 0);
        }
    }
    assert_int_equal(wb_draft_add(draft, WB_LAYER_PAYLOAD), count);
    assert_int_equal(wb_draft_bytes(draft, count, "data", data, payload), 0);
    assert_int_equal(wb_draft_write(draft, whole.bytes, ROOM, &whole.length, &error), 0);
    whole.link_type = (uint16_t)wb_draft_link_type(draft);
    wb_draft_free(draft);
    return whole;
}

#define WHOLE(payload, options, ...)                                                               \
    make((const enum wb_layer_kind[]){__VA_ARGS__},                                                \
         sizeof((const enum wb_layer_kind[]){__VA_ARGS__}) / sizeof(enum wb_layer_kind), options,  \
         sizeof options - 1, payload)

static unsigned outermost(const struct wb_decoded *decoded)
{
    unsigned i = 0;
    while (decoded->layers[i].kind != IP4 && decoded->layers[i].kind != IP6)
        assert_true(++i < decoded->layer_count);
    return i;
}

/* ---- Fragments -------------------------------------------------------------------- */

static int take_fragment(void *context, const uint8_t *bytes, uint32_t length)
{
    struct pieces *pieces = context;
    struct wb_packet packet = {.data = bytes,
                               .captured_length = length,
                               .wire_length = length,
                               .time_ns = 1000000000,
                               .link_type = pieces->whole->link_type};
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    unsigned network = outermost(&decoded), at = network;
    const struct wb_layer *ip = &decoded.layers[network];
    assert_true(ip->length <= pieces->limit);
    assert_true(decoded.is_fragment);
    uint32_t offset;
    bool is_more;
    if (ip->kind == IP4) {
        struct wb_ip4 header;
        assert_int_equal(wb_ip4_read(&packet, ip, &header), 0);
        assert_int_equal(wb_checksum_state(&packet, &decoded, network), WB_CHECKSUM_RIGHT);
        offset = header.fragment_offset;
        is_more = header.more_fragments;
    } else {
        while (decoded.layers[at].kind != WB_LAYER_IP6_FRAGMENT)
            assert_true(++at < decoded.layer_count);
        struct wb_ip6_fragment header;
        assert_int_equal(wb_ip6_fragment_read(&packet, &decoded.layers[at], &header), 0);
        assert_int_equal(header.identification, 0x01020304);
        offset = header.fragment_offset;
        is_more = header.more_fragments;
    }
    const struct wb_layer *last = &decoded.layers[at];
    uint32_t begin = last->offset + last->header_length, end = ip->offset + ip->length;
    assert_int_equal(offset, pieces->length);
    assert_true(!is_more || (end - begin) % 8 == 0);
    assert_int_equal(pieces->last, 0);
    pieces->last = !is_more;
    memcpy(pieces->data + pieces->length, bytes + begin, end - begin);
    pieces->length += end - begin;
    pieces->count++;
    if (pieces->file)
        savefile_put(pieces->file, &packet);
    return 0;
}

static void check_fragments(const struct whole *whole, uint32_t mtu, uint32_t headers,
                            struct savefile *file)
{
    struct pieces pieces = {.whole = whole, .limit = mtu, .file = file};
    struct wb_packet packet = packet_of(whole);
    struct wb_error error = {0};
    if (wb_fragment_ip(&packet, mtu, 0x01020304, take_fragment, &pieces, &error) != 0)
        fail_msg("mtu %u: %s", mtu, error.text);
    assert_true(pieces.count > 1);
    assert_true(pieces.last);
    assert_int_equal(pieces.length, whole->length - headers);
    assert_memory_equal(pieces.data, whole->bytes + headers, pieces.length);
}

static void test_fragments_of_every_size(void **state)
{
    (void)state;
    const struct whole plain = WHOLE(601, "", ETH, IP4, WB_LAYER_UDP);
    for (uint32_t mtu = 28; mtu < 28 + 601; mtu++)
        check_fragments(&plain, mtu, 34, NULL);
    const struct whole tagged = WHOLE(600, "", ETH, WB_LAYER_VLAN, IP6, WB_LAYER_UDP);
    for (uint32_t mtu = 56; mtu < 48 + 600; mtu++)
        check_fragments(&tagged, mtu, 58, NULL);
    const struct whole long_chain =
        WHOLE(300, "", WB_LAYER_RAW, IP6, WB_LAYER_IP6_HOPOPTS, WB_LAYER_IP6_DSTOPTS, WB_LAYER_TCP);
    for (uint32_t mtu = 64; mtu < 48 + 300; mtu++)
        check_fragments(&long_chain, mtu, 48, NULL);
}

/* A record route stays in the first alone, a loose source route is in all of them. */
static void test_options_of_fragments(void **state)
{
    (void)state;
    const struct whole whole =
        WHOLE(600, "\7\7\4\0\0\0\0\203\7\4\300\0\2\11", ETH, IP4, WB_LAYER_UDP);
    for (uint32_t mtu = 44; mtu < 36 + 600; mtu++)
        check_fragments(&whole, mtu, 14 + 36, NULL);
}

struct found {
    unsigned count;
    const struct whole *whole;
};

static void on_datagram(void *context, const struct wb_packet *packet,
                        const struct wb_decoded *decoded, const struct wb_datagram *datagram)
{
    struct found *found = context;
    (void)datagram;
    found->count++;
    assert_int_equal(packet->captured_length, found->whole->length);
    uint32_t transport = decoded->layers[decoded->transport].offset;
    assert_memory_equal(packet->data + transport, found->whole->bytes + transport,
                        packet->captured_length - transport);
    assert_int_equal(wb_checksum_state(packet, decoded, decoded->transport), WB_CHECKSUM_RIGHT);
}

static void test_the_flow_stage_puts_them_together(void **state)
{
    (void)state;
    char path[] = "/tmp/wirebeam-piece-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    const struct whole wholes[] = {WHOLE(2000, "", ETH, IP4, WB_LAYER_TCP),
                                   WHOLE(2000, "", ETH, IP6, WB_LAYER_UDP)};
    for (unsigned i = 0; i < 2; i++) {
        struct savefile *file =
            savefile_open(path, &(struct savefile_options){.interfaces = {{.link_type = 1}}});
        check_fragments(&wholes[i], 576, i == 0 ? 34 : 54, file);
        savefile_close(file);
        struct found found = {.whole = &wholes[i]};
        struct wb_engine_options options = {
            .source.file = path, .handlers.datagram = on_datagram, .context = &found};
        struct wb_engine *engine;
        struct wb_error error = {0};
        if (wb_engine_open(&engine, &options, &error) < 0)
            fail_msg("%s", error.text);
        while (wb_engine_step(engine, -1, &error) >= 0)
            ;
        wb_engine_close(engine);
        assert_int_equal(found.count, 1);
    }
    unlink(path);
}

/* ---- Segments --------------------------------------------------------------------- */

static int take_segment(void *context, const uint8_t *bytes, uint32_t length)
{
    struct pieces *pieces = context;
    struct wb_packet packet = {.data = bytes,
                               .captured_length = length,
                               .wire_length = length,
                               .link_type = pieces->whole->link_type};
    struct wb_decoded decoded;
    struct wb_tcp tcp;
    wb_decode(&packet, &decoded);
    const struct wb_layer *layer = &decoded.layers[decoded.transport];
    assert_int_equal(wb_tcp_read(&packet, layer, &tcp), 0);
    assert_int_equal(wb_checksum_state(&packet, &decoded, decoded.transport), WB_CHECKSUM_RIGHT);
    assert_int_equal(wb_checksum_state(&packet, &decoded, decoded.network),
                     decoded.layers[decoded.network].kind == IP4 ? WB_CHECKSUM_RIGHT
                                                                 : WB_CHECKSUM_UNVERIFIED);
    if (decoded.layers[decoded.network].kind == IP4) {
        struct wb_ip4 ip;
        assert_int_equal(wb_ip4_read(&packet, &decoded.layers[decoded.network], &ip), 0);
        assert_int_equal(ip.identification, (uint16_t)(0xffff + pieces->count));
    }
    uint32_t payload = layer->length - layer->header_length;
    assert_true(payload > 0 && payload <= pieces->limit);
    assert_int_equal(tcp.sequence, (uint32_t)(0xfffffff0 + pieces->length));
    assert_int_equal(tcp.flags & 0x80, pieces->count == 0 ? 0x80 : 0);
    assert_int_equal(pieces->last, 0);
    pieces->last = tcp.flags & 1;
    assert_int_equal(tcp.flags & 9, pieces->last ? 9 : 0);
    memcpy(pieces->data + pieces->length, bytes + layer->offset + layer->header_length, payload);
    pieces->length += payload;
    pieces->count++;
    return 0;
}

static void check_segments(const struct whole *whole, uint32_t mss, uint32_t payload)
{
    struct pieces pieces = {.whole = whole, .limit = mss};
    struct wb_packet packet = packet_of(whole);
    struct wb_error error = {0};
    if (wb_segment_tcp(&packet, mss, take_segment, &pieces, &error) != 0)
        fail_msg("mss %u: %s", mss, error.text);
    assert_int_equal(pieces.count, (payload + mss - 1) / mss);
    assert_int_equal(pieces.length, payload);
    assert_true(pieces.last);
    assert_memory_equal(pieces.data, whole->bytes + whole->length - payload, payload);
}

static void test_segments_of_every_size(void **state)
{
    (void)state;
    const struct whole wholes[] = {
        WHOLE(500, "", ETH, IP4, WB_LAYER_TCP),
        WHOLE(500, "\7\7\4\0\0\0\0", ETH, IP4, WB_LAYER_TCP),
        WHOLE(500, "", ETH, WB_LAYER_VLAN, IP6, WB_LAYER_IP6_DSTOPTS, WB_LAYER_TCP)};
    for (unsigned i = 0; i < sizeof wholes / sizeof wholes[0]; i++)
        for (uint32_t mss = 1; mss <= 501; mss++)
            check_segments(&wholes[i], mss, 500);
}

/* ---- What cannot be cut ----------------------------------------------------------- */

static int count_piece(void *context, const uint8_t *bytes, uint32_t length)
{
    (void)bytes, (void)length;
    return ++*(unsigned *)context == 2 ? 7 : 0;
}

static void test_mistakes(void **state)
{
    (void)state;
    struct whole whole = WHOLE(500, "", ETH, IP4, WB_LAYER_TCP);
    struct wb_packet packet = packet_of(&whole);
    struct wb_error error;
    unsigned count = 0;
    assert_int_equal(wb_fragment_ip(&packet, 100, 0, count_piece, &count, &error), 7);
    assert_int_equal(wb_segment_tcp(&packet, 100, count_piece, &(unsigned){0}, &error), 7);
    for (uint32_t mtu = 0; mtu < 28; mtu++)
        assert_int_equal(wb_fragment_ip(&packet, mtu, 0, count_piece, &count, &error),
                         WB_E_ARGUMENT);
    assert_int_equal(wb_segment_tcp(&packet, 0, count_piece, &count, &error), WB_E_ARGUMENT);
    whole.bytes[14 + 6] = 0x40; /* dont_fragment */
    assert_int_equal(wb_fragment_ip(&packet, 100, 0, count_piece, &count, &error),
                     WB_E_UNSUPPORTED);
    assert_int_equal(wb_fragment_ip(&packet, 2000, 0, count_piece, &count, &error), 0);
    whole.bytes[14 + 6] = 0x20; /* more fragments */
    assert_int_equal(wb_fragment_ip(&packet, 100, 0, count_piece, &count, &error),
                     WB_E_UNSUPPORTED);
    assert_int_equal(wb_segment_tcp(&packet, 100, count_piece, &count, &error), WB_E_UNSUPPORTED);
    struct whole arp = WHOLE(0, "", ETH, WB_LAYER_ARP);
    packet = packet_of(&arp);
    assert_int_equal(wb_fragment_ip(&packet, 100, 0, count_piece, &count, &error), WB_E_ARGUMENT);
    struct whole udp = WHOLE(500, "", ETH, IP4, WB_LAYER_UDP);
    packet = packet_of(&udp);
    assert_int_equal(wb_segment_tcp(&packet, 100, count_piece, &count, &error), WB_E_ARGUMENT);
    packet.captured_length = 300;
    assert_int_equal(wb_fragment_ip(&packet, 100, 0, count_piece, &count, &error), WB_E_TRUNCATED);
}

/* Each prefix, and each byte another: nothing beyond is read. */
static void test_hostile_packets(void **state)
{
    (void)state;
    const struct whole wholes[] = {
        WHOLE(64, "\7\7\4\0\0\0\0\203\7\4\300\0\2\11", ETH, IP4, WB_LAYER_TCP),
        WHOLE(64, "", ETH, IP6, WB_LAYER_IP6_HOPOPTS, WB_LAYER_IP6_ROUTING, WB_LAYER_TCP)};
    struct guard guard = guard_open(ROOM);
    struct wb_error error;
    unsigned count = 2;
    for (unsigned i = 0; i < 2; i++)
        for (uint32_t at = 0; at < wholes[i].length; at++)
            for (unsigned value = 0; value < 256; value += 5) {
                struct whole changed = wholes[i];
                changed.bytes[at] = (uint8_t)value;
                uint32_t length = value < 128 ? (uint32_t)changed.length : at;
                struct wb_packet packet = packet_of(&changed);
                packet.data = guard_put(&guard, changed.bytes, length);
                packet.captured_length = packet.wire_length = length;
                wb_fragment_ip(&packet, 68, 1, count_piece, &count, &error);
                wb_segment_tcp(&packet, 9, count_piece, &count, &error);
            }
    guard_close(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fragments_of_every_size),
        cmocka_unit_test(test_options_of_fragments),
        cmocka_unit_test(test_the_flow_stage_puts_them_together),
        cmocka_unit_test(test_segments_of_every_size),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_hostile_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
