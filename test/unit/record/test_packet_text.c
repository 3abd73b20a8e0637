/* SPDX-License-Identifier: ISC
 *
 * Packets as text and as JSON. The tables are documents: the bytes, and the line that
 * they become. JSON is read back by another library's parser.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>

#include <wirebeam/record.h>

#include "support/hex.h"

enum { NULL_LINK = 0, ETH_LINK = 1, RAW_LINK = 101, SLL2_LINK = 276 };

#define ETH(type) "020000000002 020000000001 " type " "
#define ENDS4 "0a000001 0a000002 "
#define ENDS6 "fe800000000000000000000000000001 fe800000000000000000000000000002 "
#define IP4(length, fragment, protocol)                                                            \
    "4500 " length " 0001 " fragment " 40" protocol " 0000 " ENDS4
#define IP6(length, next) "60000000 " length next "ff " ENDS6
#define UDP(length) "0051 a8ca " length " 0000 "
#define DNS(length, udp_length) IP4(length, "0000", "11") "a8ca 0035 " udp_length " 0000 "
/* An ICMP error of this type and code that quotes a UDP header from port 81 to 43210. */
#define ERROR4(type_code, rest)                                                                    \
    IP4("0038", "0000", "01") type_code "0000 " rest IP4("0024", "0000", "11") UDP("0010")

struct row {
    uint16_t link_type;
    const char *bytes;
    uint32_t cut; /* bytes that were not captured */
    const char *text;
};

