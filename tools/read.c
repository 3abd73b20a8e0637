/* SPDX-License-Identifier: ISC
 *
 * `wirebeam read`: a line of text, or a JSON object, for each packet of a file. Only
 * the decode stage runs: no flow is followed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirebeam/engine.h>

#include "command.h"
#include "input.h"
#include "layers.h"
#include "message.h"
#include "options.h"
#include "run.h"
#include "sandbox.h"

struct read_arguments {
    struct input_arguments input;
    struct sandbox_arguments sandbox;
    bool json;
    bool defragment;
    bool quiet, verbose, link_header, no_names;
    const char *layers;
    unsigned times; /* how often -t was given */
};

#define AT(field) .offset = offsetof(struct read_arguments, field)

static int count_time(void *place, const char *value)
{
    struct read_arguments *arguments = place;

    (void)value;
    if (++arguments->times > 5)
        return message_usage("--time is given more than five times");
    return OPTIONS_GO;
}

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
    SANDBOX_ROWS(struct read_arguments, sandbox),
    { "quiet", 'q', OPTION_FLAG, AT(quiet),
      .help = "no summary; what is lost is told all the same" },
    { "verbose", 'v', OPTION_FLAG, AT(verbose),
      .help = "text: IP headers, checksums, DNS and DHCP in full; more in the summary" },
    { "layers", 'l', OPTION_TEXT, AT(layers), .argument = "LIST",
      .help = "show these layers, as ip,udp,dns, of packets that have one of them;\n"
              "\"help\" lists their names" },
    { "link-header", 'e', OPTION_FLAG, AT(link_header), .help = "text: the Ethernet header too" },
    { "time", 't', OPTION_CALL, .call = count_time,
      .help = "text: no time; -tt seconds since 1970, -ttt time since the packet before,\n"
              "-tttt date and time, -ttttt time since the first packet" },
    { "no-names", 'n', OPTION_FLAG, AT(no_names),
      .help = "does nothing: addresses and ports are always numbers" },
    { .name = NULL },
};

/* What the handlers know. */
struct printer {
    struct wb_packet_style style;
    bool kinds[WB_LAYER_KIND_COUNT];
    bool is_since_before; /* -ttt: counted from the packet before, else from the first */
    bool has_first;
    bool is_out_of_memory;
    char text[65536];
};

/* Is the packet to be shown? The time that others are counted from is taken of all. */
static bool prepare(struct printer *printer, const struct wb_packet *packet,
                    const struct wb_decoded *decoded)
{
    if (!printer->has_first)
        printer->style.since_ns = packet->time_ns;
    printer->has_first = true;
    return printer->style.kinds == NULL || layers_are_in(packet, decoded, printer->kinds);
}

static void note_time(struct printer *printer, const struct wb_packet *packet)
{
    if (printer->is_since_before)
        printer->style.since_ns = packet->time_ns;
}

static void print_text(void *context, const struct wb_packet *packet,
                       const struct wb_decoded *decoded)
{
    struct printer *printer = context;

    if (!prepare(printer, packet, decoded))
        return;
    wb_packet_styled_text(packet, decoded, &printer->style, printer->text, sizeof(printer->text));
    puts(printer->text);
    note_time(printer, packet);
}

static void print_line(struct printer *printer, char *line)
{
    if (line == NULL) {
        printer->is_out_of_memory = true;
        return;
    }
    puts(line);
    free(line);
}

static void print_json(void *context, const struct wb_packet *packet,
                       const struct wb_decoded *decoded)
{
    struct printer *printer = context;

    if (prepare(printer, packet, decoded))
        print_line(printer, wb_packet_styled_json(packet, decoded, &printer->style));
}

static void print_datagram_text(void *context, const struct wb_packet *packet,
                                const struct wb_decoded *decoded,
                                const struct wb_datagram *datagram)
{
    struct printer *printer = context;

    if (!prepare(printer, packet, decoded))
        return;
    wb_packet_styled_text(packet, decoded, &printer->style, printer->text, sizeof(printer->text));
    printf("%s (put together from packets", printer->text);
    for (uint32_t i = 0; i < datagram->packet_count; i++)
        printf(" %" PRIu64, datagram->packets[i]);
    puts(")");
}

static void print_datagram_json(void *context, const struct wb_packet *packet,
                                const struct wb_decoded *decoded,
                                const struct wb_datagram *datagram)
{
    struct printer *printer = context;

    if (prepare(printer, packet, decoded))
        print_line(printer, wb_datagram_json(packet, decoded, datagram, &printer->style));
}

static int set_style(const struct read_arguments *arguments, struct printer *printer)
{
    static const enum wb_packet_time times[] = {
        WB_PACKET_TIME_CLOCK, WB_PACKET_TIME_NONE, WB_PACKET_TIME_EPOCH,
        WB_PACKET_TIME_SINCE, WB_PACKET_TIME_DATE, WB_PACKET_TIME_SINCE,
    };

    memset(printer, 0, sizeof(*printer));
    printer->style.time = times[arguments->times];
    printer->is_since_before = arguments->times == 3;
    printer->style.is_verbose = arguments->verbose;
    printer->style.has_link_header = arguments->link_header;
    if (arguments->layers == NULL)
        return OPTIONS_GO;
    printer->style.kinds = printer->kinds;
    return layers_choose(arguments->layers, printer->kinds);
}

static void set_handlers(const struct read_arguments *arguments, struct printer *printer,
                         struct wb_engine_options *engine)
{
    engine->handlers.packet = arguments->json ? print_json : print_text;
    if (arguments->defragment)
        engine->handlers.datagram = arguments->json ? print_datagram_json : print_datagram_text;
    engine->context = printer;
}

static int run_read(int argc, char **argv)
{
    struct read_arguments arguments = { 0 };
    struct run run = { 0 };
    static struct printer printer;
    int rest, status = options_parse(&command_read, &arguments, argc, argv, &rest);

    if (status == OPTIONS_GO)
        status = set_style(&arguments, &printer);
    if (status == OPTIONS_GO && arguments.input.file == NULL)
        status = message_usage("name the file: -r FILE; - is standard input");
    if (status == OPTIONS_GO)
        status = sandbox_check(&arguments.sandbox, &run.sandbox);
    if (status == OPTIONS_GO)
        status = input_apply(&arguments.input, argc, argv, rest, &run.options);
    if (status != OPTIONS_GO)
        return status;
    set_handlers(&arguments, &printer, &run.options);
    run.quiet = arguments.quiet;
    run.parts.verbose = arguments.verbose;
    run.worker.restarts = WORKER_RESTARTS;
    status = run_engine(&run);
    free(arguments.input.filter);
    if (printer.is_out_of_memory) {
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
