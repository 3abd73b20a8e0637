/* SPDX-License-Identifier: ISC
 *
 * Flows: TCP connections followed in both directions at once, each direction put
 * back into the order in which it was sent. What a consumer of a stream gets is
 * bytes or a gap: missing bytes are never filled in and never jumped over in
 * silence.
 */
#ifndef WIREBEAM_FLOW_H
#define WIREBEAM_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* One end of a flow. IPv4 addresses lie in the first four bytes. */
struct wb_endpoint {
    uint8_t address[16];
    uint16_t port;
};

/* Directions: CLIENT is what the opener of the connection sent. For a flow picked up
 * in mid-stream the sender of the first packet seen counts as the client, unless its
 * port is the lower one of the two and below 1024. */
enum wb_flow_direction {
    WB_FLOW_CLIENT = 0,
    WB_FLOW_SERVER = 1,
};

/* X(NAME, "name"): why a flow is over. */
#define WB_FLOW_ENDS(X)                                                       \
    X(NONE, "none")       /* it is not over */                                \
    X(CLOSED, "closed")   /* FIN from both sides */                           \
    X(RESET, "reset")     /* RST from either */                               \
    X(TIMEOUT, "timeout") /* no packet for the time that its state allows */  \
    X(EVICTED, "evicted") /* the flow table was full: the oldest had to go */ \
    X(REUSED, "reused")   /* a new SYN with the same addresses and ports */   \
    X(SHUTDOWN, "shutdown") /* the capture or the file ended */

enum wb_flow_end {
#define WB_FLOW_END(name, text) WB_FLOW_END_##name,
    WB_FLOW_ENDS(WB_FLOW_END)
#undef WB_FLOW_END
};

/* "closed" and so on; "unknown" for another number. */
const char *wb_flow_end_name(unsigned end);

/* What was seen of one direction. */
struct wb_flow_half {
    uint64_t packets;
    uint64_t wire_bytes;         /* of whole packets */
    uint64_t payload_bytes;      /* TCP payload, retransmissions included */
    bool syn_seen, fin_seen, rst_seen;
    uint64_t stream_bytes;       /* handed on in order: without gaps and repeats */
    uint64_t gap_bytes;          /* missing from the stream */
    uint32_t gaps;
    uint32_t retransmissions;    /* segments that brought only known bytes */
    uint32_t out_of_order;       /* segments that had to wait for an earlier one */
    uint32_t overlaps_differing; /* overlapping bytes that were not the same */
    uint64_t uncompared_bytes;   /* repeated, but the first version is no longer held */
    struct wb_endpoint endpoint; /* the sender */
};

#define WB_FLOW_TUNNELS_KEPT 2

/* A tunnel that a flow is in. */
struct wb_flow_tunnel {
    uint8_t kind;           /* enum wb_layer_kind, see wb_tunnel_read */
    bool has_id;
    uint8_t ip_version;     /* of the addresses around it; 0: there are none */
    uint32_t id;            /* in the flow's first packet: directions may differ */
    uint8_t address[2][16]; /* by enum wb_flow_direction; IPv4: the first four bytes */
};

struct wb_flow {
    uint64_t id;         /* unique in a run, never 0 */
    int64_t first_ns;    /* time of the first packet */
    void *user;          /* the consumer's own; NULL at the start */
    struct wb_flow_tunnel *tunnels; /* the innermost, at most WB_FLOW_TUNNELS_KEPT, outermost
                                       first; NULL where there are none */
    uint8_t ip_version;  /* 4 or 6 */
    uint8_t protocol;    /* 6: TCP */
    uint8_t vlan_count;  /* tags, at most two, are a part of the flow's key */
    bool midstream;      /* the capture began after the connection did */
    bool one_sided;      /* so far only one direction was seen */
    uint8_t end;         /* enum wb_flow_end */
    uint16_t vlan_ids[2];
    uint8_t tunnel_count; /* the tunnels around it are a part of the flow's key, too */
    int64_t last_ns;     /* time of the latest packet */
    void *engine;        /* the engine's own */
    struct wb_flow_half half[2]; /* by enum wb_flow_direction */
};

/* X(NAME, "name"): what a flow may complain of. */
#define WB_FLOW_ANOMALIES(X)                                                             \
    X(OVERLAP_DIFFERS, "tcp.overlap_differs") /* two versions of the same bytes */       \
    X(GAP, "tcp.gap")                         /* bytes missing from the stream */        \
    X(WINDOW_EXCEEDED, "tcp.window_exceeded") /* not believed: outside the window */        \
    X(BUFFER_LIMIT, "tcp.buffer_limit")       /* out-of-order bytes of one direction */  \
    X(MEMORY_LIMIT, "tcp.memory_limit")       /* out-of-order bytes of all flows */      \
    X(FLOW_LIMIT, "flow.limit")               /* the table is full, one was evicted */   \
    X(SYN_DATA_CHANGED, "tcp.syn_differs")    /* a second SYN with another sequence */   \
    X(DATA_AFTER_FIN, "tcp.data_after_fin")   /* beyond the end that FIN named */

