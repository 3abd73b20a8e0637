/* SPDX-License-Identifier: ISC
 *
 * seccomp(2): the calling thread, and those that it makes, can make the system calls of its
 * roles (calls.h) and no others.
 */
#ifndef WB_GUARD_SECCOMP_H
#define WB_GUARD_SECCOMP_H

#include <stdint.h>

#define WB__SECCOMP_DENY 0x00050001U /* SECCOMP_RET_ERRNO | EPERM */

/* other: what a call that is not allowed comes to, a SECCOMP_RET_ value. Needs no_new_privs.
 * Returns 0, or a descriptor where flags ask for one, or a negative errno. */
int wb__seccomp_confine(unsigned roles, uint32_t other, unsigned flags);

#endif
