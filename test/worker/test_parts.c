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

static struct exchanges begin_exchanges(const struct settings *settings, struct worker_stats *stats)
{
    return (struct exchanges){.settings = settings, .stats = stats};
}

/* What was left out is not followed by bytes that there would be room for later. */
static void a_body_has_no_hole(void **unused)
{
    (void)unused;
    static const struct settings settings = {.max_body_bytes = 4000, .max_body_total = 5000};
    struct worker_stats stats = {0};
    struct exchanges all = begin_exchanges(&settings, &stats);
    struct exchange *first = exchange_new(&all), *second = exchange_new(&all);
    exchange_add(first, WB_HTTP_REQUEST, bytes, 4000, false, 0);
    exchange_add(second, WB_HTTP_RESPONSE, bytes, 4000, false, 0);
    const struct body *body = &second->bodies[WB_HTTP_RESPONSE];
    size_t used = body->used;
    assert_int_equal(first->bodies[WB_HTTP_REQUEST].used, 4000);
    assert_true(used > 0 && used < 1000);
    assert_int_equal(body->left_out, 4000 - used);
    assert_int_equal(stats.body_left_out_total, 4000 - used);
    assert_true(stats.body_memory_peak <= 5000);
    exchange_free(first);
    exchange_add(second, WB_HTTP_RESPONSE, bytes, 100, false, 0);
    exchange_add(second, WB_HTTP_RESPONSE, bytes, 1000, true, 0);
    assert_int_equal(body_length(body), used);
    assert_int_equal(body->left_out, 5100 - used);
    assert_int_equal(stats.body_bytes, 4000 + used);
    assert_int_equal(stats.body_left_out_limit, 0);
    exchange_free(second);
    exchange_free(NULL);
    spares_free(&all.spares);
    assert_int_equal(stats.body_memory_bytes, 0);
}

static void assert_body(const struct body *body, const uint8_t *expected)
{
    assert_memory_equal(body->bytes, expected, body->used);
    expected += body->used;
    for (int i = 0; i < body->piece_count; expected += body->pieces[i++].iov_len)
        assert_memory_equal(body->pieces[i].iov_base, expected, body->pieces[i].iov_len);
}

/* Copied, borrowed, and by turns. */
static void a_body_is_gathered_in_pieces(void **unused)
{
    (void)unused;
    static const struct settings settings = {.max_body_bytes = 4000, .max_body_total = 1 << 20};
    for (unsigned every = 0; every < 4; every++) {
        for (uint32_t piece = 1; piece < sizeof bytes; piece += 97) {
            struct worker_stats stats = {0};
            struct exchanges all = begin_exchanges(&settings, &stats);
            struct exchange *exchange = exchange_new(&all);
            const struct body *body = &exchange->bodies[WB_HTTP_REQUEST];
            uint32_t given = 0;
            for (unsigned i = 0; given + piece <= sizeof bytes; given += piece, i++)
                exchange_add(exchange, WB_HTTP_REQUEST, bytes + given, piece,
                             every > 0 && i % every == 0, 0);
            assert_int_equal(body_length(body), given < 4000 ? given : 4000);
            assert_int_equal(body->left_out, given - body_length(body));
            assert_int_equal(stats.body_left_out_limit, body->left_out);
            assert_int_equal(stats.body_bytes, body_length(body));
            assert_body(body, bytes);
            exchanges_before_reuse(&all, true);
            assert_int_equal(body->used, given < 4000 ? given : 4000);
            assert_body(body, bytes);
            exchange_free(exchange);
            spares_free(&all.spares);
            assert_int_equal(stats.body_memory_bytes, 0);
        }
    }
}

/* What goes is copied in time, and what stays is not: the bytes are changed as a source would
 * change them. */
static void borrowed_bytes_go(void **unused)
{
    (void)unused;
    static const struct settings settings = {.max_body_bytes = 1 << 20, .max_body_total = 1 << 20};
    struct worker_stats stats = {0};
    struct exchanges all = begin_exchanges(&settings, &stats);
    struct exchange *old = exchange_new(&all), *new = exchange_new(&all),
                    *none = exchange_new(&all);
    uint8_t source[3][1000];
    for (int i = 0; i < 3; i++)
        memcpy(source[i], bytes + 1000 * i, 1000);

    exchange_add(old, WB_HTTP_REQUEST, source[0], 1000, true, 0);
    exchanges_before_reuse(&all, false);
    const struct body *body = &old->bodies[WB_HTTP_REQUEST];
    assert_int_equal(body->borrowed, 1000);
    exchange_add(old, WB_HTTP_REQUEST, source[1], 1000, true, 0);
    exchange_add(new, WB_HTTP_RESPONSE, source[2], 1000, true, 0);
    exchange_add(none, WB_HTTP_RESPONSE, source[2], 100, true, 0); /* too short */
    exchanges_before_reuse(&all, false);
    memset(source[0], 0xff, 1000);
    assert_int_equal(body->used, 2000);
    assert_body(body, bytes);
    assert_int_equal(new->bodies[WB_HTTP_RESPONSE].borrowed, 1000);
    assert_int_equal(none->bodies[WB_HTTP_RESPONSE].used, 100);

    exchange_free(old);
    exchanges_before_reuse(&all, true);
    memset(source, 0xff, sizeof source);
    assert_int_equal(new->bodies[WB_HTTP_RESPONSE].used, 1000);
    assert_body(&new->bodies[WB_HTTP_RESPONSE], bytes + 2000);
    assert_null(all.borrowing);
    assert_int_equal(stats.body_bytes, 3100);
    exchange_free(new);
    exchange_free(none);
    spares_free(&all.spares);
    assert_int_equal(stats.body_memory_bytes, 0);
}

