/* SPDX-License-Identifier: ISC
 *
 * How connections begin, end, and are seen: handshakes of all sorts, resets, half
 * closes, captures that have one side or a late start only (RFC 9293, 3.5 and 3.6).
 */
#include "generate/scenario.h"

#include <string.h>

/* The response of most: a body of 3000. */
static struct bytes pattern_response(void)
{
    return response("ETag: \"pattern\"\r\n", bytes_pattern(9, 3000));
}

/* Both FINs cross: each is sent before the other's is seen. Complete, closed. */
static void simultaneous_close(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/close");
    answer(&talk, pattern_response());
    talk_flags(&talk, CLIENT, WB_TCP_FIN | WB_TCP_ACK);
    talk_flags(&talk, SERVER, WB_TCP_FIN | WB_TCP_ACK);
    talk.fin_sent[CLIENT] = talk.fin_sent[SERVER] = true;
    talk_flags(&talk, CLIENT, WB_TCP_ACK);
    talk_flags(&talk, SERVER, WB_TCP_ACK);
}

/* The server resets after 2000 bytes of the response's message: response cut off,
 * connection reset. */
static void reset_in_the_middle(struct capture *capture)
{
    struct bytes message = pattern_response();
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/reset");
    talk_say(&talk, SERVER, message.data, 2000);
    talk_reset(&talk, SERVER);
    bytes_free(&message);
}

/* The client closes its side at once after the request; the server answers 10 s later
 * and then closes. Complete, closed. */
static void half_close(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/half");
    talk_fin(&talk, CLIENT);
    talk_wait_ms(&talk, 10000);
    answer(&talk, pattern_response());
    talk_fin(&talk, SERVER);
}

/* The capture begins in the middle of a response's body (its last 1000 bytes); then a
 * whole exchange. The flow is marked midstream; the whole exchange is complete. */
static void midstream(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    struct bytes body = bytes_pattern(9, 1000);
    talk.sent[CLIENT] = 500;
    talk.sent[SERVER] = 70000;
    answer(&talk, body);
    get(&talk, "/whole");
    answer(&talk, pattern_response());
    talk_close(&talk);
}

/* The capture begins between two exchanges: nothing is missing but the handshake. */
static void midstream_between(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.sent[CLIENT] = 500;
    talk.sent[SERVER] = 70000;
    get(&talk, "/whole");
    answer(&talk, pattern_response());
    talk_close(&talk);
}

/* Only the client's packets were captured: two requests, no responses. */
static void only_client(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.unseen[SERVER] = true;
    talk_handshake(&talk);
    get(&talk, "/1");
    answer(&talk, pattern_response());
    get(&talk, "/2");
    answer(&talk, pattern_response());
    talk_close(&talk);
}

/* Only the server's packets were captured: two responses with their bodies. */
static void only_server(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.unseen[CLIENT] = true;
    talk_handshake(&talk);
    get(&talk, "/1");
    answer(&talk, pattern_response());
    get(&talk, "/2");
    answer(&talk, response_text("", "second"));
    talk_close(&talk);
}

/* Both ends open at once (RFC 9293, 3.5, figure 8): SYN, SYN, SYN+ACK, SYN+ACK. The one
 * at port 40000 sends the request. Complete. */
static void simultaneous_open(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.sent[CLIENT] = talk.sent[SERVER] = (uint64_t)-1; /* a SYN stands before byte 0 */
    talk_flags(&talk, CLIENT, WB_TCP_SYN);
    talk_flags(&talk, SERVER, WB_TCP_SYN);
    struct talk again = talk; /* the client has seen the server's SYN now */
    again.sent[SERVER] = 0;
    talk_flags(&again, CLIENT, WB_TCP_SYN | WB_TCP_ACK);
    talk.time_ns = again.time_ns;
    talk.sent[CLIENT] = 0;
    talk_flags(&talk, SERVER, WB_TCP_SYN | WB_TCP_ACK);
    talk.sent[SERVER] = 0;
    get(&talk, "/open");
    answer(&talk, pattern_response());
    talk_close(&talk);
}

/* Two connections one after the other between the same ports. The first is never
 * closed; a new SYN with another sequence number begins the second. Two flows, the
 * first ended "reused", each with a complete exchange. */
static void port_reuse(struct capture *capture)
{
    struct talk first = capture_talk(capture, 40000);
    talk_handshake(&first);
    get(&first, "/first");
    answer(&first, response_text("", "first"));
    struct talk second = capture_talk(capture, 40000);
    second.time_ns = first.time_ns;
    talk_wait_ms(&second, 60000);
    second.isn[CLIENT] = 900000000;
    second.isn[SERVER] = 800000000;
    whole_exchange(&second, "/second", response_text("", "second"));
}

/* The same after an orderly close, within the time that late packets are waited for. */
static void port_reuse_after_close(struct capture *capture)
{
    struct talk first = capture_talk(capture, 40000);
    whole_exchange(&first, "/first", response_text("", "first"));
    struct talk second = capture_talk(capture, 40000);
    second.time_ns = first.time_ns;
    second.isn[CLIENT] = 900000000;
    second.isn[SERVER] = 800000000;
    whole_exchange(&second, "/second", response_text("", "second"));
}

/* The request lies in the SYN (RFC 7413, TCP Fast Open), with a cookie option. The
 * SYN+ACK takes it. Complete. */
