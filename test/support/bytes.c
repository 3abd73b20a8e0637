/* SPDX-License-Identifier: ISC */
#include "support/bytes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *make_room(struct bytes *bytes, size_t length)
{
    if (bytes->capacity - bytes->length < length) {
        bytes->capacity = 2 * bytes->capacity + length;
        bytes->data = realloc(bytes->data, bytes->capacity);
        if (!bytes->data)
            abort();
    }
    uint8_t *at = bytes->data + bytes->length;
    bytes->length += length;
    return at;
}

void bytes_add(struct bytes *bytes, const void *data, size_t length)
{
    if (length)
        memcpy(make_room(bytes, length), data, length);
}

void bytes_add_bytes(struct bytes *bytes, struct bytes more)
{
    bytes_add(bytes, more.data, more.length);
}

void bytes_print(struct bytes *bytes, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        abort();
    bytes_add(bytes, text, (size_t)length);
    free(text);
}

void bytes_fill(struct bytes *bytes, int value, size_t length)
{
    if (length)
        memset(make_room(bytes, length), value, length);
}

struct bytes bytes_pattern(uint32_t seed, size_t length)
{
    struct bytes bytes = {0};
    for (uint64_t line = 0; bytes.length < length; line++)
        bytes_print(&bytes, "%015" PRIx64 "\n", ((uint64_t)seed << 32) + line);
    bytes.length = length;
    return bytes;
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}
