/* SPDX-License-Identifier: ISC
 *
 * Errors. A function that can fail returns 0 or a count, or one of the negative
 * codes below; the ones that open something also fill a struct wb_error with one
 * line for a person: what failed, on what, what to do. The library never prints.
 */
#ifndef WIREBEAM_ERROR_H
#define WIREBEAM_ERROR_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* X(NAME, value, text): the one list that names, codes and texts come from. */
#define WB_ERRORS(X)                                                        \
    X(ARGUMENT, -1, "an argument is out of its range")                      \
    X(MEMORY, -2, "out of memory")                                          \
    X(SYSTEM, -3, "a system call failed")                                   \
    X(NOT_FOUND, -4, "no such file or interface")                           \
    X(PERMISSION, -5, "permission denied")                                  \
    X(FORMAT, -6, "not a capture file, or its contents are malformed")      \
    X(TRUNCATED, -7, "the input was cut off in the middle of a record")     \
    X(FILTER, -8, "the filter expression does not compile")                 \
    X(UNSUPPORTED, -9, "not supported here")                                \
    X(DOWN, -10, "the interface went down")                                 \
    X(END, -11, "the end of the input")                                     \
    X(FULL, -12, "no space is left for what was to be written")             \
    X(LIMIT, -13, "a limit was reached")

enum wb_error_code {
#define WB_ERROR_CODE(name, value, text) WB_E_##name = (value),
    WB_ERRORS(WB_ERROR_CODE)
#undef WB_ERROR_CODE
};

/* An error with its words. code is 0 where nothing failed. */
struct wb_error {
    int code;       /* a WB_E_... code, or 0 */
    int system;     /* errno at the time, or 0 */
    char text[512]; /* one line, no newline, NUL-terminated */
};

/* The upper-case name of a code ("FILTER"), or "UNKNOWN". Never NULL. */
const char *wb_error_name(int code);

/* The text of a code, for callers that have no struct wb_error. Never NULL. */
const char *wb_error_text(int code);

/* Stores code, errno and the formatted line in *error, unless that is NULL, and returns code.
 * Control bytes become '?'. For programs that have errors of their own beside the library's. */
int wb_error_format(struct wb_error *error, int code, int system, const char *format,
                    va_list arguments) __attribute__((format(printf, 4, 0)));

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
