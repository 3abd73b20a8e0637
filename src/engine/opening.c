/* SPDX-License-Identifier: ISC
 *
 * Where the source meets the guard: who opens for a process without rights.
 */
#include "engine/opening.h"

#include "source/interface.h"

int wb__opening_source(struct wb__source **source, const struct wb_source_options *options,
                       struct wb_error *error)
{
    struct wb_source_options filled = *options;
    if (!filled.opener)
        filled.opener = wb_opener_open;
    return wb__source_open(source, &filled, error);
}

int wb_interfaces(void (*each)(void *context, const struct wb_interface *), void *context,
                  struct wb_error *error)
{
    return wb__interfaces(each, context, wb_opener_permits, error);
}
