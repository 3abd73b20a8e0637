/* SPDX-License-Identifier: ISC
 *
 * Lines that did not come in one piece: a head, a trailer section or a line that may
 * be a start line, put together until it is whole. Remembers where its last line
 * begins, so that a byte more costs a byte more.
 */
#ifndef WB_HTTP_GATHER_H
#define WB_HTTP_GATHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/shelf.h"

/* Where all gathering of a stage takes its memory: buffers of the usual size are
 * recycled, only longer ones are allocated. */
struct wb__gather_memory {
    struct wb__budget *budget;
    struct wb__shelf usual;
};

struct wb__gather {
    uint8_t *bytes;
    uint32_t length, capacity;
    uint32_t line_at; /* where the unfinished line begins */
};

enum wb__gather_result {
    WB__GATHER_MORE,       /* all was taken, the line goes on */
    WB__GATHER_LINE,       /* a line is whole */
    WB__GATHER_EMPTY_LINE, /* a line is whole, and empty */
    WB__GATHER_LIMIT,      /* it is longer than the limit; what fits was taken */
    WB__GATHER_NO_MEMORY,  /* nothing was taken */
};

void wb__gather_memory_init(struct wb__gather_memory *memory, struct wb__budget *budget);
void wb__gather_memory_free(struct wb__gather_memory *memory);

/* Takes bytes up to and with the next line feed; *taken says how many. */
enum wb__gather_result wb__gather_line(struct wb__gather *gather,
                                       struct wb__gather_memory *memory, uint32_t limit,
                                       const uint8_t *bytes, uint32_t length,
                                       uint32_t *taken);

/* Lets go of the first length bytes of it. */
void wb__gather_drop(struct wb__gather *gather, uint32_t length);

/* Empties it and gives the memory back. */
void wb__gather_clear(struct wb__gather *gather, struct wb__gather_memory *memory);

#endif
