/* SPDX-License-Identifier: ISC
 *
 * What documents cannot say: the head parser at a guard page with every prefix, both
 * scanners, big heads a byte at a time, memory that runs out and comes back, and the
 * lifetime of a transaction's slices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "http/head.h"
#include "http/http.h"
#include "http/scan.h"
#include "support/guard.h"

static const char head_text[] = "GET /a?b=c HTTP/1.1\r\n"
                                "Host: example.com\r\n"
                                "X_Long-Name.with~tchars!: some value\r\n"
                                "Accept: */*\r\n"
                                "\r\n";

static void test_every_prefix_of_a_head_needs_more(void **state)
{
    (void)state;
    struct wb__field fields[8];
    struct wb__head head = {.fields = fields, .field_limit = 8};
    size_t length = sizeof head_text - 1;
    struct guard guard = guard_open(length);
    for (size_t cut = 0; cut < length; cut++)
        assert_int_equal(wb__head_parse(&head, WB_HTTP_REQUEST,
                                        guard_put(&guard, head_text, cut), (uint32_t)cut),
                         WB__HEAD_NEED_MORE);
    assert_int_equal(wb__head_parse(&head, WB_HTTP_REQUEST, guard_put(&guard, head_text, length),
                                    (uint32_t)length),
                     length);
    assert_int_equal(head.field_count, 3);
    assert_int_equal(fields[1].name.length, strlen("X_Long-Name.with~tchars!"));
    assert_int_equal(head.anomalies, 0);
    guard_close(&guard);
}

/* Each byte value at each place of a run of letters, from every start. */
static void test_scanners_agree(void **state)
{
    (void)state;
    struct guard guard = guard_open(40);
    for (int byte = 0; byte < 256; byte++) {
        for (size_t place = 0; place < 40; place++) {
            uint8_t text[40];
            memset(text, 'a', sizeof text);
            text[place] = (uint8_t)byte;
            const uint8_t *at = guard_put(&guard, text, sizeof text);
            const uint8_t *end = at + sizeof text;
            for (; at < end; at += 5) {
                assert_ptr_equal(wb__scan_control(at, end), wb__scan_control_portable(at, end));
                assert_ptr_equal(wb__scan_control(at, end), wb__scan_bytes(at, end));
                assert_ptr_equal(wb__scan_token(at, end), wb__token_end(at, end));
            }
        }
    }
    guard_close(&guard);
}

/* Counts, and checks that the slices of a transaction still hold what they held. */
struct seen {
    unsigned transactions, complete;
    uint32_t missing;
    uint64_t anomalies, unowned;
    uint32_t head_length;
};

static void on_transaction(void *context, void *flow, struct wb_http_transaction *transaction)
{
    struct seen *seen = context;
    (void)flow;
    seen->transactions++;
    seen->complete += !transaction->missing;
    seen->missing |= transaction->missing;
    seen->anomalies |= transaction->anomalies;
    seen->head_length = transaction->request.head.length;
    const struct wb_http_header *host = wb_http_header_find(&transaction->request, "HOST");
    if (host) {
        assert_int_equal(host->value.length, 1);
        assert_memory_equal(host->value.data, "a", 1);
    }
}

static void on_anomaly(void *context, void *flow, struct wb_http_transaction *transaction,
                       const struct wb_http_anomaly *anomaly)
{
    struct seen *seen = context;
    (void)flow;
    if (!transaction)
        seen->unowned |= UINT64_C(1) << anomaly->kind;
}

static const struct wb__http_events events = {.transaction = on_transaction,
                                              .anomaly = on_anomaly};

static void give(struct wb__http_stream *stream, unsigned direction, const char *text)
{
    char *copy = strdup(text); /* gone after the call: nothing of it may be kept */
    wb__http_stream_bytes(stream, direction, (const uint8_t *)copy, (uint32_t)strlen(copy), 1);
    memset(copy, '?', strlen(copy));
    free(copy);
}

/* A head of 200 KiB, beyond the transaction's own memory, in pieces of any size. */
static void test_a_big_head_in_pieces(void **state)
{
    (void)state;
    size_t length = 200 << 10;
    uint8_t *text = malloc(length);
    memset(text, 'c', length);
    memcpy(text, "GET / HTTP/1.1\r\nHost: a\r\nCookie: ", 33);
    memcpy(text + length - 4, "\r\n\r\n", 4);
    static const size_t pieces[] = {1, 1460, 200 << 10};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct seen seen = {0};
        struct wb__http *http = wb__http_new(&(struct wb_http_options){0}, &events, &seen);
        struct wb__http_stream *stream = wb__http_stream_new(http, NULL, false);
        for (size_t at = 0; at < length; at += pieces[i]) {
            size_t more = length - at < pieces[i] ? length - at : pieces[i];
            wb__http_stream_bytes(stream, 0, text + at, (uint32_t)more, 1);
        }
        give(stream, 1, "HTTP/1.1 204 No Content\r\n\r\n");
        wb__http_stream_end(stream, WB__HTTP_END_CLOSED, 1);
        assert_int_equal(seen.complete, 1);
        assert_int_equal(seen.head_length, length);
        wb__http_free(http);
    }
    free(text);
}

