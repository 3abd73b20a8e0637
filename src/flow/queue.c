/* SPDX-License-Identifier: ISC
 *
 * A new chunk is walked from left to right over what is there. Where the policy keeps the
 * new bytes, the old ones are cut out; these and the bytes that fill holes make a run,
 * which is stored as one when old bytes that stay, or the chunk's end, end it.
 */
#include "flow/queue.h"

#include <string.h>

#include "flow/index.h"
#include "flow/policy.h"

#define SMALL_BLOCK 256
#define LARGE_BLOCK 2048

/* One call of wb__queue_put. */
struct put {
    struct wb__queue *queue;
    struct wb__queue_memory *memory;
    const struct wb__chunk *chunk;
    enum wb_overlap_policy policy;
    struct wb__queue_result result;
    const uint8_t *bytes;   /* of the chunk, or what stands for its FIN */
    uint32_t sequence, end; /* of these */
    bool is_fin;
    uint32_t begin; /* of the chunk's origin, or of one before that it becomes a part of */
    uint32_t age;
    enum wb__ofo_verdict verdict; /* of Linux */
    uint32_t run;                 /* where the bytes begin that are yet to be stored */
};

void wb__queue_memory_init(struct wb__queue_memory *memory, uint32_t max_per_queue,
                           uint64_t max_total, uint64_t seed)
{
    wb__slab_init(&memory->small, SMALL_BLOCK, NULL);
    wb__slab_init(&memory->large, LARGE_BLOCK, NULL);
    wb__list_init(&memory->by_age);
    memory->budget = (struct wb__budget){.limit = max_total};
    wb__ofo_memory_init(&memory->ofo, &memory->budget, max_per_queue / SMALL_BLOCK);
    memory->max_per_queue = max_per_queue;
    memory->blocks = 0;
    memory->random = seed | 1;
    memory->is_for_fragments = false;
    wb__difference_reset(&memory->difference);
}

void wb__queue_memory_free(struct wb__queue_memory *memory)
{
    wb__slab_free(&memory->small);
    wb__slab_free(&memory->large);
    wb__ofo_memory_free(&memory->ofo);
}

/* --- blocks ------------------------------------------------------------------ */

static uint32_t room_of(uint32_t cost)
{
    return cost - (uint32_t)offsetof(struct wb__segment, data);
}

static uint32_t cost_of(uint32_t length)
{
    return length <= room_of(SMALL_BLOCK) ? SMALL_BLOCK : LARGE_BLOCK;
}

static uint32_t next_random(uint64_t *state) /* xorshift64* (Vigna, 2016) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(0x2545f4914f6cdd1d) >> 32);
}

static bool is_beyond(const struct wb__budget *budget, uint64_t cost)
{
    return budget->limit && (cost > budget->limit || budget->used > budget->limit - cost);
}

static enum wb__queue_refusal why_refused(const struct wb__queue *queue,
                                          const struct wb__queue_memory *memory, uint64_t cost)
{
    if (cost > memory->max_per_queue || queue->memory > memory->max_per_queue - cost)
        return WB__QUEUE_FULL;
    return is_beyond(&memory->budget, cost) ? WB__QUEUE_NO_MEMORY : WB__QUEUE_TAKEN;
}

/* Of a whole chunk, and of the second half of a block that it cuts in two. */
static uint64_t cost_with_cut(uint32_t length)
{
    return (uint64_t)(length / room_of(LARGE_BLOCK) + 2) * LARGE_BLOCK;
}

bool wb__queue_is_short(const struct wb__queue_memory *memory, uint32_t length)
{
    return !wb__list_is_empty(&memory->by_age) &&
           is_beyond(&memory->budget, cost_with_cut(length));
}

uint32_t wb__queue_oldest(const struct wb__queue_memory *memory)
{
    return wb__container(memory->by_age.next, struct wb__segment, by_age)->owner;
}

