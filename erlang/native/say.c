/* SPDX-License-Identifier: ISC */
#include "say.h"

#include <stdarg.h>

int say(struct wb_error *error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    wb_error_format(error, code, 0, format, arguments);
    va_end(arguments);
    return code;
}
