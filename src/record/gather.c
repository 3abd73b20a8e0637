/* SPDX-License-Identifier: ISC
 *
 * Gathering bytes (see gather.h). Copied bytes are charged to the budget; when it is
 * used up they go to the part file at once.
 */
#include "record/gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OWN_FIRST 2048u
#define VECTOR_FIRST 32u

struct wb__part *wb__gather_new_part(const struct wb__gather_to *to, enum wb__loss *loss)
{
    struct wb__part *part = malloc(sizeof *part);
    *loss = part ? wb__store_create(to->store, part)
                 : wb__fault_note(to->store->faults, ENOMEM, to->store->path, "a file");
    if (*loss) {
        free(part);
        return NULL;
    }
    return part;
}

void wb__gather_drop_part(const struct wb__gather_to *to, struct wb__part **part)
{
    if (*part)
        wb__store_discard(to->store, *part);
    free(*part);
    *part = NULL;
}

unsigned wb__gather_vector(const struct wb__gather *gather, struct iovec *vector)
{
    unsigned count = 0;
    if (gather->own_length)
        vector[count++] = (struct iovec){gather->own, gather->own_length};
    if (gather->count)
        memcpy(vector + count, gather->vector, gather->count * sizeof *vector);
    return count + gather->count;
}

static void forget_memory(const struct wb__gather_to *to, struct wb__gather *gather)
{
    wb__budget_give(to->budget, gather->own_capacity);
    free(gather->own);
    gather->own = NULL;
    gather->own_length = gather->own_capacity = 0;
    gather->count = 0;
    gather->borrowed = 0;
}

enum wb__loss wb__gather_write(const struct wb__gather_to *to, struct wb__gather *gather)
{
    struct iovec vector[WB__GATHER_VECTOR + 1];
    enum wb__loss loss = WB__LOSS_NONE;
    if (!gather->part)
        gather->part = wb__gather_new_part(to, &loss);
    if (!loss)
        loss = wb__store_append(to->store, gather->part, vector, wb__gather_vector(gather, vector));
    forget_memory(to, gather);
    return loss;
}

/* Room for more copied bytes; false when limit, budget or memory do not allow it. */
static bool make_room(const struct wb__gather_to *to, struct wb__gather *gather, size_t more,
                      size_t limit)
{
    size_t need = gather->own_length + more;
    if (need <= gather->own_capacity)
        return true;
    if (need > limit)
        return false;
    size_t capacity = gather->own_capacity ? 2 * gather->own_capacity : OWN_FIRST;
    if (capacity < need)
        capacity = need;
    size_t added = capacity - gather->own_capacity;
    if (!wb__budget_take(to->budget, added))
        return false;
    uint8_t *own = realloc(gather->own, capacity);
    if (!own) {
        wb__budget_give(to->budget, added);
        return false;
    }
    gather->own = own;
    gather->own_capacity = capacity;
    return true;
}

static void copy_own(struct wb__gather *gather, const void *bytes, size_t length)
{
    memcpy(gather->own + gather->own_length, bytes, length);
    gather->own_length += length;
}

bool wb__gather_is_large(const struct wb__gather *gather)
{
    return gather->own_length + gather->borrowed >= WB__GATHER_HELD;
}

enum wb__loss wb__gather_settle(const struct wb__gather_to *to, struct wb__gather *gather)
{
    if (wb__gather_is_large(gather))
        return wb__gather_write(to, gather);
    if (!gather->count)
        return WB__LOSS_NONE;
    if (!make_room(to, gather, gather->borrowed, WB__GATHER_HELD))
        return wb__gather_write(to, gather);
    for (uint32_t i = 0; i < gather->count; i++)
        copy_own(gather, gather->vector[i].iov_base, gather->vector[i].iov_len);
    gather->count = 0;
    gather->borrowed = 0;
    return WB__LOSS_NONE;
}

static enum wb__loss add_copy(const struct wb__gather_to *to, struct wb__gather *gather,
                              const uint8_t *bytes, uint32_t length)
{
    enum wb__loss loss = gather->count ? wb__gather_settle(to, gather) : WB__LOSS_NONE;
    if (loss)
        return loss;
    if (make_room(to, gather, length, WB__GATHER_IN_BATCH)) {
        copy_own(gather, bytes, length);
        return WB__LOSS_NONE;
    }
    loss = wb__gather_write(to, gather);
    if (loss)
        return loss;
    struct iovec vector = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
    return wb__store_append(to->store, gather->part, &vector, 1);
}

static bool has_place(struct wb__gather *gather)
{
    if (gather->count < gather->capacity)
        return true;
    uint32_t capacity = gather->capacity ? 2 * gather->capacity : VECTOR_FIRST;
    struct iovec *vector = realloc(gather->vector, capacity * sizeof *vector);
    if (!vector)
        return false;
    gather->vector = vector;
    gather->capacity = capacity;
    return true;
}

enum wb__loss wb__gather_add(const struct wb__gather_to *to, struct wb__gather *gather,
                             const uint8_t *bytes, uint32_t length, bool borrowed)
{
    if (!borrowed)
        return add_copy(to, gather, bytes, length);
    struct iovec *last = gather->count ? &gather->vector[gather->count - 1] : NULL;
    gather->borrowed += length;
    if (last && (uint8_t *)last->iov_base + last->iov_len == bytes) {
        last->iov_len += length;
        return WB__LOSS_NONE;
    }
    if (gather->count == WB__GATHER_VECTOR || !has_place(gather)) {
        gather->borrowed -= length;
        return add_copy(to, gather, bytes, length);
    }
    gather->vector[gather->count++] =
        (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
    return WB__LOSS_NONE;
}

void wb__gather_reset(const struct wb__gather_to *to, struct wb__gather *gather)
{
    forget_memory(to, gather);
    wb__gather_drop_part(to, &gather->part);
}

void wb__gather_free(const struct wb__gather_to *to, struct wb__gather *gather)
{
    wb__gather_reset(to, gather);
    free(gather->vector);
    gather->vector = NULL;
    gather->capacity = 0;
}
