/* SPDX-License-Identifier: ISC */
#include "device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <wirebeam/inject.h>

#include "rights.h"
#include "say.h"

#define TUN_PATH "/dev/net/tun"

static int failure(const struct request *request, const char *what, struct wb_error *error)
{
    return say(error, errno == EPERM ? WB_E_PERMISSION : WB_E_SYSTEM, errno, "%s: %s: %s",
               request->name, what, strerror(errno));
}

/* ---- Where ------------------------------------------------------------------------ */

uint64_t device_rights(const struct request *request)
{
    uint64_t rights = RIGHT(request->verb == WB_OPENER_TUN ? CAP_NET_ADMIN : CAP_NET_RAW);
    return *request->netns ? rights | RIGHT(CAP_SYS_ADMIN) : rights;
}

static bool is_network_namespace(int descriptor)
{
    struct stat info;
    struct statfs system;
    return fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) &&
           fstatfs(descriptor, &system) == 0 && system.f_type == NSFS_MAGIC &&
           ioctl(descriptor, NS_GET_NSTYPE) == CLONE_NEWNET;
}

int device_enter(const struct request *request, struct wb_error *error)
{
    const char *path = request->netns;
    if (!*path)
        return 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return say(error, errno == ENOENT ? WB_E_NOT_FOUND : WB_E_SYSTEM, errno, "%s: %s", path,
                   strerror(errno));
    int code = 0;
    if (!is_network_namespace(descriptor))
        code = say(error, WB_E_PERMISSION, 0, "%s: it is no network namespace", path);
    else if (setns(descriptor, CLONE_NEWNET) < 0)
        code = say(error, WB_E_PERMISSION, errno, "%s: it cannot be entered: %s", path,
                   strerror(errno));
    close(descriptor);
    return code;
}

static bool is_any(const struct request *request)
{
    return strcmp(request->name, ANY) == 0;
}

static int not_found(const struct request *request, struct wb_error *error)
{
    return say(error, WB_E_NOT_FOUND, ENODEV, "%s: there is no such interface", request->name);
}

/* 0 for "any". */
static int find_interface(const struct request *request, unsigned *index, struct wb_error *error)
{
    *index = is_any(request) ? 0 : if_nametoindex(request->name);
    if (*index || is_any(request))
        return 0;
    return not_found(request, error);
}

/* ---- How -------------------------------------------------------------------------- */

/* The kernel looks at the instructions itself. */
static int lock(int descriptor, const struct request *request, struct program *program,
                struct wb_error *error)
{
    const struct sock_fprog attached = {program->count, program->at};
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached) < 0)
        return say(error, WB_E_FILTER, errno, "%s: the kernel refuses the filter: %s",
                   request->name, strerror(errno));
    if (setsockopt(descriptor, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) < 0)
        return failure(request, "the filter cannot be locked", error);
    return 0;
}

static int lock_out(int descriptor, const struct request *request, struct wb_error *error)
{
    struct program program;
    program_reject(&program);
    return lock(descriptor, request, &program, error);
}

static int mark(int descriptor, const struct request *request, struct wb_error *error)
{
    unsigned value = WB_INJECT_MARK;
    if (setsockopt(descriptor, SOL_SOCKET, SO_MARK, &value, sizeof value) < 0)
        return failure(request, "the socket cannot be marked", error);
    return 0;
}

/* Where one is named, only who has rights can take it back. */
static int bind_to_device(int descriptor, const struct request *request, struct wb_error *error)
{
    if (is_any(request))
        return 0;
    if (setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, request->name,
                   (socklen_t)strlen(request->name)) == 0)
        return 0;
    return errno == ENODEV ? not_found(request, error)
                           : failure(request, "the socket cannot be bound to it", error);
}

/* ---- What ------------------------------------------------------------------------- */

static int make_socket(const struct request *request, int domain, int type, int protocol,
                       struct wb_error *error)
{
    int descriptor = socket(domain, type | SOCK_CLOEXEC, protocol);
    return descriptor < 0 ? failure(request, "the socket cannot be made", error) : descriptor;
}

/* Protocol 0: it receives nothing before it is bound, which its new owner does. */
static int packet_socket(const struct request *request, struct wb_error *error)
{
    return make_socket(request, AF_PACKET, request->is_cooked ? SOCK_DGRAM : SOCK_RAW, 0, error);
}

static int open_packet(const struct request *request, const struct permit *permit,
                       const struct sock_filter *filter, size_t count, struct wb_error *error)
{
    struct program program;
    unsigned index;
    int code = find_interface(request, &index, error);
    if (code == 0)
        code = program_build(&program, index, permit, filter, count, error);
    if (code < 0)
        return code;
    int descriptor = packet_socket(request, error);
    if (descriptor < 0)
        return descriptor;
    code = lock(descriptor, request, &program, error);
    if (code == 0)
        return descriptor;
    close(descriptor);
    return code;
}

static int open_inject(const struct request *request, struct wb_error *error)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET};
    unsigned index;
    int code = find_interface(request, &index, error);
    if (code < 0)
        return code;
    int descriptor = packet_socket(request, error);
    if (descriptor < 0)
        return descriptor;
    address.sll_ifindex = (int)index;
    code = lock_out(descriptor, request, error);
    if (code == 0)
        code = mark(descriptor, request, error);
    if (code == 0 && bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0)
        code = failure(request, "the socket cannot be bound to it", error);
    if (code == 0)
        return descriptor;
    close(descriptor);
    return code;
}

/* Of IPPROTO_RAW nothing is to be received; the filter makes sure. */
static int open_raw(const struct request *request, int domain, int protocol,
                    struct wb_error *error)
{
    int descriptor = make_socket(request, domain, SOCK_RAW, protocol, error);
    if (descriptor < 0)
        return descriptor;
    int code = protocol == IPPROTO_RAW ? lock_out(descriptor, request, error) : 0;
    if (code == 0)
        code = mark(descriptor, request, error);
    if (code == 0)
        code = bind_to_device(descriptor, request, error);
    if (code == 0)
        return descriptor;
    close(descriptor);
    return code;
}

static int open_tun(const struct request *request, struct wb_error *error)
{
    struct ifreq device = {.ifr_flags = (short)((request->is_tap ? IFF_TAP : IFF_TUN) | IFF_NO_PI)};
    int descriptor = open(TUN_PATH, O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return failure(request, TUN_PATH, error);
    memcpy(device.ifr_name, request->name, strlen(request->name));
    if (ioctl(descriptor, TUNSETIFF, &device) == 0)
        return descriptor;
    int code = failure(request, "the device cannot be made", error);
    close(descriptor);
    return code;
}

int device_open(const struct request *request, const struct permit *permit,
                const struct sock_filter *filter, size_t count, struct wb_error *error)
{
    switch (request->verb) {
    case WB_OPENER_PACKET:
        return open_packet(request, permit, filter, count, error);
    case WB_OPENER_INJECT:
        return open_inject(request, error);
    case WB_OPENER_IP4:
        return open_raw(request, AF_INET, IPPROTO_RAW, error);
    case WB_OPENER_IP6:
        return open_raw(request, AF_INET6, IPPROTO_RAW, error);
    case WB_OPENER_ICMP4:
        return open_raw(request, AF_INET, IPPROTO_ICMP, error);
    case WB_OPENER_ICMP6:
        return open_raw(request, AF_INET6, IPPROTO_ICMPV6, error);
    case WB_OPENER_TUN:
        return open_tun(request, error);
    }
    return say(error, WB_E_ARGUMENT, 0, "there is no such verb");
}
