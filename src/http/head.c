/* SPDX-License-Identifier: ISC
 *
 * Lines are found by wb__scan_control, names by the first colon; no byte is looked
 * at by a state machine. What a field says is read after all field lines were split,
 * because an obs-fold may still lengthen a value.
 *
 *     bytes -> line -> field -> (Content-Length, Transfer-Encoding, Host, Upgrade)
 */
#include "http/head.h"

#include <string.h>

#include "http/scan.h"
#include "http/text.h"

#define ANOMALY(kind) (UINT64_C(1) << WB_HTTP_ANOMALY_##kind)
#define METHOD_MAX 32 /* longer tokens are no method that anybody knows */

struct parser {
    struct wb__head *head;
    const uint8_t *base, *at, *end;
};

struct line {
    const uint8_t *start, *end; /* without its line end */
};

static struct wb__span span_of(const struct parser *parser, const uint8_t *from, const uint8_t *to)
{
    return (struct wb__span){(uint32_t)(from - parser->base), (uint32_t)(to - from)};
}

static uint64_t anomaly_of_control(uint8_t byte)
{
    switch (byte) {
    case '\t':
        return 0;
    case '\r':
        return ANOMALY(BARE_CR);
    case '\0':
        return ANOMALY(NUL_IN_HEAD);
    default:
        return ANOMALY(HEADER_INVALID);
    }
}

/* A line that does not simply end with CR LF at its first control byte. */
static bool next_line_slowly(struct parser *parser, struct line *line, const uint8_t *stop)
{
    uint64_t anomalies = 0;
    for (;; stop = wb__scan_control(stop + 1, parser->end)) {
        if (stop == parser->end)
            return false;
        if (*stop == '\n')
            break;
        if (*stop == '\r' && stop + 1 < parser->end && stop[1] == '\n')
            break;
        anomalies |= anomaly_of_control(*stop);
    }
    if (*stop == '\n')
        anomalies |= ANOMALY(BARE_LF);
    parser->head->anomalies |= anomalies;
    *line = (struct line){parser->at, stop};
    parser->at = stop + (*stop == '\n' ? 1 : 2);
    return true;
}

/* Takes the next line; false when its end is not there. */
static inline bool next_line(struct parser *parser, struct line *line)
{
    const uint8_t *stop = wb__scan_control(parser->at, parser->end);
    if (parser->end - stop < 2 || stop[0] != '\r' || stop[1] != '\n')
        return next_line_slowly(parser, line, stop);
    *line = (struct line){parser->at, stop};
    parser->at = stop + 2;
    return true;
}

/* HTTP/x.y as 10x + y, or 0 (RFC 9112, 2.3). */
static uint8_t version_of(const uint8_t *at, const uint8_t *end)
{
    if (end - at != 8 || memcmp(at, "HTTP/", 5) != 0 || at[6] != '.')
        return 0;
    if (!wb__is_digit(at[5]) || !wb__is_digit(at[7]))
        return 0;
    return (uint8_t)((at[5] - '0') * 10 + (at[7] - '0'));
}

/* What is meant where version_of finds none: 11 for anything after "HTTP/". */
static uint8_t version_leniently(const uint8_t *at, const uint8_t *end)
{
    if (end - at < 5 || !wb__equals_lower(at, 5, "http/"))
        return 0;
    return end - at == 8 && memcmp(at + 5, "1.0", 3) == 0 ? 10 : 11;
}

static bool is_known_version(uint8_t version)
{
    return version == 10 || version == 11;
}

/* RFC 1945, 4.1: Simple-Request = "GET" SP Request-URI CRLF. */
static int parse_simple_request(struct parser *parser, const uint8_t *target, struct line line)
{
    struct wb__head *head = parser->head;
    if (head->method.length != 3 || memcmp(line.start, "GET", 3) != 0)
        return WB__HEAD_MALFORMED;
    bool is_target = line.end > target &&
                     (*target == '/' || (line.end - target > 7 && !memcmp(target, "http://", 7)));
    if (!is_target || memchr(target, ' ', (size_t)(line.end - target)))
        return WB__HEAD_MALFORMED;
    head->version = 9;
    head->target = span_of(parser, target, line.end);
    return 1;
}

/* The connection preface of HTTP/2 (RFC 9113, 3.4): made to be no HTTP/1 request. */
static bool is_preface(struct line line)
{
    return line.end - line.start == 14 && memcmp(line.start, "PRI * HTTP/2.0", 14) == 0;
}

