/* SPDX-License-Identifier: ISC */
#include "source/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/huge.h"
#include "source/source.h"

#define BUFFER_BYTES ((size_t)2 << 20) /* of each buffer; grows when a record is longer */
#define READ_BYTES ((size_t)512 << 10) /* at once: they are to be in the near cache when used */
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

/* ---- Reading ---------------------------------------------------------------------- */

/* Has another program made the file shorter than it was? */
static bool is_cut_short(const struct wb__input *input)
{
    struct stat info;
    return fstat(input->descriptor, &info) == 0 && info.st_size < input->size;
}

static int cut_short(struct wb__input *input, struct wb_error *error)
{
    struct wb_error failure;
    wb__error_set(&failure, WB_E_TRUNCATED, 0,
                  "%s: the file was cut off by another program while it was read", input->name);
    return fail(input, &failure, error);
}

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
    if (count > 0)
        return (int)count;
    input->is_ended = true;
    return is_cut_short(input) ? cut_short(input, error) : WB_E_END;
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
        int result = read_some(input, input->raw, READ_BYTES, timeout_ms, error);
        if (result == WB_E_END && !wb__decompressor_is_complete(input->decompressor))
            return damaged(input, WB_E_TRUNCATED, "", error);
        if (result <= 0)
            return result;
        input->raw_at = 0;
        input->raw_end = (size_t)result;
    }
}

/* ---- The window ------------------------------------------------------------------- */

static void free_buffer(struct wb__input *input, struct wb__input_buffer *buffer)
{
    if (buffer->bytes && input->memory.take)
        input->memory.give_back(input->memory.context, buffer->bytes, buffer->length);
    else
        wb__huge_free(buffer->bytes, buffer->length);
    *buffer = (struct wb__input_buffer){0};
}

static bool new_buffer(struct wb__input *input, struct wb__input_buffer *buffer, size_t length)
{
    uint8_t *bytes = input->memory.take ? input->memory.take(input->memory.context, length)
                                        : wb__huge_new(length);
    if (bytes)
        *buffer = (struct wb__input_buffer){bytes, length};
    return bytes != NULL;
}

/* Makes a buffer ready to be written from its beginning on, with length bytes and a read. */
static bool renew_buffer(struct wb__input *input, struct wb__input_buffer *buffer, size_t length)
{
    length += READ_BYTES;
    if (!input->memory.take && length <= buffer->length)
        return true;
    free_buffer(input, buffer);
    return new_buffer(input, buffer, length > BUFFER_BYTES ? length : BUFFER_BYTES);
}

/* Goes on in the other buffer, with what is left. */
static int change_buffer(struct wb__input *input, size_t length, struct wb_error *error)
{
    struct wb__input_buffer *other = input->buffer == input->buffers ? &input->buffers[1]
                                                                     : &input->buffers[0];
    if (input->before_reuse)
        input->before_reuse(input->context);
    if (!renew_buffer(input, other, length))
        return out_of_memory(input, error);
    size_t left = wb__input_left(input);
    input->offset += (uint64_t)(input->at - input->buffer->bytes);
    memcpy(other->bytes, input->at, left);
    input->buffer = other;
    input->at = other->bytes;
    input->end = other->bytes + left;
    return 0;
}

/* Is there room for a whole read behind the bytes in reach, and for length bytes in all? */
static bool has_room(const struct wb__input *input, size_t length)
{
    size_t ahead = input->buffer->length - (size_t)(input->at - input->buffer->bytes);
    return ahead - wb__input_left(input) >= READ_BYTES && ahead >= length;
}

/* Appends to the bytes in reach; there must be room. */
static int append(struct wb__input *input, size_t wanted, int timeout_ms, struct wb_error *error)
{
    size_t end = (size_t)(input->end - input->buffer->bytes), room = input->buffer->length - end;
    uint8_t *to = input->buffer->bytes + end;
    if (wanted < READ_BYTES)
        wanted = READ_BYTES;
    if (wanted < room)
        room = wanted;
    int result = input->decompressor ? decompress_some(input, to, room, timeout_ms, error)
                                     : read_some(input, to, room, timeout_ms, error);
    if (result > 0)
        input->end += result;
    return result;
}

int wb__input_need(struct wb__input *input, size_t length, int timeout_ms, struct wb_error *error)
{
    if (wb__input_left(input) >= length)
        return 1;
    if (input->failure.code)
        return fail(input, &input->failure, error);
    if (!has_room(input, length)) {
        int result = change_buffer(input, length, error);
        if (result < 0)
            return result;
    }
    int64_t start = timeout_ms > 0 ? wb__clock_ms() : 0;
    while (wb__input_left(input) < length) {
        int result = append(input, length - wb__input_left(input),
                            wb__timeout_left(timeout_ms, start), error);
        if (result <= 0)
            return result;
    }
    return 1;
}

