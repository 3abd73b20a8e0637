/* SPDX-License-Identifier: ISC
 *
 * Tunnels.
 */
#include "build/layer.h"

static const struct wb__field vxlan[] = {
    /* RFC 7348 */
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 8},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 24},
    {.name = "vni", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 24},
    {.name = "reserved_2", .type = WB_DRAFT_NUMBER, .bit = 56, .bits = 8},
};
const struct wb__layer wb__layer_vxlan = {.fields = vxlan, .count = sizeof vxlan / sizeof vxlan[0]};

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
const struct wb__layer wb__layer_geneve = {.fields = geneve,
                                           .count = sizeof geneve / sizeof geneve[0]};

static const struct wb__field etherip[] = {
    /* RFC 3378 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .initial = 3},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 12},
};
const struct wb__layer wb__layer_etherip = {.fields = etherip,
                                            .count = sizeof etherip / sizeof etherip[0]};

static const struct wb_draft_name gtp_types[] = {
    {"echo_request", 1}, {"echo_response", 2}, {"error_indication", 26},
    {"end_marker", 254}, {"g_pdu", 255},       {0},
};

static const struct wb__field gtp[] = {
    /* 3GPP TS 29.281, 5.1: one of the flags E, S and PN brings all three fields; data are
     * extension headers, and what else there is of version 2 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 3, .initial = 1},
    {.name = "flags",
     .type = WB_DRAFT_NUMBER,
     .bit = 3,
     .bits = 5,
     .computed = WB__FLAGS,
     .initial = 16},
    {.name = "message_type",
     .names = gtp_types,
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
    {.name = "sequence_number",
     .alias = "seq",
     .type = WB_DRAFT_NUMBER,
     .bit = 64,
     .bits = 16,
     .mask = 0xe200,
     .flag = 0x2200,
     .also = {{0xe100, 0x2100}, {0xe400, 0x2400}}},
    {.name = "n_pdu_number",
     .alias = "npdu",
     .type = WB_DRAFT_NUMBER,
     .bit = 80,
     .bits = 8,
     .mask = 0xe100,
     .flag = 0x2100,
     .also = {{0xe200, 0x2200}, {0xe400, 0x2400}}},
    {.name = "next_extension_header_type",
     .alias = "ext",
     .type = WB_DRAFT_NUMBER,
     .bit = 88,
     .bits = 8,
     .mask = 0xe400,
     .flag = 0x2400,
     .also = {{0xe100, 0x2100}, {0xe200, 0x2200}}},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 96, .bits = 0},
};
const struct wb__layer wb__layer_gtp = {.fields = gtp, .count = sizeof gtp / sizeof gtp[0]};

static const struct wb__field gre[] = {
    /* RFC 2784, RFC 2890, RFC 2637; data are the source routes of RFC 1701 */
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 13, .computed = WB__FLAGS},
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 13, .bits = 3},
    {.name = "protocol_type",
     .alias = "type",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__GRE_PROTOCOL},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .mask = 0x8000,
     .flag = 0x8000,
     .computed = WB__CHECKSUM},
    {.name = "offset",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .mask = 0x8000,
     .flag = 0x8000},
    {.name = "key", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 32, .mask = 0x6000, .flag = 0x2000},
    {.name = "sequence_number",
     .alias = "seq",
     .type = WB_DRAFT_NUMBER,
     .bit = 96,
     .bits = 32,
     .mask = 0x5000,
     .flag = 0x1000},
    {.name = "acknowledgment_number",
     .alias = "ack",
     .type = WB_DRAFT_NUMBER,
     .bit = 128,
     .bits = 32,
     .mask = 0x4087,
     .flag = 0x0081},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 160, .bits = 0},
};
const struct wb__layer wb__layer_gre = {.fields = gre, .count = sizeof gre / sizeof gre[0]};

static const struct wb__field erspan[] = {
    /* draft-foschiano-erspan: index is of type II, version 1; those behind it of type III */
    {.name = "version",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 4,
     .computed = WB__FLAGS,
     .initial = 1},
    {.name = "vlan", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 12},
    {.name = "cos", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 3},
    {.name = "encapsulation", .type = WB_DRAFT_NUMBER, .bit = 19, .bits = 2},
    {.name = "truncated", .type = WB_DRAFT_NUMBER, .bit = 21, .bits = 1},
    {.name = "session_id", .alias = "session", .type = WB_DRAFT_NUMBER, .bit = 22, .bits = 10},
    {.name = "reserved",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 12,
     .mask = 0xf000,
     .flag = 0x1000},
    {.name = "index",
     .type = WB_DRAFT_NUMBER,
     .bit = 44,
     .bits = 20,
     .mask = 0xf000,
     .flag = 0x1000},
    {.name = "timestamp",
     .type = WB_DRAFT_NUMBER,
     .bit = 64,
     .bits = 32,
     .mask = 0xf000,
     .flag = 0x2000},
    {.name = "security_group_tag",
     .alias = "sgt",
     .type = WB_DRAFT_NUMBER,
     .bit = 96,
     .bits = 16,
     .mask = 0xf000,
     .flag = 0x2000},
    {.name = "frame_is_pdu",
     .type = WB_DRAFT_NUMBER,
     .bit = 112,
     .bits = 1,
     .mask = 0xf000,
     .flag = 0x2000},
    {.name = "frame_type",
     .type = WB_DRAFT_NUMBER,
     .bit = 113,
     .bits = 5,
     .mask = 0xf000,
     .flag = 0x2000},
    {.name = "hardware_id",
     .type = WB_DRAFT_NUMBER,
     .bit = 118,
     .bits = 6,
     .mask = 0xf000,
     .flag = 0x2000},
    {.name = "direction",
     .type = WB_DRAFT_NUMBER,
     .bit = 124,
     .bits = 1,
     .mask = 0xf000,
     .flag = 0x2000},
    {.name = "timestamp_granularity",
     .type = WB_DRAFT_NUMBER,
     .bit = 125,
     .bits = 2,
     .mask = 0xf000,
     .flag = 0x2000},
    {.name = "has_platform",
     .type = WB_DRAFT_NUMBER,
     .bit = 127,
     .bits = 1,
     .mask = 0xf000,
     .flag = 0x2000},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 128, .bits = 0},
};
const struct wb__layer wb__layer_erspan = {.fields = erspan,
                                           .count = sizeof erspan / sizeof erspan[0]};

