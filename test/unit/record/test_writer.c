/* SPDX-License-Identifier: ISC
 *
 * The writer against workers that were taken over: whatever is not a message of the table, byte for
 * byte, ends it with a line, and nothing was done. Then how the two of them end.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record/writer.h"
#include "support/place.h"

#define MESSAGES (WB__WRITER_END + 1)

/* A writer in a process of its own, and what it says. */
struct talk {
    char path[PLACE_BYTES];
    int socket, said;
    pid_t writer;
};

static void begin_with(struct talk *talk, rlim_t descriptors)
{
    int ends[2], pipes[2];
    place_directory(talk->path);
    int directory = open(talk->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(directory >= 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    talk->writer = fork();
    if (talk->writer == 0) {
        close(ends[0]);
        dup2(pipes[1], STDERR_FILENO);
        const struct rlimit limit = {.rlim_cur = descriptors, .rlim_max = descriptors};
        setrlimit(RLIMIT_NOFILE, &limit);
        _exit(!wb__writer_serve(ends[1], directory, talk->path));
    }
    close(ends[1]);
    close(pipes[1]);
    close(directory);
    talk->socket = ends[0];
    talk->said = pipes[0];
}

static void begin(struct talk *talk)
{
    begin_with(talk, 1024);
}

/* How it ended; what it said is in text. */
static int end(struct talk *talk, char text[512])
{
    int status = 0;
    close(talk->socket);
    assert_int_equal(waitpid(talk->writer, &status, 0), talk->writer);
    ssize_t length = read(talk->said, text, 511);
    assert_true(length >= 0);
    text[length] = '\0';
    close(talk->said);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void remove_directory(const struct talk *talk)
{
    if (rmdir(talk->path) < 0)
        fail_msg("%s: %s", talk->path, strerror(errno));
}

/* A message as an honest worker sends it. */
struct sent {
    struct wb__writer_request request;
    char more; /* behind it */
    size_t length;
    struct wb__writer_files files;
};

static int open_nameless(const struct talk *talk)
{
    int fd = open(talk->path, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (fd < 0)
        skip(); /* a file system without */
    return fd;
}

static void compose(const struct talk *talk, struct sent *sent, uint64_t number)
{
    const struct wb__writer_message *message = wb__writer_message(number);
    memset(sent, 0, sizeof *sent);
    sent->length = sizeof sent->request;
    sent->request.number = number;
    sent->request.inode = message && message->has_inode;
    for (unsigned i = 0; message && i < message->names; i++)
        snprintf(sent->request.names[i], WB__WRITER_NAME_SIZE, "no-such-%u", i);
    while (message && sent->files.count < message->files)
        sent->files.descriptors[sent->files.count++] = open_nameless(talk);
}

static long exchange(const struct talk *talk, struct sent *sent, struct wb__writer_answer *answer,
                     struct wb__writer_files *files)
{
    bool is_sent = wb__writer_send(talk->socket, &sent->request, sent->length, &sent->files, 0);
    wb__writer_close_files(&sent->files);
    return is_sent ? wb__writer_receive(talk->socket, answer, sizeof *answer, files) : -1;
}

/* Sends it to a new writer; it must be answered. */
static void assert_right(uint64_t number)
{
    struct talk talk;
    struct sent sent;
    struct wb__writer_answer answer;
    struct wb__writer_files files;
    char said[512], path[512];
    begin(&talk);
    compose(&talk, &sent, number);
    assert_int_equal(exchange(&talk, &sent, &answer, &files), sizeof answer);
    assert_true(files.count <= wb__writer_message(number)->answered);
    wb__writer_close_files(&files);
    assert_int_equal(end(&talk, said), 0);
    assert_string_equal(said, "");
    for (unsigned i = 0; i < WB__WRITER_NAMES; i++) {
        snprintf(path, sizeof path, "%s/no-such-%u", talk.path, i);
        unlink(path);
    }
    remove_directory(&talk);
}

/* Sends it to a new writer, made wrong by change; the writer must end and say why, and there is
 * nothing in its directory. */
static void assert_wrong(uint64_t number, void (*change)(struct sent *, unsigned), unsigned which,
                         const char *why)
{
    struct talk talk;
    struct sent sent;
    struct wb__writer_answer answer;
    struct wb__writer_files files = {.count = 0};
    char said[512], wanted[512];
    begin(&talk);
    compose(&talk, &sent, number);
    if (change)
        change(&sent, which);
    assert_true(exchange(&talk, &sent, &answer, &files) <= 0);
    assert_int_equal(end(&talk, said), 1);
    snprintf(wanted, sizeof wanted, "wirebeam: the writer of '%s' ends: its worker sent %s\n",
             talk.path, why);
    assert_string_equal(said, wanted);
    remove_directory(&talk);
}

static void in_each_message(void (*check)(uint64_t number, const struct wb__writer_message *))
{
    for (uint64_t number = 1; number < MESSAGES; number++)
        check(number, wb__writer_message(number));
}

/* ---- Right and wrong ------------------------------------------------------------------ */

static void answers(uint64_t number, const struct wb__writer_message *message)
{
    assert_non_null(message);
    assert_right(number);
}

static void each_message_is_answered(void **state)
{
    (void)state;
    in_each_message(answers);
}

static void no_other_message_is(void **state)
{
    static const uint64_t numbers[] = {
        0, MESSAGES, 255, UINT32_MAX, UINT64_MAX, UINT64_C(1) << 32 | WB__WRITER_CREATE};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_null(wb__writer_message(numbers[i]));
        assert_wrong(numbers[i], NULL, 0, "a message that there is not");
    }
}

static void set_length(struct sent *sent, unsigned length)
{
    sent->length = length;
}

static void has_its_length(uint64_t number, const struct wb__writer_message *message)
{
    (void)message;
    const char *why = "a message of another length";
    assert_wrong(number, set_length, 1, why);
    assert_wrong(number, set_length, sizeof(uint64_t), why);
    assert_wrong(number, set_length, sizeof(struct wb__writer_request) - 1, why);
    assert_wrong(number, set_length, sizeof(struct wb__writer_request) + 1, why);
}

static void messages_have_one_length(void **state)
{
    (void)state;
    in_each_message(has_its_length);
}

static void set_files(struct sent *sent, unsigned count)
{
    while (sent->files.count > count)
        close(sent->files.descriptors[--sent->files.count]);
    while (sent->files.count < count)
        sent->files.descriptors[sent->files.count++] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void has_its_files(uint64_t number, const struct wb__writer_message *message)
{
    const char *why = "a message with other descriptors";
    assert_wrong(number, set_files, message->files + 1, why);
    assert_wrong(number, set_files, WB__WRITER_AHEAD, why);
    if (message->files > 0)
        assert_wrong(number, set_files, 0, why);
    for (unsigned count = 1; count < message->files; count++)
        assert_wrong(number, set_files, count, "a message with other names"); /* than files */
}

static void messages_have_their_descriptors(void **state)
{
    (void)state;
    in_each_message(has_its_files);
}

/* More than it has room for, of which the kernel keeps the rest. */
static void descriptors_without_room_are_too_many(void **state)
{
    enum { MANY = 4 * WB__WRITER_AHEAD };
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(MANY * sizeof(int))];
    } control = {.bytes = {0}};
    struct talk talk;
    struct sent sent;
    char said[512];
    int descriptors[MANY];
    (void)state;
    begin(&talk);
    compose(&talk, &sent, WB__WRITER_SYNC);
    for (int i = 0; i < MANY; i++)
        descriptors[i] = STDERR_FILENO;
    struct iovec vector = {.iov_base = &sent.request, .iov_len = sent.length};
    struct msghdr header = {.msg_iov = &vector,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    *CMSG_FIRSTHDR(&header) = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                                               .cmsg_type = SCM_RIGHTS,
                                               .cmsg_len = CMSG_LEN(sizeof descriptors)};
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&header)), descriptors, sizeof descriptors);
    assert_int_equal(sendmsg(talk.socket, &header, 0), sent.length);
    assert_int_equal(end(&talk, said), 1);
    assert_non_null(strstr(said, "a message with other descriptors"));
    remove_directory(&talk);
}

