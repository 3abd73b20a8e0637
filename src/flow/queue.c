/* SPDX-License-Identifier: ISC */
#include "flow/queue.h"

#include <string.h>

#define SMALL_BLOCK 256
#define LARGE_BLOCK 2048

void wb__queue_memory_init(struct wb__queue_memory *memory, uint32_t max_per_queue,
                           uint64_t max_total)
{
    wb__slab_init(&memory->small, SMALL_BLOCK, NULL);
    wb__slab_init(&memory->large, LARGE_BLOCK, NULL);
    memory->budget = (struct wb__budget){.limit = max_total};
    memory->max_per_queue = max_per_queue;
}

void wb__queue_memory_free(struct wb__queue_memory *memory)
{
    wb__slab_free(&memory->small);
    wb__slab_free(&memory->large);
}

static uint32_t room_of(uint32_t cost)
{
    return cost - (uint32_t)sizeof(struct wb__segment);
}

/* An empty segment with room for length bytes, or for as many as a block holds. */
static struct wb__segment *segment_new(struct wb__queue *queue, struct wb__queue_memory *memory,
                                       uint32_t length, enum wb__queue_refusal *refusal)
{
    uint32_t cost = length <= room_of(SMALL_BLOCK) ? SMALL_BLOCK : LARGE_BLOCK;
    *refusal = WB__QUEUE_FULL;
    if (cost > memory->max_per_queue || queue->memory > memory->max_per_queue - cost)
        return NULL;
    *refusal = WB__QUEUE_NO_MEMORY;
    if (!wb__budget_take(&memory->budget, cost))
        return NULL;
    struct wb__segment *segment =
        wb__slab_take(cost == SMALL_BLOCK ? &memory->small : &memory->large);
    if (!segment) {
        wb__budget_give(&memory->budget, cost);
        return NULL;
    }
    *refusal = WB__QUEUE_TAKEN;
    segment->cost = cost;
    queue->memory += cost;
    return segment;
}

void wb__queue_release(struct wb__queue_memory *memory, struct wb__segment *segment)
{
    wb__budget_give(&memory->budget, segment->cost);
    wb__slab_give(segment->cost == SMALL_BLOCK ? &memory->small : &memory->large, segment);
}

/* Links segment in before place; place NULL means at the end. */
static void insert_before(struct wb__queue *queue, struct wb__segment *place,
                          struct wb__segment *segment)
{
    struct wb__segment *previous = place ? place->previous : queue->last;
    segment->next = place;
    segment->previous = previous;
    if (previous)
        previous->next = segment;
    else
        queue->first = segment;
    if (place)
        place->previous = segment;
    else
        queue->last = segment;
}

struct wb__segment *wb__queue_pop(struct wb__queue *queue)
{
    struct wb__segment *segment = queue->first;
    queue->first = segment->next;
    if (queue->first)
        queue->first->previous = NULL;
    else
        queue->last = NULL;
    queue->memory -= segment->cost;
    return segment;
}

void wb__queue_clear(struct wb__queue *queue, struct wb__queue_memory *memory)
{
    while (queue->first)
        wb__queue_release(memory, wb__queue_pop(queue));
}

/* Copies bytes into new segments before place: they overlap nothing. */
static void store(struct wb__queue *queue, struct wb__queue_memory *memory,
                  struct wb__segment *place, uint32_t sequence, const uint8_t *bytes,
                  uint32_t length, struct wb__queue_result *result)
{
    while (length > 0) {
        struct wb__segment *segment = segment_new(queue, memory, length, &result->refusal);
        if (!segment) {
            result->refused += length;
            return;
        }
        uint32_t part = length < room_of(segment->cost) ? length : room_of(segment->cost);
        segment->sequence = sequence;
        segment->length = part;
        memcpy(segment->bytes, bytes, part);
        insert_before(queue, place, segment);
        result->stored += part;
        sequence += part;
        bytes += part;
        length -= part;
    }
}

/* Compares the new bytes with those that are there, and lets the policy choose. */
static void overlap(uint8_t *there, const uint8_t *bytes, uint32_t length, uint32_t sequence,
                    enum wb_overlap_policy policy, struct wb__queue_result *result)
{
    if (memcmp(there, bytes, length) == 0)
        return;
    for (uint32_t i = 0; i < length; i++) {
        if (there[i] == bytes[i])
            continue;
        if (result->differing++ == 0)
            result->differing_sequence = sequence + i;
    }
    if (policy == WB_OVERLAP_LAST)
        memcpy(there, bytes, length);
}

/* The first segment that ends after sequence, or NULL. Early segments mostly belong at
 * the end of the queue, so the search goes from there. */
static struct wb__segment *find(const struct wb__queue *queue, uint32_t sequence)
{
    struct wb__segment *found = NULL;
    for (struct wb__segment *s = queue->last; s; s = s->previous) {
        if (wb__sequence_distance(sequence, s->sequence + s->length) <= 0)
            break;
        found = s;
    }
    return found;
}

struct wb__queue_result wb__queue_put(struct wb__queue *queue, struct wb__queue_memory *memory,
                                      uint32_t sequence, const uint8_t *bytes, uint32_t length,
                                      enum wb_overlap_policy policy)
{
    struct wb__queue_result result = {0};
    struct wb__segment *segment = find(queue, sequence);
    while (length > 0) {
        int32_t before = segment ? wb__sequence_distance(sequence, segment->sequence) : INT32_MAX;
        uint32_t part;
        if (before > 0) { /* a hole: as far as the next segment */
            part = (uint32_t)before < length ? (uint32_t)before : length;
            store(queue, memory, segment, sequence, bytes, part, &result);
        } else {
            uint32_t skip = (uint32_t)-before;
            part = segment->length - skip < length ? segment->length - skip : length;
            overlap(segment->bytes + skip, bytes, part, sequence, policy, &result);
            segment = segment->next;
        }
        sequence += part;
        bytes += part;
        length -= part;
    }
    return result;
}
