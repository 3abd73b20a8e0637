/* SPDX-License-Identifier: ISC
 *
 * `wirebeam capture`: packets of an interface into a pcapng or pcap file with
 * nanoseconds, or one line of text each. It decodes only where it prints.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wirebeam/engine.h>

#include "command.h"
#include "input.h"
#include "message.h"
#include "options.h"
#include "run.h"
#include "sandbox.h"

struct capture_arguments {
    struct input_arguments input;
    struct sandbox_arguments sandbox;
    const char *file;
    unsigned format;
    bool quiet, verbose;
};

#define AT(field) .offset = offsetof(struct capture_arguments, field)

static const struct option_spec options[] = {
    { "interface", 'i', OPTION_TEXT, AT(input.interface), .argument = "IF",
      .help = "the device to capture from, or \"any\"" },
    { "write", 'w', OPTION_TEXT, AT(file), .argument = "FILE",
      .help = "write the packets to FILE; - is standard output" },
    { "format", 0, OPTION_CHOICE, AT(format), .argument = "pcapng|pcap",
      .help = "format of FILE; both with nanoseconds" },
    { "count", 'c', OPTION_NUMBER, AT(input.count), .argument = "N", .min = 1, .max = INT64_MAX,
      .help = "end after N packets" },
    { "snaplen", 's', OPTION_NUMBER, AT(input.snaplen), .argument = "LEN", .max = 262144,
      .help = "keep LEN bytes of each packet; 0, the default, is 262144" },
    { "direction", 'Q', OPTION_CHOICE, AT(input.direction), .argument = "inout|in|out",
      .help = "packets of this direction only" },
    { "buffer", 'B', OPTION_NUMBER, AT(input.buffer_kib), .argument = "KIB", .min = 1,
      .max = 4194303, .help = "size of the kernel's ring; 32768 is the default" },
    { "own-packets", 0, OPTION_FLAG, AT(input.own_packets),
      .help = "also what wirebeam on this host sends, which is left out else" },
    { "immediate", 0, OPTION_FLAG, AT(input.immediate),
      .help = "hand on each packet at once, not in batches" },
    { "no-promiscuous", 'p', OPTION_FLAG, AT(input.no_promiscuous),
      .help = "leave the interface out of promiscuous mode" },
    { "source", 0, OPTION_WORD, AT(input.kind), .argument = "packet|libpcap",
      .help = "how to capture: the AF_PACKET ring of Linux, or libpcap" },
    SANDBOX_ROWS(struct capture_arguments, sandbox),
    { "quiet", 'q', OPTION_FLAG, AT(quiet),
      .help = "no summary; what is lost is told all the same" },
    { "verbose", 'v', OPTION_FLAG, AT(verbose), .help = "more in the summary" },
    { .name = NULL },
};

static int check(const struct capture_arguments *arguments)
{
    if (arguments->input.interface == NULL)
        return message_usage("name the interface: -i IF; `wirebeam interfaces` lists them");
    if (arguments->file == NULL && arguments->format != WB_RECORD_PCAPNG)
        return message_usage("--format needs -w FILE, whose format it is");
    if (arguments->file != NULL && strcmp(arguments->file, "-") == 0 && isatty(STDOUT_FILENO))
        return message_usage("-w - would write packets to the terminal; use a pipe or a file");
    return OPTIONS_GO;
}

static void print_packet(void *context, const struct wb_packet *packet,
                         const struct wb_decoded *decoded)
{
    char text[1024];

    (void)context;
    wb_packet_text(packet, decoded, text, sizeof(text));
    puts(text);
}

static int run_capture(int argc, char **argv)
{
    struct capture_arguments arguments = { 0 };
    struct run run = { 0 };
    int rest, status = options_parse(&command_capture, &arguments, argc, argv, &rest);

    if (status == OPTIONS_GO)
        status = check(&arguments);
    if (status == OPTIONS_GO)
        status = sandbox_check(&arguments.sandbox, &run.sandbox);
    if (status == OPTIONS_GO)
        status = input_apply(&arguments.input, argc, argv, rest, &run.options);
    if (status != OPTIONS_GO)
        return status;
    run.options.record.capture = arguments.file;
    run.options.record.capture_format = (enum wb_record_capture_format)arguments.format;
    if (arguments.file == NULL)
        run.options.handlers.packet = print_packet;
    run.quiet = arguments.quiet;
    run.progress = arguments.file != NULL;
    run.parts = (struct summary_parts){
        .capture = arguments.file != NULL,
        .verbose = arguments.verbose,
    };
    status = run_engine(&run);
    free(arguments.input.filter);
    return status;
}

const struct command command_capture = {
    .name = "capture",
    .summary = "Capture packets of an interface into a file, or print them",
    .synopsis = "-i IF [-w FILE] [OPTION ...] [FILTER]",
    .options = options,
    .run = run_capture,
};
