/* SPDX-License-Identifier: ISC
 *
 * Checksums: right, wrong after any one byte is changed, and unverified wherever the
 * packet cannot tell. The sums in the packets were computed by other code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "decode/sum.h"
#include "support/craft.h"
#include "support/guard.h"
#include "support/hex.h"

#define ENDS6 "20010db8000000000000000000000001 20010db8000000000000000000000002 "
#define ELSEWHERE6 "20010db8000000000000000000000009 "
#define HOME6 "20010db8000000000000000000000008 "
#define UDP6_DIRECT "0035 0035 000b df96 616263"
#define UDP6_OTHER "0035 0035 000b df8f 616263" /* to ELSEWHERE6, or from HOME6 */

enum { IP4_LINK = 228, IP6_LINK = 229 };

struct row {
    const char *what;
    uint16_t link_type;
    const char *bytes;
    enum wb_checksum_state state; /* of the last layer that is not payload */
};

static const struct row rows[] = {
    {"UDP over IPv4", IP4_LINK,
     "4500 001f 0001 0000 4011 f6c9 c0000201 c0000202 0035 0035 000b b707 616263",
     WB_CHECKSUM_RIGHT},
    {"UDP over IPv4 without (RFC 768)", IP4_LINK,
     "4500 001f 0001 0000 4011 f6c9 c0000201 c0000202 0035 0035 000b 0000 616263",
     WB_CHECKSUM_ABSENT},
    {"UDP over IPv6", IP6_LINK, "60000000 000b 11 40" ENDS6 UDP6_DIRECT, WB_CHECKSUM_RIGHT},
    {"UDP over IPv6 without: forbidden (RFC 8200, 8.1)", IP6_LINK,
     "60000000 000b 11 40" ENDS6 "0035 0035 000b 0000 616263", WB_CHECKSUM_WRONG},
    {"ICMP", IP4_LINK,
     "4500 001f 0001 0000 4001 f6d9 c0000201 c0000202 0800 339b 0001 0001 616263",
     WB_CHECKSUM_RIGHT},
    {"ICMPv6", IP6_LINK, "60000000 000b 3a 40" ENDS6 "8000 5fe0 0001 0001 616263",
     WB_CHECKSUM_RIGHT},
    {"ICMPv6 in IPv4 has no meaning", IP4_LINK,
     "4500 001f 0001 0000 403a f6a0 c0000201 c0000202 8000 5fe0 0001 0001 616263",
     WB_CHECKSUM_UNVERIFIED},
    {"an IPv4 source route on its way (RFC 791, 3.1)", IP4_LINK,
     "4700 0027 0001 0000 4011 0000 c0000201 c0000202 830704c000020900"
     "0035 0035 000b b700 616263", WB_CHECKSUM_RIGHT},
    {"an IPv4 source route at its end", IP4_LINK,
     "4700 0027 0001 0000 4011 0000 c0000201 c0000202 830708c000020900"
     "0035 0035 000b b707 616263", WB_CHECKSUM_RIGHT},
    {"IPv4 options that cannot be read", IP4_LINK,
     "4600 0023 0001 0000 4011 0000 c0000201 c0000202 83090400"
     "0035 0035 000b b707 616263", WB_CHECKSUM_UNVERIFIED},
    {"a routing header of type 0, one segment left", IP6_LINK,
     "60000000 0023 2b 40" ENDS6 "1102 0001 00000000" ELSEWHERE6 UDP6_OTHER, WB_CHECKSUM_RIGHT},
    {"a routing header of type 2", IP6_LINK,
     "60000000 0023 2b 40" ENDS6 "1102 0201 00000000" ELSEWHERE6 UDP6_OTHER, WB_CHECKSUM_RIGHT},
    {"a segment routing header: the last segment is the first (RFC 8754, 2)", IP6_LINK,
     "60000000 0033 2b 40" ENDS6 "1104 0401 01000000" ELSEWHERE6 HOME6 UDP6_OTHER,
     WB_CHECKSUM_RIGHT},
    {"a routing header that is done", IP6_LINK,
     "60000000 0023 2b 40" ENDS6 "1102 0000 00000000" ELSEWHERE6 UDP6_DIRECT, WB_CHECKSUM_RIGHT},
    {"a routing header of another type", IP6_LINK,
     "60000000 0023 2b 40" ENDS6 "1102 0301 00000000" ELSEWHERE6 UDP6_OTHER,
     WB_CHECKSUM_UNVERIFIED},
    {"a home address (RFC 6275, 6.3)", IP6_LINK,
     "60000000 0023 3c 40" ENDS6 "1102 01020000 c910" HOME6 UDP6_OTHER, WB_CHECKSUM_RIGHT},
    {"a fragment", IP4_LINK,
     "4500 001f 0001 2000 4011 d6c9 c0000201 c0000202 0035 0035 000b b707 616263",
     WB_CHECKSUM_UNVERIFIED},
    {"an IP length beyond the frame: where does ICMP end?", IP4_LINK,
     "4500 0020 0001 0000 4001 f6d8 c0000201 c0000202 0800 339b 0001 0001 616263",
     WB_CHECKSUM_UNVERIFIED},
    {"an IP length beyond the frame, but all of UDP's own length is there", IP4_LINK,
     "4500 0020 0001 0000 4011 f6c8 c0000201 c0000202 0035 0035 000b b707 616263",
     WB_CHECKSUM_RIGHT},
    {"both lengths beyond the frame", IP4_LINK,
     "4500 0020 0001 0000 4011 f6c8 c0000201 c0000202 0035 0035 000c b707 616263",
     WB_CHECKSUM_UNVERIFIED},
    {"an IP length of 0: not yet segmented", IP4_LINK,
     "4500 0000 0001 0000 4011 f6e8 c0000201 c0000202 0035 0035 000b b707 616263",
     WB_CHECKSUM_UNVERIFIED},
};

