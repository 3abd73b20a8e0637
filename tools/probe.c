/* SPDX-License-Identifier: ISC
 *
 * `wirebeam probe`: what ports of a host say to a SYN or to a datagram. Whatever answers a SYN,
 * this host's system does not know of it, and ends what it thinks is an error with a RST: so no
 * connection stays half open.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asking.h"
#include "command.h"
#include "icmp_error.h"
#include "json_line.h"
#include "message.h"
#include "options.h"
#include "sandbox.h"
#include "seconds.h"

#define PORTS 65536
#define TRIES_MAX 10
#define HOP_LIMIT 64
#define BURSTS_PER_SECOND 50
#define DATA_MAX 65000

enum port_state {
    PORT_NOT_ASKED,
    PORT_ASKED, /* no answer so far */
    PORT_OPEN,
    PORT_CLOSED,
    PORT_UNREACHABLE,
    PORT_NOT_SENT,
};

struct port {
    enum port_state state;
    bool is_wanted;
    unsigned tries;
    int64_t sent_ns[TRIES_MAX];
    double ms;
    struct answer answer;
    int reason; /* errno, of one that was not sent */
};

struct probe_arguments {
    const char *timeout, *text, *hex;
    uint64_t retries, rate;
    struct target_versions versions;
    struct sandbox_arguments sandbox;
    bool json;
};

#define AT(field) .offset = offsetof(struct probe_arguments, field)

static const struct option_spec options[] = {
    { "timeout", 'W', OPTION_TEXT, AT(timeout), .argument = "SECONDS",
      .help = "wait so long for answers to each try; the default is 1" },
    { "retries", 'r', OPTION_NUMBER, AT(retries), .argument = "N", .max = TRIES_MAX - 1,
      .help = "ask a silent port N times more; the default is 1" },
    { "rate", 'p', OPTION_NUMBER, AT(rate), .argument = "PPS", .min = 1, .max = 1000000,
      .help = "packets a second; the default is 1000" },
    { "data", 'd', OPTION_TEXT, AT(text), .argument = "TEXT",
      .help = "udp: what the datagram holds; nothing is the default" },
    { "hex", 'x', OPTION_TEXT, AT(hex), .argument = "HEX",
      .help = "udp: the same in hexadecimal digits" },
    TARGET_ROWS(struct probe_arguments, versions),
    { "json", 'j', OPTION_FLAG, AT(json), .help = "a JSON object for each port" },
    SANDBOX_ROWS(struct probe_arguments, sandbox),
    { .name = NULL },
};

struct probe {
    struct asking asking;
    struct target target;
    int64_t timeout_ns;
    uint64_t rate, tries;
    uint32_t first_sequence;
    uint8_t data[DATA_MAX];
    size_t size;
    unsigned waiting; /* how many ports were asked and have not answered */
    bool json;
    struct port ports[PORTS];
};

/* ---- Answers ---------------------------------------------------------------------- */

static enum port_state state_of(const struct probe *probe, const struct answer *answer)
{
    unsigned version = probe->target.ip_version;

    if (!answer->is_error)
        return probe->asking.kind == ASKING_UDP || (answer->tcp_flags & WB_TCP_SYN) != 0
                   ? PORT_OPEN
                   : PORT_CLOSED;
    if (probe->asking.kind == ASKING_UDP &&
        icmp_error_is_port_unreachable(version, answer->type, answer->code) &&
        memcmp(answer->from, probe->target.address, target_address_length(&probe->target)) == 0)
        return PORT_CLOSED;
    return PORT_UNREACHABLE;
}

/* Every SYN to a port has the number of its try in its sequence number. */
static unsigned try_of(const struct probe *probe, const struct port *port,
                       const struct answer *answer)
{
    return probe->asking.kind == ASKING_TCP ? answer->sequence - probe->first_sequence
                                            : port->tries - 1;
}

