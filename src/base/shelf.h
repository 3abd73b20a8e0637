/* SPDX-License-Identifier: ISC
 *
 * Objects of one size from the system's memory, charged to a budget that others share. Some
 * that were given back are kept, so that the usual case does not call the allocator; the
 * rest goes back at once: unlike the pages of a slab, what one kind of object took in a
 * flood is there for another one after it.
 */
#ifndef WB_BASE_SHELF_H
#define WB_BASE_SHELF_H

#include <stddef.h>

#include "base/budget.h"

struct wb__shelf {
    size_t size; /* of an object, at least that of a pointer */
    void *free;  /* those that are kept, linked through their first word */
    unsigned count;
    struct wb__budget *budget;
};

void wb__shelf_init(struct wb__shelf *shelf, size_t size, struct wb__budget *budget);

/* An object with undefined contents, or NULL when the budget or the memory is used up. */
void *wb__shelf_take(struct wb__shelf *shelf);

/* Gives an object back; NULL is accepted. */
void wb__shelf_give(struct wb__shelf *shelf, void *object);

/* Frees what is kept; objects that are still out are their owners' to give back before. */
void wb__shelf_free(struct wb__shelf *shelf);

#endif
