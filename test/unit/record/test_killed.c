/* SPDX-License-Identifier: ISC
 *
 * A recorder, or its writer, that is killed: at each system call that changes a directory or a file,
 * before it and after it, and in the middle of a write. What comes next finds no half: who
 * sees a sidecar sees the whole set, as soon as another run has begun there is nothing but
 * whole sets, each is what it should be, and that run makes of the same traffic what an
 * undisturbed one would have made. The linker puts the functions below in the place of
 * the C library's (--wrap).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "base/shared.h"
#include "record/recorder.h"
#include "scene.h"

enum when { BEFORE, AFTER, HALF };

static long *left; /* calls until the one in which we are killed; 0: never. A writer counts, too */
static enum when when;
static bool cannot_link; /* by descriptor */
static int refused;      /* the errno of each pwrite, which only the journal calls; 0: none */

ssize_t __real_write(int fd, const void *bytes, size_t length);
ssize_t __real_writev(int fd, const struct iovec *vector, int count);
ssize_t __real_pwrite(int fd, const void *bytes, size_t length, off_t offset);
int __real_linkat(int from, const char *old, int to, const char *new, int flags);
int __real_renameat2(int from, const char *old, int to, const char *new, unsigned flags);
int __real_unlinkat(int directory, const char *name, int flags);
ssize_t __wrap_write(int fd, const void *bytes, size_t length);
ssize_t __wrap_writev(int fd, const struct iovec *vector, int count);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t length, off_t offset);
ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t length, off_t offset);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_renameat2(int from, const char *old, int to, const char *new, unsigned flags);
int __wrap_unlinkat(int directory, const char *name, int flags);

static bool is_the_one(void)
{
    bool is = *left && --*left == 0;
    if (is && when == BEFORE)
        raise(SIGKILL);
    return is;
}

static void over(bool is)
{
    if (is)
        raise(SIGKILL);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
    bool is = is_the_one();
    ssize_t done = __real_write(fd, bytes, is && when == HALF ? length / 2 : length);
    over(is);
    return done;
}

ssize_t __wrap_writev(int fd, const struct iovec *vector, int count)
{
    bool is = is_the_one();
    ssize_t done = __real_writev(fd, vector, is && when == HALF ? count / 2 : count);
    over(is);
    return done;
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    bool is = is_the_one();
    ssize_t done = refused ? -1 : __real_pwrite(fd, bytes, length, offset);
    if (refused)
        errno = refused;
    over(is);
    return done;
}

/* What glibc makes of pwrite where offsets have 64 bits. */
ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t length, off_t offset)
{
    return __wrap_pwrite(fd, bytes, length, offset);
}

int __wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
    bool is = is_the_one(), can = !cannot_link || !(flags & AT_EMPTY_PATH);
    int result = can ? __real_linkat(from, old, to, new, flags) : -1;
    if (!can)
        errno = ENOENT; /* as Linux has it */
    over(is);
    return result;
}

int __wrap_renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    bool is = is_the_one();
    int result = __real_renameat2(from, old, to, new, flags);
    over(is);
    return result;
}

int __wrap_unlinkat(int directory, const char *name, int flags)
{
    bool is = is_the_one();
    int result = __real_unlinkat(directory, name, flags);
    over(is);
    return result;
}

#define LARGE 200000u
static uint8_t large[LARGE];

/* How files get their names: by descriptor, by another name, or by descriptor until the right
 * to do so is lost; and the first two by a writer, which dies as well. */
static enum { NAMELESS, NAMED, RIGHT_LOST, NAMELESS_BY_WRITER, NAMED_BY_WRITER } naming;
static const struct wb_guard_options writer = {.mode = WB_GUARD_OFF, .is_writer = true};

static void tell(struct scene *scene, const char *etag, const void *body, size_t length)
{
    scene_tell(scene, &(struct story){.etag = {etag, (uint32_t)strlen(etag)},
                                      .body = body,
                                      .body_length = length,
                                      .piece = 1448,
                                      .batch = 40});
}