/* An empty block with room for length bytes, or for as many as a large one holds. */
static struct wb__segment *block_new(struct put *put, uint32_t length)
{
    struct wb__queue_memory *memory = put->memory;
    uint32_t cost = cost_of(length);
    enum wb__queue_refusal refusal = why_refused(put->queue, memory, cost);
    if (refusal != WB__QUEUE_TAKEN) {
        put->result.refusal = refusal;
        return NULL;
    }
    struct wb__segment *segment =
        wb__slab_take(cost == SMALL_BLOCK ? &memory->small : &memory->large);
    if (!segment) {
        put->result.refusal = WB__QUEUE_NO_MEMORY;
        return NULL;
    }
    wb__budget_take(&memory->budget, cost);
    put->queue->memory += cost;
    segment->cost = (uint16_t)cost;
    segment->priority = next_random(&memory->random);
    segment->owner = put->queue->owner;
    wb__list_append(&memory->by_age, &segment->by_age);
    return segment;
}

void wb__queue_release(struct wb__queue_memory *memory, struct wb__segment *segment)
{
    wb__budget_give(&memory->budget, segment->cost);
    wb__list_remove(&segment->by_age);
    wb__slab_give(segment->cost == SMALL_BLOCK ? &memory->small : &memory->large, segment);
}

static void take_out(struct wb__queue *queue, struct wb__segment *segment)
{
    wb__index_remove(queue, segment);
    queue->memory -= segment->cost;
}

static void ofo_free(struct wb__queue *queue, struct wb__queue_memory *memory)
{
    wb__ofo_free(queue->ofo, &memory->ofo);
    queue->ofo = NULL;
}

struct wb__segment *wb__queue_pop(struct wb__queue *queue, struct wb__queue_memory *memory)
{
    struct wb__segment *segment = queue->first;
    take_out(queue, segment);
    if (!queue->first)
        ofo_free(queue, memory);
    else if (queue->ofo)
        wb__ofo_pass(queue->ofo, &memory->ofo, wb__segment_end(segment));
    return segment;
}

void wb__queue_clear(struct wb__queue *queue, struct wb__queue_memory *memory)
{
    for (struct wb__segment *segment = queue->first, *next; segment; segment = next) {
        next = segment->next;
        wb__queue_release(memory, segment);
    }
    ofo_free(queue, memory);
    *queue = (struct wb__queue){0};
}

/* --- origins ----------------------------------------------------------------- */

/* Does the policy ask where bytes come from? */
static bool asks_origin(enum wb_overlap_policy policy)
{
    return policy > WB_OVERLAP_LAST;
}

/* The receiver of Linux joins a segment to the one that ends where it begins. */
static bool joins(const struct put *put)
{
    return put->policy == WB_OVERLAP_LINUX && !put->memory->is_for_fragments;
}

/* Where the origin of a segment's byte at sequence begins and ends. */
static struct wb__extent origin_at(const struct wb__segment *segment, uint32_t sequence)
{
    uint32_t units = (sequence - segment->begin) / segment->unit;
    uint32_t begin = segment->begin + units * segment->unit;
    return (struct wb__extent){begin, begin + segment->unit};
}

static bool ends_with_origin(const struct wb__segment *segment)
{
    return (wb__segment_end(segment) - segment->begin) % segment->unit == 0;
}

static bool has_one_origin(const struct wb__segment *segment)
{
    return wb__segment_end(segment) - segment->begin <= segment->unit;
}

/* Without the tree, finds the predecessor that the chunk becomes a part of: in a tree that
 * was never turned it meets the older of two neighbours first, and when that is the one that
 * ends where the chunk begins, it looks no further. */
static void join_predecessor(struct put *put)
{
    uint32_t begin = put->chunk->begin;
    struct wb__segment *after = wb__index_find(put->queue, begin);
    struct wb__segment *before = after ? after->previous : put->queue->last;
    if (!before || wb__segment_end(before) != begin || !ends_with_origin(before))
        return;
    uint32_t origin_begin = origin_at(before, begin - 1).begin;
    bool is_covered = after && wb__sequence_distance(after->sequence, begin) >= 0;
    if (is_covered && (wb__sequence_distance(before->age, after->age) < 0 ||
                       origin_at(after, begin).begin == origin_begin)) /* it goes on there */
        return;
    put->begin = origin_begin;
    put->age = before->age;
}

/* Without the tree, does a segment that begins where the chunk does reach as far? Segments that
 * were joined do not know their end in all of their blocks, but then the byte before the chunk's
 * end is theirs, or of one that began before. */
static bool is_outreached(const struct put *put)
{
    uint32_t last = put->chunk->end - 1;
    const struct wb__segment *segment = wb__index_find(put->queue, last);
    if (!segment || wb__sequence_distance(segment->sequence, last) < 0)
        return false;
    return wb__sequence_distance(put->begin, origin_at(segment, last).begin) <= 0;
}

