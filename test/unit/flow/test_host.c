/* SPDX-License-Identifier: ISC
 *
 * What a host's IP layer refuses: a table of headers, each with the reason in words, and what
 * the flow stage makes of a segment in such a packet. That these are Linux's verdicts is for
 * test/judge to say, which has thousands more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/host.h"
#include "follow.h"
#include "support/guard.h"

static struct wb_flow_stats stats_of(const struct follow *follow)
{
    struct wb_flow_stats stats;
    wb__flow_table_stats(follow->table, &stats);
    return stats;
}

/* --- verdicts -------------------------------------------------------------------- */

struct headers {
    const char *what;
    enum wb__host_verdict verdict;
    const char *bytes; /* IPv4: options; IPv6: extension headers */
    size_t length;
    uint8_t first; /* IPv6: the number of the first of them */
};

#define HEADERS(what, verdict, bytes, ...) \
    {what, WB__HOST_##verdict, bytes, sizeof bytes - 1, __VA_ARGS__}

static const struct headers ip4_headers[] = {
    HEADERS("no operation", TAKES, "\1\1\1\0", 0),
    HEADERS("nothing after the end", TAKES, "\0\x83\xff\xff", 0),
    HEADERS("an option of length 0", REFUSES, "\x82\0\0\0", 0),
    HEADERS("an option of length 1", REFUSES, "\x82\1\0\0", 0),
    HEADERS("an option beyond the header", REFUSES, "\x82\5\0\0", 0),
    HEADERS("an option without a length", REFUSES, "\1\1\1\x82", 0),
    HEADERS("an unknown option", TAKES, "\x9e\4\0\0", 0),
    HEADERS("a loose source route", REFUSES, "\x83\7\4\1\2\3\4\0", 0),
    HEADERS("a strict source route at its end", REFUSES, "\x89\7\10\1\2\3\4\0", 0),
    HEADERS("record route", TAKES, "\7\7\4\0\0\0\0\0", 0),
    HEADERS("record route, full", TAKES, "\7\7\10\0\0\0\0\0", 0),
    HEADERS("record route with pointer 3", REFUSES, "\7\7\3\0\0\0\0\0", 0),
    HEADERS("record route with room for half an address", REFUSES, "\7\7\6\0\0\0\0\0", 0),
    HEADERS("record route without pointer", REFUSES, "\7\2\0\0", 0),
    HEADERS("record route twice", REFUSES, "\7\3\4\7\3\4\0\0", 0),
    HEADERS("timestamp", TAKES, "\x44\10\5\0\0\0\0\0", 0),
    HEADERS("timestamp with pointer 4", REFUSES, "\x44\10\4\0\0\0\0\0", 0),
    HEADERS("timestamp and address without room", REFUSES, "\x44\10\5\1\0\0\0\0", 0),
    HEADERS("timestamp and address", TAKES, "\x44\14\5\1\0\0\0\0\0\0\0\0", 0),
    HEADERS("timestamp, full", TAKES, "\x44\10\11\0\0\0\0\0", 0),
    HEADERS("timestamp, full for 15 hosts", REFUSES, "\x44\10\11\xf0\0\0\0\0", 0),
    HEADERS("timestamp, prespecified, full for 15 hosts", TAKES, "\x44\10\11\xf3\0\0\0\0", 0),
    HEADERS("timestamp without flag", REFUSES, "\x44\3\5\0", 0),
    HEADERS("timestamp twice", REFUSES, "\x44\4\5\0\x44\4\5\0", 0),
    HEADERS("router alert", TAKES, "\x94\4\0\0", 0),
    HEADERS("router alert of 3 bytes", REFUSES, "\x94\3\0\0", 0),
    HEADERS("commercial security", TAKES, "\x86\12\0\0\0\1\1\4\0\0\0\0", 0),
    HEADERS("commercial security without tags", REFUSES, "\x86\6\0\0\0\1\0\0", 0),
    HEADERS("commercial security of domain 0", REFUSES, "\x86\12\0\0\0\0\1\4\0\0\0\0", 0),
    HEADERS("commercial security, a tag of length 0", REFUSES, "\x86\12\0\0\0\1\1\0\0\0\0\0", 0),
    HEADERS("commercial security, a tag too long", REFUSES, "\x86\12\0\0\0\1\1\5\0\0\0\0", 0),
    HEADERS("commercial security twice", REFUSES,
            "\x86\12\0\0\0\1\1\4\0\0\x86\12\0\0\0\1\1\4\0\0", 0),
};

enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, DESTINATION = 60 };

#define NINE_OPTIONS "\x1e\0\x1e\0\x1e\0\x1e\0\x1e\0\x1e\0\x1e\0\x1e\0\x1e\0"

