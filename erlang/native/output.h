/* SPDX-License-Identifier: ISC
 *
 * The pipe that frames leave by, each behind its length. What was read into the output's own blocks
 * goes into the pipe as it lies: the owner's read(2) copies it out of there, nobody else does.
 */
#ifndef WIREBEAM_NATIVE_OUTPUT_H
#define WIREBEAM_NATIVE_OUTPUT_H

#include <stdint.h>
#include <sys/uio.h>

#include <wirebeam/source.h>

#include "blocks.h"
#include "worker.h"

struct output {
    int descriptor;
    int owner;            /* a descriptor that hangs up when nobody reads any more */
    uint64_t sent;        /* bytes */
    struct blocks blocks; /* their clock counts bytes that were read from the pipe */
};

/* The descriptor never blocks from now on: the owner is to be watched while it is full. */
void output_begin(struct output *output, int descriptor, int owner);

/* For wb_source_options: blocks that are made when they are first asked for; without functions
 * where there can be none. */
struct wb_source_memory output_memory(struct output *output);

/* Sends a frame whole, waiting for room. SENT_LENT: some of it as it lies in a block. */
enum sent output_send(struct output *output, const struct iovec *parts, int count);

void output_end(struct output *output);

#endif