static struct guard guard;

static struct wb_packet make_packet(const struct row *row)
{
    uint8_t bytes[256];
    uint32_t length = (uint32_t)hex_bytes(row->bytes, bytes, sizeof bytes);
    return (struct wb_packet){.data = guard_put(&guard, bytes, length), .captured_length = length,
                              .wire_length = length, .link_type = row->link_type};
}

static enum wb_checksum_state transport_state(const struct wb_packet *packet)
{
    struct wb_decoded decoded;
    wb_decode(packet, &decoded);
    assert_int_not_equal(decoded.transport, WB_LAYER_NONE);
    return wb_checksum_state(packet, &decoded, decoded.transport);
}

static void rows_have_their_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wb_packet packet = make_packet(&rows[i]);
        if (transport_state(&packet) != rows[i].state)
            fail_msg("%s: %d", rows[i].what, transport_state(&packet));
    }
}

/* A TCP packet of the tests' own generator, in front of a guard page. */
static struct wb_packet make_tcp(unsigned ip_version, size_t payload_length)
{
    static uint8_t frame[CRAFT_FRAME_MAX];
    static const char payload[1500] = "the payload";
    struct craft_packet craft = ip_version == 4
                                    ? craft_packet_v4("192.0.2.1", 40000, "192.0.2.2", 80)
                                    : craft_packet_v6("2001:db8::1", 40000, "2001:db8::2", 80);
    craft.payload = payload;
    craft.payload_length = payload_length;
    struct wb_packet packet = craft_packet_put(&craft, frame, sizeof frame);
    packet.data = guard_put(&guard, frame, packet.captured_length);
    return packet;
}

static void tcp_of_any_length_is_right(void **state)
{
    (void)state;
    for (size_t length = 0; length < 40; length++) {
        struct wb_packet v4 = make_tcp(4, length);
        assert_int_equal(transport_state(&v4), WB_CHECKSUM_RIGHT);
        struct wb_packet v6 = make_tcp(6, length);
        assert_int_equal(transport_state(&v6), WB_CHECKSUM_RIGHT);
    }
}

static void a_changed_byte_is_wrong(void **state)
{
    (void)state;
    struct wb_packet packet = make_tcp(4, 33);
    uint8_t *bytes = guard.map + guard.capacity - packet.captured_length;
    enum { ADDRESSES = 26, DATA_OFFSET = 46 };
    for (uint32_t i = ADDRESSES; i < packet.captured_length; i++) {
        if (i == DATA_OFFSET)
            continue;
        bytes[i] ^= 0x10;
        assert_int_equal(transport_state(&packet), WB_CHECKSUM_WRONG);
        bytes[i] ^= 0x10;
    }
}

static void the_ip_header_has_its_own(void **state)
{
    (void)state;
    struct wb_packet packet = make_tcp(4, 5);
    uint8_t *bytes = guard.map + guard.capacity - packet.captured_length;
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    packet.flags = WB_PACKET_CHECKSUM_NOT_READY; /* speaks of the transport's */
    assert_int_equal(wb_checksum_state(&packet, &decoded, decoded.network), WB_CHECKSUM_RIGHT);
    bytes[22] ^= 1; /* TTL */
    assert_int_equal(wb_checksum_state(&packet, &decoded, decoded.network), WB_CHECKSUM_WRONG);
    assert_int_equal(wb_checksum_state(&packet, &decoded, 0), WB_CHECKSUM_UNVERIFIED);
    assert_int_equal(wb_checksum_state(&packet, &decoded, 200), WB_CHECKSUM_UNVERIFIED);
}

