/* SPDX-License-Identifier: ISC
 *
 * The queue of one direction: bytes that came before their turn, in order of sequence
 * number, never overlapping. Where a new segment overlaps what is there, the policy
 * says whose bytes stay, and the bytes that differ are counted.
 *
 *     next            first                  last
 *      |   (a hole)    [......][...]  (hole)  [....]
 *
 * Sequence numbers are compared by their distance (RFC 9293, 3.4), so the queue may
 * span the wrap-around; it never spans 2^31, which the window check sees to.
 */
#ifndef WB_FLOW_QUEUE_H
#define WB_FLOW_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/flow.h>

#include "base/budget.h"
#include "base/slab.h"

struct wb__segment {
    struct wb__segment *next, *previous;
    uint32_t sequence, length;
    uint32_t cost; /* of memory, in bytes */
    uint8_t bytes[];
};

struct wb__queue {
    struct wb__segment *first, *last;
    uint32_t memory; /* cost of all its segments */
};

/* The memory of all queues of a table: segments in two sizes of block. */
struct wb__queue_memory {
    struct wb__slab small, large;
    struct wb__budget budget; /* limit: max_buffer_total */
    uint32_t max_per_queue;   /* max_buffer_per_direction */
};

enum wb__queue_refusal {
    WB__QUEUE_TAKEN = 0,
    WB__QUEUE_FULL,      /* max_buffer_per_direction */
    WB__QUEUE_NO_MEMORY, /* max_buffer_total, or the system's memory */
};

/* What became of the bytes given to wb__queue_put. */
struct wb__queue_result {
    uint32_t stored;    /* bytes that were new */
    uint32_t differing; /* bytes that overlapped and were not the same */
    uint32_t differing_sequence; /* where the first of those is */
    uint32_t refused;   /* bytes for which there was no room */
    enum wb__queue_refusal refusal;
};

void wb__queue_memory_init(struct wb__queue_memory *memory, uint32_t max_per_queue,
                           uint64_t max_total);
void wb__queue_memory_free(struct wb__queue_memory *memory);

/* Copies length bytes for sequence into the queue. */
struct wb__queue_result wb__queue_put(struct wb__queue *queue, struct wb__queue_memory *memory,
                                      uint32_t sequence, const uint8_t *bytes, uint32_t length,
                                      enum wb_overlap_policy policy);

/* Takes the first segment off and returns it; to be given to wb__queue_release. */
struct wb__segment *wb__queue_pop(struct wb__queue *queue);
void wb__queue_release(struct wb__queue_memory *memory, struct wb__segment *segment);

/* Releases all segments. */
void wb__queue_clear(struct wb__queue *queue, struct wb__queue_memory *memory);

/* How far b is after a; negative when before. */
static inline int32_t wb__sequence_distance(uint32_t a, uint32_t b)
{
    return (int32_t)(b - a);
}

#endif