/* method SP request-target SP HTTP-version (RFC 9112, 3), and what is like it. */
static int parse_request_line(struct parser *parser, struct line line)
{
    struct wb__head *head = parser->head;
    const uint8_t *at = line.start;
    at = wb__token_end(at, line.end);
    if (at == line.start || at == line.end || !wb__is_blank(*at))
        return WB__HEAD_MALFORMED;
    if (at - line.start > METHOD_MAX || is_preface(line))
        return WB__HEAD_MALFORMED;
    head->method = span_of(parser, line.start, at);
    if (*at != ' ' || (at + 1 < line.end && wb__is_blank(at[1])))
        head->anomalies |= ANOMALY(START_LINE_INVALID);
    const uint8_t *target = wb__skip_blanks(at, line.end);
    const uint8_t *end = wb__trim_blanks(target, line.end);
    if (end != line.end)
        head->anomalies |= ANOMALY(START_LINE_INVALID);
    const uint8_t *version = end;
    while (version > target && !wb__is_blank(version[-1]))
        version--;
    head->version = version_of(version, end);
    if (!is_known_version(head->version)) {
        uint8_t meant = version_leniently(version, end);
        if (!meant)
            return parse_simple_request(parser, target, (struct line){line.start, end});
        head->version = head->version > 11 ? head->version : meant;
        head->anomalies |= ANOMALY(START_LINE_INVALID);
    }
    end = wb__trim_blanks(target, version);
    if (end == target || version - end != 1 || memchr(target, ' ', (size_t)(end - target)))
        head->anomalies |= ANOMALY(START_LINE_INVALID);
    head->target = span_of(parser, target, end);
    return 1;
}

/* The end of what stands for the HTTP-version at the start of a status line. After
 * "HTTP/1.x" a receiver may take other bytes than SP for the space. */
static const uint8_t *version_end_of(struct line line)
{
    const uint8_t *at = line.start;
    if (line.end - at > 8 && memcmp(at, "HTTP/1.", 7) == 0 && wb__is_digit(at[7]) && at[8] <= ' ')
        return at + 8;
    while (at < line.end && !wb__is_blank(*at))
        at++;
    return at;
}

/* Three digits and no more at the start of what comes after the version; NULL where
 * they are not there. */
static const uint8_t *find_code(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at <= ' ')
        at++;
    bool is_code = end - at >= 3 && wb__is_digit(at[0]) && wb__is_digit(at[1]) &&
                   wb__is_digit(at[2]) && (end - at == 3 || !wb__is_digit(at[3]));
    return is_code ? at : NULL;
}

/* HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112, 4). A missing last
 * space is so common that it is not worth a word. Behind "HTTP/1." anything is a status
 * line, as browsers see it; a code that is not there is 0. */
