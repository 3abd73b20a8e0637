/* SPDX-License-Identifier: ISC
 *
 * The `wirebeam` command: finds the subcommand in one table and hands over. What is
 * common to all of them, --help and --version, is answered here.
 */
#include <stdio.h>
#include <string.h>

#include <wirebeam/guard.h>
#include <wirebeam/version.h>

#include "command.h"
#include "message.h"
#include "options.h"

static const struct command *const commands[] = {
    &command_http,
    &command_capture,
    &command_read,
    &command_send,
    &command_replay,
    &command_ping,
    &command_probe,
    &command_trace,
    &command_interfaces,
};
#ifdef NDEBUG
static const char assertions[] = "off";
#else
static const char assertions[] = "on";
#endif

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static void print_help(FILE *stream)
{
    fprintf(stream, "usage: wirebeam COMMAND [OPTION ...] [FILTER]\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(stream, "  %-12s %s\n\n", "help COMMAND", "Tell the options of a command");
    fprintf(stream, "wirebeam --version tells the version; -v behind it, how it was built.\n");
}

static int print_version(bool is_verbose)
{
    printf("wirebeam %s\n", wb_version());
    if (!is_verbose)
        return STATUS_DONE;
    printf("headers %s, compiler %s, assertions %s\n", WB_VERSION, __VERSION__, assertions);
    wb_guard_print_roles(stdout);
    return STATUS_DONE;
}

static int unknown_command(const char *name)
{
    return message_usage("there is no command '%s'", name);
}

static int help(int argc, char **argv)
{
    const struct command *command = argc > 2 ? find_command(argv[2]) : NULL;

    if (argc > 2 && command == NULL)
        return unknown_command(argv[2]);
    if (command != NULL)
        return options_help(command);
    print_help(stdout);
    return STATUS_DONE;
}

static bool is_one_of(const char *word, const char *name, const char *other)
{
    return strcmp(word, name) == 0 || strcmp(word, other) == 0;
}

int main(int argc, char **argv)
{
    const struct command *command;

    if (argc < 2) {
        print_help(stderr);
        return STATUS_USAGE;
    }
    if (is_one_of(argv[1], "--version", "-V"))
        return print_version(argc > 2 && is_one_of(argv[2], "-v", "--verbose"));
    if (is_one_of(argv[1], "--help", "-h") || strcmp(argv[1], "help") == 0)
        return help(argc, argv);
    command = find_command(argv[1]);
    if (command == NULL)
        return argv[1][0] == '-' ? message_usage("unknown option %s", argv[1])
                                 : unknown_command(argv[1]);
    wb_guard_note_inherited();
    message_set_command(command->name);
    return command->run(argc - 1, argv + 1);
}
