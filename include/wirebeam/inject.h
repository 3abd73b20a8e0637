/* SPDX-License-Identifier: ISC
 *
 * Speaking: bytes to the wire, in batches, paced, with a result for each packet.
 *
 *     struct wb_inject_options options = { .interface = "eth0" };
 *     struct wb_injector *injector;
 *     struct wb_error error;
 *     if (wb_injector_open(&injector, &options, &error) < 0)
 *         errx(1, "%s", error.text);
 *     struct wb_inject_packet packet = { .data = frame, .length = sizeof frame };
 *     if (wb_inject(injector, &packet, 1, -1, &error) == 1 && packet.result != 0)
 *         warnx("%s", strerror(packet.result));
 *     wb_injector_close(injector);
 *
 * An injector belongs to one thread; only wb_injector_stop may be called from another
 * one or from a signal handler.
 */
#ifndef WIREBEAM_INJECT_H
#define WIREBEAM_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* The socket mark of what is injected, by which a capture on the same host knows it and leaves
 * it out (wb_source_options.own_packets). It does not leave the host, nor its network
 * namespace. */
#define WB_INJECT_MARK 0x77626565U

#define WB_INJECT_PACKETS_PER_SECOND_MAX UINT64_C(1000000000)
#define WB_INJECT_BITS_PER_SECOND_MAX UINT64_C(1000000000000)

struct wb_injector;

struct wb_inject_options {
    /* The device that frames leave by. The kinds "ip" and "icmp" leave it to the routing table
     * where it is NULL. */
    const char *interface;
    /* What is sent, and how:
     *   NULL       frames, the best for this system and interface
     *   "xdp"      frames by an AF_XDP socket in copy mode (Linux with libxdp): more of them in a
     *              second on a veth device. What the driver drops is refused with ENOBUFS
     *   "packet"   frames by an AF_PACKET socket (Linux)
     *   "libpcap"  frames by libpcap
     *   "ip"       IPv4 and IPv6 packets with their own headers, by raw sockets. The system fills
     *              in IPv4's total length and checksum, and its id and source where they are 0
     *   "icmp"     ICMP and ICMPv6 messages, without IP header. Where raw sockets are forbidden,
     *              the system's ping sockets, which send echo requests only, under an identifier
     *              of their own */
    const char *kind;
    uint8_t ip_version; /* "ip" and "icmp": 4 or 6, what is sent; 0: both, as far as there are
                           sockets for them */
    /* Sockets of that kind which others opened, one for each version of IP where that matters.
     * They become the injector's, also when opening fails. */
    const int *descriptors;
    unsigned descriptor_count;
    /* The pace, evenly spaced; 0: as fast as it goes. At most one of them. */
    uint64_t packets_per_second; /* at most WB_INJECT_PACKETS_PER_SECOND_MAX */
    uint64_t bits_per_second;    /* of the bytes as they are given; the same, _BITS_ */
    bool top_speed; /* with kind NULL: what sends the most packets a second */
    uint32_t queue_bytes; /* what may wait in the socket; 0 means 1 MiB, as far as the system
                             allows */
    bool without_bypass;  /* "packet": through the interface's queueing discipline, where other
                             programs on this host see it */
    uint32_t mark;        /* instead of WB_INJECT_MARK; 0 means that one */
    bool unmarked;        /* no mark at all: captures deliver it */
    /* Called, where it is not NULL, when all that needs rights is open: the place to give them
     * up. A negative code, with *error filled, ends the opening. */
    int (*opened)(void *context, struct wb_error *error);
    void *opened_context;
};

struct wb_inject_packet {
    const uint8_t *data; /* borrowed during the call */
    uint32_t length;
    /* Set by wb_inject: 0 where it was sent, else the errno. EAGAIN or ENOBUFS in those that
     * were not handled: the queue is full, or it is not their time. */
    int result;
    /* When it is due, on the clock of wb_injector_clock_ns; 0: by the pace of the options. What
     * is due earlier than the packet before it goes behind that one at once. */
    int64_t at_ns;
    /* "icmp" alone: where to, version 4 or 6. */
    uint8_t ip_version;
    uint8_t destination[16];
};

/* handled = sent + failed, exactly. */
struct wb_inject_stats {
    uint64_t handled;
    uint64_t sent;
    uint64_t failed;       /* the system refused them: each has its errno */
    uint64_t bytes;        /* of what was sent */
    uint64_t full;         /* how often the queue was found full */
    uint64_t late;         /* packets that left more than a millisecond after their time */
    int64_t latest_ns;     /* the greatest such delay */
    int64_t forfeited_ns;  /* of the pace, not made up for: see wb_inject */
};

/* On success *injector is the caller's, to be given to wb_injector_close; on failure it is NULL
 * and *error says why. Strings in options are not kept. Errors: WB_E_ARGUMENT, _NOT_FOUND,
 * _PERMISSION, _DOWN, _UNSUPPORTED, _SYSTEM, _MEMORY. */
int wb_injector_open(struct wb_injector **injector, const struct wb_inject_options *options,
                     struct wb_error *error);

/* Sends packets in their order, each when it is due, and returns how many were handled, which
 * is less than count when the time is over, a signal was caught, or wb_injector_stop was
 * called. A packet that the system refuses is handled: its result says why, and the next one's
 * turn comes.
 * timeout_ms limits the waiting, for the time of a packet or for room in the queue; -1: for
 * ever, 0: sends what is due and has room. Waiting takes no processor time, except for the last
 * microseconds before a packet is due.
 * A pace that was missed is made up for, up to 100 ms of it; what is beyond is forfeited.
 * WB_E_ARGUMENT, with *error filled and nothing sent, where a packet has no bytes or more than
 * 256 KiB. */
int wb_inject(struct wb_injector *injector, struct wb_inject_packet *packets, size_t count,
              int timeout_ms, struct wb_error *error);

/* Makes a waiting wb_inject return within 50 ms, and later ones at once. Async-signal-safe. */
void wb_injector_stop(struct wb_injector *injector);
bool wb_injector_is_stopped(const struct wb_injector *injector);

/* When, on the clock of wb_injector_clock_ns, the next packet is due by the pace of the options:
 * for those who wait in a loop of their own. */
int64_t wb_injector_due_ns(const struct wb_injector *injector);
int64_t wb_injector_clock_ns(void); /* CLOCK_MONOTONIC */

/* The socket, for poll(2): writable where the queue has room. ip_version is 4 or 6, and matters
 * for "ip" and "icmp" alone; -1 where there is none. It is the injector's own. Answers come to
 * that of "icmp": read them, or the system drops what its buffer does not hold. */
int wb_injector_descriptor(const struct wb_injector *injector, unsigned ip_version);

/* Counters up to now. */
void wb_injector_stats(const struct wb_injector *injector, struct wb_inject_stats *stats);

/* The name of the kind that was opened. */
const char *wb_injector_kind(const struct wb_injector *injector);

/* The LINKTYPE_ value of what it takes: 1 for Ethernet, 101 for IP packets, ... 0 for "icmp". */
uint16_t wb_injector_link_type(const struct wb_injector *injector);

/* Does what is sent carry the mark? The system may forbid it. */
bool wb_injector_is_marked(const struct wb_injector *injector);

/* NULL is accepted. */
void wb_injector_close(struct wb_injector *injector);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
