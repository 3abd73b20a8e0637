/* SPDX-License-Identifier: ISC
 *
 * Numbered objects of one size: a table that refers to many of them needs four bytes for
 * each instead of a pointer. Pages of 32,768 objects, each page a whole number of 2 MiB
 * where the size is a multiple of 64. All of them ask the system for huge pages: with
 * thousands of objects visited in no order, walking the page tables costs as much as the
 * objects do. Objects are charged to a budget when they are taken for the first time, are
 * recycled last in, first out, and stay until the pool is freed.
 */
#ifndef WB_BASE_POOL_H
#define WB_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"

#define WB__POOL_PAGE_BITS 15

struct wb__pool {
    size_t size;               /* of an object */
    char **pages;
    uint32_t max;              /* how many objects there may be */
    uint32_t used;             /* numbers 1 to used were taken at some time */
    uint32_t free;             /* the next free one of those, or 0: linked in the first word */
    struct wb__budget *budget; /* may be NULL */
};

/* size is rounded up to a multiple of 64. Returns -1 when out of memory. */
int wb__pool_init(struct wb__pool *pool, size_t size, uint32_t max, struct wb__budget *budget);

/* The number, never 0, of an object with undefined contents, aligned to 64; 0 when all are
 * taken, or the budget or the memory is used up. */
uint32_t wb__pool_take(struct wb__pool *pool);

void wb__pool_give(struct wb__pool *pool, uint32_t number);

/* Frees all pages, whatever objects are still out. */
void wb__pool_free(struct wb__pool *pool);

static inline void *wb__pool_at(const struct wb__pool *pool, uint32_t number)
{
    uint32_t index = number - 1;
    return pool->pages[index >> WB__POOL_PAGE_BITS] +
           (index & ((1u << WB__POOL_PAGE_BITS) - 1)) * pool->size;
}

#endif
