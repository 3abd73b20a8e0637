/* SPDX-License-Identifier: ISC
 *
 * Drafts: what is not set gets a right default, as the decode stage judges; what is set stays,
 * wrong or not; and nothing that one may ask for harms. What captures hold is again.c's part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <wirebeam/build.h>

#include "build/layer.h"
#include "support/guard.h"

#define ROOM 4096

#define ETH   WB_LAYER_ETHERNET
#define IP4   WB_LAYER_IP4
#define IP6   WB_LAYER_IP6
#define BYTES WB_LAYER_PAYLOAD

struct written {
    uint8_t bytes[ROOM];
    size_t length;
    struct wb_packet packet;
    struct wb_decoded decoded;
};

static struct wb_draft *draft_of(const enum wb_layer_kind *kinds, unsigned count)
{
    struct wb_draft *draft = wb_draft_new();
    assert_non_null(draft);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(wb_draft_add(draft, kinds[i]), i);
    return draft;
}

static void write_draft(const struct wb_draft *draft, struct written *written)
{
    struct wb_error error = {0};
    if (wb_draft_write(draft, written->bytes, ROOM, &written->length, &error) < 0)
        fail_msg("%s", error.text);
    written->packet = (struct wb_packet){.data = written->bytes,
                                         .captured_length = (uint32_t)written->length,
                                         .wire_length = (uint32_t)written->length,
                                         .link_type = (uint16_t)wb_draft_link_type(draft)};
    wb_decode(&written->packet, &written->decoded);
}

#define DRAFT(...)                                                                                 \
    draft_of((const enum wb_layer_kind[]){__VA_ARGS__},                                            \
             sizeof((const enum wb_layer_kind[]){__VA_ARGS__}) / sizeof(enum wb_layer_kind))

static void set_text(struct wb_draft *draft, const char *text)
{
    assert_int_equal(wb_draft_bytes(draft, wb_draft_count(draft) - 1, "data", text, strlen(text)),
                     0);
}

/* ---- Tables ----------------------------------------------------------------------- */

/* Each bit of the fixed part of a header belongs to one field, or to optional ones in its place,
 * and names are unique. */
static void test_tables_cover_headers(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < WB_LAYER_KIND_COUNT; kind++) {
        const struct wb__layer *layer = wb__layer_of(kind);
        unsigned bit = 0, variable = 0;
        assert_int_equal(layer == NULL, kind == WB_LAYER_PAYLOAD || kind == WB_LAYER_RAW);
        for (unsigned i = 0; layer && i < layer->count; i++) {
            const struct wb__field *field = &layer->fields[i];
            assert_true(field->bit == bit || (field->bit < bit && field->mask != 0));
            bit = field->bit + field->bits > bit ? field->bit + field->bits : bit;
            variable += field->bits == 0;
            assert_int_equal(wb_draft_field_find(kind, field->name), i);
            if (field->alias)
                assert_int_equal(wb_draft_field_find(kind, field->alias), i);
            assert_int_equal(field->flag & ~field->mask, 0);
            assert_true(!field->is_little || field->bits % 8 == 0);
        }
        assert_true(variable <= 1);
        assert_true(!layer || layer->count <= WB__FIELDS_MAX);
    }
}

/* Whichever optional fields there are, a header has whole bytes, and fields of bytes begin with
 * one. */
static void test_fields_lie_on_bytes(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < WB_LAYER_KIND_COUNT; kind++) {
        const struct wb__layer *layer = wb__layer_of(kind);
        for (unsigned first = 0; layer && first <= UINT16_MAX; first++) {
            uint32_t present = wb__layer_present(layer, (uint16_t)first, 0);
            unsigned bit = 0;
            for (unsigned i = 0; i < layer->count; i++) {
                const struct wb__field *field = &layer->fields[i];
                if (!(present >> i & 1))
                    continue;
                if (bit % 8 != 0 && (field->is_little || field->type != WB_DRAFT_NUMBER))
                    fail_msg("%s: %s begins within a byte", wb_layer_name(kind), field->name);
                bit += field->bits;
            }
            if (bit % 8 != 0 || bit / 8 != wb__layer_fixed_bytes(layer, present))
                fail_msg("%s has %u bits", wb_layer_name(kind), bit);
        }
    }
}

/* ---- Defaults --------------------------------------------------------------------- */

