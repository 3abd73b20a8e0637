/* SPDX-License-Identifier: ISC
 *
 * What the command says to people on standard error: one line for one mistake, that
 * begins with the name of the subcommand. Colour only on a terminal.
 */
#ifndef TOOLS_MESSAGE_H
#define TOOLS_MESSAGE_H

#include <stdbool.h>
#include <stdio.h>

/* The subcommand that messages name from now on; NULL for `wirebeam` alone. */
void message_set_command(const char *name);

/* Prints "wirebeam COMMAND: ..." and a newline. Control bytes become '?', so that it
 * is one line whatever a file name or an option holds. */
__attribute__((format(printf, 1, 2))) void message(const char *format, ...);

/* message() and returns STATUS_USAGE, with a hint at --help. */
__attribute__((format(printf, 1, 2))) int message_usage(const char *format, ...);

/* True where colour may be used: a terminal, NO_COLOR not set (no-color.org), and a
 * TERM that is not "dumb". */
bool message_has_colour(FILE *stream);

#endif
