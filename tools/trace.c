/* SPDX-License-Identifier: ISC
 *
 * `wirebeam trace`: the routers on the way to a host, by packets that may pass so many of them and
 * no more: the one that has to throw it away says so.
 */
#include <stdio.h>
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

#define HOPS_MAX 255
#define QUERIES_MAX 10
#define DATA_BYTES 32
#define UDP_PORT 33434 /* and those above it: nobody listens there, as traceroute assumes */
#define TCP_PORT 80

struct trace_arguments {
    bool icmp, udp, tcp, json;
    const char *wait;
    uint64_t port, hops, queries; /* port 0: the usual one */
    struct target_versions versions;
    struct sandbox_arguments sandbox;
};

#define AT(field) .offset = offsetof(struct trace_arguments, field)

static const struct option_spec options[] = {
    { "icmp", 'I', OPTION_FLAG, AT(icmp), .help = "ask by ICMP echo requests" },
    { "udp", 'U', OPTION_FLAG, AT(udp), .help = "ask by UDP datagrams (the default)" },
    { "tcp", 'T', OPTION_FLAG, AT(tcp), .help = "ask by TCP SYNs" },
    { "port", 'p', OPTION_NUMBER, AT(port), .argument = "PORT", .min = 1, .max = 65535,
      .help = "tcp: the port, 80 by default; udp: that of the first query, 33434 by\n"
              "default, and one more with each" },
    { "max-hops", 'm', OPTION_NUMBER, AT(hops), .argument = "N", .min = 1, .max = HOPS_MAX,
      .help = "go no further than N hops; the default is 30" },
    { "queries", 'q', OPTION_NUMBER, AT(queries), .argument = "N", .min = 1, .max = QUERIES_MAX,
      .help = "ask N times for each hop; the default is 3" },
    { "wait", 'w', OPTION_TEXT, AT(wait), .argument = "SECONDS",
      .help = "wait so long for the answers of a hop; the default is 1" },
    TARGET_ROWS(struct trace_arguments, versions),
    { "json", 'j', OPTION_FLAG, AT(json), .help = "a JSON object for each hop, and one at the end" },
    SANDBOX_ROWS(struct trace_arguments, sandbox),
    { .name = NULL },
};

struct query {
    int64_t sent_ns; /* 0: not sent so far */
    int reason;      /* errno, where it could not be */
    bool is_answered;
    double ms;
    struct answer answer;
};

struct trace {
    struct asking asking;
    struct target target;
    uint16_t port;
    uint32_t first_sequence;
    unsigned hops, queries;
    int64_t wait_ns;
    bool json, is_output_lost;
    unsigned first, burst, waiting; /* what was asked last: from where, how many, unanswered */
    struct query query[HOPS_MAX * QUERIES_MAX]; /* those of the first hop first */
};

/* ---- Asking ----------------------------------------------------------------------- */

/* Which query an answer is for; what is none of them is a great number. */
static uint32_t index_of(const struct trace *trace, const struct answer *answer)
{
    switch (trace->asking.kind) {
    case ASKING_TCP:
        return answer->number == trace->port ? answer->sequence - trace->first_sequence
                                             : UINT32_MAX;
    case ASKING_UDP:
        return (uint32_t)answer->number - trace->port;
    case ASKING_ICMP:
        break;
    }
    return answer->number;
}

static bool says_something(const struct answer *answer)
{
    return answer->is_error || answer->tcp_flags == 0 ||
           (answer->tcp_flags & (WB_TCP_SYN | WB_TCP_RST)) != 0;
}

static void take(void *context, const struct answer *answer)
{
    struct trace *trace = context;
    uint32_t index = index_of(trace, answer);
    struct query *query;

    if (index >= trace->hops * trace->queries || !says_something(answer))
        return;
    query = &trace->query[index];
    if (query->sent_ns == 0 || query->is_answered)
        return;
    query->is_answered = true;
    query->answer = *answer;
    query->ms = (double)(answer->time_ns - query->sent_ns) / 1e6;
    if (index - trace->first < trace->burst)
        trace->waiting--;
}

static bool is_done(const void *context)
{
    return ((const struct trace *)context)->waiting == 0;
}

static bool ask_query(struct trace *trace, unsigned hop, unsigned index)
{
    static const uint8_t data[DATA_BYTES];
    struct query *query = &trace->query[index];
    struct question question = { .hop_limit = (uint8_t)hop, .data = data, .size = sizeof(data) };

    question.number = (uint16_t)index;
    if (trace->asking.kind != ASKING_ICMP)
        question.number = trace->port;
    if (trace->asking.kind == ASKING_UDP)
        question.number = (uint16_t)(trace->port + index);
    question.sequence = trace->first_sequence + index;
    query->reason = asking_send(&trace->asking, &question, &query->sent_ns);
    return query->reason == 0;
}

