/* SPDX-License-Identifier: ISC
 *
 * Bytes that end at an unmapped page: a parser that reads one too many dies at once.
 */
#ifndef TEST_SUPPORT_GUARD_H
#define TEST_SUPPORT_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct guard {
    uint8_t *map;
    size_t map_length;
    size_t capacity;
};

/* Room for up to capacity bytes; aborts when memory cannot be mapped. */
struct guard guard_open(size_t capacity);

/* A copy of bytes whose last byte is the last one before the unmapped page. Valid
 * until the next call. length 0 gives a pointer that must not be read at all. */
uint8_t *guard_put(struct guard *guard, const void *bytes, size_t length);

void guard_close(struct guard *guard);

#endif
