/* SPDX-License-Identifier: ISC
 *
 * The quota of a directory where the oldest make place: what stands never exceeds it, what
 * is deleted is whole sets, the oldest first, and only what this run has made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/recorder.h"
#include "scene.h"

static uint8_t body[200000];

static void tell(struct scene *scene, const char *etag, const char *text)
{
    scene_tell(scene, &(struct story){.etag = {etag, (uint32_t)strlen(etag)},
                                      .body = text,
                                      .body_length = strlen(text)});
}

static void tell_large(struct scene *scene, const char *etag, size_t length)
{
    scene_tell(scene, &(struct story){.etag = {etag, (uint32_t)strlen(etag)},
                                      .body = body,
                                      .body_length = length,
                                      .piece = 1448,
                                      .batch = 20});
}

/* The bytes of all files in the directory. */
static uint64_t standing_bytes(const struct scene *scene)
{
    char *list = scene_list(scene), *rest = list, path[512];
    uint64_t bytes = 0;
    for (char *name; (name = strsep(&rest, "\n"));) {
        struct stat status;
        snprintf(path, sizeof path, "%s/%s", scene->path, name);
        if (*name && stat(path, &status) == 0)
            bytes += (uint64_t)status.st_size;
    }
    free(list);
    return bytes;
}

static void the_oldest_go_whole(void **state)
{
    struct scene scene;
    (void)state;
    scene_open(&scene,
               &(struct wb_record_options){.max_files = 7, .quota_policy = WB_RECORD_QUOTA_OLDEST});
    tell(&scene, "\"a\"", "1");
    tell(&scene, "\"b\"", "2");
    tell(&scene, "\"c\"", "3");
    assert_list(&scene, "b.body\nb.http\nb.json\nc.body\nc.http\nc.json\n");
    tell(&scene, "\"c\"", "3"); /* is there */
    tell(&scene, "\"a\"", "1"); /* was, and is written again under its name */
    assert_list(&scene, "a.body\na.http\na.json\nc.body\nc.http\nc.json\n");
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.transactions, 5);
    assert_int_equal(stats.written, 5);
    assert_int_equal(stats.shared, 1);
    assert_int_equal(stats.deleted, 2);
    assert_int_equal(stats.files, 12);
    assert_int_equal(stats.deleted_files, 6);
    assert_int_equal(stats.bytes - stats.deleted_bytes, standing_bytes(&scene));
    assert_true(stats.quota_memory_peak > 0);
    assert_int_equal(scene_finish(&scene), 0);
    scene_close(&scene);
}

static void bytes_never_exceed_the_quota(void **state)
{
    enum { QUOTA = 100000 };
    struct scene scene;
    char etag[16];
    (void)state;
    scene_open(&scene, &(struct wb_record_options){.max_bytes = QUOTA,
                                                   .quota_policy = WB_RECORD_QUOTA_OLDEST});
    for (unsigned i = 0; i < 500; i++) {
        snprintf(etag, sizeof etag, "\"%u\"", i);
        tell_large(&scene, etag, i * 997 % 20000);
        assert_true(standing_bytes(&scene) <= QUOTA);
    }
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.written, 500);
    assert_int_equal(stats.lost_quota, 0);
    assert_int_equal(stats.bytes - stats.deleted_bytes, standing_bytes(&scene));
    assert_int_equal(stats.files, 1500);
    assert_true(stats.deleted > 300 && stats.deleted < 500);
    scene_close(&scene);
}

/* What is larger than half of the quota pushes out no more than that. */
static void a_large_one_is_lost_itself(void **state)
{
    struct scene scene;
    (void)state;
    scene_open(&scene, &(struct wb_record_options){.max_bytes = 400000,
                                                   .quota_policy = WB_RECORD_QUOTA_OLDEST});
    tell_large(&scene, "\"a\"", 80000);
    tell_large(&scene, "\"b\"", 80000);
    tell_large(&scene, "\"large\"", sizeof body);
    assert_list(&scene, "b.body\nb.http\nb.json\n");
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.lost_quota, 1);
    assert_int_equal(stats.deleted, 1);
    assert_int_equal(scene_finish(&scene), WB_E_LIMIT);
    scene_close(&scene);
}

