/* SPDX-License-Identifier: ISC
 *
 * Suspects: payload that a receiver would have dropped, as far as the capture tells. The
 * capture may have missed something, so it is kept apart from what is believed, and the
 * receiver itself has the last word: bytes that it acknowledges and that nothing else brought
 * were taken by it. Limits of their own keep suspects from the room of honest bytes.
 */
#ifndef WB_FLOW_SUSPECT_H
#define WB_FLOW_SUSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slab.h"
#include "flow/queue.h"

struct wb__half;

/* Those of one direction; of the same place the first stays. */
struct wb__suspects {
    struct wb__queue queue;
    uint8_t checks; /* that they failed: bits of 1 << enum wb_flow_check */
};

/* Those of a table. */
struct wb__suspect_store {
    struct wb__queue_memory memory; /* limits: max_suspect_per_direction and _total */
    struct wb__slab slab;           /* charged to the same budget */
    uint64_t held, used, dropped;   /* bytes so far */
};

void wb__suspects_init(struct wb__suspect_store *store, uint32_t max_per_direction,
                       uint64_t max_total, uint64_t seed);
void wb__suspects_free(struct wb__suspect_store *store);

/* Keeps the bytes of a segment that failed the check; WB_FLOW_CHECK_COUNT: that failed none, but
 * need to be vouched for. Returns how many there was no room for. */
uint32_t wb__suspect_keep(struct wb__suspect_store *store, struct wb__half *half,
                          const struct wb__chunk *chunk, unsigned check);

/* The first ones, which begin at half->next or after it, or NULL; drops what it has passed. */
const struct wb__segment *wb__suspect_first(struct wb__suspect_store *store,
                                            struct wb__half *half);

/* So many bytes of the first ones were handed on. */
void wb__suspect_use(struct wb__suspect_store *store, struct wb__half *half, uint32_t length);

/* Drops all of a direction. */
void wb__suspect_clear(struct wb__suspect_store *store, struct wb__half *half);

#endif
