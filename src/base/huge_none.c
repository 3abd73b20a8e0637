/* SPDX-License-Identifier: ISC */
#include "base/huge.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_LINE_BYTES ((size_t)64)

void *wb__huge_new(size_t bytes)
{
    bytes = (bytes + CACHE_LINE_BYTES - 1) & ~(CACHE_LINE_BYTES - 1);
    void *memory = aligned_alloc(CACHE_LINE_BYTES, bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

void wb__huge_free(void *memory, size_t bytes)
{
    (void)bytes;
    free(memory);
}
