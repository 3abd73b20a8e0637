/* SPDX-License-Identifier: ISC
 *
 * `wirebeam ping`: echo requests, a line for each thing that comes back, and a summary.
 */
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "echo.h"
#include "icmp_error.h"
#include "json_line.h"
#include "message.h"
#include "options.h"
#include "sandbox.h"
#include "seconds.h"

#define SEQUENCES 65536
#define WAIT_MAX_MS 200 /* until an interrupt is seen that came just before the waiting */

struct ping_arguments {
    uint64_t count, size;
    const char *interval, *timeout;
    struct sandbox_arguments sandbox;
    struct target_versions versions;
    bool json, quiet;
};

#define AT(field) .offset = offsetof(struct ping_arguments, field)

static const struct option_spec options[] = {
    { "count", 'c', OPTION_NUMBER, AT(count), .argument = "N", .max = INT64_MAX,
      .help = "send N requests; 0, the default: until interrupted" },
    { "interval", 'i', OPTION_TEXT, AT(interval), .argument = "SECONDS",
      .help = "wait SECONDS between two requests; the default is 1" },
    { "size", 's', OPTION_NUMBER, AT(size), .argument = "BYTES", .max = ECHO_DATA_MAX - 20,
      .help = "the data of a request; the default is 56" },
    { "timeout", 'W', OPTION_TEXT, AT(timeout), .argument = "SECONDS",
      .help = "wait so long for an answer after the last request; the default is 2" },
    TARGET_ROWS(struct ping_arguments, versions),
    { "json", 'j', OPTION_FLAG, AT(json), .help = "JSON lines" },
    { "quiet", 'q', OPTION_FLAG, AT(quiet), .help = "the summary alone" },
    SANDBOX_ROWS(struct ping_arguments, sandbox),
    { .name = NULL },
};

struct request {
    int64_t sent_ns; /* 0: none of that number was sent */
    bool is_answered, is_failed;
};

struct ping {
    const struct target *target;
    bool json, quiet, is_output_lost;
    uint64_t count, sent, answered, failed, duplicates, unexpected;
    int64_t interval_ns, timeout_ns;
    double least_ms, most_ms, sum_ms, square_sum;
    struct request requests[SEQUENCES];
};

static volatile sig_atomic_t is_stopped;

static void on_stop(int signal_number)
{
    signal(signal_number, SIG_DFL); /* the second time at once */
    is_stopped = 1;
}

/* ---- Telling ---------------------------------------------------------------------- */

static void print_json(struct ping *ping, json_t *object)
{
    if (!json_line_print(object))
        ping->is_output_lost = true;
}

static void tell_reply(struct ping *ping, const struct echo_answer *answer, double ms,
                       bool is_duplicate)
{
    char address[INET6_ADDRSTRLEN], ttl[24] = "";

    if (ping->quiet)
        return;
    target_address_text(ping->target, answer->from, address);
    if (ping->json) {
        print_json(ping, json_pack("{s:s, s:s, s:i, s:i, s:i, s:f, s:b, s:b}", "event_type",
                                   "echo_reply", "address", address, "sequence", answer->sequence,
                                   "bytes", (int)answer->bytes, "ttl", answer->ttl, "ms", ms,
                                   "duplicate", is_duplicate, "other_data",
                                   answer->has_other_data));
        return;
    }
    if (answer->ttl >= 0)
        snprintf(ttl, sizeof(ttl), " ttl=%d", answer->ttl);
    printf("%zu bytes from %s: seq=%u%s time=%.3f ms%s%s\n", answer->bytes, address,
           answer->sequence, ttl, ms, is_duplicate ? " (duplicate)" : "",
           answer->has_other_data ? " (its data is not that of the request)" : "");
}

/* An error that came for a request; from is NULL where it is this host's own. */
static void tell_error(struct ping *ping, uint16_t sequence, const uint8_t *from, uint8_t type,
                       uint8_t code, const char *text)
{
    char address[INET6_ADDRSTRLEN];
    json_t *object;

    if (ping->quiet)
        return;
    if (from != NULL)
        target_address_text(ping->target, from, address);
    if (!ping->json) {
        printf("%s%s: seq=%u %s\n", from != NULL ? "from " : "not sent",
               from != NULL ? address : "", sequence, text);
        return;
    }
    object = json_pack("{s:s, s:i, s:s}", "event_type", "echo_error", "sequence", sequence,
                       "error", text);
    if (object != NULL && from != NULL) {
        json_object_set_new(object, "address", json_string(address));
        json_object_set_new(object, "icmp_type", json_integer(type));
        json_object_set_new(object, "icmp_code", json_integer(code));
    }
    print_json(ping, object);
}

