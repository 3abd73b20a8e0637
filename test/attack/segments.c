/* SPDX-License-Identifier: ISC
 *
 * Attacks on the reassembly of one stream: a response whose body of n bytes comes in n
 * segments of one byte, in the worst order. Complete in the end, where it all fits.
 */
#include "attack/capture.h"
#include "support/bytes.h"

/* Window scale 14 (RFC 7323, 2.2): all that comes early lies in the receiver's window. */
static const uint8_t wide_window[] = {3, 3, 14, 1};

/* A request, the head of its response; then the body's bytes by place_of(i, n). */
static void respond(struct capture *capture, uint64_t n, uint64_t (*place_of)(uint64_t, uint64_t))
{
    struct talk talk = capture_talk(capture, 1);
    struct bytes head = {0};
    for (int side = CLIENT; side <= SERVER; side++) {
        talk.syn_options[side] = wide_window;
        talk.syn_options_length[side] = sizeof wide_window;
    }
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "GET /attack HTTP/1.1\r\nHost: attack.test\r\n\r\n");
    bytes_print(&head, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n", (unsigned long long)n);
    talk_say(&talk, SERVER, head.data, head.length);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t place = place_of(i, n);
        uint8_t byte = (uint8_t)('a' + place % 26);
        talk_segment(&talk, SERVER, head.length + place, &byte, 1);
    }
    talk.sent[SERVER] += n;
    talk_flags(&talk, CLIENT, WB_TCP_ACK);
    talk_close(&talk);
    bytes_free(&head);
}

static uint64_t from_behind(uint64_t i, uint64_t n)
{
    return n - 1 - i;
}

/* All odd places, then all even ones. */
static uint64_t every_second(uint64_t i, uint64_t n)
{
    uint64_t odd = n / 2;
    return i < odd ? 2 * i + 1 : 2 * (i - odd);
}

/* A permutation of the places below n that looks random: a Feistel network over the next
 * power of four, walked until it ends below n. */
static uint64_t shuffled(uint64_t i, uint64_t n)
{
    unsigned half_bits = 1;
    while (UINT64_C(1) << 2 * half_bits < n)
        half_bits++;
    uint64_t mask = (UINT64_C(1) << half_bits) - 1;
    do {
        for (uint64_t round = 1; round <= 4; round++) {
            uint64_t left = i >> half_bits, right = i & mask;
            uint64_t mixed = (right * UINT64_C(0x9e3779b97f4a7c15) + round) >> 29;
            i = right << half_bits | (left ^ (mixed & mask));
        }
    } while (i >= n);
    return i;
}

static void reverse(struct capture *capture, uint64_t n)
{
    respond(capture, n, from_behind);
}

static void alternate(struct capture *capture, uint64_t n)
{
    respond(capture, n, every_second);
}

static void shuffle(struct capture *capture, uint64_t n)
{
    respond(capture, n, shuffled);
}

const struct attack segment_attacks[] = {
    {"bytes-reverse", reverse, 1},
    {"bytes-shuffled", shuffle, 1},
    {"bytes-alternate", alternate, 1},
    {0},
};
