/* SPDX-License-Identifier: ISC */
#include "caller.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "rights.h"
#include "say.h"

/* All digits, and below UINT_MAX, which means "nobody in particular" to the kernel. */
static bool parse_id(const char *text, unsigned *id)
{
    if (!*text || text[strspn(text, "0123456789")])
        return false;
    errno = 0;
    unsigned long value = strtoul(text, NULL, 10);
    *id = (unsigned)value;
    return errno == 0 && value < UINT_MAX;
}

static int failure(const char *what, struct wb_error *error)
{
    return say(error, WB_E_SYSTEM, errno, "%s: %s", what, strerror(errno));
}

/* Root who was somebody else before sudo: takes over his identity and groups. */
static int find_sudo_user(struct caller *caller, const char *number, struct wb_error *error)
{
    unsigned id;
    const struct passwd *entry = parse_id(number, &id) ? getpwuid(id) : NULL;
    if (!entry)
        return say(error, WB_E_PERMISSION, 0, "sudo names no user: '%.16s'", number);
    caller->user = id;
    if (initgroups(entry->pw_name, entry->pw_gid) < 0 ||
        setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) < 0)
        return failure("the groups of sudo's user cannot be taken", error);
    return 0;
}

static int find(struct caller *caller, const char *sudo_user, struct wb_error *error)
{
    caller->user = getuid();
    if (caller->user == 0 && sudo_user)
        return find_sudo_user(caller, sudo_user, error);
    gid_t group = getgid();
    return setresgid(group, group, group) < 0 ? failure("setresgid", error) : 0;
}

static int find_groups(struct caller *caller, struct wb_error *error)
{
    caller->groups[0] = getgid();
    int count = getgroups(GROUPS_MAX, caller->groups + 1);
    if (count < 0)
        return failure("getgroups", error);
    caller->group_count = count + 1;
    return 0;
}

static void find_name(struct caller *caller)
{
    const struct passwd *entry = getpwuid(caller->user);
    if (entry)
        snprintf(caller->name, sizeof caller->name, "%s", entry->pw_name);
    else
        snprintf(caller->name, sizeof caller->name, "%u", caller->user);
}

static int become(const struct caller *caller, struct wb_error *error)
{
    uid_t user = caller->user, real, effective, saved;
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setresuid(user, user, user) < 0 ||
        getresuid(&real, &effective, &saved) < 0)
        return failure("the caller's identity cannot be taken", error);
    /* Nobody looks into a process that has capabilities. */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failure("prctl", error);
    if (real != user || effective != user || saved != user)
        return say(error, WB_E_PERMISSION, 0, "the caller's identity was not taken");
    return 0;
}

int caller_become(struct caller *caller, const char *sudo_user, struct wb_error *error)
{
    int code = find(caller, sudo_user, error);
    if (code == 0)
        code = become(caller, error);
    if (code == 0)
        code = rights_rest(error);
    if (code == 0)
        code = find_groups(caller, error);
    if (code == 0)
        find_name(caller);
    return code;
}

static bool is_user(const void *context, const char *name)
{
    const struct caller *caller = context;
    unsigned id;
    if (strcmp(name, "*") == 0)
        return true;
    if (parse_id(name, &id))
        return id == caller->user;
    const struct passwd *entry = getpwnam(name);
    return entry && entry->pw_uid == caller->user;
}

static bool is_in_group(const void *context, const char *name)
{
    const struct caller *caller = context;
    unsigned id;
    if (!parse_id(name, &id)) {
        const struct group *entry = getgrnam(name);
        if (!entry)
            return false;
        id = entry->gr_gid;
    }
    for (int i = 0; i < caller->group_count; i++)
        if (caller->groups[i] == id)
            return true;
    return false;
}

struct caller_answers caller_answers(const struct caller *caller)
{
    return (struct caller_answers){
        .is_user = is_user, .is_in_group = is_in_group, .context = caller};
}
