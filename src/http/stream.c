/* SPDX-License-Identifier: ISC
 *
 * One connection. Finds out whether it speaks HTTP and which direction asks, cuts each
 * direction into messages, and finds the next message again where bytes are missing
 * or belong to none. The usual head lies whole in the bytes given and is parsed where
 * it lies; only a split one is gathered. What is decided must not depend on how the
 * stream was split into calls.
 */
#include "http/search.h"
#include "http/stage.h"

#include <string.h>

/* A stream picked up in its middle may begin inside a body: so much of a direction is
 * searched for a start line before it is taken for something else. */
#define SEARCH_BYTES (64 << 10)

/* A connection through a SOCKS proxy begins with a handshake of a few hundred bytes
 * (RFC 1928, RFC 1929); so far is looked behind its first byte. */
#define HANDSHAKE_BYTES 1024

/* RFC 9112, 3 wants room for request lines of 8000 bytes: half of this. */
#define WINDOW_BYTES (16 << 10)

struct wb__http_stream *wb__http_stream_new(struct wb__http *http, void *flow, bool midstream)
{
    struct wb__http_stream *stream = wb__slab_take(&http->streams);
    if (!stream)
        return NULL;
    *stream = (struct wb__http_stream){.http = http, .flow = flow, .midstream = midstream};
    wb__pairing_init(&stream->pairing, midstream);
    wb__list_init(&stream->holder);
    for (int i = 0; i < 2; i++) {
        stream->halves[i].role = WB__ROLE_UNKNOWN;
        stream->halves[i].state = midstream ? WB__HALF_SEARCH : WB__HALF_START;
    }
    return stream;
}

static void skip(struct wb__http_stream *stream, struct wb__half *half, uint64_t length)
{
    if (stream->is_http)
        stream->http->stats.skipped_bytes += length;
    else
        half->skipped += length;
}

static void search(struct wb__half *half, bool mid_line)
{
    half->state = WB__HALF_SEARCH;
    half->mid_line = mid_line;
}

enum wb__gather_result wb__stream_gather_line(struct wb__http_stream *stream,
                                              struct wb__half *half, uint32_t limit,
                                              const uint8_t *bytes, uint32_t length,
                                              uint32_t *taken)
{
    enum wb__gather_result result;
    do {
        result = wb__gather_line(&half->gather, &stream->http->gather_memory, limit, bytes, length,
                                 taken);
    } while (result == WB__GATHER_NO_MEMORY && wb__shortage_relieve(stream));
    return result;
}

/* What was gathered belongs to no message. */
static void skip_gathered(struct wb__http_stream *stream, struct wb__half *half)
{
    skip(stream, half, half->gather.length);
    wb__gather_clear(&half->gather, &stream->http->gather_memory);
}

/* A start line was found: the stream is HTTP, and both roles are known. */
static void prove(struct wb__http_stream *stream, struct wb__half *half, enum wb_http_side side)
{
    if (stream->is_http)
        return;
    struct wb__half *other = &stream->halves[half == &stream->halves[0]];
    stream->is_http = true;
    stream->http->stats.streams++;
    stream->http->stats.skipped_bytes += half->skipped + other->skipped;
    half->role = (uint8_t)side;
    other->role = side == WB_HTTP_REQUEST ? WB_HTTP_RESPONSE : WB_HTTP_REQUEST;
    if (other->state == WB__HALF_OFF)
        search(other, false);
}

/* This direction holds no HTTP as far as it was looked at. The other one decides: a
 * server may answer a request that is none with a response that is one. */
static void turn_off(struct wb__http_stream *stream, struct wb__half *half)
{
    half->state = WB__HALF_OFF;
    skip_gathered(stream, half);
    stream->pairing.requests_intact = false;
    if (stream->halves[0].state != WB__HALF_OFF || stream->halves[1].state != WB__HALF_OFF)
        return;
    stream->is_other = true;
    stream->http->stats.streams_other++;
}

/* Whether the first request that awaits a response is an HTTP/0.9 one, whose response
 * has no head (RFC 1945, 4.1). */
