/* SPDX-License-Identifier: ISC
 *
 * The inject stage: bytes to the wire. One file for each kind of injector, each exporting one
 * const struct of operations; inject.c holds the array that lists them, chooses, counts and
 * waits. This header is the contract that every kind keeps.
 */
#ifndef WB_INJECT_INJECT_H
#define WB_INJECT_INJECT_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <wirebeam/error.h>
#include <wirebeam/inject.h>

#include "inject/pace.h"

#define WB__INJECT_QUEUE_DEFAULT (1U << 20)

struct wb__injector_operations {
    const char *kind; /* "packet", "libpcap", "ip", "icmp" */
    bool sends_frames; /* needs an interface, and may be chosen by itself */
    /* Is it better here than those that come later? Then it is tried, and they are where it
     * cannot be opened. NULL: it is the last to be tried. */
    bool (*suits)(const struct wb_inject_options *options);

    /* Opens what options name. Stores the injector, whose first member is a struct wb_injector
     * with operations, link_type and is_marked set; on failure NULL, fills *error with one line
     * for a person and returns its code. Takes over options->descriptors in either case. */
    int (*open)(struct wb_injector **injector, const struct wb_inject_options *options,
                struct wb_error *error);

    /* Sends packets in their order without waiting and sets their results. Returns how many
     * were handled; less than count where the queue is full, which the result of the first that
     * is not handled tells: EAGAIN where descriptor becomes writable when there is room, ENOBUFS
     * where nobody tells. count is at least 1. */
    size_t (*send)(struct wb_injector *injector, struct wb_inject_packet *packets, size_t count);

    int (*descriptor)(const struct wb_injector *injector, unsigned ip_version);
    void (*close)(struct wb_injector *injector);
};

struct wb_injector {
    const struct wb__injector_operations *operations;
    uint16_t link_type;
    bool is_marked;
    /* The rest is inject.c's. */
    atomic_bool is_stopped;
    struct wb__pace pace;
    struct wb_inject_stats stats;
};

extern const struct wb__injector_operations wb__injector_xdp;    /* Linux with libxdp */
extern const struct wb__injector_operations wb__injector_packet; /* Linux only */
extern const struct wb__injector_operations wb__injector_libpcap;
extern const struct wb__injector_operations wb__injector_ip;
extern const struct wb__injector_operations wb__injector_icmp;

/* Is this errno a full queue, and no packet's own fault? */
static inline bool wb__inject_is_full(int code)
{
    return code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS;
}

#endif