/* What would Linux make of the chunk? One that repeats bytes handed on is not early for it. */
static void ask_linux(struct put *put)
{
    const struct wb__chunk *chunk = put->chunk;
    if (!joins(put) || chunk->begin != chunk->sequence)
        return;
    struct wb__ofo_result result =
        wb__ofo_put(&put->queue->ofo, &put->memory->ofo, chunk->begin, chunk->end);
    put->verdict = result.verdict;
    put->begin = result.begin;
    if (result.verdict == WB__OFO_UNKNOWN)
        join_predecessor(put);
}

static bool keeps_new(const struct put *put, struct wb__extent there)
{
    struct wb__extent chunk = {put->begin, put->chunk->end};
    if (joins(put) && there.begin == put->begin)
        return put->verdict == WB__OFO_UNKNOWN ? !is_outreached(put)
                                               : put->verdict != WB__OFO_DROPPED;
    return wb__policy_keeps_new(put->policy, put->memory->is_for_fragments, there, chunk);
}

/* --- storing ----------------------------------------------------------------- */

enum growth { GROWS_NOT, GROWS_UP, GROWS_DOWN };

/* A run of bytes with its place in the queue. */
struct run {
    const uint8_t *bytes;
    uint32_t sequence, length;
    struct wb__segment *place; /* what comes after it, or NULL */
};

static bool is_whole(const struct put *put, const struct run *run)
{
    return run->sequence == put->begin && run->sequence + run->length == put->chunk->end;
}

static bool may_follow(struct put *put, struct wb__segment *segment, const struct run *run)
{
    if (!segment || wb__segment_end(segment) != run->sequence || segment->has_fin)
        return false;
    if (!asks_origin(put->policy))
        return true;
    uint32_t unit = put->chunk->end - put->begin;
    if (segment->begin == put->begin && has_one_origin(segment) &&
        (segment->unit == unit || joins(put))) {
        segment->unit = unit;
        return true;
    }
    return segment->unit == unit && is_whole(put, run) && ends_with_origin(segment);
}

static bool may_precede(const struct put *put, const struct wb__segment *segment,
                        const struct run *run)
{
    if (!segment || segment->sequence != run->sequence + run->length || put->is_fin)
        return false;
    if (!asks_origin(put->policy))
        return true;
    return segment->unit == run->length && is_whole(put, run) &&
           segment->sequence == segment->begin;
}

static void move_within(struct wb__segment *segment, uint32_t start)
{
    memmove(segment->data + start, segment->data + segment->start, segment->length);
    segment->start = (uint16_t)start;
}

/* Adds as many bytes of the run as there is room for to the end of a segment. */
static void append(struct wb__segment *segment, struct run *run)
{
    uint32_t free = room_of(segment->cost) - segment->length;
    uint32_t part = run->length < free ? run->length : free;
    if (part == 0)
        return;
    if (segment->start + segment->length + part > room_of(segment->cost))
        move_within(segment, 0);
    memcpy(segment->data + segment->start + segment->length, run->bytes, part);
    segment->length += part;
    run->bytes += part;
    run->sequence += part;
    run->length -= part;
}

static bool prepend(struct wb__segment *segment, const struct run *run)
{
    uint32_t room = room_of(segment->cost);
    if (run->length > room - segment->length)
        return false;
    if (segment->start < run->length)
        move_within(segment, room - segment->length);
    segment->start = (uint16_t)(segment->start - run->length);
    memcpy(segment->data + segment->start, run->bytes, run->length);
    segment->sequence -= run->length;
    segment->length += run->length;
    segment->begin = segment->sequence;
    return true;
}

/* Stores the run in new blocks; a large one where more is likely to come. */
static void store(struct put *put, struct run *run, enum growth growth)
{
    while (run->length > 0) {
        struct wb__segment *segment =
            block_new(put, growth == GROWS_NOT ? run->length : LARGE_BLOCK);
        if (!segment) {
            put->result.refused += run->length;
            return;
        }
        uint32_t room = room_of(segment->cost);
        uint32_t part = run->length < room ? run->length : room;
        segment->sequence = run->sequence;
        segment->length = 0;
        segment->start = (uint16_t)(growth == GROWS_DOWN ? room - part : 0);
        segment->begin = put->begin;
        segment->unit = put->chunk->end - put->begin;
        segment->age = put->age;
        append(segment, run);
        segment->has_fin = put->is_fin;
        wb__index_insert(put->queue, run->place, segment);
    }
}

