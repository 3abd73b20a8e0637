/* SPDX-License-Identifier: ISC
 *
 * Transparent huge pages, see madvise(2): some systems give them to everyone, others only to
 * those who ask. They need an aligned address, so a little more is mapped than asked for. A
 * refusal costs nothing but speed.
 */
#include "base/huge.h"

#include <stdint.h>
#include <sys/mman.h>

static size_t rounded(size_t bytes)
{
    return (bytes + WB__HUGE_BYTES - 1) & ~(WB__HUGE_BYTES - 1);
}

void *wb__huge_new(size_t bytes)
{
    bytes = rounded(bytes);
    char *mapping = mmap(NULL, bytes + WB__HUGE_BYTES, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)mapping & (WB__HUGE_BYTES - 1);
    if (before > 0)
        munmap(mapping, before);
    munmap(mapping + before + bytes, WB__HUGE_BYTES - before);
    madvise(mapping + before, bytes, MADV_HUGEPAGE);
    return mapping + before;
}

void wb__huge_free(void *memory, size_t bytes)
{
    if (memory)
        munmap(memory, rounded(bytes));
}
