/* SPDX-License-Identifier: ISC
 *
 * Options of an engine as texts, as people write them on a command line or in a file: limits
 * by their names, targets, checks that are not made. Each mistake gets one line that begins
 * with "limit", "target" or "lenient" and says what is wanted.
 *
 *     struct wb_engine_options options = {0};
 *     struct wb_error error;
 *     if (wb_limit_set(&options, "total-buffer=1G", &error) < 0)
 *         errx(2, "%s", error.text);
 */
#ifndef WIREBEAM_SETTING_H
#define WIREBEAM_SETTING_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/engine.h>
#include <wirebeam/error.h>
#include <wirebeam/flow.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Reads a whole text as a decimal number; with units, K, M or G (powers of 1024) may follow.
 * False where it is none, or does not fit; *number is then undefined. */
bool wb_number_read(const char *text, bool has_units, uint64_t *number);

/* A limit or timeout of the engine. */
struct wb_limit {
    const char *name;      /* "total-buffer" */
    const char *about;     /* what it limits, and in which unit */
    uint64_t value, max;   /* its default, and what it may be */
};

/* The limit numbered index, from 0. False where there is none. */
bool wb_limit_at(unsigned index, struct wb_limit *limit);

/* Takes "NAME=VALUE", where K, M or G may follow. 0, or WB_E_ARGUMENT with *error filled. */
int wb_limit_set(struct wb_engine_options *options, const char *text, struct wb_error *error);

#define WB_TARGETS_MAX 256

/* Whose bytes count where segments or fragments overlap, by the receiver's address. */
struct wb_targets {
    struct wb_flow_target networks[WB_TARGETS_MAX];
    uint32_t count;
    enum wb_overlap_policy others; /* receivers in none of the networks */
};

/* Takes "NETWORK=POLICY" ("192.0.2.0/24=windows", "2001:db8::1=bsd") or "POLICY", for others.
 * 0, or WB_E_ARGUMENT or _LIMIT with *error filled. */
int wb_targets_add(struct wb_targets *targets, const char *text, struct wb_error *error);

/* Puts them into options, which then refer to them. */
void wb_targets_apply(const struct wb_targets *targets, struct wb_flow_options *options);

/* Adds the checks of "CHECK[,CHECK...]" or "all" to bits (wb_flow_options.lenient). 0, or
 * WB_E_ARGUMENT with *error filled. */
int wb_checks_add(uint32_t *bits, const char *text, struct wb_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
