/* SPDX-License-Identifier: ISC
 *
 * What was handed on, for as long as a repetition may bring other bytes for the same place.
 *
 *     copied: blocks in the order of the stream      noted: pieces that lie in their packets
 *      [....][...]   (hole: acknowledged)   [..]      [......][......][......]  next
 *
 * Bytes handed on in place are only noted: for a while they stay where they are. Before they
 * go, those that the receiver has not acknowledged yet are copied, since only these can still
 * be replaced in its queue, as far as the limits allow; what is older goes first. A repetition
 * is compared with what there is of both.
 */
#ifndef WB_FLOW_HISTORY_H
#define WB_FLOW_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/slab.h"
#include "flow/queue.h"

struct wb__half;

/* The copied bytes of one direction. */
struct wb__history {
    struct wb__queue queue;
    struct wb__link link; /* in the order of their last addition */
    struct wb__half *half;
};

/* Bytes that were handed on, where they lie. Only those count that a half's chain leads to:
 * the memory of a half may be another's by now. */
struct wb__piece {
    struct wb__half *half;
    const uint8_t *bytes;
    uint64_t offset; /* in the stream */
    uint32_t length;
    uint32_t previous; /* of the same half: its number, or one that is no longer noted */
};

#define WB__PIECES_MAX 32768 /* a power of two */

/* The histories of a table. */
struct wb__histories {
    struct wb__queue_memory memory; /* limits: max_history_per_direction and _total */
    struct wb__slab slab;
    struct wb__link used; /* the one that was added to last is last */
    uint32_t noted;    /* the number of the last piece; they count on, and round */
    uint32_t settled;  /* of the last one that is gone */
    uint32_t old;      /* of the last one noted before the last wb__history_before_reuse */
    uint32_t passes;   /* how often pieces were settled */
    struct wb__piece pieces[WB__PIECES_MAX]; /* by the number's low bits */
};

void wb__histories_init(struct wb__histories *histories, uint32_t max_per_direction,
                        uint64_t max_total, uint64_t seed);
void wb__histories_free(struct wb__histories *histories);

/* Copies bytes that were handed on from sequence on, and do not stay where they are. */
void wb__history_keep(struct wb__histories *histories, struct wb__half *half, uint32_t sequence,
                      const uint8_t *bytes, uint32_t length);

/* What a comparison found. */
struct wb__comparison {
    const struct wb__difference *difference; /* or NULL; kept is what was handed on */
    uint32_t uncompared;                     /* bytes of which no other version is there */
};

/* Compares bytes that are all before half->next with what was handed on. The difference is
 * borrowed until the next call. */
struct wb__comparison wb__history_compare(struct wb__histories *histories,
                                          struct wb__half *half, uint32_t sequence,
                                          const uint8_t *bytes, uint32_t length);

/* half->next went on by more than the bytes that were noted: forgets what is too far behind
 * for sequence numbers to tell. */
void wb__history_skip(struct wb__histories *histories, struct wb__half *half);

/* Forgets all of a half. */
void wb__history_drop(struct wb__histories *histories, struct wb__half *half);

/* Before bytes that were noted are gone: all of them, or those noted before the last call. */
void wb__history_before_reuse(struct wb__histories *histories, bool is_all);

/* The same for the older half of those that are noted. */
void wb__history_make_room(struct wb__histories *histories);

/* Notes bytes that are about to be handed on, and stay where they are until
 * wb__history_before_reuse. last is the piece of the half's stream. */
static inline void wb__history_note(struct wb__histories *histories, struct wb__piece piece,
                                    uint32_t *last)
{
    if (histories->noted - histories->settled == WB__PIECES_MAX)
        wb__history_make_room(histories);
    piece.previous = *last;
    *last = ++histories->noted;
    histories->pieces[histories->noted % WB__PIECES_MAX] = piece;
}

#endif
