/* SPDX-License-Identifier: ISC */
#include "sandbox.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "message.h"
#include "worker.h"

int sandbox_check(const struct sandbox_arguments *arguments, struct wb_guard_options *options)
{
    options->mode = (enum wb_guard_mode)arguments->mode;
    options->user = arguments->user;
    if (options->mode != WB_GUARD_OFF || options->user == NULL)
        return OPTIONS_GO;
    return message_usage("--user and --sandbox off exclude each other: with it no rights are given "
                         "up");
}

/* What the C library reads of the system when it is first asked for it, it has to read now. */
static void prepare(void)
{
    tzset();
}

int sandbox_enter(void *context, struct wb_error *error)
{
    const struct wb_guard_options *options = context;
    int result;

    prepare();
    result = wb_guard_drop_rights(options, error);
    if (result == 0)
        worker_ends_with_opener();
    return result < 0 ? result : wb_guard_confine(options, error);
}

int sandbox_begin(struct wb_guard_options *options)
{
    struct wb_error error = { 0 };
    int result = sandbox_enter(options, &error);

    if (result == 0) {
        sandbox_tell_missing();
        return OPTIONS_GO;
    }
    message("%s", error.text);
    return result == WB_E_ARGUMENT ? STATUS_USAGE : STATUS_FAILED;
}

void sandbox_tell_missing(void)
{
    const struct wb_guard_state *state = wb_guard_state();

    if (state->mode == WB_GUARD_OFF || state->missing == NULL)
        return;
    message("this process is not confined as it should be: %s", state->missing);
}

void sandbox_text(char *text, size_t size)
{
    const struct wb_guard_state *state = wb_guard_state();
    size_t used = (size_t)snprintf(text, size, "%s", state->mode_name);

    for (int i = 0; state->means[i] != NULL && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? ": " : ", ",
                                 state->means[i]);
    if (state->user[0] != '\0' && used < size)
        snprintf(text + used, size - used, " (%s)", state->user);
}
