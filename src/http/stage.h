/* SPDX-License-Identifier: ISC
 *
 * What the files of the stage share: the stage, a stream, and its two halves. Only
 * stream.c takes bytes, only message.c moves a message forward, only pairing.c knows
 * which response answers which request.
 *
 *     stream.c (bytes, gaps, ends) -> message.c (one side) -> pairing.c (both sides)
 */
#ifndef WB_HTTP_STAGE_H
#define WB_HTTP_STAGE_H

#include "base/budget.h"
#include "base/list.h"
#include "base/shelf.h"
#include "base/slab.h"
#include "http/body.h"
#include "http/gather.h"
#include "http/head.h"
#include "http/http.h"
#include "http/transaction.h"

struct wb__http {
    struct wb_http_options options; /* with the defaults filled in */
    struct wb__http_events events;
    void *context;
    struct wb__budget budget; /* of heads: what is gathered, and transactions */
    struct wb__shelf transactions;
    struct wb__link holders; /* streams that hold some of it, see shortage.c */
    struct wb__budget streams_memory; /* without a limit: that of flows is theirs */
    struct wb__slab streams;
    struct wb__gather_memory gather_memory;
    struct wb__head head; /* the result of the last parse */
    uint64_t begun;       /* transactions */
    struct wb_http_stats stats;
};

/* Where a half is:
 *
 *     START --a whole head--> BODY --> START          TUNNEL, OFF: for ever
 *       |                      |  `-> TRAILERS -> START
 *       +--part of one--> HEAD-+
 *       +--no start line, a gap--> SEARCH --a sure start line--> HEAD
 */
enum wb__half_state {
    WB__HALF_START = 0, /* between messages */
    WB__HALF_HEAD,      /* gathering a head */
    WB__HALF_BODY,
    WB__HALF_TRAILERS, /* gathering a trailer section */
    WB__HALF_SEARCH,   /* looking for a start line */
    WB__HALF_TUNNEL,   /* opaque */
    WB__HALF_OFF,      /* not HTTP, as far as it was searched */
};

#define WB__ROLE_UNKNOWN 2 /* beside enum wb_http_side */

/* One direction. */
struct wb__half {
    uint8_t state;         /* enum wb__half_state */
    uint8_t role;          /* which messages it carries, or WB__ROLE_UNKNOWN */
    bool ended;            /* no bytes are to come */
    bool mid_line;         /* SEARCH: the next byte does not begin a line */
    bool had_message;      /* a head was found here before */
    bool is_resynchronised; /* the next head was found by searching */
    struct wb__transaction *current; /* whose message this half is in, or NULL */
    struct wb__body body;
    struct wb__gather gather;
    uint64_t skipped; /* bytes that belong to no message, before HTTP is proven */
    int64_t head_ns;  /* time of the first byte of the head that is gathered */
    int64_t last_ns;  /* time of the last byte */
};

/* What pairing.c remembers; see there. */
struct wb__pairing {
    struct wb__link transactions;     /* all that are not over */
    struct wb__transaction *awaiting; /* the first that awaits its response, or NULL */
    uint32_t awaiting_count, held_count;
    uint32_t certain;         /* how many of the awaiting came before the doubt */
    uint32_t doubt;           /* why pairing is in doubt: an enum wb_http_missing bit, or 0 */
    uint64_t orphans;         /* responses that may come to requests that were given up */
    uint32_t orphans_doubt;   /* why their number is not exact, or 0 */
    bool pipelines;           /* the client was seen not to wait for responses */
    bool requests_intact;     /* nothing of the requests is missing so far */
};

struct wb__http_stream {
    struct wb__http *http;
    void *flow;
    struct wb__half halves[2];
    struct wb__pairing pairing;
    struct wb__link holder; /* in the queue of shortage.c */
    int64_t queued_ns;      /* when it was last heard before it was put there */
    uint32_t transaction_count;
    bool midstream; /* a message may have begun before what is seen */
    bool is_http;   /* a start line was found: the roles are known */
    bool is_other;  /* none was found where it should have been */
    bool has_bytes; /* any were given */
    bool tunnel;
};

/* The bit that says that a message of that side was cut off. */
static inline uint32_t wb__cut_bit(unsigned side)
{
    return side == WB_HTTP_REQUEST ? WB_HTTP_MISSING_REQUEST_CUT : WB_HTTP_MISSING_RESPONSE_CUT;
}

static inline uint32_t wb__gap_bit(unsigned side)
{
    return side == WB_HTTP_REQUEST ? WB_HTTP_MISSING_REQUEST_GAP : WB_HTTP_MISSING_RESPONSE_GAP;
}

