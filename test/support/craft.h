/* SPDX-License-Identifier: ISC
 *
 * Crafted TCP packets: a struct of fields becomes the bytes of one frame, with all
 * lengths and checksums filled in. What a test does not name is ordinary: Ethernet,
 * IPv4, TTL 64, window 65535. The fields that make a packet odd (padding, a zero IP
 * length, options) are there because captures have them. Nothing here includes code of
 * the stages, so that a bug in them cannot hide in the crafted bytes.
 *
 *     struct craft_packet p = craft_packet_v4("192.0.2.1", 40000, "192.0.2.2", 80);
 *     p.flags = WB_TCP_ACK; p.sequence = 1; p.payload = "hi"; p.payload_length = 2;
 *     uint8_t frame[CRAFT_FRAME_MAX];
 *     struct wb_packet packet = craft_packet_put(&p, frame, sizeof frame);
 */
#ifndef TEST_SUPPORT_CRAFT_H
#define TEST_SUPPORT_CRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/packet.h>

#define CRAFT_FRAME_MAX 262144 /* room for every frame that the tests make */

enum craft_link {
    CRAFT_ETHERNET = 0,
    CRAFT_SLL,
    CRAFT_SLL2,
    CRAFT_NULL, /* host byte order of this machine */
    CRAFT_RAW,
};

struct craft_packet {
    enum craft_link link;
    uint8_t source_mac[6], destination_mac[6];
    uint16_t vlan_ids[4]; /* outermost first; all but the last are 802.1ad tags */
    unsigned vlan_count;

    unsigned ip_version; /* 4 or 6; 0 means 4 */
    uint8_t source[16], destination[16]; /* IPv4: the first four bytes */
    uint8_t ttl;                         /* 0 means 64 */
    uint16_t ip4_fragment;     /* the word of flags and fragment offset as on the wire */
    const uint8_t *ip_options; /* IPv4: options, a multiple of 4. IPv6: extension headers,
                                  the last of which names TCP */
    size_t ip_options_length;
    uint8_t ip6_next_header; /* the type of the first extension header */
    bool ip_length_zero;     /* as segmentation offload leaves it beyond 64 KiB */

    uint16_t source_port, destination_port;
    uint32_t sequence, acknowledgment;
    uint16_t flags;      /* enum wb_tcp_flag bits */
    uint16_t window;     /* 0 means 65535, unless window_zero */
    bool window_zero;
    uint16_t urgent_pointer;
    const uint8_t *options; /* TCP options, a multiple of 4, at most 40 */
    size_t options_length;
    const void *payload;
    size_t payload_length;
    size_t padding;  /* bytes 0xa5 after the IP packet */
    bool wrong_ip_checksum;
    bool wrong_checksum; /* of TCP */
    bool begun_checksum; /* only the pseudo-header's sum, as offload leaves it */

    int64_t time_ns;
    uint64_t number;   /* for craft_packet_put's result; 0 means 1 */
    size_t snaplen;    /* bytes kept of the frame; 0: all */
};

/* A packet between these ends, with MAC addresses 02:00:00:00:00:01 and :02. Aborts
 * where an address is not one. */
struct craft_packet craft_packet_v4(const char *source, uint16_t source_port,
                                    const char *destination, uint16_t destination_port);
struct craft_packet craft_packet_v6(const char *source, uint16_t source_port,
                                    const char *destination, uint16_t destination_port);

/* The packet of the other direction: ends and sequence numbers change places. */
struct craft_packet craft_packet_turned(const struct craft_packet *packet);

/* The LINKTYPE_ value of a link. */
uint16_t craft_link_type(enum craft_link link);

/* Writes the frame's bytes into buffer and returns their number; aborts where the
 * capacity does not suffice. Ignores snaplen. */
size_t craft_packet_bytes(const struct craft_packet *packet, uint8_t *buffer, size_t capacity);

/* The same, and describes it as a source would. The result borrows buffer. */
struct wb_packet craft_packet_put(const struct craft_packet *packet, uint8_t *buffer,
                                  size_t capacity);

#endif
