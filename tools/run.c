/* SPDX-License-Identifier: ISC
 *
 * The loop of a run. Signal handlers only set flags and call wb_engine_stop, which is
 * safe there; all printing happens between two steps.
 */
#include "run.h"

#include <errno.h>
#include <inttypes.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "sandbox.h"

/* How long a step may wait: the delay of SIGUSR1 and of the progress line. An interrupt
 * does not wait for it. */
#define STEP_TIMEOUT_MS 200
#define PROGRESS_INTERVAL_S 1

static struct wb_engine *running;
static volatile sig_atomic_t stop_requests, summary_requested;

static void on_stop(int signal_number)
{
    if (stop_requests++ > 0) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
        return;
    }
    wb_engine_stop(running);
}

static void on_summary(int signal_number)
{
    (void)signal_number;
    summary_requested = 1;
}

static void handle(int signal_number, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler };

    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

/* Interrupts are taken even where a shell began us in the background with SIGINT
 * ignored, as tcpdump does; nohup's choice for SIGHUP is respected. */
static void take_signals(struct wb_engine *engine)
{
    struct sigaction hangup;

    running = engine;
    handle(SIGINT, on_stop);
    handle(SIGTERM, on_stop);
    handle(SIGUSR1, on_summary);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        handle(SIGHUP, on_stop);
}

/* Tells that the capture has begun: from here on no packet is missed. */
static void tell_start(const struct run *run, struct wb_engine *engine)
{
    const struct wb_source_interface *interface = wb_engine_interface(engine, 0);
    const char *link_type = interface ? wb_link_type_name(interface->link_type) : NULL;

    if (run->quiet || run->options.source.interface == NULL)
        return;
    fprintf(stderr, "capturing on %s (%s, %s); interrupt to end\n", run->options.source.interface,
            wb_engine_source_kind(engine), link_type != NULL ? link_type : "unknown link type");
}

static void clear_progress(bool shown)
{
    if (shown)
        fputs("\r\033[K", stderr);
}

static void show_progress(const struct run *run, const struct wb_stats *stats)
{
    clear_progress(true);
    fprintf(stderr, "%" PRIu64 " packets", stats->source.seen);
    if (run->parts.http)
        fprintf(stderr, ", %" PRIu64 " transactions", stats->http.transactions);
    fprintf(stderr, ", %" PRIu64 " dropped",
            stats->source.dropped_ring + stats->source.dropped_interface);
}

/* What the run is for cannot be written any more: to go on would only lose more. */
static bool is_output_lost(const struct run *run, const struct wb_stats *stats)
{
    if (run->parts.capture && stats->record.capture_lost > 0)
        return true;
    return run->parts.json && !run->parts.directory && stats->record.json_lost > 0;
}

/* One step's aftermath. Returns false when the run has to end. */
static bool between_steps(const struct run *run, struct wb_engine *engine, time_t *progress_due)
{
    struct timespec now;
    struct wb_stats stats;

    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (errno != EPIPE) /* else its reader has enough, as in `wirebeam read | head` */
            message("standard output: %s", strerror(errno));
        return false;
    }
    wb_engine_stats(engine, &stats);
    if (summary_requested) {
        summary_requested = 0;
        summary_print(&stats, &run->parts);
    }
    if (*progress_due != 0 && clock_gettime(CLOCK_MONOTONIC, &now) == 0 &&
        now.tv_sec >= *progress_due) {
        show_progress(run, &stats);
        *progress_due = now.tv_sec + PROGRESS_INTERVAL_S;
    }
    return !is_output_lost(run, &stats);
}

/* Steps until the input ends. Returns the exit status so far. */
static int step_to_end(const struct run *run, struct wb_engine *engine)
{
    bool has_progress = run->progress && !run->quiet && isatty(STDERR_FILENO);
    time_t progress_due = has_progress ? 1 : 0;
    struct wb_error error = { 0 };
    int result;

    do {
        result = wb_engine_step(engine, STEP_TIMEOUT_MS, &error);
        if (!between_steps(run, engine, &progress_due)) {
            clear_progress(has_progress);
            return STATUS_FAILED;
        }
    } while (result >= 0);
    clear_progress(has_progress);
    if (result == WB_E_END)
        return STATUS_DONE;
    message("%s", error.text);
    return STATUS_FAILED;
}