static bool awaits_simple_response(const struct wb__http_stream *stream,
                                   const struct wb__half *half)
{
    const struct wb__pairing *pairing = &stream->pairing;
    return half->role == WB_HTTP_RESPONSE && !half->current && pairing->awaiting &&
           !pairing->orphans && pairing->awaiting->told.request.version == 9;
}

/* What stands where a message should begin is none. The line is passed over. */
static void misfit(struct wb__http_stream *stream, struct wb__half *half, bool mid_line)
{
    if (!stream->is_http && !stream->midstream) {
        turn_off(stream, half);
        return;
    }
    if (stream->is_http)
        wb__http_note(stream, NULL,
                      half->had_message ? WB_HTTP_ANOMALY_BODY_NOT_EXPECTED
                                        : WB_HTTP_ANOMALY_START_LINE_INVALID,
                      half->role, half->last_ns);
    if (half->role == WB_HTTP_REQUEST)
        wb__pairing_lost(stream, WB_HTTP_REQUEST, WB_HTTP_MISSING_MALFORMED);
    half->is_resynchronised = true;
    search(half, mid_line);
}

/* The side whose message bytes begin, by the role or by what they look like. */
static enum wb__head_guess side_of(const struct wb__half *half, const uint8_t *bytes,
                                   uint32_t length)
{
    enum wb__head_guess guess = wb__head_guess(bytes, length);
    bool fits = half->role == WB__ROLE_UNKNOWN || guess == WB__GUESS_NEED_MORE ||
                guess == (enum wb__head_guess)half->role;
    return fits ? guess : WB__GUESS_NEITHER;
}

/* Whether a direction may begin with a SOCKS handshake: version 5 or 4, or the reply of
 * version 4. */
static bool may_be_handshake(const struct wb__http_stream *stream, const struct wb__half *half,
                             uint8_t first)
{
    return !stream->is_http && !stream->midstream && !half->skipped &&
           (first == 5 || first == 4 || first == 0);
}

static uint32_t take_misfit(struct wb__http_stream *stream, struct wb__half *half, uint8_t first)
{
    if (may_be_handshake(stream, half, first)) {
        stream->pairing.requests_intact = false;
        search(half, true);
        return 0;
    }
    if (!awaits_simple_response(stream, half)) {
        misfit(stream, half, true);
        return 0;
    }
    half->head_ns = half->last_ns;
    wb__message_begin_simple(stream, half);
    return 0;
}

/* A first line longer than a head may be is judged by its length alone, as it is when it
 * comes in pieces. */
static bool is_line_too_long(const struct wb__http *http, const uint8_t *bytes, uint32_t length)
{
    uint32_t limit = http->options.max_head_bytes;
    return length > limit && !memchr(bytes, '\n', limit);
}

/* Between messages: the fast path, where a head lies whole in what is given. */
static uint32_t take_start(struct wb__http_stream *stream, struct wb__half *half,
                           const uint8_t *bytes, uint32_t length)
{
    struct wb__http *http = stream->http;
    if (half->role != WB_HTTP_RESPONSE && (*bytes == '\r' || *bytes == '\n')) {
        skip(stream, half, 1); /* RFC 9112, 2.2 */
        return 1;
    }
    enum wb__head_guess side = (enum wb__head_guess)half->role;
    if (half->role == WB__ROLE_UNKNOWN)
        side = wb__head_guess(bytes, length);
    if (side == WB__GUESS_NEITHER)
        return take_misfit(stream, half, *bytes);
    int64_t taken = WB__HEAD_NEED_MORE;
    if (side != WB__GUESS_NEED_MORE)
        taken = wb__head_parse(&http->head, (enum wb_http_side)side, bytes, length);
    if (taken == WB__HEAD_MALFORMED && !is_line_too_long(http, bytes, length))
        return take_misfit(stream, half, *bytes);
    if (taken <= 0 || taken > http->options.max_head_bytes) {
        half->state = WB__HALF_HEAD;
        return 0;
    }
    prove(stream, half, (enum wb_http_side)side);
    half->head_ns = half->last_ns;
    wb__message_begin(stream, half, bytes, (uint32_t)taken);
    return (uint32_t)taken;
}

