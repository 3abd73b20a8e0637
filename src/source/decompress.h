/* SPDX-License-Identifier: ISC
 *
 * gzip (RFC 1952) and Zstandard (RFC 8878) as one kind of thing: bytes in, bytes out.
 * Members and frames that follow each other are one stream. Knows no files.
 */
#ifndef WB_SOURCE_DECOMPRESS_H
#define WB_SOURCE_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wb__decompressor;

/* Does a stream that begins with these bytes (four are enough) hold compressed data? */
bool wb__is_compressed(const uint8_t *bytes, size_t length);

/* A decompressor for a stream that begins so, or NULL when out of memory. */
struct wb__decompressor *wb__decompressor_new(const uint8_t *bytes, size_t length);

/* Takes from in[*in_at, in_end), moving *in_at, gives to out and returns how many bytes
 * (0: it needs more input). -1: the stream is damaged, see _reason. */
ptrdiff_t wb__decompress(struct wb__decompressor *decompressor, const uint8_t *in, size_t *in_at,
                         size_t in_end, uint8_t *out, size_t out_length);

/* May the input end here: between members or frames? */
bool wb__decompressor_is_complete(const struct wb__decompressor *decompressor);

const char *wb__decompressor_reason(const struct wb__decompressor *decompressor);
const char *wb__decompressor_name(const struct wb__decompressor *decompressor);

void wb__decompressor_free(struct wb__decompressor *decompressor); /* NULL is accepted */

#endif
