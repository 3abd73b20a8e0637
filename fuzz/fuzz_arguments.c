/* SPDX-License-Identifier: ISC
 *
 * The command line: words of `wirebeam http`, and the values of --limit and --target,
 * which have grammars of their own. Input: words, each ended by a NUL. Whatever they are,
 * the answer is to go on or an exit status; what is printed goes nowhere here.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirebeam/setting.h>

#include "command.h"
#include "limits.h"
#include "options.h"

#define WORDS_MAX 16
#define CHECK(condition)  \
    do {                  \
        if (!(condition)) \
            abort();      \
    } while (0)

/* Options of every kind, as a command has them. */
struct arguments {
    bool flag;
    const char *text, *word;
    unsigned choice;
    uint64_t number, size;
    struct wb_engine_options engine;
    struct wb_targets targets;
};

#define AT(field) .offset = offsetof(struct arguments, field)

static int set_limit(void *arguments, const char *value)
{
    return limits_set(&((struct arguments *)arguments)->engine, value);
}

static int set_target(void *arguments, const char *value)
{
    struct wb_error error;
    int result = wb_targets_add(&((struct arguments *)arguments)->targets, value, &error);
    return result < 0 ? STATUS_USAGE : OPTIONS_GO;
}

static const struct option_spec options[] = {
    { "flag", 'f', OPTION_FLAG, AT(flag), .help = "a flag" },
    { "text", 't', OPTION_TEXT, AT(text), .argument = "TEXT", .help = "a text" },
    { "word", 'w', OPTION_WORD, AT(word), .argument = "one|two", .help = "a word" },
    { "choice", 'c', OPTION_CHOICE, AT(choice), .argument = "one|two", .help = "a choice" },
    { "number", 'n', OPTION_NUMBER, AT(number), .argument = "N", .min = 1, .max = 1000,
      .help = "a number" },
    { "size", 's', OPTION_SIZE, AT(size), .argument = "N", .max = INT64_MAX, .help = "a size" },
    { "limit", 0, OPTION_CALL, .argument = "NAME=VALUE", .call = set_limit, .help = "a limit" },
    { "target", 0, OPTION_CALL, .argument = "POLICY", .call = set_target, .help = "a target" },
    { .name = NULL },
};

static const struct command command = {
    .name = "fuzz", .summary = "Nothing", .synopsis = "[OPTION ...]", .options = options};

static void silence(void)
{
    static bool is_silent;
    if (!is_silent) /* not stderr itself, on which a fuzzer reports: what is printed is cut off */
        is_silent = freopen("/dev/null", "w", stdout) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1), *argv[WORDS_MAX + 2];
    struct arguments *arguments = calloc(1, sizeof *arguments);
    int argc = 0, rest = -1;
    CHECK(copy && arguments);
    memcpy(copy, data, size);
    copy[size] = '\0';
    char name[] = "fuzz";
    argv[argc++] = name;
    for (size_t at = 0; at < size && argc <= WORDS_MAX; at += strlen(copy + at) + 1)
        argv[argc++] = copy + at;
    argv[argc] = NULL;

    silence();
    optind = 0; /* getopt(3): begin anew */
    int status = options_parse(&command, arguments, argc, argv, &rest);
    CHECK(status == OPTIONS_GO || (status >= 0 && status <= 2));
    if (status == OPTIONS_GO) {
        CHECK(rest >= 1 && rest <= argc);
        CHECK(arguments->choice < 2 && arguments->number <= 1000);
        CHECK(arguments->targets.count <= WB_TARGETS_MAX);
        free(options_join(argc, argv, rest));
        wb_targets_apply(&arguments->targets, &arguments->engine.flow);
    }
    free(arguments);
    free(copy);
    return 0;
}
