/* SPDX-License-Identifier: ISC
 *
 * wirebeam-open: opens one socket or device for its caller, as the allow-list permits, and hands
 * the descriptor over. Its rights come from a setuid bit, file capabilities or sudo; whoever
 * calls it may mean harm, and chooses words, descriptors, limits, signals and environment.
 *
 *     all rights      the allow-list's file is opened; nothing of the caller's has been read
 *     none in use     it is the caller: words, list, rule, filter
 *     those needed    the namespace is entered, the socket made, held and locked
 *     none            it is logged and handed over
 *
 * No rights are ever gained back, no other program is run, no path of the caller's is opened: a
 * network namespace has to stand in the list, by the same path.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <wirebeam/guard.h>

#include "caller.h"
#include "device.h"
#include "list.h"
#include "rights.h"
#include "say.h"

#define NAME        "wirebeam-open"
#define TIME_S      5  /* a caller who sends no filter does not hold it for longer */
#define STATUS_BASE 64 /* and the number of the error: the exit status */

struct filter {
    struct sock_filter at[BPF_MAXINSNS];
    size_t count;
};

/* ---- Before anything is looked at ------------------------------------------------- */

/* A descriptor that is opened must never become a standard one. */
static bool has_standard_descriptors(void)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (fcntl(i, F_GETFD) < 0 && open("/dev/null", O_RDWR) != i)
            return false;
    return true;
}

/* Returns what sudo says of its caller, if it says anything. */
static const char *leave_surroundings(void)
{
    sigset_t none;
    const char *sudo_user = getenv("SUDO_UID"); /* the text itself stays where it is */
    clearenv();
    wb_guard_close_inherited();
    umask(077);
    signal(SIGALRM, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    alarm(TIME_S);
    return sudo_user;
}

/* ---- The caller's side ------------------------------------------------------------ */

static int find_rule(struct permit *permit, const struct request *request,
                     const struct caller *caller, int descriptor, struct wb_error *error)
{
    static char list[LIST_MAX_BYTES + 1];
    struct wb_error reason;
    const struct caller_answers answers = caller_answers(caller);
    size_t length;
    int code = list_read(descriptor, list, &length, error);
    if (code < 0)
        return code;
    code = allow_find(permit, list, length, request, &answers, &reason);
    if (code > 0)
        return 0;
    if (code < 0)
        return say(error, WB_E_PERMISSION, 0, "nothing is permitted: " LIST_PATH ": %s",
                   reason.text);
    return say(error, WB_E_PERMISSION, 0, "%s on %s%s%s is not permitted to user %s by " LIST_PATH,
               verb_word(request->verb), request->name, *request->netns ? " in " : "",
               request->netns, caller->name);
}

static bool has(int option, int wanted)
{
    int value = -1;
    socklen_t length = sizeof value;
    return getsockopt(STDIN_FILENO, SOL_SOCKET, option, &value, &length) == 0 && value == wanted;
}

static int check_input(struct wb_error *error)
{
    if (has(SO_DOMAIN, AF_UNIX) && has(SO_TYPE, SOCK_SEQPACKET))
        return 0;
    return say(error, WB_E_ARGUMENT, 0,
               "standard input is no Unix socket to hand a descriptor over: other programs start "
               "this one; for people there is `" NAME " check`");
}

/* Whole instructions in one message; descriptors that may come with it are left behind. */
static int receive_filter(struct filter *filter, const struct request *request,
                          struct wb_error *error)
{
    if (!request->has_filter)
        return 0;
    ssize_t bytes = recv(STDIN_FILENO, filter->at, sizeof filter->at, MSG_TRUNC);
    if (bytes < 0)
        return say(error, WB_E_SYSTEM, errno, "no filter came: %s", strerror(errno));
    filter->count = (size_t)bytes / sizeof filter->at[0];
    if (bytes == 0 || (size_t)bytes % sizeof filter->at[0] || (size_t)bytes > sizeof filter->at)
        return say(error, WB_E_FILTER, 0, "a filter is 1 to %d instructions, not %zd bytes",
                   BPF_MAXINSNS, bytes);
    return 0;
}

/* ---- With rights ------------------------------------------------------------------ */

/* Returns the descriptor; of the rights none is left. */
static int open_with_rights(const struct request *request, const struct permit *permit,
                            const struct filter *filter, struct wb_error *error)
{
    uint64_t rights = device_rights(request);
    int code = rights_keep(rights, error);
    if (code == 0)
        code = device_enter(request, error);
    if (code == 0)
        code = rights_keep(rights & ~RIGHT(CAP_SYS_ADMIN), error);
    if (code < 0)
        return code;
    int descriptor = device_open(request, permit, filter->at, filter->count, error);
    code = rights_keep(0, error);
    return code < 0 ? code : descriptor;
}

/* A message of a NUL, which is in no line, and the number of the error, or 0. */
static int answer(int code, struct msghdr message)
{
    char bytes[2] = {0, (char)-code};
    struct iovec data = {bytes, sizeof bytes};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    return sendmsg(STDIN_FILENO, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -1 : 0;
}

static int hand_over(int descriptor, struct wb_error *error)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.header = {.cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS,
                            .cmsg_len = CMSG_LEN(sizeof(int))}};
    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(int));
    const struct msghdr message = {.msg_control = &control, .msg_controllen = sizeof control};
    if (answer(0, message) == 0)
        return 0;
    return say(error, WB_E_SYSTEM, errno, "the descriptor cannot be handed over: %s",
               strerror(errno));
}

