/* SPDX-License-Identifier: ISC
 *
 * The copied bytes are a queue like that of early segments, with the same blocks and the
 * same index; nothing in it ever overlaps. When it is full, the oldest bytes of the
 * direction make room; when all histories together are, the one that was not added to for
 * the longest time.
 */
#include "flow/history.h"

#include <string.h>

#include "flow/index.h"
#include "flow/table.h"

#define LARGE_BLOCK 2048      /* the room that is made before bytes are added */
#define BEHIND_MAX (1 << 29)  /* so far behind next may copied bytes be */
#define LOOKED_AT_IN_PLACE 8  /* pieces; a repetition mostly is of the last ones */

void wb__histories_init(struct wb__histories *histories, uint32_t max_per_direction,
                        uint64_t max_total, uint64_t seed)
{
    wb__queue_memory_init(&histories->memory, max_per_direction, max_total, seed);
    wb__slab_init(&histories->slab, sizeof(struct wb__history), NULL);
    wb__list_init(&histories->used);
    histories->noted = histories->settled = histories->old = histories->passes = 0;
}

void wb__histories_free(struct wb__histories *histories)
{
    wb__queue_memory_free(&histories->memory);
    wb__slab_free(&histories->slab);
}

/* --- copied bytes -------------------------------------------------------------- */

static struct wb__history *history_of(struct wb__histories *histories, struct wb__half *half)
{
    struct wb__stream *stream = wb__stream_of(half);
    if (stream->history)
        return stream->history;
    if (!wb__budget_take(&histories->memory.budget, sizeof(struct wb__history)))
        return NULL;
    struct wb__history *history = wb__slab_take(&histories->slab);
    if (!history) {
        wb__budget_give(&histories->memory.budget, sizeof *history);
        return NULL;
    }
    *history = (struct wb__history){.half = half};
    wb__list_init(&history->link);
    stream->history = history;
    return history;
}

static void history_free(struct wb__histories *histories, struct wb__history *history)
{
    wb__stream_of(history->half)->history = NULL;
    wb__queue_clear(&history->queue, &histories->memory);
    wb__list_remove(&history->link);
    wb__slab_give(&histories->slab, history);
    wb__budget_give(&histories->memory.budget, sizeof *history);
}

static void forget_first(struct wb__histories *histories, struct wb__history *history)
{
    wb__queue_release(&histories->memory, wb__queue_pop(&history->queue, &histories->memory));
}

static bool has_room_for_all(const struct wb__histories *histories)
{
    const struct wb__budget *budget = &histories->memory.budget;
    return !budget->limit || budget->used + LARGE_BLOCK + sizeof(struct wb__history) <=
                                 budget->limit;
}

/* Forgets histories, the least recently used first, until there is room; not that of half,
 * which is about to be added to. */
static void make_room_for_all(struct wb__histories *histories, const struct wb__half *half)
{
    while (!has_room_for_all(histories) && !wb__list_is_empty(&histories->used)) {
        struct wb__history *oldest =
            wb__container(histories->used.next, struct wb__history, link);
        if (oldest->half == half)
            return;
        history_free(histories, oldest);
    }
}

/* Forgets the oldest bytes of a direction until there is room for those at sequence; false
 * when those would be the oldest. */
static bool make_room(struct wb__histories *histories, struct wb__history *history,
                      uint32_t sequence)
{
    struct wb__queue *queue = &history->queue;
    uint32_t limit = histories->memory.max_per_queue;
    if (limit < LARGE_BLOCK)
        return false;
    make_room_for_all(histories, history->half);
    while (queue->memory > limit - LARGE_BLOCK || !has_room_for_all(histories)) {
        if (!queue->first || wb__sequence_distance(sequence, queue->first->sequence) > 0)
            return false;
        forget_first(histories, history);
    }
    return true;
}

