/* SPDX-License-Identifier: ISC */
#include "inject/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "inject/inject.h"

/* Its domain, or AF_UNSPEC where it is no socket. */
static int domain_of(int descriptor)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    if (getsockname(descriptor, (struct sockaddr *)&name, &length) < 0)
        return AF_UNSPEC;
    return name.ss_family;
}

static int without_blocking(int descriptor)
{
    int flags = fcntl(descriptor, F_GETFL);
    if (flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
        fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0)
        return descriptor;
    int saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
}

int wb__inject_socket(const struct wb_inject_options *options, int domain, int type, int protocol)
{
    for (unsigned i = 0; i < options->descriptor_count; i++)
        if (domain_of(options->descriptors[i]) == domain)
            return without_blocking(options->descriptors[i]);
    if (options->descriptor_count) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    int descriptor = socket(domain, type, protocol);
    return descriptor < 0 ? -1 : without_blocking(descriptor);
}

void wb__inject_close_given_but(const struct wb_inject_options *options, int domain, int other)
{
    bool is_taken = false, is_other_taken = false;
    for (unsigned i = 0; i < options->descriptor_count; i++) {
        int of = domain_of(options->descriptors[i]);
        if (of != AF_UNSPEC && of == domain && !is_taken)
            is_taken = true;
        else if (of != AF_UNSPEC && of == other && !is_other_taken)
            is_other_taken = true;
        else
            close(options->descriptors[i]);
    }
}

static bool set(int descriptor, int option, int value)
{
    return setsockopt(descriptor, SOL_SOCKET, option, &value, sizeof value) == 0;
}

bool wb__inject_prepare(int descriptor, const struct wb_inject_options *options)
{
    uint32_t bytes = options->queue_bytes ? options->queue_bytes : WB__INJECT_QUEUE_DEFAULT;
    int queue = bytes > INT32_MAX / 2 ? INT32_MAX / 2 : (int)bytes;
#ifdef SO_SNDBUFFORCE
    if (!set(descriptor, SO_SNDBUFFORCE, queue))
#endif
        set(descriptor, SO_SNDBUF, queue);
#ifdef SO_MARK
    if (!options->unmarked)
        return set(descriptor, SO_MARK, (int)(options->mark ? options->mark : WB_INJECT_MARK));
#endif
    return false;
}

int wb__inject_bind_device(int descriptor, const struct wb_inject_options *options,
                           struct wb_error *error)
{
    const char *name = options->interface;
    if (!name)
        return 0;
#ifdef SO_BINDTODEVICE
    if (setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)) == 0)
        return 0;
    if (errno == ENODEV)
        return wb__inject_not_found(name, error);
    return wb__error_set(error, WB_E_SYSTEM, errno, "%s: a socket cannot be bound to it: %s", name,
                         strerror(errno));
#else
    (void)descriptor;
    return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                         "%s: this system binds no IP socket to a device: leave the interface out",
                         name);
#endif
}

int wb__inject_no_permission(const char *what, struct wb_error *error)
{
    return wb__error_set(error, WB_E_PERMISSION, EPERM,
                         "%s: no permission to send: run as root, or give the program the "
                         "capability with `setcap cap_net_raw+ep PROGRAM`",
                         what);
}

int wb__inject_not_found(const char *interface, struct wb_error *error)
{
    return wb__error_set(error, WB_E_NOT_FOUND, ENODEV,
                         "%s: there is no such interface: `wirebeam interfaces` lists them",
                         interface);
}
