/* SPDX-License-Identifier: ISC
 *
 * Rights given up in a child process, and what the kernel then lets it do. Built once for
 * each system's file; IS_LINUX is what more is expected of that one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <wirebeam/guard.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* Runs it in a child, which must come to its end. */
static void in_child(void (*run)(void))
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void need_root(void)
{
    if (geteuid() != 0) {
        print_message("needs root, to give it up\n");
        skip();
    }
}

static void drop(void)
{
    struct wb_error error = {0};
    if (wb_guard_drop_rights(&(struct wb_guard_options){.is_live = true}, &error) < 0) {
        fprintf(stderr, "%s\n", error.text);
        _exit(1);
    }
}

static void root_goes_for_good(void)
{
    gid_t groups[8];
    CHECK(setgroups(2, (gid_t[]){0, 1}) == 0);
    int held = open("/etc/shadow", O_RDONLY);
    CHECK(held >= 0 && socket(AF_INET, SOCK_RAW, 1) >= 0);
    drop();
    CHECK(getuid() != 0 && geteuid() == getuid() && getgid() != 0 && getegid() == getgid());
    CHECK(getgroups(8, groups) == 0);
    CHECK(setuid(0) < 0 && seteuid(0) < 0 && setgid(0) < 0 && setgroups(0, NULL) < 0);
    CHECK(open("/etc/shadow", O_RDONLY) < 0 && errno == EACCES);
    CHECK(socket(AF_INET, SOCK_RAW, 1) < 0 && errno == EPERM);
    CHECK(lseek(held, 0, SEEK_SET) == 0); /* what is open stays so */
}

static void root_becomes_nobody(void **unused)
{
    (void)unused;
    need_root();
    in_child(root_goes_for_good);
}

static void twice(void)
{
    drop();
    drop();
}

static void it_may_be_done_twice(void **unused)
{
    (void)unused;
    in_child(twice);
}

static void close_and_look(void)
{
    int low = open("/dev/null", O_RDONLY), high = fcntl(low, F_DUPFD, 500);
    CHECK(low >= 3 && high >= 500);
    wb_guard_close_inherited();
    CHECK(fcntl(low, F_GETFD) < 0 && fcntl(high, F_GETFD) < 0);
    CHECK(fcntl(STDERR_FILENO, F_GETFD) >= 0);
}

static void inherited_descriptors_are_closed(void **unused)
{
    (void)unused;
    in_child(close_and_look);
}

static void close_standard_and_look(void)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        close(i);
    wb_guard_note_inherited();
    CHECK(open("/dev/null", O_RDONLY) > STDERR_FILENO);
}

static void no_file_becomes_a_standard_one(void **unused)
{
    (void)unused;
    in_child(close_standard_and_look);
}

#ifdef IS_LINUX

static bool status_has(const char *wanted)
{
    char line[256];
    bool is_found = false;
    FILE *status = fopen("/proc/thread-self/status", "r");
    while (status && !is_found && fgets(line, sizeof line, status))
        is_found = strcmp(line, wanted) == 0;
    if (status)
        fclose(status);
    return is_found;
}

static void shut_and_look(void)
{
    struct rlimit files, core;
    drop();
    CHECK(status_has("NoNewPrivs:\t1\n"));
    CHECK(status_has("CapEff:\t0000000000000000\n") && status_has("CapPrm:\t0000000000000000\n"));
    CHECK(status_has("CapInh:\t0000000000000000\n") && status_has("CapAmb:\t0000000000000000\n"));
    CHECK(prctl(PR_GET_DUMPABLE) == 0);
    CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max == 64);
    CHECK(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
}

static void the_doors_are_shut(void **unused)
{
    (void)unused;
    in_child(shut_and_look);
}

static void root_leaves_no_bound(void)
{
    drop();
    CHECK(status_has("CapBnd:\t0000000000000000\n"));
}

static void the_bounding_set_is_emptied(void **unused)
{
    (void)unused;
    need_root();
    in_child(root_leaves_no_bound);
}

/* Who is no root, but has a capability, as a file with cap_net_raw gives it. */
static void keep_one_and_look(void)
{
    CHECK(prctl(PR_SET_KEEPCAPS, 1) == 0 && setresuid(12345, 12345, 12345) == 0);
    drop();
    CHECK(getuid() == 12345);
    CHECK(status_has("CapPrm:\t0000000000000000\n"));
}

static void capabilities_of_others_go_too(void **unused)
{
    (void)unused;
    need_root();
    in_child(keep_one_and_look);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(root_becomes_nobody),
        cmocka_unit_test(it_may_be_done_twice),
        cmocka_unit_test(inherited_descriptors_are_closed),
        cmocka_unit_test(no_file_becomes_a_standard_one),
#ifdef IS_LINUX
        cmocka_unit_test(the_doors_are_shut),
        cmocka_unit_test(the_bounding_set_is_emptied),
        cmocka_unit_test(capabilities_of_others_go_too),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
