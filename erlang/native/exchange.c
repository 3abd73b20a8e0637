/* SPDX-License-Identifier: ISC */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES     1024
#define FIRST_PIECES    8
#define WORTH_BORROWING 512 /* shorter bytes are copied, but behind others that are not */
#define SPARE_TIMES     2   /* a spare may be so many times longer than what is wanted */
#define BELIEVED_TIMES  16  /* an announced length is believed up to so many times what came */

static void account(struct worker_stats *stats, size_t bytes)
{
    stats->body_memory_bytes += bytes;
    if (stats->body_memory_bytes > stats->body_memory_peak)
        stats->body_memory_peak = stats->body_memory_bytes;
}

struct exchange *exchange_new(struct exchanges *all)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return NULL;
    exchange->all = all;
    account(all->stats, sizeof *exchange);
    return exchange;
}

static size_t least(uint64_t one, uint64_t other)
{
    return (size_t)(one < other ? one : other);
}

/* How many bytes of memory the limit of all bodies leaves to one that has held of them. */
static uint64_t left_of_total(const struct exchanges *all, size_t held)
{
    uint64_t others = all->stats->body_memory_bytes - held;
    return all->settings->max_body_total > others ? all->settings->max_body_total - others : 0;
}

/* ---- Bytes that are copied -------------------------------------------------------- */

/* What to make room for when wanted bytes are there: twice of what there was, or as much as was
 * announced. An announcement that lies costs no more than sending a part of it does. */
static size_t next_capacity(const struct body *body, size_t wanted)
{
    size_t capacity = body->capacity ? 2 * body->capacity : FIRST_BYTES;
    size_t believed = BELIEVED_TIMES * wanted;
    if (capacity < wanted)
        capacity = wanted;
    if (body->announced < wanted)
        return capacity;
    return least(body->announced, believed > capacity ? believed : capacity);
}

/* The body moves into a spare that has room for *capacity and not much more, nor beyond the
 * limit; false where there is none. */
static bool move_to_spare(struct body *body, size_t *capacity, size_t limit, struct spares *spares)
{
    uint8_t *bytes =
        spares_take(spares, *capacity, least(SPARE_TIMES * *capacity, limit), capacity);
    if (!bytes)
        return false;
    if (body->used > 0)
        memcpy(bytes, body->bytes, body->used);
    spares_give(spares, body->bytes, body->capacity);
    body->bytes = bytes;
    return true;
}

static bool move_to_new(struct body *body, size_t capacity)
{
    uint8_t *bytes = realloc(body->bytes, capacity);
    if (!bytes)
        return false;
    body->bytes = bytes;
    return true;
}

/* Room for wanted bytes, or less where the limits or the memory do not allow that. */
static void grow(struct exchanges *all, struct body *body, size_t wanted)
{
    uint64_t left = left_of_total(all, body->capacity);
    size_t capacity = next_capacity(body, wanted);
    capacity = least(least(capacity, all->settings->max_body_bytes), left);
    if (capacity <= body->capacity)
        return;
    if (!move_to_spare(body, &capacity, (size_t)least(left, SIZE_MAX), &all->spares) &&
        !move_to_new(body, capacity))
        return;
    account(all->stats, capacity - body->capacity);
    body->capacity = capacity;
}

/* What one limit or the other does not admit. */
static void leave_out(struct exchanges *all, struct body *body, size_t length)
{
    body->left_out += length;
    if (body_length(body) == all->settings->max_body_bytes)
        all->stats->body_left_out_limit += length;
    else
        all->stats->body_left_out_total += length;
}

/* Returns how many of the bytes there was memory for. */
static size_t copy(struct body *body, const uint8_t *bytes, size_t length)
{
    size_t taken = least(length, body->capacity - body->used);
    if (taken > 0)
        memcpy(body->bytes + body->used, bytes, taken);
    body->used += taken;
    return taken;
}

/* ---- Bytes that are borrowed ------------------------------------------------------ */

