/* SPDX-License-Identifier: ISC */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

int say(struct wb_error *error, int code, const char *format, ...)
{
    va_list arguments;
    error->code = code;
    error->system = 0;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    for (char *c = error->text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return code;
}
