/* SPDX-License-Identifier: ISC
 *
 * Bytes that grow: where tests put messages together before they are sent. Aborts when
 * out of memory; everything made here is freed by bytes_free or with the process.
 */
#ifndef TEST_SUPPORT_BYTES_H
#define TEST_SUPPORT_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data;
    size_t length, capacity;
};

void bytes_add(struct bytes *bytes, const void *data, size_t length);
void bytes_add_bytes(struct bytes *bytes, struct bytes more);
void bytes_print(struct bytes *bytes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void bytes_fill(struct bytes *bytes, int value, size_t length);

/* length bytes that say where they belong: lines of 16 bytes, the 15-digit hexadecimal
 * number of seed * 2^32 + line, and a newline; the last line is cut off. Misplaced,
 * repeated or missing bytes show in it. */
struct bytes bytes_pattern(uint32_t seed, size_t length);

void bytes_free(struct bytes *bytes);

#endif
