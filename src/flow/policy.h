/* SPDX-License-Identifier: ISC
 *
 * Overlap policies: whose bytes a receiver keeps where two segments bring different ones,
 * and which receiver has which policy.
 */
#ifndef WB_FLOW_POLICY_H
#define WB_FLOW_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/flow.h>

/* Where a segment begins and ends, as it was sent. */
struct wb__extent {
    uint32_t begin, end;
};

/* Does the receiver keep the new segment's byte where the old one has one, too? The rules
 * of TCP and of fragments have the same names, but are not all the same. Under LINUX, end
 * matters only where both begin at the same place. */
bool wb__policy_keeps_new(enum wb_overlap_policy policy, bool is_for_fragments,
                          struct wb__extent old_one, struct wb__extent new_one);

/* Which receiver has which policy: a copy of what the options say. */
struct wb__targets {
    struct wb_flow_target *list;
    uint32_t count;
    enum wb_overlap_policy others;
};

/* Of options that are valid. Returns 0 or WB_E_MEMORY. */
int wb__targets_copy(struct wb__targets *targets, const struct wb_flow_options *options);
void wb__targets_free(struct wb__targets *targets);

/* The policy of a receiver by its address. */
enum wb_overlap_policy wb__targets_find(const struct wb__targets *targets,
                                        const uint8_t address[16], unsigned ip_version);

#endif
