/* SPDX-License-Identifier: ISC
 *
 * The header of DCCP, for the decode stage and for those who print it.
 */
#ifndef WB_DECODE_DCCP_H
#define WB_DECODE_DCCP_H

#include <stdbool.h>

#include <wirebeam/decode.h>

#include "base/cursor.h"

enum wb__dccp_type {
    WB__DCCP_REQUEST = 0,
    WB__DCCP_RESPONSE = 1,
    WB__DCCP_DATA = 2,
    WB__DCCP_RESET = 7,
};

struct wb__dccp { /* RFC 4340, 5 */
    uint16_t source_port, destination_port, checksum;
    uint8_t ccval, cscov, type, reset_code;
    bool is_extended;    /* sequence numbers of 48 bits */
    bool has_acknowledgment;
    bool has_service_code;
    uint64_t sequence, acknowledgment;
    uint32_t service_code;
    uint32_t data_offset; /* bytes */
};

int wb__dccp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__dccp *dccp);

/* How many bytes of a packet of this length its checksum covers: RFC 4340, 9.2. 0 where it
 * says more than there are. */
uint32_t wb__dccp_coverage(const struct wb__dccp *dccp, uint32_t length);

/* "DCCP-Request" and so on; NULL where the type is reserved. */
const char *wb__dccp_type_name(uint8_t type);

/* "closed" and so on (RFC 4340, 5.6); NULL where there is none. */
const char *wb__dccp_reset_name(uint8_t code);

#endif
