/* SPDX-License-Identifier: ISC
 *
 * What every system with users has.
 */
#ifndef WB_GUARD_NOBODY_H
#define WB_GUARD_NOBODY_H

#include <wirebeam/error.h>

/* Becomes the user "nobody" where this is root, and makes sure that there is no way back. */
int wb__become_nobody(struct wb_error *error);

#endif
