/* SPDX-License-Identifier: ISC
 *
 * The files of transactions: which name holds what, whatever the order, the size and
 * the batches that the bytes come in.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "record/recorder.h"
#include "scene.h"

#define REQUEST "GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n"
#define ETAG_HEAD "HTTP/1.1 200 OK\r\nETag: \"e\"\r\n\r\n"
#define BODY_MAX (3u << 20)

static const struct wb_record_options by_etag = {.naming = WB_RECORD_ETAG};
static uint8_t body[BODY_MAX];

static struct story story_of(const char *etag, const char *text)
{
    return (struct story){
        .etag = {etag, (uint32_t)strlen(etag)}, .body = text, .body_length = strlen(text)};
}

static void tell(struct scene *scene, const char *etag, const char *text)
{
    struct story story = story_of(etag, text);
    scene_tell(scene, &story);
}

static void a_name_has_a_version_for_each_body(void **state)
{
    struct scene scene;
    (void)state;
    scene_open(&scene, &by_etag);
    tell(&scene, "\"e\"", "one");
    tell(&scene, "\"e\"", "two");
    tell(&scene, "\"e\"", "one");
    tell(&scene, "\"e\"", "three");
    tell(&scene, "\"e\"", "two");
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.transactions, 5);
    assert_int_equal(stats.written, 5);
    assert_int_equal(stats.shared, 2);
    assert_int_equal(stats.renamed, 2);
    assert_int_equal(stats.files, 9);
    assert_list(&scene, "e.body\ne.http\ne.json\n"
                        "e~2.body\ne~2.http\ne~2.json\ne~3.body\ne~3.http\ne~3.json\n");
    assert_file(&scene, "e.http", REQUEST ETAG_HEAD "one", strlen(REQUEST ETAG_HEAD "one"));
    assert_file(&scene, "e~2.body", "two", 3);
    assert_file(&scene, "e~3.body", "three", 5);
    scene_close(&scene);
}

static void files_of_an_earlier_run_are_compared_and_stay(void **state)
{
    struct scene scene;
    (void)state;
    scene_open(&scene, &by_etag);
    tell(&scene, "\"e\"", "one");
    tell(&scene, "\"e\"", "two");
    scene_reopen(&scene);
    tell(&scene, "\"e\"", "six");
    tell(&scene, "\"e\"", "two");
    tell(&scene, "\"e\"", "one");
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.shared, 2);
    assert_int_equal(stats.renamed, 1);
    assert_file(&scene, "e.body", "one", 3);
    assert_file(&scene, "e~2.body", "two", 3);
    assert_file(&scene, "e~3.body", "six", 3);
    scene_close(&scene);
}

/* With a full table of names, the files themselves are compared. */
static void a_full_table_of_names_is_counted_and_survived(void **state)
{
    struct scene scene;
    (void)state;
    scene_open(&scene, &by_etag);
    scene.recorder->seen.limit = 0;
    tell(&scene, "\"e\"", "one");
    tell(&scene, "\"e\"", "two");
    tell(&scene, "\"e\"", "one");
    tell(&scene, "\"e\"", "two");
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.written, 4);
    assert_int_equal(stats.shared, 2);
    assert_int_equal(stats.renamed, 1);
    assert_int_equal(stats.files, 6);
    assert_true(stats.names_forgotten > 0);
    assert_int_equal(stats.names_memory_bytes, 1024 * sizeof(struct wb__seen_entry));
    assert_int_equal(stats.names_memory_peak, stats.names_memory_bytes);
    scene_close(&scene);
}

/* A set is moved whole or not at all: one taken name of the three is enough. */
static void a_taken_name_moves_the_whole_set(void **state)
{
    struct scene scene;
    char path[128];
    (void)state;
    scene_open(&scene, &by_etag);
    snprintf(path, sizeof path, "%s/e.json", scene.path);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    tell(&scene, "\"e\"", "one");
    assert_list(&scene, "e.json\ne~2.body\ne~2.http\ne~2.json\n");
    assert_file(&scene, "e.json", "", 0);
    scene_close(&scene);
}

static void incomplete_ones_never_share_a_name_with_complete_ones(void **state)
{
    struct scene scene;
    (void)state;
    scene_open(&scene, &by_etag);
    struct story cut = story_of("\"e\"", "one");
    cut.missing = WB_HTTP_MISSING_RESPONSE_CUT;
    scene_tell(&scene, &cut);
    cut.body = "two";
    scene_tell(&scene, &cut);
    tell(&scene, "\"e\"", "one");
    tell(&scene, "\"e.incomplete\"", "one");
    assert_list(&scene, "e%2Eincomplete.body\ne%2Eincomplete.http\ne%2Eincomplete.json\n"
                        "e.body\ne.http\n"
                        "e.incomplete.body\ne.incomplete.http\ne.incomplete.json\ne.json\n"
                        "e~2.incomplete.body\ne~2.incomplete.http\ne~2.incomplete.json\n");
    scene_close(&scene);
}