/* The first line of what is gathered is whole: is it a start line? What was searched for
 * has to be sure, and proves nothing before a field line follows. */
static bool begins_head(struct wb__http_stream *stream, struct wb__half *half)
{
    struct wb__head *head = &stream->http->head;
    const struct wb__gather *gather = &half->gather;
    enum wb__head_guess side = side_of(half, gather->bytes, gather->length);
    if (side > WB__GUESS_RESPONSE ||
        wb__head_parse_start(head, (enum wb_http_side)side, gather->bytes, gather->length) <= 0)
        return false;
    if (half->state == WB__HALF_SEARCH)
        return wb__head_is_sure(head);
    prove(stream, half, (enum wb_http_side)side);
    return true;
}

static bool may_begin_head(const struct wb__half *half)
{
    return side_of(half, half->gather.bytes, half->gather.length) != WB__GUESS_NEITHER;
}

/* No more bytes than tell whether a head may begin here: what is gathered for another
 * reason is bounded otherwise. */
static uint32_t clip_to_guess(const struct wb__half *half, const uint8_t *bytes, uint32_t length)
{
    uint32_t held = half->gather.length;
    if (held >= WB__GUESS_BYTES || length <= WB__GUESS_BYTES - held)
        return length;
    bool is_clear = !held && side_of(half, bytes, length) != WB__GUESS_NEITHER;
    return is_clear ? length : WB__GUESS_BYTES - held;
}

/* How much of a line is held whose start begins no message. */
static uint32_t window_of(const struct wb__http *http)
{
    return http->options.max_head_bytes < WINDOW_BYTES ? http->options.max_head_bytes
                                                       : WINDOW_BYTES;
}

/* The first bytes of what is gathered belong to no message. */
static void drop_front(struct wb__http_stream *stream, struct wb__half *half, uint32_t length)
{
    half->is_resynchronised |= length > 0;
    skip(stream, half, length);
    wb__gather_drop(&half->gather, length);
}

/* A line is whole: does a message begin at its start, or else behind a body's end in
 * it? before: how much of it had come with earlier packets. */
static void judge_line(struct wb__http_stream *stream, struct wb__half *half, uint32_t before)
{
    struct wb__gather *gather = &half->gather;
    half->state = WB__HALF_SEARCH;
    if (half->mid_line || !begins_head(stream, half)) {
        uint32_t at = wb__search_start_line(gather->bytes, gather->length, half->role);
        drop_front(stream, half, at);
        half->mid_line = false;
        if (!gather->length)
            return;
        if (at >= before)
            half->head_ns = half->last_ns;
        if (!begins_head(stream, half)) {
            drop_front(stream, half, gather->length);
            return;
        }
    }
    half->state = WB__HALF_HEAD;
}

static void misfit_gathered(struct wb__http_stream *stream, struct wb__half *half)
{
    struct wb__gather *gather = &half->gather;
    if (awaits_simple_response(stream, half)) {
        wb__message_begin_simple(stream, half);
        if (half->state == WB__HALF_BODY)
            wb__message_take_body(stream, half, gather->bytes, gather->length);
        wb__gather_clear(gather, &stream->http->gather_memory);
        return;
    }
    misfit(stream, half, true);
    if (half->state == WB__HALF_OFF)
        return;
    if (gather->line_at == gather->length)
        judge_line(stream, half, gather->length);
    else if (gather->length >= window_of(stream->http))
        drop_front(stream, half, gather->length);
}

/* A head beyond a limit: what there is of it is kept, then the next one is searched. */
static void abandon_head(struct wb__http_stream *stream, struct wb__half *half,
                         enum wb_http_anomaly_kind kind)
{
    bool mid_line = half->gather.line_at != half->gather.length;
    if (!stream->is_http) {
        misfit_gathered(stream, half);
        return;
    }
    wb__message_begin_part(stream, half);
    wb__http_note(stream, half->current, kind, half->role, half->last_ns);
    wb__message_cut(stream, half, WB_HTTP_MISSING_LIMIT);
    half->is_resynchronised = true;
    search(half, mid_line);
}

