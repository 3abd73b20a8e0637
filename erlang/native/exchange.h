/* SPDX-License-Identifier: ISC
 *
 * The bodies of an unfinished transaction, gathered as they come, under a limit for each and
 * one for all. What a limit leaves out is always the end of a body, and is counted.
 */
#ifndef WIREBEAM_NATIVE_EXCHANGE_H
#define WIREBEAM_NATIVE_EXCHANGE_H

#include <stdbool.h>

#include <wirebeam/http.h>

#include "buffer.h"
#include "counters.h"
#include "options.h"
#include "spares.h"

struct body {
    uint8_t *bytes;
    size_t used, capacity;
    uint64_t left_out;
};

struct exchange {
    struct body bodies[2]; /* by enum wb_http_side */
    struct spares *spares;
};

/* Its bodies take their memory from the spares first, and give it back to them. NULL where there
 * is no memory. */
struct exchange *exchange_new(struct spares *spares, struct worker_stats *stats);

/* announced: how long the body will be, as its sender says; 0 where it does not. */
void exchange_add(struct exchange *exchange, enum wb_http_side side, const uint8_t *bytes,
                  uint32_t length, uint64_t announced, const struct settings *settings,
                  struct worker_stats *stats);

/* NULL is accepted. */
void exchange_free(struct exchange *exchange, struct worker_stats *stats);

#endif