/* The queries of a hop at once. But SYNs are from one port to one port: the second follows the
 * answer to the first, and the RST that the system ends it with. */
static void ask_hop(struct trace *trace, unsigned hop)
{
    unsigned end = hop * trace->queries;

    trace->burst = trace->asking.kind == ASKING_TCP ? 1 : trace->queries;
    for (trace->first = end - trace->queries; trace->first < end && !trace->asking.is_over;
         trace->first += trace->burst) {
        trace->waiting = trace->burst;
        for (unsigned i = 0; i < trace->burst; i++)
            if (!ask_query(trace, hop, trace->first + i))
                trace->waiting--;
        asking_wait(&trace->asking, asking_clock_ns() + trace->wait_ns, is_done);
    }
}

/* ---- What the answers say --------------------------------------------------------- */

static bool is_from_target(const struct trace *trace, const struct query *query)
{
    return memcmp(query->answer.from, trace->target.address,
                  target_address_length(&trace->target)) == 0;
}

static bool is_exceeded(const struct trace *trace, const struct answer *answer)
{
    return answer->is_error &&
           icmp_error_is_exceeded(trace->target.ip_version, answer->type, answer->code);
}

static bool is_reached(const struct trace *trace, const struct query *query)
{
    return query->is_answered && is_from_target(trace, query) &&
           !is_exceeded(trace, &query->answer);
}

/* Nobody answers beyond: it is the target, or a router that knows no way. */
static bool is_last(const struct trace *trace, const struct query *query)
{
    return query->is_answered && !is_exceeded(trace, &query->answer);
}

static const char *answer_text(const struct trace *trace, const struct query *query)
{
    const struct answer *answer = &query->answer;

    if (query->reason != 0)
        return strerror(query->reason);
    if (!query->is_answered)
        return "no answer";
    if (answer->is_error)
        return icmp_error_text(trace->target.ip_version, answer->type, answer->code);
    if (trace->asking.kind == ASKING_TCP)
        return answer->tcp_flags & WB_TCP_SYN ? "SYN, ACK" : "RST";
    return trace->asking.kind == ASKING_UDP ? "datagram" : "echo reply";
}

/* ---- Telling ---------------------------------------------------------------------- */

/* An address where it is another than that of the query before; nothing but the time where the
 * answer is the usual one. */
static void print_query(const struct trace *trace, const struct query *query, const uint8_t **from)
{
    unsigned length = target_address_length(&trace->target);
    char address[INET6_ADDRSTRLEN];

    if (!query->is_answered) {
        if (query->reason == 0)
            printf("  *");
        else
            printf("  (%s)", answer_text(trace, query));
        return;
    }
    if (*from == NULL || memcmp(*from, query->answer.from, length) != 0)
        printf("  %s", target_address_text(&trace->target, query->answer.from, address));
    *from = query->answer.from;
    printf("  %.3f ms", query->ms);
    if (!is_exceeded(trace, &query->answer))
        printf(" (%s)", answer_text(trace, query));
}

static json_t *query_json(const struct trace *trace, const struct query *query)
{
    json_t *object = json_pack("{s:s}", "answer", answer_text(trace, query));
    char address[INET6_ADDRSTRLEN];

    if (object == NULL || !query->is_answered)
        return object;
    target_address_text(&trace->target, query->answer.from, address);
    json_object_set_new(object, "address", json_string(address));
    json_object_set_new(object, "ms", json_real(query->ms));
    if (!query->answer.is_error)
        return object;
    json_object_set_new(object, "icmp_type", json_integer(query->answer.type));
    json_object_set_new(object, "icmp_code", json_integer(query->answer.code));
    return object;
}

static void tell_hop(struct trace *trace, unsigned hop)
{
    const struct query *query = &trace->query[(hop - 1) * trace->queries];
    const uint8_t *from = NULL;
    json_t *list = trace->json ? json_array() : NULL;

    if (!trace->json)
        printf("%3u", hop);
    for (unsigned i = 0; i < trace->queries; i++)
        if (trace->json)
            json_array_append_new(list, query_json(trace, &query[i]));
        else
            print_query(trace, &query[i], &from);
    if (!trace->json)
        puts("");
    else if (!json_line_print(
                 json_pack("{s:s, s:i, s:o}", "event_type", "hop", "hop", (int)hop, "queries", list)))
        trace->is_output_lost = true;
    if (fflush(stdout) != 0 || ferror(stdout))
        trace->is_output_lost = true;
}