/* Files of an earlier run, and one that came in the place of ours. */
static void others_files_stay(void **state)
{
    struct scene scene;
    char path[128];
    (void)state;
    scene_open(&scene,
               &(struct wb_record_options){.max_files = 3, .quota_policy = WB_RECORD_QUOTA_OLDEST});
    tell(&scene, "\"old\"", "1");
    scene_reopen(&scene);
    tell(&scene, "\"a\"", "1");
    snprintf(path, sizeof path, "%s/a.body", scene.path);
    char moved[160];
    snprintf(moved, sizeof moved, "%s/moved", scene.path);
    assert_int_equal(rename(path, moved), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    tell(&scene, "\"b\"", "2");
    assert_list(&scene, "a.body\nb.body\nb.http\nb.json\nmoved\nold.body\nold.http\nold.json\n");
    scene_close(&scene);
}

static void sets_of_one_file_go_too(void **state)
{
    struct scene scene;
    (void)state;
    scene_open(&scene, &(struct wb_record_options){.naming = WB_RECORD_SHA256,
                                                   .max_files = 1,
                                                   .quota_policy = WB_RECORD_QUOTA_OLDEST});
    tell(&scene, "\"a\"", "1");
    tell(&scene, "\"a\"", "abc");
    assert_list(&scene, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.body\n");
    assert_int_equal(scene_stats(&scene).deleted, 1);
    scene_close(&scene);
}

/* What a process made that died is deleted by the one after it, in its turn. */
static void the_next_process_deletes_on(void **state)
{
    struct scene scene;
    struct wb__legacy legacy = {.standing = wb__standing_new()};
    (void)state;
    scene_open(&scene,
               &(struct wb_record_options){.max_files = 7, .quota_policy = WB_RECORD_QUOTA_OLDEST});
    tell(&scene, "\"before\"", "0"); /* by an earlier run */
    scene.legacy = &legacy;
    scene_reopen(&scene);
    tell(&scene, "\"a\"", "1");
    tell(&scene, "\"b\"", "2");
    struct wb_record_stats first = scene_stats(&scene);
    scene_reopen(&scene);
    assert_int_equal(scene_stats(&scene).files, 0);
    assert_int_equal(scene_stats(&scene).bytes, 0);
    tell(&scene, "\"c\"", "3");
    assert_list(&scene, "b.body\nb.http\nb.json\nbefore.body\nbefore.http\nbefore.json\n"
                        "c.body\nc.http\nc.json\n");
    tell(&scene, "\"d\"", "4");
    struct wb_record_stats second = scene_stats(&scene);
    assert_int_equal(second.lost_quota, 0);
    assert_int_equal(second.files, 6);
    assert_int_equal(second.deleted_files, 6);
    assert_int_equal(second.deleted_bytes, first.bytes);
    assert_int_equal(second.bytes, first.bytes);
    assert_int_equal(second.quota_memory_bytes, first.quota_memory_bytes);
    scene_close(&scene);
    wb__standing_free(legacy.standing);
}

/* What is no file of ours cannot use up the quota for ever. */
static void a_directory_does_not_count_on(void **state)
{
    static const char *const endings[] = {"", NULL};
    struct scene scene;
    struct stat status;
    struct wb__legacy legacy = {.standing = wb__standing_new()};
    (void)state;
    scene_open(&scene, &(struct wb_record_options){.max_bytes = 100000,
                                                   .quota_policy = WB_RECORD_QUOTA_OLDEST});
    assert_int_equal(stat(scene.path, &status), 0);
    const struct wb__standing_set lie = {
        .count = 1, .bytes = 1 << 20, .inodes = {(uint64_t)status.st_ino}};
    assert_true(wb__standing_put(legacy.standing, ".", endings, &lie) > 0);
    scene.legacy = &legacy;
    scene_reopen(&scene);
    tell(&scene, "\"a\"", "1");
    assert_list(&scene, "a.body\na.http\na.json\n");
    assert_int_equal(scene_stats(&scene).lost_quota, 0);
    scene_close(&scene);
    wb__standing_free(legacy.standing);
}

static void what_the_one_before_made_counts(void **state)
{
    struct scene scene;
    const struct wb__legacy legacy = {.files = 3, .bytes = 100};
    (void)state;
    scene_open(&scene, &(struct wb_record_options){.max_files = 7});
    scene.legacy = &legacy;
    scene_reopen(&scene);
    tell(&scene, "\"a\"", "1");
    tell(&scene, "\"b\"", "2");
    assert_list(&scene, "a.body\na.http\na.json\n");
    assert_int_equal(scene_stats(&scene).files, 3);
    assert_int_equal(scene_stats(&scene).lost_quota, 1);
    scene_close(&scene);
}

/* Sets in the ring while it goes round, beside a count of what they have to be. */
static void sets_come_and_go_in_order(void **state)
{
    static const char *const endings[] = {".body", ".http", ".json", NULL};
    struct wb__standing *standing = wb__standing_new();
    struct wb__standing_entry entry;
    uint64_t first = 0, next = 0;
    char stem[WB__NAME_SIZE], name[WB__NAME_SIZE + 8];
    (void)state;
    assert_non_null(standing);
    standing->begin = standing->end = WB__STANDING_BYTES - 1000; /* it wraps soon */
    for (bool is_full = false; next < 3000000; is_full = false) {
        while (!is_full) {
            struct wb__standing_set set = {.bytes = next, .inodes = {next, 1, 2}, .count = 3};
            snprintf(stem, sizeof stem, "%0*llu", (int)(7 + next % 200), (unsigned long long)next);
            is_full = wb__standing_put(standing, stem, endings, &set) == 0;
            next += !is_full;
        }
        assert_true(wb__standing_length(standing) > WB__STANDING_BYTES - 1000);
        for (unsigned i = 0; i < 300000; i++, first++) {
            assert_true(wb__standing_read(standing, standing->begin, &entry));
            snprintf(name, sizeof name, "%0*llu.http", (int)(7 + first % 200),
                     (unsigned long long)first);
            assert_string_equal(entry.names[1], name);
            assert_int_equal(entry.set.bytes, first);
            assert_int_equal(entry.set.inodes[0], first);
            wb__standing_drop(standing, &entry);
        }
    }
    while (wb__standing_read(standing, standing->begin, &entry))
        wb__standing_drop(standing, &entry), first++;
    assert_int_equal(first, next);
    wb__standing_free(standing);
}

/* What another process may have written there names no file elsewhere, and harms nobody. */
static void lies_are_forgotten(void **state)
{
    static const char *const endings[] = {".body", NULL}, *const climbing[] = {"/../x", NULL};
    struct wb__standing *standing = wb__standing_new();
    struct wb__standing_entry entry;
    const struct wb__standing_set one = {.count = 1}, none = {.count = 0}, four = {.count = 4};
    (void)state;
    assert_true(wb__standing_put(standing, "good", endings, &one) > 0);
    uint64_t good = standing->end;
    const struct {
        const char *stem;
        const char *const *endings;
        const struct wb__standing_set *set;
    } lies[] = {{"a", endings, &none},  {"a", endings, &four},          {"a", climbing, &one},
                {"..", climbing, &one}, {"/etc/passwd", endings, &one}, {"a", endings + 1, &one}};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        assert_true(wb__standing_put(standing, lies[i].stem, lies[i].endings, lies[i].set) > 0);
        assert_true(wb__standing_put(standing, "after", endings, &one) > 0);
        assert_true(wb__standing_read(standing, standing->begin, &entry));
        assert_string_equal(entry.names[0], "good.body");
        assert_false(wb__standing_read(standing, standing->begin + entry.size, &entry));
        assert_int_equal(standing->end, good);
    }
    static const uint64_t ends[] = {1, 47, UINT64_MAX, WB__STANDING_BYTES + 1, UINT64_C(1) << 63};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        standing->begin = 5;
        standing->end = 5 + ends[i];
        assert_false(wb__standing_read(standing, standing->begin, &entry));
        assert_int_equal(wb__standing_length(standing), 0);
    }
    standing->begin = standing->end = UINT64_MAX - 1000; /* the counts begin at 0 again */
    while (standing->end > 1000)
        assert_true(wb__standing_put(standing, "some-stem", endings, &one) > 0);
    while (wb__standing_read(standing, standing->begin, &entry)) {
        assert_string_equal(entry.names[0], "some-stem.body");
        wb__standing_drop(standing, &entry);
    }
    assert_int_equal(standing->begin, standing->end);
    assert_true(standing->end < 1000);
    srandom(1);
    for (int round = 0; round < 2000; round++) {
        standing->begin = standing->end = (uint64_t)random();
        for (int i = 0; i < 50; i++)
            wb__standing_put(standing, "some-stem", endings, &one);
        for (int i = 0; i < 20; i++)
            standing->ring[(standing->begin + (uint64_t)random() % 3000) % WB__STANDING_BYTES] =
                (uint8_t)random();
        while (wb__standing_read(standing, standing->begin, &entry)) {
            assert_in_range(entry.set.count, 1, WB__STANDING_FILES);
            for (uint32_t i = 0; i < entry.set.count; i++) {
                assert_true(strnlen(entry.names[i], WB__NAME_SIZE) < WB__NAME_SIZE);
                assert_null(strchr(entry.names[i], '/'));
            }
            wb__standing_drop(standing, &entry);
        }
        assert_int_equal(wb__standing_length(standing), 0);
    }
    wb__standing_free(standing);
}