/* Sets of small files, a set that waits in parts, versions of a name, a set that is there. */
static void tell_all(struct scene *scene)
{
    scene->recorder->store.has_nameless &= naming != NAMED && naming != NAMED_BY_WRITER;
    cannot_link = naming == RIGHT_LOST;
    tell(scene, "\"a\"", "one", 3);
    tell(scene, "\"large\"", large, LARGE);
    tell(scene, "\"a\"", "two", 3);
    tell(scene, "\"a\"", "one", 3);
    scene_end_batch(scene);
    wb__sink_flush(&scene->recorder->json);
    tell(scene, "\"b\"", "three", 5);
}

static char json_path[128];

static void open_in(struct scene *scene)
{
    scene_open(scene, &(struct wb_record_options){
                          .naming = WB_RECORD_ETAG,
                          .writer = naming >= NAMELESS_BY_WRITER ? &writer : NULL,
                      });
    snprintf(json_path, sizeof json_path, "%s.json", scene->path);
    scene->options.json = json_path;
}

static bool has_file(const struct scene *scene, const char *stem, const char *ending)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s%s", scene->path, stem, ending);
    return access(path, R_OK) == 0;
}

static bool ends_with(const char *name, const char *ending, char *stem)
{
    size_t length = strlen(name), more = strlen(ending);
    if (length < more || strcmp(name + length - more, ending) != 0)
        return false;
    memcpy(stem, name, length - more);
    stem[length - more] = '\0';
    return true;
}

/* Each sidecar has its files. */
static void check_sidecars(const struct scene *scene)
{
    char *list = scene_list(scene), *rest = list, stem[256];
    for (char *name; (name = strsep(&rest, "\n"));)
        if (ends_with(name, ".json", stem)) {
            assert_true(has_file(scene, stem, ".body"));
            assert_true(has_file(scene, stem, ".http"));
        }
    free(list);
}

/* There are whole sets only, with the bodies that were told. */
static void check_sets(const struct scene *scene)
{
    char *list = scene_list(scene), *rest = list, stem[256];
    unsigned files = 0, sidecars = 0;
    for (char *name; (name = strsep(&rest, "\n"));) {
        if (!*name)
            continue;
        files++;
        sidecars += ends_with(name, ".json", stem);
        if (!ends_with(name, ".body", stem))
            continue;
        bool is_large = strcmp(stem, "large") == 0;
        const char *text = strcmp(stem, "a") == 0 ? "one" : strcmp(stem, "a~2") == 0 ? "two" : "three";
        assert_file(scene, name, is_large ? (const char *)large : text,
                    is_large ? LARGE : strlen(text));
    }
    assert_int_equal(files, 3 * sidecars);
    free(list);
}

