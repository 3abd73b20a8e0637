/* SPDX-License-Identifier: ISC
 *
 * The inner loops of the head parser: finding the next control byte, and the end of a
 * name. Lines end with a control byte, a well-formed line holds no other, and so one
 * search both finds the end of a line and proves the rest of it clean. Sixteen bytes
 * at a time where the machine has SSE2, words and tables elsewhere; no byte at or
 * after end is read.
 */
#ifndef WB_HTTP_SCAN_H
#define WB_HTTP_SCAN_H

#include <stdint.h>
#include <string.h>

#include "http/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline const uint8_t *wb__scan_bytes(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at >= 0x20)
        at++;
    return at;
}

/* As many whole words as are free of bytes below 0x20. */
static inline const uint8_t *wb__scan_words(const uint8_t *at, const uint8_t *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t highs = ones * 0x80;
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        if ((word - ones * 0x20) & ~word & highs)
            break;
        at += 8;
    }
    return at;
}

/* The first byte below 0x20 in [at, end), or end. */
static inline const uint8_t *wb__scan_control_portable(const uint8_t *at, const uint8_t *end)
{
    return wb__scan_bytes(wb__scan_words(at, end), end);
}

#ifdef __SSE2__
static inline const uint8_t *wb__scan_control_sse2(const uint8_t *at, const uint8_t *end)
{
    const __m128i highest = _mm_set1_epi8(0x1f);
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, highest), bytes);
        unsigned mask = (unsigned)_mm_movemask_epi8(controls);
        if (mask)
            return at + __builtin_ctz(mask);
        at += 16;
    }
    return wb__scan_control_portable(at, end);
}
/* Which of sixteen bytes are letters, digits or '-': what nearly all names are made of. */
static inline unsigned wb__scan_plain_mask(__m128i bytes)
{
    __m128i letters = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
    __m128i digits = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    letters = _mm_cmpeq_epi8(_mm_min_epu8(letters, _mm_set1_epi8(25)), letters);
    digits = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    __m128i dashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters, digits), dashes));
}

/* The first byte in [at, end) that is no tchar, or end. */
static inline const uint8_t *wb__scan_token_sse2(const uint8_t *at, const uint8_t *end)
{
    while (end - at >= 16) {
        unsigned others =
            ~wb__scan_plain_mask(_mm_loadu_si128((const __m128i *)(const void *)at)) & 0xffff;
        if (others) {
            at += __builtin_ctz(others);
            break;
        }
        at += 16;
    }
    return wb__token_end(at, end);
}
#define wb__scan_control wb__scan_control_sse2
#define wb__scan_token wb__scan_token_sse2
#else
#define wb__scan_control wb__scan_control_portable
#define wb__scan_token wb__token_end
#endif

#endif
