/* SPDX-License-Identifier: ISC */
#include "route.h"

void route_find(const char *interface, unsigned ip_version, const uint8_t *destination,
                struct route *route)
{
    (void)interface;
    (void)ip_version;
    (void)destination;
    *route = (struct route){ 0 };
}
