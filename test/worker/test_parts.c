/* SPDX-License-Identifier: ISC
 *
 * Parts of the worker of which its owner sees too little: bodies under their limits, and
 * times before 1970.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch.h"
#include "exchange.h"

static const uint8_t bytes[5000] = "some bytes of a body";

static void times(void **unused)
{
    (void)unused;
    assert_int_equal(time_in_units(-1, 1), -1);
    assert_int_equal(time_in_units(-1000000000, 1), -1);
    assert_int_equal(time_in_units(-1000000001, 1), -2);
    assert_int_equal(time_in_units(-1, 1000), -1);
    assert_int_equal(time_in_units(-1, 1000000000), -1);
    assert_int_equal(time_in_units(INT64_MAX, 1), INT64_MAX / 1000000000);
    assert_int_equal(time_in_units(INT64_MAX, 999999999), 9223372027631403770);
    assert_int_equal(time_in_units(INT64_MIN, 1000), INT64_MIN / 1000000 - 1);
}

/* What was left out is not followed by bytes that there would be room for later. */
static void a_body_has_no_hole(void **unused)
{
    (void)unused;
    static const struct settings settings = {.max_body_bytes = 4000, .max_body_total = 5000};
    struct worker_stats stats = {0};
    struct spares spares = {0};
    struct exchange *first = exchange_new(&spares, &stats), *second = exchange_new(&spares, &stats);
    exchange_add(first, WB_HTTP_REQUEST, bytes, 4000, 0, &settings, &stats);
    exchange_add(second, WB_HTTP_RESPONSE, bytes, 4000, 0, &settings, &stats);
    const struct body *body = &second->bodies[WB_HTTP_RESPONSE];
    size_t used = body->used;
    assert_int_equal(first->bodies[WB_HTTP_REQUEST].used, 4000);
    assert_true(used > 0 && used < 1000);
    assert_int_equal(body->left_out, 4000 - used);
    assert_int_equal(stats.body_left_out_total, 4000 - used);
    assert_true(stats.body_memory_peak <= 5000);
    exchange_free(first, &stats);
    exchange_add(second, WB_HTTP_RESPONSE, bytes, 100, 0, &settings, &stats);
    assert_int_equal(body->used, used);
    assert_int_equal(body->left_out, 4100 - used);
    assert_int_equal(stats.body_left_out_limit, 0);
    exchange_free(second, &stats);
    exchange_free(NULL, &stats);
    spares_free(&spares);
    assert_int_equal(stats.body_memory_bytes, 0);
}

static void a_body_is_gathered_in_pieces(void **unused)
{
    (void)unused;
    static const struct settings settings = {.max_body_bytes = 4000, .max_body_total = 1 << 20};
    for (uint32_t piece = 1; piece < sizeof bytes; piece += 97) {
        struct worker_stats stats = {0};
        struct spares spares = {0};
        struct exchange *exchange = exchange_new(&spares, &stats);
        const struct body *body = &exchange->bodies[WB_HTTP_REQUEST];
        uint32_t given = 0;
        for (; given + piece <= sizeof bytes; given += piece)
            exchange_add(exchange, WB_HTTP_REQUEST, bytes + given, piece, 0, &settings, &stats);
        assert_int_equal(body->used, given < 4000 ? given : 4000);
        assert_int_equal(body->left_out, given - body->used);
        assert_int_equal(stats.body_left_out_limit, body->left_out);
        assert_memory_equal(body->bytes, bytes, body->used);
        exchange_free(exchange, &stats);
        spares_free(&spares);
    }
}

/* What is announced is made room for at once, within what came and the limits: who announces
 * much and sends little takes no more than 16 times what he sent. */
