/* SPDX-License-Identifier: ISC
 *
 * Rewriting: what is to change changes, the rest stays, and every checksum stays as right or as
 * wrong as it was, as the decode stage, which computes them anew, judges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <wirebeam/decode.h>
#include <wirebeam/error.h>
#include <wirebeam/rewrite.h>

#include "support/craft.h"
#include "support/guard.h"
#include "support/nest.h"

#define ROOM 4096

struct bytes_of {
    uint8_t at[ROOM];
    uint32_t length;
    uint16_t link_type;
};

static struct wb_rewrite rules(const char *mac, const char *network, const char *port,
                               const char *vlan)
{
    struct wb_rewrite rewrite = {0};
    struct wb_error error = {0};
    if ((mac && wb_rewrite_add_mac(&rewrite, mac, &error) < 0) ||
        (network && wb_rewrite_add_network(&rewrite, network, &error) < 0) ||
        (port && wb_rewrite_add_port(&rewrite, port, &error) < 0) ||
        (vlan && wb_rewrite_set_vlan(&rewrite, vlan, &error) < 0))
        fail_msg("%s", error.text);
    return rewrite;
}

static struct bytes_of crafted(const struct craft_packet *craft)
{
    struct bytes_of bytes = {.link_type = craft_link_type(craft->link)};
    bytes.length = (uint32_t)craft_packet_bytes(craft, bytes.at, ROOM);
    return bytes;
}

/* Rewrites in a buffer that ends at an unmapped page, with room for one tag. */
static void apply(const struct wb_rewrite *rewrite, struct bytes_of *bytes)
{
    static struct guard guard;
    static const uint8_t nothing[ROOM];
    if (!guard.map)
        guard = guard_open(ROOM + WB_REWRITE_GROWTH);
    uint32_t capacity = bytes->length + WB_REWRITE_GROWTH;
    uint8_t *at = guard_put(&guard, nothing, capacity);
    memcpy(at, bytes->at, bytes->length);
    bytes->length = wb_rewrite_apply(rewrite, at, bytes->length, capacity, bytes->link_type);
    assert_true(bytes->length <= capacity);
    memcpy(bytes->at, at, bytes->length);
}

struct states {
    unsigned count;
    enum wb_checksum_state of[WB_LAYERS_MAX];
};

static struct states states_of(const struct bytes_of *bytes, struct wb_decoded *decoded)
{
    struct states states;
    const struct wb_packet packet = {.data = bytes->at,
                                     .captured_length = bytes->length,
                                     .wire_length = bytes->length,
                                     .link_type = bytes->link_type};
    wb_decode(&packet, decoded);
    states.count = decoded->layer_count;
    for (unsigned i = 0; i < states.count; i++)
        states.of[i] = wb_checksum_state(&packet, decoded, i);
    return states;
}

static void states_stay(const struct wb_rewrite *rewrite, struct bytes_of *bytes)
{
    struct wb_decoded decoded;
    struct bytes_of before = *bytes;
    struct states were = states_of(&before, &decoded);
    apply(rewrite, bytes);
    struct states are = states_of(bytes, &decoded);
    assert_int_equal(bytes->length, before.length);
    assert_int_equal(are.count, were.count);
    for (unsigned i = 0; i < are.count; i++)
        if (are.of[i] != were.of[i])
            fail_msg("layer %u (%s) was %s and is %s", i, wb_layer_name(decoded.layers[i].kind),
                     wb_checksum_state_name(were.of[i]), wb_checksum_state_name(are.of[i]));
}

static const char *const networks[2] = {"192.0.2.0/25=10.1.128.128/25",
                                        "2001:db8::/33=fd12:3456:8000::/33"};

/* ---- Whole packets ---------------------------------------------------------------- */