static bool says_something(const struct answer *answer)
{
    return answer->is_error || answer->tcp_flags == 0 ||
           (answer->tcp_flags & (WB_TCP_SYN | WB_TCP_RST)) != 0;
}

static void take(void *context, const struct answer *answer)
{
    struct probe *probe = context;
    struct port *port = &probe->ports[answer->number];
    unsigned try;

    if (port->state != PORT_ASKED || !says_something(answer))
        return;
    try = try_of(probe, port, answer);
    if (try >= port->tries)
        return;
    port->answer = *answer;
    port->ms = (double)(answer->time_ns - port->sent_ns[try]) / 1e6;
    port->state = state_of(probe, answer);
    probe->waiting--;
}

/* ---- Asking ----------------------------------------------------------------------- */

static bool is_done(const void *context)
{
    return ((const struct probe *)context)->waiting == 0;
}

static void ask_port(struct probe *probe, uint16_t number)
{
    struct port *port = &probe->ports[number];
    const struct question question = { .number = number,
                                       .sequence = probe->first_sequence + port->tries,
                                       .hop_limit = HOP_LIMIT,
                                       .data = probe->data,
                                       .size = probe->size };

    if (port->state == PORT_NOT_ASKED)
        probe->waiting++;
    port->state = PORT_ASKED;
    port->reason = asking_send(&probe->asking, &question, &port->sent_ns[port->tries++]);
    if (port->reason == 0)
        return;
    port->state = PORT_NOT_SENT;
    probe->waiting--;
}

/* Asks each port that has said nothing, in small bursts, and waits for answers. */
static void ask_all(struct probe *probe)
{
    uint64_t burst = probe->rate / BURSTS_PER_SECOND + 1, sent = 0;
    int64_t due_ns = asking_clock_ns();

    for (unsigned number = 1; number < PORTS && !probe->asking.is_over; number++) {
        struct port *port = &probe->ports[number];

        if (!port->is_wanted || port->state > PORT_ASKED)
            continue;
        if (sent > 0 && sent % burst == 0) {
            due_ns += (int64_t)(burst * SECOND_NS / probe->rate);
            asking_wait(&probe->asking, due_ns, NULL);
        }
        ask_port(probe, (uint16_t)number);
        sent++;
    }
    asking_wait(&probe->asking, asking_clock_ns() + probe->timeout_ns, is_done);
}

static void ask(struct probe *probe)
{
    unsigned try = 0;

    do
        ask_all(probe);
    while (++try < probe->tries && probe->waiting > 0 && !probe->asking.is_over);
}

/* ---- Telling ---------------------------------------------------------------------- */

static const char *protocol_name(const struct probe *probe)
{
    return probe->asking.kind == ASKING_TCP ? "tcp" : "udp";
}

/* A SYN that nobody answers was dropped; a datagram may have been taken in silence. */
static const char *state_name(const struct probe *probe, const struct port *port)
{
    switch (port->state) {
    case PORT_OPEN:
        return "open";
    case PORT_CLOSED:
        return "closed";
    case PORT_UNREACHABLE:
        return "unreachable";
    case PORT_NOT_SENT:
        return "not sent";
    case PORT_ASKED:
        return probe->asking.kind == ASKING_TCP ? "filtered" : "open|filtered";
    case PORT_NOT_ASKED:
        break;
    }
    return "not asked";
}

static bool is_answered(const struct port *port)
{
    return port->state == PORT_OPEN || port->state == PORT_CLOSED ||
           port->state == PORT_UNREACHABLE;
}

static const char *answer_text(const struct probe *probe, const struct port *port)
{
    if (port->state == PORT_NOT_SENT)
        return strerror(port->reason);
    if (!is_answered(port))
        return port->state == PORT_ASKED ? "no answer" : "interrupted";
    if (port->answer.is_error)
        return icmp_error_text(probe->target.ip_version, port->answer.type, port->answer.code);
    if (probe->asking.kind == ASKING_UDP)
        return "datagram";
    return port->answer.tcp_flags & WB_TCP_SYN ? "SYN, ACK" : "RST";
}

