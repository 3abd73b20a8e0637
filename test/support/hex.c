/* SPDX-License-Identifier: ISC */
#include "support/hex.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    fprintf(stderr, "not a lower-case hexadecimal digit: '%c'\n", c);
    abort();
}

size_t hex_bytes(const char *text, uint8_t *bytes, size_t capacity)
{
    size_t length = 0;
    for (; *text; text++) {
        if (*text == ' ')
            continue;
        if (length == capacity)
            abort();
        bytes[length++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
        text++;
    }
    return length;
}
