/* SPDX-License-Identifier: ISC */
#include "rights.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "say.h"

#define WORD_BITS 32

static struct __user_cap_header_struct header(void)
{
    return (struct __user_cap_header_struct){.version = _LINUX_CAPABILITY_VERSION_3};
}

static int failure(struct wb_error *error)
{
    return say(error, WB_E_SYSTEM, errno, "the capabilities cannot be changed: %s",
               strerror(errno));
}

int rights_keep(uint64_t rights, struct wb_error *error)
{
    struct __user_cap_header_struct version = header();
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        sets[i].effective = sets[i].permitted = (uint32_t)(rights >> i * WORD_BITS);
    if (syscall(SYS_capset, &version, sets) == 0)
        return 0;
    if (errno != EPERM)
        return failure(error);
    return say(error, WB_E_PERMISSION, EPERM,
               "the program itself lacks the right: install it setuid root or with file "
               "capabilities, see wirebeam-open(8)");
}

int rights_rest(struct wb_error *error)
{
    struct __user_cap_header_struct version = header();
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &version, sets) < 0)
        return failure(error);
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        sets[i].effective = sets[i].inheritable = 0;
    return syscall(SYS_capset, &version, sets) < 0 ? failure(error) : 0;
}
