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

#include <stdint.h>
#include <sys/uio.h>

#include <wirebeam/error.h>

#include "blocks.h"

struct memory {
    uint8_t *bytes; /* NULL: there is none */
    uint32_t slots, slot_bytes, next;
    struct blocks blocks; /* their clock counts frames that were placed */
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

/* Places a frame: all of it in the next slot, but for data that lie in a block. No part of a
 * place is longer than a slot. */
struct place memory_place(struct memory *memory, const struct iovec *parts, int count);

void memory_detach(struct memory *memory);

#endif
