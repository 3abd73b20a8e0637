/* SPDX-License-Identifier: ISC
 *
 * IP and its extension headers.
 */
#include "build/layer.h"

static const struct wb__field ip4[] = {
    /* RFC 791 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .initial = 4},
    {.name = "header_length",
     .alias = "hlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 4,
     .bits = 4,
     .computed = WB__BYTES_HEADER,
     .unit = 4},
    {.name = "dscp", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 6},
    {.name = "ecn", .type = WB_DRAFT_NUMBER, .bit = 14, .bits = 2},
    {.name = "total_length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__BYTES_ALL},
    {.name = "identification", .alias = "id", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 16},
    {.name = "reserved_flag", .alias = "rf", .type = WB_DRAFT_NUMBER, .bit = 48, .bits = 1},
    {.name = "dont_fragment", .alias = "df", .type = WB_DRAFT_NUMBER, .bit = 49, .bits = 1},
    {.name = "more_fragments", .alias = "mf", .type = WB_DRAFT_NUMBER, .bit = 50, .bits = 1},
    {.name = "fragment_offset",
     .alias = "frag",
     .type = WB_DRAFT_NUMBER,
     .bit = 51,
     .bits = 13,
     .unit = 8},
    {.name = "ttl", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 8, .initial = 64},
    {.name = "protocol",
     .alias = "proto",
     .type = WB_DRAFT_NUMBER,
     .bit = 72,
     .bits = 8,
     .computed = WB__PROTOCOL},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 80,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "source", .alias = "src", .type = WB_DRAFT_IP4, .bit = 96, .bits = 32},
    {.name = "destination", .alias = "dst", .type = WB_DRAFT_IP4, .bit = 128, .bits = 32},
    {.name = "options", .type = WB_DRAFT_BYTES, .bit = 160, .bits = 0, .align = 4},
};
static const struct wb__field ip4_options[] = {
    /* RFC 791, 3.1, where routes have a pointer to their first address; RFC 2113 */
    {.name = "record_route",
     .alias = "rr",
     .type = WB_DRAFT_LIST,
     .option = 7,
     .option_pointer = 4},
    {.name = "loose_source_route",
     .alias = "lsrr",
     .type = WB_DRAFT_LIST,
     .option = 131,
     .option_pointer = 4},
    {.name = "strict_source_route",
     .alias = "ssrr",
     .type = WB_DRAFT_LIST,
     .option = 137,
     .option_pointer = 4},
    {.name = "router_alert",
     .alias = "alert",
     .type = WB_DRAFT_NUMBER,
     .option = 148,
     .option_bytes = 4,
     .bit = 16,
     .bits = 16},
};
const struct wb__layer wb__layer_ip4 = {.fields = ip4,
                                        .count = sizeof ip4 / sizeof ip4[0],
                                        .options = ip4_options,
                                        .option_count = sizeof ip4_options / sizeof ip4_options[0]};

static const struct wb__field ip6[] = {
    /* RFC 8200 */
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .initial = 6},
    {.name = "traffic_class", .alias = "tc", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 8},
    {.name = "flow_label", .alias = "flow", .type = WB_DRAFT_NUMBER, .bit = 12, .bits = 20},
    {.name = "payload_length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .computed = WB__BYTES_BEHIND},
    {.name = "next_header",
     .alias = "nh",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 8,
     .computed = WB__PROTOCOL},
    {.name = "hop_limit",
     .alias = "hlim",
     .type = WB_DRAFT_NUMBER,
     .bit = 56,
     .bits = 8,
     .initial = 64},
    {.name = "source", .alias = "src", .type = WB_DRAFT_IP6, .bit = 64, .bits = 128},
    {.name = "destination", .alias = "dst", .type = WB_DRAFT_IP6, .bit = 192, .bits = 128},
};
const struct wb__layer wb__layer_ip6 = {.fields = ip6, .count = sizeof ip6 / sizeof ip6[0]};

static const struct wb__field ip6_options[] = {
    /* RFC 8200, 4.3 and 4.6 */
    {.name = "next_header",
     .alias = "nh",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .computed = WB__PROTOCOL},
    {.name = "header_length",
     .alias = "hlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .computed = WB__BYTES_HEADER,
     .unit = 8,
     .less = 1},
    {.name = "options", .type = WB_DRAFT_BYTES, .bit = 16, .bits = 0, .align = 8},
};
const struct wb__layer wb__layer_ip6_options = {
    .fields = ip6_options, .count = sizeof ip6_options / sizeof ip6_options[0]};

