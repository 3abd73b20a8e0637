/* SPDX-License-Identifier: ISC
 *
 * Packets written down as hexadecimal digits, the way RFCs and tcpdump -x show them, so
 * that a test can show every byte that it is about.
 */
#ifndef TEST_SUPPORT_HEX_H
#define TEST_SUPPORT_HEX_H

#include <stddef.h>
#include <stdint.h>

/* The bytes that text stands for; spaces between digits are for the eye. Returns how
 * many; aborts where text is not hexadecimal or does not fit. */
size_t hex_bytes(const char *text, uint8_t *bytes, size_t capacity);

#endif
