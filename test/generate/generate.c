/* SPDX-License-Identifier: ISC
 *
 * generate: writes the captures that the scenario tests need.
 *
 *     generate --list            the names of all scenarios
 *     generate SCENARIO FILE     writes one capture and prints its number of packets
 *
 * Everything is made up here and the same on every run: no network, no clock, no
 * random numbers.
 */
#include "generate/scenario.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct scenario *const groups[] = {
    name_scenarios,    message_scenarios,    coding_scenarios,    gap_scenarios,
    segment_scenarios, connection_scenarios, smuggling_scenarios, format_scenarios,
    fragment_scenarios, secret_scenarios,
};
#define GROUP_COUNT (sizeof groups / sizeof *groups)

static void deliver(void *context, const struct wb_packet *packet)
{
    struct capture *capture = context;
    savefile_put(capture->file, packet);
}

struct talk capture_talk(struct capture *capture, uint16_t port)
{
    struct talk talk = talk_v4(deliver, capture);
    talk.number = &capture->packets;
    talk.from[CLIENT].source_port = talk.from[SERVER].destination_port = port;
    return talk;
}

struct talk capture_talk_v6(struct capture *capture, uint16_t port)
{
    struct talk talk = talk_v6(deliver, capture);
    talk.number = &capture->packets;
    talk.from[CLIENT].source_port = talk.from[SERVER].destination_port = port;
    return talk;
}

void get(struct talk *talk, const char *target)
{
    struct bytes request = {0};
    bytes_print(&request, "GET %s HTTP/1.1\r\nHost: example.test\r\n\r\n", target);
    talk_say(talk, CLIENT, request.data, request.length);
    bytes_free(&request);
}

struct bytes response(const char *fields, struct bytes body)
{
    struct bytes message = {0};
    bytes_print(&message, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n", body.length, fields);
    bytes_add_bytes(&message, body);
    bytes_free(&body);
    return message;
}

struct bytes response_text(const char *fields, const char *body)
{
    struct bytes bytes = {0};
    bytes_print(&bytes, "%s", body);
    return response(fields, bytes);
}

void answer(struct talk *talk, struct bytes message)
{
    talk_say(talk, SERVER, message.data, message.length);
    bytes_free(&message);
}

void whole_exchange(struct talk *talk, const char *target, struct bytes message)
{
    talk_handshake(talk);
    get(talk, target);
    answer(talk, message);
    talk_close(talk);
}

struct bytes chunked(struct bytes body, size_t chunk_length)
{
    struct bytes message = {0};
    for (size_t at = 0; at < body.length;) {
        size_t left = body.length - at;
        size_t part = left < chunk_length ? left : chunk_length;
        bytes_print(&message, "%zx\r\n", part);
        bytes_add(&message, body.data + at, part);
        bytes_print(&message, "\r\n");
        at += part;
    }
    bytes_print(&message, "0\r\n\r\n");
    bytes_free(&body);
    return message;
}

static void list(void)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        for (const struct scenario *s = groups[i]; s->name; s++)
            puts(s->name);
}

static const struct scenario *find(const char *name)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        for (const struct scenario *s = groups[i]; s->name; s++)
            if (strcmp(s->name, name) == 0)
                return s;
    errx(2, "there is no scenario %s; --list names them", name);
}

static void generate(const struct scenario *scenario, const char *path)
{
    struct savefile_options options = scenario->options;
    if (!options.interface_count)
        options.interfaces[0].link_type = craft_link_type(CRAFT_ETHERNET);
    struct capture capture = {.file = savefile_open(path, &options)};
    scenario->play(&capture);
    savefile_close(capture.file);
    printf("%" PRIu64 "\n", capture.packets);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        list();
    else if (argc == 3)
        generate(find(argv[1]), argv[2]);
    else
        errx(2, "usage: generate --list | generate SCENARIO FILE");
    return 0;
}
