/* SPDX-License-Identifier: ISC
 *
 * DHCPv6 (RFC 8415): a message of a client or server, or one of a relay agent, which holds
 * the message that it passes on as an option. The layer reaches to the end of the datagram.
 */
#include <wirebeam/error.h>

#include "decode/decoder.h"
#include "decode/dhcp.h"

enum { MESSAGE_BYTES = 4, RELAY_BYTES = 34 };
enum { RELAY_FORW = 12, RELAY_REPL = 13 };

static uint32_t fixed_length(uint8_t msg_type)
{
    return msg_type == RELAY_FORW || msg_type == RELAY_REPL ? RELAY_BYTES : MESSAGE_BYTES;
}

unsigned wb__decode_dhcp6(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, MESSAGE_BYTES);
    if (header && wb__header(walk, layer, fixed_length(header[0])))
        layer->header_length = fixed_length(header[0]);
    return WB__LAYER_END;
}

bool wb__dhcp6_parse(struct wb__cursor message, struct wb__dhcp6 *dhcp)
{
    *dhcp = (struct wb__dhcp6){.msg_type = wb__cursor_read8(&message)};
    dhcp->is_relayed = fixed_length(dhcp->msg_type) == RELAY_BYTES;
    if (dhcp->is_relayed) {
        dhcp->hop_count = wb__cursor_read8(&message);
        dhcp->link_address = wb__cursor_take(&message, 16);
        dhcp->peer_address = wb__cursor_take(&message, 16);
    } else {
        dhcp->transaction_id = (uint32_t)wb__cursor_read8(&message) << 16;
        dhcp->transaction_id |= wb__cursor_read16(&message);
    }
    dhcp->options = message;
    return !message.failed;
}

int wb__dhcp6_read(const struct wb_packet *packet, const struct wb_layer *layer,
                   struct wb__dhcp6 *dhcp)
{
    const uint8_t *header, *rest;
    int error = wb__find_header(packet, layer, WB_LAYER_DHCP6, MESSAGE_BYTES, &header);
    if (error < 0)
        return error;
    uint32_t length = layer->header_length + wb_layer_payload(packet, layer, &rest);
    return wb__dhcp6_parse(wb__cursor(header, length), dhcp) ? 0 : WB_E_TRUNCATED;
}

bool wb__dhcp6_option_next(struct wb__cursor *options, struct wb__dhcp6_option *option)
{
    if (options->failed || wb__cursor_left(options) == 0)
        return false;
    option->code = wb__cursor_read16(options);
    option->length = wb__cursor_read16(options);
    option->value = wb__cursor_take(options, option->length);
    return option->value != NULL;
}

const char *wb__dhcp6_message_name(unsigned type)
{
    static const char *const names[] = {
        NULL, "solicit", "advertise", "request", "confirm", "renew", "rebind", "reply",
        "release", "decline", "reconfigure", "information-request", "relay-forw", "relay-repl",
        "leasequery", "leasequery-reply", "leasequery-done", "leasequery-data",
        "reconfigure-request", "reconfigure-reply", "dhcpv4-query", "dhcpv4-response",
        "activeleasequery", "starttls",
    };
    return type < sizeof names / sizeof *names ? names[type] : NULL;
}
