/* SPDX-License-Identifier: ISC
 *
 * The options of a COMMAND_OPEN, as texts, into what the engine and the worker take.
 */
#ifndef WIREBEAM_NATIVE_OPTIONS_H
#define WIREBEAM_NATIVE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/engine.h>
#include <wirebeam/guard.h>
#include <wirebeam/inject.h>
#include <wirebeam/setting.h>

/* Bits of settings.deliver. */
enum delivery {
    DELIVER_PACKETS = 1 << 0,
    DELIVER_STREAMS = 1 << 1,
    DELIVER_TRANSACTIONS = 1 << 2,
    DELIVER_ANOMALIES = 1 << 3,
    DELIVER_STATS = 1 << 4,
};

struct settings {
    struct wb_engine_options engine; /* without handlers; its strings are owned here */
    struct wb_targets targets;
    struct wb_inject_options inject; /* without strings */
    char *interface, *file, *filter, *kind, *memory;
    char *inject_kind; /* NULL: the best */
    unsigned deliver;
    uint32_t time_per_second, batch_bytes, stats_interval_ms, max_body_bytes;
    uint64_t max_body_total;
    bool has_bodies;
    bool injects;
    enum wb_guard_mode sandbox;
    char *user; /* whom root becomes; NULL: the usual one */
};

#define OPTIONS_MALFORMED 1 /* the bytes are no list of options */

/* Reads the options into *settings, which begins with the defaults and is to be given to
 * options_free in any case. It refers to itself: it must stay where it is. Returns 0,
 * OPTIONS_MALFORMED, or a negative code with *error filled. */
int options_read(struct settings *settings, const uint8_t *bytes, size_t length,
                 struct wb_error *error);

void options_free(struct settings *settings);

#endif
