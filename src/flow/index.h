/* SPDX-License-Identifier: ISC
 *
 * The order of a queue: its segments in a list, and the same segments as a treap (Seidel
 * and Aragon, "Randomized Search Trees", 1996), so that a place is found among n of them
 * in about log n steps, whatever order they came in. The priorities are random: who sends
 * the segments cannot choose them.
 */
#ifndef WB_FLOW_INDEX_H
#define WB_FLOW_INDEX_H

#include "flow/queue.h"

/* The first segment that ends after sequence, or NULL. */
struct wb__segment *wb__index_find(const struct wb__queue *queue, uint32_t sequence);

/* Puts a segment, which overlaps no other, before place; place NULL means at the end. */
void wb__index_insert(struct wb__queue *queue, struct wb__segment *place,
                      struct wb__segment *segment);

void wb__index_remove(struct wb__queue *queue, struct wb__segment *segment);

#endif
