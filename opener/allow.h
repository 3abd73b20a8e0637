/* SPDX-License-Identifier: ISC
 *
 * The allow-list (open.conf(5)): a rule a line,
 *
 *     user|group NAME  VERB[,VERB...]  INTERFACE[,INTERFACE...]  [ports=PORTS] [netns=PATH]
 *
 * of which the first that fits a request permits it; without one nothing is permitted. A line
 * that is no rule makes the whole list void: whoever wrote it meant something else. Pure: who
 * the caller is, others know.
 */
#ifndef ALLOW_H
#define ALLOW_H

#include <stddef.h>
#include <stdint.h>

#include "request.h"

#define LIST_MAX_BYTES 65536
#define LINE_MAX_BYTES 1023
#define PORTS_MAX      16 /* ranges in a rule */

struct port_range {
    uint16_t first, last;
};

/* What the rule that fits holds the request to. */
struct permit {
    unsigned line;
    struct port_range ports[PORTS_MAX]; /* none: all */
    unsigned port_count;
};

/* Whether the caller is this user (or "*"), or in this group. */
struct caller_answers {
    bool (*is_user)(const void *context, const char *name);
    bool (*is_in_group)(const void *context, const char *name);
    const void *context;
};

/* Looks for the rule for a request in a list of length bytes. Returns 1 and fills *permit, 0
 * where no rule fits, or WB_E_FORMAT with *error filled: the line that is no rule. */
int allow_find(struct permit *permit, const char *list, size_t length,
               const struct request *request, const struct caller_answers *caller,
               struct wb_error *error);

#endif
