/* SPDX-License-Identifier: ISC
 *
 * The side of wirebeam-open that has no rights. The program gets one end of a Unix socket as
 * its standard input and standard error: a filter goes there as one message, and what comes
 * back is either a message with the descriptor or the program's line about why not. So nothing
 * else is passed on, and what stands between (sudo) needs to know nothing of it.
 *
 * It may run in a thread of a large program, as the Erlang VM is: the child is made by
 * posix_spawn, which runs none of our code there, and is waited for by its number alone. Its exit
 * status tells nothing: the VM ignores SIGCHLD, so the system takes the status away.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wirebeam/opener.h>

#include "base/error.h"

#define WORDS_MAX     8
#define CODE_BYTES    2   /* a NUL, which no line has, and the number of the error */
#define FIRST_FREE    3  /* descriptors below are the child's standard ones */
#define NETNS_OPTION  "netns="
#define NETNS_MAX     256

/* Where `make install` puts the program, and, for those who want sudo, what calls that. */
static const char *const programs[] = {WB_OPENER_PROGRAM "-sudo", WB_OPENER_PROGRAM};

struct words {
    char netns[sizeof NETNS_OPTION + NETNS_MAX];
    const char *at[WORDS_MAX + 1];
    unsigned count;
};

/* What the program said and gave. */
struct answer {
    int descriptor;
    int code; /* WB_E_PERMISSION where the program did not get to say */
    char text[sizeof((struct wb_error *)0)->text];
    size_t used;
};

static const char *find_program(void)
{
#ifdef WB_OPENER_OVERRIDE
    const char *other = secure_getenv("WIREBEAM_OPEN");
    if (other)
        return other;
#endif
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        if (access(programs[i], X_OK) == 0)
            return programs[i];
    return NULL;
}

/* ---- Asking ----------------------------------------------------------------------- */

static const char *word_of(enum wb_opener_verb verb)
{
    switch (verb) {
#define VERB_WORD(name, word)  \
    case WB_OPENER_##name:     \
        return word;
        WB_OPENER_VERBS(VERB_WORD)
#undef VERB_WORD
    }
    return "?";
}

static void add(struct words *words, const char *word)
{
    words->at[words->count++] = word;
}

static void make_words(struct words *words, const struct wb_opener_request *request, bool is_check)
{
    *words = (struct words){.count = 0};
    add(words, "wirebeam-open");
    if (is_check)
        add(words, "check");
    add(words, word_of(request->verb));
    add(words, request->interface);
    if (request->cooked)
        add(words, "cooked");
    if (request->tap)
        add(words, "tap");
    if (request->filter && !is_check)
        add(words, "filter");
    if (request->netns) {
        snprintf(words->netns, sizeof words->netns, NETNS_OPTION "%s", request->netns);
        add(words, words->netns);
    }
}

static int check(const struct wb_opener_request *request, struct wb_error *error)
{
    if (!request->interface || !*request->interface)
        return wb__error_set(error, WB_E_ARGUMENT, 0, "no interface is named");
    if (request->netns && strlen(request->netns) >= NETNS_MAX)
        return wb__error_set(error, WB_E_ARGUMENT, ENAMETOOLONG,
                             "the path of the network namespace is too long");
    if (request->filter_count > BPF_MAXINSNS)
        return wb__error_set(error, WB_E_FILTER, 0,
                             "the filter is too long for the kernel: %u instructions",
                             request->filter_count);
    return 0;
}

/* ---- The child -------------------------------------------------------------------- */

