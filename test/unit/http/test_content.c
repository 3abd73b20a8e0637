/* SPDX-License-Identifier: ISC
 *
 * Content codings: what the coders of zlib, brotli and zstd made comes back, at every
 * cut; what is broken, cut off, too big or unknown is told and keeps what came before.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "http/content.h"
#include "support/guard.h"

#define PLAIN_BYTES 5000

static uint8_t plain[PLAIN_BYTES];

struct buffer {
    uint8_t bytes[4 * PLAIN_BYTES];
    size_t length;
    uint64_t total; /* also what no longer fits */
};

static void keep(void *context, const uint8_t *bytes, uint32_t length)
{
    struct buffer *out = context;
    out->total += length;
    if (out->length + length > sizeof out->bytes)
        return;
    memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

static size_t zlib_encode(int window_bits, const uint8_t *in, size_t length, uint8_t *out)
{
    z_stream zlib = {.next_out = out, .avail_out = PLAIN_BYTES * 2};
    deflateInit2(&zlib, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
    memcpy(&zlib.next_in, &in, sizeof in);
    zlib.avail_in = (uInt)length;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    deflateEnd(&zlib);
    return zlib.total_out;
}

static size_t gzip(const uint8_t *in, size_t length, uint8_t *out)
{
    return zlib_encode(15 + 16, in, length, out);
}

static size_t deflate_zlib(const uint8_t *in, size_t length, uint8_t *out)
{
    return zlib_encode(15, in, length, out);
}

static size_t deflate_raw(const uint8_t *in, size_t length, uint8_t *out)
{
    return zlib_encode(-15, in, length, out);
}

static size_t brotli(const uint8_t *in, size_t length, uint8_t *out)
{
    size_t size = PLAIN_BYTES * 2;
    assert_true(BrotliEncoderCompress(5, 18, BROTLI_MODE_GENERIC, length, in, &size, out));
    return size;
}

static size_t zstd(const uint8_t *in, size_t length, uint8_t *out)
{
    return ZSTD_compress(out, PLAIN_BYTES * 2, in, length, 3);
}

static struct wb_slice slice(const char *text)
{
    return (struct wb_slice){text, (uint32_t)strlen(text)};
}

/* Decodes in pieces from a guard page; returns the final status. */
static enum wb__content_status decode(const char *codings, const uint8_t *in, size_t length,
                                      size_t piece, struct buffer *out)
{
    static const struct wb_http_options options = {0};
    enum wb__content_status status;
    struct wb__budget budget = {0};
    struct wb__content *content = wb__content_new(slice(codings), &options, &budget, &status);
    assert_non_null(content);
    struct guard guard = guard_open(length);
    *out = (struct buffer){.length = 0};
    for (size_t at = 0; at < length; at += piece) {
        size_t more = length - at < piece ? length - at : piece;
        wb__content_write(content, guard_put(&guard, in + at, more), (uint32_t)more, keep, out);
    }
    status = wb__content_finish(content, keep, out);
    assert_true(budget.used > 0);
    wb__content_free(content);
    assert_int_equal(budget.used, 0);
    guard_close(&guard);
    return status;
}

static const struct sample {
    const char *codings;
    size_t (*encode)(const uint8_t *, size_t, uint8_t *);
} samples[] = {
    {"gzip", gzip},          {"X-GZip", gzip}, {"deflate", deflate_zlib},
    {"deflate", deflate_raw}, {"br", brotli},   {"identity, zstd", zstd},
};
#define EACH_SAMPLE(at) \
    const struct sample *at = samples; at < samples + sizeof samples / sizeof *samples; at++

static void test_every_coding_in_every_piece(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 2, 3, 7, 100, PLAIN_BYTES * 2};
    uint8_t coded[PLAIN_BYTES * 2];
    struct buffer out;
    for (EACH_SAMPLE(sample)) {
        size_t length = sample->encode(plain, PLAIN_BYTES, coded);
        for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
            assert_int_equal(decode(sample->codings, coded, length, pieces[i], &out),
                             WB__CONTENT_OK);
            assert_int_equal(out.length, PLAIN_BYTES);
            assert_memory_equal(out.bytes, plain, PLAIN_BYTES);
        }
    }
}

/* Every true prefix is told as cut and yields a prefix of the plain bytes. */
static void test_every_prefix_is_cut(void **state)
{
    (void)state;
    uint8_t coded[PLAIN_BYTES * 2];
    struct buffer out;
    for (EACH_SAMPLE(sample)) {
        size_t length = sample->encode(plain, PLAIN_BYTES, coded);
        for (size_t cut = 1; cut < length; cut++) {
            assert_int_equal(decode(sample->codings, coded, cut, cut, &out), WB__CONTENT_CUT);
            assert_true(out.length <= PLAIN_BYTES);
            assert_memory_equal(out.bytes, plain, out.length);
        }
    }
}

