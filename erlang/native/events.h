/* SPDX-License-Identifier: ISC
 *
 * What the engine tells, into frames: its handlers put events into one buffer, and hand
 * packets to a batch. Both go out when they are full, and after each step.
 */
#ifndef WIREBEAM_NATIVE_EVENTS_H
#define WIREBEAM_NATIVE_EVENTS_H

#include <wirebeam/engine.h>

#include "batch.h"
#include "buffer.h"
#include "counters.h"
#include "exchange.h"
#include "options.h"

/* In a frame: each with a part of the buffer before it, and one behind the last. */
#define HELD_MAX ((FRAME_PARTS_MAX - 1) / 2)

/* Bytes that go into the frame where they lie. */
struct held {
    size_t before; /* bytes of the buffer before them */
    uint8_t *bytes;
    size_t length, capacity; /* capacity: of memory to give back; 0: they are borrowed */
};

struct events {
    struct worker *worker;
    const struct wb_engine *engine; /* whose handlers these are; set once it is open */
    const struct settings *settings;
    struct batch batch;
    struct buffer buffer; /* a frame of EVENTS but for what is held, or nothing */
    struct held held[HELD_MAX];
    int held_count;
    size_t held_bytes, held_of_event; /* in the frame; in the event that is begun */
    struct exchanges exchanges;
    struct worker_stats *stats;
};

/* Begins with nothing, and puts into options the handlers for what settings say is to be
 * delivered, their context, and what they need. False where there is no memory. */
bool events_start(struct events *events, struct worker *worker, const struct settings *settings,
                  struct worker_stats *stats, struct wb_engine_options *options);

void events_put_stats(struct events *events, const struct wb_stats *stats);
void events_put_lost(struct events *events, uint64_t ring, uint64_t interface);

/* The body of an EVENT_STATS, which is also what STATS is answered by. */
void stats_put(struct buffer *buffer, const struct wb_stats *stats, const struct worker_stats *own);

/* Sends what there is. */
void events_flush(struct events *events);

void events_free(struct events *events);

#endif