static bool is_kind_right[WB_LAYER_KIND_COUNT];

/* All layers are decoded as they were asked for, whole, and no checksum is wrong. */
static void assert_right(struct wb_draft *draft)
{
    struct written written;
    write_draft(draft, &written);
    unsigned last = wb_draft_count(draft);
    if (wb_draft_kind(draft, last - 1) == WB_LAYER_PAYLOAD)
        last--;
    assert_true(written.decoded.layer_count >= last);
    for (unsigned i = 0; i < last; i++) {
        const struct wb_layer *layer = &written.decoded.layers[i];
        if (layer->kind != wb_draft_kind(draft, i) ||
            (layer->status != WB_LAYER_OK && layer->status != WB_LAYER_UNKNOWN))
            fail_msg("layer %u is %s, %s", i, wb_layer_name(layer->kind),
                     wb_layer_status_name(layer->status));
        enum wb_checksum_state sum = wb_checksum_state(&written.packet, &written.decoded, i);
        if (sum == WB_CHECKSUM_WRONG || sum == WB_CHECKSUM_NOT_COMPUTED)
            fail_msg("the checksum of layer %u, %s, is %s", i, wb_layer_name(layer->kind),
                     wb_checksum_state_name(sum));
        is_kind_right[layer->kind] = true;
    }
    is_kind_right[WB_LAYER_PAYLOAD] |= last < wb_draft_count(draft);
    wb_draft_free(draft);
}

static void test_defaults_are_right(void **state)
{
    (void)state;
    static const enum wb_layer_kind inner[] = {
        WB_LAYER_TCP, WB_LAYER_UDP,   WB_LAYER_UDPLITE, WB_LAYER_SCTP,        WB_LAYER_ICMP,
        WB_LAYER_PIM, WB_LAYER_OSPF,  WB_LAYER_VRRP,    WB_LAYER_DCCP,        WB_LAYER_IGMP,
        WB_LAYER_ESP, WB_LAYER_AH,    WB_LAYER_IPCOMP,  WB_LAYER_ICMP6,       WB_LAYER_HIP,
        WB_LAYER_GRE, WB_LAYER_L2TP3, WB_LAYER_SHIM6,   WB_LAYER_IP6_MOBILITY};
    for (unsigned i = 0; i < sizeof inner / sizeof inner[0]; i++)
        for (unsigned odd = 0; odd < 2; odd++) {
            bool is_of_ip6 = inner[i] == WB_LAYER_ICMP6 || inner[i] == WB_LAYER_HIP ||
                             inner[i] == WB_LAYER_SHIM6 || inner[i] == WB_LAYER_IP6_MOBILITY;
            struct wb_draft *draft = DRAFT(ETH, is_of_ip6 ? IP6 : IP4, inner[i], BYTES);
            set_text(draft, odd ? "seventeen bytes.." : "twenty-four bytes, say..");
            assert_right(draft);
        }
    assert_right(DRAFT(ETH, IP4, WB_LAYER_CARP));
    assert_right(DRAFT(ETH, IP6, WB_LAYER_CARP));
    assert_right(DRAFT(ETH, IP6, WB_LAYER_IP6_ROUTING, WB_LAYER_IP6_FRAGMENT, WB_LAYER_UDP));
    assert_right(DRAFT(ETH, IP6, WB_LAYER_IP6_HOPOPTS, WB_LAYER_IP6_DSTOPTS, WB_LAYER_UDP));
}

