/* SPDX-License-Identifier: ISC
 *
 * Messages beside the data.
 */
#include "build/layer.h"

static const struct wb_draft_name icmp_types[] = {
    {"echo_reply", 0},
    {"unreachable", 3},
    {"source_quench", 4},
    {"redirect", 5},
    {"echo", 8},
    {"router_advertisement", 9},
    {"router_solicitation", 10},
    {"time_exceeded", 11},
    {"parameter_problem", 12},
    {"timestamp", 13},
    {"timestamp_reply", 14},
    {0},
};

/* Of unreachable (RFC 792, RFC 1122, RFC 1812), of redirect the first two, of time_exceeded the
 * last two. */
static const struct wb_draft_name icmp_codes[] = {
    {"net", 0},
    {"host", 1},
    {"protocol", 2},
    {"port", 3},
    {"fragmentation_needed", 4},
    {"source_route_failed", 5},
    {"net_prohibited", 9},
    {"host_prohibited", 10},
    {"prohibited", 13},
    {"ttl", 0},
    {"reassembly", 1},
    {0},
};

static const struct wb__field icmp[] = {
    /* RFC 792; the MTU is of RFC 1191 */
    {.name = "type",
     .names = icmp_types,
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .computed = WB__FLAGS,
     .initial = 8},
    {.name = "code",
     .names = icmp_codes,
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .computed = WB__FLAGS},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "identifier", .alias = "id", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 16},
    {.name = "sequence_number", .alias = "seq", .type = WB_DRAFT_NUMBER, .bit = 48, .bits = 16},
    {.name = "gateway_internet_address",
     .alias = "gateway",
     .type = WB_DRAFT_IP4,
     .bit = 32,
     .bits = 32,
     .mask = 0xff00,
     .flag = 0x0500},
    {.name = "next_hop_mtu",
     .alias = "mtu",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .mask = 0xffff,
     .flag = 0x0304},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_icmp = {.fields = icmp, .count = sizeof icmp / sizeof icmp[0]};

static const struct wb_draft_name icmp6_types[] = {
    {"unreachable", 1},
    {"packet_too_big", 2},
    {"time_exceeded", 3},
    {"parameter_problem", 4},
    {"echo", 128},
    {"echo_reply", 129},
    {"router_solicitation", 133},
    {"router_advertisement", 134},
    {"neighbor_solicitation", 135},
    {"neighbor_advertisement", 136},
    {"redirect", 137},
    {0},
};

/* Of unreachable, time_exceeded and parameter_problem. */
static const struct wb_draft_name icmp6_codes[] = {
    {"no_route", 0},
    {"prohibited", 1},
    {"beyond_scope", 2},
    {"address", 3},
    {"port", 4},
    {"source_policy", 5},
    {"reject_route", 6},
    {"hop_limit", 0},
    {"reassembly", 1},
    {"header", 0},
    {"next_header_type", 1},
    {"option", 2},
    {0},
};

static const struct wb__field icmp6[] = {
    /* RFC 4443 */
    {.name = "type",
     .names = icmp6_types,
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .computed = WB__FLAGS,
     .initial = 128},
    {.name = "code", .names = icmp6_codes, .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "identifier", .alias = "id", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 16},
    {.name = "sequence_number", .alias = "seq", .type = WB_DRAFT_NUMBER, .bit = 48, .bits = 16},
    {.name = "mtu",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 32,
     .mask = 0xff00,
     .flag = 0x0200,
     .initial = 1280},
    {.name = "pointer",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 32,
     .mask = 0xff00,
     .flag = 0x0400},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_icmp6 = {.fields = icmp6, .count = sizeof icmp6 / sizeof icmp6[0]};

static const struct wb__field igmp[] = {
    /* RFC 3376 */
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 0x11},
    {.name = "max_resp_code", .alias = "resp", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "group_address", .alias = "group", .type = WB_DRAFT_IP4, .bit = 32, .bits = 32},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_igmp = {.fields = igmp, .count = sizeof igmp / sizeof igmp[0]};

static const struct wb__field pim[] = {
    /* RFC 7761 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .initial = 2},
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 4},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 32, .bits = 0},
};
const struct wb__layer wb__layer_pim = {.fields = pim, .count = sizeof pim / sizeof pim[0]};

static const struct wb__field ospf[] = {
    /* RFC 2328 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 2},
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8, .initial = 1},
    {.name = "packet_length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__BYTES_ALL},
    {.name = "router_id", .alias = "router", .type = WB_DRAFT_IP4, .bit = 32, .bits = 32},
    {.name = "area_id", .alias = "area", .type = WB_DRAFT_IP4, .bit = 64, .bits = 32},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 96,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "autype", .type = WB_DRAFT_NUMBER, .bit = 112, .bits = 16},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 128, .bits = 0},
};
const struct wb__layer wb__layer_ospf = {.fields = ospf, .count = sizeof ospf / sizeof ospf[0]};

static const struct wb__field vrrp[] = {
    /* RFC 9568; of version 2, RFC 3768, are those about authentication, and the interval in
     * seconds */
    {.name = "version",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 4,
     .computed = WB__FLAGS,
     .initial = 3},
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 4, .initial = 1},
    {.name = "virtual_rtr_id",
     .alias = "vrid",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .initial = 1},
    {.name = "priority",
     .alias = "prio",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 8,
     .initial = 100},
    {.name = "count_ip_addrs",
     .alias = "count",
     .type = WB_DRAFT_NUMBER,
     .bit = 24,
     .bits = 8,
     .computed = WB__ADDRESSES},
    {.name = "max_adver_int",
     .alias = "adver",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .initial = 100},
    {.name = "auth_type",
     .alias = "auth",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 8,
     .mask = 0xf000,
     .flag = 0x2000},
    {.name = "adver_int_s",
     .type = WB_DRAFT_NUMBER,
     .bit = 40,
     .bits = 8,
     .mask = 0xf000,
     .flag = 0x2000,
     .initial = 1},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "ip_addresses", .alias = "addresses", .type = WB_DRAFT_LIST, .bit = 64, .bits = 0},
    {.name = "authentication_data",
     .type = WB_DRAFT_BYTES,
     .bit = 64,
     .bits = 64,
     .mask = 0xf000,
     .flag = 0x2000},
};
const struct wb__layer wb__layer_vrrp = {
    .fields = vrrp, .count = sizeof vrrp / sizeof vrrp[0], .is_message = true};

static const struct wb__field carp[] = {
    /* OpenBSD's */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .initial = 2},
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 4, .initial = 1},
    {.name = "vhid", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8, .initial = 1},
    {.name = "advskew", .alias = "skew", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 8},
    {.name = "authlen", .type = WB_DRAFT_NUMBER, .bit = 24, .bits = 8, .initial = 7},
    {.name = "demote", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 8},
    {.name = "advbase_s",
     .alias = "base",
     .type = WB_DRAFT_NUMBER,
     .bit = 40,
     .bits = 8,
     .initial = 1},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "counter", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 64},
    {.name = "digest", .type = WB_DRAFT_BYTES, .bit = 128, .bits = 160},
};
const struct wb__layer wb__layer_carp = {.fields = carp, .count = sizeof carp / sizeof carp[0]};
