/* SPDX-License-Identifier: ISC
 *
 * The sandbox that only tells: whoever thinks of confining wants to know what it would break.
 */
#ifndef WB_GUARD_REPORT_H
#define WB_GUARD_REPORT_H

/* From now on each kind of system call that the roles (calls.h) do not have is told on standard
 * error the first time it is made, and made. Files that landlock would deny are not told: it
 * cannot be asked. Returns 0 or a negative errno. */
int wb__report_start(unsigned roles);

#endif
