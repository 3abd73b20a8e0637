/* SPDX-License-Identifier: ISC
 *
 * For systems of which no means is known that confines a process: says so.
 */
#include <wirebeam/guard.h>

#include "guard/state.h"

int wb_guard_confine(const struct wb_guard_options *options, struct wb_error *error)
{
    if (options->mode == WB_GUARD_OFF)
        return 0;
    wb__guard_directory_close();
    return wb__guard_settle("there is no means for it on this system", error);
}

bool wb_guard_needs_writer(void)
{
    return false;
}

void wb_guard_print_roles(FILE *stream)
{
    fputs("nothing confines a process on this system\n", stream);
}
