/* SPDX-License-Identifier: ISC
 *
 * Applications in datagrams.
 */
#include "build/layer.h"

static const struct wb__field dns[] = {
    /* RFC 1035 */
    {.name = "id", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16},
    {.name = "qr", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 1},
    {.name = "opcode", .type = WB_DRAFT_NUMBER, .bit = 17, .bits = 4},
    {.name = "aa", .type = WB_DRAFT_NUMBER, .bit = 21, .bits = 1},
    {.name = "tc", .type = WB_DRAFT_NUMBER, .bit = 22, .bits = 1},
    {.name = "rd", .type = WB_DRAFT_NUMBER, .bit = 23, .bits = 1, .initial = 1},
    {.name = "ra", .type = WB_DRAFT_NUMBER, .bit = 24, .bits = 1},
    {.name = "z", .type = WB_DRAFT_NUMBER, .bit = 25, .bits = 1},
    {.name = "ad", .type = WB_DRAFT_NUMBER, .bit = 26, .bits = 1},
    {.name = "cd", .type = WB_DRAFT_NUMBER, .bit = 27, .bits = 1},
    {.name = "rcode", .type = WB_DRAFT_NUMBER, .bit = 28, .bits = 4},
    {.name = "qdcount", .alias = "qd", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 16},
    {.name = "ancount", .alias = "an", .type = WB_DRAFT_NUMBER, .bit = 48, .bits = 16},
    {.name = "nscount", .alias = "ns", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 16},
    {.name = "arcount", .alias = "ar", .type = WB_DRAFT_NUMBER, .bit = 80, .bits = 16},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 96, .bits = 0},
};
const struct wb__layer wb__layer_dns = {.fields = dns, .count = sizeof dns / sizeof dns[0]};

static const struct wb__field dhcp[] = {
    /* RFC 2131: options are behind */
    {.name = "op", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 1},
    {.name = "htype", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8, .initial = 1},
    {.name = "hlen", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 8, .initial = 6},
    {.name = "hops", .type = WB_DRAFT_NUMBER, .bit = 24, .bits = 8},
    {.name = "xid", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 32},
    {.name = "secs", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 16},
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 80, .bits = 16},
    {.name = "ciaddr", .type = WB_DRAFT_IP4, .bit = 96, .bits = 32},
    {.name = "yiaddr", .type = WB_DRAFT_IP4, .bit = 128, .bits = 32},
    {.name = "siaddr", .type = WB_DRAFT_IP4, .bit = 160, .bits = 32},
    {.name = "giaddr", .type = WB_DRAFT_IP4, .bit = 192, .bits = 32},
    {.name = "chaddr", .type = WB_DRAFT_BYTES, .bit = 224, .bits = 128},
    {.name = "sname", .type = WB_DRAFT_BYTES, .bit = 352, .bits = 512},
    {.name = "file", .type = WB_DRAFT_BYTES, .bit = 864, .bits = 1024},
};
const struct wb__layer wb__layer_dhcp = {.fields = dhcp, .count = sizeof dhcp / sizeof dhcp[0]};

static const struct wb__field dhcp6[] = {
    /* RFC 8415, 8 and 9: of relay agents the last three */
    {.name = "msg_type",
     .alias = "type",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .initial = 1},
    {.name = "transaction_id",
     .alias = "id",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 24,
     .mask = 0xfe00,
     .flag = 0x0c00,
     .is_inverse = true},
    {.name = "hop_count",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 8,
     .mask = 0xfe00,
     .flag = 0x0c00},
    {.name = "link_address",
     .type = WB_DRAFT_IP6,
     .bit = 40,
     .bits = 128,
     .mask = 0xfe00,
     .flag = 0x0c00},
    {.name = "peer_address",
     .type = WB_DRAFT_IP6,
     .bit = 168,
     .bits = 128,
     .mask = 0xfe00,
     .flag = 0x0c00},
};
const struct wb__layer wb__layer_dhcp6 = {.fields = dhcp6, .count = sizeof dhcp6 / sizeof dhcp6[0]};
