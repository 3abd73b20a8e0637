/* SPDX-License-Identifier: ISC
 *
 * Options as tables. A command keeps what it was told in a struct of its own; a row
 * names an option and the place in that struct. From the rows come the parsing (by
 * getopt_long), every check of a value, and the text of --help.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"

enum option_kind {
    OPTION_FLAG,   /* bool: set to true */
    OPTION_TEXT,   /* const char *: any text that is not empty */
    OPTION_WORD,   /* const char *: one of the words in row->argument ("a|b|c") */
    OPTION_CHOICE, /* unsigned: the index of the word in row->argument */
    OPTION_NUMBER, /* uint64_t: decimal, from row->min to row->max */
    OPTION_SIZE,   /* uint64_t: the same in bytes, K, M and G are powers of 1024 */
    OPTION_CALL,   /* row->call is asked */
};

struct option_spec {
    const char *name;     /* long, without dashes */
    char letter;          /* short, or 0 */
    enum option_kind kind;
    size_t offset;        /* of the value in the command's struct */
    const char *argument; /* its name in the help; NULL for a flag */
    const char *help;     /* a line; "\n" begins another */
    uint64_t min, max;    /* OPTION_NUMBER and _SIZE */
    /* OPTION_CALL: takes the text; OPTIONS_GO, or the exit status to end with. */
    int (*call)(void *arguments, const char *value);
};

#define OPTIONS_GO (-1) /* no exit status: the command goes on */

/* Reads the options of argv into arguments (which holds the defaults). Stores in *rest
 * the index of the first word that is no option. Returns OPTIONS_GO, or the exit status
 * to end with: the help was asked for and printed, or a mistake was told. */
int options_parse(const struct command *command, void *arguments, int argc, char **argv, int *rest);

/* Prints how command is used to standard output. Returns STATUS_DONE. */
int options_help(const struct command *command);

/* The words from argv[first] on, joined by spaces (a filter expression); the caller
 * frees it. NULL when out of memory. */
char *options_join(int argc, char **argv, int first);

#endif
