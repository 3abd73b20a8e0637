/* SPDX-License-Identifier: ISC
 *
 * What is done in a directory by name, by its descriptor and by a writer, confined and not: it
 * comes to the same in each way, errors as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/directory.h"
#include "record/writer.h"
#include "support/place.h"

enum way { BY_DESCRIPTOR, BY_WRITER, BY_CONFINED_WRITER, WAYS };

struct place {
    char path[PLACE_BYTES];
    struct wb__directory directory;
    unsigned descriptors; /* of this process, before */
};

static unsigned open_descriptors(const char *path)
{
    unsigned count = 0;
    char target[256] = "", link[300];
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        snprintf(link, sizeof link, "/proc/self/fd/%s", entry->d_name);
        ssize_t length = readlink(link, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = '\0';
        count += path ? strcmp(target, path) == 0 : 1;
    }
    closedir(folder);
    return count;
}

static void begin(struct place *place, enum way way)
{
    struct wb_error error = {0};
    place->descriptors = open_descriptors(NULL);
    place_directory(place->path);
    int descriptor = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(descriptor >= 0);
    wb__directory_open(&place->directory, descriptor, place->path);
    const struct wb_guard_options confined = {
        .mode = way == BY_WRITER ? WB_GUARD_OFF : WB_GUARD_BEST_EFFORT,
        .is_writer = true,
        .directory = place->path,
    };
    if (way != BY_DESCRIPTOR && wb__writer_start(&place->directory, &confined, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(open_descriptors(place->path), way == BY_DESCRIPTOR);
}

/* Nothing is left: no descriptor, no process, no file. */
static void end(struct place *place, enum way way)
{
    int status = 0;
    wb__directory_close(&place->directory);
    assert_int_equal(open_descriptors(NULL), place->descriptors);
    if (way != BY_DESCRIPTOR)
        assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(wait(NULL) < 0 && errno == ECHILD);
    if (rmdir(place->path) < 0 && errno != ENOENT)
        fail_msg("%s: %s", place->path, strerror(errno));
}

static void in_each_way(void (*run)(struct place *))
{
    for (enum way way = BY_DESCRIPTOR; way < WAYS; way++) {
        struct place place;
        begin(&place, way);
        run(&place);
        end(&place, way);
    }
}

static const char *path_of(const struct place *place, const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", place->path, name);
    return path;
}

static void put(const struct place *place, const char *name, const char *text)
{
    int fd = open(path_of(place, name), O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void assert_text(const struct place *place, const char *name, const char *text)
{
    char found[64] = "";
    int fd = open(path_of(place, name), O_RDONLY);
    assert_true(fd >= 0);
    assert_true(read(fd, found, sizeof found - 1) >= 0);
    assert_string_equal(found, text);
    close(fd);
}

static bool is_there(const struct place *place, const char *name)
{
    struct stat status;
    return lstat(path_of(place, name), &status) == 0;
}

static void drop(const struct place *place, const char *name)
{
    assert_int_equal(remove(path_of(place, name)), 0);
}

static void assert_fails(int result, int wanted)
{
    int failed = errno;
    assert_int_equal(result, -1);
    assert_int_equal(failed, wanted);
}

/* What does not end a file, whatever it is, is written to by nobody. */
static void put_others(const struct place *place)
{
    put(place, "file", "text");
    assert_int_equal(mkdir(path_of(place, "folder"), 0700), 0);
    assert_int_equal(mkfifo(path_of(place, "pipe"), 0600), 0);
    assert_int_equal(symlink("file", path_of(place, "link")), 0);
}

static void drop_others(const struct place *place)
{
    drop(place, "file");
    drop(place, "folder");
    drop(place, "pipe");
    drop(place, "link");
}

/* ---- Opening ------------------------------------------------------------------------ */

static void create(struct place *place)
{
    struct stat status;
    put_others(place);
    int fd = wb__directory_create(&place->directory, "new");
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_WRONLY | O_APPEND);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(write(fd, "ab", 2), 2);
    close(fd);
    assert_text(place, "new", "ab");
    assert_int_equal(stat(path_of(place, "new"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    static const char *const taken[] = {"new", "file", "folder", "pipe", "link"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        assert_fails(wb__directory_create(&place->directory, taken[i]), EEXIST);
    drop(place, "new");
    drop_others(place);
}

static void files_are_created(void **state)
{
    (void)state;
    in_each_way(create);
}

static void open_again(struct place *place)
{
    char text[8] = "";
    put_others(place);
    int fd = wb__directory_append(&place->directory, "file");
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "+", 1, 0), 1); /* all goes to its end */
    close(fd);
    assert_text(place, "file", "text+");
    fd = wb__directory_read(&place->directory, "file");
    assert_true(fd >= 0);
    assert_int_equal(read(fd, text, sizeof text), 5);
    assert_fails((int)write(fd, "x", 1), EBADF);
    close(fd);
    assert_fails(wb__directory_append(&place->directory, "none"), ENOENT);
    assert_fails(wb__directory_append(&place->directory, "link"), ELOOP);
    assert_fails(wb__directory_append(&place->directory, "folder"), EISDIR);
    assert_fails(wb__directory_append(&place->directory, "pipe"), ENXIO);
    assert_fails(wb__directory_read(&place->directory, "none"), ENOENT);
    assert_fails(wb__directory_read(&place->directory, "link"), ELOOP);
    assert_int_equal(wb__directory_read(&place->directory, "folder"), -1);
    assert_true(errno == EINVAL || errno == EACCES); /* the latter of landlock */
    assert_fails(wb__directory_read(&place->directory, "pipe"), EINVAL);
    drop_others(place);
}

static void files_are_opened_again(void **state)
{
    (void)state;
    in_each_way(open_again);
}

/* ---- Names ---------------------------------------------------------------------------- */

static void take_nameless(struct place *place, struct wb__writer_files *files, unsigned count)
{
    for (files->count = 0; files->count < count; files->count++) {
        int fd = wb__directory_nameless(&place->directory);
        if (fd < 0 && errno == EOPNOTSUPP)
            skip();
        assert_true(fd >= 0);
        assert_int_equal(write(fd, (char[]){(char)('0' + files->count)}, 1), 1);
        files->descriptors[files->count] = fd;
    }
}

static void link_some(struct place *place)
{
    static const char *const first[] = {"a", "b", "c"}, *const second[] = {"d", "a", "e"};
    struct wb__writer_files files;
    unsigned done;
    take_nameless(place, &files, 3);
    int code = wb__directory_link(&place->directory, &files, first, &done);
    wb__writer_close_files(&files);
    if (code == -ENOENT || code == -EPERM)
        return; /* a kernel before Linux 6.10, and no right to */
    assert_int_equal(code, 0);
    assert_int_equal(done, 3);
    assert_text(place, "a", "0");
    assert_text(place, "c", "2");
    take_nameless(place, &files, 3);
    assert_int_equal(wb__directory_link(&place->directory, &files, second, &done), -EEXIST);
    assert_int_equal(done, 1);
    wb__writer_close_files(&files);
    assert_text(place, "d", "0");
    assert_text(place, "a", "0");
    assert_false(is_there(place, "e"));
    for (char name[] = "a"; *name <= 'd'; ++*name)
        drop(place, name);
}

static void files_get_names_until_one_is_taken(void **state)
{
    (void)state;
    in_each_way(link_some);
}

/* More than come at a time; none twice. */
static void take_many(struct place *place)
{
    struct wb__writer_files files;
    struct stat status;
    ino_t inodes[3 * WB__WRITER_AHEAD];
    unsigned count = 0;
    for (int round = 0; round < 3; round++) {
        take_nameless(place, &files, WB__WRITER_AHEAD);
        for (unsigned i = 0; i < files.count; i++) {
            assert_int_equal(fstat(files.descriptors[i], &status), 0);
            assert_int_equal(status.st_size, 1);
            assert_int_equal(status.st_nlink, 0);
            assert_int_equal(fcntl(files.descriptors[i], F_GETFD), FD_CLOEXEC);
            inodes[count++] = status.st_ino;
            for (unsigned j = i - (i > 0); j < i; j++)
                assert_int_not_equal(inodes[count - 1], inodes[count - 2]);
        }
        wb__writer_close_files(&files);
    }
}

static void files_without_a_name_never_run_out(void **state)
{
    (void)state;
    in_each_way(take_many);
}

static void move(struct place *place)
{
    put_others(place);
    put(place, "from", "from");
    assert_int_equal(wb__directory_move(&place->directory, "from", "to"), 0);
    assert_false(is_there(place, "from"));
    assert_text(place, "to", "from");
    assert_int_equal(wb__directory_move(&place->directory, "to", "file"), -EEXIST);
    assert_int_equal(wb__directory_move(&place->directory, "to", "link"), -EEXIST);
    assert_int_equal(wb__directory_move(&place->directory, "none", "new"), -ENOENT);
    assert_text(place, "to", "from");
    assert_text(place, "file", "text");
    drop(place, "to");
    drop_others(place);
}

static void moving_replaces_nothing(void **state)
{
    (void)state;
    in_each_way(move);
}

static void take_away(struct place *place)
{
    struct stat status;
    put_others(place);
    assert_int_equal(stat(path_of(place, "file"), &status), 0);
    assert_int_equal(wb__directory_look(&place->directory, "file"), 0);
    assert_int_equal(wb__directory_look(&place->directory, "none"), -ENOENT);
    assert_int_equal(symlink("none", path_of(place, "broken")), 0);
    assert_int_equal(wb__directory_look(&place->directory, "broken"), 0);
    assert_int_equal(wb__directory_remove(&place->directory, "broken"), 0);
    assert_int_equal(wb__directory_remove(&place->directory, "broken"), -ENOENT);
    assert_int_equal(wb__directory_remove(&place->directory, "folder"), -EISDIR);
    assert_int_equal(wb__directory_remove_inode(&place->directory, "file", status.st_ino + 1), 0);
    assert_int_equal(wb__directory_remove_inode(&place->directory, "none", status.st_ino), 0);
    assert_text(place, "file", "text");
    assert_int_equal(wb__directory_remove_inode(&place->directory, "file", status.st_ino), 0);
    assert_false(is_there(place, "file"));
    assert_int_equal(stat(path_of(place, "pipe"), &status), 0);
    assert_int_equal(wb__directory_remove_inode(&place->directory, "pipe", status.st_ino), 0);
    assert_true(is_there(place, "pipe"));
    assert_int_equal(wb__directory_sync(&place->directory), 0);
    put(place, "file", "");
    drop_others(place);
}

static void what_is_meant_goes_and_no_more(void **state)
{
    (void)state;
    in_each_way(take_away);
}

/* ---- What is missing ------------------------------------------------------------------ */

static void lose_directory(struct place *place)
{
    assert_int_equal(rmdir(place->path), 0);
    assert_fails(wb__directory_create(&place->directory, "a"), ENOENT);
    assert_fails(wb__directory_read(&place->directory, "a"), ENOENT);
    assert_int_equal(wb__directory_move(&place->directory, "a", "b"), -ENOENT);
}

static void a_directory_may_vanish(void **state)
{
    (void)state;
    in_each_way(lose_directory);
}

static void name_too_much(struct place *place)
{
    char name[WB__WRITER_NAME_SIZE + 1];
    memset(name, 'x', sizeof name);
    name[WB__WRITER_NAME_SIZE] = '\0';
    assert_fails(wb__directory_create(&place->directory, name), ENAMETOOLONG);
    assert_int_equal(wb__directory_move(&place->directory, name, "a"), -ENAMETOOLONG);
    name[WB__WRITER_NAME_SIZE - 1] = '\0'; /* the longest that there can be */
    int fd = wb__directory_create(&place->directory, name);
    assert_true(fd >= 0);
    close(fd);
    drop(place, name);
}

static void names_have_their_length(void **state)
{
    (void)state;
    in_each_way(name_too_much);
}

/* One that cannot be held is not left behind either. */
static void run_short(struct place *place)
{
    struct rlimit before, none;
    int next = dup(STDERR_FILENO);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int created = wb__directory_create(&place->directory, "new"), created_errno = errno;
    int nameless = wb__directory_nameless(&place->directory), nameless_errno = errno;
    bool could = wb__directory_free_descriptors(&place->directory);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    errno = created_errno;
    assert_fails(created, EMFILE);
    errno = nameless_errno;
    assert_fails(nameless, EMFILE);
    assert_false(could);
    assert_false(is_there(place, "new"));
    created = wb__directory_create(&place->directory, "new");
    assert_true(created >= 0);
    close(created);
    drop(place, "new");
}

static void descriptors_may_run_short(void **state)
{
    (void)state;
    in_each_way(run_short);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_created),
        cmocka_unit_test(files_are_opened_again),
        cmocka_unit_test(files_get_names_until_one_is_taken),
        cmocka_unit_test(files_without_a_name_never_run_out),
        cmocka_unit_test(moving_replaces_nothing),
        cmocka_unit_test(what_is_meant_goes_and_no_more),
        cmocka_unit_test(a_directory_may_vanish),
        cmocka_unit_test(names_have_their_length),
        cmocka_unit_test(descriptors_may_run_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