static void print_text(const struct probe *probe, unsigned number)
{
    const struct port *port = &probe->ports[number];
    char name[16], from[INET6_ADDRSTRLEN];

    snprintf(name, sizeof(name), "%u/%s", number, protocol_name(probe));
    printf("%-9s  %-13s  ", name, state_name(probe, port));
    if (is_answered(port))
        printf("%.3f ms  ", port->ms);
    printf("%s", answer_text(probe, port));
    if (is_answered(port) && port->answer.is_error)
        printf(" (ICMP %u/%u from %s)", port->answer.type, port->answer.code,
               target_address_text(&probe->target, port->answer.from, from));
    puts("");
}

static bool print_json(const struct probe *probe, unsigned number)
{
    const struct port *port = &probe->ports[number];
    char from[INET6_ADDRSTRLEN];
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i}", "event_type", "probe",
                               "host", probe->target.name, "address", probe->target.text,
                               "protocol", protocol_name(probe), "port", (int)number, "state",
                               state_name(probe, port), "answer", answer_text(probe, port),
                               "tries", (int)port->tries);

    if (object != NULL && is_answered(port)) {
        json_object_set_new(object, "ms", json_real(port->ms));
        target_address_text(&probe->target, port->answer.from, from);
        json_object_set_new(object, "from", json_string(from));
    }
    if (object != NULL && is_answered(port) && port->answer.is_error) {
        json_object_set_new(object, "icmp_type", json_integer(port->answer.type));
        json_object_set_new(object, "icmp_code", json_integer(port->answer.code));
    }
    return json_line_print(object);
}

/* Returns the exit status. */
static int tell(const struct probe *probe)
{
    bool is_written = true, is_open = false;

    for (unsigned number = 1; number < PORTS; number++) {
        if (!probe->ports[number].is_wanted)
            continue;
        is_open |= probe->ports[number].state == PORT_OPEN;
        if (!probe->json)
            print_text(probe, number);
        else
            is_written = is_written && print_json(probe, number);
    }
    if (fflush(stdout) != 0 || ferror(stdout) || !is_written || probe->asking.has_failed)
        return STATUS_FAILED;
    return is_open ? STATUS_DONE : STATUS_FAILED;
}

/* ---- The command ------------------------------------------------------------------ */

/* 80, or 8000-8010. Returns what follows, or NULL. */
static const char *read_range(struct probe *probe, const char *text)
{
    unsigned long first, last;
    char *end;

    if (*text < '0' || *text > '9')
        return NULL;
    first = last = strtoul(text, &end, 10);
    if (*end == '-') {
        text = end + 1;
        if (*text < '0' || *text > '9')
            return NULL;
        last = strtoul(text, &end, 10);
    }
    if (first < 1 || last >= PORTS || first > last)
        return NULL;
    for (unsigned long number = first; number <= last; number++)
        probe->ports[number].is_wanted = true;
    return end;
}

static int read_ports(struct probe *probe, char **words, int count)
{
    for (int i = 0; i < count; i++) {
        const char *at = read_range(probe, words[i]);

        while (at != NULL && *at == ',')
            at = read_range(probe, at + 1);
        if (at == NULL || *at != '\0')
            return message_usage("ports are numbers from 1 to 65535 and ranges, as "
                                 "80,443,8000-8010, not '%s'", words[i]);
    }
    return OPTIONS_GO;
}

