/* SPDX-License-Identifier: ISC
 *
 * What those who compute or mend checksums have to know beside the layers.
 */
#ifndef WB_DECODE_CHECKSUM_H
#define WB_DECODE_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>

/* Where the addresses of a pseudo-header are, in the packet: not always in the IP header, where
 * there are routing headers, source routes and home addresses. */
struct wb__checksum_addresses {
    const uint8_t *source, *destination;
    uint32_t length;
};

/* Those of the layer numbered transport, which lies in the IP layer numbered network. False
 * where they cannot be found. */
bool wb__checksum_find_addresses(const struct wb_packet *packet, const struct wb_decoded *decoded,
                                 unsigned network, unsigned transport,
                                 struct wb__checksum_addresses *addresses);

#endif
