/* SPDX-License-Identifier: ISC */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

#define SLOTS_MAX 1024

static size_t bytes_of(const struct memory *memory)
{
    return (size_t)memory->slots * memory->slot_bytes;
}

static int failed(const char *path, struct wb_error *error)
{
    int system = errno;
    say(error, WB_E_SYSTEM, "%s: the memory to share with cannot be used: %s", path,
        strerror(system));
    error->system = system;
    return WB_E_SYSTEM;
}

static int map(struct memory *memory, int descriptor, const char *path, struct wb_error *error)
{
    struct stat info;
    if (fstat(descriptor, &info) < 0)
        return failed(path, error);
    if (info.st_size < 0 || (uint64_t)info.st_size != bytes_of(memory))
        return say(error, WB_E_ARGUMENT, "%s: the memory to share has another length", path);
    void *bytes = mmap(NULL, bytes_of(memory), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (bytes == MAP_FAILED)
        return failed(path, error);
    memory->bytes = bytes;
    return 0;
}

/* A decimal number from 1 to max, and the space behind it. */
static bool take_number(const char **text, uint32_t max, uint32_t *number)
{
    char *end;
    if (**text < '1' || **text > '9')
        return false;
    unsigned long long value = strtoull(*text, &end, 10);
    if (*end != ' ' || value > max)
        return false;
    *text = end + 1;
    *number = (uint32_t)value;
    return true;
}

int memory_attach(struct memory *memory, const char *description, struct wb_error *error)
{
    const char *path = description;
    *memory = (struct memory){0};
    if (!take_number(&path, SLOTS_MAX, &memory->slots) ||
        !take_number(&path, INT32_MAX, &memory->slot_bytes) || !*path)
        return say(error, WB_E_ARGUMENT, "memory: '%s' is not SLOTS SLOT_BYTES PATH", description);
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return failed(path, error);
    int code = map(memory, descriptor, path, error);
    close(descriptor);
    return code;
}

int64_t memory_place(struct memory *memory, const struct iovec *parts, int count, size_t length)
{
    if (!memory->bytes || length > memory->slot_bytes)
        return -1;
    uint32_t slot = memory->next;
    uint8_t *to = memory->bytes + (size_t)slot * memory->slot_bytes;
    for (int i = 0; i < count; to += parts[i].iov_len, i++)
        memcpy(to, parts[i].iov_base, parts[i].iov_len);
    memory->next = (slot + 1) % memory->slots;
    return slot;
}

void memory_detach(struct memory *memory)
{
    if (memory->bytes)
        munmap(memory->bytes, bytes_of(memory));
    *memory = (struct memory){0};
}
