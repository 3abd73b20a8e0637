/* SPDX-License-Identifier: ISC
 *
 * Names of numbers, for all link layers.
 */
#include "decode/link.h"

const char *wb__find_number_name(const struct wb__number_name *names, size_t count,
                                 uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (names[i].number == number)
            return names[i].name;
    return NULL;
}
