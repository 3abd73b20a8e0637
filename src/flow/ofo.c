/* SPDX-License-Identifier: ISC
 *
 * In the names of the red-black tree a side is 0 for what is before and 1 for what is after,
 * so that each rule stands here once and not twice.
 */
#include "flow/ofo.h"

#include <stddef.h>

#include "flow/queue.h"

void wb__ofo_memory_init(struct wb__ofo_memory *memory, struct wb__budget *budget, uint32_t max)
{
    wb__slab_init(&memory->nodes, sizeof(struct wb__ofo_node), NULL);
    wb__slab_init(&memory->trees, sizeof(struct wb__ofo), NULL);
    memory->budget = budget;
    memory->max = max;
}

void wb__ofo_memory_free(struct wb__ofo_memory *memory)
{
    wb__slab_free(&memory->nodes);
    wb__slab_free(&memory->trees);
}

static void *take(struct wb__ofo_memory *memory, struct wb__slab *slab)
{
    if (!wb__budget_take(memory->budget, slab->size))
        return NULL;
    void *object = wb__slab_take(slab);
    if (!object)
        wb__budget_give(memory->budget, slab->size);
    return object;
}

static void give(struct wb__ofo_memory *memory, struct wb__slab *slab, void *object)
{
    wb__slab_give(slab, object);
    wb__budget_give(memory->budget, slab->size);
}

/* --- the tree ---------------------------------------------------------------- */

static bool is_red(const struct wb__ofo_node *node)
{
    return node && node->is_red;
}

static bool side_of(const struct wb__ofo_node *node)
{
    return node->parent->child[1] == node;
}

/* Puts another node, or none, in the place that a node has below its parent. */
static void put_in_place(struct wb__ofo *tree, const struct wb__ofo_node *node,
                         struct wb__ofo_node *other)
{
    if (!node->parent)
        tree->root = other;
    else
        node->parent->child[side_of(node)] = other;
    if (other)
        other->parent = node->parent;
}

/* Turns a node down to a side; its child of the other side comes up. */
static void turn(struct wb__ofo *tree, struct wb__ofo_node *node, bool side)
{
    struct wb__ofo_node *up = node->child[!side];
    put_in_place(tree, node, up);
    node->child[!side] = up->child[side];
    if (up->child[side])
        up->child[side]->parent = node;
    up->child[side] = node;
    node->parent = up;
}

/* A red node was hung below its parent, which may be red, too. */
static void mend_after_link(struct wb__ofo *tree, struct wb__ofo_node *node)
{
    while (is_red(node->parent)) {
        struct wb__ofo_node *parent = node->parent, *grand = parent->parent;
        bool side = side_of(parent);
        struct wb__ofo_node *uncle = grand->child[!side];
        grand->is_red = true;
        if (is_red(uncle)) {
            parent->is_red = uncle->is_red = false;
            node = grand;
            continue;
        }
        if (side_of(node) != side) {
            turn(tree, parent, side);
            parent = node;
        }
        parent->is_red = false;
        turn(tree, grand, !side);
        break;
    }
    tree->root->is_red = false;
}

static void link_below(struct wb__ofo *tree, struct wb__ofo_node *node, struct wb__ofo_node *parent,
                       bool side)
{
    node->parent = parent;
    node->child[0] = node->child[1] = NULL;
    node->is_red = true;
    if (parent)
        parent->child[side] = node;
    else
        tree->root = node;
    mend_after_link(tree, node);
}

/* Below parent, a black node is missing on the side where node, which may be none, stands. */
static void mend_after_unlink(struct wb__ofo *tree, struct wb__ofo_node *node,
                              struct wb__ofo_node *parent)
{
    while (parent && !is_red(node)) {
        bool side = parent->child[1] == node;
        struct wb__ofo_node *sibling = parent->child[!side];
        if (sibling->is_red) {
            sibling->is_red = false;
            parent->is_red = true;
            turn(tree, parent, side);
            sibling = parent->child[!side];
        }
        if (!is_red(sibling->child[0]) && !is_red(sibling->child[1])) {
            sibling->is_red = true;
            node = parent;
            parent = node->parent;
            continue;
        }
        if (!is_red(sibling->child[!side])) {
            sibling->child[side]->is_red = false;
            sibling->is_red = true;
            turn(tree, sibling, !side);
            sibling = parent->child[!side];
        }
        sibling->is_red = parent->is_red;
        parent->is_red = sibling->child[!side]->is_red = false;
        turn(tree, parent, side);
        return;
    }
    if (node)
        node->is_red = false;
}

static struct wb__ofo_node *first_below(struct wb__ofo_node *node)
{
    while (node && node->child[0])
        node = node->child[0];
    return node;
}

static struct wb__ofo_node *next_of(struct wb__ofo_node *node)
{
    if (node->child[1])
        return first_below(node->child[1]);
    while (node->parent && side_of(node))
        node = node->parent;
    return node->parent;
}

/* Takes on all links and the colour of a node, whose place it gets. */
static void take_place(struct wb__ofo *tree, struct wb__ofo_node *node, struct wb__ofo_node *other)
{
    put_in_place(tree, node, other);
    for (int side = 0; side < 2; side++) {
        other->child[side] = node->child[side];
        if (other->child[side])
            other->child[side]->parent = other;
    }
    other->is_red = node->is_red;
}

static void unlink_node(struct wb__ofo *tree, struct wb__ofo_node *node)
{
    struct wb__ofo_node *gone = node; /* what leaves its place: the node, or its successor */
    if (node->child[0] && node->child[1])
        gone = first_below(node->child[1]);
    struct wb__ofo_node *below = gone->child[0] ? gone->child[0] : gone->child[1];
    struct wb__ofo_node *parent = gone->parent == node ? gone : gone->parent;
    bool was_black = !gone->is_red;
    if (gone == node)
        parent = node->parent;
    put_in_place(tree, gone, below);
    if (gone != node)
        take_place(tree, node, gone);
    if (was_black)
        mend_after_unlink(tree, below, parent);
}