/* Hexadecimal digits are those of a payload in the notation of packets. */
static int read_hex(struct probe *probe, const char *hex)
{
    struct wb_draft *draft = wb_draft_new();
    size_t size = strlen(hex) + sizeof("hex''");
    char *notation = malloc(size);
    struct wb_error error;
    bool is_read = false;

    if (draft != NULL && notation != NULL && strspn(hex, "0123456789abcdefABCDEF") == strlen(hex)) {
        snprintf(notation, size, "hex'%s'", hex);
        is_read = wb_draft_parse(draft, notation, NULL, &error) >= 0 &&
                  wb_draft_write(draft, probe->data, DATA_MAX, &probe->size, &error) >= 0;
    }
    free(notation);
    wb_draft_free(draft);
    return is_read ? OPTIONS_GO
                   : message_usage("--hex wants pairs of hexadecimal digits, at most %d bytes, "
                                   "not '%.16s'", DATA_MAX, hex);
}

static int read_data(struct probe *probe, const struct probe_arguments *arguments)
{
    if (arguments->text == NULL && arguments->hex == NULL)
        return OPTIONS_GO;
    if (arguments->text != NULL && arguments->hex != NULL)
        return message_usage("--data and --hex exclude each other");
    if (probe->asking.kind == ASKING_TCP)
        return message_usage("--data and --hex are for udp: a SYN holds none");
    if (arguments->hex != NULL)
        return read_hex(probe, arguments->hex);
    probe->size = strlen(arguments->text);
    if (probe->size > DATA_MAX)
        return message_usage("--data takes at most %d bytes", DATA_MAX);
    memcpy(probe->data, arguments->text, probe->size);
    return OPTIONS_GO;
}

static int read_words(struct probe *probe, int count, char **words)
{
    if (count < 3)
        return message_usage("say what to probe: tcp or udp, a host, ports, behind the options");
    if (strcmp(words[0], "tcp") != 0 && strcmp(words[0], "udp") != 0)
        return message_usage("'%s' is neither tcp nor udp", words[0]);
    probe->asking.kind = words[0][0] == 't' ? ASKING_TCP : ASKING_UDP;
    return read_ports(probe, words + 2, count - 2);
}

static int read_arguments(struct probe *probe, struct probe_arguments *arguments,
                          struct wb_guard_options *sandbox, int argc, char **argv)
{
    int rest, status = options_parse(&command_probe, arguments, argc, argv, &rest);

    probe->timeout_ns = SECOND_NS;
    if (status == OPTIONS_GO)
        status = seconds_read("timeout", arguments->timeout, 0.001, &probe->timeout_ns);
    if (status == OPTIONS_GO)
        status = sandbox_check(&arguments->sandbox, sandbox);
    if (status == OPTIONS_GO)
        status = read_words(probe, argc - rest, argv + rest);
    if (status == OPTIONS_GO)
        status = read_data(probe, arguments);
    if (status == OPTIONS_GO)
        status = target_find(argv[rest + 1], &arguments->versions, &probe->target);
    probe->rate = arguments->rate;
    probe->tries = arguments->retries + 1;
    probe->json = arguments->json;
    return status;
}

static int run_probe(int argc, char **argv)
{
    struct probe_arguments arguments = { .retries = 1, .rate = 1000 };
    struct wb_guard_options sandbox = { 0 };
    static struct probe probe;
    int status = read_arguments(&probe, &arguments, &sandbox, argc, argv);

    if (status != OPTIONS_GO)
        return status;
    if (getentropy(&probe.first_sequence, sizeof(probe.first_sequence)) != 0)
        probe.first_sequence = (uint32_t)asking_clock_ns();
    probe.asking.target = &probe.target;
    probe.asking.take = take;
    probe.asking.context = &probe;
    status = asking_open(&probe.asking, &sandbox);
    if (status != OPTIONS_GO)
        return status;
    if (!probe.json)
        printf("%s (%s) from %s\n", probe.target.name, probe.target.text,
               probe.target.source_text);
    ask(&probe);
    status = tell(&probe);
    asking_close(&probe.asking);
    return status;
}

const struct command command_probe = {
    .name = "probe",
    .summary = "Ask ports of a host by TCP or UDP, and tell which are open",
    .synopsis = "[OPTION ...] tcp|udp HOST PORT ...",
    .options = options,
    .run = run_probe,
};
