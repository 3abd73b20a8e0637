/* SPDX-License-Identifier: ISC
 *
 * The flow table from the inside, shared by table.c (which flow a packet belongs to,
 * when a flow begins and ends), tcp.c (what a segment means for its flow), stream.c (how
 * a direction's stream goes on) and hole.c (what is missing in it).
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

/* One direction: what its sender has sent and its receiver has acknowledged. */
struct wb__half {
    uint32_t next;         /* the sequence number that comes next */
    uint32_t acknowledged; /* by the receiver, as far as seen */
    uint32_t window;       /* that the receiver last advertised, in bytes */
    uint32_t edge;         /* the right edge of the window, where the scale is known */
    uint32_t start;        /* the sequence number of offset 0 */
    uint32_t ts_recent;    /* RFC 7323, 4.3; 0: none */
    uint32_t ts_recent_s;  /* when that came, in seconds */
    uint8_t lenient;       /* checks that its receiver does not make: it took what failed */
    uint8_t window_shift : 4;     /* of the windows that this SENDER advertises */
    bool is_server : 1;           /* which of the two it is: enum wb_flow_direction */
    bool is_seen : 1;             /* the capture has packets of this direction */
    bool is_known : 1;            /* next is */
    bool is_acknowledged : 1;     /* acknowledged is */
    bool is_waited_for : 1;       /* early bytes or suspects may be there; without, none are */
    bool has_fin : 1;             /* one was taken, though bytes before it may be missing */
    bool has_ended : 1;           /* half_end was told: the FIN comes next */
    bool has_far : 1;             /* far is */
    bool has_hole : 1;            /* hole_since_ns is */
    bool has_window_scale : 1;    /* its SYN had the option */
    bool has_timestamps : 1;      /* its SYN had the option, or what was seen instead */
    bool has_right_checksum : 1;  /* one was seen */
    bool has_begun_checksum : 1;  /* one that offload has yet to finish was taken */
    bool has_edge : 1;            /* edge is */
    bool has_right_header : 1;    /* an IPv4 header with a right checksum was seen */
    bool has_urgent : 1;          /* a byte that did not come yet is urgent: urgent */
};

/* The bytes of one direction: what only those packets need that bring some. */
struct wb__stream {
    uint64_t offset;               /* of next: bytes since start, urgent ones included */
    uint32_t piece;                /* the number of the last one that was noted */
    uint32_t pass;                 /* of wb__histories, in which it was last looked at */
    struct wb__history *history;   /* what was handed on and copied, or NULL */
    struct wb__suspects *suspects; /* or NULL */
    struct wb__queue queue;        /* what came early */
    int64_t hole_since_ns;         /* since when something acknowledged is missing at next */
    uint32_t far;                  /* of the last segment that was too far ahead to believe */
    uint32_t urgent;               /* the sequence number of the urgent byte */
};

/* Among a million flows the cache lines that a packet touches are what it costs. For one
 * without data these are the first three: who it is, both halves, and what is counted. */
struct wb__flow {
    _Alignas(64) uint64_t key[WB__FLOW_KEY_WORDS]; /* as in struct wb__flow_key */
    int64_t queued_ns;
    uint32_t number;             /* in the pool */
    uint8_t state;               /* enum wb__flow_state */
    uint8_t policy[2];           /* enum wb_overlap_policy, of who receives that direction */
    bool is_swapped : 1;         /* the client is the key's second end */
    bool has_doubtful_reset : 1; /* a RST that may have ended it; nothing came since */
    bool has_candidate : 1;      /* a second SYN came: candidate is its sequence number */
    struct wb__half half[2];     /* by enum wb_flow_direction */
    struct wb_flow public;
    struct wb__stream stream[2];
    struct wb__link queue;       /* of its state */
    uint32_t candidate;
};

#define WB__LINE_BYTES 64
static_assert(offsetof(struct wb__flow, half) == WB__LINE_BYTES &&
                  offsetof(struct wb__flow, public) == 2 * WB__LINE_BYTES &&
                  offsetof(struct wb_flow, stream) == WB__LINE_BYTES,
              "a packet touches more lines of its flow than wb__flow_table_fetch brings");

static inline struct wb__stream *wb__stream_of(const struct wb__half *half)
{
    const struct wb__half *first = half - half->is_server;
    return &wb__container(first, struct wb__flow, half)->stream[half->is_server];
}

/* The first segment that came early, or NULL. */
static inline const struct wb__segment *wb__first_early(const struct wb__half *half)
{
    return half->is_waited_for ? wb__stream_of(half)->queue.first : NULL;
}

/* A flow's place in the table. */
struct wb__slot {
    uint32_t tag;    /* the low bits of the hash */
    uint32_t number; /* of the flow; 0: the slot is free */
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
    const struct wb_flow_stream *stream = &flow->public.stream[direction];
    return stream->bytes + stream->gap_bytes;
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

void wb__flow_set_state(struct wb__flow_table *table, struct wb__flow *flow,
                        enum wb__flow_state state, int64_t now_ns);

/* Tells the end of a flow; its entry stays as OVER. */
void wb__flow_end(struct wb__flow_table *table, struct wb__flow *flow, enum wb_flow_end end,
                  int64_t now_ns);

/* Tells an anomaly: what where says of it, and its kind and direction. */
void wb__flow_tell(struct wb__flow_table *table, struct wb__flow *flow,
                   enum wb_flow_direction direction, enum wb_flow_anomaly_kind kind,
                   const struct wb_flow_anomaly *where);

#endif
