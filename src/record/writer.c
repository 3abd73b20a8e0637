/* SPDX-License-Identifier: ISC
 *
 * Both ends of what writer.h draws. The writer is a directory (directory.h) with its own
 * descriptor, so there is one place for how files are opened.
 */
#include "record/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

/* ---- The writer -------------------------------------------------------------------- */

struct writer {
    struct wb__directory directory;
    enum wb__writer_state state;
    int socket;
};

/* Returns 0 or an errno. */
static int hand_over(struct wb__writer_files *files, int descriptor)
{
    if (descriptor < 0)
        return errno;
    files->descriptors[files->count++] = descriptor;
    return 0;
}

static int open_ahead(struct wb__directory *directory, struct wb__writer_files *files)
{
    int failed = 0;
    while (files->count < WB__WRITER_AHEAD && !failed)
        failed = hand_over(files, wb__directory_nameless(directory));
    return files->count > 0 ? 0 : failed;
}

static int link_all(struct wb__directory *directory, const struct wb__writer_request *request,
                    const struct wb__writer_files *given, struct wb__writer_answer *answer)
{
    const char *names[WB__WRITER_NAMES];
    unsigned done = 0;
    for (unsigned i = 0; i < given->count; i++)
        names[i] = request->names[i];
    int failed = -wb__directory_link(directory, given, names, &done);
    answer->done = done;
    return failed;
}

/* Does what is asked. Returns 0 or an errno. */
static int act(struct writer *writer, const struct wb__writer_request *request,
               const struct wb__writer_files *given, struct wb__writer_answer *answer,
               struct wb__writer_files *files)
{
    struct wb__directory *directory = &writer->directory;
    const char *name = request->names[0];
    switch (request->number) {
    case WB__WRITER_CREATE:
        return hand_over(files, wb__directory_create(directory, name));
    case WB__WRITER_APPEND:
        return hand_over(files, wb__directory_append(directory, name));
    case WB__WRITER_READ:
        return hand_over(files, wb__directory_read(directory, name));
    case WB__WRITER_NAMELESS:
        return open_ahead(directory, files);
    case WB__WRITER_LINK:
        return link_all(directory, request, given, answer);
    case WB__WRITER_MOVE:
        return -wb__directory_move(directory, name, request->names[1]);
    case WB__WRITER_REMOVE:
        return -wb__directory_remove(directory, name);
    case WB__WRITER_REMOVE_INODE:
        return -wb__directory_remove_inode(directory, name, request->inode);
    case WB__WRITER_LOOK:
        return -wb__directory_look(directory, name);
    case WB__WRITER_SYNC:
        return -wb__directory_sync(directory);
    default: /* WB__WRITER_END */
        wb__directory_close(directory);
        return 0;
    }
}

/* A file that has a name, here or elsewhere, gets no other one, and none gets two. There are no
 * more of them than names. */
static bool are_nameless(const struct wb__writer_files *files)
{
    struct stat status[WB__WRITER_NAMES];
    bool are = true;
    for (unsigned i = 0; i < files->count && are; i++) {
        are = fstat(files->descriptors[i], &status[i]) == 0 && S_ISREG(status[i].st_mode) &&
              status[i].st_nlink == 0;
        for (unsigned other = 0; other < i && are; other++)
            are = status[i].st_ino != status[other].st_ino ||
                  status[i].st_dev != status[other].st_dev;
    }
    return are;
}

static const char *violation(const struct writer *writer, const struct wb__writer_request *request,
                             size_t length, const struct wb__writer_files *given)
{
    unsigned count = given->is_cut ? UINT_MAX : given->count; /* there were more */
    const char *what = wb__writer_violation(request, length, count, writer->state);
    if (!what && !are_nameless(given))
        what = "a message with a descriptor of something else";
    return what;
}

/* Where the system is short of descriptors on their way, the answer is that none came. An honest
 * worker has read all answers before it asks again: there is room, and nothing to wait for. */
static bool send_answer(const struct writer *writer, const struct wb__writer_answer *answer,
                        struct wb__writer_files *files)
{
    bool is_sent = wb__writer_send(writer->socket, answer, sizeof *answer, files, MSG_DONTWAIT);
    if (!is_sent && errno == ETOOMANYREFS) {
        wb__writer_close_files(files);
        is_sent = wb__writer_send(writer->socket, answer, sizeof *answer, files, MSG_DONTWAIT);
    }
    return is_sent;
}

/* Returns what was wrong, or NULL. *goes_on is false where the worker is gone. */
static const char *serve_one(struct writer *writer, const struct wb__writer_request *request,
                             size_t length, const struct wb__writer_files *given, bool *goes_on)
{
    struct wb__writer_files files = {.count = 0};
    struct wb__writer_answer answer = {.done = 0};
    const char *what = violation(writer, request, length, given);
    if (what)
        return what;
    answer.failed = (uint64_t)act(writer, request, given, &answer, &files);
    writer->state = wb__writer_message(request->number)->to;
    *goes_on = send_answer(writer, &answer, &files);
    wb__writer_close_files(&files);
    return NULL;
}