static void test_bytes_after_the_end_are_told(void **state)
{
    (void)state;
    uint8_t coded[PLAIN_BYTES * 2];
    struct buffer out;
    for (EACH_SAMPLE(sample)) {
        size_t length = sample->encode(plain, PLAIN_BYTES, coded);
        memcpy(coded + length, "garbage!", 8);
        assert_int_equal(decode(sample->codings, coded, length + 8, 64, &out),
                         WB__CONTENT_INVALID);
        assert_int_equal(out.length, PLAIN_BYTES);
    }
}

/* RFC 9110, 8.4: the codings are listed in the order in which they were applied. */
static void test_stacked_codings(void **state)
{
    (void)state;
    uint8_t once[PLAIN_BYTES * 2], twice[PLAIN_BYTES * 2];
    struct buffer out;
    size_t length = brotli(once, gzip(plain, PLAIN_BYTES, once), twice);
    assert_int_equal(decode("gzip, br", twice, length, 10, &out), WB__CONTENT_OK);
    assert_int_equal(out.length, PLAIN_BYTES);
    assert_memory_equal(out.bytes, plain, PLAIN_BYTES);
}

/* A coding that is named but not there is passed over, at any place of the list: what the
 * others make of the bytes comes out. */
static void test_codings_that_are_not_there(void **state)
{
    (void)state;
    static const char *const once[] = {"gzip, gzip", "deflate, gzip", "zstd, gzip", "gzip, zstd"};
    static const char *const never[] = {"gzip", "zstd", "deflate", "deflate, zstd, gzip"};
    uint8_t coded[PLAIN_BYTES * 2];
    struct buffer out;
    size_t length = gzip((const uint8_t *)"XYZ: plain bytes", 16, coded);
    for (size_t i = 0; i < 4; i++) {
        for (size_t piece = 1; piece <= 64; piece *= 4) {
            assert_int_equal(decode(once[i], coded, length, piece, &out), WB__CONTENT_INVALID);
            assert_int_equal(out.length, 16);
            assert_memory_equal(out.bytes, "XYZ: plain bytes", 16);
            assert_int_equal(decode(never[i], (const uint8_t *)"XYZ: plain bytes", 16, piece, &out),
                             WB__CONTENT_INVALID);
            assert_int_equal(out.length, 16);
            assert_memory_equal(out.bytes, "XYZ: plain bytes", 16);
        }
    }
}

static void test_members_and_frames_follow_one_another(void **state)
{
    (void)state;
    uint8_t coded[PLAIN_BYTES * 4];
    struct buffer out;
    size_t length = gzip(plain, 1000, coded);
    length += gzip(plain + 1000, 1000, coded + length);
    assert_int_equal(decode("gzip", coded, length, 5, &out), WB__CONTENT_OK);
    assert_int_equal(out.length, 2000);
    length = zstd(plain, 1000, coded);
    length += zstd(plain + 1000, 1000, coded + length);
    assert_int_equal(decode("zstd", coded, length, 5, &out), WB__CONTENT_OK);
    assert_int_equal(out.length, 2000);
    assert_memory_equal(out.bytes, plain, 2000);
}

static void test_broken_bytes_keep_what_came_before(void **state)
{
    (void)state;
    uint8_t coded[PLAIN_BYTES * 2];
    struct buffer out;
    size_t length = gzip(plain, PLAIN_BYTES, coded);
    coded[length - 6] ^= 1; /* the check value */
    assert_int_equal(decode("gzip", coded, length, 50, &out), WB__CONTENT_INVALID);
    assert_int_equal(out.length, PLAIN_BYTES);
}

static void test_what_is_not_decoded(void **state)
{
    (void)state;
    static const struct wb_http_options options = {0};
    static const char *const unknown[] = {"compress", "gzip, foo", "gzip gzip",
                                          "br,br,br,br,br"};
    struct wb__budget budget = {0};
    enum wb__content_status status;
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_null(wb__content_new(slice(unknown[i]), &options, &budget, &status));
        assert_int_equal(status, WB__CONTENT_UNKNOWN);
    }
    assert_null(wb__content_new(slice(" identity ,"), &options, &budget, &status));
    assert_int_equal(status, WB__CONTENT_OK);
    assert_null(wb__content_new((struct wb_slice){NULL, 0}, &options, &budget, &status));
    assert_int_equal(status, WB__CONTENT_OK);
}

