/* SPDX-License-Identifier: ISC
 *
 * What --sandbox and -Z come to: the confinement of a run, and what is said of it.
 */
#ifndef TOOLS_SANDBOX_H
#define TOOLS_SANDBOX_H

#include <wirebeam/error.h>
#include <wirebeam/guard.h>

#define SANDBOX_WORDS "best-effort|on|off|report" /* as enum wb_guard_mode has them */

/* The options as every command has them that reads packets. The first is an unsigned, the other a
 * const char *. */
#define SANDBOX_OPTIONS(mode_place, user_place)                                                    \
    { "sandbox", 0, OPTION_CHOICE, mode_place, .argument = SANDBOX_WORDS,                          \
      .help = "deny this process what it does not need: as far as the system can (the\n"           \
              "default); on: or not run; report: tell what would be denied" },                     \
    { "user", 'Z', OPTION_TEXT, user_place, .argument = "USER",                                    \
      .help = "whom root becomes once all is open; \"root\" stays root, without\n"                 \
              "capabilities" }

/* wb_source_options.opened; context is a const struct wb_guard_options *. */
int sandbox_enter(void *context, struct wb_error *error);

/* A line where somebody should know that something is not confined. */
void sandbox_tell_missing(void);

/* "no_new_privs, landlock, seccomp; user nobody" into text. */
void sandbox_text(char *text, size_t size);

#endif
