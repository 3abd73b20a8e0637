/* SPDX-License-Identifier: ISC */
#include "source/interface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/if_packet.h>
#define LINK_FAMILY AF_PACKET
#else
#include <net/if_dl.h>
#define LINK_FAMILY AF_LINK
#endif

#include <pcap/pcap.h>

#include <wirebeam/source.h>

#include "base/error.h"

#define ADDRESSES_MAX 64
#define ADDRESS_BYTES (INET6_ADDRSTRLEN + 4) /* "/128" */
#define LINK_ADDRESS_MAX 20                  /* bytes: InfiniBand's */

/* ---- Questions to the system ------------------------------------------------------ */

int wb__interface_ask(struct ifreq *request, unsigned long what, const char *name)
{
    *request = (struct ifreq){0};
    strncpy(request->ifr_name, name, sizeof request->ifr_name - 1);
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    int result = ioctl(descriptor, what, request);
    int saved = errno;
    close(descriptor);
    errno = saved;
    return result;
}

bool wb__interface_is_up(const char *name)
{
    struct ifreq request;
    if (strcmp(name, "any") == 0)
        return true;
    return wb__interface_ask(&request, SIOCGIFFLAGS, name) == 0 && request.ifr_flags & IFF_UP;
}

/* ---- The list of interfaces ------------------------------------------------------- */

struct address_list {
    const char *pointers[ADDRESSES_MAX];
    char text[ADDRESSES_MAX][ADDRESS_BYTES + 3 * LINK_ADDRESS_MAX];
    size_t count;
};

static unsigned count_ones(const uint8_t *mask, size_t length)
{
    unsigned ones = 0;
    for (size_t i = 0; i < length; i++)
        for (unsigned byte = mask[i]; byte; byte &= byte - 1)
            ones++;
    return ones;
}

/* Socket addresses are copied, not cast: their alignment is not promised. */
static bool write_internet(char *text, size_t room, const struct pcap_addr *address)
{
    char name[INET6_ADDRSTRLEN];
    unsigned prefix = 0;
    if (address->addr->sa_family == AF_INET) {
        struct sockaddr_in in, mask;
        memcpy(&in, address->addr, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, name, sizeof name);
        prefix = 32;
        if (address->netmask) {
            memcpy(&mask, address->netmask, sizeof mask);
            prefix = count_ones((const uint8_t *)&mask.sin_addr, sizeof mask.sin_addr);
        }
    } else {
        struct sockaddr_in6 in, mask;
        memcpy(&in, address->addr, sizeof in);
        inet_ntop(AF_INET6, &in.sin6_addr, name, sizeof name);
        prefix = 128;
        if (address->netmask) {
            memcpy(&mask, address->netmask, sizeof mask);
            prefix = count_ones((const uint8_t *)&mask.sin6_addr, sizeof mask.sin6_addr);
        }
    }
    snprintf(text, room, "%s/%u", name, prefix);
    return true;
}

static bool write_octets(char *text, size_t room, const uint8_t *octets, size_t length)
{
    size_t used = 0;
    if (length == 0 || length > LINK_ADDRESS_MAX)
        return false;
    for (size_t i = 0; i < length && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, i ? ":%02x" : "%02x", octets[i]);
    return true;
}

#ifdef AF_PACKET
static bool write_link(char *text, size_t room, const struct sockaddr *address)
{
    struct sockaddr_ll link;
    memcpy(&link, address, sizeof link);
    return link.sll_halen <= sizeof link.sll_addr &&
           write_octets(text, room, link.sll_addr, link.sll_halen);
}
#else
/* The interface's name stands before the octets; the whole has a length of its own. */
static bool write_link(char *text, size_t room, const struct sockaddr *address)
{
    const uint8_t *bytes = (const uint8_t *)address;
    struct sockaddr_dl link;
    memcpy(&link, address, offsetof(struct sockaddr_dl, sdl_data));
    size_t start = offsetof(struct sockaddr_dl, sdl_data) + link.sdl_nlen;
    return start + link.sdl_alen <= link.sdl_len &&
           write_octets(text, room, bytes + start, link.sdl_alen);
}
#endif

static void add_address(struct address_list *list, const struct pcap_addr *address)
{
    if (!address->addr || list->count == ADDRESSES_MAX)
        return;
    char *text = list->text[list->count];
    bool is_written = false;
    switch (address->addr->sa_family) {
    case AF_INET:
    case AF_INET6:
        is_written = write_internet(text, sizeof list->text[0], address);
        break;
    case LINK_FAMILY:
        is_written = write_link(text, sizeof list->text[0], address->addr);
        break;
    }
    if (is_written)
        list->pointers[list->count++] = text;
}

static uint32_t mtu_of(const char *name)
{
    struct ifreq request;
    if (wb__interface_ask(&request, SIOCGIFMTU, name) < 0 || request.ifr_mtu < 0)
        return 0;
    return (uint32_t)request.ifr_mtu;
}

static bool may_open(void)
{
#ifdef AF_PACKET
    int descriptor = socket(AF_PACKET, SOCK_RAW, 0);
    if (descriptor >= 0)
        close(descriptor);
    return descriptor >= 0;
#else
    return geteuid() == 0;
#endif
}

static void tell(const pcap_if_t *device, bool is_ours, wb__interface_permits *permits,
                 void (*each)(void *, const struct wb_interface *), void *context)
{
    const struct wb_opener_request request = {.verb = WB_OPENER_PACKET,
                                              .interface = device->name};
    struct address_list addresses = {.count = 0};
    for (const struct pcap_addr *at = device->addresses; at; at = at->next)
        add_address(&addresses, at);
    const struct wb_interface interface = {
        .name = device->name,
        .description = device->description ? device->description : "",
        .addresses = addresses.pointers,
        .address_count = addresses.count,
        .is_up = device->flags & PCAP_IF_UP,
        .is_running = device->flags & PCAP_IF_RUNNING,
        .is_loopback = device->flags & PCAP_IF_LOOPBACK,
        .is_wireless = device->flags & PCAP_IF_WIRELESS,
        .can_capture = is_ours || permits(&request),
        .mtu = mtu_of(device->name),
    };
    each(context, &interface);
}

/* libpcap also lists USB and Bluetooth devices, D-Bus and netfilter queues. */
static bool is_network(const pcap_if_t *device)
{
    return if_nametoindex(device->name) != 0;
}

int wb__interfaces(void (*each)(void *context, const struct wb_interface *), void *context,
                   wb__interface_permits *permits, struct wb_error *error)
{
    char reason[PCAP_ERRBUF_SIZE];
    pcap_if_t *devices, *any = NULL;
    if (pcap_findalldevs(&devices, reason) < 0)
        return wb__error_set(error, WB_E_SYSTEM, 0, "the interfaces cannot be listed: %s", reason);
    bool is_ours = may_open();
    int count = 0;
    for (pcap_if_t *at = devices; at; at = at->next) {
        if (strcmp(at->name, "any") == 0)
            any = at;
        if (!is_network(at))
            continue;
        tell(at, is_ours, permits, each, context);
        count++;
    }
    if (any) {
        tell(any, is_ours, permits, each, context);
        count++;
    }
    pcap_freealldevs(devices);
    return count;
}
