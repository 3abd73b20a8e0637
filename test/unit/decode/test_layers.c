/* SPDX-License-Identifier: ISC
 *
 * Packets and the layers that they have: a table in which each row is a document. Every
 * row is also decoded at every prefix length, at a guard page: what was understood of
 * the whole packet is understood of its beginning, up to where the bytes end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "show.h"
#include "support/guard.h"
#include "support/hex.h"

enum { NULL_LINK = 0, ETH_LINK = 1, RAW_LINK = 101, LOOP_LINK = 108, SLL_LINK = 113,
       IP4_LINK = 228, IP6_LINK = 229, SLL2_LINK = 276 };

#define ETH(type) "020000000002 020000000001 " type " "
#define ENDS4 "c0000201 c0000202 "
#define ENDS6 "20010db8000000000000000000000001 20010db8000000000000000000000002 "
/* total length, flags and fragment offset, protocol */
#define IP4(length, fragment, protocol) \
    "4500 " length " 0001 " fragment " 40" protocol " 0000 " ENDS4
#define IP6(length, next) "60000000 " length next "40 " ENDS6
#define TCP "9c40 0050 00000001 00000002 5010 ffff 0000 0000 "
#define TCP_OPTIONS "9c40 0050 00000001 00000002 8010 ffff 0000 0000 0101080a0000000100000002 "
#define UDP(length) "9c40 9c40 " length " 0000 "
#define ECHO "0800 0000 0001 0001 "

struct row {
    const char *what;
    uint16_t link_type;
    const char *bytes;
    const char *layers;
};

