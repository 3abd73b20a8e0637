/* SPDX-License-Identifier: ISC
 *
 * getopt_long driven by a command's table. Every mistake is one line that names the
 * option, and getopt's own messages are off, since they name the program only. Options
 * end at the first word that is none: a filter may hold a '-'.
 */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirebeam/setting.h>

#include "message.h"

#define OPTIONS_MAX 48
#define HELP_COLUMN 30

/* Values that getopt_long returns for long options: above every letter. */
#define LONG_BASE 256

static int count_options(const struct option_spec *rows)
{
    int count = 0;

    while (rows[count].name != NULL)
        count++;
    return count;
}

static void fill_getopt(const struct option_spec *rows, int count, struct option *longs,
                        char *letters)
{
    *letters++ = '+'; /* end at the first word that is no option */
    *letters++ = ':'; /* tell a missing argument from an unknown option */
    *letters++ = 'h';
    for (int i = 0; i < count; i++) {
        int takes = rows[i].argument != NULL;

        longs[i] = (struct option){ rows[i].name, takes ? required_argument : no_argument, NULL,
                                    LONG_BASE + i };
        if (rows[i].letter == 0)
            continue;
        *letters++ = rows[i].letter;
        if (takes)
            *letters++ = ':';
    }
    longs[count] = (struct option){ "help", no_argument, NULL, 'h' };
    longs[count + 1] = (struct option){ NULL, 0, NULL, 0 };
    *letters = '\0';
}

static const struct option_spec *find_row(const struct option_spec *rows, int code)
{
    if (code >= LONG_BASE)
        return &rows[code - LONG_BASE];
    while (rows->name != NULL && rows->letter != code)
        rows++;
    return rows->name != NULL ? rows : NULL;
}

/* The index of value among the words of "a|b|c", or -1. */
static int find_word(const char *words, const char *value)
{
    size_t length = strlen(value);

    for (int index = 0;; index++) {
        size_t word = strcspn(words, "|");

        if (word == length && strncmp(words, value, word) == 0)
            return index;
        if (words[word] == '\0')
            return -1;
        words += word + 1;
    }
}

static int set_number(const struct option_spec *row, void *place, const char *value)
{
    uint64_t number;

    if (!wb_number_read(value, row->kind == OPTION_SIZE, &number))
        return message_usage("--%s wants a number%s, not '%s'", row->name,
                             row->kind == OPTION_SIZE ? " of bytes (K, M, G may follow)" : "",
                             value);
    if (number < row->min || number > row->max)
        return message_usage("--%s must be from %llu to %llu, not %s", row->name,
                             (unsigned long long)row->min, (unsigned long long)row->max, value);
    memcpy(place, &number, sizeof(number));
    return OPTIONS_GO;
}

static int set_word(const struct option_spec *row, void *place, const char *value)
{
    int index = find_word(row->argument, value);
    unsigned choice = (unsigned)index;

    if (index < 0)
        return message_usage("--%s must be one of %s, not '%s'", row->name, row->argument, value);
    if (row->kind == OPTION_CHOICE)
        memcpy(place, &choice, sizeof(choice));
    else
        memcpy(place, &value, sizeof(value));
    return OPTIONS_GO;
}

static int set_text(const struct option_spec *row, void *place, const char *value)
{
    if (*value == '\0')
        return message_usage("--%s is empty", row->name);
    memcpy(place, &value, sizeof(value));
    return OPTIONS_GO;
}

static int set_value(const struct option_spec *row, void *arguments, const char *value)
{
    void *place = (char *)arguments + row->offset;

    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)place = true;
        return OPTIONS_GO;
    case OPTION_TEXT:
        return set_text(row, place, value);
    case OPTION_WORD:
    case OPTION_CHOICE:
        return set_word(row, place, value);
    case OPTION_NUMBER:
    case OPTION_SIZE:
        return set_number(row, place, value);
    case OPTION_CALL:
        return row->call(arguments, value);
    }
    return STATUS_USAGE;
}

/* What getopt_long could not take: code is '?' or ':'. */
static int tell_mistake(const struct option_spec *rows, int code, char **argv)
{
    const struct option_spec *row = optopt != 0 ? find_row(rows, optopt) : NULL;

    if (code == ':' && row != NULL)
        return message_usage("--%s wants an argument: %s", row->name, row->argument);
    if (optopt != 0 && row != NULL)
        return message_usage("--%s takes no argument", row->name);
    if (optopt != 0)
        return message_usage("unknown option -%c", optopt);
    return message_usage("unknown option %s", argv[optind - 1]);
}

int options_parse(const struct command *command, void *arguments, int argc, char **argv, int *rest)
{
    struct option longs[OPTIONS_MAX + 2];
    char letters[3 + 2 * OPTIONS_MAX + 1];
    int count = count_options(command->options), code;

    if (count > OPTIONS_MAX)
        abort();
    fill_getopt(command->options, count, longs, letters);
    opterr = 0;
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        int status;

        if (code == 'h')
            return options_help(command);
        if (code == '?' || code == ':')
            return tell_mistake(command->options, code, argv);
        status = set_value(find_row(command->options, code), arguments, optarg);
        if (status != OPTIONS_GO)
            return status;
    }
    *rest = optind;
    return OPTIONS_GO;
}

static void print_option(const struct option_spec *row)
{
    char left[128];
    int width = snprintf(left, sizeof(left), "  %c%c%s --%s%s%s", row->letter ? '-' : ' ',
                         row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
                         row->argument ? " " : "", row->argument ? row->argument : "");
    const char *line = row->help;

    printf("%s", left);
    if (width >= HELP_COLUMN) {
        printf("\n");
        width = 0;
    }
    while (line != NULL) {
        int length = (int)strcspn(line, "\n");

        printf("%*s%.*s\n", HELP_COLUMN - width, "", length, line);
        line = line[length] != '\0' ? line + length + 1 : NULL;
        width = 0;
    }
}

int options_help(const struct command *command)
{
    printf("usage: wirebeam %s %s\n\n%s.\n\n", command->name, command->synopsis, command->summary);
    for (const struct option_spec *row = command->options; row->name != NULL; row++)
        print_option(row);
    print_option(&(struct option_spec){ .name = "help", .letter = 'h', .help = "print this" });
    return STATUS_DONE;
}

char *options_join(int argc, char **argv, int first)
{
    size_t size = 1;
    char *text, *end;

    for (int i = first; i < argc; i++)
        size += strlen(argv[i]) + 1;
    text = end = malloc(size);
    if (text == NULL)
        return NULL;
    for (int i = first; i < argc; i++) {
        if (i > first)
            *end++ = ' ';
        end = stpcpy(end, argv[i]);
    }
    *end = '\0';
    return text;
}
