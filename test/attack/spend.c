/* SPDX-License-Identifier: ISC
 *
 * spend COMMAND [ARGUMENT ...]: runs it, and prints what it cost on standard output: seconds
 * of CPU, KiB of the largest resident set, exit status. A program of its own, and a small
 * one: the kernel counts what a process had before exec(2), too, so that whoever starts a
 * command from a large process measures that.
 */
#include <err.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status;

    if (argc < 2)
        errx(2, "usage: spend COMMAND [ARGUMENT ...]");
    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (child == 0) {
        execvp(argv[1], argv + 1);
        err(127, "%s", argv[1]);
    }
    if (wait4(child, &status, 0, &usage) < 0)
        err(1, "wait4");
    printf("%.6f %ld %d\n", seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
           usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
