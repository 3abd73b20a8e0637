/* SPDX-License-Identifier: ISC
 *
 * Gathering bytes (see spool.h). Copied bytes are charged to the budget; when it is
 * used up they go to the part file at once.
 */
#include "record/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OWN_FIRST 2048u
#define VECTOR_FIRST 32u

struct wb__part *wb__spool_new_part(const struct wb__spool_to *to, bool is_final,
                                    enum wb__loss *loss)
{
    struct wb__part *part = malloc(sizeof *part);
    *loss = part ? wb__part_create(to->store, part, is_final)
                 : wb__fault_note(to->store->faults, ENOMEM, to->store->path, "a file");
    if (*loss) {
        free(part);
        return NULL;
    }
    return part;
}

void wb__spool_drop_part(const struct wb__spool_to *to, struct wb__part **part)
{
    if (*part)
        wb__part_discard(to->store, *part);
    free(*part);
    *part = NULL;
}

unsigned wb__spool_vector(const struct wb__spool *spool, struct iovec *vector)
{
    unsigned count = 0;
    if (spool->own_length)
        vector[count++] = (struct iovec){spool->own, spool->own_length};
    if (spool->count)
        memcpy(vector + count, spool->vector, spool->count * sizeof *vector);
    return count + spool->count;
}

static void forget_memory(const struct wb__spool_to *to, struct wb__spool *spool)
{
    wb__budget_give(to->budget, spool->own_capacity);
    free(spool->own);
    spool->own = NULL;
    spool->own_length = spool->own_capacity = 0;
    spool->count = 0;
    spool->borrowed = 0;
}

enum wb__loss wb__spool_write(const struct wb__spool_to *to, struct wb__spool *spool, bool is_final)
{
    struct iovec vector[WB__SPOOL_VECTOR + 1];
    enum wb__loss loss = WB__LOSS_NONE;
    if (!spool->part)
        spool->part = wb__spool_new_part(to, is_final, &loss);
    if (!loss)
        loss = wb__part_append(to->store, spool->part, vector, wb__spool_vector(spool, vector));
    forget_memory(to, spool);
    return loss;
}

/* Room for more copied bytes; false when limit, budget or memory do not allow it. */
static bool make_room(const struct wb__spool_to *to, struct wb__spool *spool, size_t more,
                      size_t limit)
{
    size_t need = spool->own_length + more;
    if (need <= spool->own_capacity)
        return true;
    if (need > limit)
        return false;
    size_t capacity = spool->own_capacity ? 2 * spool->own_capacity : OWN_FIRST;
    if (capacity < need)
        capacity = need;
    size_t added = capacity - spool->own_capacity;
    if (!wb__budget_take(to->budget, added))
        return false;
    uint8_t *own = realloc(spool->own, capacity);
    if (!own) {
        wb__budget_give(to->budget, added);
        return false;
    }
    spool->own = own;
    spool->own_capacity = capacity;
    return true;
}

static void copy_own(struct wb__spool *spool, const void *bytes, size_t length)
{
    memcpy(spool->own + spool->own_length, bytes, length);
    spool->own_length += length;
}

bool wb__spool_is_large(const struct wb__spool *spool)
{
    return spool->own_length + spool->borrowed >= WB__SPOOL_HELD;
}

enum wb__loss wb__spool_settle(const struct wb__spool_to *to, struct wb__spool *spool)
{
    if (wb__spool_is_large(spool))
        return wb__spool_write(to, spool, false);
    if (!spool->count)
        return WB__LOSS_NONE;
    if (!make_room(to, spool, spool->borrowed, WB__SPOOL_HELD))
        return wb__spool_write(to, spool, false);
    for (uint32_t i = 0; i < spool->count; i++)
        copy_own(spool, spool->vector[i].iov_base, spool->vector[i].iov_len);
    spool->count = 0;
    spool->borrowed = 0;
    return WB__LOSS_NONE;
}

static enum wb__loss add_copy(const struct wb__spool_to *to, struct wb__spool *spool,
                              const uint8_t *bytes, uint32_t length)
{
    enum wb__loss loss = spool->count ? wb__spool_settle(to, spool) : WB__LOSS_NONE;
    if (loss)
        return loss;
    if (make_room(to, spool, length, WB__SPOOL_IN_BATCH)) {
        copy_own(spool, bytes, length);
        return WB__LOSS_NONE;
    }
    loss = wb__spool_write(to, spool, false);
    if (loss)
        return loss;
    struct iovec vector = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
    return wb__part_append(to->store, spool->part, &vector, 1);
}

static bool has_place(struct wb__spool *spool)
{
    if (spool->count < spool->capacity)
        return true;
    uint32_t capacity = spool->capacity ? 2 * spool->capacity : VECTOR_FIRST;
    struct iovec *vector = realloc(spool->vector, capacity * sizeof *vector);
    if (!vector)
        return false;
    spool->vector = vector;
    spool->capacity = capacity;
    return true;
}

enum wb__loss wb__spool_add(const struct wb__spool_to *to, struct wb__spool *spool,
                            const uint8_t *bytes, uint32_t length, bool borrowed)
{
    if (!borrowed)
        return add_copy(to, spool, bytes, length);
    struct iovec *last = spool->count ? &spool->vector[spool->count - 1] : NULL;
    spool->borrowed += length;
    if (last && (uint8_t *)last->iov_base + last->iov_len == bytes) {
        last->iov_len += length;
        return WB__LOSS_NONE;
    }
    if (spool->count == WB__SPOOL_VECTOR || !has_place(spool)) {
        spool->borrowed -= length;
        return add_copy(to, spool, bytes, length);
    }
    spool->vector[spool->count++] =
        (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = length};
    return WB__LOSS_NONE;
}

void wb__spool_reset(const struct wb__spool_to *to, struct wb__spool *spool)
{
    forget_memory(to, spool);
    wb__spool_drop_part(to, &spool->part);
}

void wb__spool_free(const struct wb__spool_to *to, struct wb__spool *spool)
{
    wb__spool_reset(to, spool);
    free(spool->vector);
    spool->vector = NULL;
    spool->capacity = 0;
}
