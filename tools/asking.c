/* SPDX-License-Identifier: ISC
 *
 * The kernel's filter lets through what may be an answer; what is one is decided by answer.c.
 */
#include "asking.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "command.h"
#include "message.h"
#include "options.h"
#include "sandbox.h"

#define PACKET_MAX 65535
#define BUFFER_BYTES (2U << 20)
#define STEP_MAX_MS 200

static struct asking *running;

static void on_packet(void *context, const struct wb_packet *packet,
                      const struct wb_decoded *decoded)
{
    struct asking *asking = context;
    struct answer answer;

    if (answer_read(asking, packet, decoded, &answer))
        asking->take(asking->context, &answer);
}

/* ---- Opening ---------------------------------------------------------------------- */

/* Errors, and answers in kind. */
static void write_filter(const struct asking *asking, char *filter, size_t size)
{
    const struct target *target = asking->target;
    bool is_6 = target->ip_version == 6;
    char in_kind[160];

    if (asking->kind == ASKING_ICMP)
        snprintf(in_kind, sizeof(in_kind), "%s", is_6 ? "ip6[40] = 129" : "icmp[0] = 0");
    else
        snprintf(in_kind, sizeof(in_kind), "%s dst port %u",
                 asking->kind == ASKING_TCP ? "tcp" : "udp", asking->our_end);
    snprintf(filter, size, "%s dst host %s and ((src host %s and %s) or (%s))",
             is_6 ? "ip6" : "ip", target->source_text, target->text, in_kind,
             is_6 ? "icmp6 and ip6[40] < 128" : "icmp[0] = 3 or icmp[0] = 11 or icmp[0] = 12");
}

/* One's own host answers under the mark of what is answered where the system is told to
 * (net.ipv4.fwmark_reflect): the mark says nothing here, the filter does. */
static int open_engine(struct asking *asking, struct wb_guard_options *sandbox,
                       struct wb_error *error)
{
    char filter[512];
    struct wb_engine_options options = {
        .source = { .interface = "any",
                    .filter = filter,
                    .buffer_bytes = BUFFER_BYTES,
                    .immediate = true,
                    .direction = WB_SOURCE_IN,
                    .own_packets = true,
                    .opened = sandbox_enter,
                    .opened_context = sandbox },
        .handlers = { .packet = on_packet },
        .context = asking,
    };

    write_filter(asking, filter, sizeof(filter));
    return wb_engine_open(&asking->engine, &options, error);
}

static int open_injector(struct asking *asking, struct wb_error *error)
{
    const char *interface = asking->target->interface;
    const struct wb_inject_options options = {
        .kind = "ip",
        .interface = interface[0] != '\0' ? interface : NULL,
        .ip_version = (uint8_t)asking->target->ip_version,
    };

    return wb_injector_open(&asking->injector, &options, error);
}

static bool choose_our_end(struct asking *asking)
{
    if (asking->kind == ASKING_ICMP)
        return getentropy(&asking->our_end, sizeof(asking->our_end)) == 0;
    asking->reserved = target_reserve_port(
        asking->target, asking->kind == ASKING_TCP ? SOCK_STREAM : SOCK_DGRAM, &asking->our_end);
    return asking->reserved >= 0;
}

static void on_stop(int signal_number)
{
    signal(signal_number, SIG_DFL); /* the second time at once */
    wb_injector_stop(running->injector);
    wb_engine_stop(running->engine);
}

static void take_signals(struct asking *asking)
{
    running = asking;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
}

int asking_open(struct asking *asking, const struct wb_guard_options *sandbox)
{
    struct wb_guard_options confined = *sandbox;
    struct wb_error error = { 0 };
    int result;

    asking->reserved = -1;
    asking->draft = wb_draft_new();
    if (asking->draft == NULL || !choose_our_end(asking)) {
        asking_close(asking);
        return STATUS_FAILED;
    }
    confined.is_live = confined.sends = true;
    result = open_injector(asking, &error);
    if (result == 0)
        result = open_engine(asking, &confined, &error);
    if (result < 0) {
        message("%s", error.text);
        asking_close(asking);
        return result == WB_E_ARGUMENT ? STATUS_USAGE : STATUS_FAILED;
    }
    sandbox_tell_missing();
    take_signals(asking);
    return OPTIONS_GO;
}

void asking_close(struct asking *asking)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    wb_engine_close(asking->engine);
    wb_injector_close(asking->injector);
    wb_draft_free(asking->draft);
    if (asking->reserved >= 0)
        close(asking->reserved);
}