/* Packets in which nothing could be followed, for their link type has no decoder. Told, for
 * the run was in vain for them. */
static bool tell_unknown_link(const struct wb_stats *stats, struct wb_engine *engine)
{
    const struct wb_source_interface *interface = wb_engine_interface(engine, 0);
    const char *name = interface != NULL ? wb_link_type_name(interface->link_type) : NULL;
    uint64_t unknown = stats->decode.unknown_link;

    if (unknown == 0)
        return false;
    message("%" PRIu64 " of %" PRIu64 " packets have a link type that is not followed; that of the "
            "first interface is %u (%s)",
            unknown, stats->decode.packets, interface != NULL ? interface->link_type : 0,
            name != NULL ? name : "without a name");
    return true;
}

/* Ends flows and files, and tells how it went. Returns the exit status. */
static int finish(const struct run *run, struct wb_engine *engine, int status)
{
    struct wb_error error = { 0 };
    struct wb_stats stats;
    int result = wb_engine_finish(engine, &error);

    wb_engine_stats(engine, &stats);
    if (!run->quiet)
        summary_print(&stats, &run->parts);
    if (!summary_adds_up(&stats, &run->parts))
        status = STATUS_FAILED;
    if (run->parts.http && tell_unknown_link(&stats, engine))
        status = STATUS_FAILED;
    if (summary_tell_losses(&stats))
        return STATUS_FAILED;
    if (result < 0) {
        message("%s", error.text);
        return STATUS_FAILED;
    }
    return status;
}

/* A command line that no run could follow is the user's mistake; all else is the run's. */
static int open_status(int code)
{
    return code == WB_E_ARGUMENT || code == WB_E_FILTER ? STATUS_USAGE : STATUS_FAILED;
}

/* What transactions need comes and goes with the traffic; glibc gives it back to the system
 * whenever a little is free, only to ask for it again. */
static void keep_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
#endif
}

static bool is_confined(const struct wb_guard_options *sandbox)
{
    return sandbox->mode == WB_GUARD_BEST_EFFORT || sandbox->mode == WB_GUARD_ON;
}

/* The directory is the writer's alone. */
static void leave_to_writer(struct run *run)
{
    run->writer = run->sandbox;
    run->writer.is_live = false;
    run->writer.is_writer = true;
    run->options.record.writer = &run->writer;
    run->sandbox.directory = NULL;
}

/* From the first byte on that is read, the process has what it needs and nothing else. */
static void confine_when_opened(struct run *run)
{
    run->sandbox.is_live = run->options.source.interface != NULL;
    run->sandbox.directory = run->options.record.directory;
    if (run->sandbox.directory != NULL && is_confined(&run->sandbox) && wb_guard_needs_writer())
        leave_to_writer(run);
    run->options.source.opened = sandbox_enter;
    run->options.source.opened_context = &run->sandbox;
    run->options.forks = worker_fork;
    run->options.forks_context = &run->worker;
}

int run_engine(struct run *run)
{
    struct wb_engine *engine;
    struct wb_error error = { 0 };
    int result, status;

    handle(SIGPIPE, SIG_IGN);
    keep_memory();
    confine_when_opened(run);
    result = wb_engine_open(&engine, &run->options, &error);
    if (result < 0) {
        message("%s", error.text);
        return open_status(result);
    }
    take_signals(engine);
    sandbox_tell_missing();
    tell_start(run, engine);
    status = step_to_end(run, engine);
    status = finish(run, engine, status);
    fflush(stdout);
    if (ferror(stdout))
        status = STATUS_FAILED;
    /* From here on a signal would find no engine. */
    handle(SIGINT, SIG_DFL);
    handle(SIGTERM, SIG_DFL);
    handle(SIGHUP, SIG_DFL);
    handle(SIGUSR1, SIG_IGN);
    wb_engine_close(engine);
    return status;
}
