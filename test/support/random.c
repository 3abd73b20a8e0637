/* SPDX-License-Identifier: ISC */
#include "support/random.h"

uint64_t random_state = 1;

uint32_t random_below(uint32_t bound)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * UINT64_C(2685821657736338717)) >> 33) % bound;
}
