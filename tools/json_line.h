/* SPDX-License-Identifier: ISC
 *
 * A JSON object as a line of standard output.
 */
#ifndef TOOLS_JSON_LINE_H
#define TOOLS_JSON_LINE_H

#include <jansson.h>
#include <stdbool.h>

/* Prints the object, which may be NULL (out of memory), and gives it up. False, with the reason
 * told, where that failed. */
bool json_line_print(json_t *object);

#endif
