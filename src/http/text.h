/* SPDX-License-Identifier: ISC
 *
 * The character classes and the comparisons of RFC 9110, 5.6: tokens, blanks (OWS),
 * comma-separated lists, names without case. Bytes are bounded by their ends; locale
 * plays no part.
 */
#ifndef WB_HTTP_TEXT_H
#define WB_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wb__text {
    const uint8_t *at, *end;
};

extern const uint8_t wb__token_table[256]; /* tchar: 1 */

static inline bool wb__is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static inline bool wb__is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* The first byte in [at, end) that is no tchar, or end. */
static inline const uint8_t *wb__token_end(const uint8_t *at, const uint8_t *end)
{
    while (at < end && wb__token_table[*at])
        at++;
    return at;
}

static inline const uint8_t *wb__skip_blanks(const uint8_t *at, const uint8_t *end)
{
    while (at < end && wb__is_blank(*at))
        at++;
    return at;
}

static inline const uint8_t *wb__trim_blanks(const uint8_t *at, const uint8_t *end)
{
    while (end > at && wb__is_blank(end[-1]))
        end--;
    return end;
}

/* Whether length bytes are the first length ones of a lower-case name, without case. */
static inline bool wb__equals_lower(const uint8_t *bytes, size_t length, const char *lower)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = bytes[i];
        if (byte >= 'A' && byte <= 'Z')
            byte |= 0x20;
        if (byte != (uint8_t)lower[i])
            return false;
    }
    return true;
}

static inline bool wb__text_is(struct wb__text text, const char *lower)
{
    size_t length = (size_t)(text.end - text.at);
    return length == strlen(lower) && wb__equals_lower(text.at, length, lower);
}

static inline bool wb__text_equals(struct wb__text a, struct wb__text b)
{
    size_t length = (size_t)(a.end - a.at);
    return length == (size_t)(b.end - b.at) && (!length || memcmp(a.at, b.at, length) == 0);
}

/* The next element of a list, trimmed, empty ones left out (RFC 9110, 5.6.1). */
bool wb__next_element(struct wb__text *list, struct wb__text *element);

#endif