static void without_etag_the_body_names_it(void **state)
{
    struct scene scene;
    (void)state;
    scene_open(&scene, &by_etag);
    scene_tell(&scene, &(struct story){.body = "abc", .body_length = 3});
    assert_file(&scene, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.body",
                "abc", 3);
    scene_close(&scene);
}

static void sha256_naming_stores_each_body_once(void **state)
{
    struct scene scene;
    (void)state;
    scene_open(&scene, &(struct wb_record_options){.naming = WB_RECORD_SHA256});
    tell(&scene, "\"e\"", "abc");
    tell(&scene, "\"f\"", "abc");
    tell(&scene, "\"g\"", "");
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.written, 2);
    assert_int_equal(stats.shared, 1);
    assert_int_equal(stats.without_body, 1);
    assert_list(&scene, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.body\n");
    scene_close(&scene);
}

static bool only_named; /* no files without a name */

/* The .http and .body files for a body of that length, told in that way. */
static void check_story(const struct wb_record_options *options, struct story story)
{
    struct scene scene;
    size_t head = strlen(REQUEST ETAG_HEAD), length;
    scene_open(&scene, options);
    scene.recorder->store.has_nameless &= !only_named;
    story.etag = SLICE("\"e\"");
    story.body = body;
    scene_tell(&scene, &story);
    assert_int_equal(scene_finish(&scene), 0);
    assert_list(&scene, "e.body\ne.http\ne.json\n");
    assert_file(&scene, "e.body", body, story.body_length);
    char *http = scene_read(&scene, "e.http", &length);
    assert_int_equal(length, head + story.body_length);
    assert_memory_equal(http, REQUEST ETAG_HEAD, head);
    assert_memory_equal(http + head, body, story.body_length);
    free(http);
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.memory_bytes, 0);
    assert_in_range(stats.bytes, length + story.body_length, length + story.body_length + 4096);
    scene_close(&scene);
}

static void all_sizes_in_all_batches_are_the_same_files(void **state)
{
    static const size_t lengths[] = {0, 1, 1447, 65535, 65536, 200000, BODY_MAX};
    static const unsigned batches[] = {0, 1, 2, 50};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (size_t j = 0; j < sizeof batches / sizeof *batches; j++)
            for (unsigned bits = 0; bits < 8; bits++) {
                only_named = bits & 4;
                check_story(&by_etag, (struct story){.body_length = lengths[i],
                                                     .piece = 1448,
                                                     .batch = batches[j],
                                                     .response_first = bits & 1,
                                                     .copied = bits & 2});
            }
    only_named = false;
}

static void one_byte_at_a_time_is_the_same_file(void **state)
{
    (void)state;
    check_story(&by_etag, (struct story){.body_length = 3000, .piece = 1});
    check_story(&by_etag, (struct story){.body_length = 3000, .piece = 1, .batch = 1});
}

/* With no memory to hold bytes in, all of them go through part files. */
static void a_small_memory_limit_is_kept(void **state)
{
    struct wb_record_options options = by_etag;
    (void)state;
    options.max_memory = 1;
    check_story(&options, (struct story){.body_length = 100000, .piece = 1448, .batch = 3});
    check_story(&options,
                (struct story){.body_length = 100000, .piece = 999, .batch = 1, .copied = true});
}

static void chunked_bodies_lose_their_framing_in_the_body_only(void **state)
{
    static const char http[] =
        REQUEST "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nTransfer-Encoding: chunked\r\n\r\n"
                "5\r\nhello\r\n0\r\n\r\n";
    struct scene scene;
    (void)state;
    scene_open(&scene, &by_etag);
    struct story story = story_of("\"e\"", "hello");
    story.is_chunked = true;
    story.piece = 2;
    story.batch = 3;
    scene_tell(&scene, &story);
    assert_file(&scene, "e.body", "hello", 5);
    assert_file(&scene, "e.http", http, sizeof http - 1);
    scene_close(&scene);
}

static size_t deflate_body(uint8_t *out, size_t room, size_t length)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = body;
    stream.avail_in = (unsigned)length;
    stream.next_out = out;
    stream.avail_out = (unsigned)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return stream.total_out;
}

static void content_codings_are_removed_from_the_body(void **state)
{
    static uint8_t coded[BODY_MAX + 4096];
    struct scene scene;
    (void)state;
    size_t length = deflate_body(coded, sizeof coded, BODY_MAX);
    scene_open(&scene, &by_etag);
    struct story story = {.etag = SLICE("\"e\""),
                          .body = coded,
                          .body_length = length,
                          .coding = "gzip",
                          .piece = 1448,
                          .batch = 20};
    scene_tell(&scene, &story);
    assert_file(&scene, "e.body", body, BODY_MAX);
    story.etag = SLICE("\"cut\"");
    story.body_length = length / 2;
    scene_tell(&scene, &story);
    story = story_of("\"broken\"", "this is no gzip");
    story.coding = "gzip";
    scene_tell(&scene, &story);
    story = story_of("\"strange\"", "unknown");
    story.coding = "x-strange";
    scene_tell(&scene, &story);
    assert_file(&scene, "strange.body", "unknown", 7);
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.content_cut, 1);
    assert_int_equal(stats.content_invalid, 1);
    assert_int_equal(stats.content_unknown, 1);
    assert_int_equal(stats.written, 4);
    scene_close(&scene);
}

