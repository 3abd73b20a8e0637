/* SPDX-License-Identifier: ISC */
#include "checks.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <wirebeam/flow.h>

#include "message.h"
#include "options.h"

static bool is_name(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

static int tell_checks(const char *text, size_t length)
{
    char names[128] = "";

    for (unsigned check = 0; check < WB_FLOW_CHECK_COUNT; check++) {
        size_t used = strlen(names);

        snprintf(names + used, sizeof(names) - used, "%s, ", wb_flow_check_name(check));
    }
    return message_usage("--lenient must name %sor all, not '%.*s'", names, (int)length, text);
}

int checks_add(uint32_t *bits, const char *text)
{
    while (true) {
        size_t length = strcspn(text, ",");
        uint32_t found = is_name("all", text, length) ? (1u << WB_FLOW_CHECK_COUNT) - 1 : 0;

        for (unsigned check = 0; check < WB_FLOW_CHECK_COUNT; check++)
            if (is_name(wb_flow_check_name(check), text, length))
                found |= 1u << check;
        if (found == 0)
            return tell_checks(text, length);
        *bits |= found;
        if (text[length] == '\0')
            return OPTIONS_GO;
        text += length + 1;
    }
}
