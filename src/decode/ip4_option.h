/* SPDX-License-Identifier: ISC
 *
 * The options of IPv4 (RFC 791, 3.1).
 */
#ifndef WB_DECODE_IP4_OPTION_H
#define WB_DECODE_IP4_OPTION_H

#include <stdbool.h>

#include "base/cursor.h"

enum wb__ip4_option_type {
    WB__IP4_OPTION_END = 0,
    WB__IP4_OPTION_NOP = 1,
    WB__IP4_OPTION_RECORD_ROUTE = 7,
    WB__IP4_OPTION_TIMESTAMP = 68,
    WB__IP4_OPTION_LOOSE_ROUTE = 131,
    WB__IP4_OPTION_SECURITY = 134, /* "commercial", FIPS 188 */
    WB__IP4_OPTION_STRICT_ROUTE = 137,
    WB__IP4_OPTION_ROUTER_ALERT = 148,
};

struct wb__ip4_option {
    uint8_t type;
    uint32_t length; /* of value */
    const uint8_t *value;
};

/* The next option; the one that ends the list is the last. False at the end; also, with the
 * cursor failed, where an option does not fit or has an impossible length. */
bool wb__ip4_option_next(struct wb__cursor *options, struct wb__ip4_option *option);

/* The name of a registered option; NULL where there is none. */
const char *wb__ip4_option_name(uint8_t type);

#endif