static void join_borrowing(struct exchange *exchange)
{
    struct exchanges *all = exchange->all;
    if (exchange->at)
        return;
    exchange->since = all->reuses;
    exchange->at = &all->borrowing;
    exchange->next = all->borrowing;
    if (exchange->next)
        exchange->next->at = &exchange->next;
    all->borrowing = exchange;
}

static void leave_borrowing(struct exchange *exchange)
{
    if (!exchange->at)
        return;
    *exchange->at = exchange->next;
    if (exchange->next)
        exchange->next->at = exchange->at;
    exchange->at = NULL;
}

static void forget_pieces(struct exchanges *all, struct body *body)
{
    all->stats->body_memory_bytes -= (size_t)body->piece_room * sizeof *body->pieces;
    free(body->pieces);
    body->pieces = NULL;
    body->piece_count = body->piece_room = 0;
    body->borrowed = 0;
}

/* Copies what is borrowed, with room for more bytes behind it. */
static void settle(struct exchanges *all, struct body *body, size_t more)
{
    size_t length = body_length(body), copied = 0;
    if (length + more > body->capacity)
        grow(all, body, length + more);
    for (int i = 0; i < body->piece_count; i++)
        copied += copy(body, body->pieces[i].iov_base, body->pieces[i].iov_len);
    size_t lost = body->borrowed - copied;
    forget_pieces(all, body);
    all->stats->body_bytes -= lost;
    leave_out(all, body, lost);
}

static bool has_piece_room(struct exchanges *all, struct body *body)
{
    if (body->piece_count < body->piece_room)
        return true;
    int room = body->piece_room ? 2 * body->piece_room : FIRST_PIECES;
    size_t more = (size_t)(room - body->piece_room) * sizeof *body->pieces;
    if (room > BODY_PIECES_MAX || more > left_of_total(all, 0))
        return false;
    struct iovec *pieces = realloc(body->pieces, (size_t)room * sizeof *pieces);
    if (!pieces)
        return false;
    account(all->stats, more);
    body->pieces = pieces;
    body->piece_room = room;
    return true;
}

static bool borrow(struct exchange *exchange, struct body *body, const uint8_t *bytes,
                   size_t length)
{
    if ((length < WORTH_BORROWING && body->piece_count == 0) ||
        !has_piece_room(exchange->all, body))
        return false;
    body->pieces[body->piece_count++] = (struct iovec){(uint8_t *)(uintptr_t)bytes, length};
    body->borrowed += length;
    join_borrowing(exchange);
    return true;
}

void exchanges_before_reuse(struct exchanges *all, bool is_all)
{
    for (struct exchange *exchange = all->borrowing, *next; exchange; exchange = next) {
        next = exchange->next;
        if (!is_all && exchange->since == all->reuses)
            continue;
        for (int side = 0; side < 2; side++)
            settle(all, &exchange->bodies[side], 0);
        leave_borrowing(exchange);
    }
    all->reuses++;
}

/* ---- Exchanges -------------------------------------------------------------------- */

void exchange_add(struct exchange *exchange, enum wb_http_side side, const uint8_t *bytes,
                  uint32_t length, bool stays, uint64_t announced)
{
    struct exchanges *all = exchange->all;
    struct body *body = &exchange->bodies[side];
    size_t room = body->left_out > 0 ? 0 : all->settings->max_body_bytes - body_length(body);
    size_t taken = least(length, room);
    body->announced = announced;
    if (taken > 0 && !(stays && borrow(exchange, body, bytes, taken))) {
        settle(all, body, taken);
        taken = copy(body, bytes, taken);
    }
    all->stats->body_bytes += taken;
    leave_out(all, body, length - taken);
}

void exchange_free(struct exchange *exchange)
{
    if (!exchange)
        return;
    struct exchanges *all = exchange->all;
    leave_borrowing(exchange);
    for (int side = 0; side < 2; side++) {
        struct body *body = &exchange->bodies[side];
        forget_pieces(all, body);
        all->stats->body_memory_bytes -= body->capacity;
        spares_give(&all->spares, body->bytes, body->capacity);
    }
    all->stats->body_memory_bytes -= sizeof *exchange;
    free(exchange);
}
