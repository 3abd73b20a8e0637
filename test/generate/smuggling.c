/* SPDX-License-Identifier: ISC
 *
 * Messages that two receivers may read in two ways (RFC 9112, 11.2). Whatever reading
 * is taken, the record must name the anomaly; the comments say which reading the RFC
 * prefers.
 */
#include "generate/scenario.h"

#define HOST "Host: example.test\r\n"

/* One connection with these client bytes, answered by one response, closed. */
static void client_says(struct capture *capture, const char *text, unsigned responses)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, text);
    while (responses--)
        answer(&talk, response_text("", "ok"));
    talk_close(&talk);
}

static void server_says(struct capture *capture, const char *text)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    get(&talk, "/");
    talk_say_text(&talk, SERVER, text);
    talk_close(&talk);
}

/* Both Content-Length: 6 and chunked. Transfer-Encoding wins (RFC 9112, 6.3, rule 3): the
 * POST has an empty body and "GET /hidden" is the second request. */
static void length_and_chunked(struct capture *capture)
{
    client_says(capture,
                "POST /a HTTP/1.1\r\n" HOST
                "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
                "0\r\n\r\nGET /hidden HTTP/1.1\r\n" HOST "\r\n", 2);
}

/* Content-Length 5 and 3 in one request: invalid (RFC 9112, 6.3, rule 5). */
static void lengths_differ(struct capture *capture)
{
    client_says(capture,
                "POST /a HTTP/1.1\r\n" HOST
                "Content-Length: 5\r\nContent-Length: 3\r\n\r\nabcde", 1);
}

/* "Content-Length: 5, 5" is one length said twice (RFC 9110, 8.6): 5, no anomaly. */
static void lengths_same(struct capture *capture)
{
    client_says(capture,
                "POST /a HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\nContent-Length: 5\r\n\r\nabcde"
                "GET /b HTTP/1.1\r\n" HOST "\r\n", 2);
}

/* Content-Length: +5, -1, 0x5 and 2^64 + 5, one connection each: invalid. */
static void length_invalid(struct capture *capture)
{
    static const char *const values[] = {"+5", "-1", "0x5", "18446744073709551621"};
    for (unsigned i = 0; i < 4; i++) {
        struct talk talk = capture_talk(capture, (uint16_t)(40000 + i));
        struct bytes text = {0};
        bytes_print(&text, "POST /%u HTTP/1.1\r\n" HOST "Content-Length: %s\r\n\r\nabcde", i,
                    values[i]);
        talk.time_ns += i * INT64_C(1000000000);
        talk_handshake(&talk);
        talk_say(&talk, CLIENT, text.data, text.length);
        answer(&talk, response_text("", "ok"));
        talk_close(&talk);
        bytes_free(&text);
    }
}

/* A folded field line in the response (RFC 9112, 5.2): X-Folded: one<CRLF> two. */
static void obs_fold(struct capture *capture)
{
    server_says(capture, "HTTP/1.1 200 OK\r\nX-Folded: one\r\n two\r\nContent-Length: 2\r\n\r\nok");
}

/* Lines that end with LF alone, in the response's head (RFC 9112, 2.2 lets one accept
 * it). */
static void bare_lf(struct capture *capture)
{
    server_says(capture, "HTTP/1.1 200 OK\nX-A: b\nContent-Length: 2\n\nok");
}

/* A CR inside a field's value (RFC 9112, 2.2). */
static void bare_cr(struct capture *capture)
{
    server_says(capture, "HTTP/1.1 200 OK\r\nX-A: b\rX-B: c\r\nContent-Length: 2\r\n\r\nok");
}

/* "Transfer-Encoding : chunked" (RFC 9112, 5.1: a server must reject it). */
static void space_before_colon(struct capture *capture)
{
    client_says(capture,
                "POST /a HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 1);
}

/* Transfer-Encoding: xchunked is not chunked (RFC 9112, 6.1). */
static void coding_unknown(struct capture *capture)
{
    client_says(capture,
                "POST /a HTTP/1.1\r\n" HOST
                "Transfer-Encoding: xchunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", 1);
}

/* Transfer-Encoding: chunked, gzip: chunked must be last (RFC 9112, 6.1). In a response
 * the body then lasts until close (6.3, rule 4). */
static void chunked_not_last(struct capture *capture)
{
    server_says(capture, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"
                         "2\r\nok\r\n0\r\n\r\n");
}

/* A chunk size of 17 hexadecimal digits, 2^64 + 5 (RFC 9112, 7.1: recipients must
 * anticipate overflow). It must not be taken for 5. */
static void chunk_overflow(struct capture *capture)
{
    server_says(capture, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "10000000000000005\r\nabcde\r\n0\r\n\r\n");
}

/* Chunk data without the CRLF behind it. */
static void chunk_without_end(struct capture *capture)
{
    server_says(capture, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "5\r\nabcdefg0\r\n\r\n");
}

/* HTTP/1.1 without Host, and with two that differ (RFC 9112, 3.2). */
static void hosts(struct capture *capture)
{
    client_says(capture,
                "GET /none HTTP/1.1\r\n\r\n"
                "GET /two HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n", 2);
}

/* Bytes after a complete response that no request asked for. */
static void unasked(struct capture *capture)
{
    server_says(capture, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and some more");
}

const struct scenario smuggling_scenarios[] = {
    {.name = "length-and-chunked", .play = length_and_chunked},
    {.name = "lengths-differ", .play = lengths_differ},
    {.name = "lengths-same", .play = lengths_same},
    {.name = "length-invalid", .play = length_invalid},
    {.name = "obs-fold", .play = obs_fold},
    {.name = "bare-lf", .play = bare_lf},
    {.name = "bare-cr", .play = bare_cr},
    {.name = "space-before-colon", .play = space_before_colon},
    {.name = "transfer-coding-unknown", .play = coding_unknown},
    {.name = "chunked-not-last", .play = chunked_not_last},
    {.name = "chunk-size-overflow", .play = chunk_overflow},
    {.name = "chunk-without-end", .play = chunk_without_end},
    {.name = "hosts-missing-and-differing", .play = hosts},
    {.name = "bytes-nobody-asked-for", .play = unasked},
    {.name = NULL},
};