static const struct headers ip6_headers[] = {
    HEADERS("hop-by-hop options", TAKES, "\6\0\1\4\0\0\0\0", HOP_BY_HOP),
    HEADERS("two hop-by-hop", REFUSES, "\0\0\1\4\0\0\0\0\6\0\1\4\0\0\0\0", HOP_BY_HOP),
    HEADERS("destination, then hop-by-hop", REFUSES, "\0\0\1\4\0\0\0\0\6\0\1\4\0\0\0\0",
            DESTINATION),
    HEADERS("Pad1 six times", TAKES, "\6\0\0\0\0\0\0\0", DESTINATION),
    HEADERS("Pad1 seven times and more", REFUSES, "\6\1\0\0\0\0\0\0\0\0\1\4\0\0\0\0", DESTINATION),
    HEADERS("padding on both sides of an option", TAKES, "\6\1\1\4\0\0\0\0\x1e\0\1\4\0\0\0\0",
            DESTINATION),
    HEADERS("padding that is not zero", REFUSES, "\6\0\1\4\0\0\0\1", DESTINATION),
    HEADERS("PadN of 8 bytes", REFUSES, "\6\1\1\6\0\0\0\0\0\0\x1e\2\0\0\x1e\0", DESTINATION),
    HEADERS("an option beyond its header", REFUSES, "\6\0\x1e\5\0\0\0\0", DESTINATION),
    HEADERS("an option to skip", TAKES, "\6\0\x1e\4\0\0\0\0", DESTINATION),
    HEADERS("an option to discard", REFUSES, "\6\0\x5e\4\0\0\0\0", DESTINATION),
    HEADERS("an option to discard and tell", REFUSES, "\6\0\x9e\4\0\0\0\0", HOP_BY_HOP),
    HEADERS("a home address", REFUSES,
            "\6\2\1\2\0\0\xc9\20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", DESTINATION),
    HEADERS("nine options", REFUSES, "\6\2" NINE_OPTIONS "\1\2\0\0", DESTINATION),
    HEADERS("router alert", TAKES, "\6\0\5\2\0\0\1\0", HOP_BY_HOP),
    HEADERS("router alert of 1 byte", REFUSES, "\6\0\5\1\0\1\1\0", HOP_BY_HOP),
    HEADERS("router alert among destination options", TAKES, "\6\0\5\1\0\1\1\0", DESTINATION),
    HEADERS("jumbo payload of a common packet", REFUSES, "\6\0\xc2\4\0\0\0\x40", HOP_BY_HOP),
    HEADERS("jumbo payload among destination options", REFUSES, "\6\0\xc2\4\0\1\0\0", DESTINATION),
    HEADERS("routing header at its end", TAKES, "\6\0\0\0\0\0\0\0", ROUTING),
    HEADERS("routing header with a segment left", REFUSES, "\6\0\x63\1\0\0\0\0", ROUTING),
    HEADERS("routing header of RPL", REFUSES, "\6\0\3\0\0\0\0\0", ROUTING),
    HEADERS("routing header of segments", REFUSES, "\6\0\4\0\0\0\0\0", ROUTING),
    HEADERS("an atomic fragment", TAKES, "\6\0\0\0\0\0\0\1", FRAGMENT),
    HEADERS("two atomic fragments", REFUSES, "\x2c\0\0\0\0\0\0\1\6\0\0\0\0\0\0\1", FRAGMENT),
};

/* The packet ends at an unmapped page. */
static enum wb__host_verdict judge(const struct craft_packet *crafted)
{
    uint8_t buffer[CRAFT_FRAME_MAX];
    struct wb_packet packet = craft_packet_put(crafted, buffer, sizeof buffer);
    struct guard guard = guard_open(packet.captured_length);
    packet.data = guard_put(&guard, packet.data, packet.captured_length);
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    assert_true(decoded.transport != WB_LAYER_NONE);
    assert_int_equal(decoded.layers[decoded.transport].kind, WB_LAYER_TCP);
    enum wb__host_verdict verdict =
        wb__host_judge(&packet, &decoded, decoded.network, decoded.transport);
    guard_close(&guard);
    return verdict;
}

static void check(struct craft_packet packet, const struct headers *headers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        packet.ip_options = (const uint8_t *)headers[i].bytes;
        packet.ip_options_length = headers[i].length;
        packet.ip6_next_header = headers[i].first;
        if (judge(&packet) != headers[i].verdict)
            fail_msg("%s", headers[i].what);
    }
}

static void options_of_ip4(void **state)
{
    (void)state;
    check(craft_packet_v4("192.0.2.1", 40000, "192.0.2.2", 80), ip4_headers,
          sizeof ip4_headers / sizeof *ip4_headers);
}

static void extension_headers_of_ip6(void **state)
{
    (void)state;
    check(craft_packet_v6("2001:db8::1", 40000, "2001:db8::2", 80), ip6_headers,
          sizeof ip6_headers / sizeof *ip6_headers);
}

