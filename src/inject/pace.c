/* SPDX-License-Identifier: ISC */
#include "inject/pace.h"

#define NS_PER_SECOND UINT64_C(1000000000)

int64_t wb__pace_due(struct wb__pace *pace, int64_t now_ns)
{
    if (!pace->units_per_second)
        return 0;
    int64_t earliest = now_ns - WB__PACE_MAKE_UP_NS;
    if (pace->due_ns == 0) {
        pace->due_ns = now_ns;
    } else if (pace->due_ns < earliest) {
        pace->forfeited_ns += earliest - pace->due_ns;
        pace->due_ns = earliest;
    }
    return pace->due_ns;
}

/* A packet of 256 KiB has 2^21 bits, so the product stays below 2^51. */
void wb__pace_advance(struct wb__pace *pace, uint32_t length)
{
    if (!pace->units_per_second)
        return;
    uint64_t units = pace->counts_bits ? (uint64_t)length * 8 : 1;
    uint64_t whole = units * NS_PER_SECOND + pace->remainder;
    pace->due_ns += (int64_t)(whole / pace->units_per_second);
    pace->remainder = whole % pace->units_per_second;
}