bool wb__writer_serve(int socket, int descriptor, const char *path)
{
    struct writer writer = {.socket = socket, .state = WB__WRITER_READY};
    struct wb__writer_request request;
    struct wb__writer_files given;
    const char *what = NULL;
    bool goes_on = true;
    wb__directory_open(&writer.directory, descriptor, path);
    while (goes_on && !what) {
        long length = wb__writer_receive(socket, &request, sizeof request, &given);
        goes_on = length > 0;
        if (goes_on)
            what = serve_one(&writer, &request, (size_t)length, &given, &goes_on);
        wb__writer_close_files(&given);
    }
    wb__directory_close(&writer.directory);
    if (what)
        dprintf(STDERR_FILENO, "wirebeam: the writer of '%s' ends: its worker sent %s\n", path,
                what);
    return !what;
}

/* ---- Its beginning ----------------------------------------------------------------- */

/* Its socket and its directory are what it has beside standard error, in the places of input and
 * output, as its role has them (guard/calls.c). */
static int hold(int socket, int descriptor)
{
    socket = fcntl(socket, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (dup2(socket, STDIN_FILENO) < 0 || dup2(descriptor, STDOUT_FILENO) < 0)
        return -1;
    wb_guard_close_inherited();
    return 0;
}

/* It ends with its worker, and not before: not by what ends that in order. */
static void ignore_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGPIPE};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_IGN);
}

/* What the writer says before anything is asked of it. */
struct beginning {
    struct wb_error error; /* its code is 0 where there is none */
    bool is_complete;      /* as wb_guard_state has it */
};

static int confine(const struct wb_guard_options *options, struct wb_error *error)
{
    int code = wb_guard_drop_rights(options, error);
    return code < 0 ? code : wb_guard_confine(options, error);
}

static _Noreturn void begin(int socket, const struct wb__directory *directory,
                            const struct wb_guard_options *confined)
{
    const struct wb__writer_files none = {.count = 0};
    struct beginning told = {.error = {.code = 0}};
    ignore_signals();
    if (hold(socket, directory->descriptor) < 0)
        _exit(1);
    bool is_ready = confine(confined, &told.error) == 0;
    told.is_complete = wb_guard_state()->is_complete;
    if (!wb__writer_send(STDIN_FILENO, &told, sizeof told, &none, 0) || !is_ready)
        _exit(1);
    _exit(!wb__writer_serve(STDIN_FILENO, STDOUT_FILENO, directory->path));
}

static int wait_until_ready(int socket, const char *path, struct wb_error *error)
{
    struct wb__writer_files none;
    struct beginning told;
    long length = wb__writer_receive(socket, &told, sizeof told, &none);
    if (length != (long)sizeof told)
        return wb__error_set(error, WB_E_SYSTEM, 0, "the writer of '%s' did not begin", path);
    if (told.error.code < 0 && error)
        *error = told.error;
    wb_guard_note_writer(socket, told.is_complete);
    return told.error.code;
}

static int failure(const char *path, struct wb_error *error)
{
    return wb__error_set(error, WB_E_SYSTEM, errno, "the writer of '%s' cannot be started: %s",
                         path, strerror(errno));
}

int wb__writer_start(struct wb__directory *directory, const struct wb_guard_options *confined,
                     struct wb_error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return failure(directory->path, error);
    pid_t writer = fork();
    if (writer == 0)
        begin(ends[1], directory, confined);
    int code = writer < 0 ? failure(directory->path, error) : 0;
    close(ends[1]);
    if (code == 0)
        code = wait_until_ready(ends[0], directory->path, error);
    if (code < 0) {
        wb_guard_note_writer(-1, false);
        close(ends[0]);
        if (writer > 0)
            waitpid(writer, NULL, 0);
        return code;
    }
    close(directory->descriptor);
    directory->descriptor = -1;
    directory->writer = ends[0];
    return 0;
}

/* ---- The worker -------------------------------------------------------------------- */

/* To go on would be to lose what comes, and to be told of it at the end only. */
static _Noreturn void tell_gone(const struct wb__directory *directory)
{
    dprintf(STDERR_FILENO, "wirebeam: the writer of '%s' is gone\n", directory->path);
    abort();
}

static bool put_name(char to[WB__WRITER_NAME_SIZE], const char *name)
{
    size_t length = name ? strlen(name) : 0;
    if (length >= WB__WRITER_NAME_SIZE)
        return false;
    if (name)
        memcpy(to, name, length);
    return true;
}

static void exchange(const struct wb__directory *directory,
                     const struct wb__writer_request *request, const struct wb__writer_files *with,
                     struct wb__writer_answer *answer, struct wb__writer_files *files)
{
    int socket = directory->writer;
    long length = -1;
    if (wb__writer_send(socket, request, sizeof *request, with, 0))
        length = wb__writer_receive(socket, answer, sizeof *answer, files);
    if (length != (long)sizeof *answer || answer->failed > INT16_MAX ||
        answer->done > with->count || files->count > wb__writer_message(request->number)->answered)
        tell_gone(directory);
}

int wb__writer_ask(const struct wb__directory *directory,
                   const struct wb__writer_question *question, struct wb__writer_files *files,
                   unsigned *done)
{
    struct wb__writer_request request = {.number = question->number, .inode = question->inode};
    struct wb__writer_answer answer;
    for (int i = 0; i < WB__WRITER_NAMES; i++)
        if (!put_name(request.names[i], question->names[i]))
            return -ENAMETOOLONG;
    exchange(directory, &request, &question->with, &answer, files);
    if (done)
        *done = (unsigned)answer.done;
    return -(int)answer.failed;
}

void wb__writer_end(struct wb__directory *directory)
{
    struct wb__writer_files none;
    wb__writer_ask(directory, &(struct wb__writer_question){.number = WB__WRITER_END}, &none, NULL);
    close(directory->writer);
    directory->writer = -1;
}
