/* SPDX-License-Identifier: ISC
 *
 * Filling in a struct wb_error: one line that says what failed, on what, what to do.
 */
#ifndef WB_BASE_ERROR_H
#define WB_BASE_ERROR_H

#include <wirebeam/error.h>

/* Stores code, system (an errno or 0) and the formatted line in *error, which may be
 * NULL, and returns code, so that a function can end with `return wb__error_set(...)`.
 * Control bytes in the line become '?': names from outside may hold any byte. */
int wb__error_set(struct wb_error *error, int code, int system, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