static const struct row rows[] = {
    {"TCP with options and payload", ETH_LINK,
     ETH("0800") IP4("0037", "4000", "06") TCP_OPTIONS "616263",
     "eth 0+14/69 ip 14+20/55 tcp 34+32/35 payload 66+0/3"},
    {"Ethernet padding is outside of the IP packet", ETH_LINK,
     ETH("0800") IP4("0028", "4000", "06") TCP "000000000000",
     "eth 0+14/60 ip 14+20/40 tcp 34+20/20"},
    {"IPv4 options (RFC 791, 3.1)", RAW_LINK,
     "4600 0020 0001 0000 4011 0000 " ENDS4 "94040000" UDP("0008"),
     "raw 0+0/32 ip 0+24/32 udp 24+8/8"},
    {"ICMP", RAW_LINK, IP4("001e", "0000", "01") ECHO "6162",
     "raw 0+0/30 ip 0+20/30 icmp 20+8/10 payload 28+0/2"},
    {"802.1ad around 802.1Q", ETH_LINK,
     ETH("88a8") "001e 8100 0064 0800" IP4("001c", "0000", "11") UDP("0008"),
     "eth 0+14/50 vlan 14+4/36 vlan 18+4/32 ip 22+20/28 udp 42+8/8"},
    {"0x9100, and more than two tags", ETH_LINK,
     ETH("9100") "0001 9100 0002 8100 0003 86dd" IP6("0008", "11") UDP("0008"),
     "eth 0+14/74 vlan 14+4/60 vlan 18+4/56 vlan 22+4/52 ipv6 26+40/48 udp 66+8/8"},
    {"ARP with padding (RFC 826)", ETH_LINK,
     ETH("0806") "0001 0800 0604 0001 020000000001 c0000201 000000000000 c0000202 00000000",
     "eth 0+14/46 arp 14+28/28"},
    {"an 802.3 length, and padding", ETH_LINK, ETH("0003") "f0f003 0000",
     "eth 0+14/17 llc 14+3/3 unknown"},
    {"an 802.3 length beyond the frame", ETH_LINK, ETH("0100") "f0f003",
     "eth 0+14/17 malformed llc 14+3/3 unknown"},
    {"an EtherType without a decoder", ETH_LINK,
     ETH("88b5") "0207", "eth 0+14/16 unknown payload 14+0/2"},
    {"Linux cooked", SLL_LINK,
     "0000 0001 0006 020000000001 0000 0800" IP4("001c", "0000", "11") UDP("0008"),
     "sll 0+16/44 ip 16+20/28 udp 36+8/8"},
    {"Linux cooked on a netlink device: no EtherType", SLL_LINK,
     "0004 0338 0000 0000000000000000 0800 01", "sll 0+16/17 unknown payload 16+0/1"},
    {"Linux cooked, version 2, with a tag", SLL2_LINK,
     "8100 0000 00000003 0001 0406 020000000001 0000 0064 0800" IP4("001c", "0000", "11")
     UDP("0008"),
     "sll2 0+20/52 vlan 20+4/32 ip 24+20/28 udp 44+8/8"},
    {"NULL, little-endian", NULL_LINK, "02000000" IP4("001c", "0000", "11") UDP("0008"),
     "null 0+4/32 ip 4+20/28 udp 24+8/8"},
    {"NULL, big-endian, AF_INET6 of macOS", NULL_LINK, "0000001e" IP6("0008", "11") UDP("0008"),
     "null 0+4/52 ipv6 4+40/48 udp 44+8/8"},
    {"LOOP is in network byte order", LOOP_LINK, "00000018" IP6("0008", "11") UDP("0008"),
     "loop 0+4/52 ipv6 4+40/48 udp 44+8/8"},
    {"LOOP in another order is no family", LOOP_LINK,
     "18000000 60", "loop 0+4/5 unknown payload 4+0/1"},
    {"RAW that is not IP", RAW_LINK, "50", "raw 0+0/1 unknown payload 0+0/1"},
    {"IPV4 that is not", IP4_LINK, IP6("0000", "3b"), "raw 0+0/40 ip 0+0/40 malformed"},
    {"IPV6", IP6_LINK, IP6("0000", "3b"), "raw 0+0/40 ipv6 0+40/40"},
    {"a link type without a decoder", 147, "0102", "payload 0+0/2 unknown"},

    {"IPv4 header length below 20", RAW_LINK, "4400 001c 0001 0000 4011 0000 " ENDS4 UDP("0008"),
     "raw 0+0/28 ip 0+0/28 malformed"},
    {"IPv4 header length beyond the packet", RAW_LINK,
     "4f00 001c 0001 0000 4011 0000 " ENDS4 UDP("0008"),
     "raw 0+0/28 ip 0+0/28 malformed"},
    {"total_length within the header", RAW_LINK, IP4("0013", "0000", "11") UDP("0008"),
     "raw 0+0/28 ip 0+20/20 malformed"},
    {"total_length beyond the frame: what is there is kept", RAW_LINK,
     IP4("0400", "0000", "06") TCP "61",
     "raw 0+0/41 ip 0+20/41 malformed tcp 20+20/21 payload 40+0/1"},
    {"total_length 0, as segmentation offload leaves it", RAW_LINK,
     IP4("0000", "0000", "06") TCP "61",
     "raw 0+0/41 ip 0+20/41 tcp 20+20/21 payload 40+0/1"},
    {"an IP protocol without a decoder", RAW_LINK, IP4("0016", "0000", "fd") "0000",
     "raw 0+0/22 ip 0+20/22 unknown payload 20+0/2"},
    {"a first fragment: UDP length is the datagram's", RAW_LINK,
     IP4("001e", "2000", "11") UDP("05dc") "6162",
     "raw 0+0/30 ip 0+20/30 udp 20+8/10 payload 28+0/2"},
    {"a first fragment that ends inside the TCP header", RAW_LINK,
     IP4("001c", "2000", "06") "9c40 0050 00000001",
     "raw 0+0/28 ip 0+20/28 tcp 20+0/8 truncated"},
    {"a later fragment has no header", RAW_LINK, IP4("001c", "00b9", "11") UDP("0008"),
     "raw 0+0/28 ip 0+20/28 fragment payload 20+0/8"},

    {"IPv6 extension headers (RFC 8200, 4.1)", RAW_LINK,
     IP6("0020", "00") "3c00050200000000" "2b00010400000000" "1100000000000000" UDP("0008"),
    
     "raw 0+0/72 ipv6 0+40/72 ipv6.hopopts 40+8/32 ipv6.dstopts 48+8/24 "
     "ipv6.routing 56+8/16 udp 64+8/8"},
    {"IPv6 later fragment", RAW_LINK, IP6("000a", "2c") "11000008 00000007 6162",
     "raw 0+0/50 ipv6 0+40/50 ipv6.fraghdr 40+8/10 fragment payload 48+0/2"},
    {"IPv6 atomic fragment", RAW_LINK, IP6("0010", "2c") "11000000 00000007" UDP("0008"),
     "raw 0+0/56 ipv6 0+40/56 ipv6.fraghdr 40+8/16 udp 48+8/8"},
    {"an extension header beyond the packet", RAW_LINK, IP6("0008", "00") "11ff000000000000",
     "raw 0+0/48 ipv6 0+40/48 ipv6.hopopts 40+0/8 malformed"},
    {"IPv6 payload_length beyond the frame", RAW_LINK, IP6("0400", "11") UDP("0008"),
     "raw 0+0/48 ipv6 0+40/48 malformed udp 40+8/8"},
    {"IPv6 payload_length 0: a jumbogram or an offload", RAW_LINK, IP6("0000", "06") TCP "61",
     "raw 0+0/61 ipv6 0+40/61 tcp 40+20/21 payload 60+0/1"},
    {"no next header (RFC 8200, 4.7), and padding", RAW_LINK, IP6("0000", "3b") "0000",
     "raw 0+0/42 ipv6 0+40/40"},
    {"AH shorter than its header", RAW_LINK, IP6("0004", "33") "06040000",
     "raw 0+0/44 ipv6 0+40/44 ah 40+0/4 malformed"},

    {"TCP data offset below 5", RAW_LINK,
     IP4("0028", "0000", "06") "9c40 0050 00000001 00000002 4010 ffff 0000 0000",
     "raw 0+0/40 ip 0+20/40 tcp 20+0/20 malformed"},
    {"TCP data offset beyond the segment", RAW_LINK,
     IP4("0028", "0000", "06") "9c40 0050 00000001 00000002 f010 ffff 0000 0000",
     "raw 0+0/40 ip 0+20/40 tcp 20+0/20 malformed"},
    {"TCP data offset beyond the segment, padding behind", ETH_LINK,
     ETH("0800") IP4("0028", "0000", "06") "9c40 0050 00000001 00000002 6010 ffff 0000 0000"
     "000000000000",
     "eth 0+14/60 ip 14+20/40 tcp 34+0/20 malformed"},
    {"UDP length below 8", RAW_LINK, IP4("001e", "0000", "11") UDP("0007") "6162",
     "raw 0+0/30 ip 0+20/30 udp 20+8/8 malformed"},
    {"UDP length 0 is for jumbograms only", RAW_LINK, IP4("001e", "0000", "11") UDP("0000") "6162",
     "raw 0+0/30 ip 0+20/30 udp 20+8/8 malformed"},
    {"UDP length beyond the IP packet", RAW_LINK, IP4("001e", "0000", "11") UDP("000b") "6162",
     "raw 0+0/30 ip 0+20/30 udp 20+8/10 malformed payload 28+0/2"},
    {"UDP length short of the IP packet", RAW_LINK, IP4("001e", "0000", "11") UDP("0009") "6162",
     "raw 0+0/30 ip 0+20/30 udp 20+8/9 payload 28+0/1"},
    {"an ICMP message shorter than its header", RAW_LINK, IP4("0018", "0000", "01") "08000000",
     "raw 0+0/24 ip 0+20/24 icmp 20+0/4 malformed"},
    {"a runt", ETH_LINK, "0200000000", "eth 0+0/5 malformed"},
    {"nothing at all", ETH_LINK, "", "eth 0+0/0 malformed"},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static struct guard guard;

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

/* The first captured of the row's bytes, at the guard page. */
static struct wb_packet make_packet(const struct row *row, uint32_t captured)
{
    uint8_t bytes[1024];
    uint32_t length = (uint32_t)hex_bytes(row->bytes, bytes, sizeof bytes);
    if (captured > length)
        captured = length;
    return (struct wb_packet){
        .data = guard_put(&guard, bytes, captured),
        .captured_length = captured,
        .wire_length = length,
        .link_type = row->link_type,
    };
}

static void rows_have_their_layers(void **state)
{
    char text[SHOW_SIZE];
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        struct wb_packet packet = make_packet(&rows[i], UINT32_MAX);
        struct wb_decoded decoded;
        wb_decode(&packet, &decoded);
        check_rules(&packet, &decoded);
        if (strcmp(show_layers(&decoded, text), rows[i].layers) != 0)
            fail_msg("%s:\n got  %s\n want %s", rows[i].what, text, rows[i].layers);
    }
}

