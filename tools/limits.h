/* SPDX-License-Identifier: ISC
 *
 * `--limit NAME=VALUE`: every limit and timeout of the engine under one option.
 */
#ifndef TOOLS_LIMITS_H
#define TOOLS_LIMITS_H

#include <wirebeam/engine.h>

/* Takes "NAME=VALUE" into options; "help" prints all names with their defaults.
 * Returns OPTIONS_GO, or the exit status to end with. */
int limits_set(struct wb_engine_options *options, const char *text);

#endif