void wb__history_keep(struct wb__histories *histories, struct wb__half *half, uint32_t sequence,
                      const uint8_t *bytes, uint32_t length)
{
    make_room_for_all(histories, half);
    struct wb__history *history = history_of(histories, half);
    if (!history)
        return;
    wb__list_remove(&history->link);
    wb__list_append(&histories->used, &history->link);
    while (length > 0) {
        uint32_t part = length < LARGE_BLOCK / 2 ? length : LARGE_BLOCK / 2;
        struct wb__chunk chunk = {sequence, part, bytes, sequence, sequence + part, false};
        if (!make_room(histories, history, sequence))
            return;
        wb__queue_put(&history->queue, &histories->memory, &chunk, WB_OVERLAP_FIRST);
        sequence += part;
        bytes += part;
        length -= part;
    }
}

void wb__history_skip(struct wb__histories *histories, struct wb__half *half)
{
    struct wb__history *history = wb__stream_of(half)->history;
    while (history && history->queue.first &&
           wb__sequence_distance(history->queue.first->sequence, half->next) > BEHIND_MAX)
        forget_first(histories, history);
}

/* --- noted pieces ------------------------------------------------------------- */

/* The piece of a half with that number, while it is noted, or NULL. */
static struct wb__piece *piece_at(struct wb__histories *histories, const struct wb__half *half,
                                  uint32_t number)
{
    struct wb__piece *piece = &histories->pieces[number % WB__PIECES_MAX];
    uint32_t age = histories->noted - number;
    return age < histories->noted - histories->settled && piece->half == half ? piece : NULL;
}

/* Was it noted after the piece with the number last? */
static bool is_after(const struct wb__histories *histories, uint32_t number, uint32_t last)
{
    return histories->noted - number < histories->noted - last;
}

/* Turns the chain of a half's pieces round, from the one with the number last to the oldest
 * that reaches beyond floor. Returns the oldest one's number, whose chain ends at last. */
static uint32_t turn_chain(struct wb__histories *histories, const struct wb__half *half,
                           uint32_t last, uint64_t floor)
{
    uint32_t number = wb__stream_of(half)->piece, turned = histories->settled;
    for (struct wb__piece *piece; (piece = piece_at(histories, half, number)) &&
                                  piece->offset + piece->length > floor;) {
        uint32_t previous = piece->previous;
        if (!is_after(histories, number, last)) {
            piece->previous = turned;
            turned = number;
        }
        number = previous;
    }
    return turned;
}

/* Copies what was noted of a half's stream from the offset floor on, up to the piece with the
 * number last, but not more than the limit allows. */
static void copy_pieces(struct wb__histories *histories, struct wb__half *half, uint32_t last,
                        uint64_t floor)
{
    const struct wb__stream *stream = wb__stream_of(half);
    uint64_t limit = histories->memory.max_per_queue;
    if (stream->offset > limit && floor < stream->offset - limit)
        floor = stream->offset - limit;
    uint32_t number = turn_chain(histories, half, last, floor);
    for (const struct wb__piece *piece; (piece = piece_at(histories, half, number));
         number = piece->previous) {
        uint32_t skip = floor > piece->offset ? (uint32_t)(floor - piece->offset) : 0;
        uint32_t behind = (uint32_t)(stream->offset - piece->offset) - skip;
        wb__history_keep(histories, half, half->next - behind, piece->bytes + skip,
                         piece->length - skip);
    }
}

/* The offset in the stream of the first byte that the receiver has not acknowledged. */
static uint64_t unacknowledged_of(const struct wb__half *half)
{
    const struct wb__stream *stream = wb__stream_of(half);
    if (!half->is_acknowledged)
        return 0;
    int64_t ahead = wb__sequence_distance(half->next, half->acknowledged);
    bool is_in_stream = ahead >= 0 || (uint64_t)-ahead <= stream->offset;
    return is_in_stream ? stream->offset + (uint64_t)ahead : 0;
}

/* Up to the piece with the number last. Each half once, whichever of its pieces comes first. */
static void settle(struct wb__histories *histories, uint32_t last)
{
    histories->passes++;
    for (uint32_t number = last; number != histories->settled; number--) {
        struct wb__half *half = histories->pieces[number % WB__PIECES_MAX].half;
        struct wb__stream *stream = wb__stream_of(half);
        if (stream->pass == histories->passes)
            continue;
        stream->pass = histories->passes;
        if (stream->history)
            wb__history_skip(histories, half);
        copy_pieces(histories, half, last, unacknowledged_of(half));
    }
    histories->settled = last;
}

