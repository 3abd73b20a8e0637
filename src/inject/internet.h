/* SPDX-License-Identifier: ISC
 *
 * What the injectors "ip" and "icmp" share: a socket for each version of IP, and batches in which
 * both may be mixed.
 */
#ifndef WB_INJECT_INTERNET_H
#define WB_INJECT_INTERNET_H

#include "inject/inject.h"
#include "inject/socket.h"

struct wb__internet {
    struct wb_injector injector;
    int sockets[2]; /* IPv4, IPv6; -1 where there is none */
    int reasons[2]; /* why there is none: an errno */
    uint32_t scope; /* of link-local IPv6 addresses: the interface's index, or 0 */
    struct wb__burst *burst;
};

/* The version of IP that a packet goes by, 4 or 6, or 0 where it can go by none. Stores where it
 * goes in network byte order. */
typedef unsigned wb__internet_target(const struct wb_inject_packet *packet, uint8_t address[16]);

/* Opens a socket of this domain, with what it needs set. -1: errno says why, and where that is
 * EPERM or EACCES, *refusal too. */
typedef int wb__internet_socket(const struct wb_inject_options *options, int domain,
                                struct wb_error *refusal);

int wb__internet_open(struct wb_injector **injector,
                      const struct wb__injector_operations *operations,
                      const struct wb_inject_options *options, wb__internet_socket *open_socket,
                      struct wb_error *error);
size_t wb__internet_send(struct wb_injector *injector, struct wb_inject_packet *packets,
                         size_t count, wb__internet_target *target);
int wb__internet_descriptor(const struct wb_injector *injector, unsigned ip_version);
void wb__internet_close(struct wb_injector *injector);

#endif
