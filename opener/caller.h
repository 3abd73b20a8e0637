/* SPDX-License-Identifier: ISC
 *
 * Who asks: the real user of the process, or, where root runs it through sudo, the user that
 * sudo names. wirebeam-open becomes that user at once, and from then on has capabilities at
 * most.
 */
#ifndef CALLER_H
#define CALLER_H

#include <sys/types.h>

#include "allow.h"

#define GROUPS_MAX    256
#define WHO_MAX_BYTES 64

struct caller {
    uid_t user;
    gid_t groups[GROUPS_MAX + 1]; /* the primary one first */
    int group_count;
    char name[WHO_MAX_BYTES]; /* or the number, where there is no name */
};

/* Becomes the caller; the permitted capabilities stay, none is effective. sudo_user is what sudo
 * says in its SUDO_UID, or NULL; it is believed where the real user is root, who could be anybody
 * anyway. Returns 0, or a code with *error filled. */
int caller_become(struct caller *caller, const char *sudo_user, struct wb_error *error);

/* For allow_find. */
struct caller_answers caller_answers(const struct caller *caller);

#endif
