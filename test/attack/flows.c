/* SPDX-License-Identifier: ISC
 *
 * Attacks by many connections.
 */
#include "attack/capture.h"

#include <string.h>

#include "support/bytes.h"

/* n connections that all stay open, each with a request whose head never ends. */
static void open_many(struct capture *capture, uint64_t n)
{
    static const char head[] = "GET /attack HTTP/1.1\r\nHost: attack.test\r\n";
    for (uint64_t i = 0; i < n; i++) {
        struct talk talk = capture_talk(capture, (uint32_t)i);
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 0, head, sizeof head - 1);
    }
}

/* n connections that all stay open, each with a request that nobody answers. */
static void ask_many(struct capture *capture, uint64_t n)
{
    static const char head[] = "GET /attack HTTP/1.1\r\nHost: attack.test\r\n\r\n";
    for (uint64_t i = 0; i < n; i++) {
        struct talk talk = capture_talk(capture, (uint32_t)i);
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 0, head, sizeof head - 1);
    }
}

/* n connections that all stay open, each with the beginning of a body of 1 MB. */
static void upload_many(struct capture *capture, uint64_t n)
{
    static const char head[] =
        "POST /attack HTTP/1.1\r\nHost: attack.test\r\nContent-Length: 1000000\r\n\r\n";
    struct bytes message = {0}, body = bytes_pattern(2, 1000);
    bytes_add(&message, head, sizeof head - 1);
    bytes_add_bytes(&message, body);
    for (uint64_t i = 0; i < n; i++) {
        struct talk talk = capture_talk(capture, (uint32_t)i);
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 0, message.data, message.length);
    }
    bytes_free(&message);
    bytes_free(&body);
}

/* n SYNs, none of them answered. */
static void flood_syns(struct capture *capture, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        struct talk talk = capture_talk(capture, (uint32_t)i);
        talk.from[CLIENT].options = NULL;
        talk_flags(&talk, CLIENT, WB_TCP_SYN);
    }
}

/* n ACKs of connections that nobody has seen beginning. */
static void flood_acks(struct capture *capture, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        struct talk talk = capture_talk(capture, (uint32_t)i);
        talk_flags(&talk, CLIENT, WB_TCP_ACK);
    }
}

/* n connections, each with 200 bytes that come early and a hole before them that is never
 * filled: nothing of it is acknowledged. They take a block of 2,048 bytes. */
static void leave_holes(struct capture *capture, uint64_t n)
{
    struct bytes body = bytes_pattern(1, 200);
    for (uint64_t i = 0; i < n; i++) {
        struct talk talk = capture_talk(capture, (uint32_t)i);
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 1000, body.data, body.length);
    }
    bytes_free(&body);
}

/* n segments of connections that are never silent, each behind a hole of its own. */
static void leave_holes_busily(struct capture *capture, uint64_t n)
{
    enum { CONNECTIONS = 256, LENGTH = 200 };
    static const uint8_t wide_window[] = {3, 3, 14, 1}; /* RFC 7323, 2.2 */
    struct bytes body = bytes_pattern(1, LENGTH);
    struct talk talks[CONNECTIONS];
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        struct talk *talk = &talks[i];
        *talk = capture_talk(capture, i);
        for (int side = CLIENT; side <= SERVER; side++) {
            talk->syn_options[side] = wide_window;
            talk->syn_options_length[side] = sizeof wide_window;
        }
        talk_handshake(talk);
        talk_flags(talk, SERVER, WB_TCP_ACK); /* whose window is scaled */
    }
    for (uint64_t i = 0; i < n; i++)
        talk_segment(&talks[i % CONNECTIONS], CLIENT, LENGTH * (1 + 2 * (i / CONNECTIONS)),
                     body.data, body.length);
    bytes_free(&body);
}

const struct attack flow_attacks[] = {
    {"flows", open_many, 4},
    {"unanswered", ask_many, 4},
    {"uploads", upload_many, 4},
    {"syn-flood", flood_syns, 1},
    {"ack-flood", flood_acks, 1},
    {"holes", leave_holes, 4},
    {"holes-busy", leave_holes_busily, 1},
    {0},
};