#define STREAMS_PAGE 65536 /* of the slab that the state of connections comes from */

/* With room for 48 transactions, the rest is told. */
static void test_memory_runs_out_and_comes_back(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct wb_http_options options = {.max_memory_total = 3 * 65536};
    struct wb__http *http = wb__http_new(&options, &events, &seen);
    struct wb__http_stream *stream = wb__http_stream_new(http, NULL, false);
    for (int i = 0; i < 50; i++)
        give(stream, 0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    struct wb_http_stats stats;
    wb__http_stats(http, &stats);
    assert_true(seen.unowned >> WB_HTTP_ANOMALY_MEMORY_LIMIT & 1);
    assert_true(stats.anomalies[WB_HTTP_ANOMALY_MEMORY_LIMIT] > 0);
    assert_in_range(stats.memory_peak, 1, options.max_memory_total + STREAMS_PAGE);
    wb__http_stream_end(stream, WB__HTTP_END_CLOSED, 1);
    assert_int_equal(seen.transactions, 3 * 65536 / 4080);

    stream = wb__http_stream_new(http, NULL, false);
    give(stream, 0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    give(stream, 1, "HTTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(seen.complete, 1);
    wb__http_stream_end(stream, WB__HTTP_END_CLOSED, 1);
    wb__http_free(http);
}

/* Who may hold nothing is followed all the same, and what is missing is told. */
static void test_no_head_without_memory(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct wb_http_options options = {.max_memory_total = 1};
    struct wb__http *http = wb__http_new(&options, &events, &seen);
    struct wb__http_stream *stream = wb__http_stream_new(http, NULL, false);
    give(stream, 0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(seen.unowned >> WB_HTTP_ANOMALY_MEMORY_LIMIT & 1);
    wb__http_stream_end(stream, WB__HTTP_END_CLOSED, 1);
    assert_int_equal(seen.transactions, 0);
    wb__http_stream_end(NULL, WB__HTTP_END_CLOSED, 1);
    wb__http_free(http);
    wb__http_free(NULL);
}

/* A hundred connections leave something behind that is never finished, in little room.
 * Between them an honest one has its requests answered, with a head of that length in two
 * pieces. None of it suffers. */
static void flood_beside_honest(const char *attack, size_t head_length)
{
    static const char start[] = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    struct seen seen = {0};
    struct wb_http_options options = {.max_memory_total = 64 << 10};
    struct wb__http *http = wb__http_new(&options, &events, &seen);
    struct wb__http_stream *honest = wb__http_stream_new(http, NULL, false), *flood[100];
    char *head = malloc(head_length + 1);
    assert_non_null(head);
    memset(head, 'x', head_length);
    memcpy(head, start, sizeof start - 1);
    memcpy(head + head_length - 4, "\r\n\r\n", 5);
    for (unsigned i = 0; i < 100; i++) {
        flood[i] = wb__http_stream_new(http, NULL, false);
        wb__http_stream_bytes(flood[i], 0, (const uint8_t *)attack, (uint32_t)strlen(attack), 2 * i);
        wb__http_stream_bytes(honest, 0, (const uint8_t *)head, 30, 2 * i + 1);
        give(honest, 0, head + 30);
        give(honest, 1, "HTTP/1.1 204 No Content\r\n\r\n");
    }
    assert_int_equal(seen.complete, 100);
    struct wb_http_stats stats;
    wb__http_stats(http, &stats);
    assert_in_range(stats.anomalies[WB_HTTP_ANOMALY_MEMORY_LIMIT], 60, 100);
    assert_in_range(stats.memory_peak, 1, options.max_memory_total + STREAMS_PAGE);
    for (unsigned i = 0; i < 100; i++)
        wb__http_stream_end(flood[i], WB__HTTP_END_SHUTDOWN, 1000);
    wb__http_stream_end(honest, WB__HTTP_END_CLOSED, 1000);
    assert_int_equal(seen.complete, 100);
    free(head);
    wb__http_free(http);
}

static void test_a_flood_of_slow_heads(void **state)
{
    (void)state;
    flood_beside_honest("GET / HTTP/1.1\r\nHost: a\r\n", 100);
    flood_beside_honest("GET / HTTP/1.1\r\nHost: a\r\n", 6000);
}

static void test_a_flood_of_requests_without_answer(void **state)
{
    (void)state;
    flood_beside_honest("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 100);
    flood_beside_honest("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 6000);
}

static void test_a_flood_of_bodies_without_end(void **state)
{
    (void)state;
    flood_beside_honest("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n.", 100);
}

/* What connections hold that were never ended is freed with the stage. */
static void test_free_without_an_end(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct wb__http *http = wb__http_new(&(struct wb_http_options){0}, &events, &seen);
    struct wb__http_stream *stream = wb__http_stream_new(http, NULL, false);
    give(stream, 0, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT");
    give(stream, 1, "HTTP/1.1 200 OK\r\n");
    wb__http_free(http);
    assert_int_equal(seen.transactions, 0);
}

/* The search for a start line in a stream picked up in its middle has an end, and
 * begins again when the other direction proves to be HTTP. */
static void test_search_ends_and_begins_again(void **state)
{
    (void)state;
    static char noise[100001];
    memset(noise, 'x', sizeof noise - 1);
    struct seen seen = {0};
    struct wb__http *http = wb__http_new(&(struct wb_http_options){0}, &events, &seen);
    struct wb__http_stream *stream = wb__http_stream_new(http, NULL, true);
    assert_true(wb__http_stream_bytes(stream, 1, (const uint8_t *)noise, 100000, 1));
    give(stream, 1, "\r\nHTTP/1.1 200 OK\r\n\r\n");
    assert_false(wb__http_stream_is_http(stream));
    assert_int_equal(wb__http_stream_request_direction(stream), -1);
    give(stream, 0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(wb__http_stream_request_direction(stream), 0);
    give(stream, 1, "more\r\nHTTP/1.1 204 No Content\r\n\r\n");
    assert_int_equal(seen.complete, 1);
    wb__http_stream_end(stream, WB__HTTP_END_CLOSED, 1);

    stream = wb__http_stream_new(http, NULL, true);
    wb__http_stream_bytes(stream, 0, (const uint8_t *)noise, 100000, 1);
    wb__http_stream_bytes(stream, 0, (const uint8_t *)noise, 1, 1);
    wb__http_stream_bytes(stream, 1, (const uint8_t *)noise, 100000, 1);
    assert_false(wb__http_stream_bytes(stream, 1, (const uint8_t *)noise, 1, 1));
    wb__http_stream_end(stream, WB__HTTP_END_CLOSED, 1);
    struct wb_http_stats stats;
    wb__http_stats(http, &stats);
    assert_int_equal(stats.streams, 1);
    assert_int_equal(stats.streams_other, 1);
    wb__http_free(http);
}

static void test_of_no_more_interest(void **state)
{
    (void)state;
    static const uint8_t tls[] = {0x16, 3, 1, 2, 0};
    struct seen seen = {0};
    struct wb__http *http = wb__http_new(&(struct wb_http_options){0}, &events, &seen);
    struct wb__http_stream *stream = wb__http_stream_new(http, NULL, false);
    assert_true(wb__http_stream_bytes(stream, 0, tls, sizeof tls, 1));
    assert_false(wb__http_stream_bytes(stream, 1, tls, sizeof tls, 1));
    wb__http_stream_end(stream, WB__HTTP_END_CLOSED, 1);

    stream = wb__http_stream_new(http, NULL, false);
    give(stream, 0, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n");
    give(stream, 1, "HTTP/1.1 200 OK\r\n\r\n");
    assert_false(wb__http_stream_bytes(stream, 0, tls, sizeof tls, 1));
    wb__http_stream_end(stream, WB__HTTP_END_CLOSED, 1);
    wb__http_free(http);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(wb_http_framing_name(WB_HTTP_FRAMING_CHUNKED), "chunked");
    assert_string_equal(wb_http_missing_name(10), "malformed");
    assert_string_equal(wb_http_anomaly_name(WB_HTTP_ANOMALY_RESYNCHRONISED),
                        "http.resynchronised");
    assert_string_equal(wb_http_framing_name(99), "unknown");
    assert_string_equal(wb_http_missing_name(99), "unknown");
    assert_string_equal(wb_http_anomaly_name(99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_prefix_of_a_head_needs_more),
        cmocka_unit_test(test_scanners_agree),
        cmocka_unit_test(test_a_big_head_in_pieces),
        cmocka_unit_test(test_memory_runs_out_and_comes_back),
        cmocka_unit_test(test_no_head_without_memory),
        cmocka_unit_test(test_a_flood_of_slow_heads),
        cmocka_unit_test(test_a_flood_of_requests_without_answer),
        cmocka_unit_test(test_a_flood_of_bodies_without_end),
        cmocka_unit_test(test_free_without_an_end),
        cmocka_unit_test(test_search_ends_and_begins_again),
        cmocka_unit_test(test_of_no_more_interest),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
