/* SPDX-License-Identifier: ISC
 *
 * What becomes of files when writing fails: each loss is counted by its cause and told with
 * words, nothing half stays, nothing whole goes, and what can be written later is.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "record/recorder.h"
#include "scene.h"

#define BODY_MAX 300000u

static const struct wb_record_options by_etag = {.naming = WB_RECORD_ETAG};
static uint8_t body[BODY_MAX];

static void tell(struct scene *scene, const char *etag, const char *text)
{
    struct story story = {
        .etag = {etag, (uint32_t)strlen(etag)}, .body = text, .body_length = strlen(text)};
    scene_tell(scene, &story);
}

static void quotas_are_kept_and_told(void **state)
{
    struct wb_record_options options = by_etag;
    struct scene scene;
    (void)state;
    options.max_files = 7;
    scene_open(&scene, &options);
    tell(&scene, "\"a\"", "1");
    tell(&scene, "\"b\"", "2");
    tell(&scene, "\"c\"", "3");
    tell(&scene, "\"a\"", "1");
    assert_int_equal(scene_stats(&scene).lost_quota, 1);
    assert_int_equal(scene_stats(&scene).shared, 1);
    assert_int_equal(scene_stats(&scene).files, 6);
    assert_int_equal(scene_finish(&scene), WB_E_LIMIT);
    scene_close(&scene);

    options = by_etag;
    options.max_bytes = 150000;
    scene_open(&scene, &options);
    struct story big = {
        .etag = SLICE("\"big\""), .body = body, .body_length = 200000, .piece = 1448, .batch = 2};
    scene_tell(&scene, &big);
    tell(&scene, "\"a\"", "1");
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.lost_quota, 1);
    assert_int_equal(stats.written, 1);
    assert_in_range(stats.bytes, 1, 150000);
    assert_list(&scene, "a.body\na.http\na.json\n");
    scene_close(&scene);
}

static void a_limit_of_file_sizes_loses_what_is_larger(void **state)
{
    struct rlimit old, limit;
    struct scene scene;
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    limit = old;
    limit.rlim_cur = 50000;
    scene_open(&scene, &by_etag);
    setrlimit(RLIMIT_FSIZE, &limit);
    struct story big = {.etag = SLICE("\"big\""), .body = body, .body_length = 60000};
    scene_tell(&scene, &big);
    tell(&scene, "\"small\"", "1");
    setrlimit(RLIMIT_FSIZE, &old);
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.lost_error, 1);
    assert_int_equal(stats.written, 1);
    assert_int_equal(stats.first_error, EFBIG);
    assert_non_null(strstr(stats.first_error_text, "ulimit -f"));
    assert_list(&scene, "small.body\nsmall.http\nsmall.json\n");
    assert_int_equal(scene_finish(&scene), WB_E_SYSTEM);
    scene_close(&scene);
}

/* In a child that may no longer link by descriptor: 77 where that cannot be forbidden. */
static int lose_the_right_to_link(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_linkat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    struct scene scene;
    scene_open(&scene, &by_etag);
    tell(&scene, "\"before\"", "1");
    if (!scene.recorder->store.has_nameless || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
        scene_close(&scene);
        return 77;
    }
    tell(&scene, "\"after\"", "2");
    assert_list(&scene, "after.body\nafter.http\nafter.json\n"
                        "before.body\nbefore.http\nbefore.json\n");
    assert_file(&scene, "after.body", "2", 1);
    assert_false(scene.recorder->store.has_nameless);
    assert_int_equal(scene_finish(&scene), 0);
    scene_close(&scene);
    return 0;
}

/* The scene with a disk of 512 KiB, in a mount namespace of its own; false where that is not
 * allowed. */
static bool open_on_small_disk(struct scene *scene)
{
    scene_open(scene, &by_etag);
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", scene->path, "tmpfs", 0, "size=512k") < 0) {
        scene_close(scene);
        return false;
    }
    scene_reopen(scene);
    return true;
}

static void fill_disk(const struct scene *scene, char path[128])
{
    snprintf(path, 128, "%s/ballast", scene->path);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    while (write(fd, body, 4096) > 0)
        continue;
    close(fd);
}

/* All of these in a child; 77 where a small disk cannot be made. */
static int fill_a_small_disk(void)
{
    struct scene scene;
    char path[128];
    if (!open_on_small_disk(&scene))
        return 77;
    tell(&scene, "\"first\"", "1");
    fill_disk(&scene, path);
    tell(&scene, "\"second\"", "2");
    unlink(path);
    tell(&scene, "\"third\"", "3");
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.lost_disk_full, 1);
    assert_int_equal(stats.written, 2);
    assert_int_equal(stats.first_error, ENOSPC);
    assert_list(&scene, "first.body\nfirst.http\nfirst.json\n"
                        "third.body\nthird.http\nthird.json\n");
    assert_int_equal(scene_finish(&scene), WB_E_FULL);
    umount2(scene.path, MNT_DETACH);
    scene_close(&scene);
    return 0;
}

/* Half of a body is written, then nothing more fits: no part of it stays, and what is whole
 * stays whole. Lines on the same disk: each is there whole or counted. */