static void data_on_syn(struct capture *capture)
{
    static const char request[] = "GET /tfo HTTP/1.1\r\nHost: example.test\r\n\r\n";
    static const uint8_t cookie[12] = {34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1};
    struct talk talk = capture_talk(capture, 40000);
    struct craft_packet ordinary = talk.from[CLIENT];
    talk.from[CLIENT].payload = request;
    talk.from[CLIENT].payload_length = sizeof request - 1;
    talk.from[CLIENT].options = cookie;
    talk.from[CLIENT].options_length = sizeof cookie;
    talk.sent[CLIENT] = (uint64_t)-1; /* the SYN stands before byte 0 */
    talk_flags(&talk, CLIENT, WB_TCP_SYN);
    talk.from[CLIENT] = ordinary;
    talk.sent[CLIENT] = sizeof request - 1;
    talk.sent[SERVER] = (uint64_t)-1;
    talk_flags(&talk, SERVER, WB_TCP_SYN | WB_TCP_ACK);
    talk.sent[SERVER] = 0;
    talk_flags(&talk, CLIENT, WB_TCP_ACK);
    answer(&talk, pattern_response());
    talk_close(&talk);
}

/* The server's FIN is captured before the last 1000 bytes of its data. Complete,
 * closed. */
static void early_fin(struct capture *capture)
{
    struct bytes message = pattern_response();
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/fin");
    talk_say(&talk, SERVER, message.data, message.length - 1000);
    uint64_t left_at = talk.sent[SERVER];
    talk.sent[SERVER] = message.length;
    talk_flags(&talk, SERVER, WB_TCP_FIN | WB_TCP_ACK);
    talk_segment(&talk, SERVER, left_at, message.data + left_at, 1000);
    talk.fin_sent[SERVER] = true;
    talk_flags(&talk, CLIENT, WB_TCP_ACK);
    talk_fin(&talk, CLIENT);
    bytes_free(&message);
}

/* A forged RST with a sequence number far outside the window must not end the flow (RFC
 * 9293, 3.10.7.4; RFC 5961, 3). Complete, closed. */
static void forged_reset(struct capture *capture)
{
    struct bytes message = pattern_response();
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/forged");
    talk_say(&talk, SERVER, message.data, 1000);
    struct talk forger = talk;
    forger.sent[SERVER] = 1u << 30;
    talk_flags(&forger, SERVER, WB_TCP_RST | WB_TCP_ACK);
    talk_say(&talk, SERVER, message.data + 1000, message.length - 1000);
    bytes_free(&message);
    talk_close(&talk);
}

/* No packet for an hour in the middle of a body, then the rest: the flow timed out, and
 * what comes after is another, midstream. */
static void times_out(struct capture *capture)
{
    struct bytes message = pattern_response();
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/slow");
    talk_say(&talk, SERVER, message.data, 1000);
    talk_wait_ms(&talk, 3600000);
    talk_say(&talk, SERVER, message.data + 1000, message.length - 1000);
    bytes_free(&message);
    talk_close(&talk);
}

/* A handshake and nothing else; a SYN that is refused; a SYN that nobody answers. Three
 * flows, no HTTP. */
static void empty(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_close(&talk);
    struct talk refused = capture_talk(capture, 40001);
    refused.sent[CLIENT] = (uint64_t)-1;
    talk_flags(&refused, CLIENT, WB_TCP_SYN);
    refused.sent[CLIENT] = 0;
    refused.sent[SERVER] = (uint64_t)-1;
    talk_reset(&refused, SERVER);
    struct talk lonely = capture_talk(capture, 40002);
    lonely.sent[CLIENT] = (uint64_t)-1;
    talk_flags(&lonely, CLIENT, WB_TCP_SYN);
}

/* 300 connections at once, their packets interleaved, each with its own body. */
static void interleaved(struct capture *capture)
{
    enum { COUNT = 300 };
    struct talk talks[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        talks[i] = capture_talk(capture, (uint16_t)(20000 + i));
        talks[i].time_ns += (int64_t)i * 1000;
        talk_handshake(&talks[i]);
    }
    for (unsigned i = 0; i < COUNT; i++)
        get(&talks[i], "/many");
    for (unsigned i = COUNT; i-- > 0;)
        answer(&talks[i], response("", bytes_pattern(i, i)));
    for (unsigned i = 0; i < COUNT; i++)
        talk_close(&talks[i]);
}

const struct scenario connection_scenarios[] = {
    {.name = "simultaneous-close", .play = simultaneous_close},
    {.name = "simultaneous-open", .play = simultaneous_open},
    {.name = "reset-in-the-middle", .play = reset_in_the_middle},
    {.name = "reset-forged", .play = forged_reset},
    {.name = "half-close", .play = half_close},
    {.name = "midstream", .play = midstream},
    {.name = "midstream-between", .play = midstream_between},
    {.name = "only-client", .play = only_client},
    {.name = "only-server", .play = only_server},
    {.name = "port-reuse", .play = port_reuse},
    {.name = "port-reuse-after-close", .play = port_reuse_after_close},
    {.name = "data-on-syn", .play = data_on_syn},
    {.name = "fin-before-data", .play = early_fin},
    {.name = "idle-for-an-hour", .play = times_out},
    {.name = "connections-without-data", .play = empty},
    {.name = "interleaved-300", .play = interleaved},
    {.name = NULL},
};
