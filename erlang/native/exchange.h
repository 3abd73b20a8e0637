/* SPDX-License-Identifier: ISC
 *
 * The bodies of unfinished transactions, gathered as they come, under a limit for each and one
 * for all. What a limit leaves out is always the end of a body, and is counted.
 *
 *     [ bytes: copied | pieces: borrowed, where they lie in packets ]
 *
 * Borrowed bytes are copied only if they are about to go (exchanges_before_reuse), so those of
 * a transaction that is over soon go from its packets into a frame.
 */
#ifndef WIREBEAM_NATIVE_EXCHANGE_H
#define WIREBEAM_NATIVE_EXCHANGE_H

#include <stdbool.h>
#include <sys/uio.h>

#include <wirebeam/http.h>

#include "buffer.h"
#include "counters.h"
#include "options.h"
#include "spares.h"

#define BODY_PIECES_MAX 256 /* of one body; then they are copied */

struct body {
    uint8_t *bytes;
    size_t used, capacity;
    struct iovec *pieces;
    int piece_count, piece_room;
    size_t borrowed;    /* bytes of the pieces */
    uint64_t announced; /* its length, as its sender says; 0 where it does not */
    uint64_t left_out;
};

struct exchange {
    struct exchanges *all;
    struct exchange *next, **at; /* among those that borrow; at: NULL for another */
    uint64_t since;              /* value of reuses when it began to borrow */
    struct body bodies[2];       /* by enum wb_http_side */
};

struct exchanges {
    const struct settings *settings;
    struct worker_stats *stats;
    struct spares spares;       /* of bytes */
    struct exchange *borrowing; /* the first of them */
    uint64_t reuses;            /* calls of exchanges_before_reuse */
};

/* NULL where there is no memory. */
struct exchange *exchange_new(struct exchanges *all);

/* Bytes that stay are borrowed, others are copied. */
void exchange_add(struct exchange *exchange, enum wb_http_side side, const uint8_t *bytes,
                  uint32_t length, bool stays, uint64_t announced);

/* See wb_handlers.before_reuse. */
void exchanges_before_reuse(struct exchanges *all, bool is_all);

/* NULL is accepted. */
void exchange_free(struct exchange *exchange);

static inline size_t body_length(const struct body *body)
{
    return body->used + body->borrowed;
}

#endif
