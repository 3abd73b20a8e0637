/* SPDX-License-Identifier: ISC
 *
 * The capabilities of this process, which only become fewer.
 */
#ifndef RIGHTS_H
#define RIGHTS_H

#include <linux/capability.h>
#include <stdint.h>

#include <wirebeam/error.h>

#define RIGHT(capability) ((uint64_t)1 << (capability))

/* Those that the process may use from now on; all others are gone for good. WB_E_PERMISSION
 * where it lacks one of them. */
int rights_keep(uint64_t rights, struct wb_error *error);

/* None can be used until rights_keep; which there are, stays. */
int rights_rest(struct wb_error *error);

#endif
