/* SPDX-License-Identifier: ISC
 *
 * Transport.
 */
#include "build/layer.h"

static const struct wb__field tcp[] = {
    /* RFC 9293 */
    {.name = "source_port", .alias = "sport", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16},
    {.name = "destination_port", .alias = "dport", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
    {.name = "sequence", .alias = "seq", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 32},
    {.name = "acknowledgment", .alias = "ack", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 32},
    {.name = "header_length",
     .alias = "hlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 96,
     .bits = 4,
     .computed = WB__BYTES_HEADER,
     .unit = 4},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 100, .bits = 3},
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 103, .bits = 9, .initial = 2},
    {.name = "window",
     .alias = "win",
     .type = WB_DRAFT_NUMBER,
     .bit = 112,
     .bits = 16,
     .initial = 65535},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 128,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "urgent_pointer", .alias = "urg", .type = WB_DRAFT_NUMBER, .bit = 144, .bits = 16},
    {.name = "options", .type = WB_DRAFT_BYTES, .bit = 160, .bits = 0, .align = 4},
};
const struct wb__layer wb__layer_tcp = {.fields = tcp, .count = sizeof tcp / sizeof tcp[0]};

static const struct wb__field udp[] = {
    /* RFC 768 */
    {.name = "source_port",
     .alias = "sport",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 16,
     .computed = WB__PORT},
    {.name = "destination_port",
     .alias = "dport",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__PORT},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .computed = WB__BYTES_ALL},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .computed = WB__CHECKSUM},
};
const struct wb__layer wb__layer_udp = {.fields = udp, .count = sizeof udp / sizeof udp[0]};

static const struct wb__field udplite[] = {
    /* RFC 3828 */
    {.name = "source_port", .alias = "sport", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16},
    {.name = "destination_port", .alias = "dport", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
    {.name = "checksum_coverage", .alias = "cov", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 16},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .computed = WB__CHECKSUM},
};
const struct wb__layer wb__layer_udplite = {.fields = udplite,
                                            .count = sizeof udplite / sizeof udplite[0]};

static const struct wb__field sctp[] = {
    /* RFC 9260 */
    {.name = "source_port", .alias = "sport", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16},
    {.name = "destination_port", .alias = "dport", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
    {.name = "verification_tag", .alias = "tag", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 32},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 64,
     .bits = 32,
     .computed = WB__CHECKSUM},
    {.name = "chunks", .type = WB_DRAFT_BYTES, .bit = 96, .bits = 0, .align = 4},
};
const struct wb__layer wb__layer_sctp = {.fields = sctp, .count = sizeof sctp / sizeof sctp[0]};

static const struct wb__field dccp[] = {
    /* RFC 4340 */
    {.name = "source_port", .alias = "sport", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16},
    {.name = "destination_port", .alias = "dport", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
    {.name = "header_length",
     .alias = "hlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 8,
     .computed = WB__BYTES_HEADER,
     .unit = 4},
    {.name = "ccval", .type = WB_DRAFT_NUMBER, .bit = 40, .bits = 4},
    {.name = "cscov", .type = WB_DRAFT_NUMBER, .bit = 44, .bits = 4},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 3},
    {.name = "type", .type = WB_DRAFT_NUMBER, .bit = 67, .bits = 4},
    {.name = "extended_sequence_numbers",
     .alias = "x",
     .type = WB_DRAFT_NUMBER,
     .bit = 71,
     .bits = 1,
     .initial = 1},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 72, .bits = 0, .align = 4, .initial = 11},
};
const struct wb__layer wb__layer_dccp = {.fields = dccp, .count = sizeof dccp / sizeof dccp[0]};
