/* SPDX-License-Identifier: ISC
 *
 * The writer of JSON lines (RFC 8259; see json.h). Room for the worst case is made
 * before a value is written, so the writing itself checks nothing.
 */
#include "record/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define ESCAPED_MAX 6 /* bytes that one byte may become: \u00NN */

static const char hex_upper[] = "0123456789ABCDEF";
static const char hex_lower[] = "0123456789abcdef";

static bool make_room(struct wb__json *json, size_t more)
{
    if (json->failed)
        return false;
    if (more <= json->capacity - json->length)
        return true;
    size_t capacity = json->capacity ? 2 * json->capacity : 4096;
    if (capacity < json->length + more)
        capacity = json->length + more;
    char *text = realloc(json->text, capacity);
    json->failed = !text;
    if (!text)
        return false;
    json->text = text;
    json->capacity = capacity;
    return true;
}

static void put(struct wb__json *json, const void *bytes, size_t length)
{
    memcpy(json->text + json->length, bytes, length);
    json->length += length;
}

static void put_char(struct wb__json *json, char c)
{
    json->text[json->length++] = c;
}

/* Comma and key, with room for more bytes after them. */
static bool introduce(struct wb__json *json, const char *key, size_t more)
{
    size_t key_length = key ? strlen(key) : 0;
    if (!make_room(json, key_length + 4 + more))
        return false;
    if (json->needs_comma)
        put_char(json, ',');
    json->needs_comma = true;
    if (key) {
        put_char(json, '"');
        put(json, key, key_length);
        put_char(json, '"');
        put_char(json, ':');
    }
    return true;
}

void wb__json_reset(struct wb__json *json)
{
    json->length = 0;
    json->needs_comma = false;
    json->failed = false;
}

void wb__json_free(struct wb__json *json)
{
    free(json->text);
    *json = (struct wb__json){0};
}

void wb__json_begin(struct wb__json *json, const char *key, char bracket)
{
    if (introduce(json, key, 1))
        put_char(json, bracket);
    json->needs_comma = false;
}

void wb__json_end(struct wb__json *json, char bracket)
{
    if (make_room(json, 1))
        put_char(json, bracket);
    json->needs_comma = true;
}

static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

#define IN_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Not 0 where a byte of the word is 0. */
static uint64_t zero_bytes(uint64_t word)
{
    return (word - IN_EACH_BYTE(1)) & ~word & IN_EACH_BYTE(0x80);
}

/* Are eight bytes all plain? A borrow or carry comes only out of a byte that is not. */
static bool are_plain(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    uint64_t low = (word - IN_EACH_BYTE(0x20)) | (word + IN_EACH_BYTE(1)) | word;
    return !((low & IN_EACH_BYTE(0x80)) | zero_bytes(word ^ IN_EACH_BYTE('"')) |
             zero_bytes(word ^ IN_EACH_BYTE('\\')));
}

/* "\\xNN": the backslash is itself escaped, since JSON knows no \x. */
static void put_byte_as_text(struct wb__json *json, uint8_t byte)
{
    put(json, "\\\\x", 3);
    put_char(json, hex_upper[byte >> 4]);
    put_char(json, hex_upper[byte & 15]);
}

static void put_control(struct wb__json *json, uint8_t byte)
{
    const char *at = byte ? strchr("\bb\tt\nn\ff\rr", byte) : NULL;
    if (at) {
        put_char(json, '\\');
        put_char(json, at[1]);
    } else {
        put(json, "\\u00", 4);
        put_char(json, hex_lower[byte >> 4]);
        put_char(json, hex_lower[byte & 15]);
    }
}

/* Writes what stands at bytes, which is not plain; returns how many bytes it was. */
static size_t put_special(struct wb__json *json, const uint8_t *bytes, size_t left)
{
    uint8_t byte = bytes[0];
    size_t length = byte >= 0x80 ? wb__utf8_length(bytes, left) : 0;
    if (length) {
        put(json, bytes, length);
        return length;
    }
    bool is_ambiguous = byte == '\\' && left > 1 && bytes[1] == 'x';
    if (byte >= 0x80 || byte == 0 || is_ambiguous) {
        put_byte_as_text(json, byte);
    } else if (byte == '"' || byte == '\\') {
        put_char(json, '\\');
        put_char(json, (char)byte);
    } else {
        put_control(json, byte);
    }
    return 1;
}

static void put_text(struct wb__json *json, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    const uint8_t *stop = at + length;
    while (at < stop) {
        const uint8_t *plain = at;
        while (stop - at >= 8 && are_plain(at))
            at += 8;
        while (at < stop && is_plain(*at))
            at++;
        put(json, plain, (size_t)(at - plain));
        if (at < stop)
            at += put_special(json, at, (size_t)(stop - at));
    }
}

void wb__json_bytes(struct wb__json *json, const char *key, const void *bytes, size_t length)
{
    if (!introduce(json, key, ESCAPED_MAX * length + 2))
        return;
    put_char(json, '"');
    put_text(json, bytes, length);
    put_char(json, '"');
}

void wb__json_bytes_begin(struct wb__json *json, const char *key)
{
    if (introduce(json, key, 1))
        put_char(json, '"');
}

void wb__json_bytes_more(struct wb__json *json, const void *bytes, size_t length)
{
    if (make_room(json, ESCAPED_MAX * length))
        put_text(json, bytes, length);
}

void wb__json_bytes_end(struct wb__json *json)
{
    if (make_room(json, 1))
        put_char(json, '"');
}

void wb__json_text(struct wb__json *json, const char *key, const char *text)
{
    wb__json_bytes(json, key, text, strlen(text));
}

void wb__json_hex(struct wb__json *json, const char *key, const uint8_t *bytes, size_t length)
{
    if (!introduce(json, key, 2 * length + 2))
        return;
    put_char(json, '"');
    for (size_t i = 0; i < length; i++) {
        put_char(json, hex_lower[bytes[i] >> 4]);
        put_char(json, hex_lower[bytes[i] & 15]);
    }
    put_char(json, '"');
}

void wb__json_number(struct wb__json *json, const char *key, uint64_t value)
{
    char digits[20];
    char *at = digits + sizeof digits;
    do
        *--at = (char)('0' + value % 10);
    while (value /= 10);
    size_t length = (size_t)(digits + sizeof digits - at);
    if (introduce(json, key, length))
        put(json, at, length);
}

void wb__json_signed(struct wb__json *json, const char *key, int64_t value)
{
    if (value >= 0) {
        wb__json_number(json, key, (uint64_t)value);
        return;
    }
    if (!introduce(json, key, 1))
        return;
    put_char(json, '-');
    json->needs_comma = false;
    wb__json_number(json, NULL, -(uint64_t)value);
}

void wb__json_bool(struct wb__json *json, const char *key, bool value)
{
    const char *word = value ? "true" : "false";
    if (introduce(json, key, 5))
        put(json, word, strlen(word));
}

void wb__json_raw(struct wb__json *json, const char *text, size_t length)
{
    if (!length || !make_room(json, length + 1))
        return;
    if (json->needs_comma)
        put_char(json, ',');
    put(json, text, length);
    json->needs_comma = true;
}
