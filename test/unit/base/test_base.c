/* SPDX-License-Identifier: ISC
 *
 * The parts that every stage stands on: the bounded cursor, slabs under a budget, the
 * keyed hash, lists and error lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/huge.h"
#include "base/list.h"
#include "base/pool.h"
#include "base/shelf.h"
#include "base/slab.h"
#include "base/utf8.h"
#include "support/guard.h"

static void cursor_never_passes_its_end(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    struct guard guard = guard_open(sizeof bytes);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        struct wb__cursor cursor = wb__cursor(guard_put(&guard, bytes, length), length);
        uint8_t first = wb__cursor_read8(&cursor);
        uint16_t second = wb__cursor_read16(&cursor);
        uint32_t third = wb__cursor_read32(&cursor);
        uint8_t rest[2];
        wb__cursor_read(&cursor, rest, sizeof rest);
        assert_int_equal(first, length >= 1 ? 1 : 0);
        assert_int_equal(second, length >= 3 ? 0x0203 : 0);
        assert_int_equal(third, length >= 7 ? 0x04050607 : 0);
        assert_int_equal(rest[1], length >= 9 ? 9 : 0);
        assert_int_equal(cursor.failed, length < 9);
        assert_false(wb__cursor_skip(&cursor, 1));
        assert_null(wb__cursor_take(&cursor, 0)); /* a failed cursor stays failed */
    }
    guard_close(&guard);
}

static void loads_know_their_byte_order(void **state)
{
    (void)state;
    static const uint8_t b[] = {0x81, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88};
    assert_int_equal(wb__load16(b), 0x8102);
    assert_int_equal(wb__load32(b), 0x81020304);
    assert_true(wb__load64(b) == UINT64_C(0x8102030405060788));
    assert_int_equal(wb__load16_little(b), 0x0281);
    assert_int_equal(wb__load32_little(b), 0x04030281);
    assert_true(wb__load64_little(b) == UINT64_C(0x8807060504030281));
}

static void slab_recycles_under_its_budget(void **state)
{
    (void)state;
    struct wb__budget budget = {.limit = 2 * 65536};
    struct wb__slab slab;
    wb__slab_init(&slab, 1000, &budget);
    void *objects[200];
    unsigned count = 0;
    while (count < 200 && (objects[count] = wb__slab_take(&slab))) {
        assert_int_equal((uintptr_t)objects[count] % 16, 0);
        memset(objects[count++], 0xee, 1000);
    }
    assert_int_equal(count, 2 * (65536 - 16) / 1008);
    assert_int_equal(budget.used, budget.limit);
    wb__slab_give(&slab, objects[7]);
    assert_ptr_equal(wb__slab_take(&slab), objects[7]);
    assert_null(wb__slab_take(&slab));
    wb__slab_free(&slab);
    assert_int_equal(budget.used, 0);
    assert_int_equal(budget.peak, budget.limit);
}

/* More than a page of them. */
static void pool_numbers_its_objects(void **state)
{
    (void)state;
    enum { COUNT = 40000, SIZE = 128 };
    struct wb__budget budget = {0};
    struct wb__pool pool;
    assert_int_equal(wb__pool_init(&pool, SIZE - 7, COUNT, &budget), 0);
    for (uint32_t i = 1; i <= COUNT; i++) {
        assert_int_equal(wb__pool_take(&pool), i);
        assert_int_equal((uintptr_t)wb__pool_at(&pool, i) % 64, 0);
        memset(wb__pool_at(&pool, i), (int)(i % 251), SIZE);
    }
    assert_int_equal(wb__pool_take(&pool), 0);
    assert_int_equal(budget.used, (uint64_t)COUNT * SIZE);
    for (uint32_t i = 1; i <= COUNT; i++)
        for (unsigned j = 0; j < SIZE; j++)
            assert_int_equal(((uint8_t *)wb__pool_at(&pool, i))[j], i % 251);
    wb__pool_give(&pool, 7);
    wb__pool_give(&pool, COUNT);
    assert_int_equal(wb__pool_take(&pool), COUNT);
    assert_int_equal(wb__pool_take(&pool), 7);
    assert_int_equal(wb__pool_take(&pool), 0);
    wb__pool_free(&pool);
    assert_int_equal(budget.used, 0);
}