static void test_links_have_right_defaults(void **state)
{
    (void)state;
    assert_right(DRAFT(WB_LAYER_NULL, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_LOOP, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_RAW, IP6, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_SLL, IP4, WB_LAYER_UDP, WB_LAYER_DNS));
    assert_right(DRAFT(WB_LAYER_SLL2, IP6, WB_LAYER_UDP));
    assert_right(DRAFT(WB_LAYER_SLL, WB_LAYER_LLC, WB_LAYER_STP));
    assert_right(DRAFT(WB_LAYER_SLL2, WB_LAYER_LLC, WB_LAYER_STP));
    assert_right(DRAFT(WB_LAYER_NFLOG, IP6, WB_LAYER_UDP));
    assert_right(DRAFT(WB_LAYER_PPP, IP6, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_PPP, WB_LAYER_PPP_CONTROL));
    assert_right(DRAFT(WB_LAYER_PPP, WB_LAYER_EAP));
    assert_right(DRAFT(WB_LAYER_CHDLC, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_CHDLC, WB_LAYER_SLARP));
    assert_right(DRAFT(WB_LAYER_CHDLC, WB_LAYER_CDP));
    assert_right(DRAFT(WB_LAYER_FRAME_RELAY, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_FRAME_RELAY, IP6, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_FRAME_RELAY, WB_LAYER_PPP, IP4));
    assert_right(DRAFT(WB_LAYER_FDDI, WB_LAYER_LLC, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_TOKEN_RING, WB_LAYER_LLC, WB_LAYER_ARP));
    assert_right(DRAFT(WB_LAYER_RADIOTAP, WB_LAYER_WLAN, WB_LAYER_LLC, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_PRISM, WB_LAYER_WLAN, WB_LAYER_LLC, IP6, WB_LAYER_TCP));
    assert_right(DRAFT(WB_LAYER_AVS, WB_LAYER_WLAN, WB_LAYER_LLC, WB_LAYER_EAPOL, WB_LAYER_EAP));
    assert_right(DRAFT(WB_LAYER_PPI, WB_LAYER_WLAN, WB_LAYER_AMSDU, WB_LAYER_LLC, IP4));
    assert_right(DRAFT(WB_LAYER_WLAN));
}

static void test_local_networks_have_right_defaults(void **state)
{
    (void)state;
    static const enum wb_layer_kind kinds[] = {WB_LAYER_ARP,         WB_LAYER_IPX,
                                               WB_LAYER_LLDP,        WB_LAYER_EAPOL,
                                               WB_LAYER_MAC_CONTROL, WB_LAYER_PPPOE_DISCOVERY};
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_right(DRAFT(ETH, WB_LAYER_VLAN, WB_LAYER_VLAN, kinds[i]));
    assert_right(DRAFT(ETH, WB_LAYER_LLC, WB_LAYER_STP));
    assert_right(DRAFT(ETH, WB_LAYER_LLC, WB_LAYER_CDP));
    assert_right(DRAFT(ETH, WB_LAYER_LLC, WB_LAYER_IPX));
    assert_right(DRAFT(ETH, WB_LAYER_LLC, WB_LAYER_ARP));
    assert_right(DRAFT(ETH, WB_LAYER_LLC, ETH, IP4));
    assert_right(DRAFT(ETH, WB_LAYER_VLAN, WB_LAYER_LLC, IP6, WB_LAYER_UDP));
    assert_right(DRAFT(ETH, WB_LAYER_EAPOL, WB_LAYER_EAP));
    assert_right(DRAFT(ETH, WB_LAYER_PPPOE, WB_LAYER_PPP, IP4, WB_LAYER_UDP));
    assert_right(DRAFT(ETH, WB_LAYER_PPPOE, WB_LAYER_PPP, WB_LAYER_PPP_CONTROL));
}

static void test_tunnels_have_right_defaults(void **state)
{
    (void)state;
    assert_right(DRAFT(ETH, WB_LAYER_MPLS, WB_LAYER_MPLS, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(ETH, WB_LAYER_MPLS, IP6, WB_LAYER_TCP));
    assert_right(DRAFT(ETH, WB_LAYER_MPLS, WB_LAYER_PSEUDOWIRE, ETH, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(ETH, WB_LAYER_PBB, ETH, IP6));
    assert_right(DRAFT(ETH, WB_LAYER_NSH, WB_LAYER_NSH, ETH, IP4));
    assert_right(DRAFT(ETH, IP4, IP6, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_ETHERIP, ETH, WB_LAYER_ARP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_GRE, IP6, WB_LAYER_UDP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_GRE, WB_LAYER_ERSPAN, ETH, IP4, WB_LAYER_UDP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_GRE, WB_LAYER_PPP, IP4, WB_LAYER_UDP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_L2TP3, ETH, IP4));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_UDP, WB_LAYER_VXLAN, ETH, IP4, WB_LAYER_TCP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_UDP, WB_LAYER_VXLAN_GPE, WB_LAYER_NSH, IP4));
    assert_right(DRAFT(ETH, IP6, WB_LAYER_UDP, WB_LAYER_GENEVE, ETH, IP6, WB_LAYER_TCP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_UDP, WB_LAYER_GTP, IP4, WB_LAYER_ICMP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_UDP, WB_LAYER_L2TP, WB_LAYER_PPP, IP6));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_UDP, WB_LAYER_TEREDO, IP6, WB_LAYER_TCP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_UDP, WB_LAYER_UDPENCAP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_UDP, WB_LAYER_ESP));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_UDP, WB_LAYER_MDNS));
    assert_right(DRAFT(ETH, IP6, WB_LAYER_UDP, WB_LAYER_LLMNR));
    assert_right(DRAFT(ETH, IP4, WB_LAYER_UDP, WB_LAYER_DHCP));
    assert_right(DRAFT(ETH, IP6, WB_LAYER_UDP, WB_LAYER_DHCP6));
}

