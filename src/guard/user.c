/* SPDX-License-Identifier: ISC */
#include "guard/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define NOBODY_ID 65534 /* where the user of the build is not listed */

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

int wb__user_choose(struct wb__user *user, const char *name, struct wb_error *error)
{
    *user = (struct wb__user){.is_ours = true, .name = name};
    if (getuid() != 0 && geteuid() != 0)
        return name ? wb__error_set(error, WB_E_ARGUMENT, 0,
                                    "only root can become the user '%s'", name)
                    : 0;
    const struct passwd *listed = getpwnam(name ? name : WB_GUARD_USER);
    if (!listed && name)
        return wb__error_set(error, WB_E_ARGUMENT, 0, "there is no user '%s'", name);
    bool is_usable = listed && (name || (listed->pw_uid != 0 && listed->pw_gid != 0));
    user->name = name ? name : WB_GUARD_USER;
    user->id = is_usable ? listed->pw_uid : NOBODY_ID;
    user->group = is_usable ? listed->pw_gid : NOBODY_ID;
    user->is_ours = user->id == 0;
    return 0;
}

int wb__user_become(struct wb__user *user, struct wb_error *error)
{
    if (user->is_ours)
        return 0;
    if (setresgid(user->group, user->group, user->group) < 0) {
        user->is_ours = errno == EINVAL;
        return user->is_ours ? 0 : failure("setresgid", error);
    }
    if (setgroups(0, NULL) < 0)
        return failure("setgroups", error);
    if (setresuid(user->id, user->id, user->id) < 0)
        return failure("setresuid", error);
    if (is_all(user->id, user->group) && !has_way_back())
        return 0;
    return wb__error_set(error, WB_E_PERMISSION, 0,
                         "rights cannot be given up: the process is still root's");
}
