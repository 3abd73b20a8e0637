/* SPDX-License-Identifier: ISC
 *
 * `wirebeam http`: the main job. Traffic in; HTTP transactions out as files, JSON lines,
 * or one line of text each. This file only turns options into those of the engine and
 * prints the lines; what is kept and how is the record stage's.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wirebeam/engine.h>
#include <wirebeam/setting.h>

#include "command.h"
#include "input.h"
#include "limits.h"
#include "message.h"
#include "options.h"
#include "run.h"
#include "sandbox.h"
#include "text.h"

#define NAMING_NOT_GIVEN 99 /* --name was not there: the default */

struct http_arguments {
    struct input_arguments input;
    struct sandbox_arguments sandbox;
    struct wb_engine_options engine; /* limits, and the records asked for */
    const char *directory, *json;
    struct wb_targets targets;
    unsigned naming, quota_policy;
    uint64_t quota, max_files, max_body, stats_interval_s, restarts;
    bool hash, keep_secrets, sync, no_bodies, no_midstream, quiet, verbose;
};

static int set_limit(void *arguments, const char *value)
{
    return limits_set(&((struct http_arguments *)arguments)->engine, value);
}

static int set_target(void *arguments, const char *value)
{
    struct wb_error error;

    if (wb_targets_add(&((struct http_arguments *)arguments)->targets, value, &error) < 0)
        return message_usage("--%s", error.text);
    return OPTIONS_GO;
}

static int set_lenient(void *arguments, const char *value)
{
    struct wb_error error;

    if (wb_checks_add(&((struct http_arguments *)arguments)->engine.flow.lenient, value,
                      &error) < 0)
        return message_usage("--%s", error.text);
    return OPTIONS_GO;
}

/* "flow,anomaly": which records there are besides transactions and statistics. */
static int set_records(void *arguments, const char *value)
{
    struct wb_record_options *record = &((struct http_arguments *)arguments)->engine.record;

    while (true) {
        size_t length = strcspn(value, ",");

        if (length == 4 && strncmp(value, "flow", length) == 0)
            record->flows = true;
        else if (length == 7 && strncmp(value, "anomaly", length) == 0)
            record->anomalies = true;
        else if (length == 3 && strncmp(value, "all", length) == 0)
            record->flows = record->anomalies = true;
        else
            return message_usage("--records must name flow, anomaly or all, not '%.*s'",
                                 (int)length, value);
        if (value[length] == '\0')
            return OPTIONS_GO;
        value += length + 1;
    }
}

#define AT(field) .offset = offsetof(struct http_arguments, field)