static const struct row rows[] = {
    /* TCP */
    {RAW_LINK,
     IP4("0037", "4000", "06") "a8ca 0050 00000001 00000002 8018 01f6 0000 0000"
                               "0101080a0000000100000002 616263",
     0,
     "IP 10.0.0.1.43210 > 10.0.0.2.80: Flags [P.], seq 1:4, ack 2, win 502, "
     "options [nop,nop,TS val 1 ecr 2], length 3"},
    {RAW_LINK,
     IP4("0034", "4000", "06") "a8ca 0050 ffffffff 00000000 8002 ffff 0000 0000"
                               "020405b4 01030307 04020000",
     0,
     "IP 10.0.0.1.43210 > 10.0.0.2.80: Flags [S], seq 4294967295, win 65535, "
     "options [mss 1460,nop,wscale 7,sackOK,eol], length 0"},
    {RAW_LINK,
     IP4("0034", "4000", "06") "a8ca 0050 00000001 00000002 81ff 0010 0000 0003"
                               "050a0000000a00000014fe02",
     0,
     "IP 10.0.0.1.43210 > 10.0.0.2.80: Flags [FSRP.UEWe], seq 1, ack 2, win 16, urg 3, "
     "options [sack 1 {10:20},option-254], length 0"},
    {RAW_LINK,
     IP4("0030", "4000", "06") "a8ca 0050 00000001 00000002 7000 0010 0000 0000"
                               "0203051e 1b0500ff",
     0,
     "IP 10.0.0.1.43210 > 10.0.0.2.80: Flags [none], win 16, "
     "options [option-2 0x05,bad option], length 0"},
    /* UDP, fragments, unknown protocols */
    {NULL_LINK, "0000001e" IP6("000b", "11") UDP("000b") "616263", 0,
     "IP6 fe80::1.81 > fe80::2.43210: UDP, length 3"},
    {RAW_LINK, IP4("001c", "2001", "11") UDP("05dc"), 0,
     "IP 10.0.0.1 > 10.0.0.2: frag (id 1, offset 8+) ip-proto-17, length 8"},
    {RAW_LINK, IP4("001e", "2000", "11") UDP("05dc") "6162", 0,
     "IP 10.0.0.1.81 > 10.0.0.2.43210: frag (id 1, offset 0+) UDP, length 2"},
    {RAW_LINK, IP6("0000", "3b"), 0, "IP6 fe80::1 > fe80::2: no next header"},
    {RAW_LINK, IP6("0008", "3c") "3b00 0104 00000000", 0,
     "IP6 fe80::1 > fe80::2: DSTOPT no next header"},
    {RAW_LINK, IP6("0012", "00") "2c00050200000000 11000008 00000007 6162", 0,
     "IP6 fe80::1 > fe80::2: HBH frag (id 7, offset 8) ip-proto-17, length 2"},
    {RAW_LINK, IP4("0016", "0000", "fd") "0000", 0,
     "IP 10.0.0.1 > 10.0.0.2: ip-proto-253, length 2"},
    /* DNS and DHCP: a name that would clear the screen, and one in UTF-8 */
    {RAW_LINK, DNS("0039", "0025") "3039 0100 0001 0000 0000 0000 076578616d706c65036f726700 0001 0001",
     0, "IP 10.0.0.1.43210 > 10.0.0.2.53: 12345+ A? example.org. (29)"},
    {RAW_LINK, DNS("0052", "003e") "3039 85a0 0001 0001 0000 0001 076578616d706c65036f726700 0001 0001"
                                   "c00c 0005 0001 00000000 0002 c00c 00 0029 1000 00000000 0000",
     0, "IP 10.0.0.1.43210 > 10.0.0.2.53: 12345*$ 1/0/1 CNAME example.org. (54)"},
    {RAW_LINK, DNS("0035", "0021") "3039 0000 0001 0000 0000 0000 04 1b5b324a 02c3a9 00 000c 0001",
     0, "IP 10.0.0.1.43210 > 10.0.0.2.53: 12345 PTR? \\x1B[2J.\xc3\xa9. (25)"},
    {RAW_LINK, DNS("0034", "0020") "3039 0000 0001 0000 0000 0000 03ff5c78 02c29b 00 0010 0001",
     0, "IP 10.0.0.1.43210 > 10.0.0.2.53: 12345 TXT? \\xFF\\\\x5Cx.\\xC2\\x9B. (24)"},
    {RAW_LINK, DNS("0039", "0025") "3039 0100 0002 0000 0000 0000 076578616d706c65036f726700 0001 0001",
     0, "IP 10.0.0.1.43210 > 10.0.0.2.53: 12345+ [2q] A? example.org. [malformed dns] (29)"},
    {RAW_LINK, DNS("0039", "0025") "3039 0100 0001 0000 0000 0000 076578616d706c65036f726700 0001 0001",
     5, "IP 10.0.0.1.43210 > 10.0.0.2.53: 12345+ [|dns]"},
    {RAW_LINK, IP4("0020", "0000", "11") "0222 0223 000c 0000 01 010203", 0,
     "IP 10.0.0.1.546 > 10.0.0.2.547: dhcp6 solicit"},
    /* ICMP and ICMPv6 */
    {RAW_LINK, IP4("001c", "0000", "01") "0800 0000 0007 0009", 0,
     "IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 7, seq 9, length 8"},
    {RAW_LINK, ERROR4("0303", "00000000"), 0,
     "IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.2 udp port 43210 unreachable, length 36"},
    {RAW_LINK, ERROR4("0301", "00000000"), 0,
     "IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.2 host unreachable, length 36"},
    {RAW_LINK, ERROR4("0304", "00000578"), 0,
     "IP 10.0.0.1 > 10.0.0.2: ICMP 10.0.0.2 unreachable - need to frag (mtu 1400), length 36"},
    {RAW_LINK, ERROR4("0b00", "00000000"), 0,
     "IP 10.0.0.1 > 10.0.0.2: ICMP time exceeded in-transit, length 36"},
    {RAW_LINK, ERROR4("0501", "0a0000fe"), 0,
     "IP 10.0.0.1 > 10.0.0.2: ICMP redirect 10.0.0.2 to 10.0.0.254, length 36"},
    {RAW_LINK, IP4("001c", "0000", "01") "2a07 0000 00000000", 0,
     "IP 10.0.0.1 > 10.0.0.2: ICMP type 42, code 7, length 8"},
    {RAW_LINK, IP6("0018", "3a") "8700 0000 00000000 fe800000000000000000000000000003", 0,
     "IP6 fe80::1 > fe80::2: ICMP6, neighbor solicitation, who has fe80::3, length 24"},
    {RAW_LINK, IP6("0018", "3a") "8800 0000 60000000 fe800000000000000000000000000003", 16,
     "IP6 fe80::1 > fe80::2: ICMP6, neighbor advertisement, tgt is [|icmpv6], length 24"},
    {RAW_LINK, IP6("0008", "3a") "8500 0000 00000000", 0,
     "IP6 fe80::1 > fe80::2: ICMP6, router solicitation, length 8"},
    {RAW_LINK, IP6("0008", "3a") "0200 0000 00000500", 0,
     "IP6 fe80::1 > fe80::2: ICMP6, packet too big, mtu 1280, length 8"},
    /* Link layers and ARP */
    {ETH_LINK,
     ETH("88a8") "601e 8100 1064 0806 0001 0800 0604 0001 020000000001 0a000001"
                 "000000000000 0a000002",
     0, "vlan 30, p 3, vlan 100, DEI, ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28"},
    {ETH_LINK, ETH("0806") "0001 0800 0604 0002 020000000001 0a000001 020000000002 0a000002", 0,
     "ARP, Reply 10.0.0.1 is-at 02:00:00:00:00:01, length 28"},
    {ETH_LINK, ETH("88b5") "0207", 0,
     "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 0x88b5, length 2"},
    {SLL2_LINK,
     "0800 0000 00000003 0001 0406 0200000000010000" IP4("001c", "0000", "11") UDP("0008"), 0,
     "if 3 Out IP 10.0.0.1.81 > 10.0.0.2.43210: UDP, length 0"},
    {147, "0102", 0, "link type 147 (USER0), length 2"},
    {189, "0102", 0, "link type 189 (USB_LINUX), length 2"},
    {1000, "0102", 0, "link type 1000 (not registered), length 2"},
    /* What is cut off, and what is wrong */
    {ETH_LINK,
     ETH("0800") IP4("0028", "4000", "06") "a8ca 0050 00000001 00000002 5010 ffff 0000 0000", 8,
     "IP 10.0.0.1 > 10.0.0.2: [|tcp]"},
    {ETH_LINK, ETH("0800") IP4("0014", "4000", "06"), 10, "IP [|ip]"},
    {ETH_LINK, ETH("0800"), 1, "[|eth]"},
    {RAW_LINK, IP4("0400", "4000", "11") UDP("0008"), 0,
     "IP 10.0.0.1.81 > 10.0.0.2.43210: [malformed ip: total length beyond the frame] "
     "UDP, length 0"},
    {RAW_LINK, IP4("001c", "4000", "11") UDP("0003"), 0,
     "IP 10.0.0.1.81 > 10.0.0.2.43210: UDP, length 0 [malformed udp: length below 8]"},
    {RAW_LINK, IP4("0028", "0000", "06") "9c40 0050 00000001 00000002 4010 ffff 0000 0000", 0,
     "IP 10.0.0.1 > 10.0.0.2: [malformed tcp: data offset below 5]"},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static uint8_t bytes[1024];

static struct wb_packet make_packet(const struct row *row)
{
    uint32_t length = (uint32_t)hex_bytes(row->bytes, bytes, sizeof bytes);
    return (struct wb_packet){
        .data = bytes,
        .captured_length = length - row->cut,
        .wire_length = length,
        .time_ns = 1767323045123456789, /* 2026-01-02T03:04:05.123456789Z */
        .number = 7,
        .link_type = row->link_type,
    };
}

static void packets_become_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        struct wb_packet packet = make_packet(&rows[i]);
        struct wb_decoded decoded;
        char text[1024];
        wb_decode(&packet, &decoded);
        size_t length = wb_packet_text(&packet, &decoded, text, sizeof text);
        assert_int_equal(length, strlen(text));
        assert_memory_equal(text, "03:04:05.123456789 ", 19);
        assert_string_equal(text + 19, rows[i].text);
    }
}

