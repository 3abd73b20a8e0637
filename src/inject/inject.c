/* SPDX-License-Identifier: ISC
 *
 * Which injector: the kinds there are, the choice between them, and what all of them share:
 * checks, counters, and the waiting for the time of a packet or for room in the queue.
 */
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "inject/inject.h"
#include "inject/socket.h"

#define PACKET_BYTES_MAX (256U << 10)
#define BATCH_MAX 1024           /* between two looks at the clock and at is_stopped */
#define NAP_NS INT64_C(50000000) /* the longest without a look at is_stopped */
#define FULL_NAP_NS INT64_C(100000) /* where nobody tells that there is room again */
#define LATE_NS INT64_C(1000000)
/* A sleep ends later than asked for, by about this much at worst on an idle machine; the rest
 * of the time to a packet is spun. */
#define SPIN_NS INT64_C(60000)

/* The best for this system first. */
static const struct wb__injector_operations *const kinds[] = {
#ifdef WB_HAVE_XDP
    &wb__injector_xdp,
#endif
#ifdef WB_HAVE_PACKET_SOCKET
    &wb__injector_packet,
#endif
    &wb__injector_libpcap,
    &wb__injector_ip,
    &wb__injector_icmp,
};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

/* ---- Opening ---------------------------------------------------------------------- */

static int unknown_kind(const struct wb_inject_options *options, struct wb_error *error)
{
    char list[128] = "";
    wb__inject_close_given(options);
    for (size_t i = 0; i < KIND_COUNT; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", kinds[i]->kind);
    }
    return wb__error_set(error, WB_E_ARGUMENT, 0,
                         "injector \"%s\": there is no such kind here; there are: %s", options->kind,
                         list);
}

static int check(const struct wb_inject_options *options, struct wb_error *error)
{
    const char *wrong = NULL;
    if (options->interface && !*options->interface)
        wrong = "the interface's name is empty: `wirebeam interfaces` lists them";
    else if (options->ip_version && options->ip_version != 4 && options->ip_version != 6)
        wrong = "the version of IP is neither 4 nor 6";
    else if (options->packets_per_second && options->bits_per_second)
        wrong = "a pace in packets and one in bits are both given: take one";
    else if (options->packets_per_second > WB_INJECT_PACKETS_PER_SECOND_MAX)
        wrong = "more than 1,000,000,000 packets a second are asked for";
    else if (options->bits_per_second > WB_INJECT_BITS_PER_SECOND_MAX)
        wrong = "more than 1,000,000,000,000 bits a second are asked for";
    return wrong ? wb__error_set(error, WB_E_ARGUMENT, 0, "%s", wrong) : 0;
}

static int no_interface(const struct wb_inject_options *options, struct wb_error *error)
{
    wb__inject_close_given(options);
    return wb__error_set(error, WB_E_ARGUMENT, 0,
                         "name the interface that frames leave by: `wirebeam interfaces` lists "
                         "them");
}

static int open_kind(struct wb_injector **injector, const struct wb_inject_options *options,
                     struct wb_error *error)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (strcmp(kinds[i]->kind, options->kind) == 0)
            return kinds[i]->sends_frames && !options->interface
                       ? no_interface(options, error)
                       : kinds[i]->open(injector, options, error);
    return unknown_kind(options, error);
}

static int open_best(struct wb_injector **injector, const struct wb_inject_options *options,
                     struct wb_error *error)
{
    if (!options->interface)
        return no_interface(options, error);
    size_t best = 0;
    while (kinds[best]->suits &&
           !(kinds[best]->suits(options) && kinds[best]->open(injector, options, error) == 0))
        best++;
    return kinds[best]->suits ? 0 : kinds[best]->open(injector, options, error);
}

static void set_pace(struct wb_injector *injector, const struct wb_inject_options *options)
{
    injector->pace.counts_bits = options->bits_per_second != 0;
    injector->pace.units_per_second =
        options->bits_per_second ? options->bits_per_second : options->packets_per_second;
}

