/* SPDX-License-Identifier: ISC
 *
 * traffic: writes the captures of the attacks.
 *
 *     traffic --list            the names of all attacks
 *     traffic ATTACK N FILE     an attack of size N; prints its number of packets
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attack/capture.h"

#define START_NS (INT64_C(1704067200) * 1000000000)
#define STEP_NS 1000

static const struct attack *const groups[] = {
    flow_attacks,
    segment_attacks,
    message_attacks,
    fragment_attacks,
};
#define GROUP_COUNT (sizeof groups / sizeof *groups)

void capture_write(struct capture *capture, const struct wb_packet *packet)
{
    struct wb_packet timed = *packet;
    timed.time_ns = START_NS + (int64_t)capture->packets * STEP_NS;
    timed.number = ++capture->packets;
    savefile_put(capture->file, &timed);
}

void capture_put(void *context, const struct wb_packet *packet)
{
    struct capture *capture = context;
    capture_write(capture, packet);
    capture->attacking++;
    honest_put(capture);
}

/* 2^16 addresses of 10.0.0.0/8 by 2^14 ports are enough, so that no two are the same. */
struct talk capture_talk(struct capture *capture, uint32_t client)
{
    struct talk talk = talk_v4(capture_put, capture);
    struct craft_packet *from = talk.from;
    uint16_t port = (uint16_t)(20000 + client % 16384);
    uint8_t address[4] = {10, (uint8_t)(client >> 22), (uint8_t)(client >> 14 & 255), 1};
    memcpy(from[CLIENT].source, address, sizeof address);
    memcpy(from[SERVER].destination, address, sizeof address);
    from[CLIENT].source_port = from[SERVER].destination_port = port;
    talk.isn[CLIENT] = client * 2654435761u;
    talk.isn[SERVER] = ~client * 40503u;
    return talk;
}

static void list(void)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        for (const struct attack *attack = groups[i]; attack->name; attack++)
            puts(attack->name);
}

static const struct attack *find(const char *name)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        for (const struct attack *attack = groups[i]; attack->name; attack++)
            if (strcmp(attack->name, name) == 0)
                return attack;
    errx(2, "there is no attack %s; --list names them", name);
}

static void write_capture(const struct attack *attack, uint64_t n, const char *path)
{
    struct savefile_options options = {0};
    options.interfaces[0].link_type = craft_link_type(CRAFT_ETHERNET);
    struct capture capture = {
        .file = savefile_open(path, &options),
        .attacking_expected = (uint64_t)((double)n * attack->packets) + 1,
    };
    honest_make(&capture);
    attack->play(&capture, n);
    honest_finish(&capture);
    savefile_close(capture.file);
    printf("%" PRIu64 "\n", capture.packets);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        list();
    else if (argc == 4)
        write_capture(find(argv[1]), strtoull(argv[2], NULL, 10), argv[3]);
    else
        errx(2, "usage: traffic --list | traffic ATTACK N FILE");
    return 0;
}
