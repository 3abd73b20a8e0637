/* SPDX-License-Identifier: ISC */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES    1024
#define SPARE_TIMES    2  /* a spare may be so many times longer than what is wanted */
#define BELIEVED_TIMES 16 /* an announced length is believed up to so many times what came */

static void account(struct worker_stats *stats, size_t bytes)
{
    stats->body_memory_bytes += bytes;
    if (stats->body_memory_bytes > stats->body_memory_peak)
        stats->body_memory_peak = stats->body_memory_bytes;
}

struct exchange *exchange_new(struct spares *spares, struct worker_stats *stats)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return NULL;
    exchange->spares = spares;
    account(stats, sizeof *exchange);
    return exchange;
}

static size_t least(uint64_t one, uint64_t other)
{
    return (size_t)(one < other ? one : other);
}

/* What to make room for when wanted bytes are there: twice of what there was, or as much as was
 * announced. An announcement that lies costs no more than sending a part of it does. */
static size_t next_capacity(const struct body *body, size_t wanted, uint64_t announced)
{
    size_t capacity = body->capacity ? 2 * body->capacity : FIRST_BYTES;
    size_t believed = BELIEVED_TIMES * wanted;
    if (capacity < wanted)
        capacity = wanted;
    if (announced < wanted)
        return capacity;
    return least(announced, believed > capacity ? believed : capacity);
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
static void grow(struct body *body, size_t wanted, uint64_t announced, struct spares *spares,
                 const struct settings *settings, struct worker_stats *stats)
{
    uint64_t held = stats->body_memory_bytes - body->capacity;
    uint64_t left = settings->max_body_total > held ? settings->max_body_total - held : 0;
    size_t capacity = next_capacity(body, wanted, announced);
    if (capacity > settings->max_body_bytes)
        capacity = settings->max_body_bytes;
    if (capacity > left)
        capacity = (size_t)left;
    if (capacity <= body->capacity)
        return;
    if (!move_to_spare(body, &capacity, (size_t)least(left, SIZE_MAX), spares) &&
        !move_to_new(body, capacity))
        return;
    account(stats, capacity - body->capacity);
    body->capacity = capacity;
}

/* How many of length bytes go into the body: all, or its first part, and then no more ever. */
static size_t admit(struct body *body, size_t length, uint64_t announced, struct spares *spares,
                    const struct settings *settings, struct worker_stats *stats)
{
    size_t room = settings->max_body_bytes - body->used;
    size_t taken = length < room ? length : room;
    if (taken > body->capacity - body->used && body->left_out == 0)
        grow(body, body->used + taken, announced, spares, settings, stats);
    if (taken > body->capacity - body->used)
        taken = body->capacity - body->used;
    size_t left_out = length - taken;
    body->left_out += left_out;
    if (body->used + taken == settings->max_body_bytes)
        stats->body_left_out_limit += left_out;
    else
        stats->body_left_out_total += left_out;
    return taken;
}

void exchange_add(struct exchange *exchange, enum wb_http_side side, const uint8_t *bytes,
                  uint32_t length, uint64_t announced, const struct settings *settings,
                  struct worker_stats *stats)
{
    struct body *body = &exchange->bodies[side];
    size_t taken = admit(body, length, announced, exchange->spares, settings, stats);
    if (taken == 0)
        return;
    memcpy(body->bytes + body->used, bytes, taken);
    body->used += taken;
    stats->body_bytes += taken;
}

void exchange_free(struct exchange *exchange, struct worker_stats *stats)
{
    if (!exchange)
        return;
    for (int side = 0; side < 2; side++) {
        struct body *body = &exchange->bodies[side];
        stats->body_memory_bytes -= body->capacity;
        spares_give(exchange->spares, body->bytes, body->capacity);
    }
    stats->body_memory_bytes -= sizeof *exchange;
    free(exchange);
}