static void check_lines(void)
{
    json_error_t error;
    FILE *file = fopen(json_path, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    assert_non_null(file);
    while ((length = getline(&line, &size, file)) > 0) {
        assert_int_equal(line[length - 1], '\n');
        json_t *json = json_loadb(line, (size_t)length, 0, &error);
        assert_non_null(json);
        json_decref(json);
    }
    free(line);
    fclose(file);
}

/* A worker whose writer was killed ends itself. */
static bool is_death(int status)
{
    int by = WTERMSIG(status);
    return by == SIGKILL || (by == SIGABRT && naming >= NAMELESS_BY_WRITER);
}

/* True when it was killed, false when it came to its end before. Its writer is over, too, when
 * this returns, as the next one may expect. */
static bool run_and_kill(struct scene *scene, long calls)
{
    int status;
    pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0) {
        setpgid(0, 0);
        signal(SIGABRT, SIG_DFL); /* not cmocka's */
        if (naming >= NAMELESS_BY_WRITER)
            dup2(open("/dev/null", O_WRONLY), STDERR_FILENO); /* it says that its writer is gone */
        *left = calls;
        scene_reopen(scene);
        tell_all(scene);
        scene_end_batch(scene);
        wb__recorder_close(scene->recorder);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    while (waitpid(-child, NULL, 0) > 0)
        ;
    *left = 0;
    assert_true(WIFSIGNALED(status) ? is_death(status) : status == 0);
    return WIFSIGNALED(status);
}

static bool check_kill(long calls)
{
    struct scene scene;
    open_in(&scene);
    wb__recorder_close(scene.recorder);
    scene.recorder = NULL;
    bool was_killed = run_and_kill(&scene, calls);
    check_sidecars(&scene);
    scene_reopen(&scene);
    char *list = scene_list(&scene);
    assert_null(strstr(list, ".part-"));
    free(list);
    check_sets(&scene);
    check_lines();
    tell_all(&scene);
    struct wb_record_stats stats = scene_stats(&scene);
    assert_int_equal(stats.transactions, 5);
    assert_int_equal(stats.written, 5);
    assert_list(&scene, "a.body\na.http\na.json\na~2.body\na~2.http\na~2.json\n"
                        "b.body\nb.http\nb.json\nlarge.body\nlarge.http\nlarge.json\n");
    assert_int_equal(scene_finish(&scene), 0);
    check_lines();
    scene_close(&scene);
    cannot_link = false;
    unlink(json_path);
    return was_killed;
}

static void check_every_call(enum when moment)
{
    when = moment;
    for (naming = NAMELESS; naming <= NAMED_BY_WRITER; naming++) {
        long calls = 1;
        while (check_kill(calls))
            calls++;
        assert_true(calls > 30); /* it is about all of them */
    }
    naming = NAMELESS;
}

static void before_each_call(void **state)
{
    (void)state;
    check_every_call(BEFORE);
}

static void after_each_call(void **state)
{
    (void)state;
    check_every_call(AFTER);
}

static void in_the_middle_of_each_write(void **state)
{
    (void)state;
    check_every_call(HALF);
}

/* While another run uses the directory, nothing of it is taken for left behind. */
static void what_another_run_uses_stays(void **state)
{
    struct scene scene;
    struct wb__recorder *other;
    struct wb_http_transaction transaction = {.response = {.seen = true}};
    struct wb_http_options http = {0};
    struct wb_record_options options = {.naming = WB_RECORD_ETAG};
    void *place = NULL;
    (void)state;
    open_in(&scene);
    wb__recorder_http_bytes(scene.recorder, &place, &scene.flow, &transaction, WB_HTTP_RESPONSE,
                            WB_HTTP_PART_BODY, scene_borrow(&scene, large, LARGE), LARGE, true);
    scene_end_batch(&scene);
    options.directory = scene.path;
    assert_int_equal(wb__recorder_open(&other, &options, &http, NULL, NULL), 0);
    char *list = scene_list(&scene);
    assert_non_null(strstr(list, ".part-"));
    free(list);
    wb__recorder_close(other);
    scene_close(&scene);
}

static void put(const struct scene *scene, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", scene->path, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static uint64_t inode(const struct scene *scene, const char *name)
{
    struct stat status;
    char path[256];
    snprintf(path, sizeof path, "%s/%s", scene->path, name);
    assert_int_equal(stat(path, &status), 0);
    return status.st_ino;
}

/* Names alone prove nothing: a journal, whoever wrote it, takes back no file of another
 * inode, none of another directory, and nothing of a set that is whole. */
static void others_files_stay(void **state)
{
    struct scene scene;
    char text[256];
    (void)state;
    open_in(&scene);
    wb__recorder_close(scene.recorder);
    scene.recorder = NULL;
    put(&scene, "mine.body", "mine");
    put(&scene, "whole.body", "whole");
    put(&scene, "half.body", "half");
    put(&scene, ".part-of-mine", "mine");
    put(&scene, ".naming-it-1", "mine");
    put(&scene, ".naming-1-1", "1 mine.body\n2 mine.json\n");
    snprintf(text, sizeof text, "%llu whole.body\n",
             (unsigned long long)inode(&scene, "whole.body"));
    put(&scene, ".naming-1-2", text);
    snprintf(text, sizeof text, "%llu ./mine.body\n1 gone\n",
             (unsigned long long)inode(&scene, "mine.body"));
    put(&scene, ".naming-1-3", text);
    snprintf(text, sizeof text, "%llu half.body\n1 half.json\n",
             (unsigned long long)inode(&scene, "half.body"));
    put(&scene, ".naming-1-4", text);
    put(&scene, ".naming-1-5", "no entry\n\n\n\n\n");
    put(&scene, ".part-1-1", "half");
    scene_reopen(&scene);
    assert_int_equal(scene_stats(&scene).leftovers, 2);
    char *list = scene_list(&scene);
    assert_string_equal(list, ".part-of-mine\nmine.body\nwhole.body\n");
    free(list);
    assert_file(&scene, ".naming-it-1", "mine", 4);
    scene_close(&scene);
}

static void check_told(struct scene *scene, int system, int code)
{
    struct wb_record_stats stats = scene_stats(scene);
    assert_int_equal(stats.first_error, system);
    assert_non_null(strstr(stats.first_error_text, scene->path));
    assert_non_null(strstr(stats.first_error_text, "/.naming-"));
    assert_int_equal(stats.transactions, 1);
    assert_int_equal(stats.written, 1);
    assert_list(scene, "a.body\na.http\na.json\n");
    assert_int_equal(scene_finish(scene), code);
    scene_close(scene);
    unlink(json_path);
}

/* Sets are named without it, but nobody is to believe that they are safe. */
static void a_journal_that_cannot_be_made_is_told(void **state)
{
    struct scene scene;
    (void)state;
    open_in(&scene);
    refused = ENOSPC;
    scene_reopen(&scene);
    refused = 0;
    char *list = scene_list(&scene);
    assert_null(strstr(list, ".naming-"));
    free(list);
    tell(&scene, "\"a\"", "one", 3);
    check_told(&scene, ENOSPC, WB_E_FULL);
}

static void a_journal_that_cannot_be_written_is_told(void **state)
{
    struct scene scene;
    (void)state;
    open_in(&scene);
    refused = EPERM;
    tell(&scene, "\"a\"", "one", 3);
    refused = 0;
    check_told(&scene, EPERM, WB_E_SYSTEM);
}

static void check_mended(const char *before, const char *after, unsigned mended)
{
    struct wb__faults faults = {0};
    struct wb__sink sink;
    char path[] = "/tmp/wirebeam-mend-XXXXXX", text[8192] = "";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, before, strlen(before)), strlen(before));
    assert_int_equal(wb__sink_open(&sink, path, WB__SINK_APPEND, NULL, &faults, NULL), 0);
    memcpy(wb__sink_reserve(&sink, 5), "next\n", 5);
    wb__sink_commit(&sink, 5);
    wb__sink_close(&sink);
    assert_int_equal(sink.mended, mended);
    assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
    assert_string_equal(text, after);
    close(fd);
    unlink(path);
}