enum wb_flow_anomaly_kind {
#define WB_FLOW_ANOMALY(name, text) WB_FLOW_ANOMALY_##name,
    WB_FLOW_ANOMALIES(WB_FLOW_ANOMALY)
#undef WB_FLOW_ANOMALY
};

/* "tcp.gap" and so on; "unknown" for another number. */
const char *wb_flow_anomaly_name(unsigned kind);

struct wb_flow_anomaly {
    uint8_t kind;      /* enum wb_flow_anomaly_kind */
    uint8_t direction; /* enum wb_flow_direction */
    int64_t time_ns;
    uint64_t offset;   /* in the stream of that direction */
    uint64_t length;   /* bytes concerned */
    /* OVERLAP_DIFFERS: both versions of these bytes, from the first to the last that differs,
     * but at most WB_FLOW_DIFFERENCE_MAX; borrowed during the call. Else NULL. */
    const uint8_t *kept, *rejected;
    uint32_t kept_length; /* of each */
};

#define WB_FLOW_DIFFERENCE_MAX 65536

/* X(NAME, "name"): whose bytes a receiver keeps where two segments bring different ones
 * for the same place, unless these were handed on already. Named after receivers as
 * measured by Novak and Sturges, "Target-Based TCP Stream Reassembly" (2007); the new
 * segment's bytes are kept where it */
#define WB_OVERLAP_POLICIES(X)                                                            \
    X(DEFAULT, "default") /* that of the option: LINUX */                                 \
    X(FIRST, "first")     /* never */                                                     \
    X(LAST, "last")       /* always */                                                    \
    X(BSD, "bsd")         /* begins before the old one */                                 \
    X(BSD_RIGHT, "bsd-right") /* begins with or after the old one */                      \
    X(LINUX, "linux")     /* begins before, or with it and ends after; one that begins    \
                             where another ends becomes a part of it: Linux of today */   \
    X(WINDOWS, "windows") /* as BSD; of fragments: begins before and ends after */        \
    X(SOLARIS, "solaris") /* ends after, or ends with it and does not begin after */

enum wb_overlap_policy {
#define WB_OVERLAP_POLICY(name, text) WB_OVERLAP_##name,
    WB_OVERLAP_POLICIES(WB_OVERLAP_POLICY)
#undef WB_OVERLAP_POLICY
};

/* "linux" and so on; "unknown" for another number. */
const char *wb_overlap_policy_name(unsigned policy);

/* The policy of that name, or WB_OVERLAP_DEFAULT where there is none. */
enum wb_overlap_policy wb_overlap_policy_find(const char *name);

/* The policy of the receivers in a network; of several, the longest prefix counts, and of
 * equal ones the last. */
struct wb_flow_target {
    uint8_t address[16];   /* IPv4 in the first four bytes */
    uint8_t ip_version;    /* 4 or 6 */
    uint8_t prefix_length; /* bits of address that count */
    enum wb_overlap_policy policy;
};

/* 0 in a field means its default, which stands behind it. */
struct wb_flow_options {
    uint32_t max_flows;                /* 262144 */
    uint32_t max_buffer_per_direction; /* out-of-order bytes; 4 MiB; under LINUX up to a
                                          fifth more for their order */
    uint64_t max_buffer_total;         /* out-of-order bytes of all flows; 256 MiB */
    uint32_t max_history_per_direction; /* bytes handed on, to compare repetitions with;
                                           64 KiB */
    uint64_t max_history_total;        /* the same of all flows; 64 MiB */
    uint32_t opening_timeout_ms;       /* handshake not finished; 30 s */
    uint32_t established_timeout_ms;   /* idle; 300 s */
    uint32_t closing_timeout_ms;       /* closed or reset, late packets; 10 s */
    uint32_t gap_wait_ms;              /* bytes that the receiver has acknowledged but
                                          that did not come are a gap after; 100 ms */
    enum wb_overlap_policy overlap;    /* of receivers that no target names; LINUX */
    const struct wb_flow_target *targets; /* copied by who opens; NULL */
    uint32_t target_count;
    bool skip_midstream;               /* leave out flows without a SYN; false */
};

struct wb_flow_stats {
    uint64_t packets;         /* TCP packets given to the stage; fragments are not, but the
                                 datagrams that were put together from them are */
    uint64_t flows;           /* ever begun */
    uint64_t flows_midstream; /* of those */
    uint64_t flows_active, flows_peak;
    uint64_t ended[WB_FLOW_END_SHUTDOWN + 1]; /* by enum wb_flow_end */
    uint64_t stream_bytes, gap_bytes, gaps;
    uint64_t retransmissions, out_of_order, overlaps_differing, uncompared_bytes;
    uint64_t buffered_bytes, buffered_peak; /* out-of-order bytes held */
    uint64_t history_bytes, history_peak;   /* bytes held to compare repetitions with */
    uint64_t dropped_buffer_limit, dropped_memory_limit; /* bytes not held by limits */
    uint64_t ignored_midstream;  /* packets of flows that skip_midstream left out */
    uint64_t ignored_window;     /* segments, RSTs and ACKs that were not believed */
    uint64_t ignored_late;       /* packets of flows that are over */
    uint64_t ignored_malformed;  /* packets whose TCP header could not be read */
    uint64_t memory_bytes, memory_peak; /* all that the stage holds */
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
