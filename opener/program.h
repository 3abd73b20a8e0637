/* SPDX-License-Identifier: ISC
 *
 * The program that the kernel runs for a socket which we give away: what the caller is
 * permitted to see, then what he asks for. Locked, it stays so, whatever the holder of the
 * socket binds it to. Pure; the kernel's own check of the instructions comes when it is attached.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <linux/filter.h>

#include "allow.h"

struct program {
    struct sock_filter at[BPF_MAXINSNS];
    unsigned short count;
};

/* Packets of the interface with this index (0: of all), of those, where the permit names ports,
 * TCP, UDP and SCTP from or to these, and of those what the requested instructions take: count
 * of them, or 0 for all. Returns 0, or WB_E_FILTER with *error filled where they are too many. */
int program_build(struct program *program, unsigned interface_index, const struct permit *permit,
                  const struct sock_filter *requested, size_t count, struct wb_error *error);

/* One that takes nothing. */
void program_reject(struct program *program);

#endif
