/* SPDX-License-Identifier: ISC
 *
 * What every system with users has: root becomes another one.
 */
#ifndef WB_GUARD_USER_H
#define WB_GUARD_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include <wirebeam/error.h>

struct wb__user {
    uid_t id;
    gid_t group;
    bool is_ours; /* nothing is to be changed */
    const char *name;
};

/* Whom this process is to become: name, or the user of the build where it is NULL. Only root
 * can; everybody else stays who he is. */
int wb__user_choose(struct wb__user *user, const char *name, struct wb_error *error);

/* Becomes it, without other groups, and makes sure that there is no way back. Where the system
 * does not know the user's number, as in a user namespace of root alone, nothing changes, and
 * *user says so. */
int wb__user_become(struct wb__user *user, struct wb_error *error);

#endif
