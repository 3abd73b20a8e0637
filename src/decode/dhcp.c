/* SPDX-License-Identifier: ISC
 *
 * BOOTP (RFC 951) and DHCP (RFC 2131): a header of fixed length, then options. The layer
 * reaches to the end of the UDP datagram.
 */
#include "decode/dhcp.h"

#include <wirebeam/error.h>

#include "decode/decoder.h"

#define DHCP_BYTES 236
#define MAGIC_COOKIE 0x63825363 /* RFC 2131, 3 */

unsigned wb__decode_dhcp(struct wb__walk *walk, struct wb_layer *layer)
{
    if (wb__header(walk, layer, DHCP_BYTES))
        layer->header_length = DHCP_BYTES;
    return WB__LAYER_END;
}

static void find_options(const struct wb_packet *packet, const struct wb_layer *layer,
                         struct wb__dhcp *dhcp)
{
    const uint8_t *rest;
    uint32_t length = wb_layer_payload(packet, layer, &rest);
    dhcp->vendor = wb__cursor(rest, length);
    dhcp->options = wb__cursor(rest, 0);
    dhcp->has_cookie = length >= 4 && wb__load32(rest) == MAGIC_COOKIE;
    if (!dhcp->has_cookie)
        return;
    dhcp->options = wb__cursor(rest + 4, length - 4);
    dhcp->vendor = wb__cursor(rest, 0);
}

int wb__dhcp_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__dhcp *dhcp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_DHCP, DHCP_BYTES, &header);
    if (error < 0)
        return error;
    struct wb__cursor cursor = wb__cursor(header, DHCP_BYTES);
    dhcp->op = wb__cursor_read8(&cursor);
    dhcp->htype = wb__cursor_read8(&cursor);
    dhcp->hlen = wb__cursor_read8(&cursor);
    dhcp->hops = wb__cursor_read8(&cursor);
    dhcp->xid = wb__cursor_read32(&cursor);
    dhcp->secs = wb__cursor_read16(&cursor);
    dhcp->flags = wb__cursor_read16(&cursor);
    dhcp->ciaddr = wb__cursor_take(&cursor, 4);
    dhcp->yiaddr = wb__cursor_take(&cursor, 4);
    dhcp->siaddr = wb__cursor_take(&cursor, 4);
    dhcp->giaddr = wb__cursor_take(&cursor, 4);
    dhcp->chaddr = wb__cursor_take(&cursor, WB__DHCP_CHADDR_BYTES);
    dhcp->sname = wb__cursor_take(&cursor, WB__DHCP_SNAME_BYTES);
    dhcp->file = wb__cursor_take(&cursor, WB__DHCP_FILE_BYTES);
    find_options(packet, layer, dhcp);
    return 0;
}

bool wb__dhcp_option_next(struct wb__cursor *options, struct wb__dhcp_option *option)
{
    do {
        if (options->failed || wb__cursor_left(options) == 0)
            return false;
        option->code = wb__cursor_read8(options);
    } while (option->code == WB__DHCP_PAD);
    if (option->code == WB__DHCP_END)
        return false;
    option->length = wb__cursor_read8(options);
    option->value = wb__cursor_take(options, option->length);
    return option->value != NULL;
}

bool wb__dhcp_find(const struct wb__dhcp *dhcp, uint8_t code, struct wb__dhcp_option *option)
{
    struct wb__cursor options = dhcp->options;
    while (wb__dhcp_option_next(&options, option))
        if (option->code == code)
            return true;
    return false;
}

const char *wb__dhcp_message_name(unsigned type)
{
    static const char *const names[] = {
        NULL, "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM",
        "FORCERENEW", "LEASEQUERY", "LEASEUNASSIGNED", "LEASEUNKNOWN", "LEASEACTIVE",
        "BULKLEASEQUERY", "LEASEQUERYDONE", "ACTIVELEASEQUERY", "LEASEQUERYSTATUS", "TLS",
    };
    return type < sizeof names / sizeof *names ? names[type] : NULL;
}