/* Each kind was in one of the tests above: none is without right defaults. */
static void test_all_kinds_were_written(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < WB_LAYER_KIND_COUNT; kind++)
        if (!is_kind_right[kind])
            fail_msg("%s was not written", wb_layer_name(kind));
}

/* ---- Optional fields -------------------------------------------------------------- */

static void assert_header(struct wb_draft *draft, unsigned layer, const void *header,
                          unsigned length)
{
    struct written written;
    write_draft(draft, &written);
    assert_int_equal(written.decoded.layers[layer].header_length, length);
    assert_memory_equal(written.bytes + written.decoded.layers[layer].offset, header, length);
    assert_right(draft);
}

static void test_optional_fields_set_their_flags(void **state)
{
    (void)state;
    struct wb_draft *gre = DRAFT(WB_LAYER_RAW, IP4, WB_LAYER_GRE, IP4);
    assert_int_equal(wb_draft_number(gre, 2, "seq", 2), 0);
    assert_int_equal(wb_draft_number(gre, 2, "key", 1), 0);
    assert_header(gre, 2, "\x30\0\x08\0\0\0\0\1\0\0\0\2", 12);
    struct wb_draft *l2tp =
        DRAFT(WB_LAYER_RAW, IP4, WB_LAYER_UDP, WB_LAYER_L2TP, WB_LAYER_PPP, IP4);
    assert_int_equal(wb_draft_number(l2tp, 3, "ns", 7), 0);
    assert_header(l2tp, 3, "\x08\2\0\0\0\0\0\7\0\0", 10);
    struct wb_draft *llc = DRAFT(ETH, WB_LAYER_LLC, IP4);
    assert_int_equal(wb_draft_number(llc, 1, "oui", 0), 0);
    assert_header(llc, 1, "\xaa\xaa\3\0\0\0\x08\0", 8);
    struct wb_draft *ppp = DRAFT(WB_LAYER_PPP, IP4);
    assert_int_equal(wb_draft_number(ppp, 0, "control", 3), 0);
    assert_header(ppp, 0, "\xff\3\0\x21", 4);
    struct wb_draft *wlan = DRAFT(WB_LAYER_WLAN, WB_LAYER_LLC, IP4);
    assert_int_equal(wb_draft_number(wlan, 0, "qos", 5), 0);
    assert_int_equal(wb_draft_number(wlan, 0, "duration", 0x1234), 0);
    assert_header(wlan, 0, "\x88\0\x34\x12\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0", 26);
    struct wb_draft *erspan = DRAFT(WB_LAYER_RAW, IP4, WB_LAYER_GRE, WB_LAYER_ERSPAN, ETH);
    assert_int_equal(wb_draft_number(erspan, 3, "timestamp", 9), 0);
    assert_header(erspan, 3, "\x20\0\0\0\0\0\0\11\0\0\0\0", 12);
    struct wb_draft *gtp = DRAFT(WB_LAYER_RAW, IP4, WB_LAYER_UDP, WB_LAYER_GTP, IP4);
    assert_int_equal(wb_draft_number(gtp, 3, "npdu", 5), 0);
    assert_header(gtp, 3, "\x31\377\0\30\0\0\0\0\0\0\5\0", 12);
}

