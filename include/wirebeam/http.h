/* SPDX-License-Identifier: ISC
 *
 * HTTP/1.0 and HTTP/1.1 transactions (RFC 9110, RFC 9112) as found in streams: a
 * request, its response, and a verdict: complete, or what is missing and why.
 */
#ifndef WIREBEAM_HTTP_H
#define WIREBEAM_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Bytes that belong to somebody else. Not NUL-terminated; may hold any byte. */
struct wb_slice {
    const char *data;
    uint32_t length;
};

/* A field line. Value without leading and trailing white space; an obs-fold (RFC
 * 9112, 5.2) inside it stays as it was on the wire. */
struct wb_http_header {
    struct wb_slice name, value;
};

enum wb_http_side {
    WB_HTTP_REQUEST = 0,
    WB_HTTP_RESPONSE = 1,
};

/* X(NAME, "name"): how the length of a body is known (RFC 9112, 6.3). */
#define WB_HTTP_FRAMINGS(X)                                             \
    X(NONE, "none")                                                     \
    X(LENGTH, "content-length")                                         \
    X(CHUNKED, "chunked")                                               \
    X(CLOSE, "close")  /* until the connection ends */                  \
    X(TUNNEL, "tunnel") /* CONNECT or Upgrade: opaque from here on */

enum wb_http_framing {
#define WB_HTTP_FRAMING(name, text) WB_HTTP_FRAMING_##name,
    WB_HTTP_FRAMINGS(WB_HTTP_FRAMING)
#undef WB_HTTP_FRAMING
};

const char *wb_http_framing_name(unsigned framing);

/* Missing bytes of a message: offset counts the wire bytes of the message before. */
struct wb_http_gap {
    uint64_t offset, length;
};
#define WB_HTTP_GAPS_KEPT 8 /* further ones are only counted */

struct wb_http_message {
    bool seen;                  /* its head was seen and understood */
    uint8_t version;            /* 9, 10, 11 for HTTP/0.9, 1.0, 1.1 */
    uint8_t framing;            /* enum wb_http_framing */
    bool ended;                 /* its last byte was seen */
    uint16_t status;            /* responses; 0 where the wire has none */
    uint16_t interim_status;    /* the last 1xx before it, or 0 */
    struct wb_slice method, target; /* requests */
    struct wb_slice reason;         /* responses */
    const struct wb_http_header *headers;
    uint32_t header_count;
    const struct wb_http_header *trailers; /* RFC 9110, 6.5 */
    uint32_t trailer_count;
    struct wb_slice head;       /* as on the wire, with its empty line */
    uint64_t content_length;    /* framing LENGTH only */
    uint64_t body_bytes;        /* seen so far, chunked coding removed */
    uint64_t wire_bytes;        /* seen so far: head, framing, body, trailers */
    int64_t first_ns, last_ns;  /* packet times of its first and last bytes */
    uint32_t gap_count;
    uint64_t gap_bytes;
    struct wb_http_gap gaps[WB_HTTP_GAPS_KEPT];
};

/* X(NAME, bit, "name"): why a transaction is not complete. */
#define WB_HTTP_MISSINGS(X)                                                              \
    X(REQUEST, 0, "request_not_seen")                                                    \
    X(RESPONSE, 1, "response_not_seen")                                                  \
    X(REQUEST_GAP, 2, "gap_in_request")                                                  \
    X(RESPONSE_GAP, 3, "gap_in_response")                                                \
    X(REQUEST_CUT, 4, "request_cut_off")     /* the stream ended before it did */        \
    X(RESPONSE_CUT, 5, "response_cut_off")                                               \
    X(CAPTURE_END, 6, "capture_ended")       /* in progress when the capture ended */    \
    X(FLOW_RESET, 7, "connection_reset")                                                 \
    X(FLOW_TIMEOUT, 8, "connection_timed_out")                                           \
    X(LIMIT, 9, "limit_reached")             /* a head or a queue beyond its limit */    \
    X(MALFORMED, 10, "malformed")            /* not parsed to its end */

enum wb_http_missing {
#define WB_HTTP_MISSING(name, bit, text) WB_HTTP_MISSING_##name = 1 << (bit),
    WB_HTTP_MISSINGS(WB_HTTP_MISSING)
#undef WB_HTTP_MISSING
};

const char *wb_http_missing_name(unsigned bit);

