/* SPDX-License-Identifier: ISC
 *
 * The bell that ends a wait: a flag, and a pipe that poll(2) can watch beside the
 * packets. Ringing is async-signal-safe; once rung it stays rung.
 */
#ifndef WB_SOURCE_WAKE_H
#define WB_SOURCE_WAKE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/error.h>

struct wb__wake {
    int read_end, write_end;
    atomic_bool is_rung;
};

int wb__wake_open(struct wb__wake *wake, struct wb_error *error);
void wb__wake_ring(struct wb__wake *wake);
void wb__wake_close(struct wb__wake *wake); /* after a failed open too */

static inline bool wb__wake_is_rung(struct wb__wake *wake)
{
    return atomic_load_explicit(&wake->is_rung, memory_order_acquire);
}

/* Waits until descriptor is readable (or broken), the bell rings, a signal comes, or
 * timeout_ms (-1: for ever) are over. Returns the poll(2) bits of descriptor, 0 when it
 * has none, or a negative code with *error filled. */
int wb__wake_wait(struct wb__wake *wake, int descriptor, int timeout_ms, struct wb_error *error);

/* The monotonic clock in milliseconds. */
int64_t wb__clock_ms(void);

/* The rest of a timeout that began at start_ms; -1 stays -1. */
int wb__timeout_left(int timeout_ms, int64_t start_ms);

#endif
