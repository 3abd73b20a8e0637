/* SPDX-License-Identifier: ISC
 *
 * Runs commands in turn (A B C A B C ...), so that what else happens on the machine falls
 * on all of them alike, and prints the medians. Reads lines of three fields separated by
 * tabs: a name, a command that prepares a run and is not measured (or nothing), and the
 * command, both for sh(1). Prints a line for each, separated by tabs:
 *
 *     name  CPU seconds  wall seconds  ratio  KiB  status
 *
 * CPU seconds are user and system time of the command and its children; ratio is the
 * median of what the rounds' CPU times were in those of the first command; KiB is the
 * largest resident set; status is 0 when all runs ended well. A command that prints
 * "measured CPU WALL" (seconds) as a line is believed: it knows which part counts. The
 * output of the last run is left in DIRECTORY/NAME.out.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 64
#define ROUNDS_MAX 99

struct command {
    char *name, *prepare, *run;
    double cpu[ROUNDS_MAX], wall[ROUNDS_MAX];
    long resident_kib;
    int status;
};

static const char *directory;

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void output_path(char *path, size_t size, const struct command *command)
{
    snprintf(path, size, "%s/%s.out", directory, command->name);
}

static pid_t start(const struct command *command, const char *line)
{
    char path[4096];
    pid_t child = fork();

    if (child < 0)
        err(1, "fork");
    if (child > 0)
        return child;
    output_path(path, sizeof(path), command);
    int output = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (output < 0)
        err(127, "%s", path);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}

static void read_own_figures(struct command *command, int round)
{
    char path[4096], line[4096];
    FILE *output;

    output_path(path, sizeof(path), command);
    output = fopen(path, "r");
    while (output != NULL && fgets(line, sizeof(line), output) != NULL)
        sscanf(line, "measured %lf %lf", &command->cpu[round], &command->wall[round]);
    if (output != NULL)
        fclose(output);
}

static void run(struct command *command, int round)
{
    struct rusage usage;
    int status;

    if (command->prepare[0] != '\0') {
        waitpid(start(command, command->prepare), &status, 0);
        command->status |= status;
    }
    double begin = now();
    wait4(start(command, command->run), &status, 0, &usage);
    command->wall[round] = now() - begin;
    command->cpu[round] = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    command->status |= status;
    if (usage.ru_maxrss > command->resident_kib)
        command->resident_kib = usage.ru_maxrss;
    read_own_figures(command, round);
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(const double *values, int count)
{
    double sorted[ROUNDS_MAX];

    memcpy(sorted, values, (size_t)count * sizeof(*sorted));
    qsort(sorted, (size_t)count, sizeof(*sorted), compare);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

static void print(const struct command *command, const struct command *first, int rounds)
{
    double ratios[ROUNDS_MAX];

    for (int i = 0; i < rounds; i++)
        ratios[i] = command->cpu[i] / first->cpu[i];
    printf("%s\t%.6f\t%.6f\t%.4f\t%ld\t%d\n", command->name, median(command->cpu, rounds),
           median(command->wall, rounds), median(ratios, rounds), command->resident_kib,
           command->status);
}

/* Splits a line in place; the line becomes the command's. */
static bool parse(struct command *command, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    command->name = strsep(&line, "\t");
    command->prepare = strsep(&line, "\t");
    command->run = line;
    return command->run != NULL;
}

int main(int argc, char **argv)
{
    static struct command commands[COMMANDS_MAX];
    int count = 0, rounds = argc == 3 ? atoi(argv[1]) : 0;
    char *line = NULL;
    size_t size = 0;

    if (rounds < 1 || rounds > ROUNDS_MAX)
        errx(2, "usage: measure ROUNDS DIRECTORY <COMMANDS; at most %d rounds", ROUNDS_MAX);
    directory = argv[2];
    while (count < COMMANDS_MAX && getline(&line, &size, stdin) > 0) {
        if (!parse(&commands[count++], line))
            errx(2, "a line needs a name, a preparation and a command, separated by tabs");
        line = NULL;
    }
    free(line);
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < count; i++)
            run(&commands[i], round);
    for (int i = 0; i < count; i++)
        print(&commands[i], &commands[0], rounds);
    for (int i = 0; i < count; i++)
        free(commands[i].name);
    return 0;
}
