/* SPDX-License-Identifier: ISC
 *
 * The kernel asks a supervisor about each call (seccomp_unotify(2)). That is a thread of this
 * process which began before the filter, so that the filter does not hold for itself, and which
 * ends with the process. It says yes to everything.
 */
#include "guard/report.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "guard/seccomp.h"

#define CALLS_MAX 1024

static struct {
    sem_t is_ready;
    int descriptor;
    bool was_told[CALLS_MAX];
} supervisor;

/* Those that one would look for; the others have a number, which ausyscall(8) knows. */
static const char *name_of(int call)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {__NR_openat, "openat"},       {__NR_socket, "socket"},     {__NR_connect, "connect"},
        {__NR_execve, "execve"},       {__NR_ptrace, "ptrace"},     {__NR_kill, "kill"},
        {__NR_mkdirat, "mkdirat"},     {__NR_linkat, "linkat"},     {__NR_unlinkat, "unlinkat"},
        {__NR_setsockopt, "setsockopt"}, {__NR_ioctl, "ioctl"},     {__NR_fcntl, "fcntl"},
        {__NR_clone, "clone"},         {__NR_prlimit64, "prlimit64"}, {__NR_write, "write"},
        {__NR_mmap, "mmap"},           {__NR_mprotect, "mprotect"}, {__NR_sendto, "sendto"},
        {__NR_dup, "dup"},             {__NR_bpf, "bpf"},           {__NR_tgkill, "tgkill"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == call)
            return names[i].name;
    return "a system call";
}

static void tell(int call)
{
    if (call < 0 || call >= CALLS_MAX || supervisor.was_told[call])
        return;
    supervisor.was_told[call] = true;
    fprintf(stderr, "the sandbox would deny %s (number %d)\n", name_of(call), call);
}

/* The kernel wants to find zeros where it writes. */
static void *supervise(void *unused)
{
    while (sem_wait(&supervisor.is_ready) < 0 && errno == EINTR)
        ;
    for (;;) {
        struct seccomp_notif question = {0};
        if (ioctl(supervisor.descriptor, SECCOMP_IOCTL_NOTIF_RECV, &question) < 0) {
            if (errno == EINTR || errno == ENOENT)
                continue;
            return unused;
        }
        tell(question.data.nr);
        struct seccomp_notif_resp yes = {.id = question.id,
                                         .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        ioctl(supervisor.descriptor, SECCOMP_IOCTL_NOTIF_SEND, &yes);
    }
}

static int start_thread(void)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread, NULL, supervise, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed)
        pthread_detach(thread);
    return -failed;
}

int wb__report_start(unsigned roles)
{
    sem_init(&supervisor.is_ready, 0, 0);
    int result = start_thread();
    if (result < 0)
        return result;
    result = wb__seccomp_confine(roles, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
    supervisor.descriptor = result;
    sem_post(&supervisor.is_ready);
    return result < 0 ? result : 0;
}
