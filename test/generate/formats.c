/* SPDX-License-Identifier: ISC
 *
 * The same exchange (GET /pattern, 200, 3000 bytes) in every file format and link type
 * that must be read. What comes out must be the same everywhere.
 */
#include "generate/scenario.h"

enum { ETHERNET = 1, NULL_LOOPBACK = 0, RAW = 101, LINUX_SLL = 113, LINUX_SLL2 = 276 };

static struct bytes pattern_response(void)
{
    return response("ETag: \"pattern\"\r\n", bytes_pattern(9, 3000));
}

static void exchange_over(struct capture *capture, enum craft_link link)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.from[CLIENT].link = talk.from[SERVER].link = link;
    whole_exchange(&talk, "/pattern", pattern_response());
}

static void ethernet(struct capture *capture)
{
    exchange_over(capture, CRAFT_ETHERNET);
}

static void null_loopback(struct capture *capture)
{
    exchange_over(capture, CRAFT_NULL);
}

static void raw(struct capture *capture)
{
    exchange_over(capture, CRAFT_RAW);
}

static void sll(struct capture *capture)
{
    exchange_over(capture, CRAFT_SLL);
}

static void sll2(struct capture *capture)
{
    exchange_over(capture, CRAFT_SLL2);
}

static void tag(struct talk *talk, unsigned count, uint16_t outer, uint16_t inner)
{
    for (int side = CLIENT; side <= SERVER; side++) {
        talk->from[side].vlan_count = count;
        talk->from[side].vlan_ids[0] = outer;
        talk->from[side].vlan_ids[1] = inner;
    }
}

/* 802.1Q, VLAN 10. */
static void vlan(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    tag(&talk, 1, 10, 0);
    whole_exchange(&talk, "/pattern", pattern_response());
}

/* The same addresses and ports in VLAN 10, in VLAN 20, in 802.1ad 30 around VLAN 10, and
 * untagged, at the same time: four flows, four exchanges. */
static void vlans_apart(struct capture *capture)
{
    struct talk talks[4];
    for (unsigned i = 0; i < 4; i++) {
        talks[i] = capture_talk(capture, 40000);
        talks[i].isn[CLIENT] += i * 100000;
        talks[i].time_ns += (int64_t)i * 1000;
    }
    tag(&talks[0], 1, 10, 0);
    tag(&talks[1], 1, 20, 0);
    tag(&talks[2], 2, 30, 10);
    for (unsigned i = 0; i < 4; i++)
        talk_handshake(&talks[i]);
    for (unsigned i = 0; i < 4; i++)
        get(&talks[i], "/vlan");
    for (unsigned i = 0; i < 4; i++)
        answer(&talks[i], response("", bytes_pattern(i, 100)));
    for (unsigned i = 0; i < 4; i++)
        talk_close(&talks[i]);
}

/* IPv6 with hop-by-hop and destination options before TCP (RFC 8200, 4). */
static void ip6_extensions(struct capture *capture)
{
    static const uint8_t headers[16] = {
        60, 0, 1, 4, 0, 0, 0, 0, /* hop-by-hop: PadN; next: destination options */
        6,  0, 1, 4, 0, 0, 0, 0, /* destination options: PadN; next: TCP */
    };
    struct talk talk = capture_talk_v6(capture, 40000);
    for (int side = CLIENT; side <= SERVER; side++) {
        talk.from[side].ip_options = headers;
        talk.from[side].ip_options_length = sizeof headers;
        talk.from[side].ip6_next_header = 0;
    }
    whole_exchange(&talk, "/pattern", pattern_response());
}

