/* SPDX-License-Identifier: ISC
 *
 * A subcommand of `wirebeam`: each is a file that exports one const struct command,
 * and main.c has the one array that lists them. What a command takes is a table of
 * options (options.h), from which its parsing and its --help are both made.
 */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

struct option_spec;

/* What the command returns to the shell. */
enum exit_status {
    STATUS_DONE = 0,
    STATUS_FAILED = 1, /* the run could not do its whole job */
    STATUS_USAGE = 2,  /* the command line is wrong */
};

struct command {
    const char *name;
    const char *summary;               /* one line, no full stop */
    const char *synopsis;              /* what follows the name, for --help */
    const struct option_spec *options; /* ends with a row whose name is NULL */
    int (*run)(int argc, char **argv); /* argv[0] is the name; an enum exit_status */
};

extern const struct command command_http;
extern const struct command command_capture;
extern const struct command command_read;
extern const struct command command_interfaces;
extern const struct command command_send;
extern const struct command command_replay;
extern const struct command command_ping;
extern const struct command command_probe;
extern const struct command command_trace;

#endif
