/* SPDX-License-Identifier: ISC */
#include "engine/handover.h"

#include <stddef.h>
#include <string.h>

#include "base/shared.h"

struct wb__handover *wb__handover_new(void)
{
    return wb__shared_new(sizeof(struct wb__handover));
}

void wb__handover_free(struct wb__handover *handover)
{
    wb__shared_free(handover, sizeof *handover);
}

static unsigned next_of(const struct wb__handover *handover)
{
    return !atomic_load_explicit(&handover->valid, memory_order_relaxed);
}

struct wb_stats *wb__handover_room(struct wb__handover *handover)
{
    return &handover->counted[next_of(handover)].stats;
}

void wb__handover_counted(struct wb__handover *handover, uint64_t number)
{
    unsigned next = next_of(handover);
    struct wb__counted *counted = &handover->counted[next];
    counted->done = number;
    atomic_store_explicit(&handover->valid, next, memory_order_release);
    handover->progress.flows = counted->stats.flow.flows_active;
    handover->progress.transactions = counted->stats.http.active;
    handover->progress.in_hand = 0;
}

void wb__handover_take_up(struct wb__handover *handover, uint64_t number, uint64_t count)
{
    handover->taken_up = number + count - 1;
    handover->progress.in_hand = count;
}

/* What a process has of something goes with it, and so does the most that it had. */
static void forget_levels(struct wb_stats *stats)
{
    struct wb_fragment_stats *fragment = &stats->fragment;
    struct wb_flow_stats *flow = &stats->flow;
    struct wb_record_stats *record = &stats->record;
    fragment->active = fragment->active_peak = 0;
    fragment->memory_bytes = fragment->memory_peak = 0;
    flow->flows_active = flow->flows_peak = 0;
    flow->buffered_bytes = flow->buffered_peak = flow->history_bytes = flow->history_peak = 0;
    flow->suspect_bytes = flow->suspect_peak = flow->memory_bytes = flow->memory_peak = 0;
    stats->http.active = stats->http.memory_bytes = stats->http.memory_peak = 0;
    record->memory_bytes = record->memory_peak = 0;
    record->decoder_memory_bytes = record->decoder_memory_peak = 0;
    record->names_memory_bytes = record->names_memory_peak = 0;
    record->quota_memory_bytes = record->quota_memory_peak = 0;
}

uint64_t wb__handover_take(struct wb__handover *handover, struct wb_stats *before)
{
    bool valid = atomic_load_explicit(&handover->valid, memory_order_acquire);
    const struct wb__counted *counted = &handover->counted[valid];
    uint64_t done = counted->done;
    uint64_t left_out = handover->taken_up > done ? handover->taken_up : done;
    if (!handover->progress.has_begun)
        return 0;
    handover->progress.has_begun = false;
    *before = counted->stats;
    before->died.processes++;
    before->died.packets += left_out - done;
    before->died.flows += before->flow.flows_active;
    before->died.transactions += before->http.active;
    forget_levels(before);
    *wb__handover_room(handover) = *before;
    wb__handover_counted(handover, left_out);
    return left_out;
}

/* Each counter in bytes from the start of *stats on. */
static void add(void *stats, const void *before, size_t bytes)
{
    uint64_t *to = stats;
    const uint64_t *from = before;
    for (size_t i = 0; i < bytes / sizeof *to; i++)
        to[i] += from[i];
}

#define ADD(stage) add(&stats->stage, &before->stage, sizeof stats->stage)

void wb__handover_add(struct wb_stats *stats, const struct wb_stats *before)
{
    ADD(decode);
    ADD(fragment);
    ADD(flow);
    ADD(http);
    ADD(died);
    add(&stats->record, &before->record, offsetof(struct wb_record_stats, first_error));
    if (before->record.first_error) {
        stats->record.first_error = before->record.first_error;
        memcpy(stats->record.first_error_text, before->record.first_error_text,
               sizeof stats->record.first_error_text);
    }
}
