/* SPDX-License-Identifier: ISC
 *
 * Content codings (RFC 9110, 8.4.1), alone, stacked, broken, and as a weapon. The plain
 * body of most is bytes_pattern(3, 50000).
 */
#include "generate/encode.h"
#include "generate/scenario.h"

#include <stdlib.h>

static struct bytes plain(void)
{
    return bytes_pattern(3, 50000);
}

static void one_exchange(struct capture *capture, struct bytes message)
{
    struct talk talk = capture_talk(capture, 40000);
    whole_exchange(&talk, "/coded", message);
}

static void gzip(struct capture *capture)
{
    one_exchange(capture, response("Content-Encoding: gzip\r\n", encode_gzip(plain())));
}

static void zlib(struct capture *capture)
{
    one_exchange(capture, response("Content-Encoding: deflate\r\n", encode_zlib(plain())));
}

/* "deflate" without the zlib wrapper: wrong by RFC 9110, 8.4.1.2, but every browser
 * takes it, so it is decoded. */
static void raw_deflate(struct capture *capture)
{
    one_exchange(capture, response("Content-Encoding: deflate\r\n", encode_deflate(plain())));
}

static void brotli(struct capture *capture)
{
    one_exchange(capture, response("Content-Encoding: br\r\n", encode_brotli(plain())));
}

static void zstd(struct capture *capture)
{
    one_exchange(capture, response("Content-Encoding: zstd\r\n", encode_zstd(plain())));
}

/* Two codings are listed in the order in which they were applied (RFC 9110, 8.4): gzip
 * first, br around it. */
static void stacked(struct capture *capture)
{
    one_exchange(capture,
                 response("Content-Encoding: gzip, br\r\n", encode_brotli(encode_gzip(plain()))));
}

/* The same in two field lines (RFC 9110, 5.3), with the old name and in capitals. */
static void stacked_lines(struct capture *capture)
{
    one_exchange(capture, response("Content-Encoding: X-GZIP\r\nContent-Encoding: br\r\n",
                                   encode_brotli(encode_gzip(plain()))));
}

/* Two gzip members one after the other are one body (RFC 1952, 2.2): 16 bytes of
 * pattern 1, then 16 of pattern 2. */
static void gzip_members(struct capture *capture)
{
    struct bytes body = encode_gzip(bytes_pattern(1, 16));
    struct bytes second = encode_gzip(bytes_pattern(2, 16));
    bytes_add_bytes(&body, second);
    bytes_free(&second);
    one_exchange(capture, response("Content-Encoding: gzip\r\n", body));
}

/* Chunked outside, gzip inside, chunk borders (every 7 bytes) across all of gzip's. */
static void chunked_gzip(struct capture *capture)
{
    struct bytes message = {0};
    bytes_print(&message, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                          "Content-Encoding: gzip\r\n\r\n");
    struct bytes body = chunked(encode_gzip(plain()), 7);
    bytes_add_bytes(&message, body);
    bytes_free(&body);
    one_exchange(capture, message);
}

/* Five bytes in a coding that nobody knows: kept as they are, and said. */
static void unknown(struct capture *capture)
{
    one_exchange(capture, response_text("Content-Encoding: rot13\r\n", "uryyb"));
}

/* gzip whose deflate data break in the middle. The message is complete; the decoded body
 * is what came before the break, at most 50,000 bytes of the pattern, and the anomaly is
 * named. */
static void corrupt(struct capture *capture)
{
    struct bytes body = encode_gzip(plain());
    for (size_t i = 0; i < 64; i++)
        body.data[body.length / 2 + i] = 0xff;
    one_exchange(capture, response("Content-Encoding: gzip\r\n", body));
}

/* Said to be gzip, but plain text. */
static void not_gzip(struct capture *capture)
{
    one_exchange(capture, response_text("Content-Encoding: gzip\r\n", "plain after all"));
}

/* The last 8 bytes of gzip (CRC and size) are missing, though Content-Length is kept:
 * the message is complete, its coding is not. Decoded body: all 50,000 bytes. */
static void gzip_cut(struct capture *capture)
{
    struct bytes body = encode_gzip(plain());
    body.length -= 8;
    one_exchange(capture, response("Content-Encoding: gzip\r\n", body));
}

/* 2 GiB of zeros in 2 MB. The message is complete; decoding stops soon after the first
 * MiB at a ratio of 1000, and says so. */
static void bomb(struct capture *capture)
{
    one_exchange(capture, response("Content-Encoding: gzip\r\n", encode_gzip_zeros(2048)));
}

/* A response to HEAD names a coding and has no body: nothing is cut off. */
static void head_of_gzip(struct capture *capture)
{
    struct talk talk = capture_talk(capture, 40000);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "HEAD /coded HTTP/1.1\r\nHost: example.test\r\n\r\n");
    talk_say_text(&talk, SERVER,
                  "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nContent-Encoding: gzip\r\n\r\n");
    talk_close(&talk);
}

const struct scenario coding_scenarios[] = {
    {.name = "gzip", .play = gzip},
    {.name = "deflate-zlib", .play = zlib},
    {.name = "deflate-raw", .play = raw_deflate},
    {.name = "brotli", .play = brotli},
    {.name = "zstd", .play = zstd},
    {.name = "codings-stacked", .play = stacked},
    {.name = "codings-stacked-in-two-lines", .play = stacked_lines},
    {.name = "gzip-members", .play = gzip_members},
    {.name = "chunked-gzip", .play = chunked_gzip},
    {.name = "coding-unknown", .play = unknown},
    {.name = "gzip-corrupt", .play = corrupt},
    {.name = "gzip-not-at-all", .play = not_gzip},
    {.name = "gzip-cut-off", .play = gzip_cut},
    {.name = "gzip-bomb", .play = bomb},
    {.name = "head-of-gzip", .play = head_of_gzip},
    {.name = NULL},
};
