/* SPDX-License-Identifier: ISC
 *
 * Where layers have their checksum, and what counts in it: for those who compute it, and for
 * those who mend it by what changed.
 */
#ifndef WB_BUILD_CHECKSUM_H
#define WB_BUILD_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>

#include "decode/checksum.h"

/* An Internet checksum of a layer and what it holds, or of its header alone, and whether the
 * addresses of IPv4, of IPv6, or both count in it. */
struct wb__sum {
    uint8_t kind, field;
    bool is_of_header, has_ip4, has_ip6;
    bool may_be_absent; /* which 0 says */
    uint8_t protocol;   /* of the pseudo-header */
};

/* That of a layer whose header begins at header; NULL where it has none. */
const struct wb__sum *wb__sum_of(const struct wb_layer *layer, const uint8_t *header);

/* How many bytes of the layer it covers. */
uint32_t wb__sum_coverage(const struct wb__sum *sum, const struct wb_layer *layer,
                          const uint8_t *header);

/* The addresses that count in it. False where there are none, or none that can be known. */
bool wb__sum_addresses(const struct wb__sum *sum, const struct wb_packet *packet,
                       const struct wb_decoded *decoded, unsigned index,
                       struct wb__checksum_addresses *addresses);

/* Puts the right checksum into the layer numbered index; what is in its place counts as 0. */
void wb__checksum_put(uint8_t *bytes, const struct wb_packet *packet,
                      const struct wb_decoded *decoded, unsigned index);

#endif
