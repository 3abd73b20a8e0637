/* SPDX-License-Identifier: ISC
 *
 * A scenario: a name and the script that plays it into a capture. The comment above
 * each script is its truth: what was sent, and what an observer can know of it. The
 * expectations in test/scenario are derived from that comment and the cited RFC
 * paragraph, never from what the program said.
 */
#ifndef TEST_GENERATE_SCENARIO_H
#define TEST_GENERATE_SCENARIO_H

#include <stdint.h>

#include "support/bytes.h"
#include "support/savefile.h"
#include "support/talk.h"

struct capture {
    struct savefile *file;
    uint64_t packets;
};

struct scenario {
    const char *name;
    void (*play)(struct capture *capture);
    struct savefile_options options; /* zeros: pcap, nanoseconds, Ethernet */
};

/* One array for each file, ended by a scenario without a name. */
extern const struct scenario name_scenarios[], message_scenarios[], coding_scenarios[],
    gap_scenarios[], segment_scenarios[], fragment_scenarios[], connection_scenarios[],
    secret_scenarios[], smuggling_scenarios[], format_scenarios[];

/* Conversations whose packets go to the capture. port is the client's. */
struct talk capture_talk(struct capture *capture, uint16_t port);
struct talk capture_talk_v6(struct capture *capture, uint16_t port);

/* "GET target HTTP/1.1" with Host: example.test, said by the client. */
void get(struct talk *talk, const char *target);

/* "HTTP/1.1 200 OK" with Content-Length, these further field lines (each with CRLF),
 * and the body. */
struct bytes response(const char *fields, struct bytes body);
struct bytes response_text(const char *fields, const char *body);

/* The server says it, and it is freed. */
void answer(struct talk *talk, struct bytes message);

/* A whole connection: handshake, GET target, answer, close. */
void whole_exchange(struct talk *talk, const char *target, struct bytes message);

/* The chunked coding of body (RFC 9112, 7.1), in chunks of up to chunk_length bytes,
 * ended by the last chunk and an empty trailer section. */
struct bytes chunked(struct bytes body, size_t chunk_length);

#endif
