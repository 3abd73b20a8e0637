/* SPDX-License-Identifier: ISC
 *
 * The EVE record that a run begins with: what made the records that follow, and what confines
 * it.
 */
#include "record/eve.h"

#include <wirebeam/version.h>

static void write_sandbox(struct wb__json *line, const struct wb_guard_state *guard)
{
    wb__json_begin(line, "sandbox", '{');
    wb__json_text(line, "mode", guard->mode_name);
    wb__json_bool(line, "complete", guard->is_complete);
    wb__json_begin(line, "means", '[');
    for (unsigned i = 0; guard->means[i]; i++)
        wb__json_text(line, NULL, guard->means[i]);
    wb__json_end(line, ']');
    if (guard->user[0])
        wb__json_text(line, "user", guard->user);
    if (guard->missing)
        wb__json_text(line, "missing", guard->missing);
    wb__json_end(line, '}');
}

void wb__eve_start(struct wb__eve *eve, const struct wb_guard_state *guard, int64_t time_ns)
{
    struct wb__json *line = &eve->line;
    wb__eve_begin(eve, time_ns, NULL, "start");
    wb__json_begin(line, "start", '{');
    wb__json_text(line, "version", WB_VERSION);
    write_sandbox(line, guard);
    wb__json_end(line, '}');
    wb__json_end(line, '}');
}
