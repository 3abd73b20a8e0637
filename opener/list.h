/* SPDX-License-Identifier: ISC
 *
 * The file with the allow-list. It says who gets rights, so it has to be root's, where nobody
 * else writes.
 */
#ifndef LIST_H
#define LIST_H

#include "allow.h"

/* Where it is; decided when the program is built. */
#define LIST_PATH WB_OPEN_DIRECTORY "/open.conf"

/* Opens it, unless it or its folder is a link or could be somebody else's. Returns a descriptor,
 * or a code with *error filled. */
int list_open(struct wb_error *error);

/* Reads and closes it. list has room for LIST_MAX_BYTES and one more. */
int list_read(int descriptor, char *list, size_t *length, struct wb_error *error);

#endif
