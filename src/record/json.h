/* SPDX-License-Identifier: ISC
 *
 * Writes one line of JSON straight into a buffer that is used again for the next. A
 * transaction's record is on the way of every transaction, and building a tree for it
 * costs more than writing its files; so there is no tree here.
 *
 * Text from the wire may hold any byte. Valid UTF-8 stays itself; NUL and every byte
 * that is not UTF-8 become the text \xNN, as in Suricata's EVE. A backslash that an 'x'
 * follows becomes \x5C, so that \xNN always stands for one byte and nothing is lost.
 */
#ifndef WB_RECORD_JSON_H
#define WB_RECORD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wb__json {
    char *text; /* not NUL-terminated */
    size_t length, capacity;
    bool needs_comma;
    bool failed; /* out of memory: the line is useless */
};

void wb__json_reset(struct wb__json *json); /* begins a line; {0} before the first */
void wb__json_free(struct wb__json *json);

/* key is a word of ours, or NULL in an array. bracket is '{' or '[', then '}' or ']'. */
void wb__json_begin(struct wb__json *json, const char *key, char bracket);
void wb__json_end(struct wb__json *json, char bracket);

void wb__json_bytes(struct wb__json *json, const char *key, const void *bytes, size_t length);
/* The same in pieces, none of which may end within a character or with a backslash. */
void wb__json_bytes_begin(struct wb__json *json, const char *key);
void wb__json_bytes_more(struct wb__json *json, const void *bytes, size_t length);
void wb__json_bytes_end(struct wb__json *json);

void wb__json_text(struct wb__json *json, const char *key, const char *text);
void wb__json_hex(struct wb__json *json, const char *key, const uint8_t *bytes, size_t length);
void wb__json_number(struct wb__json *json, const char *key, uint64_t value);
void wb__json_signed(struct wb__json *json, const char *key, int64_t value);
void wb__json_bool(struct wb__json *json, const char *key, bool value);

/* JSON that was written before: put in as it is. */
void wb__json_raw(struct wb__json *json, const char *text, size_t length);

#endif
