/* SPDX-License-Identifier: ISC
 *
 * Frames by an AF_PACKET socket that receives nothing: its protocol is 0. They go past the
 * interface's queueing discipline, straight to the driver; so packet sockets on the same
 * interface do not see them.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "inject/inject.h"
#include "inject/socket.h"

struct packet {
    struct wb_injector injector;
    int descriptor;
    struct wb__burst *burst;
};

static size_t packet_send(struct wb_injector *injector, struct wb_inject_packet *packets,
                          size_t count)
{
    struct packet *packet = (struct packet *)injector;
    size_t handled = 0;
    while (handled < count) {
        size_t wanted = count - handled < WB__BURST_MAX ? count - handled : WB__BURST_MAX;
        size_t more = wb__burst_send(packet->burst, packet->descriptor, packets + handled, wanted,
                                     NULL, NULL);
        handled += more;
        if (more < wanted)
            break;
    }
    return handled;
}

static int packet_descriptor(const struct wb_injector *injector, unsigned ip_version)
{
    (void)ip_version;
    return ((const struct packet *)injector)->descriptor;
}

static void packet_close(struct wb_injector *injector)
{
    struct packet *packet = (struct packet *)injector;
    if (packet->descriptor >= 0)
        close(packet->descriptor);
    free(packet->burst);
    free(packet);
}

/* What the device takes: asked of it by the packet socket itself. */
static int examine_device(struct packet *packet, const char *name, struct wb_error *error)
{
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    if (strlen(name) >= sizeof request.ifr_name ||
        ioctl(packet->descriptor, SIOCGIFFLAGS, &request) < 0)
        return wb__inject_not_found(name, error);
    if (!(request.ifr_flags & IFF_UP))
        return wb__error_set(error, WB_E_DOWN, ENETDOWN,
                             "%s: the interface is down: bring it up, with `ip link set %s up`",
                             name, name);
    if (ioctl(packet->descriptor, SIOCGIFHWADDR, &request) < 0)
        return wb__inject_not_found(name, error);
    switch (request.ifr_hwaddr.sa_family) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
        packet->injector.link_type = 1; /* LINKTYPE_ETHERNET */
        return 0;
    case ARPHRD_NONE:
    case ARPHRD_RAWIP:
        packet->injector.link_type = 101; /* LINKTYPE_RAW */
        return 0;
    default:
        return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                             "%s: it is no device for Ethernet frames or IP packets: its type is "
                             "%u",
                             name, request.ifr_hwaddr.sa_family);
    }
}

static int open_socket(struct packet *packet, const struct wb_inject_options *options,
                       struct wb_error *error)
{
    struct wb_error refusal = {.code = WB_E_UNSUPPORTED};
    packet->descriptor = wb__inject_socket(options, AF_PACKET, SOCK_RAW, 0, &refusal);
    wb__inject_close_given_but(options, AF_PACKET, AF_UNSPEC);
    if (packet->descriptor >= 0)
        return 0;
    if (errno == EPERM)
        return wb__inject_no_permission(options->interface, &refusal, error);
    return wb__error_set(error, WB_E_SYSTEM, errno, "%s: a packet socket cannot be made: %s",
                         options->interface, strerror(errno));
}

static int bind_device(struct packet *packet, const struct wb_inject_options *options,
                       struct wb_error *error)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_ifindex = (int)if_nametoindex(options->interface)};
    int bypass = !options->without_bypass;
    if (!address.sll_ifindex)
        return wb__inject_not_found(options->interface, error);
    if (bind(packet->descriptor, (struct sockaddr *)&address, sizeof address) < 0)
        return wb__error_set(error, WB_E_SYSTEM, errno, "%s: the packet socket cannot be bound: %s",
                             options->interface, strerror(errno));
    if (setsockopt(packet->descriptor, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass) < 0)
        return wb__error_set(error, WB_E_SYSTEM, errno,
                             "%s: the queueing discipline cannot be bypassed: %s",
                             options->interface, strerror(errno));
    return 0;
}

static int packet_open(struct wb_injector **injector, const struct wb_inject_options *options,
                       struct wb_error *error)
{
    *injector = NULL;
    struct packet *packet = calloc(1, sizeof *packet);
    if (!packet) {
        wb__inject_close_given(options);
        return wb__error_set(error, WB_E_MEMORY, ENOMEM, "out of memory");
    }
    packet->injector.operations = &wb__injector_packet;
    int result = open_socket(packet, options, error);
    if (result == 0)
        result = examine_device(packet, options->interface, error);
    if (result == 0)
        result = bind_device(packet, options, error);
    packet->burst = wb__burst_new();
    if (result == 0 && !packet->burst)
        result = wb__error_set(error, WB_E_MEMORY, ENOMEM, "out of memory");
    if (result < 0) {
        packet_close(&packet->injector);
        return result;
    }
    packet->injector.is_marked = wb__inject_prepare(packet->descriptor, options);
    *injector = &packet->injector;
    return 0;
}

const struct wb__injector_operations wb__injector_packet = {
    .kind = "packet",
    .sends_frames = true,
    .open = packet_open,
    .send = packet_send,
    .descriptor = packet_descriptor,
    .close = packet_close,
};
