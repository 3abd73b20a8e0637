/* SPDX-License-Identifier: ISC
 *
 * Attacks by what HTTP messages say.
 */
#include "attack/capture.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "support/bytes.h"

#define MIB (1u << 20)

static void say(struct talk *talk, enum talk_side side, struct bytes message)
{
    talk_say(talk, side, message.data, message.length);
    bytes_free(&message);
}

/* A connection with one request, answered by that. */
static void answer(struct capture *capture, struct bytes response)
{
    struct talk talk = capture_talk(capture, 1);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "GET /attack HTTP/1.1\r\nHost: attack.test\r\n\r\n");
    say(&talk, SERVER, response);
    talk_close(&talk);
}

/* A head of n field lines. */
static void many_lines(struct capture *capture, uint64_t n)
{
    struct talk talk = capture_talk(capture, 1);
    struct bytes head = {0};
    bytes_print(&head, "GET /attack HTTP/1.1\r\nHost: attack.test\r\n");
    for (uint64_t i = 0; i < n; i++)
        bytes_add(&head, "a: b\r\n", 6);
    bytes_print(&head, "\r\n");
    talk_handshake(&talk);
    say(&talk, CLIENT, head);
    talk_close(&talk);
}

/* n requests that are never answered. */
static void pipeline(struct capture *capture, uint64_t n)
{
    struct talk talk = capture_talk(capture, 1);
    struct bytes requests = {0};
    for (uint64_t i = 0; i < n; i++)
        bytes_print(&requests, "GET /attack HTTP/1.1\r\nHost: attack.test\r\n\r\n");
    talk_handshake(&talk);
    say(&talk, CLIENT, requests);
    talk_close(&talk);
}