/* The default of files, which bounds what is remembered: reached by counting alone. */
static void memory_of_a_million_files(void **state)
{
    static const char *const endings[] = {".body", NULL};
    struct wb_record_options options = {.quota_policy = WB_RECORD_QUOTA_OLDEST};
    struct wb__quota quota;
    struct wb__directory nowhere = {.descriptor = -1, .writer = -1};
    struct wb__faults faults = {0};
    struct wb__standing_set set = {.count = 1};
    char stem[65];
    (void)state;
    wb__quota_open(&quota, &options, &nowhere, "", NULL, &faults);
    assert_int_equal(quota.max_files, 1000000);
    for (unsigned i = 0; i < 1000100; i++) {
        snprintf(stem, sizeof stem, "%064u", i);
        assert_int_equal(wb__quota_room_for(&quota, 1), WB__LOSS_NONE);
        wb__quota_publish(&quota, 0);
        wb__quota_remember(&quota, stem, endings, &set);
    }
    assert_int_equal(quota.files, 1000000);
    assert_int_equal(quota.deleted_files, 100);
    assert_in_range(quota.memory.peak, 64 << 20, 128 << 20);
    printf("%llu MiB remember a million files\n", (unsigned long long)quota.memory.peak >> 20);
    wb__quota_close(&quota);
    assert_int_equal(quota.memory.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_go_whole),
        cmocka_unit_test(the_next_process_deletes_on),
        cmocka_unit_test(a_directory_does_not_count_on),
        cmocka_unit_test(what_the_one_before_made_counts),
        cmocka_unit_test(sets_come_and_go_in_order),
        cmocka_unit_test(lies_are_forgotten),
        cmocka_unit_test(bytes_never_exceed_the_quota),
        cmocka_unit_test(a_large_one_is_lost_itself),
        cmocka_unit_test(others_files_stay),
        cmocka_unit_test(sets_of_one_file_go_too),
        cmocka_unit_test(memory_of_a_million_files),
    };
    memset(body, 'b', sizeof body);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
