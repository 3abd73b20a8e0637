/* SPDX-License-Identifier: ISC
 *
 * Memory that the worker shares with its owner, so that frames need not go through the pipe:
 * slots of equal length, taken in turn. A frame is copied into a slot, and its place goes
 * through the pipe instead (FRAME_PLACED); the owner copies it out before it gives credit for
 * another one, and gives no more credit than there are slots. So a slot is free when its
 * turn comes again.
 *
 * The owner makes the memory and seals its size. What it has copied out cannot change any
 * more, whatever is written here.
 */
#ifndef WIREBEAM_NATIVE_MEMORY_H
#define WIREBEAM_NATIVE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include <wirebeam/error.h>

struct memory {
    uint8_t *bytes; /* NULL: there is none */
    uint32_t slots, slot_bytes, next;
};

/* Maps the memory that description names: "SLOTS SLOT_BYTES PATH". Returns 0, or a negative
 * code with *error filled, and then *memory is none. */
int memory_attach(struct memory *memory, const char *description, struct wb_error *error);

/* Copies a frame of length bytes into the next slot and returns its number, or -1 where it
 * does not fit into one. */
int64_t memory_place(struct memory *memory, const struct iovec *parts, int count, size_t length);

void memory_detach(struct memory *memory);

#endif
