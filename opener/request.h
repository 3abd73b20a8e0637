/* SPDX-License-Identifier: ISC
 *
 * What wirebeam-open is asked for, as words of its command line:
 *
 *     [check] VERB NAME [cooked] [tap] [filter] [netns=PATH]
 *
 * "check": only say whether the allow-list permits it. "filter": its instructions come as one
 * message on standard input. Pure.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stddef.h>

#include <wirebeam/opener.h>

#define NAME_MAX_BYTES  15  /* of a network device: IFNAMSIZ without its NUL */
#define NETNS_MAX_BYTES 255
#define ANY             "any"

struct request {
    enum wb_opener_verb verb;
    char name[NAME_MAX_BYTES + 1];
    char netns[NETNS_MAX_BYTES + 1]; /* "": the caller's own */
    bool is_check, is_cooked, is_tap, has_filter;
};

/* Reads count words, each a string. Returns 0, or WB_E_ARGUMENT with *error filled; then
 * *request is not to be used. */
int request_parse(struct request *request, const char *const words[], size_t count,
                  struct wb_error *error);

/* The verb of a word, or -1; and back. */
int verb_of(const char *word);
const char *verb_word(enum wb_opener_verb verb);

/* Whether name can be that of a network device, as the kernel sees it (dev_valid_name). */
bool is_device_name(const char *name);

/* Whether path begins at the root and has no part "..": so that it is one that a rule has. */
bool is_whole_path(const char *path);

#endif