/* A length of 0 stands for a frame that is yet to be cut, where it is too long for a packet. */
static void lengths(void **state)
{
    (void)state;
    static const uint8_t bytes[2000];
    const struct {
        size_t payload, header, fits;
        struct craft_packet packet;
    } versions[] = {
        {0, 40, 576, craft_packet_v4("192.0.2.1", 40000, "192.0.2.2", 80)},
        {0, 60, 1280, craft_packet_v6("2001:db8::1", 40000, "2001:db8::2", 80)},
    };
    for (int i = 0; i < 2; i++) {
        struct craft_packet packet = versions[i].packet;
        packet.payload = bytes;
        packet.payload_length = versions[i].fits - versions[i].header;
        assert_int_equal(judge(&packet), WB__HOST_TAKES);
        packet.ip_length_zero = true;
        assert_int_equal(judge(&packet), WB__HOST_REFUSES);
        packet.payload_length++;
        assert_int_equal(judge(&packet), WB__HOST_TAKES);
    }
    struct craft_packet wrong = versions[0].packet;
    wrong.wrong_ip_checksum = true;
    assert_int_equal(judge(&wrong), WB__HOST_DOUBTS);
}

/* --- segments in such packets ------------------------------------------------------ */

static const uint8_t source_route[8] = {131, 7, 8, 192, 0, 2, 9, 0};

static struct talk forger_of(const struct talk *talk)
{
    struct talk forger = *talk;
    forger.from[CLIENT].ip_options = source_route;
    forger.from[CLIENT].ip_options_length = sizeof source_route;
    return forger;
}

static void refused(void **state)
{
    (void)state;
    for (int lenient = 0; lenient < 2; lenient++) {
        struct follow *follow = follow_open(
            &(struct wb_flow_options){.lenient = lenient ? 1u << WB_FLOW_CHECK_IP : 0});
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        struct talk forger = forger_of(&talk);
        talk_segment(&forger, CLIENT, 0, "EVIL", 4);
        talk_say_text(&talk, CLIENT, "good");
        if (!lenient)
            talk_reset(&forger, CLIENT);
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, lenient ? "EVIL" : "good");
        follow_assert_log(follow, lenient ? "tcp.overlap_differs:C+0:4 end:closed "
                                          : "tcp.ip_refused:C+0:4 tcp.ip_refused:C+4:0 "
                                            "end:closed ");
        assert_int_equal(stats_of(follow).ignored_ip, lenient ? 0 : 2);
        follow_close(follow);
    }
}

/* A wrong checksum counts once that direction has shown a right one. */
static void wrong_checksum(void **state)
{
    (void)state;
    for (int always = 0; always < 2; always++) {
        struct follow *follow = follow_open(NULL);
        struct talk talk = talk_v4(follow_packet, follow);
        talk.from[CLIENT].wrong_ip_checksum = always;
        talk_handshake(&talk);
        talk.from[CLIENT].wrong_ip_checksum = true;
        talk_segment(&talk, CLIENT, 0, "abcd", 4);
        talk.from[CLIENT].wrong_ip_checksum = always;
        talk_say_text(&talk, CLIENT, always ? "abcd" : "efgh");
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, always ? "abcd" : "efgh");
        follow_assert_log(follow, always ? "end:closed " : "tcp.ip_refused:C+0:4 end:closed ");
        follow_close(follow);
    }
}

/* Its receiver took it: then it takes such packets. */
static void acknowledged(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    struct talk sender = forger_of(&talk);
    talk_say_text(&sender, CLIENT, "abc");
    talk_say_text(&sender, CLIENT, "def");
    talk_close(&sender);
    follow_assert_stream(follow, CLIENT, "abcdef");
    follow_assert_log(follow, "tcp.ip_refused:C+0:3 tcp.suspect_vouched:C+0:3 end:closed ");
    follow_close(follow);
}

/* Nothing begins with such a packet, and no connection ends by one's SYN. */
static void no_beginning(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    struct talk forger = forger_of(&talk);
    talk_segment(&forger, CLIENT, 0, "EVIL", 4);
    talk_flags(&forger, CLIENT, WB_TCP_SYN);
    assert_int_equal(follow->begun, 0);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    talk_close(&talk);
    forger.isn[CLIENT] += 100000;
    talk_flags(&forger, CLIENT, WB_TCP_SYN);
    assert_int_equal(follow->begun, 1);
    assert_false(follow->last.midstream);
    assert_int_equal(stats_of(follow).ignored_ip, 2);
    follow_assert_stream(follow, CLIENT, "abc");
    follow_close(follow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_of_ip4),
        cmocka_unit_test(extension_headers_of_ip6),
        cmocka_unit_test(lengths),
        cmocka_unit_test(refused),
        cmocka_unit_test(wrong_checksum),
        cmocka_unit_test(acknowledged),
        cmocka_unit_test(no_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
