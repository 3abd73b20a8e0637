/* SPDX-License-Identifier: ISC
 *
 * `wirebeam send`: packets of the user's own making, from notation, hexadecimal text, a file of
 * bytes or a capture file, as often and as fast as he likes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <wirebeam/build.h>
#include <wirebeam/record.h>

#include "command.h"
#include "message.h"
#include "seconds.h"
#include "sender.h"
#include "tape.h"
#include "written.h"

struct send_arguments {
    struct sender_arguments common;
    struct written_arguments written;
    uint64_t count;
    uint64_t mtu;
    const char *icmp, *interval;
    bool ip, print;
};

#define AT(field) .offset = offsetof(struct send_arguments, field)

static const struct option_spec options[] = {
    { "interface", 'i', OPTION_TEXT, AT(common.interface), .argument = "IF",
      .help = "send frames by this device; with --ip or --icmp, packets leave by it" },
    { "ip", 0, OPTION_FLAG, AT(ip),
      .help = "send IPv4 and IPv6 packets, with their headers, as the routing table says" },
    { "icmp", 0, OPTION_TEXT, AT(icmp), .argument = "ADDRESS",
      .help = "send ICMP or ICMPv6 messages, without IP header, to ADDRESS" },
    { "hex", 'x', OPTION_TEXT, AT(written.hex), .argument = "HEX",
      .help = "a packet as hexadecimal digits; spaces, colons and dashes may stand between\n"
              "bytes. @FILE: each line of FILE is one; @- is standard input" },
    { "raw", 0, OPTION_TEXT, AT(written.raw), .argument = "FILE",
      .help = "a packet whose bytes are those of FILE; - is standard input" },
    { "read", 'r', OPTION_TEXT, AT(written.file), .argument = "FILE",
      .help = "the packets of a capture: pcap or pcapng; - is standard input" },
    { "count", 'c', OPTION_NUMBER, AT(count), .argument = "N", .max = INT64_MAX,
      .help = "send all of it N times; 0: until interrupted" },
    { "mtu", 'm', OPTION_NUMBER, AT(mtu), .argument = "BYTES", .min = 1, .max = 65535,
      .help = "cut IP packets with more bytes into fragments" },
    { "print", 'n', OPTION_FLAG, AT(print),
      .help = "send nothing: print each packet, decoded behind # and in hexadecimal digits,\n"
              "which -x @- takes again" },
    { "interval", 'I', OPTION_TEXT, AT(interval), .argument = "SECONDS",
      .help = "wait SECONDS between two packets, as 0.2" },
    SENDER_ROWS,
    { .name = NULL },
};

static int check(const struct send_arguments *arguments)
{
    const struct sender_arguments *common = &arguments->common;

    if (arguments->ip && arguments->icmp != NULL)
        return message_usage("--ip and --icmp exclude each other");
    if (arguments->print && common->json)
        return message_usage("--print and --json exclude each other: nothing is sent");
    if (common->interface == NULL && !arguments->ip && arguments->icmp == NULL && !arguments->print)
        return message_usage("name where to send: -i IF, --ip or --icmp ADDRESS");
    if (common->kind != NULL && (arguments->ip || arguments->icmp != NULL))
        return message_usage("--injector is for frames: not with --ip or --icmp");
    if ((common->packets_per_second != 0) + (common->bits_per_second != 0) +
            (arguments->interval != NULL) > 1)
        return message_usage("--rate, --bits and --interval exclude each other");
    return OPTIONS_GO;
}

/* Where ICMP messages go. */
static int read_target(const char *text, struct wb_inject_packet *target)
{
    if (text == NULL)
        return OPTIONS_GO;
    target->ip_version = strchr(text, ':') != NULL ? 6 : 4;
    if (inet_pton(target->ip_version == 6 ? AF_INET6 : AF_INET, text, target->destination) == 1)
        return OPTIONS_GO;
    return message_usage("--icmp wants an IPv4 or IPv6 address, not '%s'", text);
}

static void send_tape(struct sender *sender, const struct tape *tape, uint64_t count,
                      struct wb_inject_packet packet, int64_t interval_ns)
{
    int64_t at_ns = interval_ns != 0 ? wb_injector_clock_ns() : 0;

    for (uint64_t turn = 0; count == 0 || turn < count; turn++)
        for (size_t i = 0; i < tape->count; i++, at_ns += interval_ns) {
            packet.data = tape->bytes + tape->packets[i].offset;
            packet.length = tape->packets[i].length;
            packet.at_ns = at_ns;
            if (!sender_put(sender, &packet, tape->packets[i].link_type))
                return;
        }
}

/* Where fragments go; identification counts the packets. */
struct cutting {
    struct tape *tape;
    uint16_t link_type;
    bool is_full;
};

static int keep_piece(void *context, const uint8_t *bytes, uint32_t length)
{
    struct cutting *cutting = context;

    cutting->is_full = !tape_add(cutting->tape, bytes, length, cutting->link_type, 0);
    return cutting->is_full;
}

