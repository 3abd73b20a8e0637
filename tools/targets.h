/* SPDX-License-Identifier: ISC
 *
 * `--target POLICY` and `--target NETWORK=POLICY`: whose bytes count where segments overlap,
 * by the receiver's address.
 */
#ifndef TOOLS_TARGETS_H
#define TOOLS_TARGETS_H

#include <wirebeam/engine.h>

#define TARGETS_MAX 256

struct targets {
    struct wb_flow_target networks[TARGETS_MAX];
    uint32_t count;
    enum wb_overlap_policy others; /* receivers of no network named */
};

/* Takes what was given to --target. Returns OPTIONS_GO, or the exit status to end with. */
int targets_set(struct targets *targets, const char *text);

/* Puts them into options, which then refer to them. */
void targets_apply(const struct targets *targets, struct wb_flow_options *options);

#endif