static void addresses_and_ports_change_and_sums_stay_right(void **unused)
{
    (void)unused;
    for (unsigned version = 0; version < 2; version++)
        for (unsigned length = 0; length < 70; length++) {
            char payload[70];
            memset(payload, (int)length, sizeof payload);
            struct craft_packet craft =
                version ? craft_packet_v6("2001:db8::1", 40000, "2001:db8::2", 80)
                        : craft_packet_v4("192.0.2.1", 40000, "192.0.2.2", 80);
            craft.payload = payload;
            craft.payload_length = length;
            craft.sequence = length * 0x1010101U;
            craft.wrong_checksum = length % 7 == 6;
            craft.wrong_ip_checksum = length % 5 == 4;
            craft.vlan_count = length % 3;
            struct wb_rewrite rewrite = rules(NULL, networks[version], "80=8081", NULL);
            struct bytes_of bytes = crafted(&craft);
            states_stay(&rewrite, &bytes);

            /* The same packet made with the new addresses is the same to the byte. */
            struct craft_packet other =
                version ? craft_packet_v6("fd12:3456:8000::1", 40000, "fd12:3456:8000::2", 8081)
                        : craft_packet_v4("10.1.128.129", 40000, "10.1.128.130", 8081);
            memcpy(craft.source, other.source, sizeof craft.source);
            memcpy(craft.destination, other.destination, sizeof craft.destination);
            craft.destination_port = 8081;
            if (craft.wrong_checksum || craft.wrong_ip_checksum)
                continue;
            struct bytes_of wanted = crafted(&craft);
            assert_int_equal(bytes.length, wanted.length);
            assert_memory_equal(bytes.at, wanted.at, wanted.length);
        }
}

/* A segment in VXLAN, whose UDP has a checksum here: it covers both inner sums. */
static uint32_t ones_sum(uint32_t sum, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static struct bytes_of in_vxlan(const struct bytes_of *inner, const char *outer)
{
    struct bytes_of bytes = {.link_type = 1};
    bytes.length = (uint32_t)nest_bytes(outer, inner->at, inner->length, bytes.at, ROOM);
    uint8_t *ip = bytes.at + 14, *udp = ip + 20;
    uint32_t length = (uint32_t)udp[4] << 8 | udp[5];
    uint32_t sum = ones_sum(17 + length, ip + 12, 8);
    sum = ones_sum(sum, udp, length) ^ 0xffff;
    udp[6] = (uint8_t)(sum >> 8);
    udp[7] = (uint8_t)sum;
    uint32_t header = ones_sum(0, ip, 10) + ones_sum(0, ip + 12, 8);
    header = ((header & 0xffff) + (header >> 16)) ^ 0xffff;
    ip[10] = (uint8_t)(header >> 8);
    ip[11] = (uint8_t)header;
    return bytes;
}

static void sums_around_a_tunnel_are_mended(void **unused)
{
    (void)unused;
    struct craft_packet craft = craft_packet_v4("192.0.2.1", 40000, "192.0.2.2", 80);
    craft.payload = "inside";
    craft.payload_length = 6;
    struct bytes_of inner = crafted(&craft);
    struct bytes_of bytes = in_vxlan(&inner, "eth:0800 ip4:11:1:2 udp:4789 0800000000002a00");
    struct wb_decoded decoded;
    struct states states = states_of(&bytes, &decoded);
    unsigned right = 0;
    for (unsigned i = 0; i < states.count; i++)
        right += states.of[i] == WB_CHECKSUM_RIGHT;
    assert_int_equal(right, 4); /* IP, UDP, IP, TCP */

    struct wb_rewrite rewrite =
        rules("02:00:00:00:00:01=02:aa:bb:cc:dd:ee", networks[0], "80=65535", NULL);
    struct wb_error error;
    assert_int_equal(wb_rewrite_add_network(&rewrite, "10.0.0.0/8=172.0.0.0/8", &error), 0);
    states_stay(&rewrite, &bytes);
    states_of(&bytes, &decoded);
    assert_memory_equal(bytes.at + 14 + 12, ((uint8_t[]){172, 0, 0, 1}), 4);
    const struct wb_layer *ip = &decoded.layers[decoded.network];
    assert_memory_equal(bytes.at + ip->offset + 12, ((uint8_t[]){10, 1, 128, 129}), 4);
    assert_memory_equal(bytes.at + ip->offset - 8, ((uint8_t[]){2, 0xaa, 0xbb, 0xcc, 0xdd, 0xee}), 6);
}

/* What a later fragment or a cut packet holds of it is changed back without a trace. */
static void every_prefix_can_be_changed_and_changed_back(void **unused)
{
    (void)unused;
    struct craft_packet craft = craft_packet_v4("192.0.2.1", 40000, "192.0.2.2", 80);
    craft.payload = "some bytes";
    craft.payload_length = 10;
    struct bytes_of inner = crafted(&craft);
    struct bytes_of whole = in_vxlan(&inner, "eth:0800 ip4:11:1:2 udp:4789 0800000000002a00");
    struct wb_rewrite there = rules("02:00:00:00:00:01=02:aa:bb:cc:dd:ee", networks[0], "80=81", NULL);
    struct wb_rewrite back = rules("02:aa:bb:cc:dd:ee=02:00:00:00:00:01",
                                   "10.1.128.128/25=192.0.2.0/25", "81=80", NULL);
    for (uint32_t length = 0; length <= whole.length; length++) {
        struct bytes_of bytes = whole;
        bytes.length = length;
        apply(&there, &bytes);
        assert_int_equal(bytes.length, length);
        if (length == whole.length)
            assert_memory_not_equal(bytes.at, whole.at, length);
        apply(&back, &bytes);
        assert_memory_equal(bytes.at, whole.at, length);
    }
}

/* ---- Other headers ---------------------------------------------------------------- */

static void an_absent_udp_checksum_stays_absent(void **unused)
{
    (void)unused;
    struct bytes_of bytes = {.link_type = 1};
    bytes.length = (uint32_t)nest_bytes("eth:0800 ip4:11:1:2 udp:53:53", (const uint8_t *)"x", 1,
                                        bytes.at, ROOM);
    uint8_t *udp = bytes.at + 34;
    udp[6] = udp[7] = 0;
    struct wb_rewrite rewrite = rules(NULL, "10.0.0.0/24=10.9.9.0/24", "53=5353", NULL);
    apply(&rewrite, &bytes);
    assert_int_equal(udp[6] | udp[7], 0);
    assert_memory_equal(udp, ((uint8_t[]){5353 >> 8, 5353 & 0xff, 5353 >> 8, 5353 & 0xff}), 4);
    assert_memory_equal(bytes.at + 26, ((uint8_t[]){10, 9, 9, 1, 10, 9, 9, 2}), 8);
}

static void arp_is_rewritten(void **unused)
{
    (void)unused;
    struct bytes_of bytes = {
        .link_type = 1,
        .length = 42,
        .at = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1,
               2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2}};
    struct wb_rewrite rewrite =
        rules("02:00:00:00:00:01=02:00:00:00:00:77", "192.0.2.0/24=10.5.5.0/24", NULL, NULL);
    apply(&rewrite, &bytes);
    assert_memory_equal(bytes.at + 6, ((uint8_t[]){2, 0, 0, 0, 0, 0x77}), 6);
    assert_memory_equal(bytes.at + 22,
                        ((uint8_t[]){2, 0, 0, 0, 0, 0x77, 10, 5, 5, 1, 0, 0, 0, 0, 0, 0, 10, 5, 5, 2}),
                        20);
}

