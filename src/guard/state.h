/* SPDX-License-Identifier: ISC
 *
 * What is known of this process's confinement; the one place that the files of src/guard
 * write to.
 */
#ifndef WB_GUARD_STATE_H
#define WB_GUARD_STATE_H

#include <wirebeam/guard.h>

#define WB__MEANS_CHROOT "chroot"

/* name: a constant. */
void wb__guard_add_means(const char *name);
bool wb__guard_has_means(const char *name);
void wb__guard_set_mode(enum wb_guard_mode mode);
void wb__guard_set_user(const char *name);

/* The socket of the writer that was noted, -1: there is none; and is it confined? */
int wb__guard_writer(void);
bool wb__guard_writer_is_complete(void);

/* A descriptor of the directory, opened the first time, while there are rights: later the way
 * to it may be closed to us. It stays the guard's own. Or a negative code. */
int wb__guard_directory(const char *path, struct wb_error *error);
void wb__guard_directory_close(void);

/* Root could make files in it, where one is held; may whoever this process is now? 0, or
 * WB_E_PERMISSION, which tells who has to be allowed to. */
int wb__guard_directory_check(const char *path, const char *who, struct wb_error *error);

/* The end of wb_guard_confine: missing is NULL where it is complete, else a constant. In mode
 * on, that is an error. */
int wb__guard_settle(const char *missing, struct wb_error *error);

#endif
