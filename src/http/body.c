/* SPDX-License-Identifier: ISC
 *
 * The framing of bodies as a state machine. It must not touch the bytes of a body:
 * the time for a call does not depend on how many of those there are.
 *
 *     LENGTH --(remaining 0)--> over                         CLOSE: never over
 *
 *     SIZE --LF, size > 0--> DATA --(remaining 0)--> DATA_END --LF--> SIZE
 *      |  ^-- digits, extensions
 *      +--LF, size 0--> LAST --CR LF--> over
 *                        +--another byte--> trailers (the caller gathers them)
 */
#include "http/body.h"

#include <string.h>

#define ANOMALY(kind) (UINT64_C(1) << WB_HTTP_ANOMALY_##kind)

enum state { LENGTH, CLOSE, SIZE, EXTENSION, DATA, DATA_END, LAST };

void wb__body_begin(struct wb__body *body, enum wb_http_framing framing, uint64_t length)
{
    *body = (struct wb__body){.remaining = framing == WB_HTTP_FRAMING_LENGTH ? length : 0};
    if (framing == WB_HTTP_FRAMING_CHUNKED)
        body->state = SIZE;
    else
        body->state = framing == WB_HTTP_FRAMING_LENGTH ? LENGTH : CLOSE;
}

static enum wb__body_result malformed(struct wb__body *body)
{
    body->anomalies |= ANOMALY(CHUNK_INVALID);
    return WB__BODY_MALFORMED;
}

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Takes bytes of the size; false where it has more than 64 bits. */
static bool add_digit(struct wb__body *body, int digit)
{
    if (body->remaining >> 60)
        return false;
    body->remaining = body->remaining << 4 | (unsigned)digit;
    body->has_digits = true;
    return true;
}

/* The chunk-size line is whole. */
static enum wb__body_result size_over(struct wb__body *body)
{
    if (!body->has_cr)
        body->anomalies |= ANOMALY(BARE_LF);
    body->state = body->remaining ? DATA : LAST;
    body->has_digits = body->has_cr = false;
    body->line_length = 0;
    return WB__BODY_MORE;
}

/* What stands in for a space in the eyes of some receivers (RFC 9112, 3). */
static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\v' || byte == '\f';
}

/* chunk-size up to its line end or extension; 1 when the line is whole, 0 when more
 * is to come, -1 when it is no chunk-size. Spaces before the digits, and anything after
 * them, are passed over by many receivers, and so they are here, with an anomaly. */
static int take_size_byte(struct wb__body *body, uint8_t byte)
{
    int digit = hex_value(byte);
    if (digit >= 0 && !body->has_cr)
        return add_digit(body, digit) ? 0 : -1;
    if (!body->has_digits && !is_space(byte))
        return -1;
    if (byte == '\n')
        return 1;
    if (body->has_cr)
        return -1;
    if (byte == '\r') {
        body->has_cr = true;
        return 0;
    }
    if (byte != ';')
        body->anomalies |= ANOMALY(CHUNK_INVALID);
    if (body->has_digits)
        body->state = EXTENSION;
    return 0;
}

static enum wb__body_result take_size(struct wb__body *body, const uint8_t *bytes, uint32_t length,
                                      struct wb__body_run *run)
{
    uint32_t i = 0;
    while (i < length && body->state == SIZE) {
        int result = take_size_byte(body, bytes[i]);
        run->length = i;
        if (result < 0)
            return malformed(body);
        run->length = ++i;
        if (result > 0)
            return size_over(body);
    }
    body->line_length += i;
    return WB__BODY_MORE;
}

/* An extension is passed over up to its line feed; what it says is not our matter. */
static enum wb__body_result take_extension(struct wb__body *body, const uint8_t *bytes,
                                           uint32_t length, struct wb__body_run *run)
{
    const uint8_t *newline = memchr(bytes, '\n', length);
    run->length = newline ? (uint32_t)(newline - bytes) + 1 : length;
    uint32_t before = newline ? run->length - 1 : length;
    if (before)
        body->has_cr = bytes[before - 1] == '\r';
    body->line_length += run->length;
    return newline ? size_over(body) : WB__BODY_MORE;
}

static enum wb__body_result take_data(struct wb__body *body, uint32_t length,
                                      struct wb__body_run *run)
{
    run->part = WB_HTTP_PART_BODY;
    run->length = body->remaining < length ? (uint32_t)body->remaining : length;
    body->remaining -= run->length;
    if (body->remaining)
        return WB__BODY_MORE;
    if (body->state == LENGTH)
        return WB__BODY_OVER;
    body->state = DATA_END;
    return WB__BODY_MORE;
}

/* CR LF, or a bare LF: true when it is whole; *broken where it is neither. */
static bool take_line_end(struct wb__body *body, uint8_t byte, bool *broken)
{
    if (byte == '\r' && !body->has_cr) {
        body->has_cr = true;
        return false;
    }
    *broken = byte != '\n';
    if (!*broken && !body->has_cr)
        body->anomalies |= ANOMALY(BARE_LF);
    return !*broken;
}

static enum wb__body_result take_data_end(struct wb__body *body, uint8_t byte,
                                          struct wb__body_run *run)
{
    bool broken = false;
    if (take_line_end(body, byte, &broken)) {
        body->state = SIZE;
        body->has_cr = false;
    }
    if (broken)
        return malformed(body);
    run->length = 1;
    return WB__BODY_MORE;
}

static enum wb__body_result take_last(struct wb__body *body, uint8_t byte,
                                      struct wb__body_run *run)
{
    if (!body->has_cr && byte != '\r' && byte != '\n')
        return WB__BODY_TRAILERS;
    bool broken = false;
    bool over = take_line_end(body, byte, &broken);
    if (broken)
        return malformed(body);
    run->length = 1;
    return over ? WB__BODY_OVER : WB__BODY_MORE;
}

static enum wb__body_result take_framing(struct wb__body *body, const uint8_t *bytes,
                                         uint32_t length, struct wb__body_run *run)
{
    run->part = WB_HTTP_PART_FRAMING;
    switch (body->state) {
    case SIZE:
        return take_size(body, bytes, length, run);
    case EXTENSION:
        return take_extension(body, bytes, length, run);
    case DATA_END:
        return take_data_end(body, *bytes, run);
    default:
        return take_last(body, *bytes, run);
    }
}

enum wb__body_result wb__body_take(struct wb__body *body, const uint8_t *bytes, uint32_t length,
                                   uint32_t max_line, struct wb__body_run *run)
{
    *run = (struct wb__body_run){length, WB_HTTP_PART_BODY};
    if (body->state == CLOSE)
        return WB__BODY_MORE;
    if (body->state == LENGTH || body->state == DATA)
        return take_data(body, length, run);
    run->length = 0;
    if (body->line_length >= max_line)
        return WB__BODY_LIMIT;
    uint32_t room = max_line - body->line_length;
    return take_framing(body, bytes, length < room ? length : room, run);
}

uint64_t wb__body_gap(struct wb__body *body, uint64_t length)
{
    if (body->state == CLOSE)
        return length;
    if (body->state != LENGTH && body->state != DATA)
        return 0;
    uint64_t taken = length < body->remaining ? length : body->remaining;
    body->remaining -= taken;
    if (!body->remaining && body->state == DATA)
        body->state = DATA_END;
    return taken;
}

bool wb__body_is_over(const struct wb__body *body)
{
    return body->state == LENGTH && !body->remaining;
}
