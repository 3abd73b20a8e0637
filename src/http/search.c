/* SPDX-License-Identifier: ISC
 *
 * A status line is known by its beginning, a request line by its end. Where a method
 * begins behind other bytes cannot be told, unless it is one that everybody knows: so
 * only the methods of RFC 9110, 9 and PATCH (RFC 5789) are found. Both must end with
 * CR LF: a guess has to be a good one.
 */
#include "http/search.h"

#include <string.h>

#include <wirebeam/http.h>

#include "http/text.h"

#define STATUS_BYTES 13  /* "HTTP/1.1 200" and what must follow it */
#define VERSION_BYTES 11 /* " HTTP/1.1" CR LF */

static bool is_version(const uint8_t *at)
{
    return memcmp(at, "HTTP/1.", 7) == 0 && (at[7] == '0' || at[7] == '1');
}

static bool is_status(const uint8_t *at)
{
    return is_version(at) && at[8] == ' ' && wb__is_digit(at[9]) && wb__is_digit(at[10]) &&
           wb__is_digit(at[11]) && (at[12] == ' ' || at[12] == '\r');
}

static uint32_t find_status(const uint8_t *line, uint32_t length)
{
    uint32_t found = length;
    const uint8_t *at = line, *end = line + length;
    while (end - at >= STATUS_BYTES &&
           (at = memchr(at, 'H', (size_t)(end - at - STATUS_BYTES) + 1))) {
        if (is_status(at))
            found = (uint32_t)(at - line);
        at++;
    }
    return found;
}

/* The length of the known method that ends at end, or 0. */
static size_t method_before(const uint8_t *line, const uint8_t *end)
{
    static const char *const methods[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                          "OPTIONS", "CONNECT", "TRACE", "PATCH"};
    for (unsigned i = 0; i < sizeof methods / sizeof *methods; i++) {
        size_t length = strlen(methods[i]);
        if ((size_t)(end - line) >= length && memcmp(end - length, methods[i], length) == 0)
            return length;
    }
    return 0;
}

static uint32_t find_request(const uint8_t *line, uint32_t length)
{
    if (length < VERSION_BYTES)
        return length;
    const uint8_t *target_end = line + length - VERSION_BYTES;
    if (*target_end != ' ' || !is_version(target_end + 1))
        return length;
    const uint8_t *target = target_end;
    while (target > line && target[-1] != ' ')
        target--;
    if (target == line || target == target_end)
        return length;
    size_t method = method_before(line, target - 1);
    return method ? (uint32_t)(target - 1 - line - method) : length;
}

uint32_t wb__search_start_line(const uint8_t *line, uint32_t length, unsigned role)
{
    if (length < 2 || line[length - 2] != '\r' || line[length - 1] != '\n')
        return length;
    uint32_t found = length;
    if (role != WB_HTTP_RESPONSE)
        found = find_request(line, length);
    if (found == length && role != WB_HTTP_REQUEST)
        found = find_status(line, length);
    return found;
}

bool wb__search_is_field_line(const uint8_t *line, uint32_t length)
{
    const uint8_t *end = line + length;
    const uint8_t *colon = wb__token_end(line, end);
    return colon > line && colon < end && *colon == ':';
}
