/* SPDX-License-Identifier: ISC
 *
 * What a pipe can do beyond POSIX; a file of its own for each kind of system.
 */
#ifndef WIREBEAM_NATIVE_PIPE_H
#define WIREBEAM_NATIVE_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Makes a pipe hold up to bytes, where the system can and lets us. */
void pipe_widen(int descriptor, size_t bytes);

/* Whether memory can be lent to a pipe. */
bool pipe_can_borrow(void);

/* As writev(2), but the bytes stay where they are, and must not change before they were read from
 * the pipe; EAGAIN, where there is no room, even if the descriptor would block. */
ssize_t pipe_lend(int descriptor, const struct iovec *parts, int count);

/* How many bytes wait in the pipe; -1 and errno where the system does not tell. */
ssize_t pipe_waiting(int descriptor);

#endif