static void sides_of_a_frame_are_set(void **unused)
{
    (void)unused;
    struct craft_packet craft = craft_packet_v4("192.0.2.1", 1, "192.0.2.2", 2);
    struct bytes_of bytes = crafted(&craft), before = bytes;
    struct wb_rewrite rewrite = rules("src=0a:00:00:00:00:01", NULL, NULL, NULL);
    struct wb_error error;
    assert_int_equal(wb_rewrite_add_mac(&rewrite, "dst=0a:00:00:00:00:02", &error), 0);
    apply(&rewrite, &bytes);
    assert_memory_equal(bytes.at, ((uint8_t[]){10, 0, 0, 0, 0, 2, 10, 0, 0, 0, 0, 1}), 12);
    assert_memory_equal(bytes.at + 12, before.at + 12, before.length - 12);
}

static void tags_come_and_go(void **unused)
{
    (void)unused;
    struct craft_packet craft = craft_packet_v4("192.0.2.1", 1, "192.0.2.2", 2);
    struct bytes_of plain = crafted(&craft), bytes = plain;
    struct wb_rewrite add = rules(NULL, NULL, NULL, "add=4095"),
                      set = rules(NULL, NULL, NULL, "set=5"),
                      take = rules(NULL, NULL, NULL, "remove");
    apply(&set, &bytes);
    apply(&take, &bytes);
    assert_int_equal(bytes.length, plain.length);
    assert_memory_equal(bytes.at, plain.at, plain.length);
    apply(&add, &bytes);
    assert_int_equal(bytes.length, plain.length + 4);
    assert_memory_equal(bytes.at + 12, ((uint8_t[]){0x81, 0, 0x0f, 0xff, 8, 0}), 6);
    bytes.at[14] |= 0xe0; /* the priority stays */
    apply(&set, &bytes);
    assert_memory_equal(bytes.at + 12, ((uint8_t[]){0x81, 0, 0xe0, 5, 8, 0}), 6);
    apply(&take, &bytes);
    assert_int_equal(bytes.length, plain.length);
    assert_memory_equal(bytes.at, plain.at, plain.length);

    /* Where there is no room, or nothing to put it into, nothing changes. */
    assert_int_equal(
        wb_rewrite_apply(&add, bytes.at, bytes.length, bytes.length + 3, bytes.link_type),
        bytes.length);
    assert_int_equal(wb_rewrite_apply(&add, bytes.at, bytes.length, ROOM, 101), bytes.length);
    assert_memory_equal(bytes.at, plain.at, plain.length);
    for (uint32_t length = 0; length < 20; length++) {
        struct bytes_of cut = plain;
        cut.length = length;
        apply(&take, &cut);
        apply(&set, &cut);
        assert_int_equal(cut.length, length);
        apply(&add, &cut);
        assert_int_equal(cut.length, length < 14 ? length : length + 4);
    }
}