/* X(NAME, "name"): readings on which two receivers may differ, and limits. */
#define WB_HTTP_ANOMALIES(X)                                                               \
    X(LENGTH_AND_CHUNKED, "http.content_length_and_transfer_encoding") /* 9112, 6.1 */     \
    X(LENGTHS_DIFFER, "http.content_lengths_differ")                   /* 9112, 6.3 */     \
    X(LENGTH_INVALID, "http.content_length_invalid")                   /* 9112, 6.3 */     \
    X(CODING_UNKNOWN, "http.transfer_coding_unknown")                  /* 9112, 6.1 */     \
    X(CHUNKED_NOT_LAST, "http.chunked_not_last")                       /* 9112, 6.1 */     \
    X(CHUNKED_IN_1_0, "http.chunked_in_http_1_0")                      /* 9112, 6.1 */     \
    X(CHUNK_INVALID, "http.chunk_invalid")                             /* 9112, 7.1 */     \
    X(OBS_FOLD, "http.obs_fold")                                       /* 9112, 5.2 */     \
    X(BARE_LF, "http.bare_lf")                                         /* 9112, 2.2 */     \
    X(BARE_CR, "http.bare_cr")                                         /* 9112, 2.2 */     \
    X(SPACE_BEFORE_COLON, "http.space_before_colon")                   /* 9112, 5.1 */     \
    X(HEADER_INVALID, "http.header_invalid")                           /* 9112, 5 */       \
    X(NUL_IN_HEAD, "http.nul_in_head")                                 /* 9110, 5.5 */     \
    X(START_LINE_INVALID, "http.start_line_invalid")                   /* 9112, 3, 4 */    \
    X(HOST_MISSING, "http.host_missing")                               /* 9112, 3.2 */     \
    X(HOSTS_DIFFER, "http.hosts_differ")                               /* 9112, 3.2 */     \
    X(BODY_NOT_EXPECTED, "http.bytes_after_message") /* 9112, 6.3: not a new message */    \
    X(RESPONSE_FIRST, "http.response_before_request")                  /* 9112, 9.2 */     \
    X(HEAD_LIMIT, "http.head_limit")                                                       \
    X(HEADER_LIMIT, "http.header_limit")                                                   \
    X(PIPELINE_LIMIT, "http.pipeline_limit")                                               \
    X(CHUNK_LIMIT, "http.chunk_line_limit")                                                \
    X(BODY_LIMIT, "http.body_limit")                                                       \
    X(MEMORY_LIMIT, "http.memory_limit")                                                   \
    X(CONTENT_INVALID, "http.content_coding_invalid")                  /* 9110, 8.4 */     \
    X(CONTENT_UNKNOWN, "http.content_coding_unknown")                                      \
    X(CONTENT_CUT, "http.content_coding_cut_off")                                          \
    X(CONTENT_RATIO, "http.decompression_ratio")                                           \
    X(CONTENT_LIMIT, "http.decompressed_limit")                                            \
    X(RESYNCHRONISED, "http.resynchronised") /* a message boundary was guessed again */    \
    X(DECODER_MEMORY, "http.decoder_memory")

enum wb_http_anomaly_kind {
#define WB_HTTP_ANOMALY(name, text) WB_HTTP_ANOMALY_##name,
    WB_HTTP_ANOMALIES(WB_HTTP_ANOMALY)
#undef WB_HTTP_ANOMALY
        WB_HTTP_ANOMALY_COUNT
};

const char *wb_http_anomaly_name(unsigned kind);

struct wb_http_transaction {
    uint64_t number;    /* in the run, from 1 */
    uint32_t index;     /* in its flow, from 0 */
    uint32_t missing;   /* enum wb_http_missing bits; 0: complete. Final in the
                           transaction handler, not before */
    uint64_t anomalies; /* bit 1 << enum wb_http_anomaly_kind of what it showed */
    bool tunnel;        /* CONNECT or Upgrade succeeded: the stream is opaque now */
    struct wb_http_message request, response; /* all slices valid while the
                                                 transaction is */
    void *user;         /* the consumer's own; NULL at the start */
    void *engine;       /* the engine's own; NULL at the start */
};

/* The first header of that name (compared without case), or NULL. */
const struct wb_http_header *wb_http_header_find(const struct wb_http_message *message,
                                                 const char *name);

/* Does the value of a field of that name authenticate somebody? Authorization,
 * Proxy-Authorization, Cookie, Set-Cookie. */
bool wb_http_is_secret(struct wb_slice name);

/* The userinfo (RFC 3986, 3.2.1: "user:password", before an "@") of the first URL in text
 * that has one; data is NULL where none has. begins_with_authority: text may begin with it,
 * as the target of CONNECT and a Host field do; elsewhere it comes after "//". */
struct wb_slice wb_http_userinfo(struct wb_slice text, bool begins_with_authority);

/* Which part of a message some bytes are. All parts together, in order, are the
 * message as it was on the wire; the BODY parts are its body without chunked coding
 * (content codings such as gzip are still applied). */
enum wb_http_part {
    WB_HTTP_PART_HEAD = 0,
    WB_HTTP_PART_BODY = 1,
    WB_HTTP_PART_FRAMING = 2, /* chunk-size lines, chunk ends */
    WB_HTTP_PART_TRAILER = 3,
    WB_HTTP_PART_INTERIM = 4, /* the head of a 1xx response before the final one */
};

struct wb_http_anomaly {
    uint8_t kind; /* enum wb_http_anomaly_kind */
    uint8_t side; /* enum wb_http_side */
    int64_t time_ns;
};

/* 0 in a field means its default, which stands behind it. */
struct wb_http_options {
    uint32_t max_head_bytes;   /* 256 KiB */
    uint32_t max_headers;      /* 1000 field lines in a head */
    uint32_t max_pipeline;     /* requests waiting for a response in a flow; 1000 */
    uint32_t max_chunk_line;   /* chunk-size with its extensions; 16 KiB */
    uint64_t max_memory_total; /* heads of all flows; 256 MiB */
    uint64_t max_decoder_memory; /* of all content decoders; 256 MiB */
    uint64_t max_decoded_body; /* bytes out of a content coding; 1 GiB */
    uint32_t max_decoded_ratio; /* out:in of a content coding once over 1 MiB; 1000 */
};

struct wb_http_stats {
    uint64_t streams;        /* flows in which HTTP was found */
    uint64_t streams_other;  /* flows that speak something else */
    uint64_t transactions;   /* ended: complete + incomplete */
    uint64_t complete;
    uint64_t incomplete;
    uint64_t active;         /* begun and not ended */
    uint64_t requests, responses; /* heads parsed (final ones) */
    uint64_t interim;        /* 1xx heads */
    uint64_t headers;        /* field lines of all heads */
    uint64_t body_bytes;     /* chunked coding removed */
    uint64_t tunnels;
    uint64_t skipped_bytes;  /* bytes of HTTP streams that belong to no message */
    uint64_t missing[11];    /* transactions by bit of enum wb_http_missing */
    uint64_t anomalies[WB_HTTP_ANOMALY_COUNT];
    uint64_t memory_bytes, memory_peak;
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
