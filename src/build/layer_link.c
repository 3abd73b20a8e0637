/* SPDX-License-Identifier: ISC
 *
 * Links, and what lies between them and IP.
 */
#include "build/layer.h"

static const struct wb__field ethernet[] = {
    /* IEEE 802.3 */
    {.name = "destination", .alias = "dst", .type = WB_DRAFT_HARDWARE, .bit = 0, .bits = 48},
    {.name = "source", .alias = "src", .type = WB_DRAFT_HARDWARE, .bit = 48, .bits = 48},
    {.name = "type",
     .type = WB_DRAFT_NUMBER,
     .bit = 96,
     .bits = 16,
     .computed = WB__TYPE_OR_LENGTH},
};
const struct wb__layer wb__layer_ethernet = {.fields = ethernet,
                                             .count = sizeof ethernet / sizeof ethernet[0]};

static const struct wb__field vlan[] = {
    /* IEEE 802.1Q: the type of the layer before it is the tag's */
    {.name = "priority", .alias = "prio", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 3},
    {.name = "drop_eligible", .alias = "dei", .type = WB_DRAFT_NUMBER, .bit = 3, .bits = 1},
    {.name = "id", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 12},
    {.name = "type",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .computed = WB__TYPE_OR_LENGTH},
};
const struct wb__layer wb__layer_vlan = {.fields = vlan, .count = sizeof vlan / sizeof vlan[0]};

static const struct wb__field null[] = {
    /* LINKTYPE_NULL */
    {.name = "family",
     .type = WB_DRAFT_NUMBER,
     .bit = 0,
     .bits = 32,
     .computed = WB__FAMILY,
     .is_little = true},
};
const struct wb__layer wb__layer_null = {.fields = null, .count = sizeof null / sizeof null[0]};

static const struct wb__field loop[] = {
    /* LINKTYPE_LOOP */
    {.name = "family", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 32, .computed = WB__FAMILY},
};
const struct wb__layer wb__layer_loop = {.fields = loop, .count = sizeof loop / sizeof loop[0]};

static const struct wb__field sll[] = {
    /* LINKTYPE_LINUX_SLL */
    {.name = "packet_type", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16},
    {.name = "arphrd_type", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16, .initial = 1},
    {.name = "address_length", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 16, .initial = 6},
    {.name = "address", .type = WB_DRAFT_BYTES, .bit = 48, .bits = 64},
    {.name = "protocol",
     .type = WB_DRAFT_NUMBER,
     .bit = 112,
     .bits = 16,
     .computed = WB__ETHERTYPE},
};
const struct wb__layer wb__layer_sll = {.fields = sll, .count = sizeof sll / sizeof sll[0]};

static const struct wb__field arp[] = {
    /* RFC 826, of Ethernet and IPv4 */
    {.name = "hardware_type", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16, .initial = 1},
    {.name = "protocol_type", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16, .initial = 0x0800},
    {.name = "hardware_length", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 8, .initial = 6},
    {.name = "protocol_length", .type = WB_DRAFT_NUMBER, .bit = 40, .bits = 8, .initial = 4},
    {.name = "operation",
     .alias = "op",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .initial = 1},
    {.name = "sender_hardware", .alias = "sha", .type = WB_DRAFT_HARDWARE, .bit = 64, .bits = 48},
    {.name = "sender_protocol", .alias = "spa", .type = WB_DRAFT_IP4, .bit = 112, .bits = 32},
    {.name = "target_hardware", .alias = "tha", .type = WB_DRAFT_HARDWARE, .bit = 144, .bits = 48},
    {.name = "target_protocol", .alias = "tpa", .type = WB_DRAFT_IP4, .bit = 192, .bits = 32},
};
const struct wb__layer wb__layer_arp = {.fields = arp, .count = sizeof arp / sizeof arp[0]};

static const struct wb__field mpls[] = {
    /* RFC 3032 */
    {.name = "label", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 20, .initial = 16},
    {.name = "traffic_class", .alias = "tc", .type = WB_DRAFT_NUMBER, .bit = 20, .bits = 3},
    {.name = "bottom_of_stack",
     .alias = "bos",
     .type = WB_DRAFT_NUMBER,
     .bit = 23,
     .bits = 1,
     .computed = WB__BOTTOM},
    {.name = "ttl", .type = WB_DRAFT_NUMBER, .bit = 24, .bits = 8, .initial = 64},
};
const struct wb__layer wb__layer_mpls = {.fields = mpls, .count = sizeof mpls / sizeof mpls[0]};

