/* SPDX-License-Identifier: ISC
 *
 * Fields of headers: every _read function gives what the bytes say, refuses a layer of
 * another kind, and a header that was not captured whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <wirebeam/decode.h>
#include <wirebeam/error.h>

#include "support/hex.h"

static uint8_t bytes[512];
static struct wb_packet packet;
static struct wb_decoded decoded;

static const struct wb_layer *decode(uint16_t link_type, const char *text, unsigned layer)
{
    uint32_t length = (uint32_t)hex_bytes(text, bytes, sizeof bytes);
    packet = (struct wb_packet){.data = bytes, .captured_length = length, .wire_length = length,
                                .link_type = link_type};
    wb_decode(&packet, &decoded);
    assert_true(layer < decoded.layer_count);
    return &decoded.layers[layer];
}

/* A read of a layer of another kind, and of one whose last header byte is missing. */
#define ASSERT_READ_REFUSES(read, layer, value)                                       \
    do {                                                                              \
        struct wb_layer other = *(layer);                                             \
        struct wb_packet cut = packet;                                                \
        other.kind = WB_LAYER_PAYLOAD;                                                \
        cut.captured_length = (layer)->offset + (layer)->header_length - 1;           \
        assert_int_equal(read(&packet, &other, value), WB_E_ARGUMENT);                \
        assert_int_equal(read(&cut, layer, value), WB_E_TRUNCATED);                   \
    } while (0)

static void ethernet_and_vlan(void **state)
{
    const struct wb_layer *layer = decode(1, "020000000002 020000000001 88a8 f064 0800", 0);
    struct wb_ethernet ethernet;
    struct wb_vlan vlan;
    (void)state;
    assert_int_equal(wb_ethernet_read(&packet, layer, &ethernet), 0);
    assert_memory_equal(ethernet.destination, "\x02\0\0\0\0\x02", 6);
    assert_memory_equal(ethernet.source, "\x02\0\0\0\0\x01", 6);
    assert_int_equal(ethernet.type, 0x88a8);
    ASSERT_READ_REFUSES(wb_ethernet_read, layer, &ethernet);

    assert_int_equal(wb_vlan_read(&packet, layer + 1, &vlan), 0);
    assert_int_equal(vlan.tpid, 0x88a8);
    assert_int_equal(vlan.priority, 7);
    assert_true(vlan.drop_eligible);
    assert_int_equal(vlan.id, 0x64);
    assert_int_equal(vlan.type, 0x0800);
    ASSERT_READ_REFUSES(wb_vlan_read, layer + 1, &vlan);
}

static void arp(void **state)
{
    const struct wb_layer *layer =
        decode(1, "ffffffffffff 020000000001 0806"
                  "0001 0800 0604 0002 020000000001 c0000201 020000000002 c0000202", 1);
    struct wb_arp arp;
    (void)state;
    assert_int_equal(wb_arp_read(&packet, layer, &arp), 0);
    assert_int_equal(arp.hardware_type, 1);
    assert_int_equal(arp.protocol_type, 0x0800);
    assert_int_equal(arp.operation, 2);
    assert_int_equal(arp.hardware_length, 6);
    assert_int_equal(arp.protocol_length, 4);
    assert_memory_equal(arp.sender_hardware, "\x02\0\0\0\0\x01", 6);
    assert_memory_equal(arp.sender_protocol, "\xc0\0\x02\x01", 4);
    assert_memory_equal(arp.target_hardware, "\x02\0\0\0\0\x02", 6);
    assert_memory_equal(arp.target_protocol, "\xc0\0\x02\x02", 4);
    ASSERT_READ_REFUSES(wb_arp_read, layer, &arp);
}

