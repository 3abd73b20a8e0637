/* SPDX-License-Identifier: ISC */
#include "support/guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard guard_open(size_t capacity)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (capacity + page - 1) / page * page;
    void *map = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || mprotect((char *)map + room, page, PROT_NONE) < 0)
        abort();
    return (struct guard){.map = map, .map_length = room + page, .capacity = room};
}

uint8_t *guard_put(struct guard *guard, const void *bytes, size_t length)
{
    if (length > guard->capacity)
        abort();
    uint8_t *at = guard->map + guard->capacity - length;
    if (length)
        memcpy(at, bytes, length);
    return at;
}

void guard_close(struct guard *guard)
{
    munmap(guard->map, guard->map_length);
    *guard = (struct guard){0};
}
