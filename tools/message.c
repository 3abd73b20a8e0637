/* SPDX-License-Identifier: ISC
 *
 * One line for one mistake. The text is put together first and cleaned, because file
 * names and options are whatever somebody typed.
 */
#include "message.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static const char *command_name;

void message_set_command(const char *name)
{
    command_name = name;
}

__attribute__((format(printf, 1, 0))) static void print_line(const char *format, va_list arguments,
                                                             const char *hint)
{
    char text[2048];

    vsnprintf(text, sizeof(text), format, arguments);
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    fprintf(stderr, "wirebeam%s%s: %s%s\n", command_name ? " " : "",
            command_name ? command_name : "", text, hint);
}

void message(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_line(format, arguments, "");
    va_end(arguments);
}

int message_usage(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_line(format, arguments, " (--help tells more)");
    va_end(arguments);
    return STATUS_USAGE;
}

bool message_has_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

    if (no_colour != NULL && *no_colour != '\0')
        return false;
    return term != NULL && strcmp(term, "dumb") != 0 && isatty(fileno(stream));
}
