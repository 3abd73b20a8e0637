/* SPDX-License-Identifier: ISC
 *
 * The queue of one direction, or of one datagram: bytes that came before their turn, in
 * order of sequence number, never overlapping. Where a new segment overlaps what is there,
 * the policy says whose bytes stay; the bytes that differ are counted, and both versions
 * shown.
 *
 *     next            first                  last
 *      |   (a hole)    [......][...]  (hole)  [....]
 *
 * It serves two users. For TCP, "sequence" is a sequence number and a segment is a TCP
 * segment; for IP fragments it is a position in the datagram (which begins at 0) and a
 * segment is a fragment. Sequence numbers are compared by their distance (RFC 9293, 3.4),
 * so a queue may span the wrap-around; it must never span 2^31: the user sees to that.
 *
 * The policies compare where segments began and ended as they were sent, so each byte must
 * know that of the segment that brought it, its origin. A block of memory holds
 *
 *     |<-- start -->[ sequence ......... length )        |
 *                     ^ begin + k * unit: where origins begin
 *
 * bytes of origins that all have one length, the unit, and follow each other without a hole
 * from begin on; mostly there is one origin. So a million segments of one byte each share
 * their blocks, in whichever direction they come. Under FIRST and LAST nothing is compared,
 * and all that is adjacent shares blocks.
 *
 * A FIN has a place in the order like a byte (RFC 9293, 3.4), which is the last one of its
 * segment; so a FIN may be cut out by bytes that the policy prefers, and is always the last of
 * its block.
 */
#ifndef WB_FLOW_QUEUE_H
#define WB_FLOW_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/flow.h>

#include "base/budget.h"
#include "base/list.h"
#include "base/slab.h"
#include "flow/ofo.h"

struct wb__segment {
    struct wb__segment *next, *previous; /* in order of sequence */
    struct wb__segment *left, *right;    /* of the index */
    struct wb__link by_age;              /* in the memory: when its oldest bytes came */
    uint32_t sequence, length;           /* with the FIN */
    uint32_t begin, unit;                /* the origins; not kept up under FIRST and LAST */
    uint32_t age;                        /* a count of blocks: which of two came first */
    uint32_t priority;                   /* in the index */
    uint32_t owner;                      /* of its queue */
    uint16_t cost;                       /* of memory, in bytes */
    uint16_t start;                      /* of the bytes in data */
    bool has_fin;                        /* in place of the last byte */
    uint8_t data[];
};

struct wb__queue {
    struct wb__segment *first, *last, *root;
    struct wb__ofo *ofo; /* under LINUX, what its receiver holds; or NULL */
    uint32_t memory;     /* cost of all its segments */
    uint32_t owner;      /* what the user calls it, for wb__queue_oldest */
};

/* Two versions of the same bytes, from the first to the last that differs; what lies
 * between and does not differ is the same in both. */
struct wb__difference {
    uint32_t differing; /* bytes; 0: no difference */
    uint32_t sequence;  /* of the first */
    uint32_t length;    /* from the first to the last */
    uint32_t shown;     /* of these: at kept and rejected */
    uint32_t noted;     /* bytes written there so far, among them some after the last */
    uint8_t kept[WB_FLOW_DIFFERENCE_MAX], rejected[WB_FLOW_DIFFERENCE_MAX];
};

/* The memory of all queues of a table: segments in two sizes of block. */
struct wb__queue_memory {
    struct wb__slab small, large;
    struct wb__link by_age;   /* all segments, the oldest first */
    struct wb__budget budget; /* limit: max_buffer_total */
    uint32_t max_per_queue;   /* max_buffer_per_direction */
    uint32_t blocks;          /* ever taken: the age of the next */
    uint64_t random;          /* the state that priorities come from */
    struct wb__ofo_memory ofo;
    bool is_for_fragments; /* which rules WINDOWS, SOLARIS and LINUX stand for */
    struct wb__difference difference;
};

enum wb__queue_refusal {
    WB__QUEUE_TAKEN = 0,
    WB__QUEUE_FULL,      /* max_buffer_per_direction */
    WB__QUEUE_NO_MEMORY, /* max_buffer_total, or the system's memory */
};

/* A segment, or the part of it that is to be put into a queue. */
struct wb__chunk {
    uint32_t sequence; /* of the first byte at bytes */
    uint32_t length;   /* at bytes; may be 0 with a FIN */
    const uint8_t *bytes;
    uint32_t begin, end; /* of the whole segment as it was sent: around that part */
    bool has_fin;        /* at end - 1, which bytes do not reach */
};

/* What became of a chunk. */
struct wb__queue_result {
    uint32_t stored;  /* bytes that were new */
    uint32_t refused; /* bytes for which there was no room, not even in place of others */
    enum wb__queue_refusal refusal;
    /* Bytes that overlapped and were not the same; NULL when there are none. Borrowed from
     * the memory until the next call for any of its queues. */
    const struct wb__difference *difference;
};

/* seed: random, unknown to who sends the segments. */
void wb__queue_memory_init(struct wb__queue_memory *memory, uint32_t max_per_queue,
                           uint64_t max_total, uint64_t seed);
void wb__queue_memory_free(struct wb__queue_memory *memory);

/* Copies a chunk into the queue, as far as the policy wants its bytes. Takes about
 * log n + its length steps. A policy of 0 (the default) counts as FIRST. */
struct wb__queue_result wb__queue_put(struct wb__queue *queue, struct wb__queue_memory *memory,
                                      const struct wb__chunk *chunk, enum wb_overlap_policy policy);

/* May a chunk of that length be refused for want of memory? Asked before it is put where
 * others can be made to do without. */
bool wb__queue_is_short(const struct wb__queue_memory *memory, uint32_t length);

/* The owner of the queue that holds the oldest bytes; there must be some. */
uint32_t wb__queue_oldest(const struct wb__queue_memory *memory);

/* Takes the first segment off and returns it; to be given to wb__queue_release. */
struct wb__segment *wb__queue_pop(struct wb__queue *queue, struct wb__queue_memory *memory);
void wb__queue_release(struct wb__queue_memory *memory, struct wb__segment *segment);

/* Releases all segments. */
void wb__queue_clear(struct wb__queue *queue, struct wb__queue_memory *memory);

/* Compares two versions of the same bytes, and adds what differs to the difference; chunks
 * of one segment come in order. length bytes that are the same in both (a hole) may be
 * noted with kept == rejected. */
void wb__difference_note(struct wb__difference *difference, uint32_t sequence, const uint8_t *kept,
                         const uint8_t *rejected, uint32_t length);

/* Forgets the last difference. */
void wb__difference_reset(struct wb__difference *difference);

/* How far b is after a; negative when before. */
static inline int32_t wb__sequence_distance(uint32_t a, uint32_t b)
{
    return (int32_t)(b - a);
}

static inline const uint8_t *wb__segment_bytes(const struct wb__segment *segment)
{
    return segment->data + segment->start;
}

/* Bytes, without the FIN. */
static inline uint32_t wb__segment_byte_count(const struct wb__segment *segment)
{
    return segment->length - segment->has_fin;
}

static inline uint32_t wb__segment_end(const struct wb__segment *segment)
{
    return segment->sequence + segment->length;
}

#endif