/* Every type of DCCP, with long sequence numbers and short ones, has what it must have. */
static void test_types_of_dccp_are_whole(void **state)
{
    (void)state;
    static const unsigned lengths[] = {20, 28, 16, 24, 24, 24, 24, 28, 24, 24};
    for (unsigned type = 0; type < sizeof lengths / sizeof lengths[0]; type++)
        for (unsigned extended = 0; extended < 2; extended++) {
            struct wb_draft *draft = DRAFT(ETH, IP6, WB_LAYER_DCCP, BYTES);
            struct written written;
            bool acknowledges = type != 0 && type != 2;
            assert_int_equal(wb_draft_number(draft, 2, "type", type), 0);
            assert_int_equal(wb_draft_number(draft, 2, "x", extended), 0);
            set_text(draft, "an odd text");
            write_draft(draft, &written);
            assert_int_equal(written.decoded.layers[2].header_length,
                             lengths[type] - (extended ? 0 : 4U + 4 * acknowledges));
            assert_right(draft);
        }
}

/* 0 covers all, 1 the header, n so many words more without one: RFC 4340, 9.2. Other bytes may
 * change. */
static void test_coverage_of_dccp(void **state)
{
    (void)state;
    for (unsigned coverage = 0; coverage < 4; coverage++) {
        struct wb_draft *draft = DRAFT(WB_LAYER_RAW, IP4, WB_LAYER_DCCP, BYTES);
        struct written written;
        assert_int_equal(wb_draft_number(draft, 2, "cscov", coverage), 0);
        set_text(draft, "twelve bytes");
        write_draft(draft, &written);
        assert_int_equal(wb_checksum_state(&written.packet, &written.decoded, 2),
                         WB_CHECKSUM_RIGHT);
        for (unsigned i = 0; i < 12; i++) {
            bool is_covered = coverage == 0 || i < 4 * (coverage - 1);
            written.bytes[written.length - 12 + i] ^= 1;
            assert_int_equal(wb_checksum_state(&written.packet, &written.decoded, 2),
                             is_covered ? WB_CHECKSUM_WRONG : WB_CHECKSUM_RIGHT);
            written.bytes[written.length - 12 + i] ^= 1;
        }
        wb_draft_free(draft);
    }
}

/* Of fields at the same place one is there: one that is set, else the one that the flags want. */
static void test_fields_at_the_same_place(void **state)
{
    (void)state;
    struct wb_draft *draft = DRAFT(WB_LAYER_RAW, IP4, WB_LAYER_ICMP);
    assert_int_equal(wb_draft_number(draft, 2, "seq", 1), 0);
    assert_int_equal(wb_draft_number(draft, 2, "mtu", 2), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_bytes(draft, 2, "gateway", "\1\2\3\4", 4), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_number(draft, 2, "type", 5), 0);
    assert_header(draft, 2, "\5\0\372\376\0\0\0\1", 8);
    draft = DRAFT(WB_LAYER_RAW, IP4, WB_LAYER_ICMP);
    assert_int_equal(wb_draft_number(draft, 2, "seq", 1), 0);
    assert_int_equal(wb_draft_unset(draft, 2, "seq"), 0);
    assert_int_equal(wb_draft_number(draft, 2, "mtu", 1400), 0);
    assert_header(draft, 2, "\3\4\367\203\0\0\5\170", 8);
}

static void test_ah_is_aligned_by_the_ip_around(void **state)
{
    (void)state;
    static const struct {
        enum wb_layer_kind outer, inner;
        unsigned icv, header;
    } cases[] = {{IP4, ETH, 12, 24}, {IP4, ETH, 16, 28}, {IP4, ETH, 17, 32}, {IP6, ETH, 12, 24},
                 {IP6, ETH, 16, 32}, {IP6, IP4, 16, 28}, {IP4, IP6, 16, 32}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wb_draft *draft = DRAFT(WB_LAYER_RAW, cases[i].outer);
        struct written written;
        if (cases[i].inner != ETH)
            assert_int_equal(wb_draft_add(draft, cases[i].inner), 2);
        int ah = wb_draft_add(draft, WB_LAYER_AH);
        assert_int_equal(
            wb_draft_bytes(draft, (unsigned)ah, "icv", "0123456789abcdefg", cases[i].icv), 0);
        assert_true(wb_draft_add(draft, WB_LAYER_UDP) > ah);
        write_draft(draft, &written);
        uint32_t offset = written.decoded.layers[ah].offset;
        assert_int_equal(written.decoded.layers[ah].header_length, cases[i].header);
        assert_int_equal(written.bytes[offset + 1], cases[i].header / 4 - 2);
        assert_right(draft);
    }
}

