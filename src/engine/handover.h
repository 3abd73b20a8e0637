/* SPDX-License-Identifier: ISC
 *
 * What an engine whose process dies leaves to the one that is forked next: its counters up to
 * the batch that it had in its hands. The dead one may have been taken over, and the next one has
 * its rights yet when it takes this: so there are numbers and text in it, and no pointers, and any
 * of them may be wrong.
 */
#ifndef WB_ENGINE_HANDOVER_H
#define WB_ENGINE_HANDOVER_H

#include <stdatomic.h>
#include <stdbool.h>

#include <wirebeam/engine.h>

struct wb__counted {
    struct wb_stats stats;
    uint64_t done; /* number of the last packet that they hold */
};

/* In shared memory (base/shared.h). The counters are two: one is valid while the other one is
 * written, so that at every instant they and their number are of one moment. */
struct wb__handover {
    struct wb_engine_progress progress;
    uint64_t taken_up; /* number of the last packet that was taken in hand */
    struct wb__counted counted[2];
    atomic_uint valid; /* which of them */
};

struct wb__handover *wb__handover_new(void);
void wb__handover_free(struct wb__handover *handover);

/* count packets from that number on are taken in hand. */
void wb__handover_take_up(struct wb__handover *handover, uint64_t number, uint64_t count);

/* Where to write the counters next, but for those of the source ... */
struct wb_stats *wb__handover_room(struct wb__handover *handover);

/* ... which hold the packets up to that number: those are done. */
void wb__handover_counted(struct wb__handover *handover, uint64_t number);

/* In a process that was just forked: what those before it counted, to be added to its own counters;
 * those of the source go on by themselves. Returns the number of the last packet that is not to be
 * followed any more, or 0. */
uint64_t wb__handover_take(struct wb__handover *handover, struct wb_stats *before);

/* Adds what was taken. */
void wb__handover_add(struct wb_stats *stats, const struct wb_stats *before);

#endif
