/* SPDX-License-Identifier: ISC */
#ifndef WB_DECODE_CRC32C_H
#define WB_DECODE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

#define WB__CRC32C_START 0xffffffffu

/* Goes on with crc over more bytes; its complement, at the end, is the checksum. */
uint32_t wb__crc32c(uint32_t crc, const uint8_t *bytes, size_t length);

#endif