/* Stores the bytes from put->run to the sequence number to; place comes after them. */
static void store_run(struct put *put, uint32_t to, struct wb__segment *place)
{
    struct run run = {put->bytes + (put->run - put->sequence), put->run, to - put->run, place};
    if (run.length == 0)
        return;
    struct wb__segment *previous = place ? place->previous : put->queue->last;
    enum growth growth = GROWS_NOT;
    if (may_follow(put, previous, &run)) {
        append(previous, &run);
        previous->has_fin = put->is_fin && run.length == 0;
        growth = GROWS_UP;
    } else if (may_precede(put, place, &run)) {
        if (prepend(place, &run))
            return;
        growth = GROWS_DOWN;
    }
    store(put, &run, growth);
}

/* --- cutting ----------------------------------------------------------------- */

/* Old bytes are given up only for new ones that can surely be stored. */
static bool has_room(struct put *put)
{
    enum wb__queue_refusal refusal =
        why_refused(put->queue, put->memory, cost_with_cut(put->chunk->length));
    if (refusal != WB__QUEUE_TAKEN)
        put->result.refusal = refusal;
    return refusal == WB__QUEUE_TAKEN;
}

/* Moves what follows the sequence number to into a block of its own, which is as old. */
static void cut_in_two(struct put *put, struct wb__segment *segment, uint32_t to)
{
    uint32_t length = wb__segment_end(segment) - to;
    struct wb__segment *rest = block_new(put, length);
    if (!rest) { /* the system's memory is used up */
        put->result.refused += length;
        return;
    }
    rest->sequence = to;
    rest->length = length;
    rest->start = 0;
    rest->begin = segment->begin;
    rest->unit = segment->unit;
    rest->age = segment->age;
    rest->has_fin = segment->has_fin;
    wb__list_remove(&rest->by_age);
    wb__list_append(segment->by_age.next, &rest->by_age);
    memcpy(rest->data, segment->data + segment->start + (to - segment->sequence), length);
    wb__index_insert(put->queue, segment->next, rest);
}

/* Removes the bytes between two sequence numbers from a segment; returns what follows. */
static struct wb__segment *cut(struct put *put, struct wb__segment *segment, uint32_t from,
                               uint32_t to)
{
    struct wb__segment *next = segment->next;
    bool is_from_start = from == segment->sequence, is_to_end = to == wb__segment_end(segment);
    if (is_from_start && is_to_end) {
        take_out(put->queue, segment);
        wb__queue_release(put->memory, segment);
        return next;
    }
    if (is_from_start) {
        segment->start = (uint16_t)(segment->start + (to - from));
        segment->length -= to - from;
        segment->sequence = to;
        return segment;
    }
    if (!is_to_end)
        cut_in_two(put, segment, to);
    segment->length = from - segment->sequence;
    segment->has_fin = false;
    return segment->next;
}

/* --- overlaps ---------------------------------------------------------------- */

/* The bytes of a segment between two sequence numbers, and whether they give way. */
struct overlap {
    struct wb__segment *segment;
    uint32_t from, to;
    bool keeps_new;
};

static uint32_t earlier(uint32_t a, uint32_t b)
{
    return wb__sequence_distance(a, b) > 0 ? a : b;
}

/* The overlap at sequence, as far as the policy says the same of all its bytes. */
static struct overlap overlap_at(const struct put *put, struct wb__segment *segment,
                                 uint32_t sequence)
{
    uint32_t stop = earlier(wb__segment_end(segment), put->end);
    struct overlap overlap = {segment, sequence, stop, put->policy == WB_OVERLAP_LAST};
    if (!asks_origin(put->policy))
        return overlap;
    struct wb__extent origin = origin_at(segment, sequence);
    overlap.keeps_new = keeps_new(put, origin);
    overlap.to = earlier(origin.end, stop);
    while (overlap.to != stop) {
        origin = origin_at(segment, overlap.to);
        if (keeps_new(put, origin) != overlap.keeps_new)
            break;
        overlap.to = earlier(origin.end, stop);
    }
    return overlap;
}