/* IPv4 and TCP with options: router alert; timestamps. */
static void options(struct capture *capture)
{
    static const uint8_t router_alert[4] = {148, 4, 0, 0};
    static const uint8_t timestamps[12] = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
    struct talk talk = capture_talk(capture, 40000);
    for (int side = CLIENT; side <= SERVER; side++) {
        talk.from[side].ip_options = router_alert;
        talk.from[side].ip_options_length = sizeof router_alert;
    }
    talk_handshake(&talk);
    for (int side = CLIENT; side <= SERVER; side++) {
        talk.from[side].options = timestamps;
        talk.from[side].options_length = sizeof timestamps;
    }
    get(&talk, "/pattern");
    answer(&talk, pattern_response());
    talk_close(&talk);
}

/* A pcapng file with two interfaces: "eth0", Ethernet, nanoseconds, and "lo0", NULL,
 * microseconds. An exchange on each, at the same time, from another port. */
static void two_interfaces(struct capture *capture)
{
    struct talk on_ethernet = capture_talk(capture, 40000);
    struct talk on_null = capture_talk(capture, 40001);
    on_null.interface_index = 1;
    on_null.from[CLIENT].link = on_null.from[SERVER].link = CRAFT_NULL;
    on_null.time_ns += 500000;
    talk_handshake(&on_ethernet);
    talk_handshake(&on_null);
    get(&on_ethernet, "/ethernet");
    get(&on_null, "/null");
    answer(&on_null, response("", bytes_pattern(2, 2000)));
    answer(&on_ethernet, response("", bytes_pattern(1, 2000)));
    talk_close(&on_ethernet);
    talk_close(&on_null);
}

#define ON(link) .interface_count = 1, .interfaces = {{.link_type = (link)}}

const struct scenario format_scenarios[] = {
    {.name = "pcap-nanoseconds", .play = ethernet},
    {.name = "pcap-microseconds", .play = ethernet,
     .options = {.microseconds = true, ON(ETHERNET)}},
    {.name = "pcap-nanoseconds-swapped", .play = ethernet,
     .options = {.swapped = true, ON(ETHERNET)}},
    {.name = "pcap-microseconds-swapped", .play = ethernet,
     .options = {.swapped = true, .microseconds = true, ON(ETHERNET)}},
    {.name = "pcap-gzip", .play = ethernet,
     .options = {.coding = SAVEFILE_GZIP, ON(ETHERNET)}},
    {.name = "pcap-zstd", .play = ethernet,
     .options = {.coding = SAVEFILE_ZSTD, ON(ETHERNET)}},
    {.name = "pcapng", .play = ethernet,
     .options = {.format = SAVEFILE_PCAPNG, ON(ETHERNET)}},
    {.name = "pcapng-swapped", .play = ethernet,
     .options = {.format = SAVEFILE_PCAPNG, .swapped = true, ON(ETHERNET)}},
    {.name = "pcapng-gzip", .play = ethernet,
     .options = {.format = SAVEFILE_PCAPNG, .coding = SAVEFILE_GZIP, ON(ETHERNET)}},
    {.name = "pcapng-zstd", .play = ethernet,
     .options = {.format = SAVEFILE_PCAPNG, .coding = SAVEFILE_ZSTD, ON(ETHERNET)}},
    {.name = "pcapng-two-interfaces", .play = two_interfaces,
     .options = {.format = SAVEFILE_PCAPNG, .interface_count = 2,
                 .interfaces = {{.link_type = ETHERNET, .name = "eth0"},
                                {.link_type = NULL_LOOPBACK, .digits = 6, .name = "lo0"}}}},
    {.name = "link-null", .play = null_loopback, .options = {ON(NULL_LOOPBACK)}},
    {.name = "link-raw", .play = raw, .options = {ON(RAW)}},
    {.name = "link-sll", .play = sll, .options = {ON(LINUX_SLL)}},
    {.name = "link-sll2", .play = sll2, .options = {ON(LINUX_SLL2)}},
    {.name = "vlan", .play = vlan},
    {.name = "vlans-apart", .play = vlans_apart},
    {.name = "ipv6-extension-headers", .play = ip6_extensions},
    {.name = "ip-and-tcp-options", .play = options},
    {.name = NULL},
};
