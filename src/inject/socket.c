/* SPDX-License-Identifier: ISC */
#include "inject/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include <wirebeam/opener.h>

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

static bool is_forbidden(int code)
{
    return code == EPERM || code == EACCES;
}

static enum wb_opener_verb verb_of(int domain, int protocol)
{
    if (domain == AF_INET)
        return protocol == IPPROTO_ICMP ? WB_OPENER_ICMP4 : WB_OPENER_IP4;
    if (domain == AF_INET6)
        return protocol == IPPROTO_ICMPV6 ? WB_OPENER_ICMP6 : WB_OPENER_IP6;
    return WB_OPENER_INJECT;
}

/* -1 with EPERM where it does not open it either. */
static int ask_opener(const struct wb_inject_options *options, int domain, int protocol,
                      struct wb_error *refusal)
{
    const struct wb_opener_request request = {
        .verb = verb_of(domain, protocol),
        .interface = options->interface ? options->interface : "any"};
    int descriptor;
    if (wb_opener_open(&request, &descriptor, refusal) == 0)
        return descriptor;
    errno = EPERM;
    return -1;
}

int wb__inject_socket(const struct wb_inject_options *options, int domain, int type, int protocol,
                      struct wb_error *refusal)
{
    for (unsigned i = 0; i < options->descriptor_count; i++)
        if (domain_of(options->descriptors[i]) == domain)
            return without_blocking(options->descriptors[i]);
    if (options->descriptor_count) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    int descriptor = socket(domain, type, protocol);
    if (descriptor < 0 && is_forbidden(errno) && type == SOCK_RAW)
        descriptor = ask_opener(options, domain, protocol, refusal);
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
    uint32_t wanted = options->mark ? options->mark : WB_INJECT_MARK, mark = 0;
    socklen_t length = sizeof mark;
    if (!options->unmarked)
        set(descriptor, SO_MARK, (int)wanted);
    /* One that others opened may have it already. */
    return getsockopt(descriptor, SOL_SOCKET, SO_MARK, &mark, &length) == 0 && mark == wanted;
#else
    return false;
#endif
}

int wb__inject_bind_device(int descriptor, const struct wb_inject_options *options,
                           struct wb_error *error)
{
    const char *name = options->interface;
    if (!name)
        return 0;
#ifdef SO_BINDTODEVICE
    char bound[IF_NAMESIZE] = "";
    socklen_t length = sizeof bound;
    /* One that others opened may be so already, and not be bound again. */
    if (getsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, bound, &length) == 0 &&
        strncmp(bound, name, sizeof bound) == 0)
        return 0;
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

int wb__inject_no_permission(const char *what, const struct wb_error *refusal,
                             struct wb_error *error)
{
    if (refusal && refusal->code == WB_E_NOT_FOUND)
        return wb__error_set(error, WB_E_NOT_FOUND, ENODEV, "%s", refusal->text);
    if (refusal && refusal->code != WB_E_UNSUPPORTED)
        return wb__error_set(error, refusal->code, refusal->system, "%s: no permission to send: %s",
                             what, refusal->text);
    return wb__error_set(error, WB_E_PERMISSION, EPERM,
                         "%s: no permission to send: run as root%s give the program the "
                         "capability with `setcap cap_net_raw+ep PROGRAM`%s",
                         what, refusal ? "," : " or",
                         refusal ? ", or have wirebeam-open permit it" : "");
}

int wb__inject_not_found(const char *interface, struct wb_error *error)
{
    return wb__error_set(error, WB_E_NOT_FOUND, ENODEV,
                         "%s: there is no such interface: `wirebeam interfaces` lists them",
                         interface);
}