int wb__input_skip(struct wb__input *input, uint64_t *length, int timeout_ms,
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
        int result = wb__input_need(input, 1, timeout_ms, error);
        if (result <= 0)
            return result;
    }
}

uint64_t wb__input_offset(const struct wb__input *input)
{
    return input->offset + (uint64_t)(input->at - input->buffer->bytes);
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
    /* A FIFO is open at once: whoever waits for its writer waits where the wake is heard. */
    input->descriptor = is_standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                          : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
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
    while (wb__input_left(input) < MAGIC_BYTES) {
        int result = append(input, MAGIC_BYTES, -1, error);
        if (result == WB_E_END)
            return wb__input_left(input) ? 0 : empty(input, error);
        if (result == 0)
            return wb__error_set(error, WB_E_SYSTEM, EINTR,
                                 "%s: interrupted before the first bytes came", input->name);
        if (result < 0)
            return result;
    }
    return 0;
}

/* What was read so far is not what the file holds: it goes through the decompressor. */
static int begin_decompression(struct wb__input *input, struct wb_error *error)
{
    size_t count = wb__input_left(input);
    input->decompressor = wb__decompressor_new(input->at, count);
    input->raw = malloc(READ_BYTES);
    if (!input->decompressor || !input->raw)
        return out_of_memory(input, error);
    memcpy(input->raw, input->at, count);
    input->raw_end = count;
    input->end = input->at;
    return 0;
}

static int open_buffers(struct wb__input *input, struct wb_error *error)
{
    for (int i = 0; i < 2; i++)
        if (!new_buffer(input, &input->buffers[i], BUFFER_BYTES))
            return out_of_memory(input, error);
    input->buffer = &input->buffers[0];
    input->at = input->end = input->buffer->bytes;
    int result = read_magic(input, error);
    if (result == 0 && wb__is_compressed(input->at, wb__input_left(input)))
        result = begin_decompression(input, error);
    return result;
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
    input->size = info.st_size;
    input->is_pollable = !S_ISREG(info.st_mode);
    return open_buffers(input, error);
}

/* Processes that were forked before this one may have read from the same descriptor. */
static int go_to_start(struct wb__input *input, struct wb_error *error)
{
    return lseek(input->descriptor, input->start, SEEK_SET) < 0
               ? system_failure(input, "its start cannot be found", error)
               : 0;
}

int wb__input_open(struct wb__input *input, const struct wb_source_options *options,
                   struct wb_error *error)
{
    *input = (struct wb__input){.descriptor = -1, .memory = options->memory};
    int result = wb__wake_open(&input->wake, error);
    if (result == 0)
        result = open_path(input, options->file, error);
    input->start = result == 0 ? lseek(input->descriptor, 0, SEEK_CUR) : -1;
    if (result == 0)
        result = wb__source_opened(options, error);
    if (result == 0 && input->start >= 0)
        result = go_to_start(input, error);
    if (result == 0)
        result = open_contents(input, error);
    if (result < 0)
        wb__input_close(input);
    return result;
}

static void free_contents(struct wb__input *input)
{
    wb__decompressor_free(input->decompressor);
    for (int i = 0; i < 2; i++)
        free_buffer(input, &input->buffers[i]);
    free(input->raw);
    input->decompressor = NULL;
    input->raw = NULL;
    input->raw_at = input->raw_end = 0;
    input->buffer = NULL;
    input->at = input->end = NULL;
}

int wb__input_rewind(struct wb__input *input, struct wb_error *error)
{
    if (input->is_pollable)
        return wb__error_set(error, WB_E_SYSTEM, ESPIPE,
                             "%s: it can be read once: it is no regular file", input->name);
    int result = go_to_start(input, error);
    if (result < 0)
        return result;
    free_contents(input);
    input->offset = 0;
    input->is_ended = false;
    input->failure = (struct wb_error){0};
    return open_contents(input, error);
}

void wb__input_close(struct wb__input *input)
{
    wb__wake_close(&input->wake);
    if (input->descriptor >= 0)
        close(input->descriptor);
    free_contents(input);
    free(input->name);
    *input = (struct wb__input){.descriptor = -1, .wake = {.read_end = -1, .write_end = -1}};
}
