/* SPDX-License-Identifier: ISC
 *
 * The options of hop-by-hop and destination options headers (RFC 8200, 4.2).
 */
#ifndef WB_DECODE_IP6_OPTION_H
#define WB_DECODE_IP6_OPTION_H

#include <stdbool.h>

#include "base/cursor.h"

enum wb__ip6_option_type {
    WB__IP6_OPTION_PAD1 = 0,
    WB__IP6_OPTION_PADN = 1,
    WB__IP6_OPTION_TUNNEL_LIMIT = 0x04,  /* RFC 2473 */
    WB__IP6_OPTION_ROUTER_ALERT = 0x05,  /* RFC 2711 */
    WB__IP6_OPTION_JUMBO = 0xc2,         /* RFC 2675 */
    WB__IP6_OPTION_HOME_ADDRESS = 0xc9,  /* RFC 6275 */
};

struct wb__ip6_option {
    uint8_t type;
    uint8_t length; /* of value */
    const uint8_t *value;
};

/* The next option. False at the end; also, with the cursor failed, where it does not fit. */
bool wb__ip6_option_next(struct wb__cursor *options, struct wb__ip6_option *option);

/* The option of a hop-by-hop header that holds the payload's length; false: there is none. */
bool wb__ip6_find_jumbo(const uint8_t *header, uint32_t header_length, uint32_t *length);

#endif