void wb__history_before_reuse(struct wb__histories *histories, bool is_all)
{
    uint32_t last = is_all ? histories->noted : histories->old;
    if (is_after(histories, last, histories->settled))
        settle(histories, last);
    histories->old = histories->noted;
}

void wb__history_make_room(struct wb__histories *histories)
{
    settle(histories, histories->settled + WB__PIECES_MAX / 2);
}

void wb__history_drop(struct wb__histories *histories, struct wb__half *half)
{
    struct wb__stream *stream = wb__stream_of(half);
    stream->piece = histories->settled;
    if (stream->history)
        history_free(histories, stream->history);
}

/* --- comparing --------------------------------------------------------------- */

/* A piece that holds all of length bytes at offset, if it is among the last ones. */
static const struct wb__piece *find_piece(struct wb__histories *histories,
                                          const struct wb__half *half, uint64_t offset,
                                          uint32_t length)
{
    uint32_t number = wb__stream_of(half)->piece;
    for (int i = 0; i < LOOKED_AT_IN_PLACE; i++) {
        const struct wb__piece *piece = piece_at(histories, half, number);
        if (!piece)
            break;
        if (offset >= piece->offset && offset + length <= piece->offset + piece->length)
            return piece;
        number = piece->previous;
    }
    return NULL;
}

/* Returns how many bytes could not be compared. */
static uint32_t compare_copied(struct wb__difference *difference, const struct wb__history *history,
                               uint32_t sequence, const uint8_t *bytes, uint32_t length)
{
    uint32_t uncompared = 0;
    const struct wb__segment *segment =
        history ? wb__index_find(&history->queue, sequence) : NULL;
    for (uint32_t part; length > 0; sequence += part, bytes += part, length -= part) {
        int32_t before = segment ? wb__sequence_distance(sequence, segment->sequence) : INT32_MAX;
        if (before > 0) {
            part = (uint32_t)before < length ? (uint32_t)before : length;
            wb__difference_note(difference, sequence, bytes, bytes, part);
            uncompared += part;
        } else {
            uint32_t skip = (uint32_t)-before;
            part = segment->length - skip < length ? segment->length - skip : length;
            wb__difference_note(difference, sequence, wb__segment_bytes(segment) + skip, bytes,
                                part);
            segment = segment->next;
        }
    }
    return uncompared;
}

struct wb__comparison wb__history_compare(struct wb__histories *histories,
                                          struct wb__half *half, uint32_t sequence,
                                          const uint8_t *bytes, uint32_t length)
{
    struct wb__stream *stream = wb__stream_of(half);
    struct wb__difference *difference = &histories->memory.difference;
    struct wb__comparison comparison = {.uncompared = 0};
    uint32_t behind = (uint32_t)wb__sequence_distance(sequence, half->next);
    wb__difference_reset(difference);
    if (behind > stream->offset) { /* some of it was before the stream began */
        uint64_t before = behind - stream->offset;
        comparison.uncompared = before < length ? (uint32_t)before : length;
        sequence += comparison.uncompared;
        bytes += comparison.uncompared;
        length -= comparison.uncompared;
        behind -= comparison.uncompared;
    }
    if (length == 0)
        return comparison;
    uint64_t offset = stream->offset - behind;
    const struct wb__piece *piece = find_piece(histories, half, offset, length);
    if (piece) {
        wb__difference_note(difference, sequence, piece->bytes + (offset - piece->offset), bytes,
                            length);
    } else {
        copy_pieces(histories, half, histories->noted, 0);
        stream->piece = histories->settled;
        wb__difference_reset(difference);
        comparison.uncompared +=
            compare_copied(difference, stream->history, sequence, bytes, length);
    }
    if (difference->differing)
        comparison.difference = difference;
    return comparison;
}
