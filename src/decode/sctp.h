/* SPDX-License-Identifier: ISC
 *
 * The common header and the chunks of SCTP, for the decode stage and for those who print
 * them.
 */
#ifndef WB_DECODE_SCTP_H
#define WB_DECODE_SCTP_H

#include <stdbool.h>

#include <wirebeam/decode.h>

#include "base/cursor.h"

#define WB__SCTP_BYTES 12

enum wb__sctp_type {
    WB__SCTP_DATA = 0,
    WB__SCTP_INIT = 1,
    WB__SCTP_INIT_ACK = 2,
    WB__SCTP_SACK = 3,
    WB__SCTP_HEARTBEAT = 4,
    WB__SCTP_HEARTBEAT_ACK = 5,
    WB__SCTP_ABORT = 6,
    WB__SCTP_SHUTDOWN = 7,
    WB__SCTP_ERROR = 9,
    WB__SCTP_COOKIE_ECHO = 10,
    WB__SCTP_ECNE = 12,
    WB__SCTP_CWR = 13,
    WB__SCTP_AUTH = 15,      /* RFC 4895 */
    WB__SCTP_I_DATA = 64,    /* RFC 8260 */
    WB__SCTP_ASCONF_ACK = 128, /* RFC 5061 */
    WB__SCTP_RE_CONFIG = 130, /* RFC 6525 */
    WB__SCTP_FORWARD_TSN = 192, /* RFC 3758 */
    WB__SCTP_ASCONF = 193,
};

struct wb__sctp { /* RFC 9260, 3.1 */
    uint16_t source_port, destination_port;
    uint32_t verification_tag, checksum;
};

int wb__sctp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__sctp *sctp);

struct wb__sctp_chunk { /* RFC 9260, 3.2 */
    uint8_t type, flags;
    uint16_t length;         /* with its header of four bytes, as it stands there */
    struct wb__cursor value; /* what is there of it */
    bool is_cut;             /* value ends before length does */
};

/* The next chunk. False at the end; also, with the cursor failed, where there is no room for
 * a header or a length is below that of one. */
bool wb__sctp_chunk_next(struct wb__cursor *chunks, struct wb__sctp_chunk *chunk);

/* "INIT ACK" and so on; NULL where there is none. */
const char *wb__sctp_chunk_name(uint8_t type);

#endif
