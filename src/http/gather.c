/* SPDX-License-Identifier: ISC
 *
 * A buffer that doubles, charged to the budget of the stage. It is used only where a
 * head is split between packets, and lives no longer than that.
 */
#include "http/gather.h"

#include <stdlib.h>
#include <string.h>

#define USUAL_CAPACITY 2048

void wb__gather_memory_init(struct wb__gather_memory *memory, struct wb__budget *budget)
{
    memory->budget = budget;
    wb__shelf_init(&memory->usual, USUAL_CAPACITY, budget);
}

void wb__gather_memory_free(struct wb__gather_memory *memory)
{
    wb__shelf_free(&memory->usual);
}

static void give(struct wb__gather *gather, struct wb__gather_memory *memory)
{
    if (gather->capacity <= USUAL_CAPACITY) {
        wb__shelf_give(&memory->usual, gather->bytes);
        return;
    }
    wb__budget_give(memory->budget, gather->capacity);
    free(gather->bytes);
}

static uint8_t *take_long(struct wb__gather_memory *memory, uint64_t capacity)
{
    if (capacity > UINT32_MAX || !wb__budget_take(memory->budget, capacity))
        return NULL;
    uint8_t *bytes = malloc(capacity);
    if (!bytes)
        wb__budget_give(memory->budget, capacity);
    return bytes;
}

static bool grow(struct wb__gather *gather, struct wb__gather_memory *memory, uint32_t needed)
{
    uint64_t capacity = USUAL_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    uint8_t *bytes = capacity == USUAL_CAPACITY ? wb__shelf_take(&memory->usual)
                                                : take_long(memory, capacity);
    if (!bytes)
        return false;
    if (gather->length)
        memcpy(bytes, gather->bytes, gather->length);
    give(gather, memory);
    gather->bytes = bytes;
    gather->capacity = (uint32_t)capacity;
    return true;
}

/* The line that was just finished: CR LF, or LF (RFC 9112, 2.2). */
static bool is_empty_line(const uint8_t *line, uint32_t length)
{
    return length == 1 || (length == 2 && line[0] == '\r');
}

enum wb__gather_result wb__gather_line(struct wb__gather *gather,
                                       struct wb__gather_memory *memory, uint32_t limit,
                                       const uint8_t *bytes, uint32_t length, uint32_t *taken)
{
    *taken = 0;
    const uint8_t *newline = memchr(bytes, '\n', length);
    uint32_t more = newline ? (uint32_t)(newline - bytes) + 1 : length;
    uint32_t room = limit - gather->length;
    bool is_over = more > room;
    if (is_over)
        more = room;
    if (gather->length + more > gather->capacity && !grow(gather, memory, gather->length + more))
        return WB__GATHER_NO_MEMORY;
    memcpy(gather->bytes + gather->length, bytes, more);
    gather->length += more;
    *taken = more;
    if (is_over)
        return WB__GATHER_LIMIT;
    if (!newline)
        return WB__GATHER_MORE;
    uint32_t line_at = gather->line_at;
    gather->line_at = gather->length;
    bool is_empty = is_empty_line(gather->bytes + line_at, gather->length - line_at);
    return is_empty ? WB__GATHER_EMPTY_LINE : WB__GATHER_LINE;
}

void wb__gather_drop(struct wb__gather *gather, uint32_t length)
{
    if (!length)
        return;
    gather->length -= length;
    gather->line_at -= gather->line_at < length ? gather->line_at : length;
    memmove(gather->bytes, gather->bytes + length, gather->length);
}

void wb__gather_clear(struct wb__gather *gather, struct wb__gather_memory *memory)
{
    give(gather, memory);
    *gather = (struct wb__gather){0};
}
