/* SPDX-License-Identifier: ISC
 *
 * Exchanges whose packets come as IP fragments (RFC 791, 3.2; RFC 8200, 4.5). All carry
 * GET /pattern and a response of 6000 bytes of pattern behind its head.
 */
#include "generate/scenario.h"

#include <stdlib.h>
#include <string.h>

#define BODY 6000
#define ETHERNET_BYTES 14
#define PIECES_MAX 16

/* How the packets of a talk are cut up on their way into the capture. */
struct cutter {
    struct capture *capture;
    uint32_t piece_bytes; /* a multiple of 8 */
    bool is_reversed;
    uint32_t lost_packet, lost_piece; /* counted from 1; 0: none */
    uint32_t doubled_packet; /* its second piece comes twice: the second time with other
                                bytes, and moved by doubled_shift */
    int32_t doubled_shift;
    uint32_t packets;
};

static void store16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint16_t sum_of(const uint8_t *header, uint32_t length)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < length; i += 2)
        sum += (uint32_t)(header[i] << 8 | header[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static uint32_t begin_ip4(uint8_t *frame, const struct wb_packet *packet, uint32_t identification,
                          uint32_t offset, uint32_t length, bool more)
{
    uint8_t *ip = frame + ETHERNET_BYTES;
    memcpy(frame, packet->data, ETHERNET_BYTES + 20);
    store16(ip + 2, 20 + length);
    store16(ip + 4, identification);
    store16(ip + 6, (more ? 0x2000u : 0) | offset / 8);
    store16(ip + 10, 0);
    store16(ip + 10, sum_of(ip, 20));
    return ETHERNET_BYTES + 20;
}

static uint32_t begin_ip6(uint8_t *frame, const struct wb_packet *packet, uint32_t identification,
                          uint32_t offset, uint32_t length, bool more)
{
    uint8_t *ip = frame + ETHERNET_BYTES, *fragment = ip + 40;
    memcpy(frame, packet->data, ETHERNET_BYTES + 40);
    store16(ip + 4, 8 + length);
    memset(fragment, 0, 8);
    fragment[0] = ip[6];
    ip[6] = 44;
    store16(fragment + 2, offset | more);
    store16(fragment + 6, identification);
    return ETHERNET_BYTES + 48;
}

static void send_piece(const struct cutter *cutter, const struct wb_packet *packet,
                       uint32_t offset, uint32_t length, bool more, uint8_t spoil)
{
    bool is_ip6 = packet->data[12] == 0x86;
    uint32_t header = ETHERNET_BYTES + (is_ip6 ? 40 : 20);
    uint8_t frame[2048];
    uint32_t at = is_ip6 ? begin_ip6(frame, packet, cutter->packets, offset, length, more)
                         : begin_ip4(frame, packet, cutter->packets, offset, length, more);
    for (uint32_t i = 0; i < length; i++)
        frame[at + i] = packet->data[header + offset + i] ^ spoil;
    struct wb_packet piece = *packet;
    piece.data = frame;
    piece.captured_length = piece.wire_length = at + length;
    savefile_put(cutter->capture->file, &piece);
    cutter->capture->packets++;
}

static void cut(void *context, const struct wb_packet *packet)
{
    struct cutter *cutter = context;
    uint32_t header = ETHERNET_BYTES + (packet->data[12] == 0x86 ? 40 : 20);
    uint32_t length = packet->captured_length - header;
    uint32_t count = (length + cutter->piece_bytes - 1) / cutter->piece_bytes;
    cutter->packets++;
    cutter->capture->packets--; /* it was counted whole */
    for (uint32_t i = 0; i < count; i++) {
        uint32_t piece = cutter->is_reversed ? count - 1 - i : i;
        uint32_t offset = piece * cutter->piece_bytes;
        bool more = piece + 1 < count;
        uint32_t bytes = more ? cutter->piece_bytes : length - offset;
        if (cutter->packets == cutter->lost_packet && piece + 1 == cutter->lost_piece)
            continue;
        send_piece(cutter, packet, offset, bytes, more, 0);
        if (cutter->packets == cutter->doubled_packet && piece == 1)
            send_piece(cutter, packet, offset + (uint32_t)cutter->doubled_shift, bytes, more,
                       0xff);
    }
}

static void exchange(struct capture *capture, struct cutter cutter, bool is_ip6)
{
    struct talk talk = is_ip6 ? capture_talk_v6(capture, 40000) : capture_talk(capture, 40000);
    cutter.capture = capture;
    talk.deliver = cut;
    talk.context = &cutter;
    whole_exchange(&talk, "/pattern",
                   response("ETag: \"pattern\"\r\n", bytes_pattern(9, BODY)));
}

/* Every packet in pieces of 400 bytes, in order: complete. */
static void in_order(struct capture *capture)
{
    exchange(capture, (struct cutter){.piece_bytes = 400}, false);
}

static void in_order_ip6(struct capture *capture)
{
    exchange(capture, (struct cutter){.piece_bytes = 400}, true);
}

/* The last piece first: complete. */
static void reversed(struct capture *capture)
{
    exchange(capture, (struct cutter){.piece_bytes = 104, .is_reversed = true}, false);
}

/* Packet 7 is the second of the response (SYN, SYN+ACK, ACK, GET, an ACK, the first): one
 * of its pieces is lost, and so are its 1460 bytes, from 1460 on. */
static void piece_lost(struct capture *capture)
{
    exchange(capture, (struct cutter){.piece_bytes = 400, .lost_packet = 7, .lost_piece = 2},
             false);
}

/* The second piece comes again 8 bytes earlier, with other bytes: all of that was there. */
static void repeated(struct capture *capture)
{
    exchange(capture,
             (struct cutter){.piece_bytes = 400, .doubled_packet = 7, .doubled_shift = -8}, false);
}

/* The second piece comes again 8 bytes later, with other bytes, before the third: bytes 408
 * to 800 of the datagram come twice, and so do 800 to 808. */
static void overlap(struct capture *capture)
{
    exchange(capture,
             (struct cutter){.piece_bytes = 400, .doubled_packet = 7, .doubled_shift = 8}, false);
}

static void overlap_ip6(struct capture *capture)
{
    exchange(capture,
             (struct cutter){.piece_bytes = 400, .doubled_packet = 7, .doubled_shift = 8}, true);
}

const struct scenario fragment_scenarios[] = {
    {.name = "fragments", .play = in_order},
    {.name = "fragments-ip6", .play = in_order_ip6},
    {.name = "fragments-reversed", .play = reversed},
    {.name = "fragment-lost", .play = piece_lost},
    {.name = "fragment-repeated", .play = repeated},
    {.name = "fragment-overlap", .play = overlap},
    {.name = "fragment-overlap-ip6", .play = overlap_ip6},
    {.name = NULL},
};
