/* SPDX-License-Identifier: ISC
 *
 * Tunnels and the layers that they have: a table in which each row is a document. Every row
 * is also decoded at every prefix length, at a guard page, and its fields are told. Where a
 * guess is all there is (what lies below labels, behind a port), it must not be made of
 * bytes that speak against it, and never call a packet malformed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <wirebeam/error.h>
#include <wirebeam/fields.h>

#include "rows.h"
#include "show.h"
#include "support/guard.h"
#include "support/hex.h"
#include "support/nest.h"

enum { ETH_LINK = 1, RAW_LINK = 101, MPLS_LINK = 219 };

#define PING "0800000000010001"
#define PING6 "8000000000010001"
#define INNER " ip4:01:3:4"
#define GRE "ip4:2f:1:2 "
#define UDP(port) "ip4:11:1:2 udp:" port " "

struct row {
    const char *what;
    uint16_t link_type;
    const char *around; /* as nest_bytes reads it */
    const char *inner;  /* hexadecimal digits */
    const char *layers;
};

static const struct row rows[] = {
    {"IPv4 in IPv4 (RFC 2003)", RAW_LINK,
     "ip4:04:1:2 ip4:01:3:4", PING,
     "raw 0+0/48 ip 0+20/48 ip 20+20/28 icmp 40+8/8"},
    {"IPv6 in IPv4 (RFC 4213)", RAW_LINK,
     "ip4:29:1:2 ip6:3a:3:4", PING6,
     "raw 0+0/68 ip 0+20/68 ipv6 20+40/48 icmpv6 60+8/8"},
    {"IPv6 in IPv6 behind a tunnel limit (RFC 2473, 4.1.1)", RAW_LINK,
     "ip6:3c:1:2 2900040104010100 ip6:3a:3:4", PING6,
     "raw 0+0/96 ipv6 0+40/96 ipv6.dstopts 40+8/56 ipv6 48+40/48 icmpv6 88+8/8"},
    {"Ethernet in IPv6 (RFC 8986, 4.9)", RAW_LINK,
     "ip6:8f:1:2 eth:0800" INNER, PING,
     "raw 0+0/82 ipv6 0+40/82 eth 40+14/42 ip 54+20/28 icmp 74+8/8"},
    {"an inner IPv4 packet longer than the outer one", RAW_LINK,
     "ip4:04:1:2 450004000000000040010000", " 0a000003 0a000004",
     "raw 0+0/40 ip 0+20/40 ip 20+20/20 malformed icmp 40+0/0 malformed"},
    {"an MPLS label stack (RFC 3032)", ETH_LINK,
     "eth:8847 000100ff 000201ff" INNER, PING,
     "eth 0+14/50 mpls 14+4/36 mpls 18+4/32 ip 22+20/28 icmp 42+8/8"},
    {"MPLS for a multicast group (RFC 5332)", ETH_LINK,
     "eth:8848 000201ff" INNER, PING,
     "eth 0+14/46 mpls 14+4/32 ip 18+20/28 icmp 38+8/8"},
    {"MPLS as link type", MPLS_LINK,
     "000201ff ip6:3a:3:4", PING6,
     "mpls 0+4/52 ipv6 4+40/48 icmpv6 44+8/8"},
    {"MPLS in IP (RFC 4023)", RAW_LINK,
     "ip4:89:1:2 000201ff" INNER, PING,
     "raw 0+0/52 ip 0+20/52 mpls 20+4/32 ip 24+20/28 icmp 44+8/8"},
    {"a stack that ends with explicit null for IPv6", ETH_LINK,
     "eth:8847 000100ff 000021ff ip6:3a:3:4", PING6,
     "eth 0+14/70 mpls 14+4/56 mpls 18+4/52 ipv6 22+40/48 icmpv6 62+8/8"},
    {"a pseudowire's control word, and the padding that it tells (RFC 4385, 3)", ETH_LINK,
     "eth:8847 000201ff 002e0005 eth:0800",
     "4500001c 00000000 400166db 0a000003 0a000004 08000000000100010000",
     "eth 0+14/66 mpls 14+4/52 pw 18+4/46 eth 22+14/42 ip 36+20/28 icmp 56+8/8"},
    {"a pseudowire without a control word", ETH_LINK,
     "eth:8847 000201ff eth:0800" INNER, PING,
     "eth 0+14/60 mpls 14+4/46 eth 18+14/42 ip 32+20/28 icmp 52+8/8"},
    {"a control word before what is not Ethernet", ETH_LINK,
     "eth:8847 000201ff 00000005", "0102030405060708",
     "eth 0+14/30 mpls 14+4/16 pw 18+4/12 unknown payload 22+0/8"},
    {"an associated channel (RFC 5586)", ETH_LINK,
     "eth:8847 000201ff 10000007", "01020304",
     "eth 0+14/26 mpls 14+4/12 pw 18+4/8 unknown payload 22+0/4"},
    {"an associated channel that carries IP (RFC 4385, 5)", ETH_LINK,
     "eth:8847 000201ff 10000021" INNER, PING,
     "eth 0+14/50 mpls 14+4/36 pw 18+4/32 ip 22+20/28 icmp 42+8/8"},
    {"and one that carries IPv6", ETH_LINK,
     "eth:8847 000201ff 10000057 ip6:3a:3:4", PING,
     "eth 0+14/70 mpls 14+4/56 pw 18+4/52 ipv6 22+40/48 icmpv6 62+8/8"},
    {"below labels what no first four bits stand for", ETH_LINK,
     "eth:8847 000201ff", "c1020304",
     "eth 0+14/22 mpls 14+4/8 unknown payload 18+0/4"},
    {"a stack without a bottom", ETH_LINK,
     "eth:8847 000100ff 000200ff", "",
     "eth 0+14/22 mpls 14+4/8 mpls 18+4/4 mpls 22+0/0 malformed"},
    {"GRE (RFC 2784)", RAW_LINK,
     GRE "00000800" INNER, PING,
     "raw 0+0/52 ip 0+20/52 gre 20+4/32 ip 24+20/28 icmp 44+8/8"},
    {"GRE with checksum, key and sequence number (RFC 2890)", RAW_LINK,
     GRE "b0000800 00000000 00000007 00000008" INNER, PING,
     "raw 0+0/64 ip 0+20/64 gre 20+16/44 ip 36+20/28 icmp 56+8/8"},
    {"GRE with source routes (RFC 1701)", RAW_LINK,
     GRE "40000800 00000000 0800040801020304 05060708 fffe000200010000 0000" INNER, PING,
     "raw 0+0/78 ip 0+20/78 gre 20+30/58 ip 50+20/28 icmp 70+8/8"},
    {"GRE routes without an end", RAW_LINK,
     GRE "40000800 00000000 0800040801020304 05060708", "",
     "raw 0+0/40 ip 0+20/40 gre 20+0/20 malformed"},
    {"GRE with IPv6", RAW_LINK,
     "ip6:2f:1:2 000086dd ip6:3a:3:4", PING6,
     "raw 0+0/92 ipv6 0+40/92 gre 40+4/52 ipv6 44+40/48 icmpv6 84+8/8"},
    {"NVGRE (RFC 7637)", RAW_LINK,
     GRE "20006558 00200a01 eth:0800" INNER, PING,
     "raw 0+0/70 ip 0+20/70 gre 20+8/50 eth 28+14/42 ip 42+20/28 icmp 62+8/8"},
    {"GRE with MPLS", RAW_LINK,
     GRE "00008847 000201ff" INNER, PING,
     "raw 0+0/56 ip 0+20/56 gre 20+4/36 mpls 24+4/32 ip 28+20/28 icmp 48+8/8"},
    {"a GRE keepalive", RAW_LINK,
     GRE "00000000", "",
     "raw 0+0/24 ip 0+20/24 gre 20+4/4"},
    {"GRE with a protocol without a decoder", RAW_LINK,
     GRE "00001234", "0102",
     "raw 0+0/26 ip 0+20/26 gre 20+4/6 unknown payload 24+0/2"},
    {"GRE of another version", RAW_LINK,
     GRE "00020800", "0102",
     "raw 0+0/26 ip 0+20/26 gre 20+4/6 unknown payload 24+0/2"},
    {"PPTP (RFC 2637)", RAW_LINK,
     GRE "3081880b 00200007 00000008 00000009 ff030021" INNER, PING,
     "raw 0+0/68 ip 0+20/68 gre 20+16/48 ppp 36+4/32 ip 40+20/28 icmp 60+8/8"},
    {"a PPTP length short of the packet", RAW_LINK,
     GRE "3001880b 00050007 00000008", "ff0300210102",
     "raw 0+0/38 ip 0+20/38 gre 20+12/17 ppp 32+4/5 ip 36+0/1 malformed"},
    {"PPTP acknowledges only (RFC 2637, 4.1)", RAW_LINK,
     GRE "2081880b 00000007 00000008", "",
     "raw 0+0/32 ip 0+20/32 gre 20+12/12"},
    {"GRE fields beyond the packet", RAW_LINK,
     GRE "b0000800 00000000", "00000007",
     "raw 0+0/32 ip 0+20/32 gre 20+0/12 malformed"},
    {"a Web Cache redirect in GRE", RAW_LINK,
     GRE "0000883e" INNER, PING,
     "raw 0+0/52 ip 0+20/52 gre 20+4/32 ip 24+20/28 icmp 44+8/8"},
    {"a Web Cache redirect with its own header", RAW_LINK,
     GRE "0000883e 01020304" INNER, PING,
     "raw 0+0/56 ip 0+20/56 gre 20+8/36 ip 28+20/28 icmp 48+8/8"},
    {"ERSPAN, type I", RAW_LINK,
     GRE "000088be eth:0800" INNER, PING,
     "raw 0+0/66 ip 0+20/66 gre 20+4/46 eth 24+14/42 ip 38+20/28 icmp 58+8/8"},
    {"ERSPAN, type II", RAW_LINK,
     GRE "100088be 00000001 1000000700000001 eth:0800" INNER, PING,
     "raw 0+0/78 ip 0+20/78 gre 20+8/58 erspan 28+8/50 eth 36+14/42 ip 50+20/28 icmp 70+8/8"},
    {"ERSPAN, type III", RAW_LINK,
     GRE "100022eb 00000001 200500070000000100020000 eth:0800" INNER, PING,
     "raw 0+0/82 ip 0+20/82 gre 20+8/62 erspan 28+12/54 eth 40+14/42 ip 54+20/28 icmp "
     "74+8/8"},
    {"ERSPAN, type III with a platform's header", RAW_LINK,
     GRE "100022eb 00000001 200500070000000100020001 1122334455667788 eth:0800" INNER, PING,
     "raw 0+0/90 ip 0+20/90 gre 20+8/70 erspan 28+20/62 eth 48+14/42 ip 62+20/28 icmp "
     "82+8/8"},
    {"ERSPAN, type III with a packet in place of a frame", RAW_LINK,
     GRE "100022eb 00000001 200500070000000100020800" INNER, PING,
     "raw 0+0/68 ip 0+20/68 gre 20+8/48 erspan 28+12/40 ip 40+20/28 icmp 60+8/8"},
    {"ERSPAN of another version", RAW_LINK,
     GRE "100088be 00000001 5000000700000001", "0102",
     "raw 0+0/38 ip 0+20/38 gre 20+8/18 erspan 28+8/10 unknown payload 36+0/2"},
    {"ERSPAN's platform header beyond the packet", RAW_LINK,
     GRE "100022eb 00000001 200500070000000100020001", "11223344",
     "raw 0+0/44 ip 0+20/44 gre 20+8/24 erspan 28+0/16 malformed"},
    {"EtherIP (RFC 3378)", RAW_LINK,
     "ip4:61:1:2 3000 eth:0800" INNER, PING,
     "raw 0+0/64 ip 0+20/64 etherip 20+2/44 eth 22+14/42 ip 36+20/28 icmp 56+8/8"},
    {"EtherIP of another version", RAW_LINK,
     "ip4:61:1:2 4000", "0102",
     "raw 0+0/24 ip 0+20/24 etherip 20+2/4 unknown payload 22+0/2"},
    {"a backbone I-TAG behind its B-TAG", ETH_LINK,
     "eth:88a8 006488e7 00000007 eth:0800" INNER, PING,
     "eth 0+14/64 vlan 14+4/50 ieee8021ah 18+4/46 eth 22+14/42 ip 36+20/28 icmp 56+8/8"},
    {"VXLAN (RFC 7348)", RAW_LINK,
     UDP("4789") "0800000000002a00 eth:0800" INNER, PING,
     "raw 0+0/78 ip 0+20/78 udp 20+8/58 vxlan 28+8/50 eth 36+14/42 ip 50+20/28 icmp 70+8/8"},
    {"VXLAN with reserved bits set", RAW_LINK,
     UDP("4789") "ffffffff00002aff eth:0800" INNER, PING,
     "raw 0+0/78 ip 0+20/78 udp 20+8/58 vxlan 28+8/50 eth 36+14/42 ip 50+20/28 icmp 70+8/8"},
    {"VXLAN on the port of Linux, with a tag inside", RAW_LINK,
     UDP("8472") "0800000000002a00 eth:8100 00050800" INNER, PING,
     "raw 0+0/82 ip 0+20/82 udp 20+8/62 vxlan 28+8/54 eth 36+14/46 vlan 50+4/32 ip 54+20/28 "
     "icmp 74+8/8"},
    {"VXLAN-GPE with IPv4", RAW_LINK,
     UDP("4790") "0c00000100002a00" INNER, PING,
     "raw 0+0/64 ip 0+20/64 udp 20+8/44 vxlan-gpe 28+8/36 ip 36+20/28 icmp 56+8/8"},
    {"VXLAN-GPE with IPv6", RAW_LINK,
     UDP("4790") "0c00000200002a00 ip6:3a:3:4", PING6,
     "raw 0+0/84 ip 0+20/84 udp 20+8/64 vxlan-gpe 28+8/56 ipv6 36+40/48 icmpv6 76+8/8"},
    {"VXLAN-GPE with MPLS", RAW_LINK,
     UDP("4790") "0c00000500002a00 000201ff" INNER, PING,
     "raw 0+0/68 ip 0+20/68 udp 20+8/48 vxlan-gpe 28+8/40 mpls 36+4/32 ip 40+20/28 icmp "
     "60+8/8"},
    {"VXLAN-GPE without a next protocol is VXLAN", RAW_LINK,
     UDP("4790") "0800000000002a00 eth:0800" INNER, PING,
     "raw 0+0/78 ip 0+20/78 udp 20+8/58 vxlan-gpe 28+8/50 eth 36+14/42 ip 50+20/28 icmp "
     "70+8/8"},
    {"VXLAN-GPE with what has no number", RAW_LINK,
     UDP("4790") "0c00000900002a00", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 vxlan-gpe 28+8/10 unknown payload 36+0/2"},
    {"NSH, MD type 1 (RFC 8300), in VXLAN-GPE", RAW_LINK,
     UDP("4790") "0c00000400002a00 0fc6010300030907 00000001000000020000000300000004 eth:0800"
     INNER, PING,
     "raw 0+0/102 ip 0+20/102 udp 20+8/82 vxlan-gpe 28+8/74 nsh 36+24/66 eth 60+14/42 ip "
     "74+20/28 icmp 94+8/8"},
    {"NSH, MD type 2, and a second NSH", ETH_LINK,
     "eth:894f 0fc4020400030907 0102038101000000 0fc2020100030906" INNER, PING,
     "eth 0+14/66 nsh 14+16/52 nsh 30+8/36 ip 38+20/28 icmp 58+8/8"},
    {"NSH shorter than its context (RFC 8300, 2.4)", ETH_LINK,
     "eth:894f 0fc2010100030907", "00000001",
     "eth 0+14/26 nsh 14+0/12 malformed"},
    {"NSH beyond the packet", ETH_LINK,
     "eth:894f 0fc6010100030907", "00000001",
     "eth 0+14/26 nsh 14+0/12 malformed"},
    {"GENEVE (RFC 8926)", RAW_LINK,
     UDP("6081") "0000080000002a00" INNER, PING,
     "raw 0+0/64 ip 0+20/64 udp 20+8/44 geneve 28+8/36 ip 36+20/28 icmp 56+8/8"},
    {"GENEVE with options", RAW_LINK,
     UDP("6081") "0340655800002a00 010280020102030405060708 eth:0800" INNER, PING,
     "raw 0+0/90 ip 0+20/90 udp 20+8/70 geneve 28+20/62 eth 48+14/42 ip 62+20/28 icmp "
     "82+8/8"},
    {"GENEVE with a protocol without a decoder", RAW_LINK,
     UDP("6081") "0000123400002a00", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 geneve 28+8/10 unknown payload 36+0/2"},
    {"GTP-U (TS 29.281)", RAW_LINK,
     UDP("2152") "gtp:11" INNER, PING,
     "raw 0+0/64 ip 0+20/64 udp 20+8/44 gtp 28+8/36 ip 36+20/28 icmp 56+8/8"},
    {"GTP-U with IPv6, and a sequence number", RAW_LINK,
     UDP("2152") "32ff003400000011 00070000 ip6:3a:3:4", PING6,
     "raw 0+0/88 ip 0+20/88 udp 20+8/68 gtp 28+12/60 ipv6 40+40/48 icmpv6 80+8/8"},
    {"GTP-U with a chain of extension headers", RAW_LINK,
     UDP("2152") "34ff002c00000011 00000085 011009c0 0200000000000000" INNER, PING,
     "raw 0+0/80 ip 0+20/80 udp 20+8/60 gtp 28+24/52 ip 52+20/28 icmp 72+8/8"},
    {"a GTP-U chain that stands still", RAW_LINK,
     UDP("2152") "34ff000800000011 00000085", "00000000",
     "raw 0+0/44 ip 0+20/44 udp 20+8/24 gtp 28+0/16 malformed"},
    {"a GTP-U chain beyond the packet", RAW_LINK,
     UDP("2152") "34ff000800000011 00000085", "05000000",
     "raw 0+0/44 ip 0+20/44 udp 20+8/24 gtp 28+0/16 malformed"},
    {"GTP-U with what is not IP", RAW_LINK,
     UDP("2152") "30ff000200000011", "c021",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 gtp 28+8/10 unknown payload 36+0/2"},
    {"GTP-U that is no user's packet", RAW_LINK,
     UDP("2152") "32010004000000000007", "0000",
     "raw 0+0/40 ip 0+20/40 udp 20+8/20 gtp 28+12/12"},
    {"GTP-C, version 2, is named", RAW_LINK,
     UDP("2123") "482000080000000100000200", "",
     "raw 0+0/40 ip 0+20/40 udp 20+8/20 gtp 28+12/12"},
    {"GRE in UDP (RFC 8086)", RAW_LINK,
     UDP("4754") "20000800 00000007" INNER, PING,
     "raw 0+0/64 ip 0+20/64 udp 20+8/44 gre 28+8/36 ip 36+20/28 icmp 56+8/8"},
    {"MPLS in UDP (RFC 7510)", RAW_LINK,
     UDP("6635") "000100ff 000201ff" INNER, PING,
     "raw 0+0/64 ip 0+20/64 udp 20+8/44 mpls 28+4/36 mpls 32+4/32 ip 36+20/28 icmp 56+8/8"},
    {"L2TP control (RFC 2661)", RAW_LINK,
     UDP("1701") "c8020014000700000001000280080000", "00000001",
     "raw 0+0/48 ip 0+20/48 udp 20+8/28 l2tp 28+12/20 payload 40+0/8"},
    {"L2TP data with all optional fields", RAW_LINK,
     UDP("1701") "4a020030 00070009 00010002 00020000 ff030021" INNER, PING,
     "raw 0+0/76 ip 0+20/76 udp 20+8/56 l2tp 28+16/48 ppp 44+4/32 ip 48+20/28 icmp 68+8/8"},
    {"L2TP data with none", RAW_LINK,
     UDP("1701") "000200070009 0021" INNER, PING,
     "raw 0+0/64 ip 0+20/64 udp 20+8/44 l2tp 28+6/36 ppp 34+2/30 ip 36+20/28 icmp 56+8/8"},
    {"L2TPv3 over UDP, data (RFC 3931, 4.1.2.1)", RAW_LINK,
     UDP("1701") "00030000 00000005 eth:0800" INNER, PING,
     "raw 0+0/78 ip 0+20/78 udp 20+8/58 l2tp 28+8/50 eth 36+14/42 ip 50+20/28 icmp 70+8/8"},
    {"L2TPv3 over UDP, control", RAW_LINK,
     UDP("1701") "c803 0014 00000007 0001 0002 8008 0000 0000 0006", "",
     "raw 0+0/48 ip 0+20/48 udp 20+8/28 l2tp 28+12/20 payload 40+0/8"},
    {"L2TPv3 over IP with neither cookie nor sublayer", RAW_LINK,
     "ip4:73:1:2 00000005 eth:0800" INNER, PING,
     "raw 0+0/66 ip 0+20/66 l2tpv3 20+4/46 eth 24+14/42 ip 38+20/28 icmp 58+8/8"},
    {"L2TPv3 over IP with cookie and sublayer", RAW_LINK,
     "ip4:73:1:2 00000005 0102030405060708 40000001 eth:0800" INNER, PING,
     "raw 0+0/78 ip 0+20/78 l2tpv3 20+16/58 eth 36+14/42 ip 50+20/28 icmp 70+8/8"},
    {"L2TPv3 over IP with what is not Ethernet", RAW_LINK,
     "ip4:73:1:2 00000005", "ff030021",
     "raw 0+0/28 ip 0+20/28 l2tpv3 20+4/8 payload 24+0/4"},
    {"L2TPv3 over IP, control", RAW_LINK,
     "ip4:73:1:2 00000000 c803 0014 00000007 0001 0002", "8008000000000006",
     "raw 0+0/44 ip 0+20/44 l2tpv3 20+16/24 payload 36+0/8"},
    {"Teredo (RFC 4380)", RAW_LINK,
     UDP("3544") "ip6:3a:3:4", PING6,
     "raw 0+0/76 ip 0+20/76 udp 20+8/56 teredo 28+0/48 ipv6 28+40/48 icmpv6 68+8/8"},
    {"Teredo with authentication and origin", RAW_LINK,
     "ip4:11:1:2 udp:3544:50000 0001 02 01 aabb cc 0102030405060708 00 0000 3caf "
     "f5fffffe ip6:3a:3:4", PING6,
     "raw 0+0/100 ip 0+20/100 udp 20+8/80 teredo 28+24/72 ipv6 52+40/48 icmpv6 92+8/8"},
    {"a bubble of Teredo", RAW_LINK,
     UDP("3544") "ip6:3b:3:4", "",
     "raw 0+0/68 ip 0+20/68 udp 20+8/48 teredo 28+0/40 ipv6 28+40/40"},
    {"IKE over UDP (RFC 3948)", RAW_LINK,
     UDP("4500") "00000000", "00112233",
     "raw 0+0/36 ip 0+20/36 udp 20+8/16 udpencap 28+4/8 payload 32+0/4"},
    {"a keepalive of IPsec", RAW_LINK,
     "ip4:11:1:2 udp:4500:50000 ff", "",
     "raw 0+0/29 ip 0+20/29 udp 20+8/9 udpencap 28+1/1"},
    {"VXLAN in GENEVE in GRE in IPv6", ETH_LINK,
     "eth:86dd ip6:2f:1:2 00000800 " UDP("6081") "0000655800002a00 eth:0800 " UDP("4789")
     "0800000000002b00 eth:0800" INNER, PING,
     "eth 0+14/186 ipv6 14+40/172 gre 54+4/132 ip 58+20/128 udp 78+8/108 geneve 86+8/100 "
     "eth 94+14/92 ip 108+20/78 udp 128+8/58 vxlan 136+8/50 eth 144+14/42 ip 158+20/28 icmp "
     "178+8/8"},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* Bytes that are not what their port stands for. */
static const struct row wrong_guesses[] = {
    {"VXLAN without a VNI", RAW_LINK, UDP("4789") "0000000000002a00", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
    {"too short for VXLAN", RAW_LINK, UDP("4789"), "08000000000000",
     "raw 0+0/35 ip 0+20/35 udp 20+8/15 payload 28+0/7"},
    {"VXLAN-GPE of another version", RAW_LINK, UDP("4790") "1c00000100002a00", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
    {"GENEVE of another version", RAW_LINK, UDP("6081") "4000080000002a00", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
    {"GENEVE options beyond the datagram", RAW_LINK, UDP("6081") "0200080000002a00", "01020304",
     "raw 0+0/40 ip 0+20/40 udp 20+8/20 payload 28+0/12"},
    {"GTP of another version", RAW_LINK, UDP("2152") "50ff000200000011", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
    {"GTP', which bills", RAW_LINK, UDP("2152") "20ff000200000011", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
    {"a GTP length beyond the datagram", RAW_LINK, UDP("2152") "30ff000300000011", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
    {"L2TP of another version", RAW_LINK, UDP("1701") "000400070009", "ff030021",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
    {"an L2TP control message without sequence numbers", RAW_LINK, UDP("1701") "c002000800070009",
     "0102", "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
    {"an L2TP length beyond the datagram", RAW_LINK, UDP("1701") "4002000b00070009", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
    {"no IPv6 in Teredo", RAW_LINK, UDP("3544") "ip4:01:3:4", PING,
     "raw 0+0/56 ip 0+20/56 udp 20+8/36 payload 28+0/28"},
    {"a Teredo packet longer than the datagram", RAW_LINK,
     UDP("3544") "6000000000013b40 fd000000000000000000000000000003",
     "fd000000000000000000000000000004", "raw 0+0/68 ip 0+20/68 udp 20+8/48 payload 28+0/40"},
    {"labels without a bottom", RAW_LINK, UDP("6635") "000100ff", "000200ff",
     "raw 0+0/36 ip 0+20/36 udp 20+8/16 payload 28+0/8"},
    {"GRE with reserved bits", RAW_LINK, UDP("4754") "00100800", "0102",
     "raw 0+0/34 ip 0+20/34 udp 20+8/14 payload 28+0/6"},
    {"one byte that is no keepalive", RAW_LINK, UDP("4500"), "00",
     "raw 0+0/29 ip 0+20/29 udp 20+8/9 payload 28+0/1"},
    {"what is sent from the port of VXLAN", RAW_LINK,
     "ip4:11:1:2 udp:4789:50000 0800000000002a00", "0102",
     "raw 0+0/38 ip 0+20/38 udp 20+8/18 payload 28+0/10"},
};

#define WRONG_COUNT (sizeof wrong_guesses / sizeof wrong_guesses[0])

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
    uint8_t inner[512], bytes[2048];
    size_t length = hex_bytes(row->inner, inner, sizeof inner);
    length = nest_bytes(row->around, inner, length, bytes, sizeof bytes);
    if (captured > length)
        captured = (uint32_t)length;
    return (struct wb_packet){
        .data = guard_put(&guard, bytes, captured),
        .captured_length = captured,
        .wire_length = (uint32_t)length,
        .link_type = row->link_type,
    };
}

static void check_layers(const struct row *row)
{
    char text[SHOW_SIZE];
    struct wb_packet packet = make_packet(row, UINT32_MAX);
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    check_rules(&packet, &decoded);
    if (strcmp(show_layers(&decoded, text), row->layers) != 0)
        fail_msg("%s:\n got  %s\n want %s", row->what, text, row->layers);
}

static void rows_have_their_layers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++)
        check_layers(&rows[i]);
    for (size_t i = 0; i < WRONG_COUNT; i++)
        check_layers(&wrong_guesses[i]);
}

/* Groups and lists that are open; every byte that is told can be read. */
struct told {
    unsigned open;
};

static void count_field(void *context, const struct wb_field *field)
{
    struct told *told = context;
    volatile uint8_t sum = 0;
    told->open += field->type == WB_FIELD_OBJECT || field->type == WB_FIELD_LIST;
    if (field->type == WB_FIELD_END)
        told->open--;
    for (size_t i = 0; i < field->length; i++)
        sum = (uint8_t)(sum + field->bytes[i]);
}

static void tell_all(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    struct wb_tunnel tunnel;
    for (unsigned i = 0; i < decoded->layer_count; i++) {
        struct told told = {0};
        assert_int_equal(wb_layer_fields(packet, decoded, i, count_field, &told), 0);
        assert_int_equal(told.open, 0);
        wb_tunnel_read(packet, &decoded->layers[i], &tunnel);
        assert_true(wb_checksum_state(packet, decoded, i) <= WB_CHECKSUM_ABSENT);
    }
}

static bool is_same_place(const struct wb_layer *a, const struct wb_layer *b)
{
    return a->kind == b->kind && a->offset == b->offset;
}

/* All layers but the last are those of the whole packet. The last one is, too, or the
 * capture ended in it, or there were too few bytes for the guess that follows. */
static void check_prefix(const struct row *row, const struct wb_decoded *part,
                         const struct wb_decoded *whole)
{
    unsigned last = part->layer_count - 1u;
    const struct wb_layer *a = &part->layers[last];
    bool is_unguessed = a->kind == WB_LAYER_PAYLOAD;
    bool is_right = part->layer_count <= whole->layer_count;
    for (unsigned i = 0; i < last && is_right; i++) {
        bool may_differ = is_unguessed && i + 1 == last;
        is_right = may_differ ? is_same_place(&part->layers[i], &whole->layers[i])
                              : memcmp(&part->layers[i], &whole->layers[i], sizeof *a) == 0;
    }
    if (is_right && !is_unguessed)
        is_right = is_same_place(a, &whole->layers[last]) &&
                   (a->status == WB_LAYER_TRUNCATED ||
                    (memcmp(a, &whole->layers[last], sizeof *a) == 0 &&
                     part->layer_count == whole->layer_count));
    if (!is_right)
        fail_msg("%s: another beginning", row->what);
}

static void check_prefixes(const struct row *row, bool is_guess_right)
{
    struct wb_decoded whole, part;
    struct wb_packet packet = make_packet(row, UINT32_MAX);
    wb_decode(&packet, &whole);
    for (uint32_t length = 0; length < packet.wire_length; length++) {
        struct wb_packet cut = make_packet(row, length);
        wb_decode(&cut, &part);
        check_rules(&cut, &part);
        tell_all(&cut, &part);
        if (is_guess_right)
            check_prefix(row, &part, &whole);
        else
            assert_true(part.status == WB_LAYER_OK || part.status == WB_LAYER_TRUNCATED);
        cut.wire_length = length; /* and as a packet that was this short */
        wb_decode(&cut, &part);
        check_rules(&cut, &part);
        tell_all(&cut, &part);
    }
    packet = make_packet(row, UINT32_MAX);
    tell_all(&packet, &whole);
}

static void prefixes_have_the_beginning_of_the_layers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++)
        check_prefixes(&rows[i], true);
    for (size_t i = 0; i < WRONG_COUNT; i++)
        check_prefixes(&wrong_guesses[i], false);
}

/* As deep as someone cares to nest, each way ends at the limit and is marked. */
static void deep_nesting_ends_at_the_limit(void **state)
{
    static const char *const words[] = {
        "000100ff ", "ip4:04:1:2 ", "ip6:29:1:2 ", "ip4:2f:1:2 00000800 ",
        "ip4:2f:1:2 000086dd ip6:04:1:2 ",
        "ip4:11:1:2 udp:4789 0800000000002a00 eth:0800 ",
        "ip4:11:1:2 udp:6081 0000080000002a00 ", "ip4:11:1:2 udp:2152 gtp:1 ",
        "ip4:61:1:2 3000 eth:0800 ", "ip4:73:1:2 00000001 eth:0800 ",
        "ip4:11:1:2 udp:4790 0c00000100002a00 ", "ip4:89:1:2 000001ff ",
    };
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char around[4096] = "";
        struct wb_decoded decoded;
        bool is_mpls = i == 0, is_ip6 = i == 2;
        for (int n = 0; n < 30; n++)
            strcat(around, words[i]);
        strcat(around, is_mpls ? "000001ff ip4:01:3:4" : is_ip6 ? "ip6:3a:3:4" : "ip4:01:3:4");
        const struct row row = {words[i], is_mpls ? MPLS_LINK : RAW_LINK, around, PING, NULL};
        struct wb_packet packet = make_packet(&row, UINT32_MAX);
        wb_decode(&packet, &decoded);
        check_rules(&packet, &decoded);
        tell_all(&packet, &decoded);
        assert_int_equal(decoded.layer_count, WB_LAYERS_MAX);
        assert_int_equal(decoded.status, WB_LAYER_TOO_DEEP);
        assert_true(decoded.tunnel_count <= WB_LAYERS_MAX);
    }
}

static struct wb_tunnel read_tunnel(const char *around, unsigned layer)
{
    const struct row row = {around, RAW_LINK, around, PING, NULL};
    struct wb_packet packet = make_packet(&row, UINT32_MAX);
    struct wb_decoded decoded;
    struct wb_tunnel tunnel;
    wb_decode(&packet, &decoded);
    assert_true(layer < decoded.layer_count);
    assert_int_equal(wb_tunnel_read(&packet, &decoded.layers[layer], &tunnel), 0);
    assert_int_equal(tunnel.kind, decoded.layers[layer].kind);
    struct wb_layer other = decoded.layers[layer];
    other.kind = WB_LAYER_TCP;
    assert_int_equal(wb_tunnel_read(&packet, &other, &(struct wb_tunnel){0}), WB_E_ARGUMENT);
    return tunnel;
}

static void tunnels_tell_their_ids(void **state)
{
    static const struct {
        const char *around;
        unsigned layer;
        bool has_id, is_shared, is_global;
        uint32_t id;
    } ids[] = {
        {"ip4:04:1:2 ip4:01:3:4", 1, false, false, false, 0},
        {"ip6:8f:1:2 eth:0800 ip4:01:3:4", 1, false, false, false, 0},
        {"ip6:3c:1:2 0400040104010100 ip4:01:3:4", 2, false, false, false, 0},
        {GRE "00000800 ip4:01:3:4", 2, false, false, false, 0},
        {GRE "20000800 00000007 ip4:01:3:4", 2, true, true, false, 7},
        {GRE "20006558 00000007 eth:0800 ip4:01:3:4", 2, true, true, false, 7},
        {GRE "20006558 00200a01 eth:0800 ip4:01:3:4", 2, true, true, true, 0x200a},
        {GRE "3001880b 00080009 00000001", 2, true, false, false, 9},
        {GRE "100088be 00000001 1000000700000001 eth:0800 ip4:01:3:4", 3, true, true, true, 7},
        {"ip4:61:1:2 3000 eth:0800 ip4:01:3:4", 2, false, false, false, 0},
        {UDP("4789") "0800000000002a00 eth:0800 ip4:01:3:4", 3, true, true, true, 42},
        {UDP("4790") "0c00000100002a00 ip4:01:3:4", 3, true, true, true, 42},
        {UDP("6081") "0000080000002a00 ip4:01:3:4", 3, true, true, true, 42},
        {UDP("2152") "gtp:11 ip4:01:3:4", 3, true, false, false, 0x11},
        {UDP("1701") "00030000 00000005 eth:0800 ip4:01:3:4", 3, true, false, false, 5},
        {UDP("1701") "000200070009 0021 ip4:01:3:4", 3, true, false, false, 9},
        {"ip4:73:1:2 00000005 eth:0800 ip4:01:3:4", 2, true, false, false, 5},
        {UDP("3544") "ip6:3a:3:4", 3, false, false, true, 0},
        {UDP("6635") "000100ff 000201ff ip4:01:3:4", 4, true, false, false, 32},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct wb_tunnel tunnel = read_tunnel(ids[i].around, ids[i].layer);
        bool is_right = tunnel.has_id == ids[i].has_id && tunnel.is_shared == ids[i].is_shared &&
                        tunnel.is_global == ids[i].is_global && tunnel.id == ids[i].id;
        if (!is_right)
            fail_msg("%s: id %u", ids[i].around, tunnel.id);
    }
}

static void fields_have_the_names_of_their_rfcs(void **state)
{
    static const struct {
        const char *around;
        unsigned layer;
        const char *fields; /* a part of them */
    } told[] = {
        {GRE "b0000800 00000000 00000007 00000008 ip4:01:3:4", 2,
         "version=0 flags=45056 protocol_type=2048 checksum=0 checksum_state=wrong key=7 "
         "sequence_number=8 payload_length=28"},
        {GRE "40000800 00000000 08000408 01020304 05060708 00000000 ip4:01:3:4", 2,
         "version=0 flags=16384 protocol_type=2048 offset=0 routing=[{address_family=2048 "
         "sre_offset=4 sre_length=8 information=0102030405060708}] payload_length=28"},
        {GRE "20006558 00200a01 eth:0800 ip4:01:3:4", 2,
         "version=0 flags=8192 protocol_type=25944 key=2099713 vsid=8202 flow_id=1 "
         "payload_length=42"},
        {GRE "100088be 00000001 1065080700000001 eth:0800 ip4:01:3:4", 3,
         "version=1 vlan=101 cos=0 truncated=0 session_id=7 encapsulation=1 index=1"},
        {UDP("4789") "8848000700002a00 eth:0800 ip4:01:3:4", 3,
         "flags=34888 dont_learn=1 policy_applied=1 group_policy_id=7 vni=42"},
        {UDP("6081") "0340655800002a00 010280020102030405060708 eth:0800 ip4:01:3:4", 3,
         "version=0 options_length=12 control_packet=0 critical_options_present=1 "
         "protocol_type=25944 vni=42 options=[{class=258 type=128 critical=1 "
         "data=0102030405060708}]"},
        {UDP("2152") "34ff002400000011 00000085 01100900 ip4:01:3:4", 3,
         "version=1 flags=52 message_type=255 message_name=G-PDU length=36 teid=17 "
         "extension_headers=[{type=133 content=1009}] payload_length=28"},
        {UDP("1701") "c8020014000700000001000280080000 00000001", 3,
         "version=2 control=1 priority=0 length=20 tunnel_id=7 session_id=0 ns=1 nr=2 "
         "avps=[{mandatory=1 hidden=0 vendor=0 type=0 name=message_type message=SCCRQ "
         "value=0001}] payload_length=8"},
        {UDP("3544") "0000 3caf f5fffffe ip6:3a:3:4", 3,
         "origin_port=50000 origin_address=10.0.0.1 payload_length=48"},
        {UDP("6635") "000201ff ip4:01:3:4", 3,
         "label=32 traffic_class=0 bottom_of_stack=1 ttl=255 guessed_payload=ip"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        const struct row row = {told[i].around, RAW_LINK, told[i].around, PING, NULL};
        struct wb_packet packet = make_packet(&row, UINT32_MAX);
        struct wb_decoded decoded;
        char text[FIELDS_SIZE];
        wb_decode(&packet, &decoded);
        if (!strstr(show_fields(&packet, &decoded, told[i].layer, text), told[i].fields))
            fail_msg("%s: %s", told[i].around, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_their_layers),
        cmocka_unit_test(prefixes_have_the_beginning_of_the_layers),
        cmocka_unit_test(deep_nesting_ends_at_the_limit),
        cmocka_unit_test(tunnels_tell_their_ids),
        cmocka_unit_test(fields_have_the_names_of_their_rfcs),
    };
    return cmocka_run_group_tests(tests, open_guard, close_guard);
}
