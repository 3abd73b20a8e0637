/* SPDX-License-Identifier: ISC
 *
 * Which response answers which request. HTTP/1.x has no numbers on its messages: the
 * order is all there is (RFC 9112, 9.3.2), and a loss can shift it. A shifted pair is
 * worse than none, so the rule is:
 *
 *  1. While nothing is lost, the next response answers the first request that awaits
 *     one. A response that nobody awaits is an orphan (request not seen). It is held for
 *     its request only where that is on its way: part of its head is there, or the
 *     server acknowledged bytes of the client that the capture shows later than the
 *     response (its two directions out of step). It is paired when that request comes.
 *     Else the server spoke before it was asked, as one does that poisons a connection:
 *     such a response is for no request (RFC 9112, 9.2), whatever comes next. Both are
 *     told as response_before_request.
 *  2. After a loss that may have swallowed whole messages, pairing is in doubt. A loss
 *     among the requests leaves those before it certain. When the next response comes
 *     that is not certain, and exactly one request awaits one, and the server
 *     acknowledged no later bytes of the client than the capture has shown, they are
 *     paired, and the pair says http.resynchronised. Else all that await one are given
 *     up (response not seen, and why: the gap), and as many responses as may still come
 *     to them are orphans, this one first. They are given up at once where the loss
 *     begins where the next response had to (it took that one's first byte, or an interim
 *     response), and where requests behind them were lost as well as responses.
 *  3. While such orphans may come, new requests are given up too. It ends when all of
 *     them came; or with a request that comes when no response is in progress, if the
 *     client never pipelined before (it has what it waited for), or if the server was
 *     silent for a second. The pair that begins then says http.resynchronised.
 *  4. Beyond max_pipeline all that await a response are given up (limit reached). As
 *     nothing was lost, exactly so many responses are orphans, and pairing goes on.
 */
#include "http/stage.h"

#define HELD_MAX 8
#define SILENCE_NS INT64_C(1000000000)

void wb__pairing_init(struct wb__pairing *pairing, bool midstream)
{
    wb__list_init(&pairing->transactions);
    pairing->requests_intact = !midstream;
}

static struct wb__transaction *begin(struct wb__http_stream *stream)
{
    struct wb__transaction *transaction;
    while (!(transaction = wb__shelf_take(&stream->http->transactions)))
        if (!wb__shortage_relieve(stream))
            return NULL;
    wb__transaction_init(transaction);
    transaction->told.number = ++stream->http->begun;
    transaction->told.index = stream->transaction_count++;
    wb__list_append(&stream->pairing.transactions, &transaction->link);
    return transaction;
}

static bool is_not_seen(const struct wb_http_message *message)
{
    return !message->seen && !message->head.length;
}

static void count_verdict(struct wb_http_stats *stats, uint32_t missing)
{
    stats->transactions++;
    if (!missing) {
        stats->complete++;
        return;
    }
    stats->incomplete++;
    for (; missing; missing &= missing - 1)
        stats->missing[__builtin_ctz(missing)]++;
}

static void free_transaction(struct wb__http *http, struct wb__transaction *transaction)
{
    wb__list_remove(&transaction->link);
    wb__transaction_clear(transaction, &http->budget);
    wb__shelf_give(&http->transactions, transaction);
}

/* Tells the verdict and lets go of the transaction. */
static void end(struct wb__http_stream *stream, struct wb__transaction *transaction)
{
    struct wb__http *http = stream->http;
    struct wb_http_transaction *told = &transaction->told;
    if (is_not_seen(&told->request))
        told->missing |= WB_HTTP_MISSING_REQUEST;
    if (is_not_seen(&told->response))
        told->missing |= WB_HTTP_MISSING_RESPONSE;
    count_verdict(&http->stats, told->missing);
    if (http->events.transaction)
        http->events.transaction(http->context, stream->flow, told);
    free_transaction(http, transaction);
}