static void half_a_line_is_taken_off(void **state)
{
    static char before[6000], after[6000];
    (void)state;
    check_mended("", "next\n", 0);
    check_mended("{\"timestamp\":\"1\"}\n", "{\"timestamp\":\"1\"}\nnext\n", 0);
    check_mended("{\"timestamp\":\"1\"}\n{\"timest", "{\"timestamp\":\"1\"}\nnext\n", 1);
    check_mended("{\"timestamp\":\"1", "next\n", 1);
    check_mended("somebody's", "somebody's\nnext\n", 0);
    check_mended("a\n{\"other\":1}", "a\n{\"other\":1}\nnext\n", 0);
    memset(before, 'x', 5000);
    memcpy(before, "a\n{\"timestamp\":\"1", 17);
    strcpy(after, "a\nnext\n");
    check_mended(before, after, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_each_call),
        cmocka_unit_test(after_each_call),
        cmocka_unit_test(in_the_middle_of_each_write),
        cmocka_unit_test(what_another_run_uses_stays),
        cmocka_unit_test(others_files_stay),
        cmocka_unit_test(a_journal_that_cannot_be_made_is_told),
        cmocka_unit_test(a_journal_that_cannot_be_written_is_told),
        cmocka_unit_test(half_a_line_is_taken_off),
    };
    memset(large, 'x', sizeof large);
    left = wb__shared_new(sizeof *left);
    assert_non_null(left);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* of writers whose workers died */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
