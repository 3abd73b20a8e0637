/* SPDX-License-Identifier: ISC
 *
 * The HTTP stage: streams to transactions. Pure, and ignorant of packets: a stream
 * gets (direction, bytes | gap | end) and tells heads, bytes, transactions. Which
 * direction carries the requests is found from the first bytes, not from ports.
 *
 *     bytes -> head.c -> body.c -> pairing.c -> events
 */
#ifndef WB_HTTP_HTTP_H
#define WB_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/http.h>

/* What the stage tells. flow is what was passed to wb__http_stream_new. */
struct wb__http_events {
    /* A head was parsed (final responses only; interim ones come as bytes). */
    void (*head)(void *context, void *flow, struct wb_http_transaction *transaction,
                 enum wb_http_side side);
    /* Bytes of a message, all of them, in order; borrowed. May be NULL. */
    void (*bytes)(void *context, void *flow, struct wb_http_transaction *transaction,
                  enum wb_http_side side, enum wb_http_part part, const uint8_t *bytes,
                  uint32_t length);
    /* length bytes of the message are missing here. May be NULL. */
    void (*gap)(void *context, void *flow, struct wb_http_transaction *transaction,
                enum wb_http_side side, uint64_t length);
    /* The transaction is over and its verdict final; freed after the call. */
    void (*transaction)(void *context, void *flow, struct wb_http_transaction *transaction);
    void (*anomaly)(void *context, void *flow, struct wb_http_transaction *transaction,
                    const struct wb_http_anomaly *anomaly);
    /* Asks, seldom: are bytes of that direction known to exist that were not given yet,
     * or is the direction not seen at all? May be NULL: no. */
    bool (*is_due)(void *context, void *flow, unsigned direction);
};

/* How a stream ended; sets the missing bits of transactions that were cut off. */
enum wb__http_end {
    WB__HTTP_END_CLOSED,
    WB__HTTP_END_RESET,
    WB__HTTP_END_TIMEOUT,
    WB__HTTP_END_SHUTDOWN, /* the capture ended */
};

struct wb__http;        /* the stage: options, memory, counters */
struct wb__http_stream; /* one connection */

/* Replaces each 0 by the default of its option. */
void wb__http_fill_in_defaults(struct wb_http_options *options);

/* Zeros in options mean the defaults. NULL when out of memory. */
struct wb__http *wb__http_new(const struct wb_http_options *options,
                              const struct wb__http_events *events, void *context);
void wb__http_free(struct wb__http *http); /* NULL is accepted; streams first */
void wb__http_stats(const struct wb__http *http, struct wb_http_stats *stats);

/* A stream in which nothing was seen yet; midstream: its beginning is missing.
 * NULL when out of memory. */
struct wb__http_stream *wb__http_stream_new(struct wb__http *http, void *flow, bool midstream);

/* The next bytes of direction 0 or 1; borrowed for the call. Returns false once the
 * stream is of no more interest (not HTTP): bytes need not be given any more. */
bool wb__http_stream_bytes(struct wb__http_stream *stream, unsigned direction,
                           const uint8_t *bytes, uint32_t length, int64_t time_ns);

/* The next length bytes of a direction are missing. */
void wb__http_stream_gap(struct wb__http_stream *stream, unsigned direction, uint64_t length,
                         int64_t time_ns);

/* One direction is over in good order (FIN). */
void wb__http_stream_half_end(struct wb__http_stream *stream, unsigned direction, int64_t time_ns);

/* The connection is over: ends all its transactions and frees the stream. NULL is
 * accepted. */
void wb__http_stream_end(struct wb__http_stream *stream, enum wb__http_end how, int64_t time_ns);

/* Which direction sends the requests: 0, 1, or -1 while unknown; and whether HTTP was
 * found at all. */
int wb__http_stream_request_direction(const struct wb__http_stream *stream);
bool wb__http_stream_is_http(const struct wb__http_stream *stream);

#endif
