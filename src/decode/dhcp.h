/* SPDX-License-Identifier: ISC
 *
 * DHCP (RFC 2131, on top of BOOTP, RFC 951) and DHCPv6 (RFC 8415) taken apart: for the
 * functions that tell their fields and those that put them into words.
 */
#ifndef WB_DECODE_DHCP_H
#define WB_DECODE_DHCP_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>

#include "base/cursor.h"

#define WB__DHCP_CHADDR_BYTES 16
#define WB__DHCP_SNAME_BYTES 64
#define WB__DHCP_FILE_BYTES 128

struct wb__dhcp {
    uint8_t op, htype, hlen, hops;
    uint32_t xid;
    uint16_t secs, flags;
    /* borrowed: */
    const uint8_t *ciaddr, *yiaddr, *siaddr, *giaddr; /* IPv4 addresses */
    const uint8_t *chaddr, *sname, *file;
    struct wb__cursor options; /* behind the magic cookie; empty where there is none */
    struct wb__cursor vendor;  /* BOOTP: what stands there without a cookie */
    bool has_cookie;
};
int wb__dhcp_read(const struct wb_packet *, const struct wb_layer *, struct wb__dhcp *);

enum wb__dhcp_option_code {
    WB__DHCP_PAD = 0,
    WB__DHCP_HOST_NAME = 12,
    WB__DHCP_REQUESTED_ADDRESS = 50,
    WB__DHCP_OVERLOAD = 52,
    WB__DHCP_MESSAGE_TYPE = 53,
    WB__DHCP_END = 255,
};
struct wb__dhcp_option {
    uint8_t code, length;
    const uint8_t *value; /* borrowed */
};

/* Takes the next option; pads are passed over. False at the end; then options->failed says
 * whether the last one did not fit. */
bool wb__dhcp_option_next(struct wb__cursor *options, struct wb__dhcp_option *option);

/* The first option with that code. */
bool wb__dhcp_find(const struct wb__dhcp *dhcp, uint8_t code, struct wb__dhcp_option *option);

/* "DISCOVER" and so on, or NULL (RFC 2132, 9.6). */
const char *wb__dhcp_message_name(unsigned type);

struct wb__dhcp6 {
    uint8_t msg_type;
    bool is_relayed; /* RFC 8415, 9: then the second group of fields is there */
    uint32_t transaction_id;
    uint8_t hop_count;
    const uint8_t *link_address, *peer_address; /* borrowed */
    struct wb__cursor options;
};
int wb__dhcp6_read(const struct wb_packet *, const struct wb_layer *, struct wb__dhcp6 *);

/* A message: a layer's, or one that a relay message option holds. False where its fixed
 * part is not all there. */
bool wb__dhcp6_parse(struct wb__cursor message, struct wb__dhcp6 *dhcp);

struct wb__dhcp6_option {
    uint16_t code, length;
    const uint8_t *value; /* borrowed */
};
bool wb__dhcp6_option_next(struct wb__cursor *options, struct wb__dhcp6_option *option);

/* "solicit" and so on, or NULL (RFC 8415, 7.3). */
const char *wb__dhcp6_message_name(unsigned type);

#endif
