/* SPDX-License-Identifier: ISC
 *
 * IPv4 and IPv6 packets with their own headers, by raw sockets of IPPROTO_RAW, which receive
 * nothing. The system routes them by the destination in the header.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "inject/internet.h"

#define IP4_HEADER 20
#define IP4_DESTINATION 16
#define IP6_HEADER 40
#define IP6_DESTINATION 24

static unsigned target(const struct wb_inject_packet *packet, uint8_t address[16])
{
    unsigned version = packet->data[0] >> 4;
    if (version == 4 && packet->length >= IP4_HEADER) {
        memcpy(address, packet->data + IP4_DESTINATION, 4);
        return 4;
    }
    if (version == 6 && packet->length >= IP6_HEADER) {
        memcpy(address, packet->data + IP6_DESTINATION, 16);
        return 6;
    }
    return 0;
}

static size_t ip_send(struct wb_injector *injector, struct wb_inject_packet *packets, size_t count)
{
    return wb__internet_send(injector, packets, count, target);
}

/* Broadcast addresses are for those who ask for them. */
static bool set_header_included(int descriptor, int domain)
{
    int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    if (domain == AF_INET)
        return setsockopt(descriptor, IPPROTO_IP, IP_HDRINCL, &on, sizeof on) == 0;
#ifdef IPV6_HDRINCL
    return setsockopt(descriptor, IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof on) == 0;
#else
    errno = EAFNOSUPPORT;
    return false;
#endif
}

static int open_socket(const struct wb_inject_options *options, int domain,
                       struct wb_error *refusal)
{
    int descriptor = wb__inject_socket(options, domain, SOCK_RAW, IPPROTO_RAW, refusal);
    if (descriptor < 0 || set_header_included(descriptor, domain))
        return descriptor;
    int saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
}

static int ip_open(struct wb_injector **injector, const struct wb_inject_options *options,
                   struct wb_error *error)
{
    int result = wb__internet_open(injector, &wb__injector_ip, options, open_socket, error);
    if (result == 0)
        (*injector)->link_type = 101; /* LINKTYPE_RAW */
    return result;
}

const struct wb__injector_operations wb__injector_ip = {
    .kind = "ip",
    .open = ip_open,
    .send = ip_send,
    .descriptor = wb__internet_descriptor,
    .close = wb__internet_close,
};
