/* SPDX-License-Identifier: ISC
 *
 * Chance that comes the same each time: a test sets the state, says it when it fails, and the
 * numbers after it are always the same (xorshift64*; Vigna, 2016).
 */
#ifndef TEST_SUPPORT_RANDOM_H
#define TEST_SUPPORT_RANDOM_H

#include <stdint.h>

extern uint64_t random_state; /* not 0 */

/* A number from 0 to bound - 1. */
uint32_t random_below(uint32_t bound);

#endif
