/* SPDX-License-Identifier: ISC
 *
 * vmsplice(2).
 */
#include "pipe.h"

#include <fcntl.h>
#include <sys/ioctl.h>

void pipe_widen(int descriptor, size_t bytes)
{
    fcntl(descriptor, F_SETPIPE_SZ, (int)bytes);
}

bool pipe_can_borrow(void)
{
    return true;
}

ssize_t pipe_lend(int descriptor, const struct iovec *parts, int count)
{
    return vmsplice(descriptor, parts, (size_t)count, SPLICE_F_NONBLOCK);
}

ssize_t pipe_waiting(int descriptor)
{
    int bytes;
    return ioctl(descriptor, FIONREAD, &bytes) < 0 ? -1 : bytes;
}
