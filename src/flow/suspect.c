/* SPDX-License-Identifier: ISC */
#include "flow/suspect.h"

#include "flow/table.h"

void wb__suspects_init(struct wb__suspect_store *store, uint32_t max_per_direction,
                       uint64_t max_total, uint64_t seed)
{
    wb__queue_memory_init(&store->memory, max_per_direction, max_total, seed);
    wb__slab_init(&store->slab, sizeof(struct wb__suspects), NULL);
}

void wb__suspects_free(struct wb__suspect_store *store)
{
    wb__queue_memory_free(&store->memory);
    wb__slab_free(&store->slab);
}

static struct wb__suspects *suspects_of(struct wb__suspect_store *store, struct wb__half *half)
{
    struct wb__stream *stream = wb__stream_of(half);
    if (stream->suspects)
        return stream->suspects;
    if (!wb__budget_take(&store->memory.budget, sizeof *stream->suspects))
        return NULL;
    stream->suspects = wb__slab_take(&store->slab);
    if (stream->suspects)
        *stream->suspects = (struct wb__suspects){.checks = 0};
    else
        wb__budget_give(&store->memory.budget, sizeof *stream->suspects);
    return stream->suspects;
}

uint32_t wb__suspect_keep(struct wb__suspect_store *store, struct wb__half *half,
                          const struct wb__chunk *chunk, unsigned check)
{
    struct wb__suspects *suspects = suspects_of(store, half);
    if (!suspects)
        return chunk->length;
    half->is_waited_for = true;
    wb__suspect_first(store, half);
    if (check < WB_FLOW_CHECK_COUNT)
        suspects->checks = (uint8_t)(suspects->checks | 1u << check);
    struct wb__queue_result result =
        wb__queue_put(&suspects->queue, &store->memory, chunk, WB_OVERLAP_FIRST);
    store->held += result.stored;
    return result.refused;
}

/* Takes bytes off the front of the first ones. */
static void take_front(struct wb__suspect_store *store, struct wb__queue *queue, uint32_t length)
{
    struct wb__segment *first = queue->first;
    if (length >= first->length) {
        wb__queue_release(&store->memory, wb__queue_pop(queue, &store->memory));
        return;
    }
    first->sequence += length;
    first->start = (uint16_t)(first->start + length);
    first->length -= length;
}

const struct wb__segment *wb__suspect_first(struct wb__suspect_store *store,
                                            struct wb__half *half)
{
    struct wb__suspects *suspects = wb__stream_of(half)->suspects;
    while (suspects && suspects->queue.first) {
        struct wb__segment *first = suspects->queue.first;
        int32_t passed = wb__sequence_distance(first->sequence, half->next);
        if (passed <= 0)
            return first;
        uint32_t known = (uint32_t)passed < first->length ? (uint32_t)passed : first->length;
        store->dropped += known;
        take_front(store, &suspects->queue, known);
    }
    return NULL;
}

void wb__suspect_use(struct wb__suspect_store *store, struct wb__half *half, uint32_t length)
{
    store->used += length;
    take_front(store, &wb__stream_of(half)->suspects->queue, length);
}

void wb__suspect_clear(struct wb__suspect_store *store, struct wb__half *half)
{
    struct wb__suspects *suspects = wb__stream_of(half)->suspects;
    if (!suspects)
        return;
    while (suspects->queue.first) {
        store->dropped += suspects->queue.first->length;
        take_front(store, &suspects->queue, suspects->queue.first->length);
    }
    wb__slab_give(&store->slab, suspects);
    wb__budget_give(&store->memory.budget, sizeof *suspects);
    wb__stream_of(half)->suspects = NULL;
}
