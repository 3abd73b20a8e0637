/* SPDX-License-Identifier: ISC
 *
 * The out-of-order queue of a Linux receiver, only as far as segments begin and end. Its
 * kernel (tcp_data_queue_ofo) has them in a red-black tree ordered by where they begin, where
 * they may overlap: what begins first hides what the next ones repeat. A new segment goes down
 * from the root. One that lies inside of a segment it meets is dropped; one that begins where
 * another ends becomes a part of that one, and looks no further. So which segments it meets,
 * and that depends on how those before have turned the tree, decides whose bytes are read.
 * Hence the same tree, turned by the same rules (Cormen et al., "Introduction to Algorithms",
 * Red-Black Trees).
 */
#ifndef WB_FLOW_OFO_H
#define WB_FLOW_OFO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/slab.h"

struct wb__ofo_node {
    struct wb__ofo_node *parent, *child[2]; /* before, after */
    uint32_t begin, end;
    bool is_red;
};

struct wb__ofo {
    struct wb__ofo_node *root, *last;
    uint32_t count;
    bool is_lost; /* there were too many: it says nothing any more */
};

/* Where trees and their nodes come from. */
struct wb__ofo_memory {
    struct wb__slab nodes, trees;
    struct wb__budget *budget;
    uint32_t max; /* segments of a tree: a receiver's memory ends, too */
};

enum wb__ofo_verdict {
    WB__OFO_PLACED,  /* it is a segment of its own */
    WB__OFO_JOINED,  /* it became a part of one before it */
    WB__OFO_DROPPED, /* it lies inside of one */
    WB__OFO_UNKNOWN, /* the tree is lost */
};

struct wb__ofo_result {
    enum wb__ofo_verdict verdict;
    uint32_t begin; /* of the segment that it is, or is a part of */
};

void wb__ofo_memory_init(struct wb__ofo_memory *memory, struct wb__budget *budget, uint32_t max);
void wb__ofo_memory_free(struct wb__ofo_memory *memory);

/* Puts a segment into the tree at *ofo, which is made where it is NULL. */
struct wb__ofo_result wb__ofo_put(struct wb__ofo **ofo, struct wb__ofo_memory *memory,
                                  uint32_t begin, uint32_t end);

/* The bytes before sequence were handed on: forgets the segments that begin there. */
void wb__ofo_pass(struct wb__ofo *ofo, struct wb__ofo_memory *memory, uint32_t sequence);

/* Frees a tree; NULL is accepted. */
void wb__ofo_free(struct wb__ofo *ofo, struct wb__ofo_memory *memory);

#endif