static void forget(struct wb__ofo *tree, struct wb__ofo_memory *memory, struct wb__ofo_node *node)
{
    unlink_node(tree, node);
    give(memory, &memory->nodes, node);
    tree->count--;
}

/* --- segments ---------------------------------------------------------------- */

static bool is_before(uint32_t a, uint32_t b)
{
    return wb__sequence_distance(a, b) > 0;
}

/* Forgets the segments after a new one that it covers wholly. */
static void cover(struct wb__ofo *tree, struct wb__ofo_memory *memory, struct wb__ofo_node *node)
{
    struct wb__ofo_node *next;
    while ((next = next_of(node)) && is_before(next->begin, node->end)) {
        if (is_before(node->end, next->end))
            return;
        forget(tree, memory, next);
    }
    if (!next)
        tree->last = node;
}

/* Where a new segment goes. */
struct descent {
    struct wb__ofo_node *met; /* the last segment on the way down; NULL in an empty tree */
    bool side;                /* of met, where the new one is to hang */
    enum { HANGS, ENDS_INSIDE, BEGINS_WITH, BEGINS_AT_END } how;
};

static struct descent descend(const struct wb__ofo *tree, uint32_t begin, uint32_t end)
{
    if (tree->last && tree->last->end == begin)
        return (struct descent){tree->last, true, BEGINS_AT_END};
    if (tree->last && is_before(tree->last->end, begin))
        return (struct descent){tree->last, true, HANGS};
    struct descent descent = {NULL, false, HANGS};
    for (struct wb__ofo_node *node = tree->root; node; node = node->child[descent.side]) {
        descent.met = node;
        descent.side = !is_before(begin, node->begin);
        if (!descent.side)
            continue;
        if (node->end == begin)
            descent.how = BEGINS_AT_END;
        else if (is_before(begin, node->end) && !is_before(node->end, end))
            descent.how = ENDS_INSIDE;
        else if (node->begin == begin)
            descent.how = BEGINS_WITH;
        if (descent.how != HANGS)
            break;
    }
    return descent;
}

static struct wb__ofo_node *node_new(struct wb__ofo *tree, struct wb__ofo_memory *memory,
                                     uint32_t begin, uint32_t end)
{
    struct wb__ofo_node *node = tree->count < memory->max ? take(memory, &memory->nodes) : NULL;
    if (!node)
        return NULL;
    *node = (struct wb__ofo_node){.begin = begin, .end = end};
    tree->count++;
    return node;
}

static void forget_all(struct wb__ofo *tree, struct wb__ofo_memory *memory)
{
    for (struct wb__ofo_node *node = tree->root; node;) {
        struct wb__ofo_node *below = node->child[0] ? node->child[0] : node->child[1];
        struct wb__ofo_node *next = below ? below : node->parent;
        if (!below) {
            put_in_place(tree, node, NULL);
            give(memory, &memory->nodes, node);
        }
        node = next;
    }
    tree->last = NULL;
    tree->count = 0;
}

static struct wb__ofo_result put_new(struct wb__ofo *tree, struct wb__ofo_memory *memory,
                                     const struct descent *descent, uint32_t begin, uint32_t end)
{
    if (descent->how == BEGINS_WITH) { /* the longer one takes its place, and colour */
        descent->met->end = end;
        cover(tree, memory, descent->met);
        return (struct wb__ofo_result){WB__OFO_PLACED, begin};
    }
    struct wb__ofo_node *node = node_new(tree, memory, begin, end);
    if (!node) {
        forget_all(tree, memory);
        tree->is_lost = true;
        return (struct wb__ofo_result){WB__OFO_UNKNOWN, begin};
    }
    link_below(tree, node, descent->met, descent->side);
    cover(tree, memory, node);
    return (struct wb__ofo_result){WB__OFO_PLACED, begin};
}

static struct wb__ofo *tree_of(struct wb__ofo **ofo, struct wb__ofo_memory *memory)
{
    if (!*ofo) {
        *ofo = take(memory, &memory->trees);
        if (*ofo)
            **ofo = (struct wb__ofo){0};
    }
    return *ofo;
}

struct wb__ofo_result wb__ofo_put(struct wb__ofo **ofo, struct wb__ofo_memory *memory,
                                  uint32_t begin, uint32_t end)
{
    struct wb__ofo *tree = tree_of(ofo, memory);
    if (!tree || tree->is_lost)
        return (struct wb__ofo_result){WB__OFO_UNKNOWN, begin};
    struct descent descent = descend(tree, begin, end);
    switch (descent.how) {
    case BEGINS_AT_END:
        descent.met->end = end; /* what it covers now stays, but is hidden */
        return (struct wb__ofo_result){WB__OFO_JOINED, descent.met->begin};
    case ENDS_INSIDE:
        return (struct wb__ofo_result){WB__OFO_DROPPED, begin};
    default:
        return put_new(tree, memory, &descent, begin, end);
    }
}

void wb__ofo_pass(struct wb__ofo *ofo, struct wb__ofo_memory *memory, uint32_t sequence)
{
    struct wb__ofo_node *first;
    if (!ofo)
        return;
    while ((first = first_below(ofo->root)) && is_before(first->begin, sequence))
        forget(ofo, memory, first);
    if (!ofo->root)
        ofo->last = NULL;
}

void wb__ofo_free(struct wb__ofo *ofo, struct wb__ofo_memory *memory)
{
    if (!ofo)
        return;
    forget_all(ofo, memory);
    give(memory, &memory->trees, ofo);
}
