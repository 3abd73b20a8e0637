/* SPDX-License-Identifier: ISC */
#include "socket_error.h"

#include <errno.h>
#include <stddef.h>

static const struct {
    int error;
    const char *name;
} names[] = {
    {EPERM, "eperm"},
    {ENOENT, "enoent"},
    {EINTR, "eintr"},
    {EIO, "eio"},
    {ENXIO, "enxio"},
    {EBADF, "ebadf"},
    {EAGAIN, "eagain"},
    {ENOMEM, "enomem"},
    {EACCES, "eacces"},
    {EFAULT, "efault"},
    {EBUSY, "ebusy"},
    {EEXIST, "eexist"},
    {ENODEV, "enodev"},
    {ENOTDIR, "enotdir"},
    {EISDIR, "eisdir"},
    {EINVAL, "einval"},
    {ENFILE, "enfile"},
    {EMFILE, "emfile"},
    {ENOTTY, "enotty"},
    {EFBIG, "efbig"},
    {ENOSPC, "enospc"},
    {EPIPE, "epipe"},
    {EDOM, "edom"},
    {ERANGE, "erange"},
    {ENAMETOOLONG, "enametoolong"},
    {ENOSYS, "enosys"},
    {ELOOP, "eloop"},
    {ENOTSOCK, "enotsock"},
    {EDESTADDRREQ, "edestaddrreq"},
    {EMSGSIZE, "emsgsize"},
    {EPROTOTYPE, "eprototype"},
    {ENOPROTOOPT, "enoprotoopt"},
    {EPROTONOSUPPORT, "eprotonosupport"},
    {EOPNOTSUPP, "eopnotsupp"},
    {EPFNOSUPPORT, "epfnosupport"},
    {EAFNOSUPPORT, "eafnosupport"},
    {EADDRINUSE, "eaddrinuse"},
    {EADDRNOTAVAIL, "eaddrnotavail"},
    {ENETDOWN, "enetdown"},
    {ENETUNREACH, "enetunreach"},
    {ENETRESET, "enetreset"},
    {ECONNABORTED, "econnaborted"},
    {ECONNRESET, "econnreset"},
    {ENOBUFS, "enobufs"},
    {EISCONN, "eisconn"},
    {ENOTCONN, "enotconn"},
    {ETIMEDOUT, "etimedout"},
    {ECONNREFUSED, "econnrefused"},
    {EHOSTDOWN, "ehostdown"},
    {EHOSTUNREACH, "ehostunreach"},
    {EALREADY, "ealready"},
    {EINPROGRESS, "einprogress"},
    {ESTALE, "estale"},
    {EOVERFLOW, "eoverflow"},
#ifdef EBADFD
    {EBADFD, "ebadfd"},
#endif
};

const char *socket_error_name(int error)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].error == error)
            return names[i].name;
    return NULL;
}
