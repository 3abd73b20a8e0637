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
    scene_open(&scene, &(struct wb_record_options){.max_files = 7,
                                                   .quota_policy = WB_RECORD_QUOTA_OLDEST});
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
    scene_open(&scene, &(struct wb_record_options){.max_files = 3,
                                                   .quota_policy = WB_RECORD_QUOTA_OLDEST});
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

/* The default of files, which bounds what is remembered: reached by counting alone. */
static void memory_of_a_million_files(void **state)
{
    static const char *const endings[] = {".body", NULL};
    struct wb_record_options options = {.quota_policy = WB_RECORD_QUOTA_OLDEST};
    struct wb__quota quota;
    struct wb__faults faults = {0};
    struct wb__quota_set set = {.count = 1};
    char stem[65];
    (void)state;
    wb__quota_open(&quota, &options, -1, "", &faults);
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
        cmocka_unit_test(bytes_never_exceed_the_quota),
        cmocka_unit_test(a_large_one_is_lost_itself),
        cmocka_unit_test(others_files_stay),
        cmocka_unit_test(sets_of_one_file_go_too),
        cmocka_unit_test(memory_of_a_million_files),
    };
    memset(body, 'b', sizeof body);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
