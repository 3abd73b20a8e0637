/* SPDX-License-Identifier: ISC
 *
 * Files opened ahead by a thread: each is given out once, can be written and named, and
 * no descriptor is left when it is over, however it was used.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record/nameless.h"
#include "support/place.h"

#define ROUNDS 500

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* One that is ready, within a second. */
static int take(struct wb__nameless *nameless)
{
    for (int tries = 0; tries < 1000; tries++) {
        int descriptor = wb__nameless_take(nameless);
        if (descriptor >= 0)
            return descriptor;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    fail_msg("no file was opened ahead");
    return -1;
}

static void each_file_is_new_and_none_is_left(void **state)
{
    (void)state;
    char path[PLACE_BYTES];
    place_directory(path);
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(directory >= 0);
    unsigned before = open_descriptors();
    struct wb__nameless *nameless = wb__nameless_start(directory);
    if (!nameless) {
        close(directory);
        rmdir(path);
        skip(); /* one processor */
    }
    for (int i = 0; i < ROUNDS; i++) {
        struct stat status;
        int descriptor = take(nameless);
        assert_int_equal(fstat(descriptor, &status), 0);
        assert_int_equal(status.st_size, 0);
        assert_int_equal(status.st_nlink, 0);
        assert_int_equal(status.st_mode & 07777, 0600);
        assert_int_equal(write(descriptor, "x", 1), 1);
        wb__nameless_close(nameless, descriptor);
    }
    wb__nameless_stop(nameless);
    assert_int_equal(open_descriptors(), before);
    close(directory);
    assert_int_equal(rmdir(path), 0); /* and no name was made */
}

static void a_directory_that_is_gone_gives_none(void **state)
{
    (void)state;
    char path[PLACE_BYTES];
    place_directory(path);
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rmdir(path);
    struct wb__nameless *nameless = wb__nameless_start(directory);
    if (nameless)
        assert_int_equal(wb__nameless_take(nameless), -1);
    wb__nameless_stop(nameless);
    wb__nameless_stop(NULL);
    close(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_is_new_and_none_is_left),
        cmocka_unit_test(a_directory_that_is_gone_gives_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