static double average_ms(const struct ping *ping)
{
    return ping->sum_ms / (double)ping->answered;
}

/* The standard deviation, which ping calls mdev. */
static double deviation_ms(const struct ping *ping)
{
    double average = average_ms(ping);
    double variance = ping->square_sum / (double)ping->answered - average * average;

    return variance > 0 ? sqrt(variance) : 0;
}

static double loss_percent(const struct ping *ping)
{
    return ping->sent > 0 ? 100.0 * (double)(ping->sent - ping->answered) / (double)ping->sent : 0;
}

static void print_summary_json(struct ping *ping)
{
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:f, s:I, s:I, s:I}", "event_type", "ping", "host",
        ping->target->name, "address", ping->target->text, "sent", (json_int_t)ping->sent,
        "answered", (json_int_t)ping->answered, "lost", (json_int_t)(ping->sent - ping->answered),
        "loss_percent", loss_percent(ping), "errors", (json_int_t)ping->failed, "duplicates",
        (json_int_t)ping->duplicates, "unexpected", (json_int_t)ping->unexpected);

    if (object != NULL && ping->answered > 0) {
        json_object_set_new(object, "min_ms", json_real(ping->least_ms));
        json_object_set_new(object, "avg_ms", json_real(average_ms(ping)));
        json_object_set_new(object, "max_ms", json_real(ping->most_ms));
        json_object_set_new(object, "mdev_ms", json_real(deviation_ms(ping)));
    }
    print_json(ping, object);
}

static void print_summary(const struct ping *ping)
{
    printf("%s%" PRIu64 " sent, %" PRIu64 " answered, %" PRIu64 " lost (%.4g %%)",
           ping->quiet ? "" : "\n", ping->sent, ping->answered, ping->sent - ping->answered,
           loss_percent(ping));
    if (ping->failed > 0)
        printf(", %" PRIu64 " errors", ping->failed);
    if (ping->duplicates > 0)
        printf(", %" PRIu64 " duplicates", ping->duplicates);
    if (ping->unexpected > 0)
        printf(", %" PRIu64 " answers to nothing that was sent", ping->unexpected);
    printf("\n");
    if (ping->answered > 0)
        printf("round trip min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms\n", ping->least_ms,
               average_ms(ping), ping->most_ms, deviation_ms(ping));
}

/* ---- Asking ----------------------------------------------------------------------- */

static void note_time(struct ping *ping, double ms)
{
    if (ping->answered == 0 || ms < ping->least_ms)
        ping->least_ms = ms;
    if (ms > ping->most_ms)
        ping->most_ms = ms;
    ping->sum_ms += ms;
    ping->square_sum += ms * ms;
    ping->answered++;
}

static void take_reply(struct ping *ping, const struct echo_answer *answer)
{
    struct request *request = &ping->requests[answer->sequence];
    double ms = (double)(wb_injector_clock_ns() - request->sent_ns) / 1e6;
    bool is_duplicate = request->is_answered;

    if (is_duplicate)
        ping->duplicates++;
    else
        note_time(ping, ms);
    request->is_answered = true;
    tell_reply(ping, answer, ms, is_duplicate);
}

static void fail(struct ping *ping, uint16_t sequence)
{
    if (!ping->requests[sequence].is_failed)
        ping->failed++;
    ping->requests[sequence].is_failed = true;
}

static void take_error(struct ping *ping, const struct echo_answer *answer)
{
    fail(ping, answer->sequence);
    if (answer->reason != 0)
        tell_error(ping, answer->sequence, NULL, 0, 0, strerror(answer->reason));
    else
        tell_error(ping, answer->sequence, answer->from, answer->type, answer->code,
                   icmp_error_text(ping->target->ip_version, answer->type, answer->code));
}

/* Whatever waits in the socket. False where there was nothing. */
static bool take_all(struct ping *ping, struct echo *echo)
{
    struct echo_answer answer;
    bool is_any = false;

    for (; !is_stopped && echo_take(echo, &answer); is_any = true) {
        if (ping->requests[answer.sequence].sent_ns == 0)
            ping->unexpected++;
        else if (answer.is_error)
            take_error(ping, &answer);
        else
            take_reply(ping, &answer);
    }
    return is_any;
}