/* A start line that was searched for is followed by what has to follow it. */
static void prove_gathered(struct wb__http_stream *stream, struct wb__half *half)
{
    if (!stream->is_http)
        prove(stream, half,
              (enum wb_http_side)side_of(half, half->gather.bytes, half->gather.length));
}

/* The empty line came. */
static void head_is_whole(struct wb__http_stream *stream, struct wb__half *half)
{
    struct wb__http *http = stream->http;
    struct wb__gather *gather = &half->gather;
    prove_gathered(stream, half);
    int64_t taken = wb__head_parse(&http->head, half->role, gather->bytes, gather->length);
    if (taken == WB__HEAD_FIELDS) {
        abandon_head(stream, half, WB_HTTP_ANOMALY_HEADER_LIMIT);
        return;
    }
    wb__message_begin(stream, half, gather->bytes, gather->length);
    wb__gather_clear(gather, &http->gather_memory);
}

/* A start line that was found by searching has to be followed by a field line: else it
 * was a quotation. at: where the line that was just finished begins. */
static bool is_quotation(const struct wb__half *half, uint32_t at)
{
    const struct wb__gather *gather = &half->gather;
    const uint8_t *end_of_first = memchr(gather->bytes, '\n', gather->length);
    bool is_second = end_of_first && (uint32_t)(end_of_first + 1 - gather->bytes) == at;
    return half->is_resynchronised && is_second &&
           !wb__search_is_field_line(gather->bytes + at, gather->length - at);
}

/* A head for which there is no memory: the next one has to be searched. */
static void lose_head(struct wb__http_stream *stream, struct wb__half *half)
{
    skip_gathered(stream, half);
    wb__pairing_lost(stream, half->role, WB_HTTP_MISSING_LIMIT);
    half->is_resynchronised = true;
    search(half, true);
}

static uint32_t take_head(struct wb__http_stream *stream, struct wb__half *half,
                          const uint8_t *bytes, uint32_t length)
{
    struct wb__http *http = stream->http;
    struct wb__gather *gather = &half->gather;
    bool is_first_line = gather->line_at == 0;
    bool is_judged = gather->length >= WB__GUESS_BYTES;
    uint32_t line_at = gather->line_at, before = gather->length, taken;
    if (!before)
        half->head_ns = half->last_ns;
    length = clip_to_guess(half, bytes, length);
    enum wb__gather_result result =
        wb__stream_gather_line(stream, half, http->options.max_head_bytes, bytes, length, &taken);
    if (result == WB__GATHER_NO_MEMORY) {
        wb__http_note(stream, NULL, WB_HTTP_ANOMALY_MEMORY_LIMIT, half->role, half->last_ns);
        lose_head(stream, half);
    } else if (is_first_line && !is_judged && !may_begin_head(half)) {
        misfit_gathered(stream, half);
    } else if (result == WB__GATHER_LIMIT) {
        abandon_head(stream, half, WB_HTTP_ANOMALY_HEAD_LIMIT);
    } else if (result != WB__GATHER_MORE && is_first_line && !begins_head(stream, half)) {
        misfit_gathered(stream, half);
    } else if (result == WB__GATHER_EMPTY_LINE || (is_first_line && result == WB__GATHER_LINE &&
                                                   http->head.version == 9)) {
        head_is_whole(stream, half);
    } else if (result == WB__GATHER_LINE && is_quotation(half, line_at)) {
        drop_front(stream, half, line_at);
        judge_line(stream, half, before - line_at);
    } else if (result == WB__GATHER_LINE) {
        prove_gathered(stream, half);
    }
    return taken;
}

/* No more bytes than are searched of a stream that is not known to be HTTP; 0 when it was
 * searched so far. */