static void what_the_source_knows_counts(void **state)
{
    (void)state;
    struct wb_packet packet = make_tcp(4, 100);
    packet.flags = WB_PACKET_CHECKSUM_NOT_READY;
    assert_int_equal(transport_state(&packet), WB_CHECKSUM_UNVERIFIED);
    packet.flags = WB_PACKET_SEGMENTED_LATER;
    assert_int_equal(transport_state(&packet), WB_CHECKSUM_UNVERIFIED);
    packet.flags = WB_PACKET_SEGMENTED_LATER | WB_PACKET_CHECKSUM_VALID;
    assert_int_equal(transport_state(&packet), WB_CHECKSUM_RIGHT);
    packet.flags = 0;
    packet.captured_length--;
    assert_int_equal(transport_state(&packet), WB_CHECKSUM_UNVERIFIED);
}

/* The checksum is known as long as the bytes that it covers are there. */
static void a_cut_behind_the_coverage_does_not_matter(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        uint32_t covered; /* up to here */
        enum wb_checksum_state whole, cut;
    } cases[] = {
        {"4500001f 00010000 40886654 0a000001 0a000002 13881770 0008c069 616263", 28,
         WB_CHECKSUM_RIGHT, WB_CHECKSUM_UNVERIFIED},
        {"4500001f 00010000 40886654 0a000001 0a000002 13881770 0000fc0e 616263", 31,
         WB_CHECKSUM_RIGHT, WB_CHECKSUM_UNVERIFIED},
        /* RFC 3828, 3.1: none at all is wrong, whatever it would cover. */
        {"4500001f 00010000 40886654 0a000001 0a000002 13881770 000b0000 616263", 31,
         WB_CHECKSUM_WRONG, WB_CHECKSUM_WRONG},
        /* DCCP, header and one word (RFC 4340, 9.2) */
        {"45000034 00010000 402166a6 0a000001 0a000002 13881770 0602d8ec 09000001 00000009 "
         "00000000 00000008 64617461 64617461", 48, WB_CHECKSUM_RIGHT, WB_CHECKSUM_UNVERIFIED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row row = {"", 101, cases[i].bytes, WB_CHECKSUM_RIGHT};
        struct wb_packet packet = make_packet(&row);
        uint8_t copy[64];
        memcpy(copy, packet.data, packet.captured_length);
        for (uint32_t length = packet.wire_length; length >= 28; length--) {
            packet.data = guard_put(&guard, copy, length);
            packet.captured_length = length;
            struct wb_decoded decoded;
            wb_decode(&packet, &decoded);
            if (decoded.layers[2].header_length > 0)
                assert_int_equal(wb_checksum_state(&packet, &decoded, 2),
                                 length >= cases[i].covered ? cases[i].whole : cases[i].cut);
        }
    }
}

#define INNER4 "4500001f 00010000 401166cb 0a000001 0a000002 00350035 000b2709 616263"
#define VXLAN "0800000000000700 020000000002 020000000001 0800"
#define OUTER4 "45000051 00010000 40116699 0a000001 0a000002 9c4012b5 003d3598"
#define OUTER6 "60000000 003d1140 fe800000000000000000000000000001 fe800000000000000000000000000002"

/* What each layer of kind says, in the layers' order. */
static void check_kind(const char *text, enum wb_layer_kind kind, const char *states)
{
    struct row row = {"", 101, text, WB_CHECKSUM_RIGHT};
    struct wb_packet packet = make_packet(&row);
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    for (unsigned i = 0; i < decoded.layer_count; i++)
        if (decoded.layers[i].kind == kind)
            assert_int_equal(wb_checksum_state(&packet, &decoded, i), *states++ - '0');
    assert_int_equal(*states, 0);
}

