/* SPDX-License-Identifier: ISC
 *
 * Flows in tunnels: both directions meet in one flow, whatever is theirs alone, and equal
 * addresses in different tunnels do not. Each row is what lies around the packets of the
 * client, of the server, and of another network where the same addresses are in use.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/context.h"
#include "follow.h"
#include "support/craft.h"
#include "support/nest.h"

#define ETH_LINK 1
#define VXLAN "udp:4789 0800000000002a00 eth:0800"

struct row {
    const char *what;
    const char *client, *server;
    const char *other; /* NULL: no packet of the same kind is elsewhere */
    unsigned tunnel_count;
};

static const struct row rows[] = {
    {"VXLAN: the VNI, whoever carries it", "eth:0800 ip4:11:1:2 " VXLAN,
     "eth:0800 ip4:11:7:1 " VXLAN,
     "eth:0800 ip4:11:1:2 udp:4789 0800000000002b00 eth:0800", 1},
    {"VXLAN on the port of Linux",
     "eth:0800 ip4:11:1:2 udp:8472 0800000000002a00 eth:0800",
     "eth:0800 ip4:11:2:1 udp:8472 0800000000002a00 eth:0800",
     "eth:0800 ip4:11:2:1 udp:8472 0800000000002a00 eth:8100 00050800", 1},
    {"VXLAN-GPE", "eth:0800 ip4:11:1:2 udp:4790 0c00000100002a00",
     "eth:0800 ip4:11:2:1 udp:4790 0c00000100002a00",
     "eth:0800 ip4:11:1:2 udp:4790 0c00000100002b00", 1},
    {"GENEVE: options do not count", "eth:0800 ip4:11:1:2 udp:6081 0000080000002a00",
     "eth:0800 ip4:11:2:1 udp:6081 0100080000002a00 01020300",
     "eth:0800 ip4:11:1:2 udp:6081 0000080000002b00", 1},
    {"GRE without a key: the two ends", "eth:0800 ip4:2f:1:2 00000800",
     "eth:0800 ip4:2f:2:1 00000800", "eth:0800 ip4:2f:1:3 00000800", 1},
    {"GRE with a key", "eth:0800 ip4:2f:1:2 20000800 00000007",
     "eth:0800 ip4:2f:2:1 20000800 00000007", "eth:0800 ip4:2f:1:2 20000800 00000008", 1},
    {"GRE with a key between other ends", "eth:0800 ip4:2f:1:2 20000800 00000007",
     "eth:0800 ip4:2f:2:1 30000800 00000007 00000001",
     "eth:0800 ip4:2f:1:3 20000800 00000007", 1},
    {"NVGRE: the flow id does not count", "eth:0800 ip4:2f:1:2 20006558 00200a01 eth:0800",
     "eth:0800 ip4:2f:3:1 20006558 00200a02 eth:0800",
     "eth:0800 ip4:2f:1:2 20006558 00200b01 eth:0800", 1},
    {"GRE in UDP", "eth:0800 ip4:11:1:2 udp:4754 20000800 00000007",
     "eth:0800 ip4:11:2:1 udp:4754 20000800 00000007",
     "eth:0800 ip4:11:1:2 udp:4754 20000800 00000009", 1},
    {"ERSPAN, type II: the session", "eth:0800 ip4:2f:1:2 100088be 00000001 1000000700000001 eth:0800",
     "eth:0800 ip4:2f:1:2 100088be 00000002 1000040700000002 eth:0800",
     "eth:0800 ip4:2f:1:2 100088be 00000001 1000000800000001 eth:0800", 1},
    {"GTP: tunnel endpoint ids differ", "eth:0800 ip4:11:1:2 udp:2152 gtp:11",
     "eth:0800 ip4:11:2:1 udp:2152 gtp:99", "eth:0800 ip4:11:1:3 udp:2152 gtp:11", 1},
    {"MPLS: labels differ, and the last hop has none", "eth:8847 0001f0ff 000201ff",
     "eth:8847 000991ff", NULL, 1},
    {"MPLS and nothing", "eth:8847 000201ff", "eth:0800", NULL, 1},
    {"MPLS in UDP: the labels do not count", "eth:0800 ip4:11:1:2 udp:6635 000201ff",
     "eth:0800 ip4:11:2:1 udp:6635 000301ff", NULL, 1},
    {"IPv4 in IPv4", "eth:0800 ip4:04:1:2", "eth:0800 ip4:04:2:1", "eth:0800 ip4:04:1:3", 1},
    {"IPv4 in IPv6", "eth:86dd ip6:04:1:2", "eth:86dd ip6:04:2:1", "eth:86dd ip6:04:1:3", 1},
    {"IPv4 in IPv6 with a tunnel limit (RFC 2473, 4.1.1)",
     "eth:86dd ip6:3c:1:2 0400040104010100", "eth:86dd ip6:04:2:1", "eth:86dd ip6:04:1:3", 1},
    {"EtherIP", "eth:0800 ip4:61:1:2 3000 eth:0800", "eth:0800 ip4:61:2:1 3000 eth:0800",
     "eth:0800 ip4:61:1:3 3000 eth:0800", 1},
    {"PPTP: call ids differ", "eth:0800 ip4:2f:1:2 3001880b 002a0007 00000001 0021",
     "eth:0800 ip4:2f:2:1 3001880b 002a0009 00000001 0021",
     "eth:0800 ip4:2f:1:3 3001880b 002a0007 00000001 0021", 1},
    {"L2TP: session ids differ", "eth:0800 ip4:11:1:2 udp:1701 000200070009 0021",
     "eth:0800 ip4:11:2:1 udp:1701:50000 000200010002 0021",
     "eth:0800 ip4:11:1:3 udp:1701 000200070009 0021", 1},
    {"PPPoE: the session", "eth:8864 11000007 002a 0021", "eth:8864 11000007 002a 0021",
     "eth:8864 11000008 002a 0021", 1},
    {"L2TPv3: session ids differ", "eth:0800 ip4:73:1:2 00000005 00000000 eth:0800",
     "eth:0800 ip4:73:2:1 00000006 eth:0800", "eth:0800 ip4:73:1:3 00000005 eth:0800", 1},
    {"provider backbone: the I-SID", "eth:88e7 00000007 eth:0800", "eth:88e7 20000007 eth:0800",
     "eth:88e7 00000008 eth:0800", 1},
    {"the third VLAN", "eth:88a8 00018100 00028100 00030800",
     "eth:88a8 00018100 20028100 00030800", "eth:88a8 00018100 00028100 00040800", 0},
    {"a VLAN inside and outside of a tunnel are not the same",
     "eth:8100 0005 0800 ip4:11:1:2 " VXLAN, "eth:8100 0005 0800 ip4:11:2:1 " VXLAN,
     "eth:0800 ip4:11:1:2 udp:4789 0800000000002a00 eth:8100 0005 0800", 1},
    {"a tunnel in a tunnel", "eth:0800 ip4:2f:1:2 00000800 ip4:11:3:4 " VXLAN,
     "eth:0800 ip4:2f:2:1 00000800 ip4:11:4:3 " VXLAN,
     "eth:0800 ip4:2f:1:9 00000800 ip4:11:3:4 " VXLAN, 2},
    {"three tunnels", "eth:0800 ip4:04:1:2 ip4:2f:3:4 00000800 ip4:11:5:6 " VXLAN,
     "eth:0800 ip4:04:2:1 ip4:2f:4:3 00000800 ip4:11:6:5 " VXLAN,
     "eth:0800 ip4:04:2:1 ip4:2f:4:3 20000800 00000001 ip4:11:6:5 " VXLAN, 3},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* A packet of TCP in IPv4, and what is around it. */
static struct wb_packet make(const char *around, const struct craft_packet *inner,
                             uint8_t bytes[4096])
{
    uint8_t packet[1024];
    size_t length = craft_packet_bytes(inner, packet, sizeof packet);
    length = nest_bytes(around, packet, length, bytes, 4096);
    return (struct wb_packet){.data = bytes, .captured_length = (uint32_t)length,
                              .wire_length = (uint32_t)length, .link_type = ETH_LINK,
                              .number = 1, .time_ns = 1};
}

static struct craft_packet make_inner(uint16_t flags)
{
    struct craft_packet inner = craft_packet_v4("192.0.2.1", 40000, "192.0.2.2", 80);
    inner.link = CRAFT_RAW;
    inner.flags = flags;
    inner.sequence = 1000;
    return inner;
}

static void give(struct follow *follow, const char *around, const struct craft_packet *inner)
{
    uint8_t bytes[4096];
    struct wb_packet packet = make(around, inner, bytes);
    follow_packet(follow, &packet);
}

static void check_row(const struct row *row)
{
    struct follow *follow = follow_open(NULL);
    struct craft_packet opening = make_inner(WB_TCP_SYN);
    struct craft_packet answer = craft_packet_turned(&opening);
    answer.flags = WB_TCP_SYN | WB_TCP_ACK;
    answer.sequence = 5000;
    answer.acknowledgment = 1001;
    give(follow, row->client, &opening);
    give(follow, row->server, &answer);
    if (follow->begun != 1)
        fail_msg("%s: directions do not meet", row->what);
    if (row->other)
        give(follow, row->other, &opening);
    if (row->other && follow->begun != 2)
        fail_msg("%s: networks are mixed", row->what);
    give(follow, "eth:8100 0fff 0800", &opening);
    assert_int_equal(follow->begun, row->other ? 3 : 2);
    follow_close(follow);
}

static void directions_meet_and_networks_do_not_mix(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++)
        check_row(&rows[i]);
}

