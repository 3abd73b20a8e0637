/* SPDX-License-Identifier: ISC
 *
 * For systems of which no more is known than that they have users.
 */
#include <unistd.h>

#include <wirebeam/guard.h>

#include "guard/nobody.h"

void wb_guard_close_inherited(void)
{
    for (long i = sysconf(_SC_OPEN_MAX); i-- > 3;)
        close((int)i);
}

int wb_guard_drop_rights(struct wb_error *error)
{
    return wb__become_nobody(error);
}
