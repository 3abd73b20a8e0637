/* SPDX-License-Identifier: ISC
 *
 * What the decoder of ICMP and the tellers of its messages share.
 */
#ifndef WB_DECODE_ICMP_H
#define WB_DECODE_ICMP_H

#include "decode/fields.h"

#define WB__ICMP_BYTES 8

enum wb__icmp_type {
    WB__ICMP_UNREACHABLE = 3,
    WB__ICMP_SOURCE_QUENCH = 4,
    WB__ICMP_REDIRECT = 5,
    WB__ICMP_ROUTER_ADVERTISEMENT = 9,
    WB__ICMP_TIME_EXCEEDED = 11,
    WB__ICMP_PARAMETER_PROBLEM = 12,
};

/* RFC 4443, 2.1: types below 128 are errors. */
enum wb__icmp6_type {
    WB__ICMP6_UNREACHABLE = 1,
    WB__ICMP6_TOO_BIG = 2,
    WB__ICMP6_TIME_EXCEEDED = 3,
    WB__ICMP6_PARAMETER_PROBLEM = 4,
};

/* A message of which captured bytes, of length as sent, are there: at least
 * WB__ICMP_BYTES of both. */
struct wb__icmp_message {
    const uint8_t *bytes;
    uint32_t captured, length;
    bool is_6;
};

/* Is it an error, which quotes the packet that it is about? */
bool wb__icmp_is_error(const struct wb__icmp_message *message);

/* Where the quotation of an error ends, from the message's begin: at its end, or where an
 * extension structure (RFC 4884) begins. */
uint32_t wb__icmp_quotation_end(const struct wb__icmp_message *message);

/* The fields of a message behind type, code and checksum: message holds rest and payload. */
void wb__tell_icmp4_message(const struct wb__fields *fields, const struct wb_icmp *icmp,
                            struct wb__cursor payload);
void wb__tell_icmp6_message(const struct wb__fields *fields, const struct wb_icmp *icmp,
                            struct wb__cursor payload);

/* The options of Neighbor Discovery (RFC 4861, 4.6), up to the cursor's end. */
void wb__tell_nd_options(const struct wb__fields *fields, struct wb__cursor *options);

/* The extension structure behind a quotation (RFC 4884, 7). */
void wb__tell_icmp_extensions(const struct wb__fields *fields, struct wb__cursor *extension);

#endif
