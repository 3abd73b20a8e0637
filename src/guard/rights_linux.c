/* SPDX-License-Identifier: ISC
 *
 * Giving up rights as Linux has them. The order matters: the bounding set can be emptied only
 * with a capability, and a change of the user would make the process dumpable again or not.
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <wirebeam/guard.h>

#include "base/error.h"
#include "guard/nobody.h"

#define DESCRIPTORS_MAX  64 /* listing interfaces takes a few for a moment */
#define FIRST_DESCRIPTOR 3

void wb_guard_close_inherited(void)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, FIRST_DESCRIPTOR, ~0U, 0) == 0)
        return;
#endif
    for (long i = sysconf(_SC_OPEN_MAX); i-- > FIRST_DESCRIPTOR;)
        close((int)i);
}

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

static int drop_capabilities(struct wb_error *error)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* an old kernel has none */
    if (syscall(SYS_capset, &header, sets) < 0 || syscall(SYS_capget, &header, sets) < 0)
        return failure("capset", error);
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (sets[i].effective || sets[i].permitted || sets[i].inheritable)
            return wb__error_set(error, WB_E_PERMISSION, 0,
                                 "rights cannot be given up: capabilities remain");
    return 0;
}

static int limit(int resource, rlim_t value, const char *what, struct wb_error *error)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)resource, &now) == 0 && now.rlim_max < value)
        value = now.rlim_max;
    now = (struct rlimit){.rlim_cur = value, .rlim_max = value};
    return setrlimit((__rlimit_resource_t)resource, &now) < 0 ? failure(what, error) : 0;
}

static int shut_doors(struct wb_error *error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failure("no_new_privs", error);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return failure("dumpable", error);
    int result = limit(RLIMIT_CORE, 0, "RLIMIT_CORE", error);
    return result < 0 ? result : limit(RLIMIT_NOFILE, DESCRIPTORS_MAX, "RLIMIT_NOFILE", error);
}

int wb_guard_drop_rights(struct wb_error *error)
{
    empty_bounding_set();
    int result = wb__become_nobody(error);
    if (result == 0)
        result = drop_capabilities(error);
    return result < 0 ? result : shut_doors(error);
}
