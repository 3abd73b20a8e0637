/* SPDX-License-Identifier: ISC */
#include "blocks.h"

#include <stdlib.h>

/* The number of the block where the bytes begin, or more than there are. */
static uint32_t block_of(const struct blocks *blocks, const void *bytes)
{
    uintptr_t offset = (uintptr_t)bytes - (uintptr_t)blocks->bytes;
    return offset < (size_t)blocks->count * blocks->block_bytes
               ? (uint32_t)(offset / blocks->block_bytes)
               : blocks->count;
}

static void *take(void *context, size_t length)
{
    struct blocks *blocks = context;
    for (uint32_t i = 0; i < blocks->count && length <= blocks->block_bytes; i++) {
        if (blocks->states[i].is_taken || blocks->now < blocks->states[i].free_at)
            continue;
        blocks->states[i].is_taken = true;
        return blocks->bytes + (size_t)i * blocks->block_bytes;
    }
    return malloc(length);
}

static void give_back(void *context, void *bytes, size_t length)
{
    struct blocks *blocks = context;
    uint32_t block = block_of(blocks, bytes);
    (void)length;
    if (block < blocks->count)
        blocks->states[block].is_taken = false;
    else
        free(bytes);
}

struct wb_source_memory blocks_memory(struct blocks *blocks)
{
    if (blocks->count == 0)
        return (struct wb_source_memory){0};
    return (struct wb_source_memory){.take = take, .give_back = give_back, .context = blocks};
}

bool blocks_hold(const struct blocks *blocks, const void *bytes)
{
    return block_of(blocks, bytes) < blocks->count;
}

void blocks_lend(struct blocks *blocks, const void *bytes, uint64_t until)
{
    blocks->states[block_of(blocks, bytes)].free_at = until;
}
