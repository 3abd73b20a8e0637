/* SPDX-License-Identifier: ISC
 *
 * One message of one half: from its head over its body to its end. Decides the
 * framing (RFC 9112, 6.3), tells heads and bytes, and hands the end to pairing.c.
 * Does not look for messages: that is stream.c.
 */
#include <string.h>

#include "http/stage.h"

static void tell_bytes(struct wb__http_stream *stream, struct wb__half *half,
                       enum wb_http_part part, const uint8_t *bytes, uint32_t length)
{
    struct wb__http *http = stream->http;
    struct wb__transaction *transaction = half->current;
    struct wb_http_message *message = wb__transaction_message(transaction, half->role);
    message->wire_bytes += length;
    message->last_ns = half->last_ns;
    if (part == WB_HTTP_PART_BODY) {
        message->body_bytes += length;
        http->stats.body_bytes += length;
    }
    if (http->events.bytes && length)
        http->events.bytes(http->context, stream->flow, &transaction->told, half->role, part,
                           bytes, length);
}

/* The message is over, and the half is between messages again. */
static void over(struct wb__http_stream *stream, struct wb__half *half, bool was_whole)
{
    struct wb__transaction *transaction = half->current;
    enum wb_http_side side = half->role;
    wb__transaction_message(transaction, side)->ended = was_whole;
    half->current = NULL;
    half->state = stream->tunnel ? WB__HALF_TUNNEL : WB__HALF_START;
    wb__pairing_done(stream, transaction, side);
}

void wb__message_cut(struct wb__http_stream *stream, struct wb__half *half, uint32_t missing)
{
    struct wb__transaction *transaction = half->current;
    wb__gather_clear(&half->gather, &stream->http->gather_memory);
    if (!transaction)
        return;
    transaction->told.missing |= missing;
    half->current = NULL;
    wb__pairing_done(stream, transaction, half->role);
}

/* After this the half has to find its next message by searching. */
static void lose(struct wb__http_stream *stream, struct wb__half *half, uint32_t why)
{
    uint32_t cut = why == WB_HTTP_MISSING_MALFORMED ? wb__cut_bit(half->role) : 0;
    wb__message_cut(stream, half, why | cut);
    half->state = WB__HALF_SEARCH;
    half->mid_line = true;
    half->is_resynchronised = true;
    wb__pairing_lost(stream, half->role, why);
}

void wb__message_give_up(struct wb__http_stream *stream, struct wb__half *half)
{
    lose(stream, half, WB_HTTP_MISSING_LIMIT);
}

static bool is_method(const struct wb_http_message *request, const char *method)
{
    return request->method.length == strlen(method) &&
           memcmp(request->method.data, method, request->method.length) == 0;
}

/* RFC 9112, 6.3, items 3 to 7. NONE also where the length is unknown. */
static enum wb_http_framing framing_of_request(const struct wb__head *head)
{
    if (head->transfer == WB__TRANSFER_CHUNKED)
        return WB_HTTP_FRAMING_CHUNKED;
    return head->has_length ? WB_HTTP_FRAMING_LENGTH : WB_HTTP_FRAMING_NONE;
}

/* 101 where it was asked for (or might have been), 2xx to CONNECT: RFC 9110, 15.2.2
 * and 9.3.6. */
static bool begins_tunnel(const struct wb__transaction *transaction, const struct wb__head *head)
{
    const struct wb_http_message *request = &transaction->told.request;
    if (head->status == 101)
        return transaction->asks_upgrade || !request->seen;
    return head->status / 100 == 2 && is_method(request, "CONNECT");
}

/* RFC 9112, 6.3, items 1 to 8. */
static enum wb_http_framing framing_of_response(const struct wb__transaction *transaction,
                                                const struct wb__head *head)
{
    if (begins_tunnel(transaction, head))
        return WB_HTTP_FRAMING_TUNNEL;
    if (head->status == 204 || head->status == 304 ||
        is_method(&transaction->told.request, "HEAD"))
        return WB_HTTP_FRAMING_NONE;
    if (head->transfer == WB__TRANSFER_CHUNKED)
        return WB_HTTP_FRAMING_CHUNKED;
    if (head->transfer == WB__TRANSFER_UNFRAMED || !head->has_length)
        return WB_HTTP_FRAMING_CLOSE;
    return WB_HTTP_FRAMING_LENGTH;
}

/* The connection is a tunnel from the end of this response on. What the client sent
 * already belongs to the tunnel too. */
