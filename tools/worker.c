/* SPDX-License-Identifier: ISC */
#include "worker.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "orphan.h"

#define MINUTE_S 60

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

#define PASSED_ON_COUNT (sizeof(passed_on) / sizeof(passed_on[0]))

/* The workers that died: how many within the minute that began with the first of them. */
struct deaths {
    bool any, was_stopped; /* was_stopped: the user wanted an end */
    unsigned in_minute;
    time_t minute_began;
};

static pid_t opener;
static bool is_worker;

static time_t now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static bool is_ignored(int signal_number)
{
    struct sigaction action;

    return sigaction(signal_number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* What is waited for comes out of sigwait and interrupts nothing. A signal that who started
 * us wants to be ignored is left so, but for an interrupt (see run.c), and for the end of a worker:
 * where that is ignored, nothing tells of it. */
static void block_signals(sigset_t *waited_for, sigset_t *before)
{
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(waited_for);
    sigaddset(waited_for, SIGCHLD);
    for (size_t i = 0; i < PASSED_ON_COUNT; i++)
        if (passed_on[i] == SIGINT || !is_ignored(passed_on[i]))
            sigaddset(waited_for, passed_on[i]);
    sigprocmask(SIG_BLOCK, waited_for, before);
}

/* What a worker forked itself (a writer) was adopted, and has nothing to do any more; it may be
 * stopped, or not want to end. Until it is over it may yet change what the next worker finds. As
 * long as the worker is not waited for, nobody else has its number. Returns the worker's status. */
static int end_family(pid_t worker)
{
    int status = 0;

    kill(-worker, SIGKILL);
    while (waitpid(worker, &status, 0) < 0 && errno == EINTR)
        ;
    while (waitpid(-worker, NULL, 0) > 0 || errno == EINTR)
        ;
    return status;
}

static bool is_over(pid_t worker)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)worker, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid != 0;
}

/* Passes signals on until the worker is over. Returns as waitpid has it. */
static int wait_for(pid_t worker, const sigset_t *waited_for, struct deaths *deaths)
{
    int signal_number;

    while (!is_over(worker)) {
        if (sigwait(waited_for, &signal_number) != 0 || signal_number == SIGCHLD)
            continue;
        kill(worker, signal_number);
        if (signal_number != SIGUSR1)
            deaths->was_stopped = true;
    }
    return end_family(worker);
}

static bool is_passed_on(int signal_number)
{
    for (size_t i = 0; i < PASSED_ON_COUNT; i++)
        if (passed_on[i] == signal_number)
            return true;
    return false;
}

static void tell(const struct wb_engine_progress *progress, int signal_number, const char *then)
{
    message("the worker died by signal %d (%s) after packet %" PRIu64 ": %" PRIu64
            " packets in its hands, %" PRIu64 " connections and %" PRIu64
            " transactions in progress are lost; %s",
            signal_number, strsignal(signal_number), progress->packet, progress->in_hand,
            progress->flows, progress->transactions, then);
}

/* One of those in this minute more. */
static bool is_one_too_many(const struct worker_options *options, struct deaths *deaths)
{
    time_t now = now_s();

    if (deaths->in_minute == 0 || now - deaths->minute_began >= MINUTE_S) {
        deaths->minute_began = now;
        deaths->in_minute = 0;
    }
    return ++deaths->in_minute > options->restarts;
}

/* Why no other worker is to begin, or NULL. */
static const char *reason_to_end(const struct worker_options *options, struct deaths *deaths,
                                 const struct wb_engine_progress *progress)
{
    if (!progress->has_begun)
        return "it had not begun";
    if (deaths->was_stopped)
        return "the end was wanted";
    if (!progress->goes_on)
        return "with this input or output none can go on";
    return is_one_too_many(options, deaths) ? "no more of them are started (--restarts)" : NULL;
}

/* The user's own signal ends this process as it would have ended the worker. */
static _Noreturn void end_by(int signal_number)
{
    sigset_t only;

    sigemptyset(&only);
    sigaddset(&only, signal_number);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    _exit(STATUS_FAILED);
}

int worker_fork(void *context, const struct wb_engine_progress *progress, struct wb_error *error)
{
    const struct worker_options *options = context;
    struct deaths deaths = {0};
    sigset_t waited_for, before;

    fflush(NULL);
    opener = getpid();
    orphan_adopt();
    block_signals(&waited_for, &before);
    for (;;) {
        pid_t worker = fork();

        if (worker == 0) {
            is_worker = true;
            setpgid(0, 0); /* what the terminal sends comes once, through the opener; a family */
            sigprocmask(SIG_SETMASK, &before, NULL);
            return 0;
        }
        if (worker < 0) {
            error->code = WB_E_SYSTEM;
            error->system = errno;
            snprintf(error->text, sizeof(error->text), "the worker cannot be started: %s",
                     strerror(errno));
            return error->code;
        }
        int status = wait_for(worker, &waited_for, &deaths);

        if (WIFEXITED(status))
            _exit(deaths.any && WEXITSTATUS(status) == STATUS_DONE ? STATUS_FAILED
                                                                   : WEXITSTATUS(status));
        if (deaths.was_stopped && is_passed_on(WTERMSIG(status)))
            end_by(WTERMSIG(status));
        const char *reason = reason_to_end(options, &deaths, progress);

        tell(progress, WTERMSIG(status), reason != NULL ? reason : "another one goes on");
        if (reason != NULL)
            _exit(STATUS_FAILED);
        deaths.any = true;
    }
}

void worker_ends_with_opener(void)
{
    if (!is_worker)
        return;
    orphan_gets(SIGTERM);
    if (getppid() != opener) /* it was gone before */
        raise(SIGTERM);
}