static void a_small_buffer_cuts_the_line(void **state)
{
    (void)state;
    struct wb_packet packet = make_packet(&rows[0]);
    struct wb_decoded decoded;
    char whole[1024], part[1024];
    wb_decode(&packet, &decoded);
    size_t length = wb_packet_text(&packet, &decoded, whole, sizeof whole);
    memset(part, 'x', sizeof part);
    assert_int_equal(wb_packet_text(&packet, &decoded, part, 0), 0);
    assert_int_equal(part[0], 'x');
    for (size_t size = 1; size <= length; size++) {
        size_t got = wb_packet_text(&packet, &decoded, part, size);
        assert_int_equal(got, strlen(part));
        assert_true(got < size);
        assert_memory_equal(part, whole, got);
    }
}

static json_t *make_json(const struct wb_packet *packet)
{
    struct wb_decoded decoded;
    json_error_t error;
    wb_decode(packet, &decoded);
    char *line = wb_packet_json(packet, &decoded);
    assert_non_null(line);
    assert_null(strchr(line, '\n'));
    json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s: %s", error.text, line);
    free(line);
    return json;
}

/* Every packet of the table is one valid object whose layers are those decoded. */
static void packets_become_objects(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        struct wb_packet packet = make_packet(&rows[i]);
        struct wb_decoded decoded;
        wb_decode(&packet, &decoded);
        json_t *json = make_json(&packet);
        json_t *layers = json_object_get(json, "layers");
        assert_int_equal(json_array_size(layers), decoded.layer_count);
        for (unsigned k = 0; k < decoded.layer_count; k++) {
            json_t *name = json_object_get(json_array_get(layers, k), "layer");
            assert_string_equal(json_string_value(name), wb_layer_name(decoded.layers[k].kind));
        }
        json_decref(json);
    }
}

