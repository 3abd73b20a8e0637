/* SPDX-License-Identifier: ISC
 *
 * Pieces of text lines. What comes from the wire goes through text_escaped only, so
 * that no control byte ever reaches a terminal.
 */
#ifndef TOOLS_TEXT_H
#define TOOLS_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <wirebeam/flow.h>
#include <wirebeam/http.h>

/* "15:04:05.678901", local time. */
#define TEXT_TIME_SIZE 24
void text_time(char text[TEXT_TIME_SIZE], int64_t time_ns);

/* "192.0.2.1:80" or "[2001:db8::1]:80". */
#define TEXT_ENDPOINT_SIZE 64
void text_endpoint(char text[TEXT_ENDPOINT_SIZE], const struct wb_endpoint *endpoint,
                   unsigned ip_version);

/* At most size - 1 bytes of the slice as printable ASCII; every other byte becomes
 * \xNN and a backslash \\. What does not fit ends with "...". */
void text_escaped(char *text, size_t size, struct wb_slice slice);

/* The same of the target of a request or its Host, without the userinfo that may be there. */
void text_url(char *text, size_t size, struct wb_slice url);

#endif