static const struct wb__field ip6_routing[] = {
    /* RFC 8200, 4.4 */
    {.name = "next_header",
     .alias = "nh",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .computed = WB__PROTOCOL},
    {.name = "header_length",
     .alias = "hlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .computed = WB__BYTES_HEADER,
     .unit = 8,
     .less = 1},
    {.name = "routing_type", .alias = "type", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 8},
    {.name = "segments_left", .alias = "left", .type = WB_DRAFT_NUMBER, .bit = 24, .bits = 8},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 32, .bits = 0, .align = 8},
};
const struct wb__layer wb__layer_ip6_routing = {
    .fields = ip6_routing, .count = sizeof ip6_routing / sizeof ip6_routing[0]};

static const struct wb__field ip6_fragment[] = {
    /* RFC 8200, 4.5 */
    {.name = "next_header",
     .alias = "nh",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .computed = WB__PROTOCOL},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "fragment_offset",
     .alias = "frag",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 13,
     .unit = 8},
    {.name = "res", .type = WB_DRAFT_NUMBER, .bit = 29, .bits = 2},
    {.name = "more_fragments", .alias = "mf", .type = WB_DRAFT_NUMBER, .bit = 31, .bits = 1},
    {.name = "identification", .alias = "id", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 32},
};
const struct wb__layer wb__layer_ip6_fragment = {
    .fields = ip6_fragment, .count = sizeof ip6_fragment / sizeof ip6_fragment[0]};

static const struct wb__field ah[] = {
    /* RFC 4302 */
    {.name = "next_header",
     .alias = "nh",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .computed = WB__PROTOCOL},
    {.name = "header_length",
     .alias = "hlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .computed = WB__BYTES_HEADER,
     .unit = 4,
     .less = 2},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
    {.name = "spi", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 32},
    {.name = "sequence_number", .alias = "seq", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 32},
    {.name = "integrity_check_value",
     .alias = "icv",
     .type = WB_DRAFT_BYTES,
     .bit = 96,
     .bits = 0,
     .align = 4,
     .align_ip6 = 8, /* 2.6 */
     .initial = 12},
};
const struct wb__layer wb__layer_ah = {.fields = ah, .count = sizeof ah / sizeof ah[0]};

static const struct wb__field esp[] = {
    /* RFC 4303 */
    {.name = "spi", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 32, .initial = 256},
    {.name = "sequence_number", .alias = "seq", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 32},
};
const struct wb__layer wb__layer_esp = {.fields = esp, .count = sizeof esp / sizeof esp[0]};

static const struct wb__field ip6_mobility[] = {
    /* RFC 6275, 6.1 */
    {.name = "payload_proto",
     .alias = "nh",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .computed = WB__PROTOCOL},
    {.name = "header_length",
     .alias = "hlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .computed = WB__BYTES_HEADER,
     .unit = 8,
     .less = 1},
    {.name = "mh_type", .alias = "type", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 8},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 24, .bits = 8},
    {.name = "checksum",
     .alias = "sum",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .computed = WB__CHECKSUM},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 48, .bits = 0, .align = 8, .initial = 2},
};
const struct wb__layer wb__layer_ip6_mobility = {
    .fields = ip6_mobility, .count = sizeof ip6_mobility / sizeof ip6_mobility[0]};

static const struct wb__field ip6_extension[] = {
    /* HIP, RFC 7401, and Shim6, RFC 5533 */
    {.name = "next_header",
     .alias = "nh",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 8,
     .computed = WB__PROTOCOL},
    {.name = "header_length",
     .alias = "hlen",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 8,
     .computed = WB__BYTES_HEADER,
     .unit = 8,
     .less = 1},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 16, .bits = 0, .align = 8, .initial = 6},
};
const struct wb__layer wb__layer_ip6_extension = {
    .fields = ip6_extension, .count = sizeof ip6_extension / sizeof ip6_extension[0]};

static const struct wb__field ipcomp[] = {
    /* RFC 3173 */
    {.name = "next_header", .alias = "nh", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8},
    {.name = "flags", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "cpi", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
};
const struct wb__layer wb__layer_ipcomp = {.fields = ipcomp,
                                           .count = sizeof ipcomp / sizeof ipcomp[0]};
