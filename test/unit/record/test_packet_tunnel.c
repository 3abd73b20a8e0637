/* SPDX-License-Identifier: ISC
 *
 * Packets in tunnels as lines of text. Lines marked TCPDUMP are what tcpdump 4.99 prints of
 * the same bytes with -nn -t (its line break after VXLAN as ": ", the space that it puts
 * before "l2tp" left out); the others are of layers that it does not know.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <wirebeam/record.h>

#include "support/hex.h"
#include "support/nest.h"

enum { ETH_LINK = 1 };
enum judge { TCPDUMP, OURS };

#define PING "08000000000100016162"
#define INNER " ip4:01:3:4"
#define INNER_LINE "IP 10.0.0.3 > 10.0.0.4: ICMP echo request, id 1, seq 1, length 10"
#define OUTER_LINE "IP 10.0.0.1 > 10.0.0.2: "
#define PORTS_LINE(port) "IP 10.0.0.1.50000 > 10.0.0.2." port ": "
#define IP(protocol) "eth:0800 ip4:" protocol ":1:2 "

struct row {
    enum judge judge;
    const char *around, *inner; /* inner as hexadecimal digits */
    const char *line;
};

static const struct row rows[] = {
    {TCPDUMP, IP("11") "udp:4789 0800000000002a00 eth:0800" INNER, PING,
     PORTS_LINE("4789") "VXLAN, flags [I] (0x08), vni 42: " INNER_LINE},
    {OURS, IP("11") "udp:4789 8848000700002a00 eth:0800" INNER, PING,
     PORTS_LINE("4789") "VXLAN, flags [I] (0x88), vni 42, policy 7: " INNER_LINE},
    {TCPDUMP, IP("11") "udp:4790 0c00000100002a00" INNER, PING,
     PORTS_LINE("4790") "VXLAN-GPE, flags [IP], vni 42: " INNER_LINE},
    {TCPDUMP, IP("11") "udp:4790 0f00000300002a00 eth:0800" INNER, PING,
     PORTS_LINE("4790") "VXLAN-GPE, flags [IPBO], vni 42: " INNER_LINE},
    {TCPDUMP,
     IP("11") "udp:4790 0c00000400002a00 0fc6010300030907 00000001000000020000000300000004 "
              "eth:0800" INNER,
     PING,
     PORTS_LINE("4790") "VXLAN-GPE, flags [IP], vni 42: NSH, flags [none], service-path-id "
                        "0x000309, service-index 0x7: " INNER_LINE},
    {OURS, IP("11") "udp:4790 0c00000900002a00", "0102",
     PORTS_LINE("4790") "VXLAN-GPE, flags [IP], vni 42: unknown-next-protocol-0x09, length 2"},
    {TCPDUMP, IP("11") "udp:6081 0000080000002a00" INNER, PING,
     PORTS_LINE("6081") "Geneve, Flags [none], vni 0x2a: " INNER_LINE},
    {TCPDUMP, IP("11") "udp:6081 0240655800002a00 0102800101020304 eth:0800" INNER, PING,
     PORTS_LINE("6081") "Geneve, Flags [C], vni 0x2a, options [8 bytes]: " INNER_LINE},
    {OURS, IP("11") "udp:6081 0080123400002a00", "0102",
     PORTS_LINE("6081") "Geneve, Flags [O], vni 0x2a: geneve-proto-0x1234, length 2"},
    {OURS, IP("11") "udp:4789 0000000000002a00 eth:0800" INNER, PING,
     PORTS_LINE("4789") "UDP, length 52"},

    {TCPDUMP, IP("2f") "00000800" INNER, PING, OUTER_LINE "GREv0, length 34: " INNER_LINE},
    {TCPDUMP, IP("2f") "b0000800 aaaa0000 00000007 00000008" INNER, PING,
     OUTER_LINE "GREv0, off 0x0, key=0x7, seq 8, length 46: " INNER_LINE},
    {TCPDUMP, IP("2f") "20006558 00200a01 eth:0800" INNER, PING,
     OUTER_LINE "GREv0, key=0x200a01, length 52: " INNER_LINE},
    {TCPDUMP, IP("2f") "40000800 aaaa0000 080004080102030405060708 00000000" INNER, PING,
     OUTER_LINE "GREv0, off 0x0, (rtaf=ip 1.2.3.4 *5.6.7.8), length 54: " INNER_LINE},
    {TCPDUMP, IP("2f") "40000800 aaaa0000 fffe020400010002 00000000" INNER, PING,
     OUTER_LINE "GREv0, off 0x0, (rtaf=asn 1 *2), length 50: " INNER_LINE},
    {TCPDUMP, IP("2f") "40000800 aaaa0000 1234000201 02 00000000" INNER, PING,
     OUTER_LINE "GREv0, off 0x0, (rtaf=0x1234), length 48: " INNER_LINE},
    {TCPDUMP, IP("2f") "2081880b 00000007 00000008", "",
     OUTER_LINE "GREv1, call 7, ack 8, no-payload, length 12"},
    {TCPDUMP, IP("2f") "00001234", "0102", OUTER_LINE "GREv0, length 6: gre-proto-0x1234"},
    {TCPDUMP, IP("2f") "00050800", "0102", OUTER_LINE "GREv5 ERROR: unknown-version"},
    {OURS, IP("2f") "00000000", "0102", OUTER_LINE "GREv0, length 6: keepalive"},
    {OURS, IP("2f") "100088be 00000001 1065080700000001 eth:0800" INNER, PING,
     OUTER_LINE "GREv0, seq 1, length 60: erspan type2 session 7 isl 101 cos 0 index 1: "
     INNER_LINE},
    {OURS, IP("2f") "100022eb 00000001 200500070000000100020009 1122334455667788 eth:0800" INNER,
     PING,
     OUTER_LINE "GREv0, seq 1, length 72: erspan type3 session 7 vlan 5 cos 0 timestamp 1 "
                "egress: " INNER_LINE},
    {OURS, IP("11") "udp:4754 20000800 00000007" INNER, PING,
     PORTS_LINE("4754") "GREv0, key=0x7, length 38: " INNER_LINE},

    {TCPDUMP, "eth:8847 000201ff" INNER, PING,
     "MPLS (label 32, tc 0, [S], ttl 255) " INNER_LINE},
    {TCPDUMP, "eth:8847 000100ff 000201ff" INNER, PING,
     "MPLS (label 16, tc 0, ttl 255) (label 32, tc 0, [S], ttl 255) " INNER_LINE},
    {TCPDUMP, IP("11") "udp:6635 000201ff" INNER, PING,
     PORTS_LINE("6635") "MPLS (label 32, tc 0, [S], ttl 255) " INNER_LINE},
    {OURS, "eth:8847 000201ff 00000005 eth:0800" INNER, PING,
     "MPLS (label 32, tc 0, [S], ttl 255) PW control word, seq 5: " INNER_LINE},
    {OURS, "eth:8847 000201ff 10000007", "01020304",
     "MPLS (label 32, tc 0, [S], ttl 255) PW channel 0x0007, payload, length 4"},

    {TCPDUMP, IP("04") "ip4:01:3:4", PING, OUTER_LINE INNER_LINE},
    {TCPDUMP, IP("29") "ip6:3a:3:4", "8000000000010001",
     OUTER_LINE "IP6 fd00::3 > fd00::4: ICMP6, echo request, id 1, seq 1, length 8"},
    {TCPDUMP, "eth:86dd ip6:04:1:2 ip4:06:3:4",
     "0050 9c40 00000001 00000002 5010 ffff 0000 0000",
     "IP6 fd00::1 > fd00::2: IP 10.0.0.3.80 > 10.0.0.4.40000: Flags [.], ack 2, win 65535, "
     "length 0"},
    {OURS, IP("61") "3000 eth:0800" INNER, PING, OUTER_LINE "EtherIP, length 46: " INNER_LINE},
    {OURS, "eth:88e7 30000007 eth:0800" INNER, PING, "I-SID 7, p 1, DEI, " INNER_LINE},
    {TCPDUMP, "eth:894f 0fc6010100030907 00000001000000020000000300000004" INNER, PING,
     "NSH, flags [none], service-path-id 0x000309, service-index 0x7: " INNER_LINE},

    {OURS, IP("11") "udp:2152 gtp:11" INNER, PING,
     PORTS_LINE("2152") "GTPv1, G-PDU, teid 0x00000011, length 30: " INNER_LINE},
    {OURS, IP("11") "udp:2152 320100040000000000070000", "",
     PORTS_LINE("2152") "GTPv1, echo request, teid 0x00000000, seq 7, length 4"},
    {OURS, IP("11") "udp:2123 4820 0008 00000001 00000200", "",
     PORTS_LINE("2123") "GTPv2, create session request, teid 0x00000001, seq 2, length 8"},
    {TCPDUMP, IP("11") "udp:1701 c802 0014 0007 0000 0001 0002 8008 0000 0000 0001", "",
     PORTS_LINE("1701") "l2tp:[TLS](7/0)Ns=1,Nr=2 *MSGTYPE(SCCRQ)"},
    {TCPDUMP, IP("11") "udp:1701 c802 000c 0007 0000 0001 0002", "",
     PORTS_LINE("1701") "l2tp:[TLS](7/0)Ns=1,Nr=2 ZLB"},
    {OURS, IP("11") "udp:1701 0003 0000 00000005 00000000 eth:0800" INNER, PING,
     PORTS_LINE("1701") "l2tp:[](5) " INNER_LINE},
    {OURS, IP("73") "00000005 00000000 eth:0800" INNER, PING,
     OUTER_LINE "l2tp:[](5) " INNER_LINE},
    {OURS, IP("11") "udp:3544 0000 3caf f5fffffe ip6:3a:3:4", "8000000000010001",
     PORTS_LINE("3544") "Teredo, origin 10.0.0.1.50000: IP6 fd00::3 > fd00::4: ICMP6, echo "
                        "request, id 1, seq 1, length 8"},
    {TCPDUMP, IP("11") "udp:4500 ff", "", PORTS_LINE("4500") "isakmp-nat-keep-alive"},
    {OURS, IP("11") "udp:4500 00000000 0011223344556677", "",
     PORTS_LINE("4500") "NONESP-encap, length 8"},
    {OURS, IP("11") "udp:50001 ip4:11:3:4 udp:7:9", "00", PORTS_LINE("50001") "UDP, length 29"},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static void make_line(const struct row *row, size_t cut, char line[1024])
{
    uint8_t inner[512], bytes[2048];
    size_t length = hex_bytes(row->inner, inner, sizeof inner);
    length = nest_bytes(row->around, inner, length, bytes, sizeof bytes);
    struct wb_packet packet = {
        .data = bytes, .captured_length = (uint32_t)(length < cut ? length : cut),
        .wire_length = (uint32_t)length, .link_type = ETH_LINK};
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    wb_packet_text(&packet, &decoded, line, 1024);
}

static void tunnels_become_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char line[1024];
        make_line(&rows[i], SIZE_MAX, line);
        assert_string_equal(strchr(line, ' ') + 1, rows[i].line);
    }
}

/* A packet that was cut off says what is there, and where it ends. */
static void cut_tunnels_say_where(void **state)
{
    const struct row row = {OURS, IP("11") "udp:4789 0800000000002a00 eth:0800" INNER, PING, NULL};
    char line[1024];
    (void)state;
    make_line(&row, 14 + 20 + 8 + 7, line);
    assert_string_equal(strchr(line, ' ') + 1, PORTS_LINE("4789") "VXLAN [|vxlan]");
    make_line(&row, 14 + 20 + 8 + 8 + 13, line);
    assert_string_equal(strchr(line, ' ') + 1,
                        PORTS_LINE("4789") "VXLAN, flags [I] (0x08), vni 42: [|eth]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tunnels_become_lines),
        cmocka_unit_test(cut_tunnels_say_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
