/* SPDX-License-Identifier: ISC
 *
 * UTF-8 in bytes from outside (RFC 3629): which are characters, and which of these may be
 * put on a terminal. Nothing is decoded to be kept; bytes stay bytes.
 */
#ifndef WB_BASE_UTF8_H
#define WB_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length of the character at bytes, of which left (more than 0) are there; 0 where there
 * is none: overlong forms, surrogates and what lies beyond U+10FFFF are no characters. */
size_t wb__utf8_length(const uint8_t *bytes, size_t left);

/* Is the character of length bytes one that shows itself? False for control characters (C0,
 * DEL, C1), line separators and those that turn the direction of the text around them. */
bool wb__utf8_is_printable(const uint8_t *bytes, size_t length);

#endif
