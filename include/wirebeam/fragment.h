/* SPDX-License-Identifier: ISC
 *
 * IP datagrams put together again from their fragments (RFC 791, 3.2; RFC 8200, 4.5).
 * What was put together goes on like any packet; what never will be is counted, told as
 * an anomaly, and given up by packet time or when its memory is needed.
 */
#ifndef WIREBEAM_FRAGMENT_H
#define WIREBEAM_FRAGMENT_H

#include <stdint.h>

#include <wirebeam/flow.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* A datagram that was put together. Its packet has the link header, the headers around
 * it and the IP header of its first fragment, with the length and the checksum of the
 * whole, and the time and number of the packet that completed it. */
struct wb_datagram {
    const uint64_t *packets; /* wb_packet.number of each fragment, as they came; borrowed */
    uint32_t packet_count;
    uint32_t payload_length; /* bytes put together: after the IP header, or after the IPv6
                                fragment header */
    uint8_t layer;           /* index of its IP layer in struct wb_decoded */
};

/* X(NAME, "name"): what a datagram in fragments may be complained of. */
#define WB_FRAGMENT_ANOMALIES(X)                                                              \
    X(OVERLAP, "fragment.overlap")                 /* overlapping bytes, all the same */      \
    X(OVERLAP_DIFFERS, "fragment.overlap_differs") /* two versions of the same bytes */       \
    X(TOO_LONG, "fragment.too_long")       /* beyond 65,535 bytes: "ping of death" */         \
    X(END_DIFFERS, "fragment.end_differs") /* two last fragments, or bytes beyond the last */ \
    X(LENGTH, "fragment.length")           /* empty, or no multiple of 8 and not the last */  \
    X(TINY, "fragment.tiny")               /* a first fragment without a whole TCP header, or \
                                              (IPv6) without all headers */                   \
    X(NESTED, "fragment.nested")           /* IPv6: of a fragment of the same packet */       \
    X(HEADER_ORDER, "fragment.header_order") /* IPv6: hop-by-hop options that are not first */ \
    X(TIMEOUT, "fragment.timeout")         /* it was never completed */                       \
    X(LIMIT, "fragment.limit")             /* given up for newer ones: max_datagrams */       \
    X(MEMORY_LIMIT, "fragment.memory_limit") /* given up: max_memory */

enum wb_fragment_anomaly_kind {
#define WB_FRAGMENT_ANOMALY(name, text) WB_FRAGMENT_ANOMALY_##name,
    WB_FRAGMENT_ANOMALIES(WB_FRAGMENT_ANOMALY)
#undef WB_FRAGMENT_ANOMALY
};

/* "fragment.overlap" and so on; "unknown" for another number. */
const char *wb_fragment_anomaly_name(unsigned kind);

struct wb_fragment_anomaly {
    uint8_t kind;       /* enum wb_fragment_anomaly_kind */
    uint8_t ip_version; /* 4 or 6 */
    uint8_t protocol;   /* IPv4: of the datagram; IPv6: what the fragment header names */
    uint8_t source[16], destination[16]; /* IPv4 in the first four bytes */
    uint32_t identification;
    int64_t time_ns;
    uint64_t packet;    /* wb_packet.number that brought it up; 0: none, time went by */
    uint32_t offset;    /* in the datagram's payload */
    uint32_t length;    /* bytes concerned */
    /* OVERLAP_DIFFERS: the two versions of the bytes at offset, from the first to the last
     * that differs; borrowed. Else NULL. */
    const uint8_t *kept, *rejected;
    uint32_t kept_length; /* of each */
};

/* 0 in a field means its default, which stands behind it. The policy for bytes that
 * overlap is that of struct wb_flow_options (overlap, targets), by destination. LINUX
 * gives up an IPv4 datagram with an overlap, as that kernel does since 4.20; for IPv6
 * RFC 5722 has every host do so, whatever the policy. A fragment whose bytes are all there
 * already is a duplicate and is left out by LINUX and for IPv6. */
struct wb_fragment_options {
    uint32_t max_datagrams; /* unfinished ones; 8192 */
    uint64_t max_memory;    /* bytes of all of them; 32 MiB */
    uint32_t timeout_ms;    /* from the first fragment that came; 30 s */
};

struct wb_fragment_stats {
    uint64_t fragments;              /* packets given to this stage */
    uint64_t datagrams;              /* ever begun */
    uint64_t active, active_peak;    /* unfinished */
    uint64_t completed;              /* put together: datagrams = completed + expired +
                                        evicted + discarded + active */
    uint64_t expired;                /* never completed in time */
    uint64_t evicted;                /* for newer ones, or for their memory */
    uint64_t discarded;              /* contradict themselves: overlap, end, too long */
    uint64_t duplicates;             /* fragments that brought nothing new */
    uint64_t overlaps_differing;     /* bytes */
    uint64_t ignored_malformed;      /* fragments: not whole, empty, odd length, checksum, or
                                        what a host refuses (the check IP of flow.h) */
    uint64_t dropped_memory_limit;   /* fragments for which there was no room */
    uint64_t memory_bytes, memory_peak;
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
