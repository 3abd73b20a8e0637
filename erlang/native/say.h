/* SPDX-License-Identifier: ISC
 *
 * Errors of the worker's own, as the library makes its own.
 */
#ifndef WIREBEAM_NATIVE_SAY_H
#define WIREBEAM_NATIVE_SAY_H

#include <wirebeam/error.h>

/* Stores code and the formatted line in *error and returns code. Control bytes become '?'. */
int say(struct wb_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