/* One that is not filled up is the same again. */
static void test_ah_of_others_stays(void **state)
{
    (void)state;
    static const uint8_t header[28] = {59, 5};
    struct wb_draft *draft = DRAFT(IP6, WB_LAYER_AH);
    struct written written, again;
    struct wb_error error;
    assert_int_equal(wb_draft_bytes(draft, 1, "header", header, sizeof header), 0);
    write_draft(draft, &written);
    assert_int_equal(wb_draft_from(draft, &written.packet, &written.decoded, &error), 0);
    write_draft(draft, &again);
    assert_int_equal(again.length, 40 + sizeof header);
    assert_memory_equal(again.bytes, written.bytes, again.length);
    wb_draft_free(draft);
}

/* Addresses of a decoded message can be changed; count and checksum follow. */
static void test_addresses_of_vrrp_are_counted(void **state)
{
    (void)state;
    static const uint8_t addresses[32] = {1};
    for (unsigned version = 2; version < 4; version++)
        for (unsigned count = 0; count < 3; count++) {
            struct wb_draft *draft = DRAFT(WB_LAYER_RAW, version == 2 ? IP4 : IP6, WB_LAYER_VRRP);
            unsigned bytes = version == 2 ? 4 : 16, more = version == 2 ? 8 : 0;
            struct written written;
            struct wb_error error;
            assert_int_equal(wb_draft_number(draft, 2, "version", version), 0);
            write_draft(draft, &written);
            assert_int_equal(wb_draft_from(draft, &written.packet, &written.decoded, &error), 0);
            int vrrp = (int)wb_draft_count(draft) - 1;
            assert_int_equal(wb_draft_kind(draft, (unsigned)vrrp), WB_LAYER_VRRP);
            assert_int_equal(
                wb_draft_bytes(draft, (unsigned)vrrp, "addresses", addresses, count * bytes), 0);
            wb_draft_recompute(draft);
            write_draft(draft, &written);
            const struct wb_layer *layer = &written.decoded.layers[vrrp];
            assert_int_equal(layer->length, 8 + count * bytes + more);
            assert_int_equal(written.bytes[layer->offset + 3], count);
            assert_right(draft);
        }
}

/* Flags alone make the fields be there, with their defaults: here a checksum. */
static void test_flags_call_for_optional_fields(void **state)
{
    (void)state;
    struct wb_draft *draft = DRAFT(WB_LAYER_RAW, IP4, WB_LAYER_GRE, IP4, WB_LAYER_UDP);
    struct written written;
    assert_int_equal(wb_draft_number(draft, 2, "flags", 0x8000 >> 3), 0);
    write_draft(draft, &written);
    assert_int_equal(written.decoded.layers[2].header_length, 8);
    assert_int_equal(wb_checksum_state(&written.packet, &written.decoded, 2), WB_CHECKSUM_RIGHT);
    assert_right(draft);
}

static void test_flags_may_be_set_wrong(void **state)
{
    (void)state;
    struct wb_draft *draft = DRAFT(IP4, WB_LAYER_GRE);
    struct written written;
    assert_int_equal(wb_draft_number(draft, 1, "flags", 0), 0);
    assert_int_equal(wb_draft_number(draft, 1, "key", 0x01020304), 0);
    write_draft(draft, &written);
    assert_int_equal(written.length, 20 + 8);
    assert_memory_equal(written.bytes + 20, "\0\0\x88\xb5\1\2\3\4", 8);
    wb_draft_free(draft);
}

static void test_options_are_filled_up(void **state)
{
    (void)state;
    struct wb_draft *draft = DRAFT(WB_LAYER_RAW, WB_LAYER_IP4, WB_LAYER_TCP);
    struct written written;
    struct wb_tcp tcp;
    assert_int_equal(wb_draft_bytes(draft, 2, "options", "\2\4\5\264\1", 5), 0);
    write_draft(draft, &written);
    assert_int_equal(written.length, 20 + 28);
    assert_int_equal(wb_tcp_read(&written.packet, &written.decoded.layers[2], &tcp), 0);
    assert_memory_equal(tcp.options, "\2\4\5\264\1\0\0\0", 8);
    assert_right(draft);
}

