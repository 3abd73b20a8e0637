/* SPDX-License-Identifier: ISC */
#include "guard/chroot.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The working directory has to lie below the new root, or `..` leads out of it. */
static int move_to(int descriptor)
{
    return syscall(SYS_fchdir, descriptor) < 0 || chroot(".") < 0 ? errno : 0;
}

int wb__chroot_confine(int directory, bool by_namespace)
{
    int failed = move_to(directory);
    if (failed != EPERM || !by_namespace)
        return failed;
    return unshare(CLONE_NEWUSER) < 0 ? errno : move_to(directory);
}
