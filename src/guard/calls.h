/* SPDX-License-Identifier: ISC
 *
 * The system calls of each role: a table that is read by people, too. A call that is not in it
 * is denied. Growth shows in `wirebeam --version -v` and in the list that a test compares it
 * with.
 */
#ifndef WB_GUARD_CALLS_H
#define WB_GUARD_CALLS_H

#include <stdint.h>

/* Who may make a call. Every process is one of the first two, but for a writer. */
enum {
    WB__ROLE_FILE = 1,      /* reads packets from a file */
    WB__ROLE_LIVE = 2,      /* takes packets from a socket */
    WB__ROLE_DIRECTORY = 4, /* makes files in a directory, besides */
    WB__ROLE_SENDS = 8,     /* sends packets, besides */
    WB__ROLE_ASKS = 16,     /* reads answers by the socket that it sends by, besides */
    WB__ROLE_LENDS = 32,    /* lends memory to the pipe that is its standard output, besides */
    WB__ROLE_HAS_WRITER = 64, /* gets files from a writer, besides */
    WB__ROLE_WRITER = 128,    /* makes files in a directory, when it is asked to, and no more */
};

#define WB__CALL_CONDITIONS 2

struct wb__call {
    const char *name;
    uint32_t number;
    unsigned roles;
    const char *only; /* in words, what its arguments must be; NULL: anything */
    struct {
        unsigned argument;
        uint32_t mask, value; /* of its low half, in which all of these arguments are */
        enum { WB__VALUE_GIVEN, WB__VALUE_PROCESS, WB__VALUE_NO_PACKET_SOCKET, WB__VALUE_WRITER } kind;
    } conditions[WB__CALL_CONDITIONS];
    unsigned condition_count;
};

/* A call that needs several sets of arguments has several entries, one behind the other. */
extern const struct wb__call wb__calls[];
extern const unsigned wb__call_count;

#endif