/* Nor does one go unseen that the writer may not hold. */
static void descriptors_that_cannot_be_held_are_too_many(void **state)
{
    struct talk talk;
    struct sent sent;
    char said[512];
    (void)state;
    begin_with(&talk, STDERR_FILENO + 1);
    compose(&talk, &sent, WB__WRITER_SYNC);
    set_files(&sent, 1);
    assert_true(wb__writer_send(talk.socket, &sent.request, sent.length, &sent.files, 0));
    wb__writer_close_files(&sent.files);
    assert_int_equal(end(&talk, said), 1);
    assert_non_null(strstr(said, "a message with other descriptors"));
    remove_directory(&talk);
}

static void set_inode(struct sent *sent, unsigned inode)
{
    sent->request.inode = inode;
}

static void has_its_inode(uint64_t number, const struct wb__writer_message *message)
{
    if (!message->has_inode)
        assert_wrong(number, set_inode, 1, "a message with an inode");
}

static void few_messages_have_an_inode(void **state)
{
    (void)state;
    in_each_message(has_its_inode);
}

static const char *const bad_names[] = {"",    ".",          "..",          "/",
                                        "a/b", "../escaped", "/etc/passwd", "a/"};

#define BAD_NAMES (unsigned)(sizeof bad_names / sizeof bad_names[0])
#define NO_END    BAD_NAMES        /* a name that does not end */
#define BEHIND    (BAD_NAMES + 1u) /* something behind the end of the name */
#define KINDS     (BAD_NAMES + 2u)