int wb_injector_open(struct wb_injector **injector, const struct wb_inject_options *options,
                     struct wb_error *error)
{
    *injector = NULL;
    int result = check(options, error);
    if (result == 0)
        result = options->kind ? open_kind(injector, options, error)
                               : open_best(injector, options, error);
    else
        wb__inject_close_given(options);
    if (result == 0 && options->opened)
        result = options->opened(options->opened_context, error);
    if (result < 0) {
        wb_injector_close(*injector);
        *injector = NULL;
        return result;
    }
    set_pace(*injector, options);
    return 0;
}

/* ---- Waiting ---------------------------------------------------------------------- */

int64_t wb_injector_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void wb_injector_stop(struct wb_injector *injector)
{
    atomic_store_explicit(&injector->is_stopped, true, memory_order_relaxed);
}

bool wb_injector_is_stopped(const struct wb_injector *injector)
{
    return atomic_load_explicit(&injector->is_stopped, memory_order_relaxed);
}

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

/* False where a signal came. */
static bool pause_for(int64_t ns)
{
    struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    return nanosleep(&time, NULL) == 0;
}

/* Waits for due_ns, but not beyond end_ns. Returns whether it is due. */
static bool wait_until_due(const struct wb_injector *injector, int64_t due_ns, int64_t end_ns)
{
    int64_t until = earlier(due_ns, end_ns), now;
    while ((now = wb_injector_clock_ns()) < until) {
        if (wb_injector_is_stopped(injector))
            return false;
        if (until - now > SPIN_NS && !pause_for(earlier(until - now - SPIN_NS, NAP_NS)))
            return false;
    }
    return due_ns <= end_ns;
}

/* Waits for room in the queue, which may come or not. Returns whether to try again. */
static bool wait_for_room(const struct wb_injector *injector, const struct wb_inject_packet *packet,
                          int64_t end_ns)
{
    int64_t now = wb_injector_clock_ns();
    if (now >= end_ns || wb_injector_is_stopped(injector))
        return false;
    int64_t until = earlier(end_ns, now + NAP_NS);
    unsigned version = packet->length ? packet->data[0] >> 4 : 0;
    if (packet->ip_version)
        version = packet->ip_version;
    struct pollfd room = {.fd = injector->operations->descriptor(injector, version),
                          .events = POLLOUT};
    if (packet->result == ENOBUFS || room.fd < 0)
        return pause_for(earlier(until - now, FULL_NAP_NS));
    return poll(&room, 1, (int)((until - now + 999999) / 1000000)) >= 0;
}

/* ---- Sending ---------------------------------------------------------------------- */

static int check_packets(const struct wb_inject_packet *packets, size_t count,
                         struct wb_error *error)
{
    if (count > INT_MAX)
        return wb__error_set(error, WB_E_ARGUMENT, 0, "a batch of %zu packets is too long", count);
    for (size_t i = 0; i < count; i++)
        if (packets[i].length == 0 || packets[i].length > PACKET_BYTES_MAX)
            return wb__error_set(error, WB_E_ARGUMENT, 0,
                                 "packet %zu has %u bytes: from 1 to %u can be sent", i + 1,
                                 packets[i].length, PACKET_BYTES_MAX);
    return 0;
}

static int64_t due_of(struct wb__pace *pace, const struct wb_inject_packet *packet, int64_t now_ns)
{
    return packet->at_ns ? packet->at_ns : wb__pace_due(pace, now_ns);
}

static void advance(struct wb__pace *pace, const struct wb_inject_packet *packet)
{
    if (!packet->at_ns)
        wb__pace_advance(pace, packet->length);
}

static void note_delay(struct wb_inject_stats *stats, int64_t delay_ns)
{
    stats->late += delay_ns > LATE_NS;
    if (delay_ns > stats->latest_ns)
        stats->latest_ns = delay_ns;
}

