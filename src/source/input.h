/* SPDX-License-Identifier: ISC
 *
 * The bytes of a file as a moving window. [at, end) is what is in reach; a format reads
 * there and moves at. When a record reaches past end, it asks with wb__input_need.
 *
 *     one buffer    |  the batches before                                         |
 *     the other one |  earlier batches  |  this batch  |  in reach  |  room       |
 *                                                      ^at          ^end
 *
 * All goes through two buffers, a read at a time: what was read a moment ago is still in the
 * processor's cache, which a mapped file is not, and costs no faults of pages. When there is
 * no room for a whole read, the rest moves to the other buffer and what that held is gone;
 * before_reuse is called before. Memory that the user lends (wb_source_memory) is not written
 * to again: he gets it back then, and the other buffer is a new one. So wb__input_need may be called only at the start of a batch.
 */
#ifndef WB_SOURCE_INPUT_H
#define WB_SOURCE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/error.h>
#include <wirebeam/source.h>

#include "source/decompress.h"
#include "source/wake.h"

struct wb__input_buffer {
    uint8_t *bytes;
    size_t length;
};

struct wb__input {
    const uint8_t *at, *end;
    char *name; /* for messages */
    int descriptor;
    struct wb__wake wake;

    struct wb_source_memory memory;              /* the user's, or without functions */
    struct wb__input_buffer buffers[2], *buffer; /* buffer: the one in use */
    uint64_t offset;                             /* of its start in the (decompressed) file */
    void (*before_reuse)(void *context);         /* or NULL: what came before its last call goes */
    void *context;

    int64_t start;          /* where in a regular file it begins; -1: it has no place */
    int64_t size;           /* of a regular file when it was opened */
    bool is_pollable;       /* a read may wait: ask poll first */
    bool is_ended;          /* nothing more comes from the descriptor */
    struct wb__decompressor *decompressor; /* NULL when the bytes are plain */
    uint8_t *raw;                          /* bytes from the descriptor, still compressed */
    size_t raw_at, raw_end;

    struct wb_error failure; /* sticky: found while bytes before it were still to be read */
};

/* Opens options->file ("-": standard input), tells options->opened, and reads the first bytes.
 * On failure *input needs no close. */
int wb__input_open(struct wb__input *input, const struct wb_source_options *options,
                   struct wb_error *error);

/* Makes length bytes at input->at contiguous. Returns 1 when they are there; 0 when they
 * did not come in timeout_ms or the wake was rung; WB_E_END when the file ends before
 * (what there is of them is in reach); or another code with *error filled. */
int wb__input_need(struct wb__input *input, size_t length, int timeout_ms, struct wb_error *error);

/* Passes over length bytes without holding them. Returns as wb__input_need; after 0 or a
 * failure *length is what is left to skip. Same rule as for wb__input_need. */
int wb__input_skip(struct wb__input *input, uint64_t *length, int timeout_ms,
                   struct wb_error *error);

/* Begins again where _open began. */
int wb__input_rewind(struct wb__input *input, struct wb_error *error);

/* The offset of at from the file's start, after decompression. */
uint64_t wb__input_offset(const struct wb__input *input);

static inline size_t wb__input_left(const struct wb__input *input)
{
    return (size_t)(input->end - input->at);
}

void wb__input_close(struct wb__input *input);

#endif
