/* SPDX-License-Identifier: ISC */
#include "source/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define WINDOW_BYTES ((size_t)4 << 20) /* of a map in reach at once */
#define BUFFER_BYTES ((size_t)1 << 20) /* grows when a record is longer */
#define RAW_BYTES ((size_t)256 << 10)  /* compressed bytes read at once */
#define MAGIC_BYTES 4                  /* enough to know every format and compression */

static int out_of_memory(struct wb__input *input, struct wb_error *error)
{
    return wb__error_set(error, WB_E_MEMORY, ENOMEM, "%s: out of memory", input->name);
}

/* Remembers a failure: bytes that came before it are still to be handed out. */
static int fail(struct wb__input *input, const struct wb_error *failure, struct wb_error *error)
{
    input->failure = *failure;
    if (error)
        *error = *failure;
    return failure->code;
}

static int system_failure(struct wb__input *input, const char *what, struct wb_error *error)
{
    struct wb_error failure;
    wb__error_set(&failure, WB_E_SYSTEM, errno, "%s: %s: %s", input->name, what, strerror(errno));
    return fail(input, &failure, error);
}

/* ---- A mapped file ---------------------------------------------------------------- */

static size_t page_floor(size_t offset)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return offset / page * page;
}

/* Gives back the pages that only earlier batches lay in. */
static void release_behind(struct wb__input *input, size_t at)
{
    size_t to = page_floor(at);
    if (to <= input->released)
        return;
    madvise(input->map + input->released, to - input->released, MADV_DONTNEED);
    input->released = to;
}

/* A byte of a map beyond the file's present end is a SIGBUS. So the size is asked before
 * every window, and the window ends there. When another program cuts the file off while
 * the very window that it then ends in is in use, a program that puts zeros in the place of
 * the missing pages goes on (the command does); the packets made of them are left out. */
static size_t present_length(struct wb__input *input)
{
    struct stat info;
    if (fstat(input->descriptor, &info) < 0 || info.st_size < 0)
        return 0;
    return (uint64_t)info.st_size < input->map_length ? (size_t)info.st_size : input->map_length;
}

const uint8_t *wb__input_shrunk_end(struct wb__input *input)
{
    if (!input->map)
        return NULL;
    const uint8_t *end = input->map + present_length(input);
    return end < input->end ? end : NULL;
}

static int shrunk(struct wb__input *input, struct wb_error *error)
{
    struct wb_error failure;
    wb__error_set(&failure, WB_E_TRUNCATED, 0,
                  "%s: the file was cut off by another program while it was read", input->name);
    return fail(input, &failure, error);
}

static int need_mapped(struct wb__input *input, size_t length, struct wb_error *error)
{
    size_t at = (size_t)(input->at - input->map);
    size_t present = present_length(input);
    release_behind(input, at);
    if (present < input->map_length && (present < at || present - at < length)) {
        input->end = input->at;
        return shrunk(input, error);
    }
    size_t reach = length > WINDOW_BYTES ? length : WINDOW_BYTES;
    size_t end = present - at < reach ? present : at + reach;
    input->end = input->map + end;
    return end - at >= length ? 1 : WB_E_END;
}

static int skip_mapped(struct wb__input *input, uint64_t *length)
{
    size_t at = (size_t)(input->at - input->map);
    uint64_t step = input->map_length - at;
    if (step > *length)
        step = *length;
    input->at += step;
    if (input->end < input->at)
        input->end = input->at;
    *length -= step;
    return *length ? WB_E_END : 1;
}

/* ---- A pipe or a compressed file -------------------------------------------------- */

/* Reads what the descriptor gives into to. Returns the number of bytes, 0 when none came
 * in time, WB_E_END, or an error. */
static int read_some(struct wb__input *input, uint8_t *to, size_t room, int timeout_ms,
                     struct wb_error *error)
{
    if (input->is_ended)
        return WB_E_END;
    if (input->is_pollable) {
        int ready = wb__wake_wait(&input->wake, input->descriptor, timeout_ms, error);
        if (ready <= 0)
            return ready;
    }
    ssize_t count = read(input->descriptor, to, room);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (count < 0)
        return system_failure(input, "reading failed", error);
    input->is_ended = count == 0;
    return count ? (int)count : WB_E_END;
}

static int damaged(struct wb__input *input, int code, const char *reason, struct wb_error *error)
{
    struct wb_error failure;
    const char *kind = wb__decompressor_name(input->decompressor);
    if (code == WB_E_TRUNCATED)
        wb__error_set(&failure, code, 0, "%s: the %s data is cut off", input->name, kind);
    else
        wb__error_set(&failure, code, 0, "%s: the %s data is damaged: %s", input->name, kind,
                      reason);
    return fail(input, &failure, error);
}

