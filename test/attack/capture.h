/* SPDX-License-Identifier: ISC
 *
 * The capture of an attack: the packets that an attack makes, and spread evenly between
 * them those of some hundred honest transactions, whose bodies are known. Everything is the
 * same on every run, and a packet comes every microsecond.
 */
#ifndef TEST_ATTACK_CAPTURE_H
#define TEST_ATTACK_CAPTURE_H

#include <stdint.h>

#include "support/savefile.h"
#include "support/talk.h"

struct honest_packet;

struct capture {
    struct savefile *file;
    uint64_t packets;      /* all that were written */
    uint64_t attacking;    /* of these, the attack's */
    uint64_t attacking_expected;
    struct honest_packet *honest; /* in the order of their place in the capture */
    uint64_t honest_count, honest_written;
};

/* A talk_deliver: writes a packet of the attack, and the honest ones whose turn it is. */
void capture_put(void *capture, const struct wb_packet *packet);

/* A conversation of the attack between one of 2^32 clients and the server under attack. */
struct talk capture_talk(struct capture *capture, uint32_t client);

/* Makes the honest packets; writes those that are left, and frees them. */
void honest_make(struct capture *capture);
void honest_finish(struct capture *capture);

/* Writes the honest packets whose turn it is. */
void honest_put(struct capture *capture);

/* Writes any packet, at its time. */
void capture_write(struct capture *capture, const struct wb_packet *packet);

struct attack {
    const char *name;
    void (*play)(struct capture *capture, uint64_t n);
    double packets; /* for each n, about: where the honest ones have to be */
};

/* One array for each file, ended by an attack without a name. */
extern const struct attack flow_attacks[], segment_attacks[], message_attacks[],
    fragment_attacks[];

#endif