/* A FIN is no byte to compare: what meets it is the same in both versions. */
static void note(struct put *put, const struct overlap *overlap)
{
    struct wb__difference *difference = &put->memory->difference;
    const struct wb__segment *segment = overlap->segment;
    const uint8_t *there = wb__segment_bytes(segment) + (overlap->from - segment->sequence);
    const uint8_t *bytes = put->bytes + (overlap->from - put->sequence);
    uint32_t length = overlap->to - overlap->from;
    bool meets_fin = segment->has_fin && overlap->to == wb__segment_end(segment);
    if (put->is_fin)
        return;
    if (meets_fin)
        length--;
    wb__difference_note(difference, overlap->from, overlap->keeps_new ? bytes : there,
                        overlap->keeps_new ? there : bytes, length);
    if (meets_fin)
        wb__difference_note(difference, overlap->to - 1, bytes + length, bytes + length, 1);
}

static void overwrite(const struct put *put, const struct overlap *overlap)
{
    struct wb__segment *segment = overlap->segment;
    memcpy(segment->data + segment->start + (overlap->from - segment->sequence),
           put->bytes + (overlap->from - put->sequence), overlap->to - overlap->from);
    if (overlap->to == wb__segment_end(segment))
        segment->has_fin = false;
}

/* Lets the policy choose; returns the segment in which, or before which, the chunk goes
 * on. */
static struct wb__segment *settle(struct put *put, struct overlap *overlap)
{
    struct wb__segment *segment = overlap->segment;
    bool cuts = overlap->keeps_new && (asks_origin(put->policy) || put->is_fin);
    if (cuts && !has_room(put)) {
        put->result.refused += overlap->to - overlap->from;
        overlap->keeps_new = cuts = false;
    }
    note(put, overlap);
    if (cuts) {
        if (origin_at(segment, overlap->from).begin == put->begin)
            put->age = segment->age; /* it takes the old one's place */
        return cut(put, segment, overlap->from, overlap->to);
    }
    store_run(put, overlap->from, segment);
    put->run = overlap->to;
    if (overlap->keeps_new)
        overwrite(put, overlap);
    return overlap->to == wb__segment_end(segment) ? segment->next : segment;
}

/* Bytes that nobody brought before are the same in both versions. */
static void pass_hole(struct put *put, uint32_t from, uint32_t to)
{
    const uint8_t *bytes = put->bytes + (from - put->sequence);
    if (put->is_fin)
        return;
    put->result.stored += to - from;
    wb__difference_note(&put->memory->difference, from, bytes, bytes, to - from);
}

static void walk(struct put *put)
{
    uint32_t at = put->run = put->sequence;
    struct wb__segment *segment = wb__index_find(put->queue, at);
    while (at != put->end) {
        if (segment && wb__sequence_distance(at, segment->sequence) <= 0) {
            struct overlap overlap = overlap_at(put, segment, at);
            segment = settle(put, &overlap);
            at = overlap.to;
        } else {
            uint32_t to = segment ? earlier(segment->sequence, put->end) : put->end;
            pass_hole(put, at, to);
            at = to;
        }
    }
    store_run(put, put->end, segment);
}

static void walk_fin(struct put *put)
{
    static const uint8_t fin[1];
    put->bytes = fin;
    put->sequence = put->chunk->end - 1;
    put->end = put->chunk->end;
    put->is_fin = true;
    walk(put);
}

struct wb__queue_result wb__queue_put(struct wb__queue *queue, struct wb__queue_memory *memory,
                                      const struct wb__chunk *chunk, enum wb_overlap_policy policy)
{
    struct put put = {.queue = queue,
                      .memory = memory,
                      .chunk = chunk,
                      .policy = policy,
                      .bytes = chunk->bytes,
                      .sequence = chunk->sequence,
                      .end = chunk->sequence + chunk->length,
                      .begin = chunk->begin,
                      .age = memory->blocks++};
    wb__difference_reset(&memory->difference);
    ask_linux(&put);
    walk(&put);
    if (chunk->has_fin)
        walk_fin(&put);
    if (!queue->first) /* all was refused */
        ofo_free(queue, memory);
    struct wb__queue_result *result = &put.result;
    result->stored -= result->refused < result->stored ? result->refused : result->stored;
    if (memory->difference.differing)
        result->difference = &memory->difference;
    return *result;
}
