/* SPDX-License-Identifier: ISC
 *
 * Attacks by datagrams that are never finished: the first fragment of each comes, and no
 * other.
 */
#include "attack/capture.h"

#include <string.h>

#define PAYLOAD_BYTES 1400 /* a multiple of 8 */
#define ETHERNET_BYTES 14
#define IP4_BYTES 20
#define IP6_BYTES 48 /* with the fragment header */
#define UDP 17
#define FRAGMENT 44

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

static void put_frame(struct capture *capture, const uint8_t *frame, size_t length)
{
    capture_put(capture, &(struct wb_packet){.data = frame,
                                             .captured_length = (uint32_t)length,
                                             .wire_length = (uint32_t)length});
}

/* RFC 791; the checksum of a header is not what is under attack, but it is right. */
static void put_ip4(uint8_t *ip, uint32_t number)
{
    uint32_t sum = 0;
    ip[0] = 0x45;
    put16(ip + 2, IP4_BYTES + PAYLOAD_BYTES);
    put16(ip + 4, number & 0xffff);
    put16(ip + 6, 0x2000); /* more fragments, offset 0 */
    ip[8] = 64;
    ip[9] = UDP;
    put16(ip + 10, 0);
    put32(ip + 12, 0x0a000001 + (number >> 16));
    put32(ip + 16, 0xc0000202);
    for (size_t i = 0; i < IP4_BYTES; i += 2)
        sum += (uint32_t)ip[i] << 8 | ip[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    put16(ip + 10, ~(sum + (sum >> 16)) & 0xffff);
}

static void fragments4(struct capture *capture, uint64_t n)
{
    uint8_t frame[ETHERNET_BYTES + IP4_BYTES + PAYLOAD_BYTES] = {2, 0, 0, 0, 0, 1, 2,
                                                                  0, 0, 0, 0, 2, 8, 0};
    for (uint64_t i = 0; i < n; i++) {
        put_ip4(frame + ETHERNET_BYTES, (uint32_t)i);
        put_frame(capture, frame, sizeof frame);
    }
}

/* RFC 8200, 4.5. */
static void fragments6(struct capture *capture, uint64_t n)
{
    uint8_t frame[ETHERNET_BYTES + IP6_BYTES + PAYLOAD_BYTES] = {2, 0, 0, 0, 0, 1, 2,
                                                                  0, 0, 0, 0, 2, 0x86, 0xdd};
    uint8_t *ip = frame + ETHERNET_BYTES, *fragment = ip + 40;
    ip[0] = 0x60;
    put16(ip + 4, 8 + PAYLOAD_BYTES);
    ip[6] = FRAGMENT;
    ip[7] = 64;
    put32(ip + 8, 0x20010db8);
    put32(ip + 24, 0x20010db8);
    ip[23] = 1;
    ip[39] = 2;
    fragment[0] = UDP;
    put16(fragment + 2, 1); /* more fragments, offset 0 */
    for (uint64_t i = 0; i < n; i++) {
        put32(fragment + 4, (uint32_t)i);
        put_frame(capture, frame, sizeof frame);
    }
}

const struct attack fragment_attacks[] = {
    {"fragments4", fragments4, 1},
    {"fragments6", fragments6, 1},
    {0},
};
