/* SPDX-License-Identifier: ISC
 *
 * The flow table from the inside, shared by table.c (which flow a packet belongs to,
 * when a flow begins and ends) and tcp.c (what a segment means for its flow).
 *
 * A flow's life:
 *
 *     OPENING ----> ESTABLISHED ----> CLOSING ----> OVER ----> gone
 *     SYN seen      both sides or     both FINs     told as ended; its entry waits
 *                   data seen         seen, bytes   for late packets, so that they
 *                                     missing       do not begin a flow of their own
 *
 * Each state has its queue for expiry, in the order of the time of entry. A flow in use
 * is put at the end again only when it has used up an eighth of its time: a packet of
 * a busy flow touches no other flow's memory.
 *
 * The table is an array of slots with linear probing, at most half of them in use. A slot
 * holds 32 bits of the hash, which are both its place and its proof, and the number of the
 * flow: looking a flow up touches one cache line of the array and then the flow itself.
 */
#ifndef WB_FLOW_TABLE_H
#define WB_FLOW_TABLE_H

#include <assert.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/list.h"
#include "base/pool.h"
#include "base/slab.h"
#include "flow/flow.h"
#include "flow/history.h"
#include "flow/host.h"
#include "flow/key.h"
#include "flow/policy.h"
#include "flow/queue.h"
#include "flow/suspect.h"

enum wb__flow_state {
    WB__FLOW_OPENING,
    WB__FLOW_ESTABLISHED,
    WB__FLOW_CLOSING,
    WB__FLOW_OVER,
    WB__FLOW_STATES,
};

/* One direction: what its sender has sent and its receiver has acknowledged. First what
 * every packet of either direction needs, to the first word of the queue. */
struct wb__half {
    _Alignas(64)             /* a line of the cache */
    uint32_t next;           /* the sequence number that comes next */
    uint32_t acknowledged;   /* by the receiver, as far as seen */
    uint32_t window;         /* that the receiver last advertised, in bytes */
    uint32_t start;          /* the sequence number of offset 0 */
    uint8_t window_shift;    /* of the windows that this SENDER advertises */
    bool is_seen;            /* the capture has packets of this direction */
    bool is_known;           /* next is */
    bool is_acknowledged;    /* acknowledged is */
    bool has_fin;            /* a FIN was taken, though bytes before it may be missing */
    bool has_far;            /* far is */
    bool has_hole;           /* hole_since_ns is */
    bool has_ended;          /* half_end was told: the FIN comes next */
    /* What its receiver checks by. */
    bool has_window_scale;   /* its SYN had the option */
    bool has_timestamps;     /* its SYN had the option, or what was seen instead */
    bool has_right_checksum; /* one was seen */
    bool has_begun_checksum; /* one that offload has yet to finish was taken */
    bool has_edge;           /* edge is */
    bool has_right_header;   /* an IPv4 header with a right checksum was seen */
    bool has_urgent;         /* a byte that did not come yet is urgent: wb__flow.urgent */
    uint8_t lenient;         /* checks that its receiver does not make: it took what failed */
    uint32_t edge;           /* the right edge of the window, where the scale is known */
    uint32_t ts_recent;      /* RFC 7323, 4.3; 0: none */
    uint32_t ts_recent_s;    /* when that came, in seconds */
    struct wb__suspects *suspects; /* or NULL */
    struct wb__queue queue;  /* what came early */
    uint64_t offset;         /* of next: bytes since start, urgent ones included */
    struct wb__history *history; /* what was handed on and copied, or NULL */
    uint32_t far;            /* of the last segment that was too far ahead to believe */
    uint32_t piece;          /* the number of the last one that was noted, or 0 */
    int64_t hole_since_ns;   /* since when something acknowledged is missing at next */
};

/* Among a million flows the cache lines that a packet touches are what it costs: those of
 * the key, of the first words of both halves, of what the public part has of both
 * directions together with the first words of one, and of those of the other. Fields are
 * ordered so that each of these is one line. */
struct wb__flow {
    int64_t queued_ns;
    uint32_t number;         /* in the pool */
    uint32_t candidate;
    uint8_t state;           /* enum wb__flow_state */
    bool has_doubtful_reset; /* a RST that may have ended it; nothing came since */
    bool has_candidate;      /* a second SYN came: candidate is its sequence number */
    uint8_t policy[2];       /* enum wb_overlap_policy, of who receives that direction */
    struct wb__flow_key key; /* is_swapped: the client is the key's second end */
    struct wb__link queue;   /* of its state */
    struct wb_flow public;
    uint32_t urgent[2];      /* the sequence number of an urgent byte, where half.has_urgent */
    struct wb__half half[2]; /* by enum wb_flow_direction */
};

