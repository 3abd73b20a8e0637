/* SPDX-License-Identifier: ISC
 *
 * PPP, HDLC, Frame Relay, and the rings.
 */
#include "build/layer.h"

static const struct wb__field pppoe[] = {
    /* RFC 2516, 6 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .initial = 1},
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 4, .initial = 1},
    {.name = "code", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "session_id", .alias = "session", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .computed = WB__BYTES_BEHIND},
};
const struct wb__layer wb__layer_pppoe = {.fields = pppoe, .count = sizeof pppoe / sizeof pppoe[0]};

static const struct wb__field pppoe_discovery[] = {
    /* RFC 2516, 5: PADI */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .initial = 1},
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 4, .initial = 1},
    {.name = "code", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8, .initial = 9},
    {.name = "session_id", .alias = "session", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .computed = WB__BYTES_BEHIND},
};
const struct wb__layer wb__layer_pppoe_discovery = {
    .fields = pppoe_discovery, .count = sizeof pppoe_discovery / sizeof pppoe_discovery[0]};

static const struct wb_draft_name ppp_protocols[] = {
    {"ip", 0x0021},
    {"ipv6", 0x0057},
    {"ipcp", 0x8021},
    {"ipxcp", 0x802b},
    {"ecp", 0x8053},
    {"ipv6cp", 0x8057},
    {"ccp", 0x80fd},
    {"mplscp", 0x8281},
    {"lcp", 0xc021},
    {"pap", 0xc023},
    {"chap", 0xc223},
    {"eap", 0xc227},
    {0},
};

/* Of LCP and the NCPs, RFC 1661, 5; of PAP, RFC 1334; of CHAP, RFC 1994. */
static const struct wb_draft_name ppp_codes[] = {
    {"configure_request", 1},
    {"configure_ack", 2},
    {"configure_nak", 3},
    {"configure_reject", 4},
    {"terminate_request", 5},
    {"terminate_ack", 6},
    {"code_reject", 7},
    {"protocol_reject", 8},
    {"echo_request", 9},
    {"echo_reply", 10},
    {"discard_request", 11},
    {"authenticate_request", 1},
    {"authenticate_ack", 2},
    {"authenticate_nak", 3},
    {"challenge", 1},
    {"response", 2},
    {"success", 3},
    {"failure", 4},
    {0},
};

static const struct wb__field ppp[] = {
    /* RFC 1661; of HDLC-like framing, RFC 1662, the first two */
    {.name = "address",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .mask = 0xffff,
     .flag = 0xff03,
     .initial = 0xff},
    {.name = "control",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .mask = 0xffff,
     .flag = 0xff03,
     .initial = 3},
    {.name = "protocol",
     .alias = "proto",
     .names = ppp_protocols,
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__PPP_PROTOCOL},
};
const struct wb__layer wb__layer_ppp = {.fields = ppp, .count = sizeof ppp / sizeof ppp[0]};

static const struct wb__field ppp_control[] = {
    /* RFC 1661, 5 */
    {.name = "code",
     .names = ppp_codes,
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .initial = 1},
    {.name = "identifier", .alias = "id", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__BYTES_ALL},
};
const struct wb__layer wb__layer_ppp_control = {
    .fields = ppp_control, .count = sizeof ppp_control / sizeof ppp_control[0]};

static const struct wb__field chdlc[] = {
    /* RFC 1547, 4.3.1 */
    {.name = "address", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 0x0f},
    {.name = "control", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "protocol",
     .alias = "proto",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__CHDLC_PROTOCOL},
};
const struct wb__layer wb__layer_chdlc = {.fields = chdlc, .count = sizeof chdlc / sizeof chdlc[0]};

static const struct wb__field slarp[] = {
    /* Cisco's: of a keepalive its two sequence numbers are in place of the addresses; data is
     * its uptime */
    {.name = "code", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 32},
    {.name = "address", .alias = "addr", .type = WB_DRAFT_IP4, .bit = 32, .bits = 32},
    {.name = "mask", .type = WB_DRAFT_IP4, .bit = 64, .bits = 32},
    {.name = "reliability", .type = WB_DRAFT_NUMBER, .bit = 96, .bits = 16, .initial = 0xffff},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 112, .bits = 0},
};
const struct wb__layer wb__layer_slarp = {.fields = slarp, .count = sizeof slarp / sizeof slarp[0]};

static const struct wb__field frame_relay[] = {
    /* ITU-T Q.922, 3.3, with an address of two bytes, and RFC 2427: data is SNAP */
    {.name = "dlci_upper", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 6},
    {.name = "command_response", .alias = "cr", .type = WB_DRAFT_NUMBER, .bit = 6, .bits = 1},
    {.name = "extended", .type = WB_DRAFT_NUMBER, .bit = 7, .bits = 1},
    {.name = "dlci_lower", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 4},
    {.name = "forward_congestion", .alias = "fecn", .type = WB_DRAFT_NUMBER, .bit = 12, .bits = 1},
    {.name = "backward_congestion", .alias = "becn", .type = WB_DRAFT_NUMBER, .bit = 13, .bits = 1},
    {.name = "discard_eligible", .alias = "de", .type = WB_DRAFT_NUMBER, .bit = 14, .bits = 1},
    {.name = "last", .type = WB_DRAFT_NUMBER, .bit = 15, .bits = 1, .initial = 1},
    {.name = "control", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 8, .initial = 3},
    {.name = "nlpid",
     .type = WB_DRAFT_NUMBER,
     .bit = 24,
     .bits = 8,
     .computed = WB__NLPID,
     .initial = 0xcc},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 32, .bits = 0},
};
const struct wb__layer wb__layer_frame_relay = {
    .fields = frame_relay, .count = sizeof frame_relay / sizeof frame_relay[0]};

static const struct wb__field fddi[] = {
    /* ANSI X3.139 */
    {.name = "frame_control",
     .alias = "fc",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .initial = 0x50},
    {.name = "destination", .alias = "dst", .type = WB_DRAFT_HARDWARE, .bit = 8, .bits = 48},
    {.name = "source", .alias = "src", .type = WB_DRAFT_HARDWARE, .bit = 56, .bits = 48},
};
const struct wb__layer wb__layer_fddi = {.fields = fddi, .count = sizeof fddi / sizeof fddi[0]};

static const struct wb__field token_ring[] = {
    /* IEEE 802.5 */
    {.name = "access_control",
     .alias = "ac",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .initial = 0x10},
    {.name = "frame_control",
     .alias = "fc",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .initial = 0x40},
    {.name = "destination", .alias = "dst", .type = WB_DRAFT_HARDWARE, .bit = 16, .bits = 48},
    {.name = "source", .alias = "src", .type = WB_DRAFT_HARDWARE, .bit = 64, .bits = 48},
    {.name = "route", .type = WB_DRAFT_BYTES, .bit = 112, .bits = 0},
};
const struct wb__layer wb__layer_token_ring = {.fields = token_ring,
                                               .count = sizeof token_ring / sizeof token_ring[0]};