static uint32_t clip_to_reach(const struct wb__http_stream *stream, const struct wb__half *half,
                              uint32_t length)
{
    uint64_t reach = stream->midstream ? SEARCH_BYTES : HANDSHAKE_BYTES;
    uint64_t searched = half->skipped + half->gather.length;
    if (stream->is_http || searched + length <= reach)
        return length;
    return searched < reach ? (uint32_t)(reach - searched) : 0;
}

/* A line is looked at once it is whole. Where no message begins at its start, its end is
 * what counts, and no more than a window is held of it. */
static uint32_t take_search(struct wb__http_stream *stream, struct wb__half *half,
                            const uint8_t *bytes, uint32_t length)
{
    struct wb__http *http = stream->http;
    struct wb__gather *gather = &half->gather;
    uint32_t before = gather->length, taken;
    length = clip_to_reach(stream, half, length);
    if (!length) {
        turn_off(stream, half);
        return 0;
    }
    if (!before) {
        half->head_ns = half->last_ns;
        half->mid_line |= side_of(half, bytes, length) == WB__GUESS_NEITHER;
    }
    if (!half->mid_line)
        length = clip_to_guess(half, bytes, length);
    uint32_t limit = half->mid_line ? window_of(http) : http->options.max_head_bytes;
    switch (wb__stream_gather_line(stream, half, limit, bytes, length, &taken)) {
    case WB__GATHER_NO_MEMORY:
        drop_front(stream, half, before);
        skip(stream, half, length);
        half->mid_line = true;
        return length;
    case WB__GATHER_LIMIT:
        drop_front(stream, half, half->mid_line ? (limit + 1) / 2 : gather->length);
        half->mid_line = true;
        break;
    case WB__GATHER_MORE:
        half->mid_line |= before < WB__GUESS_BYTES && !may_begin_head(half);
        break;
    default:
        judge_line(stream, half, before);
    }
    return taken;
}

/* Takes some of length > 0 bytes; returns how many. 0 only when the state changed. */
static uint32_t take(struct wb__http_stream *stream, struct wb__half *half, const uint8_t *bytes,
                     uint32_t length)
{
    switch (half->state) {
    case WB__HALF_START:
        return take_start(stream, half, bytes, length);
    case WB__HALF_HEAD:
        return take_head(stream, half, bytes, length);
    case WB__HALF_BODY:
        return wb__message_take_body(stream, half, bytes, length);
    case WB__HALF_TRAILERS:
        return wb__message_take_trailers(stream, half, bytes, length);
    case WB__HALF_SEARCH:
        return take_search(stream, half, bytes, length);
    case WB__HALF_OFF:
        skip(stream, half, length);
        return length;
    default:
        return length;
    }
}

static bool is_wanted(const struct wb__http_stream *stream)
{
    if (stream->is_http)
        return stream->halves[0].state != WB__HALF_TUNNEL ||
               stream->halves[1].state != WB__HALF_TUNNEL;
    return !stream->is_other;
}

bool wb__http_stream_bytes(struct wb__http_stream *stream, unsigned direction,
                           const uint8_t *bytes, uint32_t length, int64_t time_ns)
{
    struct wb__half *half = &stream->halves[direction];
    if (stream->is_other)
        return false;
    stream->has_bytes |= length > 0;
    half->last_ns = time_ns;
    if (half->ended) {
        skip(stream, half, length);
        return is_wanted(stream);
    }
    while (length > 0 && !stream->is_other) {
        uint32_t taken = take(stream, half, bytes, length);
        bytes += taken;
        length -= taken;
    }
    wb__shortage_watch(stream);
    return is_wanted(stream);
}

static void give_up_half(struct wb__http_stream *stream, struct wb__half *half)
{
    if (half->current) {
        wb__message_give_up(stream, half);
    } else if (half->state == WB__HALF_HEAD) {
        lose_head(stream, half);
    } else if (half->gather.bytes) { /* searching */
        skip_gathered(stream, half);
        half->mid_line = true;
    }
}

