/* SPDX-License-Identifier: ISC
 *
 * Packets within packets, written down from the outside in, with the lengths filled in:
 *
 *     eth:0800 ip4:11:1:2 udp:4789 0800000000002a00 eth:0800
 *
 * A word is a header around all that follows it:
 *
 *     eth:TYPE         Ethernet
 *     ip4:PROTO:S:D    IPv4 from 10.0.0.S to 10.0.0.D; PROTO in hexadecimal
 *     ip6:NEXT:S:D     IPv6 from fd00::S to fd00::D
 *     udp:PORT         from port 50000
 *     udp:FROM:PORT
 *     gtp:TEID         a G-PDU; TEID in hexadecimal
 *     00ff...          these bytes
 */
#ifndef TEST_SUPPORT_NEST_H
#define TEST_SUPPORT_NEST_H

#include <stddef.h>
#include <stdint.h>

/* Puts the headers before the inner bytes, all into bytes. Returns how many there are;
 * aborts where they do not fit or a word is none. */
size_t nest_bytes(const char *headers, const uint8_t *inner, size_t inner_length, uint8_t *bytes,
                  size_t capacity);

#endif
