/* SPDX-License-Identifier: ISC */
#include "base/shelf.h"

#include <assert.h>
#include <stdlib.h>

#define KEPT_MAX 4096

void wb__shelf_init(struct wb__shelf *shelf, size_t size, struct wb__budget *budget)
{
    assert(size >= sizeof(void *));
    *shelf = (struct wb__shelf){.size = size, .budget = budget};
}

void *wb__shelf_take(struct wb__shelf *shelf)
{
    void *object = shelf->free;
    if (object) {
        shelf->free = *(void **)object;
        shelf->count--;
        return object;
    }
    if (!wb__budget_take(shelf->budget, shelf->size))
        return NULL;
    object = malloc(shelf->size);
    if (!object)
        wb__budget_give(shelf->budget, shelf->size);
    return object;
}

/* What is kept must not be what others lack. */
static bool has_room(const struct wb__shelf *shelf)
{
    const struct wb__budget *budget = shelf->budget;
    return shelf->count < KEPT_MAX && (!budget->limit || budget->used <= budget->limit / 2);
}

static void let_go(struct wb__shelf *shelf, void *object)
{
    free(object);
    wb__budget_give(shelf->budget, shelf->size);
}

void wb__shelf_give(struct wb__shelf *shelf, void *object)
{
    if (!object)
        return;
    if (!has_room(shelf)) {
        let_go(shelf, object);
        return;
    }
    *(void **)object = shelf->free;
    shelf->free = object;
    shelf->count++;
}

void wb__shelf_free(struct wb__shelf *shelf)
{
    while (shelf->free) {
        void *object = shelf->free;
        shelf->free = *(void **)object;
        let_go(shelf, object);
    }
    shelf->count = 0;
}
