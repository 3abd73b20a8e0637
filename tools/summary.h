/* SPDX-License-Identifier: ISC
 *
 * The summary at the end of a run, and on SIGUSR1 in the middle of one. Its lines are
 * equations: what was seen is what was delivered and what was dropped, by cause. That
 * they hold is checked, not assumed.
 */
#ifndef TOOLS_SUMMARY_H
#define TOOLS_SUMMARY_H

#include <stdbool.h>

#include <wirebeam/engine.h>

/* What a run did, and so what there is to tell. */
struct summary_parts {
    bool http;      /* flows were followed and HTTP parsed */
    bool directory; /* transactions were kept in a directory */
    bool client;    /* that directory holds the clients' sides of connections */
    bool json;      /* JSON records were written */
    bool capture;   /* a capture file was written */
    bool verbose;   /* memory and time, too */
};

/* Prints the summary to standard error. */
void summary_print(const struct wb_stats *stats, const struct summary_parts *parts);

/* One line to standard error for each equation that does not hold. Returns true when
 * all do. */
bool summary_adds_up(const struct wb_stats *stats, const struct summary_parts *parts);

/* True when something that was to be written could not be; told in one line. */
bool summary_tell_losses(const struct wb_stats *stats);

#endif