/* which: the name, and in what it is bad. */
static void set_name(struct sent *sent, unsigned which)
{
    char *name = sent->request.names[which / KINDS];
    unsigned kind = which % KINDS;
    if (kind == NO_END)
        memset(name, 'x', WB__WRITER_NAME_SIZE);
    else if (kind == BEHIND)
        name[WB__WRITER_NAME_SIZE - 1] = 'x';
    else {
        memset(name, 0, WB__WRITER_NAME_SIZE);
        memcpy(name, bad_names[kind], strlen(bad_names[kind]));
    }
}

/* Where there is to be no name, "" is right. */
static void has_its_names(uint64_t number, const struct wb__writer_message *message)
{
    for (unsigned name = 0; name < WB__WRITER_NAMES; name++)
        for (unsigned kind = name < message->names ? 0 : 1; kind < KINDS; kind++)
            assert_wrong(number, set_name, name * KINDS + kind, "a message with other names");
}

static void names_are_of_the_directory(void **state)
{
    (void)state;
    in_each_message(has_its_names);
}

static void set_something_else(struct sent *sent, unsigned what)
{
    static const char *const paths[] = {"/proc/self/exe", "/", "/dev/null"};
    close(sent->files.descriptors[2]);
    sent->files.descriptors[2] = open(paths[what], O_RDONLY | O_CLOEXEC);
}

static void set_the_same_twice(struct sent *sent, unsigned which)
{
    dup3(sent->files.descriptors[which], sent->files.descriptors[2], O_CLOEXEC);
}

static void only_files_without_a_name_get_one(void **state)
{
    (void)state;
    for (unsigned what = 0; what < 3; what++)
        assert_wrong(WB__WRITER_LINK, set_something_else, what,
                     "a message with a descriptor of something else");
    for (unsigned which = 0; which < 2; which++)
        assert_wrong(WB__WRITER_LINK, set_the_same_twice, which,
                     "a message with a descriptor of something else");
}

/* ---- Ends ------------------------------------------------------------------------------- */

static void nothing_comes_after_the_end(void **state)
{
    struct wb__writer_answer answer;
    struct wb__writer_files files;
    (void)state;
    for (uint64_t number = 1; number < MESSAGES; number++) {
        struct talk talk;
        struct sent sent;
        char said[512];
        begin(&talk);
        compose(&talk, &sent, WB__WRITER_END);
        assert_int_equal(exchange(&talk, &sent, &answer, &files), sizeof answer);
        assert_int_equal(answer.failed, 0);
        compose(&talk, &sent, number);
        assert_true(exchange(&talk, &sent, &answer, &files) <= 0);
        assert_int_equal(end(&talk, said), 1);
        assert_non_null(strstr(said, "a message at another time"));
        remove_directory(&talk);
    }
}

static struct wb_guard_options unconfined = {.mode = WB_GUARD_OFF, .is_writer = true};

static void start(struct wb__directory *directory, char path[PLACE_BYTES])
{
    place_directory(path);
    wb__directory_open(directory, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path);
    assert_int_equal(wb__writer_start(directory, &unconfined, NULL), 0);
}

static void a_writer_ends_with_its_worker(void **state)
{
    struct wb__directory directory;
    char path[PLACE_BYTES];
    int status = 0;
    (void)state;
    start(&directory, path);
    close(directory.writer); /* as the kernel does when it dies */
    assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(rmdir(path), 0);
}

