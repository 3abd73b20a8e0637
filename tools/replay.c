/* SPDX-License-Identifier: ISC
 *
 * `wirebeam replay`: the packets of a capture once more onto the wire, in their own time or
 * another, with other addresses if wanted. A capture that is replayed more than once is kept in
 * memory, where it fits.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <wirebeam/rewrite.h>

#include "command.h"
#include "message.h"
#include "packets.h"
#include "sandbox.h"
#include "sender.h"
#include "tape.h"

#define RECORD_BYTES 16 /* of a packet in a pcap file, beside its bytes */
#define ROOM_BYTES (SENDER_QUEUE * 2048U)

struct replay_arguments {
    struct sender_arguments common;
    const char *file;
    double times;
    uint64_t loop;
    bool top_speed;
    struct wb_rewrite rewrite;
};

static int take_times(void *place, const char *value)
{
    struct replay_arguments *arguments = place;

    if (sender_read_decimal(value, &arguments->times) && arguments->times <= 1e6 &&
        arguments->times >= 1e-6)
        return OPTIONS_GO;
    return message_usage("--times wants a number up to 1000000 (as 2 or 0.5), not '%s'", value);
}

static int take_rule(int (*add)(struct wb_rewrite *, const char *, struct wb_error *),
                     void *place, const char *value)
{
    struct replay_arguments *arguments = place;
    struct wb_error error;

    if (add(&arguments->rewrite, value, &error) == 0)
        return OPTIONS_GO;
    return message_usage("%s", error.text);
}

static int take_mac(void *place, const char *value)
{
    return take_rule(wb_rewrite_add_mac, place, value);
}

static int take_network(void *place, const char *value)
{
    return take_rule(wb_rewrite_add_network, place, value);
}

static int take_port(void *place, const char *value)
{
    return take_rule(wb_rewrite_add_port, place, value);
}

static int take_vlan(void *place, const char *value)
{
    return take_rule(wb_rewrite_set_vlan, place, value);
}

#define AT(field) .offset = offsetof(struct replay_arguments, field)

static const struct option_spec options[] = {
    { "interface", 'i', OPTION_TEXT, AT(common.interface), .argument = "IF",
      .help = "the device to send by" },
    { "read", 'r', OPTION_TEXT, AT(file), .argument = "FILE",
      .help = "the capture: pcap or pcapng, plain, gzip or zstd; - is standard input" },
    { "times", 'x', OPTION_CALL, .argument = "N", .call = take_times,
      .help = "N times as fast as it was captured" },
    { "topspeed", 't', OPTION_FLAG, AT(top_speed), .help = "as fast as it goes" },
    { "loop", 'l', OPTION_NUMBER, AT(loop), .argument = "N", .max = INT64_MAX,
      .help = "replay it N times; 0: until interrupted" },
    { "map-mac", 0, OPTION_CALL, .argument = "OLD=NEW", .call = take_mac,
      .help = "another MAC address; src=NEW and dst=NEW: of all frames" },
    { "map-ip", 0, OPTION_CALL, .argument = "NET=NET", .call = take_network,
      .help = "another network, as 192.0.2.0/24=10.1.1.0/24, or address, in IP and ARP" },
    { "map-port", 0, OPTION_CALL, .argument = "OLD=NEW", .call = take_port,
      .help = "another port of TCP and UDP" },
    { "vlan", 0, OPTION_CALL, .argument = "CHANGE", .call = take_vlan,
      .help = "add=ID puts a tag outside of all others, set=ID changes the outermost one,\n"
              "remove takes it away" },
    SENDER_ROWS,
    { .name = NULL },
};

struct replay {
    struct sender sender;
    const struct replay_arguments *arguments;
    struct packets packets;
    bool keeps_time, rewrites;
    double file_bytes;        /* 0 where unknown */
    uint64_t bytes_read;      /* about as many as were read of the file */
    uint64_t turn;            /* of arguments->loop */
    uint64_t cut_off;         /* packets of which the capture has only a part */
    int64_t first_ns;         /* the time of the first packet in the capture */
    int64_t begin_ns, end_ns; /* when this turn began, and its last packet was due */
    struct tape tape;         /* from the first turn on, unless is_tape_off */
    bool is_tape_off;
    uint8_t *room;            /* of rewritten packets that wait in the sender's queue */
    size_t room_used;
};