static void open_tunnel(struct wb__http_stream *stream, struct wb__transaction *transaction)
{
    struct wb__half *client = wb__half_of(stream, WB_HTTP_REQUEST);
    transaction->told.tunnel = true;
    stream->tunnel = true;
    stream->http->stats.tunnels++;
    if (client->current)
        return;
    wb__gather_clear(&client->gather, &stream->http->gather_memory);
    client->state = WB__HALF_TUNNEL;
}

/* What comes after the head. */
static void begin_body(struct wb__http_stream *stream, struct wb__half *half,
                       enum wb_http_framing framing)
{
    const struct wb_http_message *message = wb__transaction_message(half->current, half->role);
    switch (framing) {
    case WB_HTTP_FRAMING_TUNNEL:
        open_tunnel(stream, half->current);
        over(stream, half, true);
        return;
    case WB_HTTP_FRAMING_NONE:
        over(stream, half, true);
        return;
    default:
        wb__body_begin(&half->body, framing, message->content_length);
        half->state = WB__HALF_BODY;
        if (wb__body_is_over(&half->body))
            over(stream, half, true);
    }
}

/* RFC 9112, 6.3, items 4 and 5: the length of the body is not known. In a response with
 * a Transfer-Encoding it is (the body lasts until the connection ends), and in one that
 * has no body (items 1 and 2). */
static bool is_length_unknown(const struct wb__head *head, enum wb_http_side side,
                              enum wb_http_framing framing)
{
    bool has_no_body = framing == WB_HTTP_FRAMING_NONE || framing == WB_HTTP_FRAMING_TUNNEL;
    if (side == WB_HTTP_RESPONSE && has_no_body)
        return false;
    if (head->transfer != WB__TRANSFER_NONE)
        return head->transfer == WB__TRANSFER_UNFRAMED && side == WB_HTTP_REQUEST;
    return head->length_is_invalid || head->anomalies >> WB_HTTP_ANOMALY_LENGTHS_DIFFER & 1;
}

/* A request whose body has an unknown length, and no reading that suggests itself: what
 * follows is no message before one is found. */
static void begin_unknown(struct wb__http_stream *stream, struct wb__half *half)
{
    wb__message_cut(stream, half, 0);
    half->state = WB__HALF_SEARCH;
    half->mid_line = false;
    half->is_resynchronised = true;
    wb__pairing_lost(stream, half->role, WB_HTTP_MISSING_MALFORMED);
}

/* The transaction of a message that begins now: the one that an interim response
 * belonged to, or what pairing says. */
static struct wb__transaction *transaction_of(struct wb__http_stream *stream,
                                              struct wb__half *half)
{
    struct wb__transaction *transaction = half->current;
    if (!transaction) {
        transaction = half->role == WB_HTTP_REQUEST ? wb__pairing_request(stream, half->head_ns)
                                                    : wb__pairing_response(stream, half->head_ns);
        if (!transaction) {
            wb__http_note(stream, NULL, WB_HTTP_ANOMALY_MEMORY_LIMIT, half->role, half->last_ns);
            lose(stream, half, WB_HTTP_MISSING_LIMIT);
            return NULL;
        }
        wb__transaction_message(transaction, half->role)->first_ns = half->head_ns;
        half->current = transaction;
    }
    if (half->is_resynchronised)
        wb__http_note(stream, transaction, WB_HTTP_ANOMALY_RESYNCHRONISED, half->role,
                      half->head_ns);
    half->is_resynchronised = false;
    half->had_message = true;
    return transaction;
}

/* RFC 9110, 15.2: a 1xx is not the response yet. */
static bool is_interim(const struct wb__half *half, const struct wb__head *head)
{
    return half->role == WB_HTTP_RESPONSE && head->status / 100 == 1 && head->version != 9 &&
           !begins_tunnel(half->current, head);
}

static void take_interim(struct wb__http_stream *stream, struct wb__half *half,
                         const uint8_t *bytes, uint32_t length)
{
    const struct wb__head *head = &stream->http->head;
    half->current->told.response.interim_status = head->status;
    stream->http->stats.interim++;
    stream->http->stats.headers += head->field_count;
    half->state = WB__HALF_START;
    tell_bytes(stream, half, WB_HTTP_PART_INTERIM, bytes, length);
}

static void tell_head(struct wb__http_stream *stream, struct wb__half *half,
                      enum wb_http_framing framing)
{
    struct wb__http *http = stream->http;
    struct wb__transaction *transaction = half->current;
    struct wb_http_message *message = wb__transaction_message(transaction, half->role);
    message->seen = true;
    message->framing = (uint8_t)framing;
    http->stats.headers += message->header_count;
    if (half->role == WB_HTTP_REQUEST)
        http->stats.requests++;
    else
        http->stats.responses++;
    if (http->events.head)
        http->events.head(http->context, stream->flow, &transaction->told, half->role);
    tell_bytes(stream, half, WB_HTTP_PART_HEAD, (const uint8_t *)message->head.data,
               message->head.length);
}

