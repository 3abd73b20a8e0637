/* SPDX-License-Identifier: ISC
 *
 * The treap is ordered by sequence from left to right and by priority from the root down.
 * Segments may be cut shorter while they are in it: that changes their sequence, but not
 * their order.
 */
#include "flow/index.h"

static bool is_before(const struct wb__segment *segment, uint32_t sequence)
{
    return wb__sequence_distance(segment->sequence, sequence) > 0;
}

struct wb__segment *wb__index_find(const struct wb__queue *queue, uint32_t sequence)
{
    struct wb__segment *found = NULL;
    for (struct wb__segment *s = queue->root; s;) {
        if (wb__sequence_distance(sequence, wb__segment_end(s)) > 0) {
            found = s;
            s = s->left;
        } else {
            s = s->right;
        }
    }
    return found;
}

/* Cuts a tree in two: what is before sequence, and the rest. */
static void split(struct wb__segment *tree, uint32_t sequence, struct wb__segment **before,
                  struct wb__segment **rest)
{
    while (tree) {
        if (is_before(tree, sequence)) {
            *before = tree;
            before = &tree->right;
            tree = tree->right;
        } else {
            *rest = tree;
            rest = &tree->left;
            tree = tree->left;
        }
    }
    *before = *rest = NULL;
}

/* Puts two trees, of which all of a is before all of b, in one place. */
static void join(struct wb__segment *a, struct wb__segment *b, struct wb__segment **place)
{
    while (a && b) {
        if (a->priority >= b->priority) {
            *place = a;
            place = &a->right;
            a = a->right;
        } else {
            *place = b;
            place = &b->left;
            b = b->left;
        }
    }
    *place = a ? a : b;
}

static void plant(struct wb__queue *queue, struct wb__segment *segment)
{
    struct wb__segment **place = &queue->root;
    while (*place && (*place)->priority >= segment->priority)
        place = is_before(*place, segment->sequence) ? &(*place)->right : &(*place)->left;
    split(*place, segment->sequence, &segment->left, &segment->right);
    *place = segment;
}

static void uproot(struct wb__queue *queue, struct wb__segment *segment)
{
    struct wb__segment **place = &queue->root;
    while (*place != segment)
        place = is_before(*place, segment->sequence) ? &(*place)->right : &(*place)->left;
    join(segment->left, segment->right, place);
}

void wb__index_insert(struct wb__queue *queue, struct wb__segment *place,
                      struct wb__segment *segment)
{
    struct wb__segment *previous = place ? place->previous : queue->last;
    segment->next = place;
    segment->previous = previous;
    if (previous)
        previous->next = segment;
    else
        queue->first = segment;
    if (place)
        place->previous = segment;
    else
        queue->last = segment;
    plant(queue, segment);
}

void wb__index_remove(struct wb__queue *queue, struct wb__segment *segment)
{
    uproot(queue, segment);
    if (segment->previous)
        segment->previous->next = segment->next;
    else
        queue->first = segment->next;
    if (segment->next)
        segment->next->previous = segment->previous;
    else
        queue->last = segment->previous;
}
