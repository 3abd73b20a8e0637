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
    uint64_t wire_bytes;    /* of whole packets */
    uint64_t payload_bytes; /* TCP payload, retransmissions included */
};

/* What became of it in order. */
struct wb_flow_stream {
    uint64_t bytes;              /* handed on in order: without gaps and repeats */
    uint64_t gap_bytes;          /* missing from the stream */
    uint64_t uncompared_bytes;   /* repeated, but the first version is no longer held */
    uint32_t gaps;
    uint32_t retransmissions;    /* segments that brought only known bytes */
    uint32_t out_of_order;       /* segments that had to wait for an earlier one */
    uint32_t overlaps_differing; /* overlapping bytes that were not the same */
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

/* Arrays of two are by enum wb_flow_direction. */
struct wb_flow {
    int64_t last_ns;     /* time of the latest packet */
    struct wb_flow_half half[2];
    bool syn_seen[2], fin_seen[2], rst_seen[2];
    bool midstream;      /* the capture began after the connection did */
    bool one_sided;      /* so far only one direction was seen */
    struct wb_flow_stream stream[2];
    void *user;          /* the consumer's own; NULL at the start */
    void *engine;        /* the engine's own */
    uint64_t id;         /* unique in a run, never 0 */
    int64_t first_ns;    /* time of the first packet */
    uint8_t ip_version;  /* 4 or 6 */
    uint8_t protocol;    /* 6: TCP */
    uint8_t end;         /* enum wb_flow_end */
    uint8_t tunnel_count; /* the tunnels around it are a part of the flow's key */
    uint8_t vlan_count;  /* tags, at most two, are a part of it, too */
    uint16_t vlan_ids[2];
    struct wb_endpoint endpoint[2]; /* the sender of that direction */
    struct wb_flow_tunnel *tunnels; /* the innermost, at most WB_FLOW_TUNNELS_KEPT, outermost
                                       first; NULL where there are none */
};

/* X(NAME, "name"): what a flow may complain of. */
#define WB_FLOW_ANOMALIES(X)                                                             \
    X(OVERLAP_DIFFERS, "tcp.overlap_differs") /* two versions of the same bytes */       \
    X(GAP, "tcp.gap")                         /* bytes missing from the stream */        \
    X(WINDOW_EXCEEDED, "tcp.window_exceeded") /* not believed: outside the window */        \
    X(BUFFER_LIMIT, "tcp.buffer_limit")       /* out-of-order bytes of one direction */  \
    X(MEMORY_LIMIT, "tcp.memory_limit")       /* the same of all flows, or a hole */     \
    X(FLOW_LIMIT, "flow.limit")               /* the table is full, one was evicted */   \
    X(SYN_DATA_CHANGED, "tcp.syn_differs")    /* a second SYN with another sequence */   \
    X(DATA_AFTER_FIN, "tcp.data_after_fin")   /* beyond the end that FIN named */        \
    X(CHECKSUM, "tcp.checksum")               /* not believed: a wrong checksum */       \
    X(TIMESTAMP, "tcp.timestamp")             /* not believed: an old timestamp */       \
    X(ACK_INVALID, "tcp.ack_invalid")         /* not believed: no ACK, or an old one */  \
    X(RESET_IGNORED, "tcp.reset_ignored")     /* a RST that its receiver ignores */      \
    X(SYN_IGNORED, "tcp.syn_ignored")         /* a SYN in an established connection */   \
    X(SUSPECT_VOUCHED, "tcp.suspect_vouched") /* bytes that were not believed, but       \
                                                 acknowledged, and came only so */       \
    X(SUSPECT_LIMIT, "tcp.suspect_limit")     /* bytes not believed were not kept */     \
    X(IP_REFUSED, "tcp.ip_refused")           /* not believed: its receiver's IP drops it */ \
    X(URGENT, "tcp.urgent")                   /* an urgent byte was left out of the stream */

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
     * but at most WB_FLOW_DIFFERENCE_MAX; borrowed during the call. URGENT: rejected is the byte
     * that would have come at offset, or NULL where the capture lacks it. Else NULL. */
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

/* X(NAME, "name"): what a receiver checks. Each is made as Linux does it, as far as a capture
 * tells; what Linux would drop is kept apart, and handed on only where the receiver has
 * acknowledged it and nothing else brought it: then the capture has missed something. URGENT
 * drops no segment: the urgent byte is left out of the stream, and counts in no offset. */
#define WB_FLOW_CHECKS(X)                                                                 \
    X(WINDOW, "window")         /* data begins within the window (RFC 9293, 3.10.7.4) */  \
    X(TIMESTAMPS, "timestamps") /* not older than the last (RFC 7323, 5) */               \
    X(CHECKSUM, "checksum")     /* right, once that direction has shown a right one */    \
    X(RESET, "reset")           /* a RST names the next byte (RFC 5961, 3.2) */           \
    X(SYN, "syn")               /* none in an established connection (RFC 5961, 4.2); what    \
                                   it brings counts once it is acknowledged (RFC 7413) */ \
    X(ACK, "ack")               /* there is one, and it is not too old (RFC 5961, 5.2) */ \
    X(IP, "ip")                 /* what is around it: IP header, options, extension headers */ \
    X(URGENT, "urgent")         /* the urgent byte is not in the stream (RFC 6093, 2.2), as   \
                                   without SO_OOBINLINE */

enum wb_flow_check {
#define WB_FLOW_CHECK(name, text) WB_FLOW_CHECK_##name,
    WB_FLOW_CHECKS(WB_FLOW_CHECK)
#undef WB_FLOW_CHECK
        WB_FLOW_CHECK_COUNT
};

/* "window" and so on; "unknown" for another number. */
const char *wb_flow_check_name(unsigned check);

/* 0 in a field means its default, which stands behind it. */
struct wb_flow_options {
    uint32_t max_flows;                /* 262144 */
    uint32_t max_buffer_per_direction; /* out-of-order bytes; 4 MiB; under LINUX up to a
                                          fifth more for their order */
    uint64_t max_buffer_total;         /* out-of-order bytes of all flows; 256 MiB */
    uint32_t max_history_per_direction; /* bytes handed on, to compare repetitions with;
                                           64 KiB */
    uint64_t max_history_total;        /* the same of all flows; 64 MiB */
    uint32_t max_suspect_per_direction; /* bytes not believed, but kept; 1 MiB */
    uint64_t max_suspect_total;         /* the same of all flows; 64 MiB */
    uint32_t lenient;                  /* checks that are not made: bits of 1 <<
                                          enum wb_flow_check; none */
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
    uint64_t given_up_memory_limit; /* holes that had to become gaps: max_buffer_total */
    uint64_t ignored_midstream;  /* packets of flows that skip_midstream left out */
    /* Segments that were not believed, by check. */
    uint64_t ignored_window, ignored_timestamp, ignored_checksum;
    uint64_t ignored_reset, ignored_syn, ignored_ack, ignored_ip;
    uint64_t urgent_bytes;       /* left out of the streams */
    uint64_t checksum_untrusted; /* wrong, but believed: no right one in that direction yet */
    /* Bytes of such segments: kept, of those handed on since the receiver had acknowledged
     * them, of those dropped, not even kept; kept now and at most. */
    uint64_t suspects_held, suspects_vouched, suspects_dropped, dropped_suspect_limit;
    uint64_t suspect_bytes, suspect_peak;
    uint64_t ignored_late;       /* packets of flows that are over */
    uint64_t ignored_malformed;  /* packets whose TCP header could not be read */
    uint64_t memory_bytes, memory_peak; /* all that the stage holds */
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
