/* SPDX-License-Identifier: ISC
 *
 * Objects of one size from pages of many, recycled through a free list: the paths
 * that run for every packet take and give without calling the allocator. Pages are
 * charged to a budget and kept until the slab is freed.
 */
#ifndef WB_BASE_SLAB_H
#define WB_BASE_SLAB_H

#include <stddef.h>

#include "base/budget.h"

struct wb__slab {
    size_t size;               /* of an object */
    void *free;                /* the next free object, linked through its first word */
    void *pages;               /* the pages, linked through their first word */
    struct wb__budget *budget; /* may be NULL */
};

/* size is rounded up to a multiple of 16. Allocates nothing yet. */
void wb__slab_init(struct wb__slab *slab, size_t size, struct wb__budget *budget);

/* An object with undefined contents, aligned to 16, or NULL when the budget or the
 * memory is used up. */
void *wb__slab_take(struct wb__slab *slab);

/* Gives an object back; NULL is accepted. */
void wb__slab_give(struct wb__slab *slab, void *object);

/* Frees all pages, whatever objects are still out. */
void wb__slab_free(struct wb__slab *slab);

#endif