static uint64_t context_of(const char *around, const struct wb__hash_key *key)
{
    uint8_t bytes[4096];
    struct wb_decoded decoded;
    struct craft_packet inner = make_inner(WB_TCP_SYN);
    struct wb_packet packet = make(around, &inner, bytes);
    wb_decode(&packet, &decoded);
    assert_true(decoded.network != WB_LAYER_NONE);
    return wb__flow_context(&packet, &decoded, decoded.network, key);
}

static void contexts_are_secret_and_plain_packets_have_none(void **state)
{
    (void)state;
    const struct wb__hash_key one = {1, 2}, two = {1, 3};
    assert_int_equal(context_of("eth:0800", &one), 0);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        bool has_context = context_of(rows[i].client, &one) != 0;
        assert_true(has_context == (rows[i].other != NULL));
        if (!has_context)
            continue;
        assert_true(context_of(rows[i].client, &one) == context_of(rows[i].client, &one));
        assert_true(context_of(rows[i].client, &one) != context_of(rows[i].client, &two));
    }
}

/* The outer packet of a tunnel has the context of what is around it only. */
static void a_layer_has_the_context_of_what_is_around_it(void **state)
{
    (void)state;
    const struct wb__hash_key key = {1, 2};
    uint8_t bytes[4096];
    struct wb_decoded decoded;
    struct craft_packet inner = make_inner(WB_TCP_SYN);
    struct wb_packet packet = make("eth:8100 0005 0800 ip4:11:1:2 " VXLAN, &inner, bytes);
    wb_decode(&packet, &decoded);
    assert_int_equal(decoded.layers[2].kind, WB_LAYER_IP4);
    assert_true(wb__flow_context(&packet, &decoded, 2, &key) ==
                context_of("eth:8100 0005 0800", &key));
    assert_true(wb__flow_context(&packet, &decoded, 2, &key) != 0);
    assert_true(wb__flow_context(&packet, &decoded, 2, &key) !=
                wb__flow_context(&packet, &decoded, decoded.network, &key));
}

