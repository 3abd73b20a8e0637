/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include <wirebeam/setting.h>

#include "base/error.h"

static bool is_name(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

static int bad_check(const char *text, size_t length, struct wb_error *error)
{
    char names[128] = "";
    for (unsigned check = 0; check < WB_FLOW_CHECK_COUNT; check++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s, ", wb_flow_check_name(check));
    }
    return wb__error_set(error, WB_E_ARGUMENT, 0, "lenient must name %sor all, not '%.*s'", names,
                         (int)length, text);
}

int wb_checks_add(uint32_t *bits, const char *text, struct wb_error *error)
{
    uint32_t added = 0;
    for (;; text++) {
        size_t length = strcspn(text, ",");
        uint32_t found = is_name("all", text, length) ? (1U << WB_FLOW_CHECK_COUNT) - 1 : 0;
        for (unsigned check = 0; check < WB_FLOW_CHECK_COUNT; check++)
            if (is_name(wb_flow_check_name(check), text, length))
                found |= 1U << check;
        if (!found)
            return bad_check(text, length, error);
        added |= found;
        text += length;
        if (!*text)
            break;
    }
    *bits |= added;
    return 0;
}
