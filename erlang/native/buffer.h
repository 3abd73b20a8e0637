/* SPDX-License-Identifier: ISC
 *
 * Bytes that grow at their end: frames are put together in one. Numbers go in big-endian, a
 * text as its length and its bytes. Where memory is missing, nothing more goes in, and
 * is_failed says so: to be looked at once, when all is put.
 */
#ifndef WIREBEAM_NATIVE_BUFFER_H
#define WIREBEAM_NATIVE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buffer {
    uint8_t *bytes;
    size_t used, capacity;
    bool is_failed;
};

/* Makes room for length bytes more and returns where they go, or NULL. They count once
 * used is raised. */
uint8_t *buffer_room(struct buffer *buffer, size_t length);

void buffer_put_bytes(struct buffer *buffer, const void *bytes, size_t length);
void buffer_put8(struct buffer *buffer, unsigned value);
void buffer_put16(struct buffer *buffer, unsigned value);
void buffer_put32(struct buffer *buffer, uint32_t value);
void buffer_put64(struct buffer *buffer, uint64_t value);
void buffer_put_text(struct buffer *buffer, const void *bytes, size_t length);
void buffer_put_string(struct buffer *buffer, const char *string);

/* Writes value over four bytes that were put before. */
void buffer_set32(struct buffer *buffer, size_t offset, uint32_t value);

void buffer_free(struct buffer *buffer);

static inline uint8_t *store16(uint8_t *to, unsigned value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
    return to + 2;
}

static inline uint8_t *store32(uint8_t *to, uint32_t value)
{
    return store16(store16(to, value >> 16), value & 0xffff);
}

static inline uint8_t *store64(uint8_t *to, uint64_t value)
{
    return store32(store32(to, (uint32_t)(value >> 32)), (uint32_t)value);
}

static inline uint32_t load32(const uint8_t *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

#endif
