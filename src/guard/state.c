/* SPDX-License-Identifier: ISC */
#include "guard/state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

static struct wb_guard_state state = {.mode = WB_GUARD_OFF, .mode_name = "off"};
static int held_directory = -1, writer = -1;
static bool is_writer_complete;

const struct wb_guard_state *wb_guard_state(void)
{
    return &state;
}

void wb__guard_add_means(const char *name)
{
    for (unsigned i = 0; i < WB_GUARD_MEANS_MAX; i++) {
        if (state.means[i] && strcmp(state.means[i], name) != 0)
            continue;
        state.means[i] = name;
        return;
    }
}

bool wb__guard_has_means(const char *name)
{
    for (unsigned i = 0; i < WB_GUARD_MEANS_MAX && state.means[i]; i++)
        if (strcmp(state.means[i], name) == 0)
            return true;
    return false;
}

void wb__guard_set_mode(enum wb_guard_mode mode)
{
    static const char *const names[] = {"best-effort", "on", "off", "report"};
    state.mode = mode;
    state.mode_name = names[mode];
}

void wb__guard_set_user(const char *name)
{
    snprintf(state.user, sizeof state.user, "%s", name);
}

void wb_guard_note_writer(int socket, bool is_complete)
{
    writer = socket;
    is_writer_complete = is_complete;
}

int wb__guard_writer(void)
{
    return writer;
}

bool wb__guard_writer_is_complete(void)
{
    return is_writer_complete;
}

int wb__guard_directory(const char *path, struct wb_error *error)
{
    if (held_directory < 0)
        held_directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (held_directory >= 0)
        return held_directory;
    return wb__error_set(error, WB_E_SYSTEM, errno, "directory '%s' cannot be held: %s", path,
                         strerror(errno));
}

int wb__guard_directory_check(const char *path, const char *who, struct wb_error *error)
{
    if (held_directory < 0 || faccessat(held_directory, ".", W_OK | X_OK, AT_EACCESS) == 0)
        return 0;
    return wb__error_set(error, WB_E_PERMISSION, errno,
                         "directory '%s' takes no files once rights are given up: %s must be "
                         "allowed to write there",
                         path, who);
}

void wb__guard_directory_close(void)
{
    if (held_directory >= 0)
        close(held_directory);
    held_directory = -1;
}

int wb__guard_settle(const char *missing, struct wb_error *error)
{
    state.missing = missing;
    state.is_complete = !missing;
    if (!missing || state.mode != WB_GUARD_ON)
        return 0;
    return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                         "the process cannot be confined: %s; the sandbox 'best-effort' goes on "
                         "without",
                         missing);
}