/* n interim responses before the final one. */
static void interim(struct capture *capture, uint64_t n)
{
    struct bytes response = {0};
    for (uint64_t i = 0; i < n; i++)
        bytes_print(&response, "HTTP/1.1 102 Processing\r\n\r\n");
    bytes_print(&response, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    answer(capture, response);
}

/* A body of n bytes in n chunks. */
static void tiny_chunks(struct capture *capture, uint64_t n)
{
    struct bytes response = {0};
    bytes_print(&response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (uint64_t i = 0; i < n; i++)
        bytes_add(&response, "1\r\nx\r\n", 6);
    bytes_print(&response, "0\r\n\r\n");
    answer(capture, response);
}

/* n transactions of one connection, each with an ETag and a body of its own. */
static void tiny_transactions(struct capture *capture, uint64_t n)
{
    struct talk talk = capture_talk(capture, 1);
    talk_handshake(&talk);
    for (uint64_t i = 0; i < n; i++) {
        struct bytes response = {0};
        talk_say_text(&talk, CLIENT, "GET /attack HTTP/1.1\r\nHost: attack.test\r\n\r\n");
        bytes_print(&response,
                    "HTTP/1.1 200 OK\r\nETag: \"%llx\"\r\nContent-Length: 16\r\n\r\n%016llx",
                    (unsigned long long)i, (unsigned long long)i);
        say(&talk, SERVER, response);
    }
    talk_close(&talk);
}

/* --- decompression bombs: n MiB of zeros --------------------------------------- */

/* The last noise bytes of each MiB are none, so that it grows less. */
static struct bytes gzip_zeros(uint64_t n, size_t noise)
{
    static uint8_t zeros[MIB], out[MIB];
    struct bytes coded = {0};
    z_stream stream = {0};
    if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        errx(1, "deflateInit2");
    uint32_t state = 1;
    for (uint64_t i = 0; i < n; i++) {
        for (size_t at = sizeof zeros - noise; at < sizeof zeros; at++)
            zeros[at] = (uint8_t)((state = state * 1664525 + 1013904223) >> 24);
        stream.next_in = zeros;
        stream.avail_in = sizeof zeros;
        do {
            stream.next_out = out;
            stream.avail_out = sizeof out;
            deflate(&stream, i + 1 == n ? Z_FINISH : Z_NO_FLUSH);
            bytes_add(&coded, out, sizeof out - stream.avail_out);
        } while (stream.avail_out == 0);
    }
    deflateEnd(&stream);
    return coded;
}

static struct bytes brotli_zeros(uint64_t n)
{
    static uint8_t zeros[MIB], out[MIB];
    struct bytes coded = {0};
    BrotliEncoderState *state = BrotliEncoderCreateInstance(NULL, NULL, NULL);
    BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, 3);
    for (uint64_t i = 0; i < n; i++) {
        const uint8_t *next_in = zeros;
        size_t left = sizeof zeros;
        do {
            uint8_t *next_out = out;
            size_t room = sizeof out;
            if (!BrotliEncoderCompressStream(
                    state, i + 1 == n ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS, &left,
                    &next_in, &room, &next_out, NULL))
                errx(1, "brotli");
            bytes_add(&coded, out, sizeof out - room);
        } while (left > 0 || BrotliEncoderHasMoreOutput(state));
    }
    BrotliEncoderDestroyInstance(state);
    return coded;
}

static struct bytes zstd_zeros(uint64_t n)
{
    static uint8_t zeros[MIB], out[MIB];
    struct bytes coded = {0};
    ZSTD_CCtx *context = ZSTD_createCCtx();
    for (uint64_t i = 0; i < n; i++) {
        ZSTD_inBuffer in = {zeros, sizeof zeros, 0};
        size_t more;
        do {
            ZSTD_outBuffer to = {out, sizeof out, 0};
            more = ZSTD_compressStream2(context, &to, &in,
                                        i + 1 == n ? ZSTD_e_end : ZSTD_e_continue);
            if (ZSTD_isError(more))
                errx(1, "zstd: %s", ZSTD_getErrorName(more));
            bytes_add(&coded, out, to.pos);
        } while (in.pos < in.size || (i + 1 == n && more > 0));
    }
    ZSTD_freeCCtx(context);
    return coded;
}

static void bomb(struct capture *capture, const char *coding, struct bytes body)
{
    struct bytes response = {0};
    bytes_print(&response,
                "HTTP/1.1 200 OK\r\nETag: \"bomb\"\r\nContent-Encoding: %s\r\n"
                "Content-Length: %zu\r\n\r\n",
                coding, body.length);
    bytes_add_bytes(&response, body);
    bytes_free(&body);
    answer(capture, response);
}

static void bomb_gzip(struct capture *capture, uint64_t n)
{
    bomb(capture, "gzip", gzip_zeros(n, 0));
}

static void bomb_slow(struct capture *capture, uint64_t n)
{
    bomb(capture, "gzip", gzip_zeros(n, 1000));
}

static void bomb_brotli(struct capture *capture, uint64_t n)
{
    bomb(capture, "br", brotli_zeros(n));
}

static void bomb_zstd(struct capture *capture, uint64_t n)
{
    bomb(capture, "zstd", zstd_zeros(n));
}

/* Segments of 1,460 bytes carry the messages. */
#define SEGMENTS(bytes) ((bytes) / 1460.0)

const struct attack message_attacks[] = {
    {"header-lines", many_lines, SEGMENTS(6)},
    {"pipeline", pipeline, SEGMENTS(43)},
    {"interim", interim, SEGMENTS(27)},
    {"tiny-chunks", tiny_chunks, SEGMENTS(6)},
    {"etags", tiny_transactions, 4},
    {"bomb-gzip", bomb_gzip, SEGMENTS(1020)},
    {"bomb-slow", bomb_slow, SEGMENTS(2020)},
    {"bomb-br", bomb_brotli, SEGMENTS(20)},
    {"bomb-zstd", bomb_zstd, SEGMENTS(60)},
    {0},
};