static void test_frames_have_sixty_bytes(void **state)
{
    (void)state;
    struct wb_draft *draft = DRAFT(WB_LAYER_ETHERNET, WB_LAYER_IP4, WB_LAYER_UDP, WB_LAYER_PAYLOAD);
    struct written written;
    set_text(draft, "short");
    write_draft(draft, &written);
    assert_int_equal(written.length, 60);
    assert_int_equal(written.decoded.layers[1].length, 20 + 8 + 5);
    assert_int_equal(wb_draft_bytes(draft, 0, "trailer", "", 0), 0);
    write_draft(draft, &written);
    assert_int_equal(written.length, 14 + 20 + 8 + 5);
    assert_int_equal(wb_draft_bytes(draft, 1, "trailer", "pad", 3), 0);
    write_draft(draft, &written);
    assert_memory_equal(written.bytes + written.length - 8, "shortpad", 8);
    assert_int_equal(written.decoded.layers[1].length, 20 + 8 + 5);
    wb_draft_free(draft);
}

/* ---- What is set ------------------------------------------------------------------ */

static void test_what_is_set_stays(void **state)
{
    (void)state;
    struct wb_draft *draft = DRAFT(WB_LAYER_RAW, WB_LAYER_IP4, WB_LAYER_UDP, WB_LAYER_PAYLOAD);
    struct written written;
    set_text(draft, "text");
    assert_int_equal(wb_draft_number(draft, 1, "len", 21), 0);
    assert_int_equal(wb_draft_number(draft, 1, "checksum", 0x1234), 0);
    assert_int_equal(wb_draft_number(draft, 1, "frag", 8), 0);
    assert_int_equal(wb_draft_bytes(draft, 1, "src", "\300\0\2\1", 4), 0);
    assert_int_equal(wb_draft_number(draft, 2, "dport", 53), 0);
    assert_int_equal(wb_draft_number(draft, 2, "length", 65535), 0);
    write_draft(draft, &written);
    assert_memory_equal(written.bytes, "\105\0\0\25\0\0\0\1\100\21\22\64\300\0\2\1\0\0\0\0", 20);
    assert_memory_equal(written.bytes + 20, "\0\0\0\65\377\377", 6);
    assert_true(wb_draft_is_set(draft, 1, "total_length"));
    assert_false(wb_draft_is_set(draft, 1, "ttl"));
    wb_draft_recompute(draft);
    assert_false(wb_draft_is_set(draft, 1, "total_length"));
    assert_true(wb_draft_is_set(draft, 2, "destination_port"));
    assert_int_equal(wb_draft_unset(draft, 1, "fragment_offset"), 0);
    assert_right(draft);
}

static void test_a_header_in_one_piece(void **state)
{
    (void)state;
    struct wb_draft *draft = DRAFT(WB_LAYER_IP4, WB_LAYER_GTP, WB_LAYER_PAYLOAD);
    struct written written;
    assert_int_equal(wb_draft_bytes(draft, 1, "header", "abc", 3), 0);
    assert_int_equal(wb_draft_number(draft, 1, "teid", 1), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_bytes(draft, 1, "data", "x", 1), WB_E_ARGUMENT);
    set_text(draft, "def");
    write_draft(draft, &written);
    assert_int_equal(written.length, 26);
    assert_memory_equal(written.bytes + 20, "abcdef", 6);
    wb_draft_free(draft);
}

static void test_mistakes(void **state)
{
    (void)state;
    struct wb_draft *draft = DRAFT(WB_LAYER_IP4, WB_LAYER_TCP, WB_LAYER_PAYLOAD);
    uint8_t bytes[64];
    size_t length;
    struct wb_error error;
    assert_int_equal(wb_draft_add(draft, WB_LAYER_UDP), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_add(draft, WB_LAYER_KIND_COUNT), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_number(draft, 3, "ttl", 1), WB_E_NOT_FOUND);
    assert_int_equal(wb_draft_number(draft, 0, "hop", 1), WB_E_NOT_FOUND);
    assert_int_equal(wb_draft_number(draft, 0, "ttl", 256), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_number(draft, 0, "ttl", UINT64_MAX), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_number(draft, 0, "frag", 12), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_number(draft, 0, "frag", 65536), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_number(draft, 0, "src", 1), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_bytes(draft, 0, "src", "abc", 3), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_bytes(draft, 0, "ttl", "a", 1), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_bytes(draft, 2, "data", bytes, SIZE_MAX), WB_E_LIMIT);
    assert_int_equal(wb_draft_unset(draft, 0, "hop"), WB_E_NOT_FOUND);
    set_text(draft, "a text that does not fit into so few bytes");
    assert_int_equal(wb_draft_write(draft, bytes, sizeof bytes, &length, &error), WB_E_LIMIT);
    assert_non_null(strstr(error.text, "82 bytes"));
    wb_draft_clear(draft);
    assert_int_equal(wb_draft_count(draft), 0);
    assert_int_equal(wb_draft_link_type(draft), -1);
    for (unsigned i = 0; i < WB_LAYERS_MAX; i++)
        assert_int_equal(wb_draft_add(draft, WB_LAYER_MPLS), i);
    assert_int_equal(wb_draft_add(draft, WB_LAYER_MPLS), WB_E_LIMIT);
    assert_int_equal(wb_draft_add(draft, WB_LAYER_PAYLOAD), WB_LAYERS_MAX);
    assert_int_equal(wb_draft_write(draft, bytes, 0, &length, &error), WB_E_LIMIT);
    wb_draft_free(draft);
    wb_draft_free(NULL);
}

