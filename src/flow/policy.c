/* SPDX-License-Identifier: ISC
 *
 * The rules, after Novak and Sturges, "Target-Based TCP Stream Reassembly" (2007), and
 * Novak, "Target-Based Fragmentation Reassembly" (2005), which measured the receivers of
 * their time. LINUX for TCP is what net/ipv4/tcp_input.c does today: its queue is ordered by
 * where segments begin, and a segment hides what the ones after it repeat.
 *
 *     the new one is kept where it overlaps an old one, if it
 *     FIRST      never
 *     LAST       always
 *     BSD        begins before
 *     BSD_RIGHT  begins at the same place or after
 *     LINUX      begins before, or at the same place and ends after
 *                (fragments: begins before or at the same place)
 *     WINDOWS    begins before (fragments: begins before and ends after)
 *     SOLARIS    ends after, or ends at the same place and does not begin after
 *                (fragments: begins before and does not end before)
 */
#include "flow/policy.h"

#include <stdlib.h>
#include <string.h>

#include <wirebeam/error.h>

#include "flow/flow.h"
#include "flow/queue.h"

static bool keeps_new_fragment(enum wb_overlap_policy policy, int32_t ahead, int32_t beyond)
{
    switch (policy) {
    case WB_OVERLAP_LINUX:
        return ahead >= 0;
    case WB_OVERLAP_WINDOWS:
        return ahead > 0 && beyond > 0;
    case WB_OVERLAP_SOLARIS:
        return ahead > 0 && beyond >= 0;
    default:
        return false;
    }
}

static bool keeps_new_segment(enum wb_overlap_policy policy, int32_t ahead, int32_t beyond)
{
    switch (policy) {
    case WB_OVERLAP_LINUX:
        return ahead > 0 || (ahead == 0 && beyond > 0);
    case WB_OVERLAP_WINDOWS:
        return ahead > 0;
    case WB_OVERLAP_SOLARIS:
        return beyond > 0 || (beyond == 0 && ahead >= 0);
    default:
        return false;
    }
}

bool wb__policy_keeps_new(enum wb_overlap_policy policy, bool is_for_fragments,
                          struct wb__extent old_one, struct wb__extent new_one)
{
    int32_t ahead = wb__sequence_distance(new_one.begin, old_one.begin);
    int32_t beyond = wb__sequence_distance(old_one.end, new_one.end);
    switch (policy) {
    case WB_OVERLAP_LAST:
        return true;
    case WB_OVERLAP_BSD:
        return ahead > 0;
    case WB_OVERLAP_BSD_RIGHT:
        return ahead <= 0;
    case WB_OVERLAP_LINUX:
    case WB_OVERLAP_WINDOWS:
    case WB_OVERLAP_SOLARIS:
        return is_for_fragments ? keeps_new_fragment(policy, ahead, beyond)
                                : keeps_new_segment(policy, ahead, beyond);
    default:
        return false;
    }
}

/* --- targets ----------------------------------------------------------------- */

static bool is_policy(unsigned policy)
{
    return policy <= WB_OVERLAP_SOLARIS;
}

bool wb__flow_options_are_valid(const struct wb_flow_options *options)
{
    if (!is_policy(options->overlap) || (options->target_count > 0 && !options->targets))
        return false;
    for (uint32_t i = 0; i < options->target_count; i++) {
        const struct wb_flow_target *target = &options->targets[i];
        if (!is_policy(target->policy) || (target->ip_version != 4 && target->ip_version != 6) ||
            target->prefix_length > (target->ip_version == 4 ? 32 : 128))
            return false;
    }
    return true;
}

int wb__targets_copy(struct wb__targets *targets, const struct wb_flow_options *options)
{
    *targets = (struct wb__targets){.others = options->overlap};
    if (options->target_count == 0)
        return 0;
    targets->list = calloc(options->target_count, sizeof *targets->list);
    if (!targets->list)
        return WB_E_MEMORY;
    memcpy(targets->list, options->targets, options->target_count * sizeof *targets->list);
    targets->count = options->target_count;
    return 0;
}

void wb__targets_free(struct wb__targets *targets)
{
    free(targets->list);
    *targets = (struct wb__targets){0};
}

static bool is_within(const struct wb_flow_target *target, const uint8_t address[16])
{
    unsigned bits = target->prefix_length;
    if (memcmp(target->address, address, bits / 8) != 0)
        return false;
    if (bits % 8 == 0)
        return true;
    unsigned mask = 0xff00u >> bits % 8 & 0xff;
    return ((target->address[bits / 8] ^ address[bits / 8]) & mask) == 0;
}

enum wb_overlap_policy wb__targets_find(const struct wb__targets *targets,
                                        const uint8_t address[16], unsigned ip_version)
{
    const struct wb_flow_target *best = NULL;
    for (uint32_t i = 0; i < targets->count; i++) {
        const struct wb_flow_target *target = &targets->list[i];
        if (target->ip_version == ip_version && is_within(target, address) &&
            (!best || target->prefix_length >= best->prefix_length))
            best = target;
    }
    return best && best->policy != WB_OVERLAP_DEFAULT ? best->policy : targets->others;
}
