/* SPDX-License-Identifier: ISC
 *
 * Packets that ask (a TCP SYN, a UDP datagram, an ICMP echo request) with an IP header of our own,
 * and what comes back for them, caught by a capture that was opened before the first one left.
 */
#ifndef TOOLS_ASKING_H
#define TOOLS_ASKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/build.h>
#include <wirebeam/engine.h>
#include <wirebeam/guard.h>
#include <wirebeam/inject.h>

#include "target.h"

enum asking_kind {
    ASKING_ICMP,
    ASKING_UDP,
    ASKING_TCP,
};

struct question {
    uint16_t number;   /* the target's port; of an echo request, its sequence number */
    uint32_t sequence; /* of a SYN */
    uint8_t hop_limit;
    const uint8_t *data;
    size_t size;
};

struct answer {
    int64_t time_ns;    /* since 1970, by the system's clock of captures */
    uint8_t from[16];
    bool is_error;      /* an ICMP error that quotes a question; else from the target, in kind */
    uint8_t type, code; /* of an ICMP error */
    uint16_t tcp_flags; /* enum wb_tcp_flag, of an answer by TCP */
    uint16_t number;    /* of the question */
    uint32_t sequence;  /* of the SYN */
};

struct asking {
    const struct target *target;
    enum asking_kind kind;
    int reserved;     /* the socket that holds our port; -1 for ICMP */
    uint16_t our_end; /* our port; of echo requests, the identifier */
    struct wb_injector *injector;
    struct wb_engine *engine;
    struct wb_draft *draft;
    void (*take)(void *context, const struct answer *answer);
    void *context;
    bool is_over; /* interrupted, or the capture failed */
    bool has_failed;
};

/* Opens all that and confines the process. target, kind, take and context are set before. Returns
 * OPTIONS_GO, or the exit status when the mistake was told. */
int asking_open(struct asking *asking, const struct wb_guard_options *sandbox);

/* Sends a question. 0, or the errno; *sent_ns is when. */
int asking_send(struct asking *asking, const struct question *question, int64_t *sent_ns);

/* The clock of sent_ns and of answers. */
int64_t asking_clock_ns(void);

/* Takes answers until then, at most as long as is_done says no. */
void asking_wait(struct asking *asking, int64_t until_ns, bool (*is_done)(const void *context));

void asking_close(struct asking *asking);

#endif