/* An error that came for an earlier request may be told to whoever sends next: once it was taken,
 * it is not. */
static void send_next(struct ping *ping, struct echo *echo)
{
    uint16_t sequence = (uint16_t)(++ping->sent % SEQUENCES);
    struct request *request = &ping->requests[sequence];
    int reason;

    *request = (struct request){ .sent_ns = wb_injector_clock_ns() };
    reason = echo_send(echo, sequence);
    if (reason != 0 && take_all(ping, echo))
        reason = echo_send(echo, sequence);
    if (reason == 0)
        return;
    fail(ping, sequence);
    tell_error(ping, sequence, NULL, 0, 0, strerror(reason));
}

static bool is_all_sent(const struct ping *ping)
{
    return ping->count != 0 && ping->sent >= ping->count;
}

static void wait_until(const struct echo *echo, int64_t then_ns)
{
    struct pollfd descriptor = { .fd = echo->descriptor, .events = POLLIN };
    int64_t ms = (then_ns - wb_injector_clock_ns() + 999999) / 1000000;

    if (ms > 0)
        poll(&descriptor, 1, ms < WAIT_MAX_MS ? (int)ms : WAIT_MAX_MS);
}

static void ask(struct ping *ping, struct echo *echo)
{
    int64_t due_ns = wb_injector_clock_ns();

    while (!is_stopped && !ping->is_output_lost && !ferror(stdout)) {
        int64_t now_ns = wb_injector_clock_ns();

        if (is_all_sent(ping) &&
            (now_ns >= due_ns || ping->answered + ping->failed >= ping->sent))
            break;
        if (!is_all_sent(ping) && now_ns >= due_ns) {
            send_next(ping, echo);
            due_ns += is_all_sent(ping) ? ping->timeout_ns : ping->interval_ns;
        }
        take_all(ping, echo);
        fflush(stdout);
        wait_until(echo, due_ns);
        take_all(ping, echo);
    }
}

/* ---- The command ------------------------------------------------------------------ */

static int read_arguments(struct ping_arguments *arguments, struct ping *ping,
                          struct wb_guard_options *sandbox, int argc, char **argv,
                          const char **host)
{
    int rest, status = options_parse(&command_ping, arguments, argc, argv, &rest);

    ping->interval_ns = SECOND_NS;
    ping->timeout_ns = 2 * SECOND_NS;
    if (status == OPTIONS_GO)
        status = seconds_read("interval", arguments->interval, 0.001, &ping->interval_ns);
    if (status == OPTIONS_GO)
        status = seconds_read("timeout", arguments->timeout, 0.001, &ping->timeout_ns);
    if (status == OPTIONS_GO)
        status = sandbox_check(&arguments->sandbox, sandbox);
    if (status == OPTIONS_GO && argc - rest != 1)
        status = message_usage("name one host to ask, behind the options");
    ping->count = arguments->count;
    ping->json = arguments->json;
    ping->quiet = arguments->quiet;
    *host = argv[status == OPTIONS_GO ? rest : 0];
    return status;
}

static int run_ping(int argc, char **argv)
{
    struct ping_arguments arguments = { .size = 56 };
    struct wb_guard_options sandbox = { 0 };
    static struct ping ping;
    static struct echo echo;
    static struct target target;
    const char *host;
    int status = read_arguments(&arguments, &ping, &sandbox, argc, argv, &host);

    if (status == OPTIONS_GO)
        status = target_find(host, &arguments.versions, &target);
    if (status == OPTIONS_GO)
        status = echo_open(&echo, &target, arguments.size, &sandbox);
    if (status != OPTIONS_GO)
        return status;
    sandbox_tell_missing();
    ping.target = &target;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
    if (!ping.json && !ping.quiet)
        printf("%s (%s) from %s: %" PRIu64 " bytes of data\n", host, target.text,
               target.source_text, arguments.size);
    ask(&ping, &echo);
    echo_close(&echo);
    if (ping.json)
        print_summary_json(&ping);
    else
        print_summary(&ping);
    if (fflush(stdout) != 0 || ferror(stdout) || ping.is_output_lost)
        return STATUS_FAILED;
    return ping.answered > 0 ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_ping = {
    .name = "ping",
    .summary = "Ask a host for an echo, and tell what comes back",
    .synopsis = "[OPTION ...] HOST",
    .options = options,
    .run = run_ping,
};