static int decompress_some(struct wb__input *input, uint8_t *to, size_t room, int timeout_ms,
                           struct wb_error *error)
{
    for (;;) {
        ptrdiff_t given = wb__decompress(input->decompressor, input->raw, &input->raw_at,
                                         input->raw_end, to, room);
        if (given > 0)
            return (int)given;
        if (given < 0)
            return damaged(input, WB_E_FORMAT, wb__decompressor_reason(input->decompressor),
                           error);
        int result = read_some(input, input->raw, RAW_BYTES, timeout_ms, error);
        if (result == WB_E_END && !wb__decompressor_is_complete(input->decompressor))
            return damaged(input, WB_E_TRUNCATED, "", error);
        if (result <= 0)
            return result;
        input->raw_at = 0;
        input->raw_end = (size_t)result;
    }
}

/* Moves the rest to the buffer's front, and makes the buffer long enough. */
static int make_room(struct wb__input *input, size_t length, struct wb_error *error)
{
    size_t left = wb__input_left(input);
    input->buffer_offset += (uint64_t)(input->at - input->buffer);
    if (left)
        memmove(input->buffer, input->at, left);
    if (length > input->buffer_length) {
        uint8_t *longer = realloc(input->buffer, length);
        if (!longer) {
            input->at = input->buffer;
            input->end = input->at + left;
            return out_of_memory(input, error);
        }
        input->buffer = longer;
        input->buffer_length = length;
    }
    input->at = input->buffer;
    input->end = input->at + left;
    return 0;
}

/* Appends to the bytes in reach; there must be room. */
static int append(struct wb__input *input, int timeout_ms, struct wb_error *error)
{
    uint8_t *to = input->buffer + (input->end - input->buffer);
    size_t room = input->buffer_length - (size_t)(input->end - input->buffer);
    int result = input->decompressor ? decompress_some(input, to, room, timeout_ms, error)
                                     : read_some(input, to, room, timeout_ms, error);
    if (result > 0)
        input->end += result;
    return result;
}

static int need_buffered(struct wb__input *input, size_t length, int timeout_ms,
                         struct wb_error *error)
{
    int result = make_room(input, length, error);
    if (result < 0)
        return result;
    int64_t start = timeout_ms > 0 ? wb__clock_ms() : 0;
    while (wb__input_left(input) < length) {
        result = append(input, wb__timeout_left(timeout_ms, start), error);
        if (result <= 0)
            return result;
    }
    return 1;
}

static int skip_buffered(struct wb__input *input, uint64_t *length, int timeout_ms,
                         struct wb_error *error)
{
    for (;;) {
        uint64_t step = wb__input_left(input);
        if (step > *length)
            step = *length;
        input->at += step;
        *length -= step;
        if (*length == 0)
            return 1;
        int result = need_buffered(input, 1, timeout_ms, error);
        if (result <= 0)
            return result;
    }
}

/* ---- Both ------------------------------------------------------------------------- */

int wb__input_need(struct wb__input *input, size_t length, int timeout_ms, struct wb_error *error)
{
    if (wb__input_left(input) >= length)
        return 1;
    if (input->failure.code)
        return fail(input, &input->failure, error);
    return input->map ? need_mapped(input, length, error)
                      : need_buffered(input, length, timeout_ms, error);
}

int wb__input_skip(struct wb__input *input, uint64_t *length, int timeout_ms,
                   struct wb_error *error)
{
    return input->map ? skip_mapped(input, length)
                      : skip_buffered(input, length, timeout_ms, error);
}

uint64_t wb__input_offset(const struct wb__input *input)
{
    if (input->map)
        return (uint64_t)(input->at - input->map);
    return input->buffer_offset + (uint64_t)(input->at - input->buffer);
}

/* ---- Opening ---------------------------------------------------------------------- */

static int open_failure(struct wb__input *input, struct wb_error *error)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return wb__error_set(error, WB_E_NOT_FOUND, errno, "%s: no such file", input->name);
    case EACCES:
    case EPERM:
        return wb__error_set(error, WB_E_PERMISSION, errno,
                             "%s: no permission to read it: change its mode or be another user",
                             input->name);
    default:
        return wb__error_set(error, WB_E_SYSTEM, errno, "%s: it cannot be opened: %s", input->name,
                             strerror(errno));
    }
}