/* Compares json with what the text, JSON with single quotes, says. */
static void assert_json(json_t *json, const char *quoted)
{
    char text[2048];
    size_t length = strlen(quoted);
    assert_true(length < sizeof text);
    for (size_t i = 0; i <= length; i++)
        text[i] = quoted[i] == '\'' ? '"' : quoted[i];
    json_error_t error;
    json_t *want = json_loads(text, JSON_DECODE_ANY, &error);
    if (!want)
        fail_msg("the test's own JSON: %s", error.text);
    if (!json_equal(json, want)) {
        char *got = json_dumps(json, 0);
        print_error("got %s\n", got);
        free(got);
    }
    assert_true(json_equal(json, want));
    json_decref(want);
}

static void tcp_has_all_its_fields(void **state)
{
    (void)state;
    struct row row = {
        ETH_LINK,
        ETH("8100") "0064 0800" IP4("0040", "4000",
                                    "06") "a8ca 0050 00000001 00000002 b218 01f6 0000 0000"
                                          "01 050a0000000a00000014 080a0000000100000002 fd03ff",
        0, NULL};
    struct wb_packet packet = make_packet(&row);
    packet.direction = WB_PACKET_OUT;
    packet.flags = WB_PACKET_CHECKSUM_NOT_READY | WB_PACKET_VLAN_RESTORED;
    json_t *json = make_json(&packet);
    assert_json(
        json,
        "{'timestamp': '2026-01-02T03:04:05.123456+0000',"
        "'time_ns': 1767323045123456789, 'event_type': 'packet', 'packet': 7,"
        "'link_type': 'EN10MB', 'link_type_number': 1, 'interface': 0, 'captured_length': 82, 'wire_length': 82,"
        "'direction': 'out', 'flags': ['checksum_not_ready', 'vlan_restored'],"
        "'vlan': [100], 'src_ip': '10.0.0.1', 'src_port': 43210, 'dest_ip': '10.0.0.2',"
        "'dest_port': 80, 'proto': 'TCP', 'layers': ["
        "{'layer': 'eth', 'destination': '02:00:00:00:00:02', 'source': '02:00:00:00:00:01',"
        " 'type': 33024},"
        "{'layer': 'vlan', 'tpid': 33024, 'priority': 0, 'drop_eligible': false, 'id': 100,"
        " 'type': 2048},"
        "{'layer': 'ip', 'header_length': 20, 'dscp': 0, 'ecn': 0, 'total_length': 64,"
        " 'identification': 1, 'reserved_flag': false, 'dont_fragment': true,"
        " 'more_fragments': false, 'fragment_offset': 0, 'ttl': 64, 'protocol': 6,"
        " 'checksum': 0, 'checksum_state': 'wrong', 'source': '10.0.0.1',"
        " 'destination': '10.0.0.2', 'payload_length': 44},"
        "{'layer': 'tcp', 'source_port': 43210, 'destination_port': 80, 'sequence': 1,"
        " 'acknowledgment': 2, 'header_length': 44, 'flags': ['PSH', 'ACK'], 'reserved': 1,"
        " 'window': 502, 'checksum': 0, 'checksum_state': 'unverified', 'urgent_pointer': 0,"
        " 'options': [{'kind': 1, 'name': 'nop'},"
        " {'kind': 5, 'name': 'sack', 'blocks': [[10, 20]]},"
        " {'kind': 8, 'name': 'TS', 'value': 1, 'echo_reply': 2}, {'kind': 253, 'data': 'ff'}],"
        " 'payload_length': 0}]}");
    json_decref(json);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    struct row row = {RAW_LINK,
                      IP4("0028", "0000", "06") "9c40 0050 00000001 00000002 4010 ffff 0000 0000",
                      0, NULL};
    struct wb_packet packet = make_packet(&row);
    json_t *json = make_json(&packet);
    assert_string_equal(json_string_value(json_object_get(json, "status")), "malformed");
    assert_json(json_array_get(json_object_get(json, "layers"), 2),
                "{'layer': 'tcp', 'status': 'malformed', 'reason': 'data offset below 5'}");
    json_decref(json);
}