static void links_are_neither_followed_nor_replaced(void **state)
{
    struct scene scene;
    char path[128], victim[128], text[64];
    (void)state;
    scene_open(&scene, &by_etag);
    snprintf(victim, sizeof victim, "%s/victim", scene.path);
    int fd = open(victim, O_CREAT | O_WRONLY, 0600);
    assert_int_equal(write(fd, "safe", 4), 4);
    close(fd);
    snprintf(path, sizeof path, "%s/e.body", scene.path);
    assert_int_equal(symlink("victim", path), 0);
    for (int i = 1; i <= 5; i++) {
        snprintf(text, sizeof text, ".part-%ld-%d", (long)getpid(), i);
        snprintf(path, sizeof path, "%s/%s", scene.path, text);
        assert_int_equal(symlink("victim", path), 0);
    }
    tell(&scene, "\"e\"", "safe");
    assert_file(&scene, "victim", "safe", 4);
    assert_file(&scene, "e~2.body", "safe", 4);
    assert_int_equal(scene_stats(&scene).renamed, 1);
    scene_close(&scene);
}

/* More unfinished transactions than descriptors: parts are closed and opened again. */
static void many_open_transactions_need_few_descriptors(void **state)
{
    enum { COUNT = 60 };
    struct rlimit old, limit;
    struct scene scene;
    struct wb_http_transaction transactions[COUNT] = {0};
    void *states[COUNT] = {0};
    char etags[COUNT][16];
    struct wb_http_header headers[COUNT];
    (void)state;
    scene_open(&scene, &by_etag);
    getrlimit(RLIMIT_NOFILE, &old);
    limit = old;
    limit.rlim_cur = 40;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++) {
            int length = snprintf(etags[i], sizeof etags[i], "\"t%02d\"", i);
            headers[i] = (struct wb_http_header){SLICE("ETag"), {etags[i], (uint32_t)length}};
            transactions[i].response = (struct wb_http_message){.seen = true,
                                                                .status = 200,
                                                                .ended = true,
                                                                .headers = &headers[i],
                                                                .header_count = 1};
            wb__recorder_http_bytes(scene.recorder, &states[i], &scene.flow, &transactions[i],
                                    WB_HTTP_RESPONSE, WB_HTTP_PART_BODY,
                                    scene_borrow(&scene, body + round * 70000, 70000), 70000, true);
        }
        scene_end_batch(&scene);
    }
    for (int i = 0; i < COUNT; i++)
        wb__recorder_transaction(scene.recorder, &states[i], &scene.flow, false, &transactions[i]);
    setrlimit(RLIMIT_NOFILE, &old);
    assert_int_equal(scene_stats(&scene).written, COUNT);
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        snprintf(name, sizeof name, "t%02d.body", i);
        assert_file(&scene, name, body, 210000);
    }
    scene_close(&scene);
}

/* A transaction that never ended leaves no part behind. */
static void parts_are_removed_at_the_end(void **state)
{
    struct scene scene;
    struct wb_http_transaction transaction = {.response = {.seen = true}};
    void *place = NULL;
    (void)state;
    scene_open(&scene, &by_etag);
    wb__recorder_http_bytes(scene.recorder, &place, &scene.flow, &transaction, WB_HTTP_RESPONSE,
                            WB_HTTP_PART_BODY, scene_borrow(&scene, body, 200000), 200000, true);
    scene_end_batch(&scene);
    char *list = scene_list(&scene);
    assert_non_null(strstr(list, ".part-"));
    free(list);
    assert_int_equal(scene_finish(&scene), 0);
    assert_list(&scene, "");
    scene_close(&scene);
}

static int fill_body(void **state)
{
    uint32_t x = 12345;
    (void)state;
    for (size_t i = 0; i < sizeof body; i++) {
        x = x * 1664525 + 1013904223;
        body[i] = (uint8_t)(x >> 24);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_a_version_for_each_body),
        cmocka_unit_test(files_of_an_earlier_run_are_compared_and_stay),
        cmocka_unit_test(a_full_table_of_names_is_counted_and_survived),
        cmocka_unit_test(a_taken_name_moves_the_whole_set),
        cmocka_unit_test(incomplete_ones_never_share_a_name_with_complete_ones),
        cmocka_unit_test(without_etag_the_body_names_it),
        cmocka_unit_test(sha256_naming_stores_each_body_once),
        cmocka_unit_test(all_sizes_in_all_batches_are_the_same_files),
        cmocka_unit_test(one_byte_at_a_time_is_the_same_file),
        cmocka_unit_test(a_small_memory_limit_is_kept),
        cmocka_unit_test(chunked_bodies_lose_their_framing_in_the_body_only),
        cmocka_unit_test(content_codings_are_removed_from_the_body),
        cmocka_unit_test(links_are_neither_followed_nor_replaced),
        cmocka_unit_test(many_open_transactions_need_few_descriptors),
        cmocka_unit_test(parts_are_removed_at_the_end),
    };
    return cmocka_run_group_tests(tests, fill_body, NULL);
}