/* All layers but the last are those of the whole packet; the last one is, too, or the
 * capture ended in it. */
static void check_prefix(const struct wb_decoded *part, const struct wb_decoded *whole)
{
    unsigned last = part->layer_count - 1u;
    assert_true(part->layer_count <= whole->layer_count);
    assert_memory_equal(part->layers, whole->layers, last * sizeof part->layers[0]);
    const struct wb_layer *a = &part->layers[last], *b = &whole->layers[last];
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->offset, b->offset);
    if (memcmp(a, b, sizeof *a) != 0) {
        assert_int_equal(a->status, WB_LAYER_TRUNCATED);
        assert_int_equal(a->header_length, 0);
    } else {
        assert_int_equal(part->layer_count, whole->layer_count);
    }
}

static void prefixes_have_the_beginning_of_the_layers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        struct wb_decoded whole, part;
        struct wb_packet packet = make_packet(&rows[i], UINT32_MAX);
        wb_decode(&packet, &whole);
        for (uint32_t length = 0; length < packet.wire_length; length++) {
            struct wb_packet cut = make_packet(&rows[i], length);
            wb_decode(&cut, &part);
            check_rules(&cut, &part);
            check_prefix(&part, &whole);
            cut.wire_length = length; /* and as a packet that was this short */
            wb_decode(&cut, &part);
            check_rules(&cut, &part);
        }
    }
}

