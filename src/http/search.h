/* SPDX-License-Identifier: ISC
 *
 * Finds the start of a message inside of a line. A body need not end with a line end, so
 * that after a loss the next start line may stand behind the rest of a body. What is
 * found is a place to try, no more: the head parser judges it.
 */
#ifndef WB_HTTP_SEARCH_H
#define WB_HTTP_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

/* Where in a whole line, its line end included, a start line of that role (enum
 * wb_http_side, anything else: either) may begin, or length where none does. The last
 * such place, because a body may quote a start line but a start line quotes no other. */
uint32_t wb__search_start_line(const uint8_t *line, uint32_t length, unsigned role);

/* Whether a line begins like a field line, as what follows a start line does. */
bool wb__search_is_field_line(const uint8_t *line, uint32_t length);

#endif
