/* SPDX-License-Identifier: ISC
 *
 * A budget: the one account of a kind of memory, with its ceiling and its peak. Who
 * allocates asks first; who is refused tells.
 */
#ifndef WB_BASE_BUDGET_H
#define WB_BASE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct wb__budget {
    uint64_t used, peak;
    uint64_t limit; /* 0: none */
};

static inline bool wb__budget_take(struct wb__budget *budget, uint64_t bytes)
{
    if (budget->limit && (bytes > budget->limit || budget->used > budget->limit - bytes))
        return false;
    budget->used += bytes;
    if (budget->used > budget->peak)
        budget->peak = budget->used;
    return true;
}

static inline void wb__budget_give(struct wb__budget *budget, uint64_t bytes)
{
    budget->used -= bytes;
}

#endif
