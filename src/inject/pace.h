/* SPDX-License-Identifier: ISC
 *
 * The pace: when the next packet is due. Whole nanoseconds and a remainder, so that no rate
 * drifts; no clock is read here.
 */
#ifndef WB_INJECT_PACE_H
#define WB_INJECT_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define WB__PACE_MAKE_UP_NS INT64_C(100000000) /* what is missed beyond is forfeited */

struct wb__pace {
    uint64_t units_per_second; /* packets, or bits; 0: no pace */
    bool counts_bits;
    int64_t due_ns;
    uint64_t remainder; /* of a nanosecond, in units_per_second-ths */
    int64_t forfeited_ns;
};

/* The time of the next packet at now_ns, which is in the past where it is late. 0: at once. */
int64_t wb__pace_due(struct wb__pace *pace, int64_t now_ns);

/* A packet of length bytes took its turn. */
void wb__pace_advance(struct wb__pace *pace, uint32_t length);

#endif
