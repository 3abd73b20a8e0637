/* SPDX-License-Identifier: ISC
 *
 * Options in which 0 means the default.
 */
#ifndef WB_BASE_DEFAULTS_H
#define WB_BASE_DEFAULTS_H

#include <stdint.h>

static inline void wb__default32(uint32_t *option, uint32_t value)
{
    if (!*option)
        *option = value;
}

static inline void wb__default64(uint64_t *option, uint64_t value)
{
    if (!*option)
        *option = value;
}

#endif
