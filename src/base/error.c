/* SPDX-License-Identifier: ISC */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include <wirebeam/version.h>

const char *wb_version(void)
{
    return WB_VERSION;
}

const char *wb_error_name(int code)
{
    switch (code) {
#define WB_ERROR_NAME(name, value, text) \
    case value:                          \
        return #name;
        WB_ERRORS(WB_ERROR_NAME)
#undef WB_ERROR_NAME
    default:
        return "UNKNOWN";
    }
}

const char *wb_error_text(int code)
{
    switch (code) {
#define WB_ERROR_TEXT(name, value, text) \
    case value:                          \
        return text;
        WB_ERRORS(WB_ERROR_TEXT)
#undef WB_ERROR_TEXT
    default:
        return "unknown error";
    }
}

int wb_error_format(struct wb_error *error, int code, int system, const char *format,
                    va_list arguments)
{
    if (!error)
        return code;
    error->code = code;
    error->system = system;
    vsnprintf(error->text, sizeof error->text, format, arguments);
    for (char *c = error->text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return code;
}

int wb__error_set(struct wb_error *error, int code, int system, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    wb_error_format(error, code, system, format, arguments);
    va_end(arguments);
    return code;
}
