/* SPDX-License-Identifier: ISC
 *
 * The bounded cursor: the one way to read bytes that come from outside. A read
 * checks the length, converts the byte order and advances in one call. A short read
 * fails, sets the cursor's failed flag and yields zeros; after it, every read fails,
 * so a decoder may read a whole header and ask once at its end.
 */
#ifndef WB_BASE_CURSOR_H
#define WB_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wb__cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

static inline struct wb__cursor wb__cursor(const void *bytes, size_t length)
{
    const uint8_t *start = bytes;
    return (struct wb__cursor){.at = start, .end = length ? start + length : start};
}

static inline size_t wb__cursor_left(const struct wb__cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* The next length bytes, borrowed, or NULL. */
static inline const uint8_t *wb__cursor_take(struct wb__cursor *cursor, size_t length)
{
    if (cursor->failed || wb__cursor_left(cursor) < length) {
        cursor->failed = true;
        return NULL;
    }
    const uint8_t *bytes = cursor->at;
    cursor->at += length;
    return bytes;
}

static inline bool wb__cursor_skip(struct wb__cursor *cursor, size_t length)
{
    return wb__cursor_take(cursor, length) != NULL;
}

/* Big-endian ("network order") and little-endian loads from bytes known to be there. */
static inline uint16_t wb__load16(const uint8_t *b)
{
    return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t wb__load32(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t wb__load64(const uint8_t *b)
{
    return (uint64_t)wb__load32(b) << 32 | wb__load32(b + 4);
}

static inline uint16_t wb__load16_little(const uint8_t *b)
{
    return (uint16_t)(b[1] << 8 | b[0]);
}

static inline uint32_t wb__load32_little(const uint8_t *b)
{
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static inline uint64_t wb__load64_little(const uint8_t *b)
{
    return (uint64_t)wb__load32_little(b + 4) << 32 | wb__load32_little(b);
}

static inline uint8_t wb__cursor_read8(struct wb__cursor *cursor)
{
    const uint8_t *b = wb__cursor_take(cursor, 1);
    return b ? *b : 0;
}

static inline uint16_t wb__cursor_read16(struct wb__cursor *cursor)
{
    const uint8_t *b = wb__cursor_take(cursor, 2);
    return b ? wb__load16(b) : 0;
}

static inline uint32_t wb__cursor_read32(struct wb__cursor *cursor)
{
    const uint8_t *b = wb__cursor_take(cursor, 4);
    return b ? wb__load32(b) : 0;
}

/* Copies length bytes into out, or zeros when they are not there. */
static inline void wb__cursor_read(struct wb__cursor *cursor, void *out, size_t length)
{
    const uint8_t *b = wb__cursor_take(cursor, length);
    if (b)
        memcpy(out, b, length);
    else
        memset(out, 0, length);
}

#endif