static int check(const struct replay_arguments *arguments, int argc, char **argv, int rest)
{
    const struct sender_arguments *common = &arguments->common;

    if (rest < argc)
        return message_usage("'%s' is one word too many", argv[rest]);
    if (arguments->file == NULL)
        return message_usage("name the file: -r FILE; - is standard input");
    if (common->interface == NULL)
        return message_usage("name the interface: -i IF; `wirebeam interfaces` lists them");
    if ((common->packets_per_second != 0) + (common->bits_per_second != 0) +
            (arguments->times != 0) + arguments->top_speed > 1)
        return message_usage("--times, --rate, --bits and --topspeed exclude each other");
    return OPTIONS_GO;
}

/* ---- Progress --------------------------------------------------------------------- */

/* A compressed file holds more than its size tells. */
static double fraction(const struct sender *sender)
{
    const struct replay *replay = (const struct replay *)sender;
    double part = replay->file_bytes > 0 ? (double)replay->bytes_read / replay->file_bytes : -1;

    if (replay->arguments->loop == 0 || part < 0 || part > 1)
        return -1;
    return ((double)replay->turn + part) / (double)replay->arguments->loop;
}

static double size_of(const char *file)
{
    struct stat status;

    return stat(file, &status) == 0 && S_ISREG(status.st_mode) ? (double)status.st_size : 0;
}

/* ---- Packets ---------------------------------------------------------------------- */

/* When a packet is due: 0, by the pace of the injector, or not at all paced. */
static int64_t due_at(struct replay *replay, int64_t time_ns)
{
    double speed = replay->arguments->times != 0 ? replay->arguments->times : 1;

    if (!replay->keeps_time)
        return 0;
    if (replay->begin_ns == 0) {
        replay->first_ns = time_ns;
        replay->begin_ns = replay->end_ns = wb_injector_clock_ns();
    }
    replay->end_ns = replay->begin_ns + (int64_t)((double)(time_ns - replay->first_ns) / speed);
    return replay->end_ns;
}

static bool put(struct replay *replay, const uint8_t *data, uint32_t length, uint16_t link_type,
                int64_t time_ns)
{
    const struct wb_inject_packet packet = {
        .data = data, .length = length, .at_ns = due_at(replay, time_ns) };

    replay->bytes_read += RECORD_BYTES + length;
    return sender_put(&replay->sender, &packet, link_type);
}

static bool flush(struct replay *replay)
{
    replay->room_used = 0;
    return sender_flush(&replay->sender);
}

/* A rewritten copy, which stays until the queue is flushed. NULL: the run is over. */
static const uint8_t *rewritten(struct replay *replay, const struct wb_packet *packet,
                                uint32_t *length)
{
    uint8_t *copy;

    *length = packet->captured_length;
    if (ROOM_BYTES - replay->room_used < *length + WB_REWRITE_GROWTH && !flush(replay))
        return NULL;
    copy = replay->room + replay->room_used;
    memcpy(copy, packet->data, *length);
    *length = wb_rewrite_apply(&replay->arguments->rewrite, copy, *length,
                               *length + WB_REWRITE_GROWTH, packet->link_type);
    replay->room_used += *length;
    return copy;
}

static void keep(struct replay *replay, const uint8_t *data, uint32_t length,
                 const struct wb_packet *packet)
{
    if (replay->is_tape_off ||
        tape_add(&replay->tape, data, length, packet->link_type, packet->time_ns))
        return;
    replay->is_tape_off = true;
    tape_free(&replay->tape);
}