static void decode_counts_tunnels(void **state)
{
    (void)state;
    uint8_t bytes[4096];
    struct wb_decoded decoded;
    struct craft_packet inner = make_inner(WB_TCP_SYN);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        struct wb_packet packet = make(rows[i].client, &inner, bytes);
        wb_decode(&packet, &decoded);
        if (decoded.tunnel_count != rows[i].tunnel_count)
            fail_msg("%s: %u tunnels", rows[i].what, decoded.tunnel_count);
        assert_int_equal(decoded.transport, decoded.network + 1);
        assert_int_equal(decoded.layers[decoded.transport].kind, WB_LAYER_TCP);
    }
}

/* Addresses of 6to4 (RFC 3056) hold their tunnel's end: another relay is the same flow. */
static void relays_of_6to4_do_not_count(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct craft_packet opening = craft_packet_v6("2002:c000:201::1", 40000, "2001:db8::2", 80);
    opening.link = CRAFT_RAW;
    opening.flags = WB_TCP_SYN;
    struct craft_packet answer = craft_packet_turned(&opening);
    answer.flags = WB_TCP_SYN | WB_TCP_ACK;
    give(follow, "eth:0800 ip4:29:1:2", &opening);
    give(follow, "eth:0800 ip4:29:9:1", &answer);
    assert_int_equal(follow->begun, 1);
    follow_close(follow);
}

struct shown {
    unsigned count;
    struct wb_flow_tunnel tunnels[WB_FLOW_TUNNELS_KEPT];
};

static void show(void *context, struct wb_flow *flow)
{
    struct shown *shown = context;
    unsigned kept = flow->tunnel_count;
    if (kept > WB_FLOW_TUNNELS_KEPT)
        kept = WB_FLOW_TUNNELS_KEPT;
    shown->count = flow->tunnel_count;
    assert_true((flow->tunnels != NULL) == (kept > 0));
    if (kept > 0)
        memcpy(shown->tunnels, flow->tunnels, kept * sizeof *flow->tunnels);
}

