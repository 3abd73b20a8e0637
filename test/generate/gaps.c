/* SPDX-License-Identifier: ISC
 *
 * Bytes that were sent and acknowledged but are not in the capture. What is known
 * before and after them must be kept, what is missing must be told exactly, and the
 * next message must be found again. Offsets are those of the direction's stream.
 */
#include "generate/encode.h"
#include "generate/scenario.h"

#include <string.h>

/* The second exchange that follows in most scripts: it must be found complete. */
static void and_another(struct talk *talk)
{
    get(talk, "/second");
    answer(talk, response_text("", "second"));
    talk_close(talk);
}

/* Body of 5000 by Content-Length; bytes 1000..1499 of it are missing. The verdict is
 * gap_in_response, 4500 body bytes were seen, and the second exchange is complete: a
 * body's end is known by counting through the gap. */
static void in_length_body(struct capture *capture)
{
    struct bytes message = response("ETag: \"gap\"\r\n", bytes_pattern(4, 5000));
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/gap");
    talk_say_with_hole(&talk, SERVER, message.data, message.length, message.length - 4000, 500);
    bytes_free(&message);
    and_another(&talk);
}

/* The size line of the second chunk is missing ("1f4\r\n" of three chunks of 500): the
 * rest of that response cannot be framed; the second exchange is found again. */
static void in_chunk_size(struct capture *capture)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct bytes message = {0}, body = chunked(bytes_pattern(5, 1500), 500);
    bytes_add(&message, head, sizeof head - 1);
    bytes_add_bytes(&message, body);
    size_t second_size_line = sizeof head - 1 + 5 + 500 + 2;
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/gap");
    talk_say_with_hole(&talk, SERVER, message.data, message.length, second_size_line, 5);
    bytes_free(&body);
    bytes_free(&message);
    and_another(&talk);
}

/* 100 bytes inside the second of three chunks of 500 are missing: the sizes are all
 * known, so the response is framed to its end, with 1400 of 1500 body bytes. */
static void in_chunk_data(struct capture *capture)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct bytes message = {0}, body = chunked(bytes_pattern(5, 1500), 500);
    bytes_add(&message, head, sizeof head - 1);
    bytes_add_bytes(&message, body);
    size_t second_chunk = sizeof head - 1 + 5 + 500 + 2 + 5;
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/gap");
    talk_say_with_hole(&talk, SERVER, message.data, message.length, second_chunk + 200, 100);
    bytes_free(&body);
    bytes_free(&message);
    and_another(&talk);
}

/* The last 20 bytes of a gzip body are missing (with its CRC): what could be decoded is
 * kept, the gap is told, and decoding is not called complete. */
static void in_gzip_tail(struct capture *capture)
{
    struct bytes message =
        response("Content-Encoding: gzip\r\n", encode_gzip(bytes_pattern(3, 50000)));
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/gap");
    talk_say_with_hole(&talk, SERVER, message.data, message.length, message.length - 20, 20);
    bytes_free(&message);
    and_another(&talk);
}

/* 30 bytes in the middle of the response's head are missing: its fields cannot be
 * trusted. Both transactions' requests are known; the second response is found. */
static void in_head(struct capture *capture)
{
    static const char message[] =
        "HTTP/1.1 200 OK\r\nServer: a server with a long name\r\nX-Filler: abcdefghijklmnop\r\n"
        "Content-Length: 5\r\n\r\nfirst";
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/gap");
    talk_say_with_hole(&talk, SERVER, message, sizeof message - 1, 25, 30);
    and_another(&talk);
}

/* The same in a request's head: 10 bytes at offset 40, in its Host field. The response is
 * whole. */
static void lose_request_bytes(struct capture *capture, int64_t step_ms)
{
    static const char request[] = "GET /gap/in/the/request HTTP/1.1\r\nHost: example.test\r\n\r\n";
    struct talk talk = capture_talk(capture, 40000);
    talk.step_ns = step_ms * 1000000;
    talk_handshake(&talk);
    talk_say_with_hole(&talk, CLIENT, request, sizeof request - 1, 40, 10);
    answer(&talk, response_text("", "first"));
    and_another(&talk);
}

/* A packet each millisecond: all is over before a gap can be told from disorder. */
static void in_request(struct capture *capture)
{
    lose_request_bytes(capture, 1);
}

/* Three a second: the gap is known before the response comes. */
static void in_request_slowly(struct capture *capture)
{
    lose_request_bytes(capture, 333);
}

/* Three requests; the second response (100 bytes) is missing as a whole. The third must
 * not be taken for the second's: no transaction may claim to be complete with the response
 * of another. An observer cannot know whether the gap held a whole response. */
static void whole_response(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/1");
    answer(&talk, response_text("", "one"));
    get(&talk, "/2");
    talk_lose(&talk, SERVER, 100);
    get(&talk, "/3");
    answer(&talk, response_text("", "three"));
    talk_close(&talk);
}

/* Disorder without loss: a hole that a retransmission fills 50 ms later, before the
 * receiver acknowledges what lies behind it, is no gap at all. */
static void filled_late(struct capture *capture)
{
    struct bytes message = response("ETag: \"late\"\r\n", bytes_pattern(6, 3000));
    struct talk talk = capture_talk(capture, 40000);
    talk.mss = 1000;
    talk_handshake(&talk);
    get(&talk, "/late");
    talk_segment(&talk, SERVER, 0, message.data, 1000);
    talk_segment(&talk, SERVER, 2000, message.data + 2000, 1000);
    talk_segment(&talk, SERVER, 3000, message.data + 3000, message.length - 3000);
    talk_wait_ms(&talk, 50);
    talk_segment(&talk, SERVER, 1000, message.data + 1000, 1000);
    talk.sent[SERVER] = message.length;
    talk_flags(&talk, CLIENT, WB_TCP_ACK);
    bytes_free(&message);
    talk_close(&talk);
}

/* The capture ends (no FIN) in the middle of a body: 1000 of 5000 bytes were seen. */
static void capture_ends(struct capture *capture)
{
    struct bytes message = response("", bytes_pattern(7, 5000));
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/end");
    talk_say(&talk, SERVER, message.data, message.length - 4000);
    bytes_free(&message);
}

/* The last 1000 of 5000 bytes of the body are missing, and then the server's FIN comes:
 * a gap is known by the FIN's sequence number. */
static void before_fin(struct capture *capture)
{
    struct bytes message = response("", bytes_pattern(8, 5000));
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/fin");
    talk_say(&talk, SERVER, message.data, message.length - 1000);
    talk.sent[SERVER] += 1000;
    bytes_free(&message);
    talk_fin(&talk, SERVER);
    talk_fin(&talk, CLIENT);
}

const struct scenario gap_scenarios[] = {
    {.name = "gap-in-length-body", .play = in_length_body},
    {.name = "gap-in-chunk-size", .play = in_chunk_size},
    {.name = "gap-in-chunk-data", .play = in_chunk_data},
    {.name = "gap-in-gzip-tail", .play = in_gzip_tail},
    {.name = "gap-in-head", .play = in_head},
    {.name = "gap-in-request", .play = in_request},
    {.name = "gap-in-request-known-early", .play = in_request_slowly},
    {.name = "gap-of-a-whole-response", .play = whole_response},
    {.name = "gap-filled-late", .play = filled_late},
    {.name = "gap-before-fin", .play = before_fin},
    {.name = "capture-ends-in-body", .play = capture_ends},
    {.name = NULL},
};