static void an_announced_length(void **unused)
{
    (void)unused;
    static const struct settings settings = {.max_body_bytes = 20000, .max_body_total = 1 << 20};
    static const struct {
        uint64_t announced;
        uint32_t came;
        size_t capacity;
    } cases[] = {{10, 10, 10},
                 {4000, 1000, 4000},
                 {UINT64_MAX, 1, 1024},
                 {10000, 100, 1600},
                 {UINT64_MAX, 1000, 16000},
                 {UINT64_MAX, 5000, 20000},
                 {10, 1000, 1024},
                 {0, 5000, 5000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct worker_stats stats = {0};
        struct spares spares = {0};
        struct exchange *exchange = exchange_new(&spares, &stats);
        exchange_add(exchange, WB_HTTP_RESPONSE, bytes, cases[i].came, cases[i].announced,
                     &settings, &stats);
        assert_int_equal(exchange->bodies[WB_HTTP_RESPONSE].capacity, cases[i].capacity);
        assert_int_equal(exchange->bodies[WB_HTTP_RESPONSE].used, cases[i].came);
        exchange_free(exchange, &stats);
        spares_free(&spares);
        assert_int_equal(stats.body_memory_bytes, 0);
    }
}

/* Memory of a body that went is used again where it is neither too short, nor too long, nor
 * beyond the limit of all. */
static void a_body_in_spare_memory(void **unused)
{
    (void)unused;
    static const struct {
        size_t spare;
        uint64_t max_body_total;
        bool is_used;
    } cases[] = {{5000, 1 << 20, true},   {10000, 1 << 20, true}, {4999, 1 << 20, false},
                 {10001, 1 << 20, false}, {8000, 6000, false},    {8000, 8200, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct settings settings = {.max_body_bytes = 20000,
                                          .max_body_total = cases[i].max_body_total};
        struct worker_stats stats = {0};
        struct spares spares = {0};
        struct exchange *exchange = exchange_new(&spares, &stats);
        const struct body *body = &exchange->bodies[WB_HTTP_RESPONSE];
        exchange_add(exchange, WB_HTTP_RESPONSE, bytes, 100, 0, &settings, &stats);
        spares_give(&spares, malloc(cases[i].spare), cases[i].spare);
        exchange_add(exchange, WB_HTTP_RESPONSE, bytes + 100, 4900, 0, &settings, &stats);
        assert_int_equal(body->capacity, cases[i].is_used ? cases[i].spare : 5000);
        assert_int_equal(spares.bytes, cases[i].is_used ? 0 : cases[i].spare);
        assert_int_equal(body->used, 5000);
        assert_memory_equal(body->bytes, bytes, 5000);
        assert_true(stats.body_memory_peak <= settings.max_body_total);
        exchange_free(exchange, &stats);
        assert_int_equal(stats.body_memory_bytes, 0);
        assert_int_equal(spares.bytes, cases[i].is_used ? cases[i].spare : cases[i].spare + 5000);
        spares_free(&spares);
    }
}

static void spares_have_a_limit(void **unused)
{
    (void)unused;
    struct spares spares = {0};
    size_t capacity;
    spares_give(&spares, NULL, 0);
    spares_give(&spares, malloc(100), 100); /* not worth it */
    assert_null(spares.first);
    spares_give(&spares, malloc(SPARE_BYTES_MAX + 1), SPARE_BYTES_MAX + 1);
    assert_null(spares.first);
    for (int i = 0; i < 100; i++)
        spares_give(&spares, malloc(65536), 65536);
    assert_int_equal(spares.bytes, SPARE_BYTES_MAX);
    int taken = 0;
    for (uint8_t *memory; (memory = spares_take(&spares, 1, 65536, &capacity)); taken++)
        free(memory);
    assert_int_equal(taken, SPARE_BYTES_MAX / 65536);
    assert_int_equal(spares.bytes, 0);
    spares_free(&spares);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times),
        cmocka_unit_test(a_body_has_no_hole),
        cmocka_unit_test(a_body_is_gathered_in_pieces),
        cmocka_unit_test(an_announced_length),
        cmocka_unit_test(a_body_in_spare_memory),
        cmocka_unit_test(spares_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
