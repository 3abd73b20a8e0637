/* SPDX-License-Identifier: ISC
 *
 * From options to exit status: opens the engine, runs it until the input ends or the
 * user interrupts, finishes it and prints the summary. Every command that reads packets
 * is a set of options, handlers and this.
 */
#ifndef TOOLS_RUN_H
#define TOOLS_RUN_H

#include <stdbool.h>

#include <wirebeam/engine.h>
#include <wirebeam/guard.h>

#include "summary.h"
#include "worker.h"

struct run {
    struct wb_engine_options options;
    struct wb_guard_options sandbox; /* mode and user; the rest follows from options */
    struct wb_guard_options writer;  /* follows, too */
    struct worker_options worker;
    struct summary_parts parts;
    bool quiet;    /* no summary at the end; losses are told all the same */
    bool progress; /* a line that counts while it runs, where stderr is a terminal */
};

/* Runs to the end. Interrupt and termination stop it: what was seen is handled and
 * written; a second one kills. SIGUSR1 prints the summary. Returns the exit status. */
int run_engine(struct run *run);

#endif
