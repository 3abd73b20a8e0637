/* SPDX-License-Identifier: ISC */
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/huge.h"

#define ALIGNMENT 64
#define PAGE_OBJECTS (1u << WB__POOL_PAGE_BITS)

int wb__pool_init(struct wb__pool *pool, size_t size, uint32_t max, struct wb__budget *budget)
{
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    *pool = (struct wb__pool){.size = size, .max = max, .budget = budget};
    pool->pages = calloc((max >> WB__POOL_PAGE_BITS) + 1, sizeof *pool->pages);
    return pool->pages ? 0 : -1;
}

/* No more than all objects that there may be. */
static size_t page_bytes(const struct wb__pool *pool)
{
    return (pool->max < PAGE_OBJECTS ? pool->max : PAGE_OBJECTS) * pool->size;
}

/* A number that was never taken before. */
static uint32_t take_fresh(struct wb__pool *pool)
{
    if (pool->used >= pool->max || (pool->budget && !wb__budget_take(pool->budget, pool->size)))
        return 0;
    char **page = &pool->pages[pool->used >> WB__POOL_PAGE_BITS];
    if (!*page)
        *page = wb__huge_new(page_bytes(pool));
    if (*page)
        return ++pool->used;
    if (pool->budget)
        wb__budget_give(pool->budget, pool->size);
    return 0;
}

uint32_t wb__pool_take(struct wb__pool *pool)
{
    uint32_t number = pool->free;
    if (number == 0)
        return take_fresh(pool);
    memcpy(&pool->free, wb__pool_at(pool, number), sizeof pool->free);
    return number;
}

void wb__pool_give(struct wb__pool *pool, uint32_t number)
{
    memcpy(wb__pool_at(pool, number), &pool->free, sizeof pool->free);
    pool->free = number;
}

void wb__pool_free(struct wb__pool *pool)
{
    if (!pool->pages)
        return;
    for (uint32_t i = 0; i <= pool->max >> WB__POOL_PAGE_BITS; i++)
        wb__huge_free(pool->pages[i], page_bytes(pool));
    if (pool->budget)
        wb__budget_give(pool->budget, (uint64_t)pool->used * pool->size);
    free(pool->pages);
    pool->pages = NULL;
    pool->used = pool->free = 0;
}