/* 60 bytes of options are the most that a TCP header has room to name. */
static void test_no_room_for_a_length(void **state)
{
    (void)state;
    struct wb_draft *draft = DRAFT(WB_LAYER_IP4, WB_LAYER_TCP);
    uint8_t bytes[256], options[44] = {0};
    size_t length;
    struct wb_error error = {0};
    assert_int_equal(wb_draft_bytes(draft, 1, "options", options, 40), 0);
    assert_int_equal(wb_draft_write(draft, bytes, sizeof bytes, &length, &error), 0);
    assert_int_equal(wb_draft_bytes(draft, 1, "options", options, 44), 0);
    assert_int_equal(wb_draft_write(draft, bytes, sizeof bytes, &length, &error), WB_E_ARGUMENT);
    assert_string_equal(error.text,
                        "tcp: header_length has no room for 64: set it, or put less inside");
    wb_draft_free(draft);
}

/* Headers of any bytes and of every length, of each kind: nothing is read or written beyond. */
static void test_short_headers_do_no_harm(void **state)
{
    (void)state;
    static const uint8_t bytes[64] = {0x60, 0xff, 2, 9, 201, 16};
    struct guard guard = guard_open(ROOM);
    for (unsigned kind = 1; kind < WB_LAYER_KIND_COUNT; kind++)
        for (unsigned length = 0; length < 48; length++) {
            struct wb_draft *draft = DRAFT(WB_LAYER_IP6, kind, WB_LAYER_IP4, kind, WB_LAYER_TCP);
            struct wb_error error;
            size_t size;
            assert_int_equal(wb_draft_bytes(draft, 1, "header", bytes, length), 0);
            assert_int_equal(wb_draft_bytes(draft, 3, "header", bytes + 4, length), 0);
            uint8_t *room = guard_put(&guard, (uint8_t[ROOM]){0}, 40 + 20 + 20 + 2 * length);
            assert_int_equal(wb_draft_write(draft, room, 80 + 2 * length, &size, &error), 0);
            assert_int_equal(size, 80 + 2 * length);
            wb_draft_free(draft);
        }
    guard_close(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_cover_headers),
        cmocka_unit_test(test_fields_lie_on_bytes),
        cmocka_unit_test(test_defaults_are_right),
        cmocka_unit_test(test_links_have_right_defaults),
        cmocka_unit_test(test_local_networks_have_right_defaults),
        cmocka_unit_test(test_tunnels_have_right_defaults),
        cmocka_unit_test(test_all_kinds_were_written),
        cmocka_unit_test(test_optional_fields_set_their_flags),
        cmocka_unit_test(test_types_of_dccp_are_whole),
        cmocka_unit_test(test_coverage_of_dccp),
        cmocka_unit_test(test_fields_at_the_same_place),
        cmocka_unit_test(test_ah_is_aligned_by_the_ip_around),
        cmocka_unit_test(test_ah_of_others_stays),
        cmocka_unit_test(test_addresses_of_vrrp_are_counted),
        cmocka_unit_test(test_flags_call_for_optional_fields),
        cmocka_unit_test(test_flags_may_be_set_wrong),
        cmocka_unit_test(test_options_are_filled_up),
        cmocka_unit_test(test_frames_have_sixty_bytes),
        cmocka_unit_test(test_what_is_set_stays),
        cmocka_unit_test(test_a_header_in_one_piece),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_no_room_for_a_length),
        cmocka_unit_test(test_short_headers_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