static void test_a_body_of_no_bytes_is_whole(void **state)
{
    (void)state;
    struct buffer out;
    assert_int_equal(decode("gzip", plain, 0, 1, &out), WB__CONTENT_OK);
}

/* 16 MiB of zeros in gzip: about 1,000 to 1. */
static uint8_t *bomb(size_t *length)
{
    size_t size = 16 << 20;
    uint8_t *zeros = calloc(1, size), *coded = malloc(size);
    z_stream zlib = {.next_in = zeros, .avail_in = (uInt)size, .next_out = coded,
                     .avail_out = (uInt)size};
    deflateInit2(&zlib, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    deflateEnd(&zlib);
    free(zeros);
    *length = zlib.total_out;
    return coded;
}

static enum wb__content_status explode(const struct wb_http_options *options, struct buffer *out)
{
    size_t length;
    uint8_t *coded = bomb(&length);
    enum wb__content_status status;
    struct wb__budget budget = {0};
    struct wb__content *content = wb__content_new(slice("gzip"), options, &budget, &status);
    *out = (struct buffer){.length = 0};
    wb__content_write(content, coded, (uint32_t)length, keep, out);
    wb__content_write(content, coded, (uint32_t)length, keep, out); /* nothing, after a limit */
    status = wb__content_finish(content, keep, out);
    wb__content_free(content);
    free(coded);
    return status;
}

static void test_limits(void **state)
{
    (void)state;
    struct buffer out;
    assert_int_equal(explode(&(struct wb_http_options){.max_decoded_ratio = 100}, &out),
                     WB__CONTENT_RATIO);
    assert_in_range(out.total, 1 << 20, 4 << 20);
    assert_int_equal(explode(&(struct wb_http_options){.max_decoded_body = 100000}, &out),
                     WB__CONTENT_LIMIT);
    assert_int_equal(out.total, 100000);
    assert_int_equal(explode(&(struct wb_http_options){.max_decoded_ratio = 2000}, &out),
                     WB__CONTENT_OK);
    assert_int_equal(out.total, 32 << 20);
}

/* A frame header of 6 bytes that names a window of 8 MiB, and a block that begins it. */
static void test_memory_is_charged_and_limited(void **state)
{
    (void)state;
    static const uint8_t frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68, 0x02, 0x00, 0x10, 0xaa};
    static const struct wb_http_options options = {0};
    struct wb__budget budget = {.limit = 1 << 20};
    struct buffer out = {.length = 0};
    enum wb__content_status status;
    struct wb__content *content = wb__content_new(slice("zstd"), &options, &budget, &status);
    assert_non_null(content);
    assert_int_equal(wb__content_write(content, frame, sizeof frame, keep, &out),
                     WB__CONTENT_NO_MEMORY);
    wb__content_free(content);
    assert_int_equal(budget.used, 0);
    budget.limit = 16 << 20;
    content = wb__content_new(slice("zstd"), &options, &budget, &status);
    assert_int_equal(wb__content_write(content, frame, sizeof frame, keep, &out), WB__CONTENT_OK);
    assert_true(budget.used > 8 << 20);
    wb__content_free(content);

    struct wb__content *many[64];
    unsigned count = 0;
    budget.limit = 1 << 20;
    while (count < 64 && (many[count] = wb__content_new(slice("br"), &options, &budget, &status)))
        count++;
    assert_int_equal(status, WB__CONTENT_NO_MEMORY);
    assert_in_range(count, 2, 63);
    assert_true(budget.used <= budget.limit);
    while (count)
        wb__content_free(many[--count]);
    assert_int_equal(budget.used, 0);
    assert_true(budget.peak <= 16 << 20);
}

static int make_plain(void **state)
{
    (void)state;
    uint32_t x = 1;
    for (size_t i = 0; i < PLAIN_BYTES; i++) {
        x = x * 1103515245 + 12345;
        plain[i] = (uint8_t)("etaoin shrdlu\n\r<>"[x >> 28]);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_coding_in_every_piece),
        cmocka_unit_test(test_every_prefix_is_cut),
        cmocka_unit_test(test_bytes_after_the_end_are_told),
        cmocka_unit_test(test_stacked_codings),
        cmocka_unit_test(test_codings_that_are_not_there),
        cmocka_unit_test(test_members_and_frames_follow_one_another),
        cmocka_unit_test(test_broken_bytes_keep_what_came_before),
        cmocka_unit_test(test_what_is_not_decoded),
        cmocka_unit_test(test_a_body_of_no_bytes_is_whole),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_memory_is_charged_and_limited),
    };
    return cmocka_run_group_tests(tests, make_plain, NULL);
}
