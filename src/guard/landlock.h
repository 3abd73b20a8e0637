/* SPDX-License-Identifier: ISC
 *
 * landlock(7): no file, no TCP port, no signal and no abstract socket but what is allowed.
 */
#ifndef WB_GUARD_LANDLOCK_H
#define WB_GUARD_LANDLOCK_H

/* The version of the kernel's interface; 0 where there is none. */
int wb__landlock_version(void);

/* Confines the calling thread for good: of all files it may open those below directory (a
 * descriptor, -1: none), to read, write, make and remove regular ones; what is open stays open.
 * Returns 0 or an errno. */
int wb__landlock_confine(int directory);

#endif