/* Where there is no memory to copy them to, the end of the borrowed bytes is left out. */
static void borrowed_bytes_have_no_place_to_go(void **unused)
{
    (void)unused;
    static const struct settings settings = {.max_body_bytes = 1 << 20, .max_body_total = 4000};
    struct worker_stats stats = {0};
    struct exchanges all = begin_exchanges(&settings, &stats);
    struct exchange *exchange = exchange_new(&all);
    const struct body *body = &exchange->bodies[WB_HTTP_RESPONSE];
    for (int i = 0; i < 5; i++)
        exchange_add(exchange, WB_HTTP_RESPONSE, bytes + 1000 * i, 1000, true, 0);
    assert_int_equal(body->borrowed, 5000);
    assert_int_equal(body->left_out, 0);
    exchanges_before_reuse(&all, true);
    assert_true(body->used > 3000 && body->used < 4000);
    assert_body(body, bytes);
    assert_int_equal(body->left_out, 5000 - body->used);
    assert_int_equal(stats.body_left_out_total, body->left_out);
    assert_int_equal(stats.body_bytes, body->used);
    assert_true(stats.body_memory_peak <= 4000);
    exchange_free(exchange);
    assert_int_equal(stats.body_memory_bytes, 0);
    spares_free(&all.spares);
}

/* Pieces have a limit in number, and their list counts as memory. */
static void many_borrowed_pieces(void **unused)
{
    (void)unused;
    static const struct settings settings = {.max_body_bytes = 1 << 20, .max_body_total = 1 << 20},
                                 narrow = {.max_body_bytes = 1 << 20, .max_body_total = 2000};
    struct worker_stats stats = {0};
    struct exchanges all = begin_exchanges(&settings, &stats);
    struct exchange *exchange = exchange_new(&all);
    const struct body *body = &exchange->bodies[WB_HTTP_REQUEST];
    exchange_add(exchange, WB_HTTP_REQUEST, bytes, 1000, true, 0);
    for (int i = 1; i < BODY_PIECES_MAX; i++)
        exchange_add(exchange, WB_HTTP_REQUEST, bytes + 999 + i, 1, true, 0);
    assert_int_equal(body->piece_count, BODY_PIECES_MAX);
    assert_true(stats.body_memory_bytes >= BODY_PIECES_MAX * sizeof(struct iovec));
    exchange_add(exchange, WB_HTTP_REQUEST, bytes + 999 + BODY_PIECES_MAX, 1, true, 0);
    assert_int_equal(body->piece_count, 0);
    assert_int_equal(body->used, 1000 + BODY_PIECES_MAX);
    assert_body(body, bytes);
    exchange_free(exchange);
    assert_int_equal(stats.body_memory_bytes, 0);

    all.settings = &narrow;
    exchange = exchange_new(&all);
    body = &exchange->bodies[WB_HTTP_REQUEST];
    for (int i = 0; i < 100; i++)
        exchange_add(exchange, WB_HTTP_REQUEST, bytes + (i > 0 ? 599 + i : 0), i > 0 ? 1 : 600,
                     true, 0);
    assert_int_equal(body_length(body), 699);
    assert_true(body->used > 600);
    assert_body(body, bytes);
    assert_true(stats.body_memory_bytes <= 2000);
    exchange_free(exchange);
    assert_int_equal(stats.body_memory_bytes, 0);
    spares_free(&all.spares);
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
        struct exchanges all = begin_exchanges(&settings, &stats);
        struct exchange *exchange = exchange_new(&all);
        exchange_add(exchange, WB_HTTP_RESPONSE, bytes, cases[i].came, false, cases[i].announced);
        assert_int_equal(exchange->bodies[WB_HTTP_RESPONSE].capacity, cases[i].capacity);
        assert_int_equal(exchange->bodies[WB_HTTP_RESPONSE].used, cases[i].came);
        exchange_free(exchange);
        spares_free(&all.spares);
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
        struct exchanges all = begin_exchanges(&settings, &stats);
        struct exchange *exchange = exchange_new(&all);
        const struct body *body = &exchange->bodies[WB_HTTP_RESPONSE];
        exchange_add(exchange, WB_HTTP_RESPONSE, bytes, 100, false, 0);
        spares_give(&all.spares, malloc(cases[i].spare), cases[i].spare);
        exchange_add(exchange, WB_HTTP_RESPONSE, bytes + 100, 4900, false, 0);
        assert_int_equal(body->capacity, cases[i].is_used ? cases[i].spare : 5000);
        assert_int_equal(all.spares.bytes, cases[i].is_used ? 0 : cases[i].spare);
        assert_int_equal(body->used, 5000);
        assert_memory_equal(body->bytes, bytes, 5000);
        assert_true(stats.body_memory_peak <= settings.max_body_total);
        exchange_free(exchange);
        assert_int_equal(stats.body_memory_bytes, 0);
        assert_int_equal(all.spares.bytes,
                         cases[i].is_used ? cases[i].spare : cases[i].spare + 5000);
        spares_free(&all.spares);
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
        cmocka_unit_test(borrowed_bytes_go),
        cmocka_unit_test(borrowed_bytes_have_no_place_to_go),
        cmocka_unit_test(many_borrowed_pieces),
        cmocka_unit_test(an_announced_length),
        cmocka_unit_test(a_body_in_spare_memory),
        cmocka_unit_test(spares_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
