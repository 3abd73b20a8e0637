/* SPDX-License-Identifier: ISC */
#include "limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <wirebeam/setting.h>

#include "command.h"
#include "message.h"
#include "options.h"

/* As it can be given back: 4194304 is "4M". */
static void print_value(uint64_t value)
{
    static const char *const units[] = { "", "K", "M", "G" };
    char text[32];
    size_t unit = 0;

    while (unit + 1 < sizeof(units) / sizeof(units[0]) && value >= 1024 && value % 1024 == 0) {
        value /= 1024;
        unit++;
    }
    snprintf(text, sizeof(text), "%" PRIu64 "%s", value, units[unit]);
    printf("%-8s ", text);
}

static int print_limits(void)
{
    struct wb_limit limit;

    printf("%-17s %-8s %s\n", "NAME", "DEFAULT", "LIMIT OF");
    for (unsigned i = 0; wb_limit_at(i, &limit); i++) {
        printf("%-17s ", limit.name);
        print_value(limit.value);
        puts(limit.about);
    }
    return STATUS_DONE;
}

int limits_set(struct wb_engine_options *options, const char *text)
{
    struct wb_error error;

    if (strcmp(text, "help") == 0)
        return print_limits();
    if (wb_limit_set(options, text, &error) < 0)
        return message_usage("--%s; --limit help lists them", error.text);
    return OPTIONS_GO;
}