static int fill_it_in_the_middle(void)
{
    struct scene scene;
    char path[128];
    size_t length;
    if (!open_on_small_disk(&scene))
        return 77;
    snprintf(path, sizeof path, "%s/lines", scene.path);
    scene.options.json = path;
    scene_reopen(&scene);
    struct story big = {.etag = SLICE("\"big\""), .body = body, .piece = 1448, .batch = 20};
    tell(&scene, "\"first\"", "1");
    wb__sink_flush(&scene.recorder->json);
    big.body_length = 300000;
    scene_tell(&scene, &big); /* .http and .body are more than there is */
    assert_list(&scene, "first.body\nfirst.http\nfirst.json\nlines\n");
    big.body_length = 100000;
    scene_tell(&scene, &big);
    assert_file(&scene, "big.body", body, 100000);
    fill_disk(&scene, path);
    for (unsigned i = 0; i < 20; i++)
        tell(&scene, "\"lost\"", "1");
    wb__sink_flush(&scene.recorder->json);
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.transactions, 23);
    assert_int_equal(stats.written, 2);
    assert_int_equal(stats.lost_disk_full, 21);
    assert_int_equal(stats.json_records + stats.json_lost, 23);
    assert_true(stats.json_lost > 0);
    char *lines = scene_read(&scene, "lines", &length);
    assert_int_equal(length, stats.json_bytes);
    assert_int_equal(lines[length - 1], '\n');
    free(lines);
    assert_list(&scene, "ballast\nbig.body\nbig.http\nbig.json\n"
                        "first.body\nfirst.http\nfirst.json\nlines\n");
    assert_int_equal(scene_finish(&scene), WB_E_FULL);
    wb__recorder_close(scene.recorder); /* before the disk goes */
    scene.recorder = NULL;
    umount2(scene.path, MNT_DETACH);
    scene_close(&scene);
    return 0;
}

static void run_in_child(int (*test)(void))
{
    int status;
    pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0)
        _exit(test());
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_full_disk_is_told_and_may_become_free(void **state)
{
    (void)state;
    run_in_child(fill_a_small_disk);
}

static void a_disk_that_fills_in_the_middle_leaves_no_half(void **state)
{
    (void)state;
    run_in_child(fill_it_in_the_middle);
}

static void lost_rights_are_made_up_for(void **state)
{
    (void)state;
    run_in_child(lose_the_right_to_link);
}

/* With a transaction whose bytes are in parts there, and many files made ahead. */
static void a_removed_directory_is_told(void **state)
{
    struct scene scene;
    char command[128], etag[16];
    (void)state;
    scene_open(&scene, &by_etag);
    for (unsigned i = 0; i < WB__STORE_AHEAD_FROM; i++) {
        snprintf(etag, sizeof etag, "\"%u\"", i);
        tell(&scene, etag, "1");
    }
    snprintf(command, sizeof command, "rm -rf '%s'", scene.path);
    assert_int_equal(system(command), 0);
    struct story big = {
        .etag = SLICE("\"big\""), .body = body, .body_length = 200000, .piece = 1448, .batch = 2};
    scene_tell(&scene, &big);
    for (unsigned i = 0; i < 200; i++)
        tell(&scene, "\"e\"", "1");
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.written, WB__STORE_AHEAD_FROM);
    assert_int_equal(stats.lost_error, 201);
    assert_int_equal(stats.first_error, ENOENT);
    assert_non_null(strstr(stats.first_error_text, scene.path));
    assert_non_null(strstr(stats.first_error_text, "was the directory removed?"));
    assert_int_equal(scene_finish(&scene), WB_E_SYSTEM);
    scene_close(&scene);
}

/* Lines that nobody would find are lost, and that is told. */
static void a_removed_file_of_lines_is_told(void **state)
{
    struct scene scene;
    char path[128];
    (void)state;
    scene_open(&scene, &by_etag);
    snprintf(path, sizeof path, "%s/lines", scene.path);
    scene.options.json = path;
    scene_reopen(&scene);
    tell(&scene, "\"a\"", "1");
    wb__sink_flush(&scene.recorder->json);
    assert_int_equal(unlink(path), 0);
    tell(&scene, "\"b\"", "2");
    assert_int_equal(scene_finish(&scene), WB_E_SYSTEM);
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.json_records, 1);
    assert_int_equal(stats.json_lost, 1);
    assert_int_equal(stats.written, 2);
    assert_non_null(strstr(stats.first_error_text, "lines"));
    scene_close(&scene);
}

static int fill_body(void **state)
{
    (void)state;
    memset(body, 'b', sizeof body);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotas_are_kept_and_told),
        cmocka_unit_test(a_limit_of_file_sizes_loses_what_is_larger),
        cmocka_unit_test(a_full_disk_is_told_and_may_become_free),
        cmocka_unit_test(a_disk_that_fills_in_the_middle_leaves_no_half),
        cmocka_unit_test(lost_rights_are_made_up_for),
        cmocka_unit_test(a_removed_directory_is_told),
        cmocka_unit_test(a_removed_file_of_lines_is_told),
    };
    return cmocka_run_group_tests(tests, fill_body, NULL);
}
