/* SPDX-License-Identifier: ISC
 *
 * A TCP conversation as a script: both ends speak in turn, and the script says what the
 * capture saw of it. The plain calls (say, close) make an orderly connection in MSS-sized
 * segments, each burst of at most 64 KiB acknowledged by the other end. The others make what
 * goes wrong: lost to the capture, sent twice, out of order, overlapping, outside of the
 * window.
 * Offsets count the bytes of one direction from its first data byte (after the SYN); the
 * sequence number is isn + 1 + offset and wraps as it should.
 *
 *     struct talk talk = talk_v4(deliver, context);
 *     talk_handshake(&talk);
 *     talk_say(&talk, CLIENT, "GET / HTTP/1.0\r\n\r\n", 18);
 *     talk_lose(&talk, SERVER, 100);      // sent and acknowledged, but not captured
 *     talk_close(&talk);
 */
#ifndef TEST_SUPPORT_TALK_H
#define TEST_SUPPORT_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/craft.h"

enum talk_side { CLIENT = 0, SERVER = 1 };

/* Takes each captured packet, borrowed for the call. */
typedef void talk_deliver(void *context, const struct wb_packet *packet);

struct talk {
    talk_deliver *deliver;
    void *context;
    struct craft_packet from[2]; /* what packets of each side look like; free to change, URG
                                    of the flags as well */
    const uint8_t *syn_options[2]; /* of its SYN, a multiple of 4; NULL: the MSS alone */
    size_t syn_options_length[2];
    uint32_t isn[2];             /* initial sequence numbers; to be set before a packet */
    uint64_t sent[2];            /* stream bytes of each side so far */
    bool fin_sent[2];
    bool unseen[2];  /* packets of this side are not captured */
    size_t mss;      /* 1460 */
    int64_t time_ns; /* of the next packet: 2024-01-01 00:00:00 UTC at first */
    int64_t step_ns; /* between packets: 1 ms */
    uint16_t interface_index;
    uint64_t *number; /* of the last packet; shared by the talks of a capture, or NULL */
};

/* 192.0.2.1:40000 to 192.0.2.2:80, and the same as 2001:db8::1 and ::2. */
struct talk talk_v4(talk_deliver *deliver, void *context);
struct talk talk_v6(talk_deliver *deliver, void *context);

/* SYN, SYN+ACK, ACK, with the MSS as option. */
void talk_handshake(struct talk *talk);

/* One packet of side at offset of its stream, which need not be what comes next;
 * acknowledges all that the other side has sent. Changes nothing but the time. */
void talk_segment(struct talk *talk, enum talk_side side, uint64_t offset, const void *bytes,
                  size_t length);

/* One packet with these flags at the side's present end of stream. */
void talk_flags(struct talk *talk, enum talk_side side, unsigned flags);

/* The next bytes of a side, in segments of the MSS; the other side acknowledges. */
void talk_say(struct talk *talk, enum talk_side side, const void *bytes, size_t length);
void talk_say_text(struct talk *talk, enum talk_side side, const char *text);

/* The next length bytes of a side were sent and acknowledged, but not captured. */
void talk_lose(struct talk *talk, enum talk_side side, size_t length);

/* The same for bytes that are known: what was lost is the middle part of bytes. */
void talk_say_with_hole(struct talk *talk, enum talk_side side, const void *bytes, size_t length,
                        size_t hole_offset, size_t hole_length);

/* FIN of one side, acknowledged; of both, the client's first; RST. */
void talk_fin(struct talk *talk, enum talk_side side);
void talk_close(struct talk *talk);
void talk_reset(struct talk *talk, enum talk_side side);

/* Lets time pass. */
void talk_wait_ms(struct talk *talk, int64_t milliseconds);

#endif