static void go_on_after_head(struct wb__http_stream *stream, struct wb__half *half)
{
    const struct wb__head *head = &stream->http->head;
    enum wb_http_framing framing = half->role == WB_HTTP_REQUEST
                                       ? framing_of_request(head)
                                       : framing_of_response(half->current, head);
    bool is_unknown = is_length_unknown(head, half->role, framing);
    if (is_unknown)
        half->current->told.missing |= WB_HTTP_MISSING_MALFORMED;
    tell_head(stream, half, framing);
    if (is_unknown && framing == WB_HTTP_FRAMING_NONE)
        begin_unknown(stream, half);
    else
        begin_body(stream, half, framing);
}

/* What was parsed, into the transaction; others have to do without where memory is short. */
static bool keep_head(struct wb__http_stream *stream, enum wb_http_side side,
                      struct wb__transaction *transaction, struct wb_slice bytes)
{
    struct wb__http *http = stream->http;
    while (!wb__transaction_set_head(transaction, &http->budget, side, &http->head, bytes))
        if (!wb__shortage_relieve(stream))
            return false;
    return true;
}

void wb__message_begin(struct wb__http_stream *stream, struct wb__half *half,
                       const uint8_t *bytes, uint32_t length)
{
    struct wb__http *http = stream->http;
    struct wb__head *head = &http->head;
    struct wb__transaction *transaction = transaction_of(stream, half);
    if (!transaction) {
        http->stats.skipped_bytes += length;
        return;
    }
    wb__http_note_all(stream, transaction, head->anomalies, half->role, half->head_ns);
    if (is_interim(half, head)) {
        take_interim(stream, half, bytes, length);
        return;
    }
    struct wb_slice slice = {(const char *)bytes, length};
    if (!keep_head(stream, half->role, transaction, slice)) {
        wb__http_note(stream, transaction, WB_HTTP_ANOMALY_MEMORY_LIMIT, half->role,
                      half->last_ns);
        http->stats.skipped_bytes += length;
        lose(stream, half, WB_HTTP_MISSING_LIMIT);
        return;
    }
    wb__transaction_message(transaction, half->role)->content_length =
        head->has_length ? head->content_length : 0;
    if (half->role == WB_HTTP_REQUEST)
        transaction->asks_upgrade = head->has_upgrade;
    go_on_after_head(stream, half);
}

void wb__message_begin_simple(struct wb__http_stream *stream, struct wb__half *half)
{
    struct wb__transaction *transaction = transaction_of(stream, half);
    if (!transaction)
        return;
    transaction->told.response.version = 9;
    tell_head(stream, half, WB_HTTP_FRAMING_CLOSE);
    begin_body(stream, half, WB_HTTP_FRAMING_CLOSE);
}

/* The start line of a head that is not whole: for the reader, and for pairing, which
 * has to know HEAD. */
static void keep_part_of_head(struct wb__http_stream *stream, struct wb__half *half)
{
    struct wb__http *http = stream->http;
    struct wb__transaction *transaction = half->current;
    struct wb_slice bytes = {(const char *)half->gather.bytes, half->gather.length};
    int64_t result =
        wb__head_parse_start(&http->head, half->role, half->gather.bytes, half->gather.length);
    if (result <= 0)
        http->head = (struct wb__head){.fields = http->head.fields,
                                       .field_limit = http->head.field_limit};
    if (!keep_head(stream, half->role, transaction, bytes))
        wb__http_note(stream, transaction, WB_HTTP_ANOMALY_MEMORY_LIMIT, half->role,
                      half->last_ns);
    tell_bytes(stream, half, WB_HTTP_PART_HEAD, half->gather.bytes, half->gather.length);
}

void wb__message_begin_part(struct wb__http_stream *stream, struct wb__half *half)
{
    uint32_t length = half->gather.length;
    if (transaction_of(stream, half))
        keep_part_of_head(stream, half);
    else
        stream->http->stats.skipped_bytes += length;
}