static inline struct wb__half *wb__half_of(struct wb__http_stream *stream, enum wb_http_side side)
{
    return &stream->halves[stream->halves[0].role == side ? 0 : 1];
}

/* Counts an anomaly and tells it, once for a transaction; transaction may be NULL. */
void wb__http_note(struct wb__http_stream *stream, struct wb__transaction *transaction,
                   enum wb_http_anomaly_kind kind, enum wb_http_side side, int64_t time_ns);

/* The same for each bit of a mask. */
void wb__http_note_all(struct wb__http_stream *stream, struct wb__transaction *transaction,
                       uint64_t anomalies, enum wb_http_side side, int64_t time_ns);

/* shortage.c */

/* To be called where the stream may have begun to hold memory. */
void wb__shortage_watch(struct wb__http_stream *stream);

/* Frees what streams that were not ended hold. */
void wb__shortage_free(struct wb__http *http);

/* Takes memory from another stream. False when no other one holds any. */
bool wb__shortage_relieve(struct wb__http_stream *needy);

/* stream.c: the next line, into what is gathered; where memory is short, others have to do
 * without. */
enum wb__gather_result wb__stream_gather_line(struct wb__http_stream *stream,
                                              struct wb__half *half, uint32_t limit,
                                              const uint8_t *bytes, uint32_t length,
                                              uint32_t *taken);

/* stream.c: lets go of all memory that the stream holds; its messages are cut off by a
 * limit, and the next ones have to be searched. */
void wb__stream_give_up(struct wb__http_stream *stream);

/* pairing.c */
void wb__pairing_init(struct wb__pairing *pairing, bool midstream);

/* The transaction that a request, or a response, that begins now belongs to; NULL when
 * there is no memory. */
struct wb__transaction *wb__pairing_request(struct wb__http_stream *stream, int64_t time_ns);
struct wb__transaction *wb__pairing_response(struct wb__http_stream *stream, int64_t time_ns);

/* Messages of that side may have been lost unseen; why: the enum wb_http_missing bit
 * for the requests whose responses cannot be told any more. */
void wb__pairing_lost(struct wb__http_stream *stream, enum wb_http_side side, uint32_t why);

/* What was lost begins where the next response had to. */
void wb__pairing_swallowed(struct wb__http_stream *stream, uint32_t why);

/* That side of the transaction is over; ends the transaction where both are. */
void wb__pairing_done(struct wb__http_stream *stream, struct wb__transaction *transaction,
                      enum wb_http_side side);

/* The stream ends: all that are not complete get these enum wb_http_missing bits. */
void wb__pairing_mark(struct wb__http_stream *stream, uint32_t bits);

/* All that wait for a request or a response wait no longer, by that reason. */
void wb__pairing_give_up(struct wb__http_stream *stream, uint32_t why);

/* Frees all without telling anyone. */
void wb__pairing_free(struct wb__http_stream *stream);

/* Ends all that are left. */
void wb__pairing_end(struct wb__http_stream *stream);

/* message.c */

/* A whole head was parsed into http->head; it lies at bytes. Begins its message. */
void wb__message_begin(struct wb__http_stream *stream, struct wb__half *half,
                       const uint8_t *bytes, uint32_t length);

/* A response without a head begins: HTTP/0.9. */
void wb__message_begin_simple(struct wb__http_stream *stream, struct wb__half *half);

/* The head that is gathered will not be whole: begins a message with the part that
 * there is. To be followed by wb__message_cut. */
void wb__message_begin_part(struct wb__http_stream *stream, struct wb__half *half);

/* Takes bytes of a body; returns how many. */
uint32_t wb__message_take_body(struct wb__http_stream *stream, struct wb__half *half,
                               const uint8_t *bytes, uint32_t length);
uint32_t wb__message_take_trailers(struct wb__http_stream *stream, struct wb__half *half,
                                   const uint8_t *bytes, uint32_t length);

/* length bytes are missing in a body; returns how many lie beyond the message. */
uint64_t wb__message_gap(struct wb__http_stream *stream, struct wb__half *half, uint64_t length);

/* The message that the half is in, if any, ends here without its end. */
void wb__message_cut(struct wb__http_stream *stream, struct wb__half *half, uint32_t missing);

/* The same by a limit; the half has to find its next message by searching. */
void wb__message_give_up(struct wb__http_stream *stream, struct wb__half *half);

/* The same because the stream ends here. */
void wb__message_break_off(struct wb__http_stream *stream, struct wb__half *half,
                           uint32_t missing);

/* The direction is over in good order: what extends to the end is whole. */
void wb__message_half_end(struct wb__http_stream *stream, struct wb__half *half);

#endif
