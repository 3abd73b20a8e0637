/* SPDX-License-Identifier: ISC
 *
 * IEEE 802.11, and how its frames were received.
 */
#include "build/layer.h"

static const struct wb__field radiotap[] = {
    /* radiotap.org: data are the fields that present says are there */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8},
    {.name = "pad", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__BYTES_HEADER,
     .is_little = true},
    {.name = "present", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 32, .is_little = true},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_radiotap = {.fields = radiotap,
                                             .count = sizeof radiotap / sizeof radiotap[0]};

static const struct wb__field prism[] = {
    /* Of Prism cards, in little endian: twelve bytes for each item */
    {.name = "message_code",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 32,
     .initial = 0x44,
     .is_little = true},
    {.name = "message_length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 32,
     .initial = 144,
     .is_little = true},
    {.name = "device", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 128},
    {.name = "items", .type = WB_DRAFT_BYTES, .bit = 192, .bits = 960},
};
const struct wb__layer wb__layer_prism = {.fields = prism, .count = sizeof prism / sizeof prism[0]};

static const struct wb__field avs[] = {
    /* AVS, with the magic number of its versions */
    {.name = "magic", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 20, .initial = 0x80211},
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 20, .bits = 12, .initial = 1},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 32,
     .computed = WB__BYTES_HEADER},
    {.name = "mac_time", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 64},
    {.name = "host_time", .type = WB_DRAFT_NUMBER, .bit = 128, .bits = 64},
    {.name = "phy_type", .type = WB_DRAFT_NUMBER, .bit = 192, .bits = 32},
    {.name = "channel", .type = WB_DRAFT_NUMBER, .bit = 224, .bits = 32},
    {.name = "rate_kbps",
     .alias = "rate",
     .type = WB_DRAFT_NUMBER,
     .bit = 256,
     .bits = 32,
     .unit = 100},
    {.name = "antenna", .type = WB_DRAFT_NUMBER, .bit = 288, .bits = 32},
    {.name = "priority", .alias = "prio", .type = WB_DRAFT_NUMBER, .bit = 320, .bits = 32},
    {.name = "signal_type", .type = WB_DRAFT_NUMBER, .bit = 352, .bits = 32},
    {.name = "signal", .type = WB_DRAFT_NUMBER, .bit = 384, .bits = 32},
    {.name = "noise", .type = WB_DRAFT_NUMBER, .bit = 416, .bits = 32},
    {.name = "preamble", .type = WB_DRAFT_NUMBER, .bit = 448, .bits = 32},
    {.name = "encoding", .type = WB_DRAFT_NUMBER, .bit = 480, .bits = 32},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 512, .bits = 0},
};
const struct wb__layer wb__layer_avs = {.fields = avs, .count = sizeof avs / sizeof avs[0]};

static const struct wb__field ppi[] = {
    /* LINKTYPE_PPI */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8},
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__BYTES_HEADER,
     .is_little = true},
    {.name = "link_type",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 32,
     .initial = 105,
     .is_little = true},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_ppi = {.fields = ppi, .count = sizeof ppi / sizeof ppi[0]};

static const struct wb__field wlan[] = {
    /* IEEE 802.11, 9.2: management and data have three addresses and more */
    {.name = "subtype", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .computed = WB__FLAGS},
    {.name = "type",
     .type = WB_DRAFT_NUMBER,
     .bit = 4,
     .bits = 2,
     .computed = WB__FLAGS,
     .initial = 2},
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 6, .bits = 2},
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8, .computed = WB__FLAGS},
    {.name = "duration", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16, .is_little = true},
    {.name = "address_1", .alias = "addr1", .type = WB_DRAFT_HARDWARE, .bit = 32, .bits = 48},
    {.name = "address_2",
     .alias = "addr2",
     .type = WB_DRAFT_HARDWARE,
     .bit = 80,
     .bits = 48,
     .mask = 0x0400,
     .flag = 0x0000},
    {.name = "address_3",
     .alias = "addr3",
     .type = WB_DRAFT_HARDWARE,
     .bit = 128,
     .bits = 48,
     .mask = 0x0400,
     .flag = 0x0000},
    {.name = "sequence_control",
     .alias = "seq",
     .type = WB_DRAFT_NUMBER,
     .bit = 176,
     .bits = 16,
     .mask = 0x0400,
     .flag = 0x0000,
     .is_little = true},
    {.name = "address_4",
     .alias = "addr4",
     .type = WB_DRAFT_HARDWARE,
     .bit = 192,
     .bits = 48,
     .mask = 0x0c03,
     .flag = 0x0803},
    {.name = "qos_control",
     .alias = "qos",
     .type = WB_DRAFT_NUMBER,
     .bit = 240,
     .bits = 16,
     .mask = 0x8c00,
     .flag = 0x8800,
     .computed = WB__QOS,
     .is_little = true},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 256, .bits = 0},
};
const struct wb__layer wb__layer_wlan = {.fields = wlan, .count = sizeof wlan / sizeof wlan[0]};

static const struct wb__field amsdu[] = {
    /* IEEE 802.11, 9.3.2.2 */
    {.name = "destination", .alias = "dst", .type = WB_DRAFT_HARDWARE, .bit = 0, .bits = 48},
    {.name = "source", .alias = "src", .type = WB_DRAFT_HARDWARE, .bit = 48, .bits = 48},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 96,
     .bits = 16,
     .computed = WB__BYTES_BEHIND},
};
const struct wb__layer wb__layer_amsdu = {.fields = amsdu, .count = sizeof amsdu / sizeof amsdu[0]};