static void a_writer_outlives_signals_that_end_a_run(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    struct wb__directory directory;
    char path[PLACE_BYTES];
    (void)state;
    pid_t worker = fork();
    if (worker == 0) { /* a group of processes that all get them */
        setpgid(0, 0);
        start(&directory, path);
        for (int i = 0; i < 4; i++)
            signal(signals[i], SIG_IGN);
        for (int i = 0; i < 4; i++)
            kill(0, signals[i]);
        bool is_right = wb__directory_sync(&directory) == 0;
        wb__directory_close(&directory);
        rmdir(path);
        _exit(!is_right);
    }
    int status = 0;
    assert_int_equal(waitpid(worker, &status, 0), worker);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static _Noreturn void lose_writer(int said)
{
    struct wb__directory directory;
    char path[PLACE_BYTES];
    siginfo_t info;
    dup2(said, STDERR_FILENO);
    signal(SIGABRT, SIG_DFL); /* not cmocka's */
    setpgid(0, 0);
    start(&directory, path);
    rmdir(path);
    signal(SIGUSR2, SIG_IGN);
    kill(0, SIGUSR2); /* the writer: this process waits until it is dead */
    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
    wb__directory_create(&directory, "a");
    _exit(0);
}

static void a_worker_without_its_writer_ends(void **state)
{
    int pipes[2], status = 0;
    char said[512] = "";
    (void)state;
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    pid_t worker = fork();
    if (worker == 0)
        lose_writer(pipes[1]);
    close(pipes[1]);
    assert_int_equal(waitpid(worker, &status, 0), worker);
    assert_true(read(pipes[0], said, sizeof said - 1) > 0);
    close(pipes[0]);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(said, "wirebeam: the writer of '"));
    assert_non_null(strstr(said, "' is gone\n"));
}

/* What waits for nobody is not held up by one who was taken over. */
static void a_worker_that_reads_no_answers_has_no_writer(void **state)
{
    struct talk talk;
    struct sent sent;
    char said[512];
    (void)state;
    begin(&talk);
    compose(&talk, &sent, WB__WRITER_LOOK);
    struct pollfd is_gone = {.fd = talk.socket};
    for (int i = 0; i < 5000 && poll(&is_gone, 1, 1) == 0; i++)
        wb__writer_send(talk.socket, &sent.request, sent.length, &sent.files, MSG_DONTWAIT);
    assert_true(is_gone.revents & POLLHUP);
    assert_int_equal(end(&talk, said), 0);
    remove_directory(&talk);
}

static void a_writer_that_cannot_give_up_rights_does_not_begin(void **state)
{
    struct wb__directory directory;
    struct wb_error error = {0};
    struct wb_guard_options confined = {.user = "no-such-user", .is_writer = true};
    char path[PLACE_BYTES];
    (void)state;
    place_directory(path);
    int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    confined.directory = path;
    wb__directory_open(&directory, descriptor, path);
    assert_int_equal(wb__writer_start(&directory, &confined, &error), WB_E_ARGUMENT);
    assert_non_null(strstr(error.text, "no-such-user"));
    assert_int_equal(directory.descriptor, descriptor);
    assert_true(wait(NULL) < 0 && errno == ECHILD);
    wb__directory_close(&directory);
    assert_int_equal(rmdir(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_is_answered),
        cmocka_unit_test(no_other_message_is),
        cmocka_unit_test(messages_have_one_length),
        cmocka_unit_test(messages_have_their_descriptors),
        cmocka_unit_test(descriptors_without_room_are_too_many),
        cmocka_unit_test(descriptors_that_cannot_be_held_are_too_many),
        cmocka_unit_test(few_messages_have_an_inode),
        cmocka_unit_test(names_are_of_the_directory),
        cmocka_unit_test(only_files_without_a_name_get_one),
        cmocka_unit_test(nothing_comes_after_the_end),
        cmocka_unit_test(a_writer_ends_with_its_worker),
        cmocka_unit_test(a_writer_outlives_signals_that_end_a_run),
        cmocka_unit_test(a_worker_without_its_writer_ends),
        cmocka_unit_test(a_worker_that_reads_no_answers_has_no_writer),
        cmocka_unit_test(a_writer_that_cannot_give_up_rights_does_not_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
