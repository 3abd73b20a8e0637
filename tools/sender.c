/* SPDX-License-Identifier: ISC
 *
 * Signal handlers only call wb_injector_stop, which is safe there. A queue that stays full is
 * given up after a while: whoever waits for the end of the command would wait for ever.
 */
#include "sender.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "sent.h"

#define SLICE_MS 200        /* between two looks at the progress */
#define STUCK_SLICES 25     /* five seconds */
#define PROGRESS_NS INT64_C(500000000)
#define BAR_WIDTH 30

static struct wb_injector *running;

/* ---- Options ---------------------------------------------------------------------- */

bool sender_read_decimal(const char *text, double *number)
{
    char *end;

    if (strspn(text, "0123456789.") != strlen(text) || *text == '\0')
        return false;
    *number = strtod(text, &end);
    return *end == '\0' && *number > 0;
}

/* Digits, perhaps a point and digits, perhaps k, M or G. */
static bool read_rate(const char *value, uint64_t max, uint64_t *rate)
{
    static const char units[] = "kMG";
    size_t digits = strspn(value, "0123456789.");
    const char *unit = value[digits] != '\0' ? strchr(units, value[digits]) : NULL;
    char text[32];
    double number;

    if (value[digits] != '\0' && (unit == NULL || value[digits + 1] != '\0'))
        return false;
    if (digits >= sizeof(text))
        return false;
    memcpy(text, value, digits);
    text[digits] = '\0';
    if (!sender_read_decimal(text, &number))
        return false;
    for (const char *at = units; unit != NULL && at <= unit; at++)
        number *= 1000;
    if (number < 1 || number > (double)max)
        return false;
    *rate = (uint64_t)(number + 0.5);
    return true;
}

int sender_take_rate(void *place, const char *value)
{
    struct sender_arguments *arguments = place;

    if (read_rate(value, WB_INJECT_PACKETS_PER_SECOND_MAX, &arguments->packets_per_second))
        return OPTIONS_GO;
    return message_usage("--rate wants packets a second, from 1 to 1G (as 2.5k), not '%s'", value);
}

int sender_take_bits(void *place, const char *value)
{
    struct sender_arguments *arguments = place;

    if (read_rate(value, WB_INJECT_BITS_PER_SECOND_MAX, &arguments->bits_per_second))
        return OPTIONS_GO;
    return message_usage("--bits wants bits a second, from 1 to 1000G (as 10M), not '%s'", value);
}

/* ---- Opening ---------------------------------------------------------------------- */

static void on_stop(int signal_number)
{
    signal(signal_number, SIG_DFL); /* the second time at once */
    wb_injector_stop(running);
}

static void take_signals(struct wb_injector *injector)
{
    struct sigaction action = { .sa_handler = on_stop }, hangup;

    running = injector;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
}

int sender_open(struct sender *sender, const struct sender_arguments *arguments,
                const char *kind)
{
    const struct wb_inject_options options = {
        .interface = arguments->interface,
        .kind = kind,
        .ip_version = arguments->ip_version,
        .packets_per_second = arguments->packets_per_second,
        .bits_per_second = arguments->bits_per_second,
        .top_speed = arguments->top_speed && arguments->packets_per_second == 0 &&
                     arguments->bits_per_second == 0,
        .without_bypass = arguments->queueing,
        .unmarked = arguments->unmarked,
    };
    struct wb_error error = { 0 };
    int result = wb_injector_open(&sender->injector, &options, &error);

    sender->arguments = arguments;
    if (result < 0) {
        message("%s", error.text);
        return result == WB_E_ARGUMENT ? STATUS_USAGE : STATUS_FAILED;
    }
    take_signals(sender->injector);
    if (!arguments->quiet && isatty(STDERR_FILENO))
        sender->progress_due_ns = wb_injector_clock_ns() + PROGRESS_NS;
    return OPTIONS_GO;
}

/* ---- Progress --------------------------------------------------------------------- */

static void print_bar(double fraction)
{
    int full = fraction > 1 ? BAR_WIDTH : (int)(fraction * BAR_WIDTH);

    fputc('[', stderr);
    for (int i = 0; i < BAR_WIDTH; i++)
        fputc(i < full ? '#' : '.', stderr);
    fprintf(stderr, "] %3.0f %%  ", fraction > 1 ? 100 : fraction * 100);
}

