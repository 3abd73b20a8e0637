/* SPDX-License-Identifier: ISC
 *
 * Writes a capture of small packets: every frame has 64 bytes, and carries at most 10
 * bytes of HTTP. Many connections at once, taking turns packet by packet, so that hardly
 * ever two packets in a row belong to the same one. Each has four transactions. Nothing is
 * lost or out of order: what a reader finds here is exactly what was put in. Prints
 * "packets N", "transactions N" and "stream_bytes N".
 */
#include <err.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_BYTES 64
#define SEGMENT_BYTES 10
#define IP_AT 14
#define TCP_AT 34
#define DATA_AT 54
#define REQUEST_BYTES 40
#define RESPONSE_BYTES 60
#define TRANSACTIONS 4
#define CONCURRENT 4096
#define CLIENT 0
#define SERVER 1

enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

/* What a connection does, one letter a packet: SYN, SYN+ACK, ACK, then transactions of
 * request segments, an ACK, response segments, an ACK, and at last both FINs and an ACK. */
static const char script[] = "SsArrrraRRRRRRArrrraRRRRRRArrrraRRRRRRArrrraRRRRRRAFfA";
#define STEPS (sizeof(script) - 1)

struct connection {
    uint32_t number;
    uint32_t sequence[2]; /* of the next byte, by side */
    unsigned step, sent;  /* sent: bytes of the message that is under way */
    unsigned request;
};

static FILE *out;
static uint64_t packets;

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

/* RFC 1071. */
static unsigned checksum(uint32_t sum, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void put_ip(uint8_t *ip, const struct connection *connection, int side, unsigned length)
{
    uint32_t client = 0x0a000000 | connection->number / 50000, server = 0xc0000201;

    ip[0] = 0x45;
    put16(ip + 2, 40 + length);
    ip[8] = 64;
    ip[9] = 6;
    put32(ip + 12, side == CLIENT ? client : server);
    put32(ip + 16, side == CLIENT ? server : client);
    put16(ip + 10, checksum(0, ip, 20));
}

static void put_tcp(uint8_t *tcp, const struct connection *connection, int side, unsigned flags)
{
    unsigned client = 10000 + connection->number % 50000;

    put16(tcp, side == CLIENT ? client : 80);
    put16(tcp + 2, side == CLIENT ? 80 : client);
    put32(tcp + 4, connection->sequence[side]);
    put32(tcp + 8, flags & ACK ? connection->sequence[!side] : 0);
    tcp[12] = 5 << 4;
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, 65535);
}

static void write_record(const uint8_t *frame)
{
    uint32_t header[4] = { 1700000000 + (uint32_t)(packets / 1000000),
                           (uint32_t)(packets % 1000000), FRAME_BYTES, FRAME_BYTES };

    packets++;
    if (fwrite(header, sizeof(header), 1, out) != 1 || fwrite(frame, FRAME_BYTES, 1, out) != 1)
        err(1, "writing");
}

static void put_packet(struct connection *connection, int side, unsigned flags, const char *data)
{
    uint8_t frame[FRAME_BYTES] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
    unsigned length = data != NULL ? SEGMENT_BYTES : 0;

    put_ip(frame + IP_AT, connection, side, length);
    put_tcp(frame + TCP_AT, connection, side, flags);
    if (data != NULL)
        memcpy(frame + DATA_AT, data, length);
    /* The pseudo header of RFC 9293, 3.1: addresses, protocol and length. */
    uint32_t pseudo = 6 + 20 + length;
    for (unsigned at = IP_AT + 12; at < TCP_AT; at += 2)
        pseudo += (uint32_t)frame[at] << 8 | frame[at + 1];
    put16(frame + TCP_AT + 16, checksum(pseudo, frame + TCP_AT, 20 + length));
    connection->sequence[side] += length + ((flags & (SYN | FIN)) != 0);
    write_record(frame);
}

static void put_segment(struct connection *connection, int side, const char *message,
                        unsigned length)
{
    put_packet(connection, side, PSH | ACK, message + connection->sent);
    connection->sent = (connection->sent + SEGMENT_BYTES) % length;
}

static void put_request(struct connection *connection)
{
    char message[REQUEST_BYTES + 1];

    snprintf(message, sizeof(message), "GET /%08x HTTP/1.1\r\nHost: a.test\r\n\r\n",
             connection->number * TRANSACTIONS + connection->request);
    put_segment(connection, CLIENT, message, REQUEST_BYTES);
    if (connection->sent == 0)
        connection->request++;
}

static void step(struct connection *connection)
{
    static const char response[] =
        "HTTP/1.1 200 OK\r\nServer: b\r\nContent-Length: 10\r\n\r\n0123456789";

    switch (script[connection->step++]) {
    case 'S': put_packet(connection, CLIENT, SYN, NULL); break;
    case 's': put_packet(connection, SERVER, SYN | ACK, NULL); break;
    case 'A': put_packet(connection, CLIENT, ACK, NULL); break;
    case 'a': put_packet(connection, SERVER, ACK, NULL); break;
    case 'F': put_packet(connection, CLIENT, FIN | ACK, NULL); break;
    case 'f': put_packet(connection, SERVER, FIN | ACK, NULL); break;
    case 'r': put_request(connection); break;
    default: put_segment(connection, SERVER, response, RESPONSE_BYTES); break;
    }
}

static void begin(struct connection *connection, uint32_t number)
{
    *connection = (struct connection){ .number = number,
                                       .sequence = { number * 2654435761U, ~number * 40503U } };
}

static void write_file_header(void)
{
    static const uint32_t header[6] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 262144, 1 };

    if (fwrite(header, sizeof(header), 1, out) != 1)
        err(1, "writing");
}

int main(int argc, char **argv)
{
    static struct connection connections[CONCURRENT];
    uint32_t begun = 0, ended = 0, wanted;

    if (argc != 3)
        errx(2, "usage: small FILE PACKETS");
    wanted = (uint32_t)(strtoul(argv[2], NULL, 10) / STEPS);
    out = fopen(argv[1], "w");
    if (out == NULL)
        err(1, "%s", argv[1]);
    write_file_header();
    for (int i = 0; i < CONCURRENT; i++)
        connections[i].step = STEPS;
    for (int i = 0; ended < wanted; i = (i + 1) % CONCURRENT) {
        if (connections[i].step == STEPS && begun < wanted)
            begin(&connections[i], begun++);
        if (connections[i].step < STEPS) {
            step(&connections[i]);
            ended += connections[i].step == STEPS;
        }
    }
    if (fclose(out) != 0)
        err(1, "%s", argv[1]);
    printf("packets %" PRIu64 "\ntransactions %" PRIu64 "\nstream_bytes %" PRIu64 "\n", packets,
           (uint64_t)wanted * TRANSACTIONS,
           (uint64_t)wanted * TRANSACTIONS * (REQUEST_BYTES + RESPONSE_BYTES));
    return 0;
}
