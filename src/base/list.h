/* SPDX-License-Identifier: ISC
 *
 * An intrusive doubly linked list: a ring through a head. A link that is in no list
 * points to itself.
 */
#ifndef WB_BASE_LIST_H
#define WB_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wb__link {
    struct wb__link *next, *previous;
};

/* The struct that holds a link. */
#define wb__container(link, type, member) \
    ((type *)(void *)((char *)(uintptr_t)(link)-offsetof(type, member)))

static inline void wb__list_init(struct wb__link *link)
{
    link->next = link->previous = link;
}

static inline bool wb__list_is_empty(const struct wb__link *head)
{
    return head->next == head;
}

static inline void wb__list_append(struct wb__link *head, struct wb__link *link)
{
    link->previous = head->previous;
    link->next = head;
    head->previous->next = link;
    head->previous = link;
}

static inline void wb__list_remove(struct wb__link *link)
{
    link->next->previous = link->previous;
    link->previous->next = link->next;
    wb__list_init(link);
}

#endif
