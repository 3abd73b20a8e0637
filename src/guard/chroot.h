/* SPDX-License-Identifier: ISC
 *
 * chroot(2): where the kernel has no landlock, a process whose directory is its root names no
 * file outside of it. It holds no other directory and loses the capability that leads out again.
 */
#ifndef WB_GUARD_CHROOT_H
#define WB_GUARD_CHROOT_H

#include <stdbool.h>

/* Makes directory (a descriptor) the root of this process, which has its rights yet. by_namespace:
 * or, without CAP_SYS_CHROOT, takes them from a user namespace of its own, in which nobody can
 * become another user any more. Returns 0 or an errno. */
int wb__chroot_confine(int directory, bool by_namespace);

#endif
