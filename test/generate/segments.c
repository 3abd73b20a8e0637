/* SPDX-License-Identifier: ISC
 *
 * What happens to the segments of one connection: order, repetition, overlap, wrapped
 * sequence numbers, sizes that lie. All carry one exchange: GET, and a response whose
 * body is a pattern. RFC 9293 unless another is named.
 */
#include "generate/scenario.h"

#include <string.h>

#define BODY 6000

static struct bytes pattern_response(void)
{
    return response("ETag: \"pattern\"\r\n", bytes_pattern(9, BODY));
}

/* Says message from offset first to offset last (exclusive) in pieces of 1000, without
 * moving the stream: the caller says when it has all arrived. */
static void send_part(struct talk *talk, const struct bytes *message, size_t first, size_t last)
{
    for (size_t at = first; at < last; at += 1000) {
        size_t length = last - at < 1000 ? last - at : 1000;
        talk_segment(talk, SERVER, at, message->data + at, length);
    }
}

static void received(struct talk *talk, struct bytes *message)
{
    talk->sent[SERVER] = message->length;
    talk_flags(talk, CLIENT, WB_TCP_ACK);
    bytes_free(message);
    talk_close(talk);
}

static struct talk begin(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/pattern");
    return talk;
}

/* The pieces come last first: complete. */
static void reversed(struct capture *capture)
{
    struct talk talk = begin(capture);
    struct bytes message = pattern_response();
    for (size_t at = message.length / 1000 * 1000;; at -= 1000) {
        size_t left = message.length - at;
        talk_segment(&talk, SERVER, at, message.data + at, left < 1000 ? left : 1000);
        if (at == 0)
            break;
    }
    received(&talk, &message);
}

/* Every packet of the server's comes three times: complete, once. */
static void retransmitted(struct capture *capture)
{
    struct talk talk = begin(capture);
    struct bytes message = pattern_response();
    for (int times = 0; times < 3; times++)
        send_part(&talk, &message, 0, message.length);
    received(&talk, &message);
}

/* Pieces of 1000 that start every 600 bytes, last one first: overlaps everywhere, all
 * with the same bytes. Complete, and no anomaly. */
static void overlap_same(struct capture *capture)
{
    struct talk talk = begin(capture);
    struct bytes message = pattern_response();
    for (size_t at = message.length / 600 * 600;; at -= 600) {
        size_t left = message.length - at;
        talk_segment(&talk, SERVER, at, message.data + at, left < 1000 ? left : 1000);
        if (at == 0)
            break;
    }
    received(&talk, &message);
}

/* Both sequence numbers wrap: the client's inside its request, the server's inside the
 * body. Complete. */
static void wrap(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.isn[CLIENT] = 0xfffffff0;
    talk.isn[SERVER] = 0xfffff800;
    whole_exchange(&talk, "/pattern", pattern_response());
}

/* The server's numbers wrap at stream offset 2000. Bytes 1500..2499 (across the wrap)
 * are lost; 3000.. comes before 2500..; and 3000..3499 comes once more. One gap of 1000
 * bytes at offset 1500, the rest intact. */
static void wrap_with_gap(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.isn[SERVER] = (uint32_t)-2001;
    talk_handshake(&talk);
    get(&talk, "/pattern");
    struct bytes message = pattern_response();
    send_part(&talk, &message, 0, 1500);
    send_part(&talk, &message, 3000, message.length);
    send_part(&talk, &message, 2500, 3000);
    send_part(&talk, &message, 3000, 3500);
    received(&talk, &message);
}

/* Two versions of stream bytes 1000..1999 wait behind a hole at 500..999: first the
 * pattern, then 1000 times 'Z'. The numbers wrap at 1500, inside of the two versions.
 * Then the hole is filled. Policy first: the pattern; policy last: the Zs. An anomaly
 * tcp.overlap_differs either way. */
