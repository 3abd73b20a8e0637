/* SPDX-License-Identifier: ISC
 *
 * The sum of the Internet checksum (RFC 1071), unfolded.
 */
#ifndef WB_DECODE_SUM_H
#define WB_DECODE_SUM_H

#include <stdint.h>
#include <string.h>

/* Sums are of 64 bits, each carry out of which comes in again at the bottom: 2^64 - 1 and
 * 2^16 - 1 have that in common, so words of any width come to the same when folded. */
static inline uint64_t wb__sum_plus(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

/* Adds bytes as words in the order of memory; RFC 1071, 2 (B): the byte order does not
 * matter as long as it is the same throughout. Every part of a sum but the last must have
 * an even length. */
uint64_t wb__sum_add(uint64_t sum, const uint8_t *bytes, uint32_t length);

/* Adds a header: so many words of 32 bits, few. */
static inline uint64_t wb__sum_words(uint64_t sum, const uint8_t *bytes, uint32_t count)
{
    for (; count >= 2; count -= 2, bytes += 8) {
        uint64_t words;
        memcpy(&words, bytes, sizeof words);
        sum = wb__sum_plus(sum, words);
    }
    if (count > 0) {
        uint32_t word;
        memcpy(&word, bytes, sizeof word);
        sum = wb__sum_plus(sum, word);
    }
    return sum;
}

/* The sum folded to 16 bits, in the order of memory: each half is added to the other, and
 * what the lower ones carry comes in at the bottom of the upper ones. */
static inline uint16_t wb__sum_fold(uint64_t sum)
{
    sum += sum << 32 | sum >> 32;
    uint32_t upper = (uint32_t)(sum >> 32);
    upper += upper << 16 | upper >> 16;
    return (uint16_t)(upper >> 16);
}

#endif
