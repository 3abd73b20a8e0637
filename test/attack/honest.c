/* SPDX-License-Identifier: ISC
 *
 * The honest connections: 280 short ones of one transaction, each about a tenth of the
 * capture long, and 20 that last from its beginning to its end, with ten transactions each.
 * They open, exchange and close at even distances; what belongs together comes together.
 * Transaction NUMBER is GET /honest/NUMBER; its response has the body
 * bytes_pattern(NUMBER, 500 + 500 * (NUMBER % 7)), chunked where the number is odd. Of every
 * third response the second segment comes before the first.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "attack/capture.h"
#include "support/bytes.h"

#define SHORT 280
#define LONG 20
#define LONG_TRANSACTIONS 10
#define SHORT_SPAN 0.1
#define CHUNK_BYTES 700
#define DENSITY 0.2 /* packets of one exchange take so much of its time */

struct honest_packet {
    double place; /* 0: the beginning of the capture, 1: its end */
    unsigned connection;
    uint8_t *bytes;
    size_t length;
};

/* The packets of one connection go to the end of the capture's. */
struct writing {
    struct capture *capture;
    unsigned connection;
};

/* Packets from at on lie between begin and begin + span. */
static void spread(struct capture *capture, uint64_t at, double begin, double span)
{
    double packets = (double)(capture->honest_count - at);
    for (uint64_t i = at; i < capture->honest_count; i++)
        capture->honest[i].place = begin + span * (double)(i - at) / packets;
}

static void keep(void *context, const struct wb_packet *packet)
{
    const struct writing *writing = context;
    struct capture *capture = writing->capture;
    capture->honest = realloc(capture->honest, (capture->honest_count + 1) *
                                                   sizeof *capture->honest);
    uint8_t *bytes = malloc(packet->captured_length);
    if (!capture->honest || !bytes)
        err(1, "honest packets");
    memcpy(bytes, packet->data, packet->captured_length);
    capture->honest[capture->honest_count++] = (struct honest_packet){
        .connection = writing->connection, .bytes = bytes, .length = packet->captured_length};
}

static void put_body(struct bytes *message, unsigned number, struct bytes body)
{
    if (number % 2 == 0) {
        bytes_print(message, "Content-Length: %zu\r\n\r\n", body.length);
        bytes_add_bytes(message, body);
        return;
    }
    bytes_print(message, "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0, part; at < body.length; at += part) {
        part = body.length - at < CHUNK_BYTES ? body.length - at : CHUNK_BYTES;
        bytes_print(message, "%zx\r\n", part);
        bytes_add(message, body.data + at, part);
        bytes_print(message, "\r\n");
    }
    bytes_print(message, "0\r\n\r\n");
}

/* In segments, of which the first two are swapped. */
static void say_swapped(struct talk *talk, enum talk_side side, const uint8_t *bytes,
                        size_t length)
{
    uint64_t begin = talk->sent[side];
    size_t first = length / 2 < talk->mss ? length / 2 : talk->mss;
    size_t second = length - first < talk->mss ? length - first : talk->mss;
    talk_segment(talk, side, begin + first, bytes + first, second);
    talk_segment(talk, side, begin, bytes, first);
    talk->sent[side] += first + second;
    talk_say(talk, side, bytes + first + second, length - first - second);
}

static void exchange(struct talk *talk, unsigned number)
{
    struct bytes request = {0}, response = {0};
    struct bytes body = bytes_pattern(number, 500 + 500 * (number % 7));
    bytes_print(&request, "GET /honest/%u HTTP/1.1\r\nHost: honest.test\r\n\r\n", number);
    talk_say(talk, CLIENT, request.data, request.length);
    bytes_print(&response, "HTTP/1.1 200 OK\r\nETag: \"honest-%u\"\r\n", number);
    put_body(&response, number, body);
    if (number % 3 == 0)
        say_swapped(talk, SERVER, response.data, response.length);
    else
        talk_say(talk, SERVER, response.data, response.length);
    bytes_free(&request);
    bytes_free(&response);
    bytes_free(&body);
}

/* A connection with so many transactions from first on, between begin and begin + span. */
static void converse(struct capture *capture, unsigned connection, unsigned first, unsigned count,
                     double begin, double span)
{
    struct writing writing = {capture, connection};
    struct talk talk = talk_v4(keep, &writing);
    static const uint8_t client[4] = {198, 51, 100, 7}, server[4] = {192, 0, 2, 80};
    memcpy(talk.from[CLIENT].source, client, sizeof client);
    memcpy(talk.from[SERVER].destination, client, sizeof client);
    memcpy(talk.from[CLIENT].destination, server, sizeof server);
    memcpy(talk.from[SERVER].source, server, sizeof server);
    talk.from[CLIENT].source_port = talk.from[SERVER].destination_port =
        (uint16_t)(30000 + connection);
    double step = span / (count + 2);
    for (unsigned i = 0; i < count + 2; i++) {
        uint64_t at = capture->honest_count;
        if (i == 0)
            talk_handshake(&talk);
        else if (i <= count)
            exchange(&talk, first + i - 1);
        else
            talk_close(&talk);
        spread(capture, at, begin + step * i, step * DENSITY);
    }
}

/* By place, and the packets of a connection in their order: each has its own place. */
static int compare(const void *left, const void *right)
{
    const struct honest_packet *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return a->connection < b->connection ? -1 : a->connection > b->connection;
}

void honest_make(struct capture *capture)
{
    for (unsigned i = 0; i < LONG; i++)
        converse(capture, i, i * LONG_TRANSACTIONS, LONG_TRANSACTIONS, 0, 1);
    for (unsigned i = 0; i < SHORT; i++)
        converse(capture, LONG + i, LONG * LONG_TRANSACTIONS + i, 1,
                 (1 - SHORT_SPAN) * i / SHORT, SHORT_SPAN);
    qsort(capture->honest, capture->honest_count, sizeof *capture->honest, compare);
}

static void put_next(struct capture *capture)
{
    struct honest_packet *honest = &capture->honest[capture->honest_written++];
    capture_write(capture, &(struct wb_packet){.data = honest->bytes,
                                               .captured_length = (uint32_t)honest->length,
                                               .wire_length = (uint32_t)honest->length});
    free(honest->bytes);
}

void honest_put(struct capture *capture)
{
    double place = (double)capture->attacking / (double)capture->attacking_expected;
    while (capture->honest_written < capture->honest_count &&
           capture->honest[capture->honest_written].place < place)
        put_next(capture);
}

void honest_finish(struct capture *capture)
{
    while (capture->honest_written < capture->honest_count)
        put_next(capture);
    free(capture->honest);
}
