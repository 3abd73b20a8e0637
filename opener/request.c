/* SPDX-License-Identifier: ISC */
#include "request.h"

#include <stdbool.h>
#include <string.h>

#include "say.h"

#define WORDS_MAX 6 /* a check, verb and name, and an option of each kind that can be together */
#define WORD_MAX  (sizeof "netns=" - 1 + NETNS_MAX_BYTES)
#define NETNS     "netns="

static const char *const verbs[] = {
#define VERB(name, word) word,
    WB_OPENER_VERBS(VERB)
#undef VERB
};

#define VERB_COUNT (sizeof verbs / sizeof verbs[0])

int verb_of(const char *word)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (strcmp(word, verbs[i]) == 0)
            return (int)i;
    return -1;
}

const char *verb_word(enum wb_opener_verb verb)
{
    return verbs[verb];
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_device_name(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length > NAME_MAX_BYTES || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (const char *c = name; *c; c++)
        if (*c == '/' || *c == ':' || is_space(*c))
            return false;
    return true;
}

bool is_whole_path(const char *path)
{
    if (*path != '/')
        return false;
    for (const char *part = path; part; part = strchr(part + 1, '/'))
        if (strncmp(part, "/..", 3) == 0 && (part[3] == '/' || part[3] == '\0'))
            return false;
    return true;
}

static int wrong(struct wb_error *error, const char *word, const char *what)
{
    return say(error, WB_E_ARGUMENT, 0, "'%.64s': %s", word, what);
}

static bool takes_link_header(enum wb_opener_verb verb)
{
    return verb == WB_OPENER_PACKET || verb == WB_OPENER_INJECT;
}

static int take_netns(struct request *request, const char *path, struct wb_error *error)
{
    if (*request->netns)
        return wrong(error, path, "a second network namespace");
    if (strlen(path) > NETNS_MAX_BYTES || !is_whole_path(path))
        return wrong(error, path, "a network namespace is named by its whole path");
    memcpy(request->netns, path, strlen(path) + 1);
    return 0;
}

/* Each at most once, and only where it has a meaning. */
static int take_flag(bool *flag, bool has_meaning, const char *word, struct wb_error *error)
{
    if (!has_meaning || *flag)
        return wrong(error, word, has_meaning ? "it was said before" : "it has no meaning here");
    *flag = true;
    return 0;
}

static int take_option(struct request *request, const char *word, struct wb_error *error)
{
    enum wb_opener_verb verb = request->verb;
    if (strncmp(word, NETNS, sizeof NETNS - 1) == 0)
        return take_netns(request, word + sizeof NETNS - 1, error);
    if (strcmp(word, "cooked") == 0)
        return take_flag(&request->is_cooked, takes_link_header(verb), word, error);
    if (strcmp(word, "filter") == 0)
        return take_flag(&request->has_filter, verb == WB_OPENER_PACKET, word, error);
    if (strcmp(word, "tap") == 0)
        return take_flag(&request->is_tap, verb == WB_OPENER_TUN, word, error);
    return wrong(error, word, "there is no such option");
}

/* A device of all interfaces can neither be sent by nor made; one with % would get a name of
 * the kernel's choice. */
static int take_name(struct request *request, const char *name, struct wb_error *error)
{
    bool needs_one = request->verb == WB_OPENER_INJECT || request->verb == WB_OPENER_TUN;
    if (!is_device_name(name) || (request->verb == WB_OPENER_TUN && strchr(name, '%')))
        return wrong(error, name, "it cannot be the name of a network device");
    if (needs_one && strcmp(name, ANY) == 0)
        return wrong(error, name, "one interface is to be named");
    memcpy(request->name, name, strlen(name) + 1);
    return 0;
}

int request_parse(struct request *request, const char *const words[], size_t count,
                  struct wb_error *error)
{
    *request = (struct request){.verb = WB_OPENER_PACKET};
    size_t at = 0;
    if (count > WORDS_MAX)
        return say(error, WB_E_ARGUMENT, 0, "too many words: see wirebeam-open(8)");
    for (size_t i = 0; i < count; i++)
        if (strnlen(words[i], WORD_MAX + 1) > WORD_MAX)
            return wrong(error, words[i], "the word is too long");
    request->is_check = count > 0 && strcmp(words[0], "check") == 0;
    at += request->is_check;
    if (count < at + 2)
        return say(error, WB_E_ARGUMENT, 0, "a verb and a name are wanted: see wirebeam-open(8)");
    int verb = verb_of(words[at]);
    if (verb < 0)
        return wrong(error, words[at], "there is no such verb: see wirebeam-open(8)");
    request->verb = (enum wb_opener_verb)verb;
    int code = take_name(request, words[at + 1], error);
    for (at += 2; code == 0 && at < count; at++)
        code = take_option(request, words[at], error);
    return code;
}