static void end_if_done(struct wb__http_stream *stream, struct wb__transaction *transaction)
{
    if (transaction->progress[WB_HTTP_REQUEST] == WB__DONE &&
        transaction->progress[WB_HTTP_RESPONSE] == WB__DONE)
        end(stream, transaction);
}

void wb__pairing_done(struct wb__http_stream *stream, struct wb__transaction *transaction,
                      enum wb_http_side side)
{
    transaction->progress[side] = WB__DONE;
    end_if_done(stream, transaction);
}

static bool is_awaiting(const struct wb__transaction *transaction)
{
    return transaction->progress[WB_HTTP_REQUEST] != WB__NOT_BEGUN &&
           transaction->progress[WB_HTTP_RESPONSE] == WB__NOT_BEGUN;
}

static bool is_held(const struct wb__transaction *transaction)
{
    return transaction->progress[WB_HTTP_REQUEST] == WB__NOT_BEGUN;
}

static struct wb__transaction *next_of(struct wb__pairing *pairing, struct wb__link *link)
{
    return link->next == &pairing->transactions
               ? NULL
               : wb__container(link->next, struct wb__transaction, link);
}

/* Takes the first that awaits its response out of those that do. */
static struct wb__transaction *take_awaiting(struct wb__pairing *pairing)
{
    struct wb__transaction *taken = pairing->awaiting;
    struct wb__transaction *next = next_of(pairing, &taken->link);
    while (next && !is_awaiting(next))
        next = next_of(pairing, &next->link);
    pairing->awaiting = next;
    pairing->awaiting_count--;
    return taken;
}

static struct wb__transaction *first_held(struct wb__pairing *pairing)
{
    struct wb__transaction *at = next_of(pairing, &pairing->transactions);
    while (!is_held(at))
        at = next_of(pairing, &at->link);
    return at;
}

/* Waits no longer for the request of the first response that is held. */
static void release_held(struct wb__http_stream *stream, uint32_t missing)
{
    struct wb__transaction *transaction = first_held(&stream->pairing);
    stream->pairing.held_count--;
    transaction->told.missing |= missing;
    wb__pairing_done(stream, transaction, WB_HTTP_REQUEST);
}

/* All requests that await a response get none. */
static void give_up(struct wb__http_stream *stream, uint32_t missing)
{
    struct wb__pairing *pairing = &stream->pairing;
    pairing->certain = 0;
    while (pairing->awaiting) {
        struct wb__transaction *transaction = take_awaiting(pairing);
        transaction->told.missing |= missing;
        pairing->orphans++;
        wb__pairing_done(stream, transaction, WB_HTTP_RESPONSE);
    }
}

static bool server_is_at_rest(struct wb__http_stream *stream, int64_t time_ns)
{
    const struct wb__half *half = wb__half_of(stream, WB_HTTP_RESPONSE);
    if (half->state != WB__HALF_START || half->current)
        return false;
    return !stream->pairing.pipelines || time_ns - half->last_ns >= SILENCE_NS;
}

/* A request that came while the order was lost: rule 3. */
static void begin_uncertain(struct wb__http_stream *stream, struct wb__transaction *transaction,
                            int64_t time_ns)
{
    struct wb__pairing *pairing = &stream->pairing;
    if (server_is_at_rest(stream, time_ns)) {
        pairing->orphans = 0;
        pairing->orphans_doubt = 0;
        wb__http_note(stream, transaction, WB_HTTP_ANOMALY_RESYNCHRONISED, WB_HTTP_REQUEST,
                      time_ns);
        return;
    }
    pairing->orphans++;
    transaction->told.missing |= pairing->orphans_doubt;
    transaction->progress[WB_HTTP_RESPONSE] = WB__DONE;
}

static struct wb__transaction *take_held(struct wb__http_stream *stream, int64_t time_ns)
{
    struct wb__transaction *transaction = first_held(&stream->pairing);
    stream->pairing.held_count--;
    transaction->progress[WB_HTTP_REQUEST] = WB__BEGUN;
    if (!transaction->request_came_first)
        wb__http_note(stream, transaction, WB_HTTP_ANOMALY_RESPONSE_FIRST, WB_HTTP_REQUEST,
                      time_ns);
    return transaction;
}

