/* SPDX-License-Identifier: ISC */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "worker.h"

#define SLOTS_MAX 1024

static size_t bytes_of_slots(const struct memory *memory)
{
    return (size_t)memory->slots * memory->slot_bytes;
}

static size_t bytes_of(const struct memory *memory)
{
    return bytes_of_slots(memory) + (size_t)memory->blocks.count * memory->blocks.block_bytes;
}

/* ---- Attaching -------------------------------------------------------------------- */

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
    memory->blocks.bytes = memory->bytes + bytes_of_slots(memory);
    return 0;
}

/* A decimal number from least to most, and the space behind it. */
static bool take_number(const char **text, uint32_t least, uint32_t most, uint32_t *number)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    unsigned long long value = strtoull(*text, &end, 10);
    if (*end != ' ' || value < least || value > most)
        return false;
    *text = end + 1;
    *number = (uint32_t)value;
    return true;
}

int memory_attach(struct memory *memory, const char *description, struct wb_error *error)
{
    struct memory made = {0};
    const char *path = description;
    *memory = made;
    if (!take_number(&path, 1, SLOTS_MAX, &made.slots) ||
        !take_number(&path, 1, INT32_MAX, &made.slot_bytes) ||
        !take_number(&path, 0, BLOCKS_MAX, &made.blocks.count) ||
        !take_number(&path, 0, INT32_MAX, &made.blocks.block_bytes) || !*path ||
        bytes_of(&made) > UINT32_MAX)
        return say(error, WB_E_ARGUMENT,
                   "memory: '%s' is not SLOTS SLOT_BYTES BLOCKS BLOCK_BYTES PATH", description);
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return failed(path, error);
    int code = map(&made, descriptor, path, error);
    close(descriptor);
    if (code == 0)
        *memory = made;
    return code;
}

/* ---- Placing ---------------------------------------------------------------------- */

static size_t length_of(const struct iovec *parts, int count)
{
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    return length;
}

static void add_part(struct memory *memory, struct place *place, const uint8_t *bytes,
                     size_t length)
{
    place->parts[place->count].offset = (uint32_t)(bytes - memory->bytes);
    place->parts[place->count++].length = (uint32_t)length;
}

static uint8_t *copy_to_slot(struct memory *memory, const struct iovec *parts, int count)
{
    uint8_t *slot = memory->bytes + (size_t)memory->next * memory->slot_bytes, *to = slot;
    for (int i = 0; i < count; to += parts[i].iov_len, i++)
        memcpy(to, parts[i].iov_base, parts[i].iov_len);
    memory->next = (memory->next + 1) % memory->slots;
    return slot;
}

/* Data of packets, in one piece. */
static bool is_in_block(const struct memory *memory, const struct iovec *parts, int count)
{
    return *(const uint8_t *)parts->iov_base == FRAME_PACKETS && count == FRAME_HEAD_PARTS + 1 &&
           blocks_hold(&memory->blocks, parts[FRAME_HEAD_PARTS].iov_base) &&
           parts[FRAME_HEAD_PARTS].iov_len <= memory->slot_bytes;
}

struct place memory_place(struct memory *memory, const struct iovec *parts, int count)
{
    struct place place = {0};
    bool stays = memory->bytes && is_in_block(memory, parts, count);
    int copied = stays ? FRAME_HEAD_PARTS : count;
    size_t length = length_of(parts, copied);
    if (!memory->bytes || length > memory->slot_bytes)
        return place;
    memory->blocks.now++;
    add_part(memory, &place, copy_to_slot(memory, parts, copied), length);
    if (stays) {
        const struct iovec *data = &parts[FRAME_HEAD_PARTS];
        add_part(memory, &place, data->iov_base, data->iov_len);
        blocks_lend(&memory->blocks, data->iov_base, memory->blocks.now + memory->slots);
    }
    return place;
}

void memory_detach(struct memory *memory)
{
    if (memory->bytes)
        munmap(memory->bytes, bytes_of(memory));
    *memory = (struct memory){0};
}
