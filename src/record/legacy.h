/* SPDX-License-Identifier: ISC
 *
 * What processes that died left to a recorder that goes on (wb_engine_options.forks). It outlives
 * the recorder, which leaves it to the next one in turn.
 */
#ifndef WB_RECORD_LEGACY_H
#define WB_RECORD_LEGACY_H

#include <stdint.h>

struct wb__backlog;
struct wb__standing;

struct wb__legacy {
    struct wb__backlog *lines;     /* of JSON, that wait to be written (sink.h) */
    struct wb__standing *standing; /* sets of files that a quota may delete, or NULL */
    uint64_t files, bytes;         /* that stand */
};

#endif
