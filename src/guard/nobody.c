/* SPDX-License-Identifier: ISC */
#include "guard/nobody.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define NOBODY    "nobody"
#define NOBODY_ID 65534 /* where no such user is listed */

static int failure(const char *what, struct wb_error *error)
{
    return wb__error_set(error, WB_E_PERMISSION, errno, "rights cannot be given up: %s: %s", what,
                         strerror(errno));
}

static bool is_all(uid_t user, gid_t group)
{
    uid_t real, effective, saved;
    gid_t real_group, effective_group, saved_group;
    return getresuid(&real, &effective, &saved) == 0 &&
           getresgid(&real_group, &effective_group, &saved_group) == 0 && real == user &&
           effective == user && saved == user && real_group == group && effective_group == group &&
           saved_group == group;
}

static bool has_way_back(void)
{
    return setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 || setegid(0) == 0;
}

int wb__become_nobody(struct wb_error *error)
{
    uid_t user = NOBODY_ID;
    gid_t group = NOBODY_ID;
    if (getuid() != 0 && geteuid() != 0)
        return 0;
    const struct passwd *nobody = getpwnam(NOBODY);
    if (nobody && nobody->pw_uid != 0 && nobody->pw_gid != 0) {
        user = nobody->pw_uid;
        group = nobody->pw_gid;
    }
    if (setresgid(group, group, group) < 0)
        return errno == EINVAL ? 0 : failure("setresgid", error); /* it does not exist here */
    if (setgroups(0, NULL) < 0)
        return failure("setgroups", error);
    if (setresuid(user, user, user) < 0)
        return failure("setresuid", error);
    if (is_all(user, group) && !has_way_back())
        return 0;
    return wb__error_set(error, WB_E_PERMISSION, 0,
                         "rights cannot be given up: the process is still root's");
}
