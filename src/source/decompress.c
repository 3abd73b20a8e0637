/* SPDX-License-Identifier: ISC */
#include "source/decompress.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "base/cursor.h"

#define GZIP_WINDOW_BITS (15 + 16) /* zlib: the largest window, gzip framing only */
#define UINT_MAX_STEP (1U << 30)   /* zlib counts in unsigned int */

struct wb__decompressor {
    bool is_zstd;
    bool is_complete; /* a member or frame just ended */
    const char *reason;
    z_stream gzip;
    ZSTD_DStream *zstd;
};

static bool is_gzip(const uint8_t *bytes, size_t length)
{
    return length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* A frame, or a skippable frame (RFC 8878, 3.1.2), as pzstd begins its files with. */
static bool is_zstd(const uint8_t *bytes, size_t length)
{
    if (length < 4)
        return false;
    uint32_t magic = wb__load32_little(bytes);
    return magic == ZSTD_MAGICNUMBER ||
           (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

static bool start(struct wb__decompressor *decompressor)
{
    if (!decompressor->is_zstd)
        return inflateInit2(&decompressor->gzip, GZIP_WINDOW_BITS) == Z_OK;
    decompressor->zstd = ZSTD_createDStream();
    return decompressor->zstd != NULL;
}

bool wb__is_compressed(const uint8_t *bytes, size_t length)
{
    return is_gzip(bytes, length) || is_zstd(bytes, length);
}

struct wb__decompressor *wb__decompressor_new(const uint8_t *bytes, size_t length)
{
    struct wb__decompressor *decompressor = calloc(1, sizeof *decompressor);
    if (!decompressor)
        return NULL;
    decompressor->is_zstd = is_zstd(bytes, length);
    if (!start(decompressor)) {
        free(decompressor);
        return NULL;
    }
    return decompressor;
}

/* Remembers the damage; what was given before it still counts. */
static ptrdiff_t fail(struct wb__decompressor *decompressor, const char *reason, ptrdiff_t given)
{
    decompressor->reason = reason;
    return given > 0 ? given : -1;
}

static unsigned step_of(size_t length)
{
    return length > UINT_MAX_STEP ? UINT_MAX_STEP : (unsigned)length;
}

static ptrdiff_t decompress_gzip(struct wb__decompressor *decompressor, const uint8_t *in,
                                 size_t *in_at, size_t in_end, uint8_t *out, size_t out_length)
{
    z_stream *gzip = &decompressor->gzip;
    if (decompressor->is_complete && *in_at < in_end) {
        if (in[*in_at] != 0x1f)
            return fail(decompressor, "bytes after its end that are no gzip member", 0);
        inflateReset(gzip);
        decompressor->is_complete = false;
    }
    gzip->next_in = (z_const Bytef *)(uintptr_t)(in + *in_at);
    gzip->avail_in = step_of(in_end - *in_at);
    gzip->next_out = out;
    gzip->avail_out = step_of(out_length);
    int result = inflate(gzip, Z_NO_FLUSH);
    *in_at = (size_t)(gzip->next_in - in);
    if (result == Z_STREAM_END)
        decompressor->is_complete = true;
    else if (result != Z_OK && result != Z_BUF_ERROR)
        return fail(decompressor, gzip->msg ? gzip->msg : zError(result), gzip->next_out - out);
    return gzip->next_out - out;
}

static ptrdiff_t decompress_zstd(struct wb__decompressor *decompressor, const uint8_t *in,
                                 size_t *in_at, size_t in_end, uint8_t *out, size_t out_length)
{
    ZSTD_inBuffer from = {.src = in, .size = in_end, .pos = *in_at};
    ZSTD_outBuffer to = {.dst = out, .size = out_length};
    size_t result = ZSTD_decompressStream(decompressor->zstd, &to, &from);
    bool has_moved = from.pos != *in_at || to.pos > 0;
    *in_at = from.pos;
    if (ZSTD_isError(result))
        return fail(decompressor, ZSTD_getErrorName(result), (ptrdiff_t)to.pos);
    if (has_moved)
        decompressor->is_complete = result == 0;
    return (ptrdiff_t)to.pos;
}

ptrdiff_t wb__decompress(struct wb__decompressor *decompressor, const uint8_t *in, size_t *in_at,
                         size_t in_end, uint8_t *out, size_t out_length)
{
    if (decompressor->reason)
        return -1;
    /* Empty members and skippable frames give nothing: go on while input is taken. */
    for (;;) {
        size_t before = *in_at;
        ptrdiff_t given =
            decompressor->is_zstd
                ? decompress_zstd(decompressor, in, in_at, in_end, out, out_length)
                : decompress_gzip(decompressor, in, in_at, in_end, out, out_length);
        if (given != 0 || *in_at == before)
            return given;
    }
}

bool wb__decompressor_is_complete(const struct wb__decompressor *decompressor)
{
    return decompressor->is_complete;
}

const char *wb__decompressor_reason(const struct wb__decompressor *decompressor)
{
    return decompressor->reason;
}

const char *wb__decompressor_name(const struct wb__decompressor *decompressor)
{
    return decompressor->is_zstd ? "zstd" : "gzip";
}

void wb__decompressor_free(struct wb__decompressor *decompressor)
{
    if (!decompressor)
        return;
    if (decompressor->is_zstd)
        ZSTD_freeDStream(decompressor->zstd);
    else
        inflateEnd(&decompressor->gzip);
    free(decompressor);
}