static void await_response(struct wb__http_stream *stream, struct wb__transaction *transaction,
                           int64_t time_ns)
{
    struct wb__pairing *pairing = &stream->pairing;
    if (!pairing->awaiting)
        pairing->awaiting = transaction;
    if (++pairing->awaiting_count <= stream->http->options.max_pipeline)
        return;
    wb__http_note(stream, transaction, WB_HTTP_ANOMALY_PIPELINE_LIMIT, WB_HTTP_REQUEST, time_ns);
    pairing->orphans_doubt |= pairing->doubt;
    give_up(stream, WB_HTTP_MISSING_LIMIT);
}

struct wb__transaction *wb__pairing_request(struct wb__http_stream *stream, int64_t time_ns)
{
    struct wb__pairing *pairing = &stream->pairing;
    if (pairing->held_count)
        return take_held(stream, time_ns);
    struct wb__transaction *transaction = begin(stream);
    if (!transaction)
        return NULL;
    transaction->progress[WB_HTTP_REQUEST] = WB__BEGUN;
    if (pairing->orphans && pairing->orphans_doubt)
        begin_uncertain(stream, transaction, time_ns);
    if (is_awaiting(transaction))
        await_response(stream, transaction, time_ns);
    return transaction;
}

/* A response whose request was not seen and will not be. */
static struct wb__transaction *begin_orphan(struct wb__http_stream *stream)
{
    struct wb__transaction *transaction = begin(stream);
    if (!transaction)
        return NULL;
    transaction->progress[WB_HTTP_RESPONSE] = WB__BEGUN;
    transaction->progress[WB_HTTP_REQUEST] = WB__DONE;
    return transaction;
}

/* One whose request may still come. */
static struct wb__transaction *begin_held(struct wb__http_stream *stream)
{
    struct wb__pairing *pairing = &stream->pairing;
    struct wb__transaction *transaction = begin(stream);
    if (!transaction)
        return NULL;
    transaction->progress[WB_HTTP_RESPONSE] = WB__BEGUN;
    transaction->request_came_first =
        !pairing->held_count && wb__half_of(stream, WB_HTTP_REQUEST)->gather.length;
    if (pairing->held_count == HELD_MAX)
        release_held(stream, 0);
    pairing->held_count++;
    return transaction;
}

static bool is_request_due(struct wb__http_stream *stream)
{
    const struct wb__http *http = stream->http;
    unsigned direction = (unsigned)(wb__half_of(stream, WB_HTTP_REQUEST) - stream->halves);
    if (!stream->pairing.held_count && stream->halves[direction].gather.length)
        return true;
    return http->events.is_due && http->events.is_due(http->context, stream->flow, direction);
}

/* Nobody awaits a response, and one comes: rule 1. */
static struct wb__transaction *begin_unawaited(struct wb__http_stream *stream, int64_t time_ns)
{
    bool is_certain = stream->pairing.requests_intact &&
                      !wb__half_of(stream, WB_HTTP_REQUEST)->ended;
    if (is_certain && is_request_due(stream))
        return begin_held(stream);
    struct wb__transaction *transaction = begin_orphan(stream);
    if (transaction && is_certain)
        wb__http_note(stream, transaction, WB_HTTP_ANOMALY_RESPONSE_FIRST, WB_HTTP_RESPONSE,
                      time_ns);
    return transaction;
}

/* Whether the capture has yet to show bytes of requests that the server had when it sent
 * what was seen of it last. */
static bool is_behind(struct wb__http_stream *stream)
{
    const struct wb__half *half = wb__half_of(stream, WB_HTTP_REQUEST);
    return !half->current && is_request_due(stream);
}

/* A response came while pairing was in doubt, and another request than the one that awaits
 * it may be meant. */
