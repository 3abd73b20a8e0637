/* SPDX-License-Identifier: ISC
 *
 * For systems of which no more is known than that they have users. There nobody makes files in the
 * name of another one: who records into a directory has to be allowed to write there himself.
 */
#include <wirebeam/guard.h>

#include "guard/inherited.h"
#include "guard/state.h"
#include "guard/user.h"

int wb_guard_drop_rights(const struct wb_guard_options *options, struct wb_error *error)
{
    struct wb__user user;
    wb__guard_set_mode(options->mode);
    if (options->mode == WB_GUARD_OFF)
        return 0;
    int result = wb__user_choose(&user, options->user, error);
    if (result < 0)
        return result;
    wb__inherited_close_noted();
    if (options->directory && (result = wb__guard_directory(options->directory, error)) < 0)
        return result;
    result = wb__user_become(&user, error);
    if (result == 0)
        result = wb__guard_directory_check(options->directory, "the user of -Z", error);
    if (result == 0 && !user.is_ours) {
        wb__guard_set_user(user.name);
        wb__guard_add_means("user");
    }
    return result;
}
