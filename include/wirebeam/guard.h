/* SPDX-License-Identifier: ISC
 *
 * Giving up rights: a program that reads packets opens what it needs, then calls this, then
 * reads. See wb_source_options.opened for the place.
 */
#ifndef WIREBEAM_GUARD_H
#define WIREBEAM_GUARD_H

#include <wirebeam/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Closes every descriptor beyond standard error: those that a program inherited, as long as
 * it has opened none. */
void wb_guard_close_inherited(void);

/* For good, for the whole process: root becomes the user "nobody", without other groups; all
 * capabilities go, and no exec brings any; no core is dumped, nobody may trace it; it may
 * hold 64 descriptors. Each step is verified. Root of a user namespace in which there is no
 * other user stays what it is there, without capabilities. Returns 0, or WB_E_PERMISSION or
 * _SYSTEM with *error filled: then the process must end. On a system that has no such means
 * beside users, only they are changed. */
int wb_guard_drop_rights(struct wb_error *error);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