static const struct wb__field sll2[] = {
    /* LINKTYPE_LINUX_SLL2 */
    {.name = "protocol", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 16, .computed = WB__ETHERTYPE},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
    {.name = "interface_index", .alias = "index", .type = WB_DRAFT_NUMBER, .bit = 32, .bits = 32},
    {.name = "arphrd_type", .type = WB_DRAFT_NUMBER, .bit = 64, .bits = 16, .initial = 1},
    {.name = "packet_type", .type = WB_DRAFT_NUMBER, .bit = 80, .bits = 8},
    {.name = "address_length", .type = WB_DRAFT_NUMBER, .bit = 88, .bits = 8, .initial = 6},
    {.name = "address", .type = WB_DRAFT_BYTES, .bit = 96, .bits = 64},
};
const struct wb__layer wb__layer_sll2 = {.fields = sll2, .count = sizeof sll2 / sizeof sll2[0]};

static const struct wb__field nflog[] = {
    /* LINKTYPE_NFLOG: length and type are of the first TLV, by default that with the packet */
    {.name = "family", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 8, .computed = WB__FAMILY},
    {.name = "version", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 8},
    {.name = "resource_id", .type = WB_DRAFT_NUMBER, .bit = 16, .bits = 16},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 16,
     .computed = WB__BYTES_TLV,
     .is_little = true},
    {.name = "type",
     .type = WB_DRAFT_NUMBER,
     .bit = 48,
     .bits = 16,
     .initial = 9,
     .is_little = true},
    {.name = "data", .type = WB_DRAFT_BYTES, .bit = 64, .bits = 0},
};
const struct wb__layer wb__layer_nflog = {.fields = nflog, .count = sizeof nflog / sizeof nflog[0]};

static const struct wb__field pw[] = {
    /* RFC 4385: a control word, or the header of an associated channel */
    {.name = "channel", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 4, .computed = WB__FLAGS},
    {.name = "flags",
     .type = WB_DRAFT_NUMBER,
     .bit = 4,
     .bits = 4,
     .mask = 0xf000,
     .flag = 0x1000,
     .is_inverse = true},
    {.name = "fragmentation",
     .alias = "frag",
     .type = WB_DRAFT_NUMBER,
     .bit = 8,
     .bits = 2,
     .mask = 0xf000,
     .flag = 0x1000,
     .is_inverse = true},
    {.name = "length",
     .alias = "len",
     .type = WB_DRAFT_NUMBER,
     .bit = 10,
     .bits = 6,
     .mask = 0xf000,
     .flag = 0x1000,
     .is_inverse = true},
    {.name = "sequence_number",
     .alias = "seq",
     .type = WB_DRAFT_NUMBER,
     .bit = 16,
     .bits = 16,
     .mask = 0xf000,
     .flag = 0x1000,
     .is_inverse = true},
    {.name = "channel_version",
     .type = WB_DRAFT_NUMBER,
     .bit = 32,
     .bits = 4,
     .mask = 0xf000,
     .flag = 0x1000},
    {.name = "reserved",
     .type = WB_DRAFT_NUMBER,
     .bit = 36,
     .bits = 8,
     .mask = 0xf000,
     .flag = 0x1000},
    {.name = "channel_type",
     .type = WB_DRAFT_NUMBER,
     .bit = 44,
     .bits = 16,
     .mask = 0xf000,
     .flag = 0x1000,
     .computed = WB__PPP_PROTOCOL},
};
const struct wb__layer wb__layer_pw = {.fields = pw, .count = sizeof pw / sizeof pw[0]};

static const struct wb__field pbb[] = {
    /* IEEE 802.1ah */
    {.name = "priority", .alias = "prio", .type = WB_DRAFT_NUMBER, .bit = 0, .bits = 3},
    {.name = "drop_eligible", .alias = "dei", .type = WB_DRAFT_NUMBER, .bit = 3, .bits = 1},
    {.name = "use_customer_address", .alias = "uca", .type = WB_DRAFT_NUMBER, .bit = 4, .bits = 1},
    {.name = "reserved", .type = WB_DRAFT_NUMBER, .bit = 5, .bits = 3},
    {.name = "isid", .type = WB_DRAFT_NUMBER, .bit = 8, .bits = 24},
};
const struct wb__layer wb__layer_pbb = {.fields = pbb, .count = sizeof pbb / sizeof pbb[0]};
