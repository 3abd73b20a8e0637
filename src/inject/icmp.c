/* SPDX-License-Identifier: ISC
 *
 * ICMP and ICMPv6 messages. The system writes the IP header, and the checksum of ICMPv6. Raw
 * sockets send any message; ping sockets, which need no rights where the sysctl
 * net.ipv4.ping_group_range has the user's group, send echo requests.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "inject/internet.h"

static unsigned target(const struct wb_inject_packet *packet, uint8_t address[16])
{
    memcpy(address, packet->destination, 16);
    return packet->ip_version;
}

static size_t icmp_send(struct wb_injector *injector, struct wb_inject_packet *packets,
                        size_t count)
{
    return wb__internet_send(injector, packets, count, target);
}

static int open_socket(const struct wb_inject_options *options, int domain,
                       struct wb_error *refusal)
{
    int protocol = domain == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    int descriptor = wb__inject_socket(options, domain, SOCK_RAW, protocol, refusal);
    if (descriptor >= 0 || (errno != EPERM))
        return descriptor;
    return wb__inject_socket(options, domain, SOCK_DGRAM, protocol, refusal);
}

static int icmp_open(struct wb_injector **injector, const struct wb_inject_options *options,
                     struct wb_error *error)
{
    return wb__internet_open(injector, &wb__injector_icmp, options, open_socket, error);
}

const struct wb__injector_operations wb__injector_icmp = {
    .kind = "icmp",
    .open = icmp_open,
    .send = icmp_send,
    .descriptor = wb__internet_descriptor,
    .close = wb__internet_close,
};
