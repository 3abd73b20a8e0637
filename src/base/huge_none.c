/* SPDX-License-Identifier: ISC
 *
 * Large memory comes from the system as zeros, and untouched: so it is asked for with calloc,
 * and aligned here. In front of what is handed out stands where it begins.
 */
#include "base/huge.h"

#include <stdint.h>
#include <stdlib.h>

#define CACHE_LINE_BYTES ((size_t)64)

void *wb__huge_new(size_t bytes)
{
    char *whole = calloc(1, bytes + CACHE_LINE_BYTES);
    if (!whole)
        return NULL;
    void **memory = (void **)(whole + CACHE_LINE_BYTES - (uintptr_t)whole % CACHE_LINE_BYTES);
    memory[-1] = whole;
    return memory;
}

void wb__huge_free(void *memory, size_t bytes)
{
    (void)bytes;
    if (memory)
        free(((void **)memory)[-1]);
}
