/* SPDX-License-Identifier: ISC
 *
 * Memory that the worker shares with its owner, so that frames need not go through the pipe:
 *
 *     slots, of equal length, taken in turn | blocks, which files are read into
 *
 * A frame is copied into a slot, and its place goes through the pipe instead (FRAME_PLACED); the
 * data of packets that lie in a block stay there, and their place goes beside that of the rest.
 * The owner copies all of it out before it gives credit for another frame, and gives no more
 * credit than there are slots. So a slot is free when its turn comes again, and a block that is
 * given back when so many frames were placed since the last one of it.
 *
 * The owner makes the memory and seals its size. What it has copied out cannot change any
 * more, whatever is written here.
 */
#ifndef WIREBEAM_NATIVE_MEMORY_H
#define WIREBEAM_NATIVE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include <wirebeam/error.h>
#include <wirebeam/source.h>

#define MEMORY_BLOCKS_MAX 64

struct memory {
    uint8_t *bytes; /* NULL: there is none */
    uint32_t slots, slot_bytes, next;
    uint32_t block_count, block_bytes;
    struct {
        bool is_taken;
        uint64_t free_at; /* value of placed from which on the owner reads there no more */
    } blocks[MEMORY_BLOCKS_MAX];
    uint64_t placed; /* frames */
};

/* Where a frame lies, or where its data and what is before them do. */
struct place {
    struct {
        uint32_t offset, length;
    } parts[2];
    int count; /* 0: nowhere */
};

/* Maps the memory that description names: "SLOTS SLOT_BYTES BLOCKS BLOCK_BYTES PATH". Returns 0,
 * or a negative code with *error filled, and then *memory is none. */
int memory_attach(struct memory *memory, const char *description, struct wb_error *error);

/* For wb_source_options; without functions where there are no blocks. While none is free it takes
 * memory that is not shared. */
struct wb_source_memory memory_blocks(struct memory *memory);

/* Places a frame: all of it in the next slot, but for data that lie in a block. No part of a
 * place is longer than a slot. */
struct place memory_place(struct memory *memory, const struct iovec *parts, int count);

void memory_detach(struct memory *memory);

#endif
