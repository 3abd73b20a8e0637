/* SPDX-License-Identifier: ISC
 *
 * The head of a message: start line and field lines (RFC 9112, 2 to 5). Parses
 * contiguous bytes in place and answers with offsets into them, so that a result
 * outlives a move of the bytes. Says what framing and pairing need to know; judges
 * nothing beyond one head. A head is lenient in its fields (what is wrong becomes an
 * anomaly) and strict in its start line (without one it is no head).
 */
#ifndef WB_HTTP_HEAD_H
#define WB_HTTP_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/http.h>

struct wb__span {
    uint32_t at, length;
};

struct wb__field {
    struct wb__span name, value;
};

/* What a Transfer-Encoding says (RFC 9112, 6.1). */
enum wb__transfer {
    WB__TRANSFER_NONE = 0,
    WB__TRANSFER_CHUNKED,  /* chunked is the last coding */
    WB__TRANSFER_UNFRAMED, /* there are codings, but chunked is not the last of them */
};

struct wb__head {
    uint64_t anomalies; /* 1 << enum wb_http_anomaly_kind */
    uint8_t version;
    uint8_t transfer; /* enum wb__transfer */
    uint16_t status;  /* responses */
    bool has_length;  /* a valid Content-Length */
    bool has_upgrade, length_is_invalid;
    struct wb__span method, target, reason;
    uint64_t content_length;
    struct wb__field *fields; /* room for field_limit, given by the caller */
    uint32_t field_count, field_limit;
};

enum wb__head_result {
    WB__HEAD_NEED_MORE = 0,
    WB__HEAD_MALFORMED = -1, /* the start line is none */
    WB__HEAD_FIELDS = -2,    /* more than field_limit field lines */
};

/* Parses a head that begins at bytes. Resets *head but for fields and field_limit.
 * Returns the bytes that it took, up to and with the empty line, or one of the
 * above. An HTTP/0.9 request is its request line alone. */
int64_t wb__head_parse(struct wb__head *head, enum wb_http_side side, const uint8_t *bytes,
                       uint32_t length);

/* The same for the first line alone: no field is looked at. For lines that were cut
 * off from their fields, and to tell at once whether a message begins here. */
int64_t wb__head_parse_start(struct wb__head *head, enum wb_http_side side, const uint8_t *bytes,
                             uint32_t length);

/* The same for field lines alone, up to and with the empty line: trailers. */
int64_t wb__head_parse_fields(struct wb__head *head, const uint8_t *bytes, uint32_t length);

/* Which message may begin with these bytes: judged by the method or "HTTP/". */
enum wb__head_guess {
    WB__GUESS_REQUEST = WB_HTTP_REQUEST,
    WB__GUESS_RESPONSE = WB_HTTP_RESPONSE,
    WB__GUESS_NEED_MORE,
    WB__GUESS_NEITHER,
};
enum wb__head_guess wb__head_guess(const uint8_t *bytes, uint32_t length);

/* Bytes after which wb__head_guess always knows. */
#define WB__GUESS_BYTES 40

/* A start line that nothing else is likely to be: for finding messages again. */
bool wb__head_is_sure(const struct wb__head *head);

#endif