static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int end)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int failure = posix_spawn_file_actions_adddup2(actions, end, STDIN_FILENO);
    if (!failure)
        failure =
            posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (!failure)
        failure = posix_spawn_file_actions_adddup2(actions, end, STDERR_FILENO);
    if (!failure)
        failure = posix_spawnattr_setsigmask(attributes, &none);
    if (!failure)
        failure = posix_spawnattr_setsigdefault(attributes, &all);
    return failure ? failure
                   : posix_spawnattr_setflags(attributes,
                                              POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* Returns 0 or an errno. */
static int spawn(pid_t *child, const char *program, const struct words *words, int end)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char *no_environment[] = {NULL};
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    int failure = posix_spawnattr_init(&attributes);
    if (failure) {
        posix_spawn_file_actions_destroy(&actions);
        return failure;
    }
    failure = prepare(&actions, &attributes, end);
    if (!failure) /* it changes none of the words, whatever its type says */
        failure = posix_spawn(child, program, &actions, &attributes,
                              (char *const *)(uintptr_t)words->at, no_environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

/* Two ends, of which the child's is none of the descriptors that it is to become. */
static int make_ends(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    if (ends[1] >= FIRST_FREE)
        return 0;
    int higher = fcntl(ends[1], F_DUPFD_CLOEXEC, FIRST_FREE);
    close(ends[1]);
    ends[1] = higher;
    if (higher >= 0)
        return 0;
    close(ends[0]);
    return -1;
}

static void wait_for(pid_t child)
{
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* ---- The answer ------------------------------------------------------------------- */

static void take_descriptor(struct answer *answer, struct msghdr *message)
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(sizeof(int)))
        return;
    if (answer->descriptor >= 0)
        close(answer->descriptor);
    memcpy(&answer->descriptor, CMSG_DATA(header), sizeof(int));
}

/* Reads until the program has gone, which it does in a few seconds, whatever happens. Where it has
 * not read the filter, Linux tells ECONNRESET once before what it said. */
static void receive(struct answer *answer, int end)
{
    for (;;) {
        char bytes[sizeof answer->text];
        union {
            struct cmsghdr header;
            char room[CMSG_SPACE(sizeof(int))];
        } control;
        struct iovec data = {bytes, sizeof bytes};
        struct msghdr message = {.msg_iov = &data,
                                 .msg_iovlen = 1,
                                 .msg_control = &control,
                                 .msg_controllen = sizeof control};
        ssize_t count = recvmsg(end, &message, MSG_CMSG_CLOEXEC);
        if (count < 0 && (errno == EINTR || errno == ECONNRESET))
            continue;
        if (count <= 0)
            return;
        take_descriptor(answer, &message);
        if (count == CODE_BYTES && bytes[0] == '\0') {
            answer->code = -(unsigned char)bytes[1];
            continue;
        }
        size_t room = sizeof answer->text - 1 - answer->used;
        size_t more = (size_t)count < room ? (size_t)count : room;
        memcpy(answer->text + answer->used, bytes, more);
        answer->used += more;
    }
}

/* The first line; the program has only one, others may have more. */
static int tell(struct answer *answer, struct wb_error *error)
{
    int code = answer->code < 0 ? answer->code : WB_E_PERMISSION;
    answer->text[answer->used] = '\0';
    answer->text[strcspn(answer->text, "\n")] = '\0';
    if (!*answer->text)
        return wb__error_set(error, code, 0, "wirebeam-open ended without a word");
    return wb__error_set(error, code, 0, "%s", answer->text);
}

/* ---- What came is what was asked for ---------------------------------------------- */

static bool has(int descriptor, int option, int wanted)
{
    int value = -1;
    socklen_t length = sizeof value;
    return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 && value == wanted;
}

static bool is_socket(int descriptor, int domain, int type, int protocol)
{
    return has(descriptor, SO_DOMAIN, domain) && has(descriptor, SO_TYPE, type) &&
           has(descriptor, SO_PROTOCOL, protocol);
}

static bool is_device(int descriptor, const struct wb_opener_request *request)
{
    struct ifreq device = {0};
    int kind = request->tap ? IFF_TAP : IFF_TUN;
    return ioctl(descriptor, TUNGETIFF, &device) == 0 &&
           (device.ifr_flags & (IFF_TUN | IFF_TAP)) == kind &&
           strncmp(device.ifr_name, request->interface, sizeof device.ifr_name) == 0;
}

static bool is_what_was_asked_for(int descriptor, const struct wb_opener_request *request)
{
    int link_type = request->cooked ? SOCK_DGRAM : SOCK_RAW;
    switch (request->verb) {
    case WB_OPENER_PACKET:
    case WB_OPENER_INJECT:
        return is_socket(descriptor, AF_PACKET, link_type, 0) && has(descriptor, SO_LOCK_FILTER, 1);
    case WB_OPENER_IP4:
        return is_socket(descriptor, AF_INET, SOCK_RAW, IPPROTO_RAW);
    case WB_OPENER_IP6:
        return is_socket(descriptor, AF_INET6, SOCK_RAW, IPPROTO_RAW);
    case WB_OPENER_ICMP4:
        return is_socket(descriptor, AF_INET, SOCK_RAW, IPPROTO_ICMP);
    case WB_OPENER_ICMP6:
        return is_socket(descriptor, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    case WB_OPENER_TUN:
        return is_device(descriptor, request);
    }
    return false;
}

/* ---- All together ----------------------------------------------------------------- */

/* A message that the program never reads is its matter: it says why. */
static void send_filter(int end, const struct wb_opener_request *request)
{
    if (request->filter)
        send(end, request->filter, request->filter_count * sizeof(struct sock_filter),
             MSG_NOSIGNAL);
}

/* Runs the program and takes its answer. */
static int ask(struct answer *answer, const struct wb_opener_request *request, bool is_check,
               struct wb_error *error)
{
    struct words words;
    int ends[2];
    pid_t child;
    int code = check(request, error);
    if (code < 0)
        return code;
    const char *program = find_program();
    if (!program)
        return wb__error_set(error, WB_E_UNSUPPORTED, ENOENT, "wirebeam-open is not installed");
    if (make_ends(ends) < 0)
        return wb__error_set(error, WB_E_SYSTEM, errno, "a socket cannot be made: %s",
                             strerror(errno));
    make_words(&words, request, is_check);
    int failure = spawn(&child, program, &words, ends[1]);
    close(ends[1]);
    if (failure) {
        close(ends[0]);
        return wb__error_set(error, WB_E_SYSTEM, failure, "%s cannot be run: %s", program,
                             strerror(failure));
    }
    if (!is_check)
        send_filter(ends[0], request);
    receive(answer, ends[0]);
    close(ends[0]);
    wait_for(child);
    return 0;
}

int wb_opener_open(const struct wb_opener_request *request, int *descriptor,
                   struct wb_error *error)
{
    struct answer answer = {.descriptor = -1, .code = WB_E_PERMISSION};
    *descriptor = -1;
    int code = ask(&answer, request, false, error);
    if (code < 0)
        return code;
    if (answer.descriptor < 0)
        return tell(&answer, error);
    if (!is_what_was_asked_for(answer.descriptor, request)) {
        close(answer.descriptor);
        return wb__error_set(error, WB_E_SYSTEM, 0, "wirebeam-open gave something else");
    }
    *descriptor = answer.descriptor;
    return 0;
}

bool wb_opener_permits(const struct wb_opener_request *request)
{
    struct answer answer = {.descriptor = -1, .code = WB_E_PERMISSION};
    struct wb_error ignored;
    int code = ask(&answer, request, true, &ignored);
    if (answer.descriptor >= 0)
        close(answer.descriptor);
    return code == 0 && answer.code == 0;
}
