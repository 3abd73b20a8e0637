/* SPDX-License-Identifier: ISC
 *
 * The host that a command asks something, and the address of this host that it is asked from.
 */
#ifndef TOOLS_TARGET_H
#define TOOLS_TARGET_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct target {
    unsigned ip_version; /* 4 or 6 */
    uint8_t address[16]; /* of the host; IPv4 takes the first four bytes */
    uint8_t source[16];  /* ours, by the routing table */
    char text[INET6_ADDRSTRLEN], source_text[INET6_ADDRSTRLEN];
    const char *name;          /* as it was given */
    char interface[IFNAMSIZ]; /* of an address that has a meaning on one link alone, else "" */
};

struct target_versions {
    bool only_4, only_6;
};

/* The rows of a table for them; place is where a struct target_versions is. */
#define TARGET_ROWS(structure, member)                                                       \
    { "ipv4", '4', OPTION_FLAG, offsetof(structure, member.only_4), .help = "IPv4 only" },   \
    { "ipv6", '6', OPTION_FLAG, offsetof(structure, member.only_6), .help = "IPv6 only" }

/* Looks the name up. Returns OPTIONS_GO, or the exit status when the mistake was told. */
int target_find(const char *name, const struct target_versions *versions, struct target *target);

/* A socket (SOCK_STREAM or SOCK_DGRAM) that is bound to a free port of the source address, so that
 * no other program gets it as long as the socket is open; -1 when the mistake was told. */
int target_reserve_port(const struct target *target, int type, uint16_t *port);

/* Where the target is, with that port. Returns the length. */
socklen_t target_socket_address(const struct target *target, uint16_t port,
                                struct sockaddr_storage *storage);

/* The bytes of an address: 4 or 16. */
unsigned target_address_length(const struct target *target);

/* Any address of the target's version as text. */
const char *target_address_text(const struct target *target, const uint8_t *address,
                                char text[INET6_ADDRSTRLEN]);

#endif
