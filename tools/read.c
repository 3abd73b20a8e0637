/* SPDX-License-Identifier: ISC
 *
 * `wirebeam read`: a line of text, or a JSON object, for each packet of a file. Only
 * the decode stage runs: no flow is followed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <wirebeam/engine.h>

#include "command.h"
#include "input.h"
#include "message.h"
#include "options.h"
#include "run.h"

struct read_arguments {
    struct input_arguments input;
    bool json;
    bool defragment;
    bool quiet, verbose;
};

#define AT(field) .offset = offsetof(struct read_arguments, field)

static const struct option_spec options[] = {
    { "read", 'r', OPTION_TEXT, AT(input.file), .argument = "FILE",
      .help = "the capture: pcap or pcapng, plain, gzip or zstd; - is standard input" },
    { "json", 'j', OPTION_FLAG, AT(json), .help = "JSON lines with every field of every layer" },
    { "defragment", 'f', OPTION_FLAG, AT(defragment),
      .help = "show IP datagrams put together from fragments too, after their last one" },
    { "count", 'c', OPTION_NUMBER, AT(input.count), .argument = "N", .min = 1, .max = INT64_MAX,
      .help = "end after N packets" },
    { "snaplen", 's', OPTION_NUMBER, AT(input.snaplen), .argument = "LEN", .max = 262144,
      .help = "take LEN bytes of each packet; 0, the default, is 262144" },
    { "quiet", 'q', OPTION_FLAG, AT(quiet),
      .help = "no summary; what is lost is told all the same" },
    { "verbose", 'v', OPTION_FLAG, AT(verbose), .help = "more in the summary" },
    { .name = NULL },
};

static void print_text(void *context, const struct wb_packet *packet,
                       const struct wb_decoded *decoded)
{
    char text[1024];

    (void)context;
    wb_packet_text(packet, decoded, text, sizeof(text));
    puts(text);
}

static void print_line(void *context, char *line)
{
    bool *is_out_of_memory = context;

    if (line == NULL) {
        *is_out_of_memory = true;
        return;
    }
    puts(line);
    free(line);
}

static void print_json(void *context, const struct wb_packet *packet,
                       const struct wb_decoded *decoded)
{
    print_line(context, wb_packet_json(packet, decoded));
}

static void print_datagram_text(void *context, const struct wb_packet *packet,
                                const struct wb_decoded *decoded,
                                const struct wb_datagram *datagram)
{
    char text[1024];

    (void)context;
    wb_packet_text(packet, decoded, text, sizeof(text));
    printf("%s (put together from packets", text);
    for (uint32_t i = 0; i < datagram->packet_count; i++)
        printf(" %" PRIu64, datagram->packets[i]);
    puts(")");
}

static void print_datagram_json(void *context, const struct wb_packet *packet,
                                const struct wb_decoded *decoded,
                                const struct wb_datagram *datagram)
{
    print_line(context, wb_datagram_json(packet, decoded, datagram, &(struct wb_packet_style){0}));
}

static int run_read(int argc, char **argv)
{
    struct read_arguments arguments = { 0 };
    struct run run = { 0 };
    bool is_out_of_memory = false;
    int rest, status = options_parse(&command_read, &arguments, argc, argv, &rest);

    if (status == OPTIONS_GO && arguments.input.file == NULL)
        status = message_usage("name the file: -r FILE; - is standard input");
    if (status == OPTIONS_GO)
        status = input_apply(&arguments.input, argc, argv, rest, &run.options);
    if (status != OPTIONS_GO)
        return status;
    run.options.handlers.packet = arguments.json ? print_json : print_text;
    if (arguments.defragment)
        run.options.handlers.datagram = arguments.json ? print_datagram_json
                                                       : print_datagram_text;
    run.options.context = &is_out_of_memory;
    run.quiet = arguments.quiet;
    run.parts.verbose = arguments.verbose;
    status = run_engine(&run);
    free(arguments.input.filter);
    if (is_out_of_memory) {
        message("out of memory: packets are missing from the output");
        return STATUS_FAILED;
    }
    return status;
}

const struct command command_read = {
    .name = "read",
    .summary = "Print the packets of a file as text or JSON lines",
    .synopsis = "-r FILE [OPTION ...] [FILTER]",
    .options = options,
    .run = run_read,
};