/* Of a check or a refusal; whoever listens there. */
static void answer_alone(int code)
{
    struct wb_error ignored;
    if (check_input(&ignored) == 0)
        answer(code, (struct msghdr){.msg_control = NULL});
}

/* ---- What it comes to ------------------------------------------------------------- */

static void log_grant(const struct request *request, const struct permit *permit,
                      const struct caller *caller)
{
    struct wb_error line; /* for its words: control bytes become '?' there */
    say(&line, 0, 0, "user %s gets %s on %s%s%s by line %u", caller->name,
        verb_word(request->verb), request->name, *request->netns ? " in " : "", request->netns,
        permit->line);
    syslog(LOG_INFO, "%s", line.text);
}

static int open_and_hand_over(const struct request *request, const struct permit *permit,
                              const struct caller *caller, struct wb_error *error)
{
    static struct filter filter;
    int code = check_input(error);
    if (code == 0)
        code = receive_filter(&filter, request, error);
    if (code < 0)
        return code;
    int descriptor = open_with_rights(request, permit, &filter, error);
    if (descriptor < 0)
        return descriptor;
    log_grant(request, permit, caller);
    return hand_over(descriptor, error);
}

static int run(struct request *request, struct caller *caller, int argc, char **argv,
               const char *sudo_user, struct wb_error *error)
{
    struct permit permit;
    struct wb_error no_list;
    size_t count = argc > 1 ? (size_t)argc - 1 : 0;
    int list = list_open(&no_list);
    int code = caller_become(caller, sudo_user, error);
    if (code == 0)
        code = request_parse(request, (const char *const *)(argv + 1), count, error);
    if (code == 0 && list < 0)
        code = say(error, no_list.code, no_list.system, "%s", no_list.text);
    if (code == 0)
        code = find_rule(&permit, request, caller, list, error);
    if (code < 0)
        return code;
    if (request->is_check) {
        code = rights_keep(device_rights(request), error);
        if (code == 0)
            answer_alone(0);
        return code;
    }
    return open_and_hand_over(request, &permit, caller, error);
}

static int refuse(const struct request *request, const struct caller *caller, int code,
                  const struct wb_error *error)
{
    struct wb_error ignored;
    rights_keep(0, &ignored);
    if (!request->is_check)
        syslog(LOG_NOTICE, "user %s refused: %s", *caller->name ? caller->name : "?", error->text);
    dprintf(STDERR_FILENO, NAME ": %s\n", error->text);
    answer_alone(code);
    return STATUS_BASE - code;
}

int main(int argc, char **argv)
{
    struct request request = {.verb = WB_OPENER_PACKET};
    struct caller caller = {.group_count = 0};
    struct wb_error error;
    if (!has_standard_descriptors())
        return STATUS_BASE - WB_E_SYSTEM;
    const char *sudo_user = leave_surroundings();
    openlog(NAME, LOG_PID, LOG_AUTHPRIV);
    int code = run(&request, &caller, argc, argv, sudo_user, &error);
    return code < 0 ? refuse(&request, &caller, code, &error) : 0;
}