/* How many of the packets are due at now_ns; the pace itself goes on only with what is sent. */
static size_t count_due(const struct wb_injector *injector, const struct wb_inject_packet *packets,
                        size_t count, int64_t now_ns)
{
    struct wb__pace ahead = injector->pace;
    size_t due = 0;
    while (due < count && due < BATCH_MAX && due_of(&ahead, &packets[due], now_ns) <= now_ns)
        advance(&ahead, &packets[due++]);
    return due;
}

/* Packets took their turn at now_ns. */
static void take_turns(struct wb_injector *injector, const struct wb_inject_packet *packets,
                       size_t count, int64_t now_ns)
{
    for (size_t i = 0; i < count; i++) {
        int64_t due = due_of(&injector->pace, &packets[i], now_ns);
        if (due)
            note_delay(&injector->stats, now_ns - due);
        advance(&injector->pace, &packets[i]);
    }
}

static void count_results(struct wb_inject_stats *stats, const struct wb_inject_packet *packets,
                          size_t handled)
{
    uint64_t sent = 0, bytes = 0;
    for (size_t i = 0; i < handled; i++) {
        if (packets[i].result)
            continue;
        sent++;
        bytes += packets[i].length;
    }
    stats->handled += handled;
    stats->sent += sent;
    stats->failed += handled - sent;
    stats->bytes += bytes;
}

/* Sends packets that are due; waits for room where there is none. */
static size_t send_due(struct wb_injector *injector, struct wb_inject_packet *packets, size_t count,
                       int64_t end_ns)
{
    size_t handled = 0;
    while (handled < count) {
        size_t more = injector->operations->send(injector, packets + handled, count - handled);
        count_results(&injector->stats, packets + handled, more);
        handled += more;
        if (handled == count)
            break;
        injector->stats.full++;
        if (!wait_for_room(injector, &packets[handled], end_ns))
            break;
    }
    return handled;
}

int wb_inject(struct wb_injector *injector, struct wb_inject_packet *packets, size_t count,
              int timeout_ms, struct wb_error *error)
{
    int result = check_packets(packets, count, error);
    if (result < 0)
        return result;
    int64_t end = timeout_ms < 0 ? INT64_MAX
                                 : wb_injector_clock_ns() + (int64_t)timeout_ms * 1000000;
    size_t handled = 0;
    bool is_full = false;
    while (handled < count && !is_full && !wb_injector_is_stopped(injector)) {
        int64_t now = wb_injector_clock_ns();
        size_t due = count_due(injector, packets + handled, count - handled, now);
        if (due > 0) {
            size_t sent = send_due(injector, packets + handled, due, end);
            take_turns(injector, packets + handled, sent, now);
            handled += sent;
            is_full = sent < due;
        } else if (!wait_until_due(injector, due_of(&injector->pace, &packets[handled], now), end)) {
            break;
        }
    }
    for (size_t i = handled + is_full; i < count; i++)
        packets[i].result = EAGAIN;
    return (int)handled;
}

/* ---- Questions -------------------------------------------------------------------- */

int64_t wb_injector_due_ns(const struct wb_injector *injector)
{
    return injector->pace.units_per_second ? injector->pace.due_ns : 0;
}

int wb_injector_descriptor(const struct wb_injector *injector, unsigned ip_version)
{
    return injector->operations->descriptor(injector, ip_version);
}

void wb_injector_stats(const struct wb_injector *injector, struct wb_inject_stats *stats)
{
    *stats = injector->stats;
    stats->forfeited_ns = injector->pace.forfeited_ns;
}

const char *wb_injector_kind(const struct wb_injector *injector)
{
    return injector->operations->kind;
}

uint16_t wb_injector_link_type(const struct wb_injector *injector)
{
    return injector->link_type;
}

bool wb_injector_is_marked(const struct wb_injector *injector)
{
    return injector->is_marked;
}

void wb_injector_close(struct wb_injector *injector)
{
    if (injector)
        injector->operations->close(injector);
}