static bool is_ambiguous(struct wb__http_stream *stream)
{
    struct wb__pairing *pairing = &stream->pairing;
    if (!pairing->doubt || pairing->certain || !pairing->awaiting)
        return false;
    if (pairing->awaiting_count == 1 && !is_behind(stream))
        return false;
    give_up(stream, pairing->doubt);
    pairing->orphans_doubt = pairing->doubt;
    pairing->doubt = 0;
    return true;
}

static struct wb__transaction *begin_one_of_orphans(struct wb__http_stream *stream)
{
    if (--stream->pairing.orphans == 0)
        stream->pairing.orphans_doubt = 0;
    return begin_orphan(stream);
}

struct wb__transaction *wb__pairing_response(struct wb__http_stream *stream, int64_t time_ns)
{
    struct wb__pairing *pairing = &stream->pairing;
    if (pairing->orphans || is_ambiguous(stream))
        return begin_one_of_orphans(stream);
    if (!pairing->awaiting)
        return begin_unawaited(stream, time_ns);
    if (pairing->awaiting_count > 1)
        pairing->pipelines = true;
    struct wb__transaction *transaction = take_awaiting(pairing);
    transaction->progress[WB_HTTP_RESPONSE] = WB__BEGUN;
    if (pairing->certain) {
        pairing->certain--;
    } else if (pairing->doubt) {
        pairing->doubt = 0;
        wb__http_note(stream, transaction, WB_HTTP_ANOMALY_RESYNCHRONISED, WB_HTTP_RESPONSE,
                      time_ns);
    }
    return transaction;
}

void wb__pairing_swallowed(struct wb__http_stream *stream, uint32_t why)
{
    if (stream->pairing.awaiting)
        give_up(stream, why);
}

/* Whether requests await a response that may have been lost as well as requests that came
 * behind them. */
static bool is_across_both(const struct wb__pairing *pairing, enum wb_http_side side)
{
    return pairing->awaiting &&
           (side == WB_HTTP_REQUEST ? pairing->doubt && !pairing->certain : pairing->certain > 0);
}

void wb__pairing_lost(struct wb__http_stream *stream, enum wb_http_side side, uint32_t why)
{
    struct wb__pairing *pairing = &stream->pairing;
    if (is_across_both(pairing, side))
        give_up(stream, pairing->doubt | why);
    if (pairing->orphans)
        pairing->orphans_doubt = why;
    if (side == WB_HTTP_REQUEST) {
        pairing->requests_intact = false;
        while (pairing->held_count)
            release_held(stream, why);
    }
    if (side == WB_HTTP_RESPONSE)
        pairing->certain = 0;
    else if (!pairing->doubt)
        pairing->certain = pairing->awaiting_count;
    if (side == WB_HTTP_REQUEST || pairing->awaiting)
        pairing->doubt = why;
}

void wb__pairing_mark(struct wb__http_stream *stream, uint32_t bits)
{
    struct wb__pairing *pairing = &stream->pairing;
    struct wb__transaction *at = next_of(pairing, &pairing->transactions);
    for (; at; at = next_of(pairing, &at->link)) {
        bool is_answered = at->progress[WB_HTTP_RESPONSE] == WB__DONE;
        if (!is_held(at) || !is_answered)
            at->told.missing |= bits;
    }
}

void wb__pairing_give_up(struct wb__http_stream *stream, uint32_t why)
{
    while (stream->pairing.held_count)
        release_held(stream, why);
    give_up(stream, why);
}

void wb__pairing_free(struct wb__http_stream *stream)
{
    struct wb__transaction *at;
    while ((at = next_of(&stream->pairing, &stream->pairing.transactions)))
        free_transaction(stream->http, at);
}

void wb__pairing_end(struct wb__http_stream *stream)
{
    struct wb__transaction *at;
    while ((at = next_of(&stream->pairing, &stream->pairing.transactions)))
        end(stream, at);
}