static void pool_obeys_its_budget(void **state)
{
    (void)state;
    struct wb__budget budget = {.limit = 200};
    struct wb__pool pool;
    assert_int_equal(wb__pool_init(&pool, 64, 1000, &budget), 0);
    assert_int_equal(wb__pool_take(&pool), 1);
    assert_int_equal(wb__pool_take(&pool), 2);
    assert_int_equal(wb__pool_take(&pool), 3);
    assert_int_equal(wb__pool_take(&pool), 0);
    wb__pool_give(&pool, 2);
    assert_int_equal(wb__pool_take(&pool), 2);
    wb__pool_free(&pool);
}

/* What one shelf gives back, another one can take, but for those that are kept: at most 4,096,
 * and half of the budget. */
static void shelf_gives_back_to_its_budget(void **state)
{
    (void)state;
    enum { SIZE = 100, COUNT = 10000 };
    struct wb__budget budget = {.limit = SIZE * COUNT};
    struct wb__shelf shelf, other;
    static void *objects[COUNT];
    wb__shelf_init(&shelf, SIZE, &budget);
    wb__shelf_init(&other, SIZE * COUNT / 2, &budget);
    for (unsigned i = 0; i < COUNT; i++) {
        assert_non_null(objects[i] = wb__shelf_take(&shelf));
        memset(objects[i], 0xee, SIZE);
    }
    assert_null(wb__shelf_take(&shelf));
    assert_null(wb__shelf_take(&other));
    for (unsigned i = 0; i < COUNT; i++)
        wb__shelf_give(&shelf, objects[i]);
    wb__shelf_give(&shelf, NULL);
    assert_int_equal(budget.used, 4096 * SIZE);
    assert_non_null(objects[0] = wb__shelf_take(&other));
    wb__shelf_give(&other, objects[0]);
    wb__shelf_free(&shelf);
    wb__shelf_free(&other);
    assert_int_equal(budget.used, 0);
    assert_int_equal(budget.peak, budget.limit);
}

static void huge_memory_is_zero_to_its_end(void **state)
{
    (void)state;
    size_t bytes = WB__HUGE_BYTES + 12345;
    uint8_t *memory = wb__huge_new(bytes);
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % 64, 0);
    for (size_t i = 0; i < bytes; i++)
        if (memory[i] != 0)
            fail();
    memset(memory, 0xee, bytes);
    wb__huge_free(memory, bytes);
    wb__huge_free(NULL, bytes);
}

static void budget_refuses_what_would_overflow(void **state)
{
    (void)state;
    struct wb__budget budget = {.limit = 100};
    assert_true(wb__budget_take(&budget, 60));
    assert_false(wb__budget_take(&budget, 41));
    assert_false(wb__budget_take(&budget, UINT64_MAX));
    assert_true(wb__budget_take(&budget, 40));
    wb__budget_give(&budget, 100);
    assert_int_equal(budget.used, 0);
}

/* The judge: CPython 3.11, whose hash of bytes is SipHash-1-3, with PYTHONHASHSEED=0
 * (both halves of the key 0): hash(bytes(range(n))) for n = 8, 16 and 40. */
static void hash_is_siphash_1_3(void **state)
{
    (void)state;
    static const struct {
        size_t words;
        uint64_t hash;
    } vectors[] = {
        {1, UINT64_C(0xead411e67ebe2eea)},
        {2, UINT64_C(0x8972188433a5c5b7)},
        {5, UINT64_C(0x95bc321ab41d8206)},
    };
    uint64_t words[5];
    for (unsigned i = 0; i < 5; i++) {
        uint8_t bytes[8];
        for (unsigned j = 0; j < 8; j++)
            bytes[j] = (uint8_t)(8 * i + j);
        words[i] = wb__load64_little(bytes);
    }
    struct wb__hash_key key = {0, 0};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        assert_true(wb__hash(&key, words, vectors[i].words) == vectors[i].hash);
    key.k1 = 1;
    assert_false(wb__hash(&key, words, 2) == vectors[1].hash);
}

