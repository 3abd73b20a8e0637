/* SPDX-License-Identifier: ISC
 *
 * Opens packet sockets, IP sockets and TUN devices of Linux. A network namespace is a property
 * of a thread, and what is opened is in that of its thread for ever: so another namespace is
 * entered by a thread of its own, which ends with the opening, and no scheduler ever changes
 * its own. Every descriptor is CLOEXEC.
 */
#include "socket_endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/magic.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>

#define TUN_DEVICE "/dev/net/tun"

struct opening {
    const struct endpoint_request *request;
    struct endpoint *endpoint;
    int namespace; /* a descriptor of it, or -1 */
    int result;
};

static int or_errno(int result)
{
    return result < 0 ? -errno : result;
}

/* ---- Here ------------------------------------------------------------------------- */

/* A VLAN tag is beside the frame; to be told of it needs no rights. */
static int tell_tags(struct endpoint *endpoint)
{
    endpoint->is_tagged = true;
    return or_errno(
        setsockopt(endpoint->descriptor, SOL_PACKET, PACKET_AUXDATA, &(int){1}, sizeof(int)));
}

static int open_device(struct endpoint *endpoint)
{
    endpoint->is_slow_to_close = true;
    endpoint->descriptor = open(TUN_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (endpoint->descriptor < 0)
        return -errno;
    endpoint->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return or_errno(endpoint->control);
}

/* Of packets, none is received before it is bound to a protocol. */
static int open_socket(struct endpoint *endpoint, const struct endpoint_request *request)
{
    static const int domains[] = {
        [ENDPOINT_PACKET] = AF_PACKET, [ENDPOINT_INET] = AF_INET, [ENDPOINT_INET6] = AF_INET6};
    static const int types[] = {
        [ENDPOINT_RAW] = SOCK_RAW, [ENDPOINT_DGRAM] = SOCK_DGRAM, [ENDPOINT_STREAM] = SOCK_STREAM};
    endpoint->is_socket = true;
    endpoint->is_slow_to_close = request->kind == ENDPOINT_PACKET;
    endpoint->is_stream = request->type == ENDPOINT_STREAM;
    endpoint->is_addressed = request->kind == ENDPOINT_PACKET && request->type == ENDPOINT_DGRAM;
    endpoint->control = endpoint->descriptor =
        socket(domains[request->kind], types[request->type] | SOCK_CLOEXEC, request->protocol);
    if (endpoint->descriptor < 0 || request->kind != ENDPOINT_PACKET || endpoint->is_addressed)
        return or_errno(endpoint->descriptor);
    return tell_tags(endpoint);
}

static int open_here(struct endpoint *endpoint, const struct endpoint_request *request)
{
    int result =
        request->kind == ENDPOINT_TUN ? open_device(endpoint) : open_socket(endpoint, request);
    if (result < 0)
        endpoint_close(endpoint);
    return result < 0 ? result : 0;
}

/* ---- In a namespace --------------------------------------------------------------- */

/* The path may be anything that a user can name: it is opened for good, with whatever that does
 * to a device or a FIFO, only when it is known to be a namespace. That it is one of a network is
 * what setns says. */
static int open_namespace(const char *path)
{
    struct statfs system;
    char name[64];
    int found = open(path, O_PATH | O_CLOEXEC);
    if (found < 0)
        return -errno;
    int result = -EINVAL;
    if (fstatfs(found, &system) == 0 && system.f_type == NSFS_MAGIC) {
        snprintf(name, sizeof name, "/proc/self/fd/%d", found);
        result = or_errno(open(name, O_RDONLY | O_CLOEXEC));
    }
    close(found);
    return result;
}

static void *enter_and_open(void *argument)
{
    struct opening *opening = argument;
    if (setns(opening->namespace, CLONE_NEWNET) < 0)
        opening->result = -errno;
    else
        opening->result = open_here(opening->endpoint, opening->request);
    return NULL;
}

/* The thread takes no signal: those are the virtual machine's. */
static int open_in_thread(struct opening *opening)
{
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, enter_and_open, opening);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return -error;
    pthread_join(thread, NULL);
    return opening->result;
}

int endpoint_open(struct endpoint *endpoint, const struct endpoint_request *request)
{
    *endpoint = (struct endpoint){.descriptor = -1, .control = -1};
    if (!request->namespace[0])
        return open_here(endpoint, request);
    struct opening opening = {.request = request, .endpoint = endpoint};
    opening.namespace = open_namespace(request->namespace);
    if (opening.namespace < 0)
        return opening.namespace;
    int result = open_in_thread(&opening);
    close(opening.namespace);
    return result;
}

/* ---- Of others -------------------------------------------------------------------- */

static int adopt_socket(struct endpoint *endpoint, int type)
{
    int domain = 0;
    endpoint->is_socket = true;
    endpoint->is_stream = type == SOCK_STREAM;
    endpoint->control = endpoint->descriptor;
    if (getsockopt(endpoint->descriptor, SOL_SOCKET, SO_DOMAIN, &domain,
                   &(socklen_t){sizeof(int)}) < 0)
        return -errno;
    endpoint->is_slow_to_close = domain == AF_PACKET;
    endpoint->is_addressed = domain == AF_PACKET && type == SOCK_DGRAM;
    return domain == AF_PACKET && type == SOCK_RAW ? tell_tags(endpoint) : 0;
}

/* That a read does not wait is a property of the device as it is open, so of all its holders'. */
static int adopt_device(struct endpoint *endpoint)
{
    struct ifreq request;
    if (ioctl(endpoint->descriptor, TUNGETIFF, &request) < 0)
        return -EINVAL; /* neither the one nor the other */
    int flags = fcntl(endpoint->descriptor, F_GETFL);
    if (flags < 0 || fcntl(endpoint->descriptor, F_SETFL, flags | O_NONBLOCK) < 0)
        return -errno;
    endpoint->is_slow_to_close = true;
    endpoint->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return endpoint->control < 0 ? -errno : 0;
}

int endpoint_adopt(struct endpoint *endpoint, int descriptor)
{
    int type;
    *endpoint = (struct endpoint){.control = -1};
    endpoint->descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (endpoint->descriptor < 0)
        return -errno;
    bool is_socket = getsockopt(endpoint->descriptor, SOL_SOCKET, SO_TYPE, &type,
                                &(socklen_t){sizeof(int)}) == 0;
    int result = is_socket ? adopt_socket(endpoint, type) : adopt_device(endpoint);
    if (result < 0)
        endpoint_close(endpoint);
    return result;
}

int endpoint_duplicate(const struct endpoint *endpoint)
{
    return or_errno(fcntl(endpoint->descriptor, F_DUPFD_CLOEXEC, 0));
}

void endpoint_close(struct endpoint *endpoint)
{
    if (endpoint->control >= 0 && endpoint->control != endpoint->descriptor)
        close(endpoint->control);
    if (endpoint->descriptor >= 0)
        close(endpoint->descriptor);
    endpoint->descriptor = endpoint->control = -1;
}