/* 0 wrong, 1 right, 2 unverified, 3 absent: of each depth by its own IP layer. */
static void tunnels_are_judged_at_every_depth(void **state)
{
    (void)state;
    check_kind(OUTER4 VXLAN INNER4, WB_LAYER_UDP, "11");
    check_kind(OUTER4 VXLAN INNER4, WB_LAYER_IP4, "11");
    /* A changed address inside: the inner checksums are wrong, and the outer one, too. */
    check_kind(OUTER4 VXLAN "4500001f 00010000 401166cb 0a000011 0a000002 00350035 000b2709 616263",
               WB_LAYER_UDP, "00");
    check_kind(OUTER4 VXLAN "4500001f 00010000 401166cb 0a000011 0a000002 00350035 000b2709 616263",
               WB_LAYER_IP4, "10");
    /* A fragment inside: only what lies around it can be judged. */
    check_kind("45000051 00010000 40116699 0a000001 0a000002 9c4012b5 003d1598" VXLAN
               "4500001f 00012000 401166cb 0a000001 0a000002 00350035 000b2709 616263",
               WB_LAYER_UDP, "12");
    check_kind(OUTER6 "9c4012b5 003d0000" VXLAN INNER4, WB_LAYER_UDP, "31"); /* RFC 6935 */
    check_kind("4500003b 00010000 402f6691 0a000001 0a000002 80000800 8c1e0000" INNER4,
               WB_LAYER_GRE, "1");
    check_kind("4500003b 00010000 402f6691 0a000001 0a000002 80000800 8c1f0000" INNER4,
               WB_LAYER_GRE, "0");
    check_kind("45000037 00010000 402f6695 0a000001 0a000002 00000800" INNER4, WB_LAYER_GRE, "3");
}

static void quotations_are_not_judged(void **state)
{
    (void)state;
    const char *error = "4500003b 00010000 400166bf 0a000001 0a000002 0b00 091f 00000000" INNER4;
    check_kind(error, WB_LAYER_ICMP, "1");
    check_kind(error, WB_LAYER_IP4, "12");
    check_kind(error, WB_LAYER_UDP, "2");
}

/* Every length, alignment and remainder of the loop; and words that carry. */
static void sums_are_those_of_words(void **state)
{
    (void)state;
    static uint8_t bytes[2048];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = i < 1024 ? 0xff : (uint8_t)(i * 37 + (i >> 8));
    for (uint32_t start = 0; start < 8; start++) {
        for (uint32_t length = 0; length < 2040; length++) {
            uint64_t expected = 0;
            for (uint32_t i = 0; i < length; i++)
                expected += (uint64_t)bytes[start + i] << (i % 2 ? 0 : 8);
            uint16_t folded = wb__sum_fold(wb__sum_add(0, bytes + start, length));
            uint8_t in_memory[2];
            memcpy(in_memory, &folded, 2);
            assert_int_equal((in_memory[0] << 8 | in_memory[1]) % 0xffff, expected % 0xffff);
        }
    }
}

/* What a Linux host's own captures show of a segment that its card finishes. */
static void begun_is_not_wrong(void **state)
{
    (void)state;
    for (unsigned version = 4; version <= 6; version += 2) {
        struct wb_packet packet = make_tcp(version, 100);
        uint8_t *bytes = guard.map + guard.capacity - packet.captured_length;
        uint8_t *ip = bytes + 14, *tcp = ip + (version == 4 ? 20 : 40);
        uint32_t sum = 6 + 20 + 100; /* protocol and length; then the addresses */
        for (uint8_t *at = version == 4 ? ip + 12 : ip + 8; at < tcp; at += 2)
            sum += (uint32_t)(at[0] << 8 | at[1]);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        tcp[16] = (uint8_t)(sum >> 8);
        tcp[17] = (uint8_t)sum;
        assert_int_equal(transport_state(&packet), WB_CHECKSUM_NOT_COMPUTED);
        tcp[17] ^= 1;
        assert_int_equal(transport_state(&packet), WB_CHECKSUM_WRONG);
        tcp[16] = tcp[17] = 0;
        assert_int_equal(transport_state(&packet), WB_CHECKSUM_WRONG);
    }
    assert_string_equal(wb_checksum_state_name(WB_CHECKSUM_NOT_COMPUTED), "not_computed");
}

static int open_guard(void **state)
{
    (void)state;
    guard = guard_open(4096);
    return 0;
}

static int close_guard(void **state)
{
    (void)state;
    guard_close(&guard);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_their_state),     cmocka_unit_test(tcp_of_any_length_is_right),
        cmocka_unit_test(a_changed_byte_is_wrong),   cmocka_unit_test(the_ip_header_has_its_own),
        cmocka_unit_test(what_the_source_knows_counts),
        cmocka_unit_test(a_cut_behind_the_coverage_does_not_matter),
        cmocka_unit_test(tunnels_are_judged_at_every_depth),
        cmocka_unit_test(quotations_are_not_judged),
        cmocka_unit_test(sums_are_those_of_words),   cmocka_unit_test(begun_is_not_wrong),
    };
    return cmocka_run_group_tests(tests, open_guard, close_guard);
}
