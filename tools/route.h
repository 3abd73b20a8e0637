/* SPDX-License-Identifier: ISC
 *
 * What the system knows of the way to an IP address by an interface: a file for each system that
 * tells.
 */
#ifndef TOOLS_ROUTE_H
#define TOOLS_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

struct route {
    bool has_source, has_hardware;
    uint8_t source[16];  /* the address of ours that the system would send from */
    uint8_t hardware[6]; /* of the next hop: the neighbour, or the gateway */
};

/* ip_version is 4 or 6, and says how long destination is. What is not known is not there. Asks
 * nobody but the system. */
void route_find(const char *interface, unsigned ip_version, const uint8_t *destination,
                struct route *route);

#endif