/* ---- Asking ----------------------------------------------------------------------- */

int64_t asking_clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool draft_ip(struct asking *asking, const struct question *question)
{
    bool is_6 = asking->target->ip_version == 6;
    unsigned length = target_address_length(asking->target);
    struct wb_draft *draft = asking->draft;

    wb_draft_clear(draft);
    return wb_draft_add(draft, is_6 ? WB_LAYER_IP6 : WB_LAYER_IP4) == 0 &&
           wb_draft_bytes(draft, 0, "source", asking->target->source, length) == 0 &&
           wb_draft_bytes(draft, 0, "destination", asking->target->address, length) == 0 &&
           wb_draft_number(draft, 0, is_6 ? "hop_limit" : "ttl", question->hop_limit) == 0;
}

static bool draft_ports(struct asking *asking, const struct question *question)
{
    return wb_draft_number(asking->draft, 1, "source_port", asking->our_end) == 0 &&
           wb_draft_number(asking->draft, 1, "destination_port", question->number) == 0;
}

/* A SYN as a client sends it: with a maximum segment size of 1460. */
static bool draft_tcp(struct asking *asking, const struct question *question)
{
    static const uint8_t mss[] = { 2, 4, 1460 >> 8, 1460 & 0xff };

    return draft_ports(asking, question) &&
           wb_draft_number(asking->draft, 1, "sequence", question->sequence) == 0 &&
           wb_draft_number(asking->draft, 1, "flags", WB_TCP_SYN) == 0 &&
           wb_draft_number(asking->draft, 1, "window", 64240) == 0 &&
           wb_draft_bytes(asking->draft, 1, "options", mss, sizeof(mss)) == 0;
}

static bool draft_udp(struct asking *asking, const struct question *question)
{
    return draft_ports(asking, question) &&
           (question->size == 0 ||
            (wb_draft_add(asking->draft, WB_LAYER_PAYLOAD) == 2 &&
             wb_draft_bytes(asking->draft, 2, "data", question->data, question->size) == 0));
}

static bool draft_icmp(struct asking *asking, const struct question *question)
{
    return wb_draft_number(asking->draft, 1, "type", asking->target->ip_version == 6 ? 128 : 8) ==
               0 &&
           wb_draft_number(asking->draft, 1, "identifier", asking->our_end) == 0 &&
           wb_draft_number(asking->draft, 1, "sequence_number", question->number) == 0 &&
           wb_draft_bytes(asking->draft, 1, "data", question->data, question->size) == 0;
}

static bool draft_question(struct asking *asking, const struct question *question)
{
    if (!draft_ip(asking, question) || wb_draft_add(asking->draft, answer_layer(asking)) != 1)
        return false;
    if (asking->kind == ASKING_ICMP)
        return draft_icmp(asking, question);
    return asking->kind == ASKING_UDP ? draft_udp(asking, question) : draft_tcp(asking, question);
}

int asking_send(struct asking *asking, const struct question *question, int64_t *sent_ns)
{
    static uint8_t bytes[PACKET_MAX];
    struct wb_inject_packet packet = { .data = bytes };
    struct wb_error error = { 0 };
    size_t length;

    *sent_ns = asking_clock_ns();
    if (!draft_question(asking, question) ||
        wb_draft_write(asking->draft, bytes, sizeof(bytes), &length, &error) < 0)
        return EMSGSIZE;
    packet.length = (uint32_t)length;
    *sent_ns = asking_clock_ns();
    if (wb_inject(asking->injector, &packet, 1, STEP_MAX_MS, &error) < 0)
        return EINVAL;
    return packet.result;
}

static void step(struct asking *asking, int timeout_ms)
{
    struct wb_error error = { 0 };
    int result = wb_engine_step(asking->engine, timeout_ms, &error);

    if (result >= 0)
        return;
    asking->is_over = true;
    if (result == WB_E_END)
        return;
    asking->has_failed = true;
    message("%s", error.text);
}

void asking_wait(struct asking *asking, int64_t until_ns, bool (*is_done)(const void *context))
{
    int64_t left_ns;

    while (!asking->is_over && !(is_done != NULL && is_done(asking->context)) &&
           (left_ns = until_ns - asking_clock_ns()) > 0)
        step(asking, left_ns < STEP_MAX_MS * 1000000 ? (int)(left_ns / 1000000) + 1 : STEP_MAX_MS);
}