static const struct option_spec options[] = {
    { "interface", 'i', OPTION_TEXT, AT(input.interface), .argument = "IF",
      .help = "live traffic of this device, or of \"any\"" },
    { "read", 'r', OPTION_TEXT, AT(input.file), .argument = "FILE",
      .help = "a pcap or pcapng file, also gzip or zstd; - is standard input" },
    { "output", 'o', OPTION_TEXT, AT(directory), .argument = "DIR",
      .help = "keep the transactions in this directory" },
    { "name", 0, OPTION_CHOICE, AT(naming), .argument = "etag|client|sha256",
      .help = "name files by the ETag (the default), keep the client's side of each\n"
              "connection, or keep each different body once by its SHA-256" },
    { "json", 0, OPTION_TEXT, AT(json), .argument = "FILE",
      .help = "append a JSON line for each transaction; - is standard output" },
    { "records", 0, OPTION_CALL, .argument = "flow,anomaly", .call = set_records,
      .help = "JSON lines for these, too; all for every kind" },
    { "hash", 0, OPTION_FLAG, AT(hash), .help = "SHA-256 of bodies (and flows) in the JSON lines" },
    { "keep-secrets", 0, OPTION_FLAG, AT(keep_secrets),
      .help = "credentials, cookies and userinfo of URLs in JSON and in lines, too" },
    { "stats-interval", 0, OPTION_NUMBER, AT(stats_interval_s), .argument = "SECONDS", .min = 1,
      .max = 86400, .help = "a JSON line of statistics that often, not only at the end" },
    { "quota", 0, OPTION_SIZE, AT(quota), .argument = "BYTES", .min = 1, .max = INT64_MAX,
      .help = "write at most so many bytes (K, M, G) into DIR" },
    { "max-files", 0, OPTION_NUMBER, AT(max_files), .argument = "N", .min = 1, .max = INT64_MAX,
      .help = "make at most so many files in DIR" },
    { "quota-policy", 0, OPTION_CHOICE, AT(quota_policy), .argument = "stop|oldest",
      .help = "then stop to keep, the default, or delete the oldest of this run" },
    { "max-body", 0, OPTION_SIZE, AT(max_body), .argument = "BYTES", .min = 1, .max = INT64_MAX,
      .help = "keep at most so much of each body" },
    { "no-bodies", 0, OPTION_FLAG, AT(no_bodies), .help = "keep heads only" },
    { "sync", 0, OPTION_FLAG, AT(sync),
      .help = "have the disk take each file before it gets its name" },
    { "count", 'c', OPTION_NUMBER, AT(input.count), .argument = "N", .min = 1, .max = INT64_MAX,
      .help = "end after N packets" },
    { "snaplen", 's', OPTION_NUMBER, AT(input.snaplen), .argument = "LEN", .max = 262144,
      .help = "keep LEN bytes of each packet; 0, the default, is 262144" },
    { "direction", 'Q', OPTION_CHOICE, AT(input.direction), .argument = "inout|in|out",
      .help = "packets of this direction only" },
    { "buffer", 'B', OPTION_NUMBER, AT(input.buffer_kib), .argument = "KIB", .min = 1,
      .max = 4194303, .help = "size of the kernel's ring; 32768 is the default" },
    { "no-promiscuous", 'p', OPTION_FLAG, AT(input.no_promiscuous),
      .help = "leave the interface out of promiscuous mode" },
    { "source", 0, OPTION_WORD, AT(input.kind), .argument = "packet|libpcap",
      .help = "how to capture: the AF_PACKET ring of Linux, or libpcap" },
    { "no-midstream", 0, OPTION_FLAG, AT(no_midstream),
      .help = "leave out connections that were already established" },
    { "target", 0, OPTION_CALL, .argument = "[NETWORK=]POLICY", .call = set_target,
      .help = "whose bytes a receiver (in NETWORK) keeps where segments differ: first,\n"
              "last, bsd, bsd-right, linux (the default), windows or solaris" },
    { "lenient", 0, OPTION_CALL, .argument = "CHECK[,CHECK...]", .call = set_lenient,
      .help = "believe segments that a receiver on Linux would drop: window, timestamps,\n"
              "checksum, reset, syn, ack or all" },
    { "limit", 0, OPTION_CALL, .argument = "NAME=VALUE", .call = set_limit,
      .help = "change a limit; --limit help lists them" },
    SANDBOX_ROWS(struct http_arguments, sandbox),
    { "restarts", 0, OPTION_NUMBER, AT(restarts), .argument = "N", .max = 1000,
      .help = "when the worker that parses dies, start another one in its place, at most\n"
              "N times a minute; 5 is the default" },
    { "quiet", 'q', OPTION_FLAG, AT(quiet),
      .help = "no summary; what is lost is told all the same" },
    { "verbose", 'v', OPTION_FLAG, AT(verbose),
      .help = "a line for each transaction, also where standard output is no\n"
              "terminal; more in the summary" },
    { .name = NULL },
};

static int check(const struct http_arguments *arguments)
{
    const struct wb_record_options *record = &arguments->engine.record;

    if (arguments->quiet && arguments->verbose)
        return message_usage("-q and -v exclude each other");
    if (arguments->directory == NULL && arguments->naming != NAMING_NOT_GIVEN)
        return message_usage("--name needs -o DIR, where the files go");
    if (arguments->directory == NULL && (arguments->quota != 0 || arguments->max_files != 0))
        return message_usage("--quota and --max-files need -o DIR, which they limit");
    if (arguments->quota_policy != 0 && arguments->quota == 0 && arguments->max_files == 0)
        return message_usage("--quota-policy needs --quota or --max-files");
    if ((arguments->max_body != 0 || arguments->no_bodies) && arguments->directory == NULL)
        return message_usage("--max-body and --no-bodies need -o DIR, whose files they limit");
    if (arguments->sync && arguments->directory == NULL && arguments->json == NULL)
        return message_usage("--sync needs -o DIR or --json FILE, what is to be on the disk");
    if (arguments->json == NULL && (record->flows || record->anomalies))
        return message_usage("--records needs --json FILE, where the records go");
    if (arguments->json == NULL && arguments->stats_interval_s != 0)
        return message_usage("--stats-interval needs --json FILE, where the records go");
    if (arguments->json == NULL && arguments->hash)
        return message_usage("--hash needs --json FILE, where the hashes go");
    return OPTIONS_GO;
}

static bool is_stdout_free(const struct http_arguments *arguments)
{
    return arguments->json == NULL || strcmp(arguments->json, "-") != 0;
}

/* Lines are for people who look: on a terminal when nothing else was asked for. */
static bool wants_lines(const struct http_arguments *arguments)
{
    if (!is_stdout_free(arguments) || arguments->quiet)
        return false;
    if (arguments->verbose)
        return true;
    return arguments->directory == NULL && arguments->json == NULL && isatty(STDOUT_FILENO);
}

