/* SPDX-License-Identifier: ISC
 *
 * The tree of a Linux receiver's early segments: it is a red-black tree after every step,
 * segments are in order of where they begin, and its limits hold. What it decides is judged
 * by a real kernel (test/judge).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "flow/ofo.h"
#include "flow/queue.h"
#include "support/random.h"

/* How many black nodes there are on each way down; counts all. */
static unsigned check_below(const struct wb__ofo_node *node, const struct wb__ofo_node *parent,
                            const struct wb__ofo_node **previous, uint32_t *count)
{
    if (!node)
        return 0;
    assert_ptr_equal(node->parent, parent);
    assert_false(node->is_red && parent->is_red);
    unsigned before = check_below(node->child[0], node, previous, count);
    assert_true(!*previous || wb__sequence_distance((*previous)->begin, node->begin) > 0);
    *previous = node;
    ++*count;
    assert_int_equal(check_below(node->child[1], node, previous, count), before);
    return before + !node->is_red;
}

static void check(const struct wb__ofo *tree)
{
    const struct wb__ofo_node *last = NULL;
    uint32_t count = 0;
    assert_true(!tree->root || !tree->root->is_red);
    check_below(tree->root, NULL, &last, &count);
    assert_int_equal(count, tree->count);
    assert_ptr_equal(tree->last, last);
}

static void random_segments(void **state)
{
    (void)state;
    struct wb__budget budget = {.limit = 1 << 20};
    struct wb__ofo_memory memory;
    wb__ofo_memory_init(&memory, &budget, 1000);
    unsigned verdicts[4] = {0};
    for (uint64_t seed = 1; seed <= 300; seed++) {
        random_state = seed;
        struct wb__ofo *tree = NULL;
        uint32_t base = 0u - random_below(3000), passed = base, longest = 1 + random_below(60);
        for (int i = 0; i < 300; i++) {
            uint32_t begin = passed + random_below(3000);
            verdicts[wb__ofo_put(&tree, &memory, begin, begin + 1 + random_below(longest))
                         .verdict]++;
            check(tree);
            if (random_below(20) == 0) {
                wb__ofo_pass(tree, &memory, passed += random_below(500));
                check(tree);
            }
        }
        wb__ofo_free(tree, &memory);
        assert_int_equal(budget.used, 0);
    }
    assert_true(verdicts[WB__OFO_PLACED] > 1000 && verdicts[WB__OFO_JOINED] > 1000);
    assert_true(verdicts[WB__OFO_DROPPED] > 1000 && verdicts[WB__OFO_UNKNOWN] == 0);
    wb__ofo_memory_free(&memory);
}

static void one_segment_after_another(void **state)
{
    (void)state;
    struct wb__budget budget = {.limit = 1 << 20};
    struct wb__ofo_memory memory;
    wb__ofo_memory_init(&memory, &budget, 1000);
    static const struct {
        uint32_t begin, end;
        struct wb__ofo_result result;
    } steps[] = {
        {10, 20, {WB__OFO_PLACED, 10}},  {12, 18, {WB__OFO_DROPPED, 12}},
        {10, 20, {WB__OFO_DROPPED, 10}}, {10, 25, {WB__OFO_PLACED, 10}},
        {25, 30, {WB__OFO_JOINED, 10}},  {40, 50, {WB__OFO_PLACED, 40}},
        {28, 45, {WB__OFO_PLACED, 28}},  {5, 10, {WB__OFO_PLACED, 5}},
        {0, 60, {WB__OFO_PLACED, 0}},    {60, 61, {WB__OFO_JOINED, 0}},
        {59, 61, {WB__OFO_DROPPED, 59}}, {80, 90, {WB__OFO_PLACED, 80}},
        {75, 90, {WB__OFO_PLACED, 75}},
    };
    struct wb__ofo *tree = NULL;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct wb__ofo_result result = wb__ofo_put(&tree, &memory, steps[i].begin, steps[i].end);
        assert_int_equal(result.verdict, steps[i].result.verdict);
        assert_int_equal(result.begin, steps[i].result.begin);
        check(tree);
    }
    assert_int_equal(tree->count, 2);
    wb__ofo_free(tree, &memory);
    wb__ofo_memory_free(&memory);
}

/* Too many segments, or no memory for them: it knows nothing any more, and holds nothing. */
static void limits(void **state)
{
    (void)state;
    for (int by_memory = 0; by_memory < 2; by_memory++) {
        struct wb__budget budget = {.limit = 0};
        struct wb__ofo_memory memory;
        wb__ofo_memory_init(&memory, &budget, by_memory ? 1000 : 9);
        if (by_memory)
            budget.limit = memory.trees.size + 9 * memory.nodes.size;
        struct wb__ofo *tree = NULL;
        unsigned placed = 0;
        for (uint32_t i = 0; i < 20; i++)
            placed += wb__ofo_put(&tree, &memory, 10 * i, 10 * i + 1).verdict == WB__OFO_PLACED;
        assert_int_equal(placed, 9);
        assert_true(tree->is_lost);
        assert_null(tree->root);
        assert_int_equal(wb__ofo_put(&tree, &memory, 1, 2).verdict, WB__OFO_UNKNOWN);
        wb__ofo_free(tree, &memory);
        assert_int_equal(budget.used, 0);
        wb__ofo_memory_free(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_segments),
        cmocka_unit_test(one_segment_after_another),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