static void overlap_differs(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.isn[SERVER] = (uint32_t)-1501;
    talk_handshake(&talk);
    get(&talk, "/pattern");
    struct bytes message = pattern_response(), other = {0};
    bytes_fill(&other, 'Z', 1000);
    send_part(&talk, &message, 0, 500);
    talk_segment(&talk, SERVER, 1000, message.data + 1000, 1000);
    talk_segment(&talk, SERVER, 1000, other.data, 1000);
    send_part(&talk, &message, 500, 1000);
    send_part(&talk, &message, 2000, message.length);
    bytes_free(&other);
    received(&talk, &message);
}

/* A retransmission of bytes already handed on, with other bytes: too late for either
 * policy; the first stay, and the anomaly is named. */
static void late_forgery(struct capture *capture)
{
    struct talk talk = begin(capture);
    struct bytes message = pattern_response(), other = {0};
    bytes_fill(&other, 'Z', 1000);
    send_part(&talk, &message, 0, 3000);
    talk_segment(&talk, SERVER, 1000, other.data, 1000);
    send_part(&talk, &message, 3000, message.length);
    bytes_free(&other);
    received(&talk, &message);
}

/* The client's window closes: zero-window ACKs, and the server probes with the next byte
 * (RFC 9293, 3.8.6.1), three times, each refused; then the window opens and that byte
 * comes with the rest. Complete. */
static void zero_window(struct capture *capture)
{
    struct talk talk = begin(capture);
    struct bytes message = pattern_response();
    send_part(&talk, &message, 0, 2000);
    talk.sent[SERVER] = 2000;
    talk.from[CLIENT].window_zero = true;
    talk_flags(&talk, CLIENT, WB_TCP_ACK);
    for (int times = 0; times < 3; times++) {
        talk_wait_ms(&talk, 200);
        talk_segment(&talk, SERVER, 2000, message.data + 2000, 1);
        talk_flags(&talk, CLIENT, WB_TCP_ACK);
    }
    talk.from[CLIENT].window_zero = false;
    talk_flags(&talk, CLIENT, WB_TCP_ACK);
    send_part(&talk, &message, 2000, message.length);
    received(&talk, &message);
}

/* Keep-alives (RFC 9293, 3.8.4) from both sides, between and after the messages: one
 * garbage byte, and also none, at the last sequence number sent. Not data, not an
 * overlap that differs. Complete, and no anomaly. */
static void keep_alive(struct capture *capture)
{
    struct talk talk = begin(capture);
    answer(&talk, pattern_response());
    for (int times = 0; times < 3; times++) {
        talk_wait_ms(&talk, 10000);
        talk_segment(&talk, CLIENT, talk.sent[CLIENT] - 1, "\0", (size_t)times % 2);
        talk_flags(&talk, SERVER, WB_TCP_ACK);
        talk_segment(&talk, SERVER, talk.sent[SERVER] - 1, "\xff", 1);
        talk_flags(&talk, CLIENT, WB_TCP_ACK);
    }
    get(&talk, "/again");
    answer(&talk, response_text("", "again"));
    talk_close(&talk);
}

/* Every frame carries 6 to 46 bytes of Ethernet padding, none of them zero: never
 * data. Complete. */
static void padding(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.from[CLIENT].padding = 6;
    talk.from[SERVER].padding = 46;
    whole_exchange(&talk, "/pattern", pattern_response());
}

/* Frames of segmentation offload: a response of 150,000 bytes in pieces of 60,000, all
 * with a right IP length. Complete. */
static void tso(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/pattern");
    talk.mss = 60000;
    answer(&talk, response("", bytes_pattern(10, 150000)));
    talk_close(&talk);
}

/* The same in frames of 100,000 bytes, whose IP length field cannot say it and is 0
 * (Linux, BIG TCP). The bytes of the frame count. Complete. */
