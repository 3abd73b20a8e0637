/* SPDX-License-Identifier: ISC
 *
 * Pipes as POSIX has them.
 */
#include "pipe.h"

#include <errno.h>

void pipe_widen(int descriptor, size_t bytes)
{
    (void)descriptor, (void)bytes;
}

bool pipe_can_borrow(void)
{
    return false;
}

ssize_t pipe_lend(int descriptor, const struct iovec *parts, int count)
{
    (void)descriptor, (void)parts, (void)count;
    errno = ENOSYS;
    return -1;
}

ssize_t pipe_waiting(int descriptor)
{
    (void)descriptor;
    errno = ENOSYS;
    return -1;
}