/* Trailers are whole: keeps them, as far as they fit. */
static void keep_trailers(struct wb__http_stream *stream, struct wb__half *half)
{
    struct wb__http *http = stream->http;
    struct wb__gather *gather = &half->gather;
    struct wb_slice bytes = {(const char *)gather->bytes, gather->length};
    int64_t result = wb__head_parse_fields(&http->head, gather->bytes, gather->length);
    enum wb_http_anomaly_kind kind = WB_HTTP_ANOMALY_HEADER_LIMIT;
    wb__http_note_all(stream, half->current, http->head.anomalies, half->role, half->last_ns);
    if (result > 0) {
        if (wb__transaction_set_trailers(half->current, &http->budget, half->role, &http->head,
                                         bytes))
            return;
        kind = WB_HTTP_ANOMALY_MEMORY_LIMIT;
    }
    wb__http_note(stream, half->current, kind, half->role, half->last_ns);
    half->current->told.missing |= WB_HTTP_MISSING_LIMIT;
}

uint32_t wb__message_take_trailers(struct wb__http_stream *stream, struct wb__half *half,
                                   const uint8_t *bytes, uint32_t length)
{
    struct wb__http *http = stream->http;
    uint32_t taken;
    enum wb__gather_result result =
        wb__stream_gather_line(stream, half, http->options.max_head_bytes, bytes, length, &taken);
    tell_bytes(stream, half, WB_HTTP_PART_TRAILER, bytes, taken);
    if (result == WB__GATHER_LIMIT || result == WB__GATHER_NO_MEMORY) {
        wb__http_note(stream, half->current,
                      result == WB__GATHER_LIMIT ? WB_HTTP_ANOMALY_HEAD_LIMIT
                                                 : WB_HTTP_ANOMALY_MEMORY_LIMIT,
                      half->role, half->last_ns);
        lose(stream, half, WB_HTTP_MISSING_LIMIT);
    } else if (result == WB__GATHER_EMPTY_LINE) {
        keep_trailers(stream, half);
        wb__gather_clear(&half->gather, &http->gather_memory);
        over(stream, half, true);
    }
    return taken;
}

static void note_body(struct wb__http_stream *stream, struct wb__half *half)
{
    if (half->body.anomalies)
        wb__http_note_all(stream, half->current, half->body.anomalies, half->role,
                          half->last_ns);
    half->body.anomalies = 0;
}

uint32_t wb__message_take_body(struct wb__http_stream *stream, struct wb__half *half,
                               const uint8_t *bytes, uint32_t length)
{
    struct wb__body_run run;
    uint32_t max_line = stream->http->options.max_chunk_line;
    enum wb__body_result result = wb__body_take(&half->body, bytes, length, max_line, &run);
    note_body(stream, half);
    tell_bytes(stream, half, run.part, bytes, run.length);
    switch (result) {
    case WB__BODY_MORE:
        break;
    case WB__BODY_TRAILERS:
        half->state = WB__HALF_TRAILERS;
        break;
    case WB__BODY_OVER:
        over(stream, half, true);
        break;
    case WB__BODY_MALFORMED:
        lose(stream, half, WB_HTTP_MISSING_MALFORMED);
        break;
    case WB__BODY_LIMIT:
        wb__http_note(stream, half->current, WB_HTTP_ANOMALY_CHUNK_LIMIT, half->role,
                      half->last_ns);
        lose(stream, half, WB_HTTP_MISSING_LIMIT);
        break;
    }
    return run.length;
}

uint64_t wb__message_gap(struct wb__http_stream *stream, struct wb__half *half, uint64_t length)
{
    struct wb__http *http = stream->http;
    struct wb__transaction *transaction = half->current;
    bool in_body = half->state == WB__HALF_BODY;
    uint64_t taken = in_body ? wb__body_gap(&half->body, length) : 0;
    bool is_over = in_body && wb__body_is_over(&half->body);
    uint64_t noted = taken == length || is_over ? taken : length;
    wb__transaction_add_gap(transaction, half->role, noted);
    if (http->events.gap)
        http->events.gap(http->context, stream->flow, &transaction->told, half->role, noted);
    if (is_over)
        over(stream, half, false);
    return length - taken;
}

/* Of a response of which only interim heads came, nothing was cut off: it is not
 * there. */
void wb__message_break_off(struct wb__http_stream *stream, struct wb__half *half, uint32_t missing)
{
    if (!half->current)
        return;
    const struct wb_http_message *message = wb__transaction_message(half->current, half->role);
    bool has_begun = message->seen || message->head.length;
    wb__message_cut(stream, half, missing | (has_begun ? wb__cut_bit(half->role) : 0));
}

void wb__message_half_end(struct wb__http_stream *stream, struct wb__half *half)
{
    bool reaches_to_end =
        half->current && half->state == WB__HALF_BODY &&
        wb__transaction_message(half->current, half->role)->framing == WB_HTTP_FRAMING_CLOSE;
    if (reaches_to_end)
        over(stream, half, true);
    else
        wb__message_break_off(stream, half, 0);
}