static void print_verdict(uint32_t missing)
{
    const char *separator = "incomplete: ";

    if (missing == 0)
        fputs("complete", stdout);
    for (unsigned bit = 0; missing >> bit != 0; bit++) {
        if ((missing >> bit & 1) == 0)
            continue;
        printf("%s%s", separator, wb_http_missing_name(bit));
        separator = ",";
    }
}

/* Time, client -> server, method, target, status, bytes of the body, verdict. */
static void print_transaction(void *context, struct wb_flow *flow,
                              struct wb_http_transaction *transaction)
{
    const struct wb_http_message *request = &transaction->request,
                                 *response = &transaction->response;
    const struct wb_http_header *host = wb_http_header_find(request, "host");
    char when[TEXT_TIME_SIZE], client[TEXT_ENDPOINT_SIZE], server[TEXT_ENDPOINT_SIZE];
    const struct wb_record_options *record = context;
    void (*put)(char *, size_t, struct wb_slice) = record->keep_secrets ? text_escaped : text_url;
    char method[64] = "-", target[1024] = "-", name[256] = "";

    text_time(when, request->seen ? request->first_ns : response->first_ns);
    text_endpoint(client, &flow->endpoint[WB_FLOW_CLIENT], flow->ip_version);
    text_endpoint(server, &flow->endpoint[WB_FLOW_SERVER], flow->ip_version);
    if (request->seen) {
        text_escaped(method, sizeof(method), request->method);
        put(target, sizeof(target), request->target);
    }
    if (host != NULL && request->target.length > 0 && request->target.data[0] == '/')
        put(name, sizeof(name), host->value);
    printf("%s %s -> %s %s %s%s ", when, client, server, method, name, target);
    if (response->seen)
        printf("%u %" PRIu64 " ", response->status, response->body_bytes);
    else
        fputs("- - ", stdout);
    print_verdict(transaction->missing);
    putchar('\n');
}

static void fill_run(struct run *run, const struct http_arguments *arguments)
{
    struct wb_record_options *record = &run->options.record;

    run->options.http_on = true;
    run->options.flow.skip_midstream = arguments->no_midstream;
    wb_targets_apply(&arguments->targets, &run->options.flow);
    record->directory = arguments->directory;
    if (arguments->naming != NAMING_NOT_GIVEN)
        record->naming = (enum wb_record_naming)arguments->naming;
    record->json = arguments->json;
    record->keep_secrets = arguments->keep_secrets;
    record->hash_bodies = arguments->hash;
    record->hash_streams = arguments->hash && record->flows;
    record->stats_interval_ms = (uint32_t)(arguments->stats_interval_s * 1000);
    record->max_bytes = arguments->quota;
    record->max_files = arguments->max_files;
    record->quota_policy = (enum wb_record_quota_policy)arguments->quota_policy;
    record->sync = arguments->sync;
    record->max_body = arguments->max_body;
    record->no_bodies = arguments->no_bodies;
    if (wants_lines(arguments)) {
        run->options.handlers.transaction = print_transaction;
        run->options.context = record;
    }
    run->worker.restarts = (unsigned)arguments->restarts;
    run->quiet = arguments->quiet;
    run->progress = !wants_lines(arguments);
    run->parts = (struct summary_parts){
        .http = true,
        .directory = arguments->directory != NULL,
        .client = record->naming == WB_RECORD_CLIENT,
        .json = arguments->json != NULL,
        .verbose = arguments->verbose,
    };
}

static int run_http(int argc, char **argv)
{
    struct http_arguments arguments = { .naming = NAMING_NOT_GIVEN, .restarts = WORKER_RESTARTS };
    struct run run = { 0 };
    int rest, status = options_parse(&command_http, &arguments, argc, argv, &rest);

    if (status == OPTIONS_GO)
        status = check(&arguments);
    if (status == OPTIONS_GO)
        status = sandbox_check(&arguments.sandbox, &run.sandbox);
    if (status != OPTIONS_GO)
        return status;
    run.options = arguments.engine;
    status = input_apply(&arguments.input, argc, argv, rest, &run.options);
    if (status != OPTIONS_GO)
        return status;
    fill_run(&run, &arguments);
    status = run_engine(&run);
    free(arguments.input.filter);
    return status;
}

const struct command command_http = {
    .name = "http",
    .summary = "Record HTTP transactions from live traffic or from a file",
    .synopsis = "[-i IF | -r FILE] [-o DIR] [--json FILE] [OPTION ...] [FILTER]",
    .options = options,
    .run = run_http,
};
