/* SPDX-License-Identifier: ISC
 *
 * One datagram that comes in fragments: what is there of it, what contradicts itself, and
 * when it is whole. Shared by datagram.c (the rules of one) and fragment.c (the table).
 *
 * Two ways of taking bytes. Where an overlap is the end of a datagram (IPv6, RFC 5722;
 * Linux for IPv4 too), the runs of bytes that are there are kept, since a fragment that
 * lies within one run is a mere duplicate. Everywhere else the queue's policy decides
 * whose bytes stay.
 */
#ifndef WB_FLOW_DATAGRAM_H
#define WB_FLOW_DATAGRAM_H

#include <wirebeam/decode.h>
#include <wirebeam/fragment.h>

#include "base/list.h"
#include "flow/queue.h"

#define WB__DATAGRAM_MAX 65535          /* bytes, IP header included */
#define WB__DATAGRAM_UNITS 8192         /* of 8 bytes, in which fragments are counted */
#define WB__DATAGRAM_HEADERS_MAX 512    /* bytes kept from before the payload */
#define WB__DATAGRAM_KEY_WORDS 6

/* Which units are there, and which of these begin a run. A fragment that begins where the
 * furthest one ended goes on with its run, any other begins one of its own. */
struct wb__runs {
    uint64_t present[WB__DATAGRAM_UNITS / 64];
    uint64_t begins[WB__DATAGRAM_UNITS / 64];
};

/* A fragment, its header taken apart. */
struct wb__fragment {
    uint32_t offset, length; /* of its payload, in the datagram's */
    const uint8_t *bytes;
    bool more_fragments;
    bool lacks_headers; /* the first fragment of an IPv6 packet, without all of them */
    uint8_t ip_version, protocol;
    uint32_t identification;
    uint8_t ip_layer;        /* index of the IP4 or IP6 layer */
    uint32_t headers_length; /* bytes of the packet before the payload, without the IPv6
                                fragment header */
    uint32_t ip_offset;      /* of the IP header in the packet */
    uint32_t link_offset;    /* of the byte that names the protocol: IPv6, the last next header
                                field before the fragment header */
};

struct wb__datagram {
    struct wb__datagram *chain; /* the next one in the same bucket */
    struct wb__link age;        /* of all, in the order of their first fragments */
    uint64_t hash;
    uint64_t key[WB__DATAGRAM_KEY_WORDS];
    uint8_t key_count;
    uint8_t ip_version, protocol, ip_layer;
    uint8_t source[16], destination[16];
    uint32_t identification;
    int64_t begun_ns;
    struct wb__queue queue;
    struct wb__runs *runs;  /* NULL: the policy decides */
    uint8_t policy;         /* enum wb_overlap_policy; FIRST with runs */
    bool has_last;          /* length is the end */
    uint32_t length;        /* the furthest end of a fragment */
    uint32_t stored;        /* bytes that are there */
    uint8_t *headers;       /* of the first fragment; NULL before it came */
    uint32_t headers_length, ip_offset, link_offset;
    uint8_t ip6_protocol;   /* what the first fragment's fragment header names */
    uint64_t *packets;
    uint32_t packet_count, packet_capacity;
};

/* What became of a fragment. */
enum wb__fragment_verdict {
    WB__FRAGMENT_TAKEN,
    WB__FRAGMENT_DUPLICATE, /* all of it was there */
    WB__FRAGMENT_IGNORED,   /* it is wrong, the datagram goes on without it */
    WB__FRAGMENT_DISCARDED, /* the datagram contradicts itself */
    WB__FRAGMENT_NO_MEMORY,
};

/* Puts a fragment's bytes where they belong. *complaint is an enum
 * wb_fragment_anomaly_kind, or -1; *result says what differed. */
enum wb__fragment_verdict wb__datagram_take(struct wb__datagram *datagram,
                                            struct wb__queue_memory *memory,
                                            const struct wb__fragment *fragment, int *complaint,
                                            struct wb__queue_result *result);

static inline bool wb__datagram_is_whole(const struct wb__datagram *datagram)
{
    return datagram->has_last && datagram->headers && datagram->stored == datagram->length;
}

static inline uint32_t wb__datagram_whole_length(const struct wb__datagram *datagram)
{
    return datagram->headers_length + datagram->length;
}

/* Writes the packet that it makes: wb__datagram_whole_length bytes. */
void wb__datagram_write(const struct wb__datagram *datagram, uint8_t *packet);

#endif
