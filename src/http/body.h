/* SPDX-License-Identifier: ISC
 *
 * Where a body lies in the bytes after a head: cuts them into runs of one part each,
 * none of them copied, and finds the end. Content-Length and close-delimited bodies
 * are not looked at; of a chunked one (RFC 9112, 7.1) only the framing is.
 */
#ifndef WB_HTTP_BODY_H
#define WB_HTTP_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/http.h>

struct wb__body {
    uint8_t state;
    bool has_digits, has_cr;
    uint32_t line_length; /* of the chunk-size line so far */
    uint64_t remaining;   /* bytes of the body, or of this chunk, to come */
    uint64_t anomalies;   /* 1 << enum wb_http_anomaly_kind, met so far */
};

enum wb__body_result {
    WB__BODY_MORE = 0,    /* the body goes on */
    WB__BODY_TRAILERS,    /* the last chunk is over, a trailer section begins */
    WB__BODY_OVER,        /* the last byte of the body was taken */
    WB__BODY_MALFORMED,   /* the framing is broken after the run */
    WB__BODY_LIMIT,       /* a chunk-size line beyond its limit, nothing was taken */
};

/* A run of bytes of one part. */
struct wb__body_run {
    uint32_t length;
    uint8_t part; /* enum wb_http_part: BODY or FRAMING */
};

/* Prepares for a body of the given framing: LENGTH (length counts), CHUNKED or CLOSE. */
void wb__body_begin(struct wb__body *body, enum wb_http_framing framing, uint64_t length);

/* Takes the first run of length > 0 bytes. max_line bounds a chunk-size line. */
enum wb__body_result wb__body_take(struct wb__body *body, const uint8_t *bytes, uint32_t length,
                                   uint32_t max_line, struct wb__body_run *run);

/* How many of length missing bytes surely belong to the body; the rest lie beyond its
 * end, or hide framing. */
uint64_t wb__body_gap(struct wb__body *body, uint64_t length);

/* Whether nothing is to come: after a gap that reached to the end. */
bool wb__body_is_over(const struct wb__body *body);

#endif
