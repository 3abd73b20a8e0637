/* SPDX-License-Identifier: ISC
 *
 * The sum of the Internet checksum (RFC 1071), unfolded.
 */
#ifndef WB_DECODE_SUM_H
#define WB_DECODE_SUM_H

#include <stdint.h>
#include <string.h>

/* Adds bytes as words in the order of memory; RFC 1071, 2 (B): the byte order does not
 * matter as long as it is the same throughout. Every part of a sum but the last must have
 * an even length. At most 4 GiB come together before 64 bits are full. */
uint64_t wb__sum_add(uint64_t sum, const uint8_t *bytes, uint32_t length);

/* The sum of a header: so many words of 32 bits, few. */
static inline uint64_t wb__sum_words(const uint8_t *bytes, uint32_t count)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, bytes + 4 * i, sizeof word);
        sum += word;
    }
    return sum;
}

/* The sum folded to 16 bits, in the order of memory. */
static inline uint16_t wb__sum_fold(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

#endif