static void show_progress(struct sender *sender)
{
    int64_t now = wb_injector_clock_ns();
    double fraction = sender->fraction != NULL ? sender->fraction(sender) : -1;
    struct wb_inject_stats stats;

    if (sender->progress_due_ns == 0 || now < sender->progress_due_ns)
        return;
    sender->progress_due_ns = now + PROGRESS_NS;
    wb_injector_stats(sender->injector, &stats);
    fputs("\r\033[K", stderr);
    if (fraction >= 0)
        print_bar(fraction);
    fprintf(stderr, "%" PRIu64 " sent, %" PRIu64 " refused", stats.sent, stats.failed);
}

static void clear_progress(const struct sender *sender)
{
    if (sender->progress_due_ns != 0)
        fputs("\r\033[K", stderr);
}

/* ---- Sending ---------------------------------------------------------------------- */

static bool is_interface_lost(int code)
{
    return code == ENETDOWN || code == ENODEV || code == ENXIO;
}

static void note_refusal(struct sender *sender, int code, uint64_t number)
{
    struct sender_refusal *refusal = sender->refusals;

    while (refusal < sender->refusals + SENDER_REFUSALS - 1 && refusal->count != 0 &&
           refusal->code != code)
        refusal++;
    if (refusal->count++ == 0) {
        refusal->code = code;
        refusal->first = number;
    }
    if (is_interface_lost(code))
        sender->is_over = true;
}

static void note_results(struct sender *sender, unsigned from, unsigned count)
{
    for (unsigned i = from; i < from + count; i++)
        if (sender->queue[i].result != 0)
            note_refusal(sender, sender->queue[i].result, sender->numbers[i]);
}

static uint64_t times_full(const struct sender *sender)
{
    struct wb_inject_stats stats;

    wb_injector_stats(sender->injector, &stats);
    return stats.full;
}

static void end(struct sender *sender, const char *text)
{
    clear_progress(sender);
    message("%s", text);
    sender->is_over = sender->has_failed = true;
}

bool sender_flush(struct sender *sender)
{
    unsigned at = 0, stuck = 0;
    struct wb_error error = { 0 };

    if (sender->started_ns == 0)
        sender->started_ns = wb_injector_clock_ns();
    while (at < sender->queued && !sender->is_over) {
        uint64_t full = times_full(sender);
        int handled = wb_inject(sender->injector, sender->queue + at, sender->queued - at, SLICE_MS,
                                &error);

        if (handled < 0) {
            end(sender, error.text);
            break;
        }
        note_results(sender, at, (unsigned)handled);
        at += (unsigned)handled;
        show_progress(sender);
        sender->is_over |= wb_injector_is_stopped(sender->injector);
        stuck = handled == 0 && times_full(sender) > full ? stuck + 1 : 0;
        if (stuck == STUCK_SLICES)
            end(sender, "the queue of the interface stays full: nobody takes what is sent");
    }
    sender->queued = 0;
    sender->ended_ns = wb_injector_clock_ns();
    return !sender->is_over;
}

static bool is_taken(const struct sender *sender, uint16_t link_type)
{
    uint16_t wanted = wb_injector_link_type(sender->injector);

    if (wanted == 101) /* raw IP has three numbers: both versions, IPv4, IPv6 */
        return link_type == 101 || link_type == 228 || link_type == 229;
    return wanted == link_type || wanted == 0;
}

bool sender_put(struct sender *sender, const struct wb_inject_packet *packet, uint16_t link_type)
{
    sender->offered++;
    if (!is_taken(sender, link_type) || packet->length == 0) {
        sender->skipped++;
        return !sender->is_over;
    }
    sender->numbers[sender->queued] = sender->offered;
    sender->queue[sender->queued++] = *packet;
    return sender->queued < SENDER_QUEUE || sender_flush(sender);
}

int sender_finish(struct sender *sender)
{
    struct wb_inject_stats stats;
    bool is_whole;

    sender_flush(sender);
    clear_progress(sender);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    wb_injector_stats(sender->injector, &stats);
    is_whole = sent_tell(sender, &stats);
    wb_injector_close(sender->injector);
    return is_whole && !sender->has_failed ? STATUS_DONE : STATUS_FAILED;
}