#define WB__LINE_BYTES 64
#define WB__IS_IN_LINE(field, bytes) \
    (offsetof(struct wb__flow, field) % WB__LINE_BYTES + (bytes) <= WB__LINE_BYTES)
#define WB__HALF_BYTES (offsetof(struct wb__half, queue) + sizeof(void *))
#define WB__PUBLIC_BYTES (offsetof(struct wb_flow, half) - offsetof(struct wb_flow, ip_version))
#define WB__PUBLIC_HALF_BYTES offsetof(struct wb_flow_half, stream_bytes)
static_assert(WB__IS_IN_LINE(half[0], WB__HALF_BYTES) && WB__IS_IN_LINE(half[1], WB__HALF_BYTES) &&
                  WB__IS_IN_LINE(public.ip_version, WB__PUBLIC_BYTES + WB__PUBLIC_HALF_BYTES) &&
                  WB__IS_IN_LINE(public.half[1], WB__PUBLIC_HALF_BYTES),
              "a packet touches more lines of its flow than wb__flow_table_fetch brings");

/* A flow's place in the table. */
struct wb__slot {
    uint32_t tag;             /* the low bits of the hash */
    uint32_t is_swapped : 1;  /* as in the flow's key */
    uint32_t number : 31;     /* of the flow; 0: the slot is free */
};

struct wb__flow_table {
    struct wb_flow_options options;
    struct wb__flow_events events;
    void *context;
    struct wb__hash_key key;
    struct wb__slot *slots;
    uint64_t slot_mask;
    struct wb__pool flows;
    struct wb__slab tunnels; /* of the flows that are in one */
    struct wb__budget flows_memory;
    struct wb__queue_memory memory;
    struct wb__histories histories;
    struct wb__suspect_store suspects;
    struct wb__targets targets;
    struct wb__link states[WB__FLOW_STATES];
    int64_t timeouts_ns[WB__FLOW_STATES];
    int64_t gap_wait_ns;
    int64_t next_expiry_ns; /* nothing is due before */
    uint64_t entries;       /* flows and those that are OVER */
    uint64_t last_id;
    struct wb_flow_stats stats;
};

/* One TCP segment, its header taken apart. */
struct wb__tcp_segment {
    uint32_t sequence, acknowledgment, window;
    uint16_t flags, urgent_pointer;
    const uint8_t *payload;
    uint32_t length;   /* of the payload, as sent */
    uint32_t captured; /* of the payload, at payload */
    const uint8_t *options;
    uint32_t options_length;
    uint8_t checksum;  /* enum wb_checksum_state; asked only for what moves the stream on */
    uint8_t host;      /* enum wb__host_verdict */
    bool has_timestamp;
    uint32_t timestamp; /* of who sent it (RFC 7323, 3.2: TSval) */
    int64_t time_ns;
};

/* Does it take room in the order of sequence numbers, or point to a place there? */
static inline bool wb__is_ordered(const struct wb__tcp_segment *segment)
{
    return segment->length > 0 || segment->flags & (WB_TCP_SYN | WB_TCP_FIN | WB_TCP_URG);
}

/* How far a direction's stream has come: what was handed on of it, and what is missing. */
static inline uint64_t wb__flow_offset(const struct wb__flow *flow,
                                       enum wb_flow_direction direction)
{
    const struct wb_flow_half *half = &flow->public.half[direction];
    return half->stream_bytes + half->gap_bytes;
}

/* What was acknowledged or handed on, whichever is further. */
static inline uint32_t wb__half_furthest(const struct wb__half *half)
{
    bool is_ahead =
        half->is_acknowledged && wb__sequence_distance(half->next, half->acknowledged) > 0;
    return is_ahead ? half->acknowledged : half->next;
}

/* What the segment means for its flow; may end it. */
void wb__tcp_segment(struct wb__flow_table *table, struct wb__flow *flow,
                     enum wb_flow_direction direction, const struct wb__tcp_segment *segment);

/* Does a SYN without ACK begin a new connection in place of this flow's? */
bool wb__tcp_is_reuse(struct wb__flow *flow, enum wb_flow_direction direction,
                      const struct wb__tcp_segment *segment);

/* Hands on all that is queued, with its gaps: nothing more will come. */
void wb__tcp_flush(struct wb__flow_table *table, struct wb__flow *flow, int64_t time_ns);

void wb__flow_set_state(struct wb__flow_table *table, struct wb__flow *flow,
                        enum wb__flow_state state, int64_t now_ns);

/* Tells the end of a flow; its entry stays as OVER. */
void wb__flow_end(struct wb__flow_table *table, struct wb__flow *flow, enum wb_flow_end end,
                  int64_t now_ns);

void wb__flow_tell_anomaly(struct wb__flow_table *table, struct wb__flow *flow,
                           const struct wb_flow_anomaly *anomaly);

#endif
