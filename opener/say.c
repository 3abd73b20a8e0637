/* SPDX-License-Identifier: ISC */
#include "say.h"

int say(struct wb_error *error, int code, int system, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    wb_error_format(error, code, system, format, arguments);
    va_end(arguments);
    return code;
}
