/* SPDX-License-Identifier: ISC
 *
 * Large memory that is visited in no order: from huge pages where the system has them. One
 * file for each operating system, and huge_none.c, which builds everywhere.
 */
#ifndef WB_BASE_HUGE_H
#define WB_BASE_HUGE_H

#include <stddef.h>

#define WB__HUGE_BYTES ((size_t)2 << 20)

/* Zeros, aligned to a cache line; NULL when there is no memory. Only what is touched costs,
 * rounded up to huge pages. */
void *wb__huge_new(size_t bytes);

/* bytes as they were asked for; NULL is accepted. */
void wb__huge_free(void *memory, size_t bytes);

#endif