static int parse_status_line(struct parser *parser, struct line line)
{
    struct wb__head *head = parser->head;
    const uint8_t *version_end = version_end_of(line);
    head->version = version_of(line.start, version_end);
    if (!is_known_version(head->version)) {
        uint8_t meant = version_leniently(line.start, version_end);
        if (!meant)
            return WB__HEAD_MALFORMED;
        head->version = head->version > 11 ? head->version : meant;
        head->anomalies |= ANOMALY(START_LINE_INVALID);
    }
    const uint8_t *code = find_code(version_end, line.end);
    if (!code && (line.end - line.start < 7 || memcmp(line.start, "HTTP/1.", 7) != 0))
        return WB__HEAD_MALFORMED;
    const uint8_t *reason = code ? code + 3 : version_end;
    if (code)
        head->status = (uint16_t)((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
    if (head->status < 100 || code - version_end != 1 || *version_end != ' ' ||
        (reason < line.end && *reason != ' '))
        head->anomalies |= ANOMALY(START_LINE_INVALID);
    reason = wb__skip_blanks(reason, line.end);
    head->reason = span_of(parser, reason, wb__trim_blanks(reason, line.end));
    return 1;
}

/* A line that begins with white space goes on with the value before it. */
static void unfold(struct parser *parser, struct line line)
{
    struct wb__head *head = parser->head;
    if (!head->field_count) { /* RFC 9112, 2.2 */
        head->anomalies |= ANOMALY(HEADER_INVALID);
        return;
    }
    head->anomalies |= ANOMALY(OBS_FOLD);
    struct wb__span *value = &head->fields[head->field_count - 1].value;
    const uint8_t *start = value->length ? parser->base + value->at
                                         : wb__skip_blanks(line.start, line.end);
    const uint8_t *end = wb__trim_blanks(line.start, line.end);
    if (end > line.start)
        *value = span_of(parser, start, end);
}

static int parse_field(struct parser *parser, struct line line)
{
    struct wb__head *head = parser->head;
    if (wb__is_blank(*line.start)) {
        unfold(parser, line);
        return 1;
    }
    const uint8_t *name_end = wb__scan_token(line.start, parser->end); /* the line ends with none */
    const uint8_t *colon = name_end;
    if (*name_end != ':') {
        colon = memchr(line.start, ':', (size_t)(line.end - line.start));
        name_end = colon ? wb__trim_blanks(line.start, colon) : NULL;
        if (!colon || name_end == line.start) {
            head->anomalies |= ANOMALY(HEADER_INVALID);
            return 1;
        }
        if (name_end != colon)
            head->anomalies |= ANOMALY(SPACE_BEFORE_COLON);
        if (wb__token_end(line.start, name_end) != name_end)
            head->anomalies |= ANOMALY(HEADER_INVALID);
    } else if (colon == line.start) {
        head->anomalies |= ANOMALY(HEADER_INVALID);
        return 1;
    }
    if (head->field_count == head->field_limit)
        return WB__HEAD_FIELDS;
    const uint8_t *value = wb__skip_blanks(colon + 1, line.end);
    head->fields[head->field_count++] = (struct wb__field){
        .name = span_of(parser, line.start, name_end),
        .value = span_of(parser, value, wb__trim_blanks(value, line.end)),
    };
    return 1;
}

/* Field lines up to the empty line. */
static int64_t parse_fields(struct parser *parser)
{
    struct line line;
    while (next_line(parser, &line)) {
        if (line.start == line.end)
            return parser->at - parser->base;
        int result = parse_field(parser, line);
        if (result < 0)
            return result;
    }
    return WB__HEAD_NEED_MORE;
}

/* One number of a Content-Length; false where it is none (RFC 9110, 8.6). */
static bool parse_length(struct wb__text text, uint64_t *length)
{
    uint64_t value = 0;
    if (text.at == text.end)
        return false;
    for (; text.at < text.end; text.at++) {
        if (!wb__is_digit(*text.at) || value > (UINT64_MAX - (*text.at - '0')) / 10)
            return false;
        value = value * 10 + (*text.at - '0');
    }
    *length = value;
    return true;
}

/* RFC 9112, 6.3: equal values may be taken as one; different ones are an error, and
 * then the first is what we follow. */
static void read_content_length(struct wb__head *head, struct wb__text value)
{
    struct wb__text element;
    uint64_t length;
    bool any = false;
    while (wb__next_element(&value, &element)) {
        any = true;
        if (!parse_length(element, &length)) {
            head->length_is_invalid = true;
        } else if (!head->has_length) {
            head->has_length = true;
            head->content_length = length;
        } else if (head->content_length != length) {
            head->anomalies |= ANOMALY(LENGTHS_DIFFER);
        }
    }
    if (!any)
        head->length_is_invalid = true;
    if (head->length_is_invalid)
        head->anomalies |= ANOMALY(LENGTH_INVALID);
}

static bool is_known_coding(struct wb__text name)
{
    static const char *const known[] = {"gzip",     "x-gzip",     "deflate",
                                        "compress", "x-compress", "identity"};
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        if (wb__text_is(name, known[i]))
            return true;
    return false;
}

/* Several lines are one list (RFC 9110, 5.3): transfer is what the last coding of all
 * lines so far says. "identity" was a coding once and meant none (RFC 2616, 3.6). */
static void read_transfer_encoding(struct wb__head *head, struct wb__text value)
{
    struct wb__text coding;
    while (wb__next_element(&value, &coding)) {
        const uint8_t *semicolon = memchr(coding.at, ';', (size_t)(coding.end - coding.at));
        if (semicolon)
            coding.end = wb__trim_blanks(coding.at, semicolon);
        if (wb__text_is(coding, "identity") && head->transfer == WB__TRANSFER_NONE)
            continue;
        if (head->transfer == WB__TRANSFER_CHUNKED)
            head->anomalies |= ANOMALY(CHUNKED_NOT_LAST);
        if (wb__text_is(coding, "chunked")) {
            head->transfer = WB__TRANSFER_CHUNKED;
            continue;
        }
        head->transfer = WB__TRANSFER_UNFRAMED;
        if (!is_known_coding(coding))
            head->anomalies |= ANOMALY(CODING_UNKNOWN);
    }
}

static struct wb__text text_of(const uint8_t *base, struct wb__span span)
{
    return (struct wb__text){base + span.at, base + span.at + span.length};
}

/* What framing and pairing need, of one field. Told apart by length before text. */
static inline void read_field(struct parser *parser, const struct wb__field *field,
                              const struct wb__field **host)
{
    struct wb__head *head = parser->head;
    const uint8_t *name = parser->base + field->name.at;
    switch (field->name.length) {
    case 4:
        if (!wb__equals_lower(name, 4, "host"))
            return;
        if (*host && !wb__text_equals(text_of(parser->base, (*host)->value),
                                      text_of(parser->base, field->value)))
            head->anomalies |= ANOMALY(HOSTS_DIFFER);
        *host = field;
        return;
    case 7:
        if (wb__equals_lower(name, 7, "upgrade"))
            head->has_upgrade = true;
        return;
    case 14:
        if (wb__equals_lower(name, 14, "content-length"))
            read_content_length(head, text_of(parser->base, field->value));
        return;
    case 17:
        if (wb__equals_lower(name, 17, "transfer-encoding"))
            read_transfer_encoding(head, text_of(parser->base, field->value));
        return;
    }
}

static void read_fields(struct parser *parser, enum wb_http_side side)
{
    struct wb__head *head = parser->head;
    const struct wb__field *host = NULL;
    for (uint32_t i = 0; i < head->field_count; i++)
        read_field(parser, &head->fields[i], &host);
    if (side == WB_HTTP_REQUEST && !host && head->version == 11)
        head->anomalies |= ANOMALY(HOST_MISSING);
    if (head->transfer == WB__TRANSFER_UNFRAMED)
        head->anomalies |= ANOMALY(CHUNKED_NOT_LAST);
    if (head->transfer == WB__TRANSFER_NONE)
        return;
    if (head->has_length || head->length_is_invalid)
        head->anomalies |= ANOMALY(LENGTH_AND_CHUNKED);
    if (head->version == 10)
        head->anomalies |= ANOMALY(CHUNKED_IN_1_0);
}

static struct parser parser_of(struct wb__head *head, const uint8_t *bytes, uint32_t length)
{
    *head = (struct wb__head){.fields = head->fields, .field_limit = head->field_limit};
    return (struct parser){.head = head, .base = bytes, .at = bytes, .end = bytes + length};
}

static int parse_start(struct parser *parser, enum wb_http_side side)
{
    struct line line;
    if (!next_line(parser, &line))
        return WB__HEAD_NEED_MORE;
    return side == WB_HTTP_REQUEST ? parse_request_line(parser, line)
                                   : parse_status_line(parser, line);
}

int64_t wb__head_parse(struct wb__head *head, enum wb_http_side side, const uint8_t *bytes,
                       uint32_t length)
{
    struct parser parser = parser_of(head, bytes, length);
    int result = parse_start(&parser, side);
    if (result <= 0)
        return result;
    if (head->version == 9)
        return parser.at - parser.base;
    int64_t taken = parse_fields(&parser);
    if (taken > 0)
        read_fields(&parser, side);
    return taken;
}

int64_t wb__head_parse_start(struct wb__head *head, enum wb_http_side side, const uint8_t *bytes,
                             uint32_t length)
{
    struct parser parser = parser_of(head, bytes, length);
    int result = parse_start(&parser, side);
    return result <= 0 ? result : parser.at - parser.base;
}

int64_t wb__head_parse_fields(struct wb__head *head, const uint8_t *bytes, uint32_t length)
{
    struct parser parser = parser_of(head, bytes, length);
    return parse_fields(&parser);
}

enum wb__head_guess wb__head_guess(const uint8_t *bytes, uint32_t length)
{
    uint32_t common = length < 5 ? length : 5;
    if (wb__equals_lower(bytes, common, "http/"))
        return common == 5 ? WB__GUESS_RESPONSE : WB__GUESS_NEED_MORE;
    const uint8_t *end = bytes + (length < WB__GUESS_BYTES ? length : WB__GUESS_BYTES);
    const uint8_t *method_end = wb__token_end(bytes, end);
    if (method_end - bytes > METHOD_MAX)
        return WB__GUESS_NEITHER;
    if (method_end == end)
        return WB__GUESS_NEED_MORE;
    return method_end > bytes && wb__is_blank(*method_end) ? WB__GUESS_REQUEST : WB__GUESS_NEITHER;
}

bool wb__head_is_sure(const struct wb__head *head)
{
    uint64_t doubts = ANOMALY(START_LINE_INVALID) | ANOMALY(NUL_IN_HEAD) | ANOMALY(BARE_CR) |
                      ANOMALY(HEADER_INVALID);
    return is_known_version(head->version) && !(head->anomalies & doubts);
}
