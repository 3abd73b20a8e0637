/* SPDX-License-Identifier: ISC */
#include "generate/encode.h"

#include <err.h>
#include <stdlib.h>

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

enum { WINDOW_ZLIB = 15, WINDOW_GZIP = 15 + 16, WINDOW_RAW = -15 };

static struct bytes room_for(size_t length)
{
    struct bytes bytes = {0};
    bytes_fill(&bytes, 0, length);
    return bytes;
}

static struct bytes deflate_as(int window_bits, int flush, struct bytes plain)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        errx(1, "deflateInit2 failed");
    struct bytes coded = room_for(deflateBound(&stream, plain.length) + 64);
    stream.next_in = plain.data;
    stream.avail_in = (uInt)plain.length;
    stream.next_out = coded.data;
    stream.avail_out = (uInt)coded.length;
    int result = deflate(&stream, flush);
    if (result != (flush == Z_FINISH ? Z_STREAM_END : Z_OK) || stream.avail_in)
        errx(1, "deflate failed");
    coded.length = stream.total_out;
    deflateEnd(&stream);
    bytes_free(&plain);
    return coded;
}

struct bytes encode_gzip(struct bytes plain)
{
    return deflate_as(WINDOW_GZIP, Z_FINISH, plain);
}

struct bytes encode_zlib(struct bytes plain)
{
    return deflate_as(WINDOW_ZLIB, Z_FINISH, plain);
}

struct bytes encode_deflate(struct bytes plain)
{
    return deflate_as(WINDOW_RAW, Z_FINISH, plain);
}

struct bytes encode_brotli(struct bytes plain)
{
    size_t length = BrotliEncoderMaxCompressedSize(plain.length);
    struct bytes coded = room_for(length);
    if (!BrotliEncoderCompress(BROTLI_DEFAULT_QUALITY, BROTLI_DEFAULT_WINDOW, BROTLI_DEFAULT_MODE,
                               plain.length, plain.data, &length, coded.data))
        errx(1, "brotli failed");
    coded.length = length;
    bytes_free(&plain);
    return coded;
}

struct bytes encode_zstd(struct bytes plain)
{
    struct bytes coded = room_for(ZSTD_compressBound(plain.length));
    size_t length = ZSTD_compress(coded.data, coded.length, plain.data, plain.length, 3);
    if (ZSTD_isError(length))
        errx(1, "zstd failed");
    coded.length = length;
    bytes_free(&plain);
    return coded;
}

static void add_little32(struct bytes *bytes, uint32_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        bytes_add(bytes, (uint8_t[]){(uint8_t)(value >> shift)}, 1);
}

struct bytes encode_gzip_zeros(unsigned mib)
{
    static const uint8_t header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    static const uint8_t last_block[2] = {3, 0}; /* final, fixed codes, end of block */
    const size_t unit = 8u << 20;
    struct bytes zeros = room_for(unit);
    uLong unit_crc = crc32(0, zeros.data, (uInt)unit), crc = 0;
    struct bytes block = deflate_as(WINDOW_RAW, Z_FULL_FLUSH, zeros), coded = {0};

    bytes_add(&coded, header, sizeof header);
    for (unsigned done = 0; done < mib; done += 8) {
        bytes_add_bytes(&coded, block);
        crc = crc32_combine(crc, unit_crc, (z_off_t)unit);
    }
    bytes_add(&coded, last_block, sizeof last_block);
    add_little32(&coded, (uint32_t)crc);
    add_little32(&coded, (uint32_t)((uint64_t)mib << 20));
    bytes_free(&block);
    return coded;
}
