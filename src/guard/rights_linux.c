/* SPDX-License-Identifier: ISC
 *
 * Giving up rights as Linux has them. The order matters: the bounding set can be emptied only
 * with a capability, and a change of the user would make the process dumpable again or not.
 *
 * Where files are made in a directory, they are made in the name of its owner (setfsuid(2)): it
 * is his directory, whoever started us, and its new files are his. In all else that users are
 * told apart by, as signals and limits, the process is the user that it became.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <wirebeam/guard.h>

#include "base/error.h"
#include "guard/chroot.h"
#include "guard/inherited.h"
#include "guard/landlock.h"
#include "guard/state.h"
#include "guard/user.h"

#define DESCRIPTORS_MAX      64  /* listing interfaces takes a few for a moment */
#define DESCRIPTORS_MAX_MANY 512 /* where files are made in a directory */

static int failure(const char *what, struct wb_error *error)
{
    return wb__error_set(error, WB_E_SYSTEM, errno, "rights cannot be given up: %s: %s", what,
                         strerror(errno));
}

/* Fails without CAP_SETPCAP; then no_new_privs alone keeps an exec from gaining any. */
static void empty_bounding_set(void)
{
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
         capability++)
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

static int set_capabilities(uint32_t effective, uint32_t permitted, struct wb_error *error)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
    sets[0].effective = effective;
    sets[0].permitted = permitted;
    return syscall(SYS_capset, &header, sets) < 0 ? failure("capset", error) : 0;
}

static int drop_capabilities(struct wb_error *error)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* an old kernel has none */
    int result = set_capabilities(0, 0, error);
    if (result < 0)
        return result;
    if (syscall(SYS_capget, &header, sets) < 0)
        return failure("capget", error);
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (sets[i].effective || sets[i].permitted || sets[i].inheritable)
            return wb__error_set(error, WB_E_PERMISSION, 0,
                                 "rights cannot be given up: capabilities remain");
    return 0;
}

/* ---- Users ------------------------------------------------------------------------ */

/* Needs the two capabilities that were kept over the change of the user. */
static int act_for_owner(const struct stat *owner, struct wb_error *error)
{
    const uint32_t needed = 1U << CAP_SETUID | 1U << CAP_SETGID;
    int result = set_capabilities(needed, needed, error);
    if (result < 0)
        return result;
    setfsgid(owner->st_gid);
    setfsuid(owner->st_uid);
    if (setfsgid((gid_t)-1) == (int)owner->st_gid && setfsuid((uid_t)-1) == (int)owner->st_uid)
        return 0;
    return wb__error_set(error, WB_E_PERMISSION, 0,
                         "rights cannot be given up: files cannot be made in the name of the "
                         "directory's owner");
}

static int become(struct wb__user *user, int directory, struct wb_error *error)
{
    struct stat owner;
    if (directory < 0 || user->is_ours)
        return wb__user_become(user, error);
    if (fstat(directory, &owner) < 0)
        return failure("fstat", error);
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return failure("keepcaps", error);
    int result = wb__user_become(user, error);
    if (result == 0 && !user->is_ours)
        result = act_for_owner(&owner, error);
    prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
    return result;
}

/* What landlock would do later has to be done now where there is none, while there are rights to.
 * Who has no right to that either goes on without: so does root who may not, since to become
 * another user is worth more. */
static void move_root(const struct wb_guard_options *options, int directory,
                      const struct wb__user *user)
{
    bool confines = options->mode == WB_GUARD_BEST_EFFORT || options->mode == WB_GUARD_ON;
    if (confines && directory >= 0 && wb__landlock_version() == 0 &&
        wb__chroot_confine(directory, user->is_ours) == 0)
        wb__guard_add_means(WB__MEANS_CHROOT);
}

/* ---- Limits ----------------------------------------------------------------------- */

static int limit(int resource, rlim_t value, const char *what, struct wb_error *error)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)resource, &now) == 0 && now.rlim_max < value)
        value = now.rlim_max;
    now = (struct rlimit){.rlim_cur = value, .rlim_max = value};
    return setrlimit((__rlimit_resource_t)resource, &now) < 0 ? failure(what, error) : 0;
}

static int shut_doors(bool makes_files, struct wb_error *error)
{
    rlim_t descriptors = makes_files ? DESCRIPTORS_MAX_MANY : DESCRIPTORS_MAX;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failure("no_new_privs", error);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return failure("dumpable", error);
    int result = limit(RLIMIT_CORE, 0, "RLIMIT_CORE", error);
    return result < 0 ? result : limit(RLIMIT_NOFILE, descriptors, "RLIMIT_NOFILE", error);
}

static void tell(const struct wb__user *user)
{
    if (!user->is_ours) {
        wb__guard_set_user(user->name);
        wb__guard_add_means("user");
    }
    wb__guard_add_means("capabilities");
    wb__guard_add_means("no_new_privs");
}

static int drop(const struct wb_guard_options *options, int directory, struct wb_error *error)
{
    struct wb__user user;
    int result = wb__user_choose(&user, options->user, error);
    if (result < 0)
        return result;
    wb__inherited_close_noted();
    move_root(options, directory, &user);
    empty_bounding_set();
    result = become(&user, directory, error);
    if (result == 0)
        result = drop_capabilities(error);
    if (result == 0)
        result = wb__guard_directory_check(options->directory, "its owner", error);
    if (result == 0)
        result = shut_doors(directory >= 0 || wb__guard_writer() >= 0, error);
    if (result == 0)
        tell(&user);
    return result;
}

int wb_guard_drop_rights(const struct wb_guard_options *options, struct wb_error *error)
{
    wb__guard_set_mode(options->mode);
    if (options->mode == WB_GUARD_OFF)
        return 0;
    if (!options->directory)
        return drop(options, -1, error);
    int directory = wb__guard_directory(options->directory, error);
    return directory < 0 ? directory : drop(options, directory, error);
}