static void fragments_and_unknown_protocols_are_named(void **state)
{
    (void)state;
    struct row row = {RAW_LINK, IP6("0012", "00") "2c00050200000000 fd000008 00000007 6162", 0,
                      NULL};
    struct wb_packet packet = make_packet(&row);
    json_t *json = make_json(&packet);
    assert_string_equal(json_string_value(json_object_get(json, "proto")), "253");
    assert_true(json_is_true(json_object_get(json, "fragment")));
    assert_json(json_array_get(json_object_get(json, "layers"), 3),
                "{'layer': 'ipv6.fraghdr', 'next_header': 253, 'reserved': 0, 'res': 0, 'fragment_offset': 8,"
                " 'more_fragments': false, 'identification': 7, 'status': 'fragment'}");
    json_decref(json);
}

static void assert_styled(const struct wb_packet *packet, const struct wb_packet_style *style,
                          const char *want)
{
    struct wb_decoded decoded;
    char text[1024];
    wb_decode(packet, &decoded);
    wb_packet_styled_text(packet, &decoded, style, text, sizeof text);
    assert_string_equal(text, want);
}

static void styles_show_more_or_less(void **state)
{
    (void)state;
    struct row row = {ETH_LINK,
                      ETH("0800") DNS("0053", "003f")
                      "3039 8580 0001 0001 0000 0000 0161 00 0001 0001"
                      "c00c 0006 0001 00015180 0018 c00c c00c 00000001 00000002 00000003 00000004"
                      "00000005", 0, NULL};
    struct wb_packet packet = make_packet(&row);
    static bool kinds[WB_LAYER_KIND_COUNT] = {[WB_LAYER_DNS] = true};
    static bool udp[WB_LAYER_KIND_COUNT] = {[WB_LAYER_UDP] = true};
    assert_styled(&packet, &(struct wb_packet_style){.kinds = kinds}, 
                  "03:04:05.123456789 12345* 1/0/0 SOA (55)");
    assert_styled(&packet, &(struct wb_packet_style){.kinds = udp, .time = WB_PACKET_TIME_NONE},
                  "UDP, length 55");
    assert_styled(&packet,
                  &(struct wb_packet_style){.is_verbose = true, .time = WB_PACKET_TIME_NONE},
                  "IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), length 83, "
                  "bad cksum 0) 10.0.0.1.43210 > 10.0.0.2.53: [no cksum] 12345* 1/0/0 a. [1d] SOA "
                  "a. a. 1 2 3 4 5 (55)");
    kinds[WB_LAYER_ETHERNET] = true;
    assert_styled(&packet,
                  &(struct wb_packet_style){.kinds = kinds, .has_link_header = true,
                                            .time = WB_PACKET_TIME_EPOCH},
                  "1767323045.123456789 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 0x0800, "
                  "length 97: 12345* 1/0/0 SOA (55)");
    assert_styled(&packet,
                  &(struct wb_packet_style){.kinds = udp, .time = WB_PACKET_TIME_DATE},
                  "2026-01-02 03:04:05.123456789 UDP, length 55");
    assert_styled(&packet,
                  &(struct wb_packet_style){.kinds = udp, .time = WB_PACKET_TIME_SINCE,
                                            .since_ns = packet.time_ns - 3661000000001},
                  "01:01:01.000000001 UDP, length 55");
    assert_styled(&packet,
                  &(struct wb_packet_style){.kinds = udp, .time = WB_PACKET_TIME_SINCE,
                                            .since_ns = packet.time_ns + 1},
                  "-00:00:00.000000001 UDP, length 55");
}

static void times_before_1970_are_told(void **state)
{
    (void)state;
    struct wb_packet packet = make_packet(&rows[0]);
    struct wb_decoded decoded;
    char text[1024];
    packet.time_ns = -1;
    wb_decode(&packet, &decoded);
    wb_packet_text(&packet, &decoded, text, sizeof text);
    assert_memory_equal(text, "23:59:59.999999999 ", 19);
    json_t *json = make_json(&packet);
    assert_string_equal(json_string_value(json_object_get(json, "timestamp")),
                        "1969-12-31T23:59:59.999999+0000");
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_become_lines),
        cmocka_unit_test(a_small_buffer_cuts_the_line),
        cmocka_unit_test(packets_become_objects),
        cmocka_unit_test(tcp_has_all_its_fields),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(fragments_and_unknown_protocols_are_named),
        cmocka_unit_test(styles_show_more_or_less),
        cmocka_unit_test(times_before_1970_are_told),
    };
    setenv("TZ", "UTC0", 1); /* text has local time */
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
