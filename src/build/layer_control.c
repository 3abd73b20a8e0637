/* SPDX-License-Identifier: ISC
 *
 * Messages beside the data.
 */
#include "build/layer.h"

static const struct wb__field icmp[] = {
    /* RFC 792 */
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 8},
    {.name = "code", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "identifier", .alias = "id", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 16},
    {.name = "sequence_number", .alias = "seq", .type = WB_DRAFT_NUMBER, .bit = 48, .bits = 16},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_icmp = {.fields = icmp, .count = sizeof icmp / sizeof icmp[0]};

static const struct wb__field icmp6[] = {
    /* RFC 4443 */
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 128},
    {.name = "code", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "identifier", .alias = "id", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 16},
    {.name = "sequence_number", .alias = "seq", .type = WB_DRAFT_NUMBER, .bit = 48, .bits = 16},
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
    /* RFC 9568 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .initial = 3},
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
    {.name = "count_ip_addrs", .alias = "count", .type = WB_DRAFT_NUMBER, .bit = 24, .bits = 8},
    {.name = "max_adver_int",
     .alias = "adver",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .initial = 100},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_vrrp = {.fields = vrrp, .count = sizeof vrrp / sizeof vrrp[0]};

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
