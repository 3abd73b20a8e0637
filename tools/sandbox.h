/* SPDX-License-Identifier: ISC
 *
 * What --sandbox and -Z come to: the confinement of a run, and what is said of it.
 */
#ifndef TOOLS_SANDBOX_H
#define TOOLS_SANDBOX_H

#include <wirebeam/error.h>
#include <wirebeam/guard.h>

#include "options.h"

#define SANDBOX_WORDS "best-effort|on|off|report" /* as enum wb_guard_mode has them */

struct sandbox_arguments {
    unsigned mode;
    const char *user;
};

/* The options as every command has them that reads packets: rows of a table whose arguments are a
 * type that has a struct sandbox_arguments as this member. */
#define SANDBOX_ROWS(type, member)                                                                 \
    { "sandbox", 0, OPTION_CHOICE, .offset = offsetof(type, member.mode),                          \
      .argument = SANDBOX_WORDS,                                                                   \
      .help = "deny this process what it does not need: as far as the system can (the\n"           \
              "default); on: or not run; report: tell what would be denied" },                     \
    { "user", 'Z', OPTION_TEXT, .offset = offsetof(type, member.user), .argument = "USER",         \
      .help = "whom root becomes once all is open; \"root\" stays root, without\n"                 \
              "capabilities" }

/* Do they agree? Returns OPTIONS_GO with mode and user in *options, or the exit status when the
 * mistake was told. */
int sandbox_check(const struct sandbox_arguments *arguments, struct wb_guard_options *options);

/* wb_source_options.opened; context is a const struct wb_guard_options *. */
int sandbox_enter(void *context, struct wb_error *error);

/* The same at any other moment, with what is missing told. Same returns as sandbox_check. */
int sandbox_begin(struct wb_guard_options *options);

/* A line where somebody should know that something is not confined. */
void sandbox_tell_missing(void);

/* "no_new_privs, landlock, seccomp; user nobody" into text. */
void sandbox_text(char *text, size_t size);

#endif
