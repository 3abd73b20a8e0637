/* SPDX-License-Identifier: ISC */
#ifndef SAY_H
#define SAY_H

#include <wirebeam/error.h>

/* Stores code, errno and the formatted line in *error, and returns code. */
int say(struct wb_error *error, int code, int system, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
