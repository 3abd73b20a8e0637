/* SPDX-License-Identifier: ISC
 *
 * The sum reads each byte of a stream, so its loop is one that compilers turn into vector
 * instructions: independent 64-bit accumulators of 32-bit words, which cannot overflow.
 * Where the compiler can make two versions of a function and choose one at load time, there
 * is one for AVX2.
 */
#include "decode/sum.h"

#define LANES 16

static inline uint32_t word_at(const uint8_t *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

#ifdef WB_HAVE_TARGET_CLONES
__attribute__((target_clones("avx2", "default")))
#endif
static uint64_t
add_blocks(const uint8_t *bytes, uint32_t blocks)
{
    uint64_t lanes[LANES], sum = 0;
    for (int i = 0; i < LANES; i++)
        lanes[i] = word_at(bytes + 4 * i);
    while (--blocks > 0) {
        bytes += LANES * 4;
        for (int i = 0; i < LANES; i++)
            lanes[i] += word_at(bytes + 4 * i);
    }
    for (int i = 0; i < LANES; i++)
        sum += lanes[i];
    return sum;
}

uint64_t wb__sum_add(uint64_t sum, const uint8_t *bytes, uint32_t length)
{
    uint32_t blocks = length / (LANES * 4);
    if (blocks > 0)
        sum = wb__sum_plus(sum, add_blocks(bytes, blocks));
    bytes += blocks * (LANES * 4);
    length -= blocks * (LANES * 4);
    sum = wb__sum_words(sum, bytes, length / 4);
    bytes += length & ~3u;
    uint16_t half;
    if (length & 2) {
        memcpy(&half, bytes, sizeof half);
        sum = wb__sum_plus(sum, half);
        bytes += 2;
    }
    if (length & 1) {
        const uint8_t padded[2] = {*bytes, 0};
        memcpy(&half, padded, sizeof half);
        sum = wb__sum_plus(sum, half);
    }
    return sum;
}