static const struct wb__field vxlan_gpe[] = {
    /* draft-ietf-nvo3-vxlan-gpe */
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 0x0c},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 16},
    {.name = "next_protocol",
     .alias = "next",
     .type = WB_DRAFT_NUMBER,
     .bit = 24,
     .bits = 8,
     .computed = WB__NSH_PROTOCOL,
     .initial = 254},
    {.name = "vni", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 24},
    {.name = "reserved_2", .type = WB_DRAFT_NUMBER, .bit = 56, .bits = 8},
};
const struct wb__layer wb__layer_vxlan_gpe = {.fields = vxlan_gpe,
                                              .count = sizeof vxlan_gpe / sizeof vxlan_gpe[0]};

static const struct wb__field nsh[] = {
    /* RFC 8300 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 2},
    {.name = "oam", .type = WB_DRAFT_NUMBER, .bit = 2, .bits = 1},
    {.name = "unassigned", .type = WB_DRAFT_NUMBER, .bit = 3, .bits = 1},
    {.name = "ttl", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 6, .initial = 63},
    {.name = "header_length",
     .alias = "hlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 10,
     .bits = 6,
     .computed = WB__BYTES_HEADER,
     .unit = 4},
    {.name = "unassigned_2", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 4},
    {.name = "md_type", .type = WB_DRAFT_NUMBER, .bit = 20, .bits = 4, .initial = 1},
    {.name = "next_protocol",
     .alias = "next",
     .type = WB_DRAFT_NUMBER,
     .bit = 24,
     .bits = 8,
     .computed = WB__NSH_PROTOCOL,
     .initial = 254},
    {.name = "service_path_id", .alias = "path", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 24},
    {.name = "service_index",
     .alias = "index",
     .type = WB_DRAFT_NUMBER,
     .bit = 56,
     .bits = 8,
     .initial = 255},
    {.name = "context", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0, .align = 4, .initial = 16},
};
const struct wb__layer wb__layer_nsh = {.fields = nsh, .count = sizeof nsh / sizeof nsh[0]};

static const struct wb__field l2tp[] = {
    /* RFC 2661; data is what offset_size has room for */
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 12, .computed = WB__FLAGS},
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 12, .bits = 4, .initial = 2},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .mask = 0x400f,
     .flag = 0x4002,
     .computed = WB__BYTES_ALL},
    {.name = "tunnel_id",
     .alias = "tunnel",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .mask = 0x000f,
     .flag = 0x0002},
    {.name = "session_id",
     .alias = "session",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .mask = 0x000f,
     .flag = 0x0002},
    {.name = "ns", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 16, .mask = 0x080f, .flag = 0x0802},
    {.name = "nr", .type = WB_DRAFT_NUMBER, .bit = 80, .bits = 16, .mask = 0x080f, .flag = 0x0802},
    {.name = "offset_size",
     .type = WB_DRAFT_NUMBER,
     .bit = 96,
     .bits = 16,
     .mask = 0x020f,
     .flag = 0x0202,
     .computed = WB__BYTES_VARIABLE},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 112, .bits = 0},
};
const struct wb__layer wb__layer_l2tp = {.fields = l2tp, .count = sizeof l2tp / sizeof l2tp[0]};

static const struct wb__field l2tp3[] = {
    /* RFC 3931, 4.1.1: 0 is that of control messages, whose fields data are */
    {.name = "session_id",
     .alias = "session",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 32,
     .initial = 1},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 32, .bits = 0},
};
const struct wb__layer wb__layer_l2tp3 = {.fields = l2tp3, .count = sizeof l2tp3 / sizeof l2tp3[0]};

static const struct wb__field teredo[] = {
    /* RFC 4380, 5.1.1: authentication and origin indication */
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 0, .bits = 0},
};
const struct wb__layer wb__layer_teredo = {.fields = teredo,
                                           .count = sizeof teredo / sizeof teredo[0]};

static const struct wb__field udpencap[] = {
    /* RFC 3948, 2.2 */
    {.name = "non_esp_marker", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 32},
};
const struct wb__layer wb__layer_udpencap = {.fields = udpencap,
                                             .count = sizeof udpencap / sizeof udpencap[0]};