static void linux_cooked(void **state)
{
    struct wb_sll sll;
    (void)state;
    const struct wb_layer *layer = decode(113, "0004 0001 0006 0200000000010000 88cc", 0);
    assert_int_equal(wb_sll_read(&packet, layer, &sll), 0);
    assert_int_equal(sll.packet_type, 4);
    assert_int_equal(sll.arphrd_type, 1);
    assert_int_equal(sll.address_length, 6);
    assert_memory_equal(sll.address, "\x02\0\0\0\0\x01\0\0", 8);
    assert_int_equal(sll.protocol, 0x88cc);
    assert_int_equal(sll.interface_index, 0);
    ASSERT_READ_REFUSES(wb_sll_read, layer, &sll);

    layer = decode(276, "8100 0000 00000103 0304 02 06 0200000000010000 0064 88cc", 0);
    assert_int_equal(wb_sll_read(&packet, layer, &sll), 0);
    assert_int_equal(sll.packet_type, 2);
    assert_int_equal(sll.arphrd_type, 0x0304);
    assert_int_equal(sll.address_length, 6);
    assert_int_equal(sll.protocol, 0x8100);
    assert_int_equal(sll.interface_index, 0x103);
    ASSERT_READ_REFUSES(wb_sll_read, layer, &sll);
    /* The tag's TPID is at the other end of this header. */
    struct wb_vlan vlan;
    assert_int_equal(wb_vlan_read(&packet, layer + 1, &vlan), 0);
    assert_int_equal(vlan.tpid, 0x8100);
    assert_int_equal(vlan.id, 0x64);
}

static void ip4(void **state)
{
    const struct wb_layer *layer =
        decode(228, "46ba 0018 1234 f0b9 4006 beef c0000201 c0000202 94040000", 1);
    struct wb_ip4 ip;
    (void)state;
    assert_int_equal(wb_ip4_read(&packet, layer, &ip), 0);
    assert_int_equal(ip.dscp, 46);
    assert_int_equal(ip.ecn, 2);
    assert_int_equal(ip.total_length, 24);
    assert_int_equal(ip.identification, 0x1234);
    assert_true(ip.reserved_flag);
    assert_true(ip.dont_fragment);
    assert_true(ip.more_fragments);
    assert_int_equal(ip.fragment_offset, 0x10b9 * 8);
    assert_int_equal(ip.ttl, 64);
    assert_int_equal(ip.protocol, 6);
    assert_int_equal(ip.checksum, 0xbeef);
    assert_memory_equal(ip.source, "\xc0\0\x02\x01", 4);
    assert_memory_equal(ip.destination, "\xc0\0\x02\x02", 4);
    assert_int_equal(ip.options_length, 4);
    assert_memory_equal(ip.options, "\x94\x04\0\0", 4);
    ASSERT_READ_REFUSES(wb_ip4_read, layer, &ip);
}

static void ip6(void **state)
{
    const struct wb_layer *layer =
        decode(229, "6ba12345 0008 2c 40 20010db8000000000000000000000001"
                    "20010db8000000000000000000000002 11000009 12345678", 1);
    struct wb_ip6_fragment fragment;
    struct wb_ip6 ip;
    (void)state;
    assert_int_equal(wb_ip6_read(&packet, layer, &ip), 0);
    assert_int_equal(ip.traffic_class, 0xba);
    assert_int_equal(ip.flow_label, 0x12345);
    assert_int_equal(ip.payload_length, 8);
    assert_int_equal(ip.next_header, 44);
    assert_int_equal(ip.hop_limit, 64);
    assert_memory_equal(ip.source, bytes + 8, 16);
    assert_memory_equal(ip.destination, bytes + 24, 16);
    ASSERT_READ_REFUSES(wb_ip6_read, layer, &ip);

    assert_int_equal(wb_ip6_fragment_read(&packet, layer + 1, &fragment), 0);
    assert_int_equal(fragment.next_header, 17);
    assert_int_equal(fragment.fragment_offset, 8);
    assert_true(fragment.more_fragments);
    assert_int_equal(fragment.identification, 0x12345678);
    ASSERT_READ_REFUSES(wb_ip6_fragment_read, layer + 1, &fragment);
}

static void tcp(void **state)
{
    const struct wb_layer *layer =
        decode(228, "4500 002c 0001 0000 4006 0000 c0000201 c0000202"
                    "9c40 0050 89abcdef 01234567 6bff 0102 0304 0506 01010402", 2);
    struct wb_tcp tcp;
    (void)state;
    assert_int_equal(wb_tcp_read(&packet, layer, &tcp), 0);
    assert_int_equal(tcp.source_port, 40000);
    assert_int_equal(tcp.destination_port, 80);
    assert_int_equal(tcp.sequence, 0x89abcdef);
    assert_int_equal(tcp.acknowledgment, 0x01234567);
    assert_int_equal(tcp.flags, 0x1ff);
    assert_int_equal(tcp.reserved, 5);
    assert_int_equal(tcp.window, 0x0102);
    assert_int_equal(tcp.checksum, 0x0304);
    assert_int_equal(tcp.urgent_pointer, 0x0506);
    assert_int_equal(tcp.options_length, 4);
    assert_memory_equal(tcp.options, "\x01\x01\x04\x02", 4);
    ASSERT_READ_REFUSES(wb_tcp_read, layer, &tcp);
}