/* ---- Rules ------------------------------------------------------------------------ */

typedef int add_rule(struct wb_rewrite *, const char *, struct wb_error *);

static void a_wrong_rule_gets_one_clear_line(void **unused)
{
    (void)unused;
    static const struct {
        add_rule *add;
        const char *text, *wanted;
    } wrong[] = {
        {wb_rewrite_add_mac, "", "is like 02:"},
        {wb_rewrite_add_mac, "02:00:00:00:00:01", "is like 02:"},
        {wb_rewrite_add_mac, "02:00:00:00:00:01=", "is like 02:"},
        {wb_rewrite_add_mac, "02:00:00:00:00:0g=02:00:00:00:00:01", "is like 02:"},
        {wb_rewrite_add_mac, "source=02:00:00:00:00:01", "is like 02:"},
        {wb_rewrite_add_mac, "src=02:00:00:00:00:01:02", "is like 02:"},
        {wb_rewrite_add_network, "192.0.2.0/24", "is like 192.0.2.0/24="},
        {wb_rewrite_add_network, "192.0.2.0/33=10.0.0.0/33", "is like 192.0.2.0/24="},
        {wb_rewrite_add_network, "192.0.2/24=10.0.0.0/24", "is like 192.0.2.0/24="},
        {wb_rewrite_add_network, "192.0.2.0/24=10.0.0.0/16", "one size"},
        {wb_rewrite_add_network, "192.0.2.0/24=fd00::/24", "one version"},
        {wb_rewrite_add_network, "192.0.2.1/24=10.0.0.0/24", "beyond its prefix"},
        {wb_rewrite_add_network, "192.0.2.0/24=10.0.0.1/24", "beyond its prefix"},
        {wb_rewrite_add_port, "80", "is like 80=8080"},
        {wb_rewrite_add_port, "80=65536", "is like 80=8080"},
        {wb_rewrite_add_port, "80=-1", "is like 80=8080"},
        {wb_rewrite_add_port, "80=100000000000000000080", "is like 80=8080"},
        {wb_rewrite_set_vlan, "10", "is add=ID"},
        {wb_rewrite_set_vlan, "add=4096", "is add=ID"},
        {wb_rewrite_set_vlan, "remove=1", "is add=ID"},
    };
    struct wb_rewrite rewrite = {0};
    assert_true(wb_rewrite_is_empty(&rewrite));
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct wb_error error = {0};
        assert_int_equal(wrong[i].add(&rewrite, wrong[i].text, &error), WB_E_ARGUMENT);
        if (!strstr(error.text, wrong[i].wanted))
            fail_msg("%s: \"%s\" has no \"%s\"", wrong[i].text, error.text, wrong[i].wanted);
    }
    assert_true(wb_rewrite_is_empty(&rewrite));
    static add_rule *const adds[] = {wb_rewrite_add_mac, wb_rewrite_add_network, wb_rewrite_add_port};
    static const char *const rights[] = {"src=02:00:00:00:00:01", "::/0=::/0", "0=65535"};
    for (unsigned kind = 0; kind < 3; kind++) {
        for (unsigned i = 0; i < WB_REWRITE_RULES_MAX; i++)
            assert_int_equal(adds[kind](&rewrite, rights[kind], NULL), 0);
        assert_int_equal(adds[kind](&rewrite, rights[kind], NULL), WB_E_LIMIT);
    }
    assert_false(wb_rewrite_is_empty(&rewrite));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_ports_change_and_sums_stay_right),
        cmocka_unit_test(sums_around_a_tunnel_are_mended),
        cmocka_unit_test(every_prefix_can_be_changed_and_changed_back),
        cmocka_unit_test(an_absent_udp_checksum_stays_absent),
        cmocka_unit_test(arp_is_rewritten),
        cmocka_unit_test(sides_of_a_frame_are_set),
        cmocka_unit_test(tags_come_and_go),
        cmocka_unit_test(a_wrong_rule_gets_one_clear_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
