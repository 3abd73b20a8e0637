/* SPDX-License-Identifier: ISC
 *
 * What ICMP errors say, in words.
 */
#ifndef TOOLS_ICMP_ERROR_H
#define TOOLS_ICMP_ERROR_H

#include <stdbool.h>
#include <stdint.h>

/* Is a message of that type an error: does it quote what it is about? */
bool icmp_error_is(unsigned ip_version, uint8_t type);

/* "host unreachable"; for a code that has no name, what its type says. */
const char *icmp_error_text(unsigned ip_version, uint8_t type, uint8_t code);

/* Time (or hops) exceeded in transit; the destination's port has no taker. */
bool icmp_error_is_exceeded(unsigned ip_version, uint8_t type, uint8_t code);
bool icmp_error_is_port_unreachable(unsigned ip_version, uint8_t type, uint8_t code);

#endif