static struct wb_decoded decode_row(const char *what)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].what, what) != 0)
            continue;
        struct wb_packet packet = make_packet(&rows[i], UINT32_MAX);
        struct wb_decoded decoded;
        wb_decode(&packet, &decoded);
        return decoded;
    }
    fail_msg("no row '%s'", what);
    return (struct wb_decoded){0};
}

static void summary_names_network_transport_and_tags(void **state)
{
    (void)state;
    struct wb_decoded decoded = decode_row("0x9100, and more than two tags");
    assert_int_equal(decoded.vlan_count, 3);
    assert_int_equal(decoded.vlan_ids[0], 1);
    assert_int_equal(decoded.vlan_ids[1], 2);
    assert_int_equal(decoded.network, 4);
    assert_int_equal(decoded.transport, 5);
    assert_int_equal(decoded.layers[4].next, 17);

    decoded = decode_row("an EtherType without a decoder");
    assert_int_equal(decoded.network, WB_LAYER_NONE);
    assert_int_equal(decoded.transport, WB_LAYER_NONE);
    assert_int_equal(decoded.vlan_count, 0);
    assert_int_equal(decoded.layers[0].next, 0x88b5);
    assert_int_equal(decoded.status, WB_LAYER_OK);
}

static void fragments_are_marked(void **state)
{
    (void)state;
    assert_true(decode_row("a first fragment: UDP length is the datagram's").is_fragment);
    assert_true(decode_row("a later fragment has no header").is_fragment);
    assert_true(decode_row("IPv6 later fragment").is_fragment);
    assert_false(decode_row("IPv6 atomic fragment").is_fragment);
    assert_false(decode_row("ICMP").is_fragment);
    assert_int_equal(decode_row("a later fragment has no header").transport, WB_LAYER_NONE);
}

/* Tags without end. */
static void stacks_end_at_the_limit(void **state)
{
    (void)state;
    uint8_t bytes[14 + 4 * 100];
    struct wb_packet packet = {.data = bytes, .captured_length = sizeof bytes,
                               .wire_length = sizeof bytes, .link_type = ETH_LINK};
    struct wb_decoded decoded;
    for (size_t i = 0; i < sizeof bytes; i += 2) {
        bytes[i] = i % 4 == 0 ? 0x81 : 0;
        bytes[i + 1] = 0;
    }
    wb_decode(&packet, &decoded);
    assert_int_equal(decoded.layers[0].next, 0x8100);
    assert_int_equal(decoded.layer_count, WB_LAYERS_MAX);
    assert_int_equal(decoded.layers[WB_LAYERS_MAX - 1].status, WB_LAYER_TOO_DEEP);
    assert_int_equal(decoded.status, WB_LAYER_TOO_DEEP);
    assert_int_equal(decoded.vlan_count, WB_LAYERS_MAX - 1);
    check_rules(&packet, &decoded);
}

/* A frame that the kernel would have cut later: longer than any length field can say. */
static void offload_frames_reach_beyond_64_kib(void **state)
{
    (void)state;
    static uint8_t bytes[100000];
    struct wb_packet packet = {.data = bytes, .captured_length = sizeof bytes,
                               .wire_length = sizeof bytes, .link_type = RAW_LINK,
                               .flags = WB_PACKET_SEGMENTED_LATER};
    struct wb_decoded decoded;
    char text[SHOW_SIZE];
    hex_bytes(IP4("0000", "0000", "06") TCP, bytes, sizeof bytes);
    wb_decode(&packet, &decoded);
    assert_string_equal(show_layers(&decoded, text),
                        "raw 0+0/100000 ip 0+20/100000 tcp 20+20/99980 payload 40+0/99960");
    hex_bytes(IP6("0000", "11") UDP("0000"), bytes, sizeof bytes);
    wb_decode(&packet, &decoded);
    assert_string_equal(show_layers(&decoded, text),
                        "raw 0+0/100000 ipv6 0+40/100000 udp 40+8/99960 payload 48+0/99952");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_their_layers),
        cmocka_unit_test(prefixes_have_the_beginning_of_the_layers),
        cmocka_unit_test(summary_names_network_transport_and_tags),
        cmocka_unit_test(fragments_are_marked),
        cmocka_unit_test(stacks_end_at_the_limit),
        cmocka_unit_test(offload_frames_reach_beyond_64_kib),
    };
    return cmocka_run_group_tests(tests, open_guard, close_guard);
}