void wb__stream_give_up(struct wb__http_stream *stream)
{
    wb__http_note(stream, NULL, WB_HTTP_ANOMALY_MEMORY_LIMIT, WB_HTTP_REQUEST,
                  wb__half_of(stream, WB_HTTP_REQUEST)->last_ns);
    give_up_half(stream, &stream->halves[0]);
    give_up_half(stream, &stream->halves[1]);
    wb__pairing_give_up(stream, WB_HTTP_MISSING_LIMIT);
}

/* A head that is gathered, or a line that might have become one, goes no further. */
static void end_gathered(struct wb__http_stream *stream, struct wb__half *half)
{
    if (half->state == WB__HALF_HEAD && stream->is_http)
        wb__message_begin_part(stream, half);
    else if (half->state != WB__HALF_TRAILERS)
        skip_gathered(stream, half);
}

/* A gap where it is not known what begins after it. */
static void lose_place(struct wb__http_stream *stream, struct wb__half *half)
{
    if (!stream->is_http) {
        stream->midstream = true;
        stream->pairing.requests_intact = false;
    }
    half->is_resynchronised = true;
    search(half, false);
    wb__pairing_lost(stream, half->role, wb__gap_bit(half->role));
}

void wb__http_stream_gap(struct wb__http_stream *stream, unsigned direction, uint64_t length,
                         int64_t time_ns)
{
    struct wb__half *half = &stream->halves[direction];
    (void)time_ns;
    if (!length || half->ended || half->state == WB__HALF_TUNNEL || half->state == WB__HALF_OFF)
        return;
    if (half->gather.length)
        end_gathered(stream, half);
    if (half->current)
        length = wb__message_gap(stream, half, length);
    if (!length || half->state == WB__HALF_TUNNEL)
        return;
    if (half->role == WB_HTTP_RESPONSE && half->state == WB__HALF_START)
        wb__pairing_swallowed(stream, WB_HTTP_MISSING_RESPONSE_GAP);
    wb__message_cut(stream, half, wb__cut_bit(half->role));
    lose_place(stream, half);
}

void wb__http_stream_half_end(struct wb__http_stream *stream, unsigned direction, int64_t time_ns)
{
    struct wb__half *half = &stream->halves[direction];
    (void)time_ns;
    if (half->ended)
        return;
    if (half->gather.length)
        end_gathered(stream, half);
    wb__message_half_end(stream, half);
    half->ended = true;
}

static uint32_t bit_of_end(enum wb__http_end how)
{
    switch (how) {
    case WB__HTTP_END_RESET:
        return WB_HTTP_MISSING_FLOW_RESET;
    case WB__HTTP_END_TIMEOUT:
        return WB_HTTP_MISSING_FLOW_TIMEOUT;
    case WB__HTTP_END_SHUTDOWN:
        return WB_HTTP_MISSING_CAPTURE_END;
    default:
        return 0;
    }
}

/* The stream breaks off: even a close-delimited message has no end. */
static void cut_half(struct wb__http_stream *stream, struct wb__half *half, uint32_t bits)
{
    if (half->gather.length)
        end_gathered(stream, half);
    wb__message_break_off(stream, half, bits);
}

void wb__http_stream_end(struct wb__http_stream *stream, enum wb__http_end how, int64_t time_ns)
{
    if (!stream)
        return;
    struct wb__http *http = stream->http;
    uint32_t bits = bit_of_end(how);
    wb__pairing_mark(stream, bits);
    for (unsigned i = 0; i < 2; i++) {
        if (!bits)
            wb__http_stream_half_end(stream, i, time_ns);
        else
            cut_half(stream, &stream->halves[i], bits);
        wb__gather_clear(&stream->halves[i].gather, &http->gather_memory);
    }
    wb__pairing_end(stream);
    wb__list_remove(&stream->holder);
    if (!stream->is_http && !stream->is_other && stream->has_bytes)
        http->stats.streams_other++;
    wb__slab_give(&http->streams, stream);
}

int wb__http_stream_request_direction(const struct wb__http_stream *stream)
{
    if (!stream->is_http)
        return -1;
    return stream->halves[0].role == WB_HTTP_REQUEST ? 0 : 1;
}

bool wb__http_stream_is_http(const struct wb__http_stream *stream)
{
    return stream->is_http;
}
