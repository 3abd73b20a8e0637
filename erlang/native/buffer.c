/* SPDX-License-Identifier: ISC */
#include "buffer.h"

#include <stdlib.h>

#define FIRST_BYTES 4096

static bool grow(struct buffer *buffer, size_t length)
{
    size_t wanted = buffer->capacity ? buffer->capacity : FIRST_BYTES;
    while (wanted - buffer->used < length)
        wanted *= 2;
    uint8_t *bytes = realloc(buffer->bytes, wanted);
    if (!bytes)
        return false;
    buffer->bytes = bytes;
    buffer->capacity = wanted;
    return true;
}

uint8_t *buffer_room(struct buffer *buffer, size_t length)
{
    if (buffer->capacity - buffer->used < length && !buffer->is_failed)
        buffer->is_failed = length > SIZE_MAX / 4 || !grow(buffer, length);
    return buffer->is_failed ? NULL : buffer->bytes + buffer->used;
}

void buffer_put_bytes(struct buffer *buffer, const void *bytes, size_t length)
{
    if (length == 0) /* bytes may be NULL */
        return;
    uint8_t *to = buffer_room(buffer, length);
    if (!to)
        return;
    memcpy(to, bytes, length);
    buffer->used += length;
}

void buffer_put8(struct buffer *buffer, unsigned value)
{
    buffer_put_bytes(buffer, (uint8_t[]){(uint8_t)value}, 1);
}

void buffer_put16(struct buffer *buffer, unsigned value)
{
    uint8_t bytes[2];
    store16(bytes, value);
    buffer_put_bytes(buffer, bytes, sizeof bytes);
}

void buffer_put32(struct buffer *buffer, uint32_t value)
{
    uint8_t bytes[4];
    store32(bytes, value);
    buffer_put_bytes(buffer, bytes, sizeof bytes);
}

void buffer_put64(struct buffer *buffer, uint64_t value)
{
    uint8_t bytes[8];
    store64(bytes, value);
    buffer_put_bytes(buffer, bytes, sizeof bytes);
}

void buffer_put_text(struct buffer *buffer, const void *bytes, size_t length)
{
    buffer_put32(buffer, (uint32_t)length);
    buffer_put_bytes(buffer, bytes, length);
}

void buffer_put_string(struct buffer *buffer, const char *string)
{
    buffer_put_text(buffer, string, strlen(string));
}

void buffer_set32(struct buffer *buffer, size_t offset, uint32_t value)
{
    if (!buffer->is_failed)
        store32(buffer->bytes + offset, value);
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}