static const char *protocol_name(const struct trace *trace)
{
    static const char *const names[] = {
        [ASKING_ICMP] = "icmp", [ASKING_UDP] = "udp", [ASKING_TCP] = "tcp"
    };

    return names[trace->asking.kind];
}

static void tell_end(struct trace *trace, unsigned hops, bool has_reached)
{
    if (trace->json &&
        !json_line_print(json_pack("{s:s, s:s, s:s, s:s, s:i, s:b}", "event_type", "trace", "host",
                                   trace->target.name, "address", trace->target.text, "protocol",
                                   protocol_name(trace), "hops", (int)hops, "reached",
                                   has_reached)))
        trace->is_output_lost = true;
}

/* ---- The command ------------------------------------------------------------------ */

/* Hop by hop, until one is the last. Has the target answered? */
static bool follow(struct trace *trace)
{
    bool has_ended = false, has_reached = false;
    unsigned hop = 0;

    while (hop < trace->hops && !has_ended && !trace->asking.is_over && !trace->is_output_lost) {
        const struct query *query = &trace->query[hop * trace->queries];

        ask_hop(trace, ++hop);
        tell_hop(trace, hop);
        for (unsigned i = 0; i < trace->queries; i++) {
            has_reached |= is_reached(trace, &query[i]);
            has_ended |= is_last(trace, &query[i]);
        }
    }
    tell_end(trace, hop, has_reached);
    return has_reached;
}

static int choose_kind(struct trace *trace, const struct trace_arguments *arguments)
{
    if (arguments->icmp + arguments->udp + arguments->tcp > 1)
        return message_usage("--icmp, --udp and --tcp exclude each other");
    if (arguments->icmp && arguments->port != 0)
        return message_usage("--port is not for --icmp");
    trace->asking.kind = arguments->icmp ? ASKING_ICMP : arguments->tcp ? ASKING_TCP : ASKING_UDP;
    trace->port = (uint16_t)arguments->port;
    if (arguments->port == 0)
        trace->port = arguments->tcp ? TCP_PORT : UDP_PORT;
    if (trace->asking.kind == ASKING_UDP &&
        trace->port + arguments->hops * arguments->queries > 65536)
        return message_usage("--port %u is too high: each of %u queries has its own port",
                             trace->port, (unsigned)(arguments->hops * arguments->queries));
    return OPTIONS_GO;
}

static int read_arguments(struct trace *trace, struct trace_arguments *arguments,
                          struct wb_guard_options *sandbox, int argc, char **argv)
{
    int rest, status = options_parse(&command_trace, arguments, argc, argv, &rest);

    trace->wait_ns = SECOND_NS;
    if (status == OPTIONS_GO)
        status = seconds_read("wait", arguments->wait, 0.001, &trace->wait_ns);
    if (status == OPTIONS_GO)
        status = sandbox_check(&arguments->sandbox, sandbox);
    if (status == OPTIONS_GO)
        status = choose_kind(trace, arguments);
    if (status == OPTIONS_GO && argc - rest != 1)
        status = message_usage("name one host to find the way to, behind the options");
    if (status == OPTIONS_GO)
        status = target_find(argv[rest], &arguments->versions, &trace->target);
    trace->hops = (unsigned)arguments->hops;
    trace->queries = (unsigned)arguments->queries;
    trace->json = arguments->json;
    return status;
}

static int run_trace(int argc, char **argv)
{
    struct trace_arguments arguments = { .hops = 30, .queries = 3 };
    struct wb_guard_options sandbox = { 0 };
    static struct trace trace;
    int status = read_arguments(&trace, &arguments, &sandbox, argc, argv);
    bool has_reached;

    if (status != OPTIONS_GO)
        return status;
    if (getentropy(&trace.first_sequence, sizeof(trace.first_sequence)) != 0)
        trace.first_sequence = (uint32_t)asking_clock_ns();
    trace.asking.target = &trace.target;
    trace.asking.take = take;
    trace.asking.context = &trace;
    status = asking_open(&trace.asking, &sandbox);
    if (status != OPTIONS_GO)
        return status;
    if (!trace.json)
        printf("%s (%s) from %s by %s, at most %u hops\n", trace.target.name, trace.target.text,
               trace.target.source_text, protocol_name(&trace), trace.hops);
    has_reached = follow(&trace);
    status = has_reached && !trace.is_output_lost && !trace.asking.has_failed ? STATUS_DONE
                                                                               : STATUS_FAILED;
    asking_close(&trace.asking);
    return status;
}

const struct command command_trace = {
    .name = "trace",
    .summary = "Find the routers on the way to a host",
    .synopsis = "[OPTION ...] HOST",
    .options = options,
    .run = run_trace,
};