/* What the end of a flow shows, when its first packet was this one. */
static struct shown shown_of(const char *around, const struct craft_packet *inner)
{
    struct shown shown = {.count = 99};
    const struct wb__flow_events events = {.end = show};
    const uint8_t key[16] = {1};
    struct wb_flow_options options = {.max_flows = 4};
    struct wb__flow_table *table = wb__flow_table_new(&options, &events, &shown, key);
    uint8_t bytes[4096];
    struct wb_packet packet = make(around, inner, bytes);
    struct wb_decoded decoded;
    struct wb__flow_lookup lookup;
    wb_decode(&packet, &decoded);
    wb__flow_table_prepare(table, &packet, &decoded, &lookup, NULL);
    wb__flow_table_packet(table, &packet, &decoded, &lookup);
    wb__flow_table_finish(table);
    wb__flow_table_free(table);
    return shown;
}

static void flows_show_their_tunnels(void **state)
{
    (void)state;
    const uint8_t one[4] = {10, 0, 0, 1}, two[4] = {10, 0, 0, 2};
    struct craft_packet opening = make_inner(WB_TCP_SYN);
    assert_int_equal(shown_of("eth:0800", &opening).count, 0);

    struct shown shown = shown_of("eth:0800 ip4:11:1:2 " VXLAN, &opening);
    assert_int_equal(shown.count, 1);
    assert_int_equal(shown.tunnels[0].kind, WB_LAYER_VXLAN);
    assert_true(shown.tunnels[0].has_id);
    assert_int_equal(shown.tunnels[0].id, 42);
    assert_int_equal(shown.tunnels[0].ip_version, 4);
    assert_memory_equal(shown.tunnels[0].address[WB_FLOW_CLIENT], one, 4);
    assert_memory_equal(shown.tunnels[0].address[WB_FLOW_SERVER], two, 4);

    /* The first packet may be the server's. */
    struct craft_packet answer = craft_packet_turned(&opening);
    answer.flags = WB_TCP_SYN | WB_TCP_ACK;
    shown = shown_of("eth:0800 ip4:11:2:1 " VXLAN, &answer);
    assert_memory_equal(shown.tunnels[0].address[WB_FLOW_CLIENT], one, 4);

    /* Of many, the innermost two, outermost first. */
    shown = shown_of("eth:0800 ip4:29:1:2 ip6:2f:3:4 20000800 00000007 ip4:11:5:6 " VXLAN,
                     &opening);
    assert_int_equal(shown.count, 3);
    assert_int_equal(shown.tunnels[0].kind, WB_LAYER_GRE);
    assert_int_equal(shown.tunnels[0].id, 7);
    assert_int_equal(shown.tunnels[0].ip_version, 6);
    assert_int_equal(shown.tunnels[1].kind, WB_LAYER_VXLAN);

    shown = shown_of("eth:8847 000201ff", &opening);
    assert_int_equal(shown.tunnels[0].kind, WB_LAYER_MPLS);
    assert_int_equal(shown.tunnels[0].id, 32);
    assert_int_equal(shown.tunnels[0].ip_version, 0);

    shown = shown_of("eth:86dd ip6:3c:1:2 0400040104010100", &opening);
    assert_int_equal(shown.tunnels[0].kind, WB_LAYER_IP6);
    assert_false(shown.tunnels[0].has_id);
}

/* As deep as a packet can be nested, the words of a context have their room. */
static void the_deepest_nesting_has_its_context(void **state)
{
    (void)state;
    const struct wb__hash_key key = {1, 2};
    char around[1024] = "";
    uint8_t bytes[4096];
    struct wb_decoded decoded;
    struct craft_packet inner = make_inner(WB_TCP_SYN);
    for (int i = 0; i < 30; i++)
        strcat(around, "ip6:29:1:2 ");
    char whole[1100] = "eth:86dd ";
    strcat(whole, around);
    struct wb_packet packet = make(whole, &inner, bytes);
    wb_decode(&packet, &decoded);
    assert_int_equal(decoded.status, WB_LAYER_TOO_DEEP);
    assert_int_equal(decoded.network, WB_LAYERS_MAX - 1);
    assert_int_equal(decoded.tunnel_count, WB_LAYERS_MAX - 2);
    assert_true(wb__flow_context(&packet, &decoded, decoded.network, &key) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directions_meet_and_networks_do_not_mix),
        cmocka_unit_test(contexts_are_secret_and_plain_packets_have_none),
        cmocka_unit_test(a_layer_has_the_context_of_what_is_around_it),
        cmocka_unit_test(decode_counts_tunnels),
        cmocka_unit_test(relays_of_6to4_do_not_count),
        cmocka_unit_test(flows_show_their_tunnels),
        cmocka_unit_test(the_deepest_nesting_has_its_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