/* The tape's packets that are longer in fragments; what is no IP packet stays as it is. */
static int cut(struct tape *tape, uint32_t mtu)
{
    struct tape pieces = { 0 };
    struct cutting cutting = { .tape = &pieces };
    int result = 0;

    for (size_t i = 0; i < tape->count && result == 0; i++) {
        struct wb_error error = { 0 };
        const struct wb_packet packet = { .data = tape->bytes + tape->packets[i].offset,
                                          .captured_length = tape->packets[i].length,
                                          .wire_length = tape->packets[i].length,
                                          .link_type = tape->packets[i].link_type };

        cutting.link_type = packet.link_type;
        result = wb_fragment_ip(&packet, mtu, (uint32_t)i + 1, keep_piece, &cutting, &error);
        if (result == WB_E_ARGUMENT && packet.captured_length <= mtu)
            result = keep_piece(&cutting, packet.data, packet.captured_length);
        if (result < 0)
            message("packet %zu: %s", i + 1, error.text);
    }
    if (cutting.is_full)
        message("out of memory for the fragments");
    tape_free(tape);
    *tape = pieces;
    return result == 0 ? OPTIONS_GO : STATUS_FAILED;
}

/* ---- Printing --------------------------------------------------------------------- */

/* As `wirebeam read -vet` does, each line behind a #. */
static void print_decoded(const struct wb_packet *packet)
{
    static const struct wb_packet_style style = { .is_verbose = true,
                                                  .has_link_header = true,
                                                  .time = WB_PACKET_TIME_NONE };
    static char text[65536];
    struct wb_decoded decoded;

    wb_decode(packet, &decoded);
    wb_packet_styled_text(packet, &decoded, &style, text, sizeof(text));
    for (char *line = text, *next; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        printf("# %s\n", line);
    }
}

static int print_tape(const struct tape *tape, bool has_link)
{
    for (size_t i = 0; i < tape->count; i++) {
        const struct wb_packet packet = { .data = tape->bytes + tape->packets[i].offset,
                                          .captured_length = tape->packets[i].length,
                                          .wire_length = tape->packets[i].length,
                                          .link_type = tape->packets[i].link_type };

        if (has_link)
            print_decoded(&packet);
        for (uint32_t at = 0; at < packet.captured_length; at++)
            printf("%02x", packet.data[at]);
        putchar('\n');
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return STATUS_DONE;
    message("standard output: %s", strerror(errno));
    return STATUS_FAILED;
}

/* ---- The command ------------------------------------------------------------------ */

/* The packets, cut where they are longer than wanted. */
static int read_tape(const struct send_arguments *arguments, uint16_t link_type,
                     struct wb_guard_options *sandbox, struct tape *tape)
{
    int status = written_read(&arguments->written, link_type, sandbox, tape);

    if (status == OPTIONS_GO && arguments->mtu > 0)
        status = cut(tape, (uint32_t)arguments->mtu);
    return status;
}

/* What a packet that does not tell it begins with: Ethernet, but for IP and messages without it. */
static int print_all(const struct send_arguments *arguments, struct wb_guard_options *sandbox,
                     struct tape *tape)
{
    int status = read_tape(arguments, arguments->ip ? 101 : 1, sandbox, tape);

    return status == OPTIONS_GO ? print_tape(tape, arguments->icmp == NULL) : status;
}

static const char *kind_of(const struct send_arguments *arguments)
{
    if (arguments->icmp != NULL)
        return "icmp";
    return arguments->ip ? "ip" : arguments->common.kind;
}

static int send_all(const struct send_arguments *arguments, struct wb_inject_packet packet,
                    int64_t interval_ns, struct wb_guard_options *sandbox, struct tape *tape)
{
    static struct sender sender;
    int status = sender_open(&sender, &arguments->common, kind_of(arguments));

    if (status != OPTIONS_GO)
        return status;
    sandbox->sends = true;
    status = read_tape(arguments, wb_injector_link_type(sender.injector), sandbox, tape);
    if (status == OPTIONS_GO) {
        send_tape(&sender, tape, arguments->count, packet, interval_ns);
        return sender_finish(&sender);
    }
    wb_injector_close(sender.injector);
    return status;
}

static int run_send(int argc, char **argv)
{
    struct send_arguments arguments = { .count = 1 };
    struct wb_guard_options sandbox = { 0 };
    struct wb_inject_packet packet = { 0 };
    struct tape tape = { 0 };
    int64_t interval_ns = 0;
    int rest, status = options_parse(&command_send, &arguments, argc, argv, &rest);

    if (status == OPTIONS_GO)
        status = check(&arguments);
    if (status == OPTIONS_GO)
        status = sandbox_check(&arguments.common.sandbox, &sandbox);
    if (status == OPTIONS_GO)
        status = seconds_read("interval", arguments.interval, 1e-9, &interval_ns);
    if (status == OPTIONS_GO)
        status = read_target(arguments.icmp, &packet);
    if (status == OPTIONS_GO)
        status = written_check(&arguments.written, argc, argv, rest);
    arguments.common.top_speed = interval_ns == 0;
    arguments.common.ip_version = packet.ip_version;
    arguments.written.interface = arguments.ip ? NULL : arguments.common.interface;
    if (status == OPTIONS_GO)
        status = arguments.print ? print_all(&arguments, &sandbox, &tape)
                                 : send_all(&arguments, packet, interval_ns, &sandbox, &tape);
    tape_free(&tape);
    return status;
}

const struct command command_send = {
    .name = "send",
    .summary = "Send packets of your own making",
    .synopsis = "-i IF | --ip | --icmp ADDRESS | -n [OPTION ...] (PACKET ... | -x HEX | --raw FILE | -r FILE)",
    .options = options,
    .run = run_send,
};