static void udp_and_icmp(void **state)
{
    struct wb_udp udp;
    struct wb_icmp icmp;
    (void)state;
    const struct wb_layer *layer =
        decode(228, "4500 001c 0001 0000 4011 0000 c0000201 c0000202 1234 0035 0008 beef", 2);
    assert_int_equal(wb_udp_read(&packet, layer, &udp), 0);
    assert_int_equal(udp.source_port, 0x1234);
    assert_int_equal(udp.destination_port, 53);
    assert_int_equal(udp.length, 8);
    assert_int_equal(udp.checksum, 0xbeef);
    ASSERT_READ_REFUSES(wb_udp_read, layer, &udp);

    layer = decode(228, "4500 001c 0001 0000 4001 0000 c0000201 c0000202 0301 beef 01020304", 2);
    assert_int_equal(wb_icmp_read(&packet, layer, &icmp), 0);
    assert_int_equal(icmp.type, 3);
    assert_int_equal(icmp.code, 1);
    assert_int_equal(icmp.checksum, 0xbeef);
    assert_int_equal(icmp.rest, 0x01020304);
    ASSERT_READ_REFUSES(wb_icmp_read, layer, &icmp);
}

static void payload_is_what_was_captured(void **state)
{
    const uint8_t *payload;
    (void)state;
    const struct wb_layer *layer =
        decode(228, "4500 001f 0001 0000 4011 0000 c0000201 c0000202"
                    "1234 0035 000b 0000 616263", 2);
    assert_int_equal(wb_layer_payload(&packet, layer, &payload), 3);
    assert_memory_equal(payload, "abc", 3);
    packet.captured_length -= 2;
    assert_int_equal(wb_layer_payload(&packet, layer, &payload), 1);
    packet.captured_length -= 1;
    assert_int_equal(wb_layer_payload(&packet, layer, &payload), 0);
    /* Where the header cannot be read, it is not known where the payload begins. */
    layer = decode(228, "4500 0028 0001 0000 4006 0000 c0000201 c0000202"
                        "9c40 0050 00000001 00000002 4010 ffff 0000 0000", 2);
    assert_int_equal(layer->status, WB_LAYER_MALFORMED);
    assert_int_equal(wb_layer_payload(&packet, layer, &payload), 0);
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(wb_layer_name(WB_LAYER_ETHERNET), "eth");
    assert_string_equal(wb_layer_name(WB_LAYER_ICMP6), "icmpv6");
    assert_string_equal(wb_layer_name(WB_LAYER_KIND_COUNT), "unknown");
    assert_string_equal(wb_layer_status_name(WB_LAYER_OK), "ok");
    assert_string_equal(wb_layer_status_name(WB_LAYER_FRAGMENT), "fragment");
    assert_string_equal(wb_layer_status_name(WB_LAYER_FRAGMENT + 1), "unknown");
}

static void every_kind_has_name_and_words(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < WB_LAYER_KIND_COUNT; kind++) {
        if (wb_layer_about(kind)[0] == '\0')
            fail_msg("about.c has no words for layer '%s'", wb_layer_name(kind));
        for (unsigned other = 0; other < kind; other++)
            assert_string_not_equal(wb_layer_name(kind), wb_layer_name(other));
    }
    assert_string_equal(wb_layer_about(WB_LAYER_KIND_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ethernet_and_vlan), cmocka_unit_test(arp),
        cmocka_unit_test(linux_cooked),      cmocka_unit_test(ip4),
        cmocka_unit_test(ip6),               cmocka_unit_test(tcp),
        cmocka_unit_test(udp_and_icmp),      cmocka_unit_test(payload_is_what_was_captured),
        cmocka_unit_test(names),
        cmocka_unit_test(every_kind_has_name_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
