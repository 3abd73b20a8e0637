/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <wirebeam/setting.h>

bool wb_number_read(const char *text, bool has_units, uint64_t *number)
{
    static const char units[] = "KMG";
    const char *unit;
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    if (errno != 0)
        return false;
    if (has_units && *end != '\0' && (unit = strchr(units, toupper((unsigned char)*end))) != NULL) {
        unsigned shift = 10 * (unsigned)(unit - units + 1);
        if (*number > UINT64_MAX >> shift)
            return false;
        *number <<= shift;
        end++;
    }
    return *end == '\0';
}