static bool take(void *context, const struct wb_packet *packets, int count)
{
    struct replay *replay = context;

    for (int i = 0; i < count; i++) {
        const struct wb_packet *packet = &packets[i];
        const uint8_t *data = packet->data;
        uint32_t length = packet->captured_length;

        if (replay->rewrites && (data = rewritten(replay, packet, &length)) == NULL)
            return false;
        keep(replay, data, length, packet);
        replay->cut_off += packet->captured_length < packet->wire_length;
        if (!put(replay, data, length, packet->link_type, packet->time_ns))
            return false;
        if (replay->sender.queued == 0)
            replay->room_used = 0;
    }
    return flush(replay); /* the bytes are borrowed */
}

static bool play_tape(struct replay *replay)
{
    for (size_t i = 0; i < replay->tape.count; i++) {
        const struct tape_packet *packet = &replay->tape.packets[i];

        if (!put(replay, replay->tape.bytes + packet->offset, packet->length, packet->link_type,
                 packet->time_ns))
            return false;
    }
    return replay->sender.queued == 0 || flush(replay);
}

/* ---- The run ---------------------------------------------------------------------- */

/* Of what is open the file is read first, and by then the process is confined. */
static int open_file(struct replay *replay, struct wb_guard_options *sandbox)
{
    const char *file = replay->arguments->file;

    replay->file_bytes = size_of(file);
    sandbox->sends = true;
    return packets_open(&replay->packets, file, sandbox);
}

/* The next turn begins where the last packet of this one was due. */
static int play(struct replay *replay)
{
    uint64_t loop = replay->arguments->loop;

    replay->is_tape_off = loop == 1;
    for (replay->turn = 0; loop == 0 || replay->turn < loop; replay->turn++) {
        int status = OPTIONS_GO;

        replay->bytes_read = 0;
        replay->begin_ns = replay->end_ns;
        if (replay->turn > 0 && !replay->is_tape_off)
            play_tape(replay);
        else
            status = packets_read(&replay->packets, take, replay);
        if (status != OPTIONS_GO || replay->sender.is_over || replay->sender.offered == 0)
            return status;
    }
    return OPTIONS_GO;
}

static bool open_room(struct replay *replay)
{
    replay->rewrites = !wb_rewrite_is_empty(&replay->arguments->rewrite);
    if (!replay->rewrites || (replay->room = malloc(ROOM_BYTES)) != NULL)
        return true;
    message("out of memory");
    return false;
}

static int run_replay(int argc, char **argv)
{
    static struct replay_arguments arguments = { .loop = 1 };
    static struct replay replay = { .arguments = &arguments };
    struct wb_guard_options sandbox = { 0 };
    int rest, status = options_parse(&command_replay, &arguments, argc, argv, &rest), sent;

    if (status == OPTIONS_GO)
        status = check(&arguments, argc, argv, rest);
    if (status == OPTIONS_GO)
        status = sandbox_check(&arguments.common.sandbox, &sandbox);
    if (status == OPTIONS_GO && strcmp(arguments.file, "-") == 0 && arguments.loop != 1)
        status = message_usage("standard input can be read once: no --loop with -r -");
    if (status == OPTIONS_GO && !open_room(&replay))
        status = STATUS_FAILED;
    arguments.common.top_speed = arguments.top_speed;
    if (status == OPTIONS_GO)
        status = sender_open(&replay.sender, &arguments.common, arguments.common.kind);
    if (status == OPTIONS_GO && (status = open_file(&replay, &sandbox)) != OPTIONS_GO)
        wb_injector_close(replay.sender.injector);
    if (status != OPTIONS_GO)
        return status;
    replay.keeps_time = arguments.common.packets_per_second == 0 &&
                        arguments.common.bits_per_second == 0 && !arguments.top_speed;
    replay.sender.fraction = fraction;
    status = play(&replay);
    sent = sender_finish(&replay.sender);
    if (replay.cut_off > 0 && !arguments.common.quiet)
        message("%" PRIu64 " packets were cut off in the capture, and are sent so", replay.cut_off);
    packets_close(&replay.packets);
    tape_free(&replay.tape);
    free(replay.room);
    return status != OPTIONS_GO ? status : sent;
}

const struct command command_replay = {
    .name = "replay",
    .summary = "Send the packets of a capture again",
    .synopsis = "-i IF -r FILE [OPTION ...]",
    .options = options,
    .run = run_replay,
};
