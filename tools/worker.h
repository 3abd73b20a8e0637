/* SPDX-License-Identifier: ISC
 *
 * The opener and its worker. The process that was started opens what needs rights, forks the worker
 * that parses, and waits: signals go on to the worker, and when it dies of one, that is told and
 * another one begins where it ended, a few times a minute.
 */
#ifndef TOOLS_WORKER_H
#define TOOLS_WORKER_H

#include <wirebeam/engine.h>

#define WORKER_RESTARTS 5 /* a minute, unless told otherwise */

struct worker_options {
    unsigned restarts; /* at most so many a minute */
};

/* wb_engine_options.forks; context is a const struct worker_options *. Returns in a worker. The
 * opener never returns: it ends with the status of its last worker, STATUS_FAILED where one had
 * died. */
int worker_fork(void *context, const struct wb_engine_progress *progress, struct wb_error *error);

/* In a worker, once it has changed its user: it ends, as by an interrupt, when its opener is gone.
 * In other processes nothing. */
void worker_ends_with_opener(void);

#endif
