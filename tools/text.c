/* SPDX-License-Identifier: ISC
 *
 * Pieces of text lines.
 */
#include "text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <wirebeam/record.h>

void text_time(char text[TEXT_TIME_SIZE], int64_t time_ns)
{
    int64_t nanoseconds = time_ns % 1000000000;
    time_t seconds;
    struct tm local;
    size_t length;

    if (nanoseconds < 0)
        nanoseconds += 1000000000; /* a file may hold times before 1970 */
    seconds = (time_t)((time_ns - nanoseconds) / 1000000000);
    if (localtime_r(&seconds, &local) == NULL)
        local = (struct tm){ 0 };
    length = strftime(text, TEXT_TIME_SIZE, "%H:%M:%S", &local);
    snprintf(text + length, TEXT_TIME_SIZE - length, ".%06d", (int)(nanoseconds / 1000));
}

void text_endpoint(char text[TEXT_ENDPOINT_SIZE], const struct wb_endpoint *endpoint,
                   unsigned ip_version)
{
    char address[INET6_ADDRSTRLEN] = "?";

    inet_ntop(ip_version == 6 ? AF_INET6 : AF_INET, endpoint->address, address, sizeof(address));
    snprintf(text, TEXT_ENDPOINT_SIZE, ip_version == 6 ? "[%s]:%u" : "%s:%u", address,
             endpoint->port);
}

static size_t escape_byte(char out[5], unsigned char byte)
{
    if (byte == '\\')
        return (size_t)snprintf(out, 5, "\\\\");
    if (byte > 0x20 && byte < 0x7f)
        return (size_t)snprintf(out, 5, "%c", byte);
    return (size_t)snprintf(out, 5, "\\x%02x", byte);
}

void text_escaped(char *text, size_t size, struct wb_slice slice)
{
    size_t length = 0;

    for (uint32_t i = 0; i < slice.length; i++) {
        char escaped[5];
        size_t width = escape_byte(escaped, (unsigned char)slice.data[i]);

        if (length + width + sizeof("...") > size) {
            memcpy(text + length, "...", 3);
            length += 3;
            break;
        }
        memcpy(text + length, escaped, width);
        length += width;
    }
    text[length] = '\0';
}

#define PLAIN_SIZE 2048 /* more than any line shows of a target */

static size_t append(char plain[PLAIN_SIZE], size_t length, const char *bytes, size_t more)
{
    if (more > PLAIN_SIZE - length)
        more = PLAIN_SIZE - length;
    memcpy(plain + length, bytes, more);
    return length + more;
}

void text_url(char *text, size_t size, struct wb_slice url)
{
    char plain[PLAIN_SIZE];
    size_t length = 0;
    bool is_path = url.length > 0 && url.data[0] == '/';
    struct wb_slice secret = wb_http_userinfo(url, !is_path);

    for (; secret.data != NULL; secret = wb_http_userinfo(url, false)) {
        uint32_t before = (uint32_t)(secret.data - url.data);

        length = append(plain, length, url.data, before);
        length = append(plain, length, WB_RECORD_REDACTED, strlen(WB_RECORD_REDACTED));
        url.data += before + secret.length;
        url.length -= before + secret.length;
    }
    if (url.length > 0)
        length = append(plain, length, url.data, url.length);
    text_escaped(text, size, (struct wb_slice){ plain, (uint32_t)length });
}
