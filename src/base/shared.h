/* SPDX-License-Identifier: ISC
 *
 * Memory that a process and those that are forked from it have in common.
 */
#ifndef WB_BASE_SHARED_H
#define WB_BASE_SHARED_H

#include <stddef.h>
#include <sys/mman.h>

/* bytes of zero, or NULL. */
static inline void *wb__shared_new(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* NULL is accepted. */
static inline void wb__shared_free(void *memory, size_t bytes)
{
    if (memory)
        munmap(memory, bytes);
}

#endif
