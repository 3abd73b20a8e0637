/* SPDX-License-Identifier: ISC
 *
 * The bytes of a file as a moving window. [at, end) is what is in reach; a format reads
 * there and moves at. When a record reaches past end, it asks with wb__input_need.
 *
 *     file    ....released....|  earlier  | this batch |  in reach  |......
 *                             ^released                ^at          ^end
 *
 * A regular file is mapped and the window slides over the map: pages are released
 * behind, so that memory does not grow with the file. A pipe and a compressed file go
 * through one buffer, whose rest moves to its front.
 * Therefore wb__input_need makes earlier bytes invalid: it may be called only at the
 * start of a batch, when nothing borrowed is out.
 */
#ifndef WB_SOURCE_INPUT_H
#define WB_SOURCE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/error.h>

#include "source/decompress.h"
#include "source/wake.h"

struct wb__input {
    const uint8_t *at, *end;
    char *name; /* for messages */
    int descriptor;
    struct wb__wake wake;

    /* Mapped. */
    uint8_t *map;
    size_t map_length;
    size_t released; /* bytes at the map's start whose pages were given back */

    /* Through a buffer. */
    uint8_t *buffer;
    size_t buffer_length;
    uint64_t buffer_offset; /* of buffer[0] in the (decompressed) file */
    bool is_pollable;       /* a read may wait: ask poll first */
    bool is_ended;          /* nothing more comes from the descriptor */
    struct wb__decompressor *decompressor; /* NULL when the bytes are plain */
    uint8_t *raw;                          /* bytes from the descriptor, still compressed */
    size_t raw_at, raw_end;

    struct wb_error failure; /* sticky: found while bytes before it were still to be read */
};

/* Opens the file path ("-": standard input). On failure *input needs no close. */
int wb__input_open(struct wb__input *input, const char *path, struct wb_error *error);

/* Makes length bytes at input->at contiguous. Returns 1 when they are there; 0 when they
 * did not come in timeout_ms or the wake was rung; WB_E_END when the file ends before
 * (what there is of them is in reach); or another code with *error filled. */
int wb__input_need(struct wb__input *input, size_t length, int timeout_ms, struct wb_error *error);

/* Passes over length bytes without holding them. Returns as wb__input_need; after 0 or a
 * failure *length is what is left to skip. Same rule as for wb__input_need. */
int wb__input_skip(struct wb__input *input, uint64_t *length, int timeout_ms,
                   struct wb_error *error);

/* Where the file ends at this moment, if it is mapped and shorter than the window in reach;
 * else NULL. */
const uint8_t *wb__input_shrunk_end(struct wb__input *input);

/* The offset of at from the file's start, after decompression. */
uint64_t wb__input_offset(const struct wb__input *input);

/* Asks the processor for the lines of cache from *ahead to PREFETCH_BYTES beyond at, and
 * moves *ahead. Walking record headers alone waits for memory at every record, because
 * the next address lies in the last header; reading all lines in order does not, and is
 * faster by half (measured; so is faulting pages in as they come, against populating
 * them in one call). */
static inline void wb__input_prefetch(const uint8_t **ahead, const uint8_t *at,
                                      const uint8_t *end)
{
    enum { LINE_BYTES = 64, PREFETCH_BYTES = 8192 };
    const uint8_t *to = end - at > PREFETCH_BYTES ? at + PREFETCH_BYTES : end;
    for (; *ahead < to; *ahead += LINE_BYTES)
        __builtin_prefetch(*ahead);
}

static inline size_t wb__input_left(const struct wb__input *input)
{
    return (size_t)(input->end - input->at);
}

void wb__input_close(struct wb__input *input);

#endif
