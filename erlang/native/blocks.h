/* SPDX-License-Identifier: ISC
 *
 * Blocks of memory that a file is read into (wb_source_memory), and that whoever sends its bytes
 * on sends without a copy. One that the source gave back is free again once what was sent of it has
 * been taken up; a clock of the sender's tells, which counts what it sent:
 *
 *     free --take--> the source reads --give_back--> bytes are under way --the clock--> free
 *                        |        ^
 *                        +--------+ blocks_lend: what was read is sent
 */
#ifndef WIREBEAM_NATIVE_BLOCKS_H
#define WIREBEAM_NATIVE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/source.h>

#define BLOCKS_MAX 64

struct blocks {
    uint8_t *bytes; /* of all, one behind the other */
    uint32_t count, block_bytes;
    uint64_t now; /* the clock: set by the sender, never back */
    struct {
        bool is_taken;
        uint64_t free_at;
    } states[BLOCKS_MAX];
};

/* For wb_source_options; without functions where there are no blocks. While none is free it takes
 * memory that is none of them. */
struct wb_source_memory blocks_memory(struct blocks *blocks);

/* Whether bytes lie in a block. */
bool blocks_hold(const struct blocks *blocks, const void *bytes);

/* What lies in a block is sent, and read there before the clock comes to until. */
void blocks_lend(struct blocks *blocks, const void *bytes, uint64_t until);

#endif
