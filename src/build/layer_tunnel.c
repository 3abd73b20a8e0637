/* SPDX-License-Identifier: ISC
 *
 * Tunnels, and applications in datagrams.
 */
#include "build/layer.h"

static const struct wb__field gre[] = {
    /* RFC 2784: data are the fields that flags say are there */
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 13},
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 13, .bits = 3},
    {.name = "protocol_type",
     .alias = "type",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__ETHERTYPE},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 32, .bits = 0},
};
const struct wb__layer wb__layer_gre = {gre, sizeof gre / sizeof gre[0]};

static const struct wb__field vxlan[] = {
    /* RFC 7348 */
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 8},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 24},
    {.name = "vni", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 24},
    {.name = "reserved_2", .type = WB_DRAFT_NUMBER, .bit = 56, .bits = 8},
};
const struct wb__layer wb__layer_vxlan = {vxlan, sizeof vxlan / sizeof vxlan[0]};

static const struct wb__field geneve[] = {
    /* RFC 8926 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 2},
    {.name = "options_length",
     .alias = "optlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 2,
     .bits = 6,
     .computed = WB__BYTES_VARIABLE,
     .unit = 4},
    {.name = "control_packet", .alias = "control", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 1},
    {.name = "critical_options_present",
     .alias = "critical",
     .type = WB_DRAFT_NUMBER,
     .bit = 9,
     .bits = 1},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 10, .bits = 6},
    {.name = "protocol_type",
     .alias = "type",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__ETHERTYPE,
     .initial = 0x6558},
    {.name = "vni", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 24},
    {.name = "reserved_2", .type = WB_DRAFT_NUMBER, .bit = 56, .bits = 8},
    {.name = "options", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0, .align = 4},
};
const struct wb__layer wb__layer_geneve = {geneve, sizeof geneve / sizeof geneve[0]};

static const struct wb__field etherip[] = {
    /* RFC 3378 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .initial = 3},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 12},
};
const struct wb__layer wb__layer_etherip = {etherip, sizeof etherip / sizeof etherip[0]};

static const struct wb__field gtp[] = {
    /* 3GPP TS 29.281 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 3, .initial = 1},
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 3, .bits = 5, .initial = 16},
    {.name = "message_type",
     .alias = "type",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .initial = 255},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__BYTES_BEHIND},
    {.name = "teid", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 32},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_gtp = {gtp, sizeof gtp / sizeof gtp[0]};

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
const struct wb__layer wb__layer_dns = {dns, sizeof dns / sizeof dns[0]};
