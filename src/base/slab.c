/* SPDX-License-Identifier: ISC */
#include "base/slab.h"

#include <assert.h>
#include <stdlib.h>

#define PAGE_BYTES 65536
#define PAGE_HEADER 16 /* the link to the next page, and alignment */

void wb__slab_init(struct wb__slab *slab, size_t size, struct wb__budget *budget)
{
    size = (size + 15) & ~(size_t)15;
    assert(size > 0 && size <= PAGE_BYTES - PAGE_HEADER);
    *slab = (struct wb__slab){.size = size, .budget = budget};
}

static void *next_of(void *object)
{
    return *(void **)object;
}

static void set_next(void *object, void *next)
{
    *(void **)object = next;
}

/* Cuts a new page into free objects, the first of them first in the list. */
static int grow(struct wb__slab *slab)
{
    if (slab->budget && !wb__budget_take(slab->budget, PAGE_BYTES))
        return -1;
    char *page = aligned_alloc(64, PAGE_BYTES);
    if (!page) {
        if (slab->budget)
            wb__budget_give(slab->budget, PAGE_BYTES);
        return -1;
    }
    set_next(page, slab->pages);
    slab->pages = page;
    size_t count = (PAGE_BYTES - PAGE_HEADER) / slab->size;
    while (count-- > 0)
        wb__slab_give(slab, page + PAGE_HEADER + count * slab->size);
    return 0;
}

void *wb__slab_take(struct wb__slab *slab)
{
    if (!slab->free && grow(slab) < 0)
        return NULL;
    void *object = slab->free;
    slab->free = next_of(object);
    return object;
}

void wb__slab_give(struct wb__slab *slab, void *object)
{
    if (!object)
        return;
    set_next(object, slab->free);
    slab->free = object;
}

void wb__slab_free(struct wb__slab *slab)
{
    while (slab->pages) {
        void *page = slab->pages;
        slab->pages = next_of(page);
        free(page);
        if (slab->budget)
            wb__budget_give(slab->budget, PAGE_BYTES);
    }
    slab->free = NULL;
}