static int open_path(struct wb__input *input, const char *path, struct wb_error *error)
{
    bool is_standard_input = strcmp(path, "-") == 0;
    input->name = strdup(is_standard_input ? "standard input" : path);
    if (!input->name)
        return wb__error_set(error, WB_E_MEMORY, ENOMEM, "out of memory");
    input->descriptor = is_standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                          : open(path, O_RDONLY | O_CLOEXEC);
    return input->descriptor < 0 ? open_failure(input, error) : 0;
}

static int empty(struct wb__input *input, struct wb_error *error)
{
    return wb__error_set(error, WB_E_FORMAT, 0, "%s: it is empty: name a pcap or pcapng file",
                         input->name);
}

/* Takes the first bytes to see whether they are compressed, waiting for them. */
static int read_magic(struct wb__input *input, struct wb_error *error)
{
    while (input->raw_end < MAGIC_BYTES) {
        int result = read_some(input, input->raw + input->raw_end, RAW_BYTES - input->raw_end, -1,
                               error);
        if (result == WB_E_END)
            return input->raw_end ? 0 : empty(input, error);
        if (result == 0)
            return wb__error_set(error, WB_E_SYSTEM, EINTR,
                                 "%s: interrupted before the first bytes came", input->name);
        if (result < 0)
            return result;
        input->raw_end += (size_t)result;
    }
    return 0;
}

static int open_buffered(struct wb__input *input, struct wb_error *error)
{
    input->buffer_length = BUFFER_BYTES;
    input->buffer = malloc(BUFFER_BYTES);
    input->raw = malloc(RAW_BYTES);
    if (!input->buffer || !input->raw)
        return out_of_memory(input, error);
    input->at = input->end = input->buffer;
    int result = read_magic(input, error);
    if (result < 0)
        return result;
    if (wb__is_compressed(input->raw, input->raw_end)) {
        input->decompressor = wb__decompressor_new(input->raw, input->raw_end);
        return input->decompressor ? 0 : out_of_memory(input, error);
    }
    memcpy(input->buffer, input->raw, input->raw_end);
    input->end += input->raw_end;
    free(input->raw);
    input->raw = NULL;
    return 0;
}

static bool is_compressed_file(int descriptor)
{
    uint8_t magic[MAGIC_BYTES];
    ssize_t count = pread(descriptor, magic, sizeof magic, 0);
    return count > 0 && wb__is_compressed(magic, (size_t)count);
}

/* Maps a plain regular file; leaves input->map NULL where that cannot be. */
static void try_map(struct wb__input *input, const struct stat *info)
{
    if ((uint64_t)info->st_size > SIZE_MAX || lseek(input->descriptor, 0, SEEK_CUR) != 0 ||
        is_compressed_file(input->descriptor))
        return;
    size_t length = (size_t)info->st_size;
    void *map = mmap(NULL, length, PROT_READ, MAP_SHARED, input->descriptor, 0);
    if (map == MAP_FAILED)
        return;
    madvise(map, length, MADV_SEQUENTIAL);
    input->map = map;
    input->map_length = length;
    input->at = input->end = input->map;
}

static int open_contents(struct wb__input *input, struct wb_error *error)
{
    struct stat info;
    if (fstat(input->descriptor, &info) < 0)
        return system_failure(input, "it cannot be examined", error);
    if (S_ISDIR(info.st_mode))
        return wb__error_set(error, WB_E_FORMAT, EISDIR,
                             "%s: it is a directory: name a capture file in it", input->name);
    if (S_ISREG(info.st_mode) && info.st_size == 0)
        return empty(input, error);
    if (S_ISREG(info.st_mode))
        try_map(input, &info);
    else
        input->is_pollable = true;
    return input->map ? 0 : open_buffered(input, error);
}

int wb__input_open(struct wb__input *input, const char *path, struct wb_error *error)
{
    *input = (struct wb__input){.descriptor = -1};
    int result = wb__wake_open(&input->wake, error);
    if (result == 0)
        result = open_path(input, path, error);
    if (result == 0)
        result = open_contents(input, error);
    if (result < 0)
        wb__input_close(input);
    return result;
}

void wb__input_close(struct wb__input *input)
{
    wb__wake_close(&input->wake);
    if (input->map)
        munmap(input->map, input->map_length);
    if (input->descriptor >= 0)
        close(input->descriptor);
    wb__decompressor_free(input->decompressor);
    free(input->buffer);
    free(input->raw);
    free(input->name);
    *input = (struct wb__input){.descriptor = -1, .wake = {.read_end = -1, .write_end = -1}};
}
