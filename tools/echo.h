/* SPDX-License-Identifier: ISC
 *
 * Echo requests of ICMP and ICMPv6, and what comes back for them: to the socket that sent them,
 * which needs no rights where the system lets everybody have ping sockets.
 */
#ifndef TOOLS_ECHO_H
#define TOOLS_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/guard.h>
#include <wirebeam/inject.h>

#include "target.h"

#define ECHO_DATA_MAX 65507 /* of the longest IPv4 packet, without its headers */

struct echo {
    const struct target *target;
    struct wb_injector *injector;
    int descriptor;      /* the injector's, to wait for */
    bool is_ping_socket; /* the system chose the identifier, and shows no IP header */
    uint16_t identifier;
    size_t size;                 /* of the data */
    uint8_t data[ECHO_DATA_MAX]; /* of every request: random, then counting */
};

struct echo_answer {
    bool is_error;
    uint16_t sequence;
    uint8_t from[16];
    int ttl;              /* or hop limit; -1 where nobody says */
    size_t bytes;         /* of an ICMP reply, its header too */
    bool has_other_data;  /* than the request */
    uint8_t type, code;   /* of an ICMP error; both 0 where reason says it */
    int reason;           /* errno of an error of this host, or 0 */
};

/* Opens the socket and confines the process. Returns OPTIONS_GO, or the exit status when the
 * mistake was told. */
int echo_open(struct echo *echo, const struct target *target, size_t size,
              const struct wb_guard_options *sandbox);

/* Sends a request. 0, or the errno. */
int echo_send(struct echo *echo, uint16_t sequence);

/* The next thing that came back, if there is one. */
bool echo_take(struct echo *echo, struct echo_answer *answer);

void echo_close(struct echo *echo);

#endif
