/* SPDX-License-Identifier: ISC
 *
 * LLC, and what bridges and hosts of a local network tell each other.
 */
#include "build/layer.h"

static const struct wb__field llc[] = {
    /* IEEE 802.2; with both SAPs of SNAP, OUI and PID are behind */
    {.name = "dsap",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .computed = WB__SAP,
     .initial = 0xaa},
    {.name = "ssap",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .computed = WB__SAP,
     .initial = 0xaa},
    {.name = "control", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 8, .initial = 3},
    {.name = "oui",
     .type = WB_DRAFT_NUMBER,
     .bit = 24,
     .bits = 24,
     .mask = 0xfefe,
     .flag = 0xaaaa,
     .computed = WB__OUI},
    {.name = "pid",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .mask = 0xfefe,
     .flag = 0xaaaa,
     .computed = WB__PID},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_llc = {.fields = llc, .count = sizeof llc / sizeof llc[0]};

static const struct wb__field ipx[] = {
    /* Novell's IPX Router Specification */
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 16,
     .initial = 0xffff},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__BYTES_ALL},
    {.name = "transport_control", .alias = "hops", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 8},
    {.name = "packet_type", .alias = "type", .type = WB_DRAFT_NUMBER, .bit = 40, .bits = 8},
    {.name = "destination_network",
     .alias = "dnet",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 32},
    {.name = "destination_node", .alias = "dst", .type = WB_DRAFT_HARDWARE, .bit = 80, .bits = 48},
    {.name = "destination_socket",
     .alias = "dport",
     .type = WB_DRAFT_NUMBER,
     .bit = 128,
     .bits = 16},
    {.name = "source_network", .alias = "snet", .type = WB_DRAFT_NUMBER, .bit = 144, .bits = 32},
    {.name = "source_node", .alias = "src", .type = WB_DRAFT_HARDWARE, .bit = 176, .bits = 48},
    {.name = "source_socket", .alias = "sport", .type = WB_DRAFT_NUMBER, .bit = 224, .bits = 16},
};
const struct wb__layer wb__layer_ipx = {.fields = ipx, .count = sizeof ipx / sizeof ipx[0]};

static const struct wb__field stp[] = {
    /* IEEE 802.1D, 9.3: times are in 1/256 s; data are those of RSTP and MSTP */
    {.name = "protocol_id", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16},
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 8},
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 24, .bits = 8},
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 8},
    {.name = "root_priority", .type = WB_DRAFT_NUMBER, .bit = 40, .bits = 16, .initial = 32768},
    {.name = "root_address", .alias = "root", .type = WB_DRAFT_HARDWARE, .bit = 56, .bits = 48},
    {.name = "root_path_cost", .alias = "cost", .type = WB_DRAFT_NUMBER, .bit = 104, .bits = 32},
    {.name = "bridge_priority", .type = WB_DRAFT_NUMBER, .bit = 136, .bits = 16, .initial = 32768},
    {.name = "bridge_address",
     .alias = "bridge",
     .type = WB_DRAFT_HARDWARE,
     .bit = 152,
     .bits = 48},
    {.name = "port_id",
     .alias = "port",
     .type = WB_DRAFT_NUMBER,
     .bit = 200,
     .bits = 16,
     .initial = 0x8001},
    {.name = "message_age", .type = WB_DRAFT_NUMBER, .bit = 216, .bits = 16},
    {.name = "max_age", .type = WB_DRAFT_NUMBER, .bit = 232, .bits = 16, .initial = 5120},
    {.name = "hello_time", .type = WB_DRAFT_NUMBER, .bit = 248, .bits = 16, .initial = 512},
    {.name = "forward_delay", .type = WB_DRAFT_NUMBER, .bit = 264, .bits = 16, .initial = 3840},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 280, .bits = 0},
};
const struct wb__layer wb__layer_stp = {.fields = stp, .count = sizeof stp / sizeof stp[0]};

static const struct wb__field cdp[] = {
    /* Cisco's */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 2},
    {.name = "ttl_s", .alias = "ttl", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8, .initial = 180},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__CHECKSUM},
};
const struct wb__layer wb__layer_cdp = {.fields = cdp, .count = sizeof cdp / sizeof cdp[0]};

static const struct wb__field lldp[] = {
    /* IEEE 802.1AB: the head of the first TLV */
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 7},
    {.name = "length", .alias = "len", .type = WB_DRAFT_NUMBER, .bit = 7, .bits = 9},
};
const struct wb__layer wb__layer_lldp = {.fields = lldp, .count = sizeof lldp / sizeof lldp[0]};

static const struct wb__field eapol[] = {
    /* IEEE 802.1X, 11.3 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 1},
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__BYTES_BEHIND},
};
const struct wb__layer wb__layer_eapol = {.fields = eapol, .count = sizeof eapol / sizeof eapol[0]};

static const struct wb__field eap[] = {
    /* RFC 3748: data is the type of a request or response */
    {.name = "code", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .initial = 1},
    {.name = "identifier", .alias = "id", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__BYTES_ALL},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 32, .bits = 0},
};
const struct wb__layer wb__layer_eap = {.fields = eap, .count = sizeof eap / sizeof eap[0]};

static const struct wb__field mac_control[] = {
    /* IEEE 802.3, 31: data is the time of a PAUSE */
    {.name = "opcode", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16, .initial = 1},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 16, .bits = 0, .initial = 2},
};
const struct wb__layer wb__layer_mac_control = {
    .fields = mac_control, .count = sizeof mac_control / sizeof mac_control[0]};