static void list_keeps_its_order(void **state)
{
    (void)state;
    struct item {
        int value;
        struct wb__link link;
    } items[3] = {{.value = 0}, {.value = 1}, {.value = 2}};
    struct wb__link head;
    wb__list_init(&head);
    assert_true(wb__list_is_empty(&head));
    for (int i = 0; i < 3; i++)
        wb__list_append(&head, &items[i].link);
    wb__list_remove(&items[1].link);
    wb__list_remove(&items[1].link); /* in no list any more: harmless */
    assert_int_equal(wb__container(head.next, struct item, link)->value, 0);
    assert_int_equal(wb__container(head.previous, struct item, link)->value, 2);
    assert_ptr_equal(head.next->next, head.previous);
}

static void utf8_is_told_from_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        bool is_printable;
    } rows[] = {
        {"a", 1, true},             {"\x1b", 1, false},       {"\x7f", 1, false},
        {"\xc3\xa9", 2, true},      {"\xc2\x9b", 2, false},   {"\xd8\x9c", 2, false},
        {"\xe2\x82\xac", 3, true},  {"\xe2\x80\xae", 3, false}, {"\xe2\x80\x8f", 3, false},
        {"\xe2\x81\xa7", 3, false}, {"\xe2\x80\xaf", 3, true}, {"\xf0\x9f\x98\x80", 4, true},
        {"\x80", 0, false},         {"\xc0\xaf", 0, false},   {"\xe0\x80\xaf", 0, false},
        {"\xed\xa0\x80", 0, false}, {"\xf4\x90\x80\x80", 0, false}, {"\xc3", 0, false},
        {"\xe2\x82", 0, false},     {"\xff", 0, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint8_t *bytes = (const uint8_t *)rows[i].bytes;
        size_t length = wb__utf8_length(bytes, strlen(rows[i].bytes));
        assert_int_equal(length, rows[i].length);
        if (length > 0)
            assert_int_equal(wb__utf8_is_printable(bytes, length), rows[i].is_printable);
    }
}

static void error_is_one_clean_line(void **state)
{
    (void)state;
    struct wb_error error;
    assert_int_equal(wb__error_set(&error, WB_E_FORMAT, 0, "%s: bad", "a\nb\x1b"), WB_E_FORMAT);
    assert_string_equal(error.text, "a?b?: bad");
    assert_int_equal(wb__error_set(NULL, WB_E_FULL, 0, "x"), WB_E_FULL);
    char longer[2000];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = 0;
    wb__error_set(&error, WB_E_FORMAT, 0, "%s", longer);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    assert_string_equal(wb_error_name(WB_E_FILTER), "FILTER");
    assert_string_equal(wb_error_name(1), "UNKNOWN");
    assert_non_null(wb_error_text(-1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursor_never_passes_its_end),
        cmocka_unit_test(loads_know_their_byte_order),
        cmocka_unit_test(slab_recycles_under_its_budget),
        cmocka_unit_test(pool_numbers_its_objects),
        cmocka_unit_test(pool_obeys_its_budget),
        cmocka_unit_test(shelf_gives_back_to_its_budget),
        cmocka_unit_test(huge_memory_is_zero_to_its_end),
        cmocka_unit_test(budget_refuses_what_would_overflow),
        cmocka_unit_test(hash_is_siphash_1_3),
        cmocka_unit_test(list_keeps_its_order),
        cmocka_unit_test(utf8_is_told_from_bytes),
        cmocka_unit_test(error_is_one_clean_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
