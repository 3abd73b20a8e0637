/* SPDX-License-Identifier: ISC */
#include "base/utf8.h"

size_t wb__utf8_length(const uint8_t *bytes, size_t left)
{
    uint8_t first = bytes[0];
    if (first < 0x80)
        return 1;
    size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (!length || left < length)
        return 0;
    /* Overlong forms, surrogates, and what lies beyond U+10FFFF. */
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

bool wb__utf8_is_printable(const uint8_t *bytes, size_t length)
{
    if (length == 1)
        return bytes[0] >= 0x20 && bytes[0] != 0x7f;
    if (length == 2) /* C1, and U+061C */
        return !(bytes[0] == 0xc2 && bytes[1] < 0xa0) && !(bytes[0] == 0xd8 && bytes[1] == 0x9c);
    if (length != 3 || bytes[0] != 0xe2)
        return true;
    /* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069. */
    if (bytes[1] == 0x80)
        return bytes[2] < 0x8e || (bytes[2] > 0x8f && bytes[2] < 0xa8) || bytes[2] > 0xae;
    return bytes[1] != 0x81 || bytes[2] < 0xa6 || bytes[2] > 0xa9;
}