static void tso_beyond_64_kib(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/pattern");
    talk.mss = 100000;
    talk.from[SERVER].ip_length_zero = true;
    answer(&talk, response("", bytes_pattern(10, 150000)));
    talk.from[SERVER].ip_length_zero = false;
    talk_close(&talk);
}

/* A segment one gigabyte ahead of the stream, of an attacker who guesses: ignored, and
 * said. The rest is complete. */
static void far_ahead(struct capture *capture)
{
    struct talk talk = begin(capture);
    struct bytes message = pattern_response();
    send_part(&talk, &message, 0, 2000);
    talk_segment(&talk, SERVER, 1u << 30, "Z", 1);
    send_part(&talk, &message, 2000, message.length);
    received(&talk, &message);
}

/* A snaplen of 200 cuts every longer frame: the bytes behind it are gaps, told exactly. */
static void snaplen(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk.from[CLIENT].snaplen = talk.from[SERVER].snaplen = 200;
    whole_exchange(&talk, "/pattern", pattern_response());
}

/* One byte in each segment, in both directions. Complete. */
static void byte_by_byte(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk.mss = 1;
    get(&talk, "/pattern");
    answer(&talk, response("", bytes_pattern(9, 600)));
    talk_close(&talk);
}

/* The client says "GXET /pattern", and that the X is urgent: the server reads GET. Bytes 2000
 * and 3000 of the response are urgent as well; the first of these is a '#' that is in no body,
 * and the second is lost. Complete. */
static void urgent(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    struct bytes request = {0}, message = pattern_response();
    talk_handshake(&talk);
    bytes_print(&request, "GXET /pattern HTTP/1.1\r\nHost: example.test\r\n\r\n");
    talk.from[CLIENT].flags = WB_TCP_URG;
    talk.from[CLIENT].urgent_pointer = 2;
    talk_say(&talk, CLIENT, request.data, request.length);
    talk.from[CLIENT].flags = 0;
    bytes_free(&request);

    struct bytes sent = {0};
    bytes_add(&sent, message.data, 2000);
    bytes_add(&sent, "#", 1);
    bytes_add(&sent, message.data + 2000, 999);
    bytes_add(&sent, "#", 1);
    bytes_add(&sent, message.data + 2999, message.length - 2999);
    bytes_free(&message);
    talk.from[SERVER].flags = WB_TCP_URG;
    talk.from[SERVER].urgent_pointer = 2001;
    send_part(&talk, &sent, 0, 1000);
    talk.from[SERVER].flags = 0;
    send_part(&talk, &sent, 1000, 2001);
    talk.from[SERVER].flags = WB_TCP_URG;
    talk.from[SERVER].urgent_pointer = 1000;
    talk_segment(&talk, SERVER, 2001, sent.data + 2001, 999);
    talk.from[SERVER].flags = 0;
    send_part(&talk, &sent, 3001, sent.length);
    received(&talk, &sent);
}

const struct scenario segment_scenarios[] = {
    {.name = "segments-reversed", .play = reversed},
    {.name = "segments-retransmitted", .play = retransmitted},
    {.name = "overlap-same", .play = overlap_same},
    {.name = "overlap-differs", .play = overlap_differs},
    {.name = "overlap-too-late", .play = late_forgery},
    {.name = "sequence-wrap", .play = wrap},
    {.name = "sequence-wrap-with-gap", .play = wrap_with_gap},
    {.name = "zero-window", .play = zero_window},
    {.name = "keep-alive", .play = keep_alive},
    {.name = "ethernet-padding", .play = padding},
    {.name = "tso-60-kb", .play = tso},
    {.name = "tso-beyond-64-kib", .play = tso_beyond_64_kib},
    {.name = "segment-far-ahead", .play = far_ahead},
    {.name = "snaplen-200", .play = snaplen},
    {.name = "byte-by-byte", .play = byte_by_byte},
    {.name = "urgent", .play = urgent},
    {.name = NULL},
};
