/* SPDX-License-Identifier: ISC
 *
 * What the extension headers of IPv6 say: options (RFC 8200, 4.2) and routing headers of
 * types 0 (RFC 5095 forbids it), 2 (RFC 6275), 3 (RFC 6554) and 4 (RFC 8754).
 */
#include "decode/ip6_option.h"

#include "decode/decoder.h"
#include "decode/fields.h"

bool wb__ip6_option_next(struct wb__cursor *options, struct wb__ip6_option *option)
{
    *option = (struct wb__ip6_option){0};
    if (options->failed || wb__cursor_left(options) == 0)
        return false;
    option->type = wb__cursor_read8(options);
    if (option->type == WB__IP6_OPTION_PAD1)
        return true;
    option->length = wb__cursor_read8(options);
    option->value = wb__cursor_take(options, option->length);
    return !options->failed;
}

bool wb__ip6_find_jumbo(const uint8_t *header, uint32_t header_length, uint32_t *length)
{
    struct wb__cursor options = wb__cursor(header + 2, header_length - 2);
    struct wb__ip6_option option;
    while (wb__ip6_option_next(&options, &option)) {
        if (option.type != WB__IP6_OPTION_JUMBO || option.length != 4)
            continue;
        *length = wb__load32(option.value);
        return true;
    }
    return false;
}

static const char *name_of(uint8_t type)
{
    switch (type) {
    case WB__IP6_OPTION_PAD1:
        return "pad1";
    case WB__IP6_OPTION_PADN:
        return "padn";
    case WB__IP6_OPTION_TUNNEL_LIMIT:
        return "tunnel_encapsulation_limit";
    case WB__IP6_OPTION_ROUTER_ALERT:
        return "router_alert";
    case 0x07: /* RFC 5570 */
        return "calipso";
    case 0x0f: /* RFC 8250 */
        return "performance_and_diagnostic_metrics";
    case 0x23: /* RFC 9008 */
    case 0x63: /* RFC 6553 */
        return "rpl";
    case 0x26: /* RFC 4782 */
        return "quick_start";
    case 0x30: /* RFC 9268 */
        return "minimum_path_mtu";
    case 0x31: /* RFC 9486 */
    case 0x11:
        return "ioam";
    case 0x6d: /* RFC 7731 */
        return "mpl";
    case 0x8b: /* RFC 6744 */
        return "ilnp_nonce";
    case WB__IP6_OPTION_JUMBO:
        return "jumbo_payload";
    case WB__IP6_OPTION_HOME_ADDRESS:
        return "home_address";
    default:
        return NULL;
    }
}

static void tell_value(const struct wb__fields *fields, const struct wb__ip6_option *option)
{
    if (option->type == WB__IP6_OPTION_PAD1)
        return;
    if (option->type == WB__IP6_OPTION_ROUTER_ALERT && option->length == 2)
        wb__tell_number(fields, "value", wb__load16(option->value));
    else if (option->type == WB__IP6_OPTION_TUNNEL_LIMIT && option->length == 1)
        wb__tell_number(fields, "limit", option->value[0]);
    else if (option->type == WB__IP6_OPTION_JUMBO && option->length == 4)
        wb__tell_number(fields, "jumbo_payload_length", wb__load32(option->value));
    else if (option->type == WB__IP6_OPTION_HOME_ADDRESS && option->length == 16)
        wb__tell_address(fields, "home_address", option->value, 16);
    else
        wb__tell_bytes(fields, "data", option->value, option->length);
}

void wb__tell_ip6_options(const struct wb__fields *fields)
{
    struct wb__cursor options = wb__fields_header(fields);
    struct wb__ip6_option option;
    wb__cursor_skip(&options, 2);
    wb__tell_number(fields, "next_header", fields->layer->next);
    wb__tell_number(fields, "header_length", fields->layer->header_length);
    wb__tell_list(fields, "options");
    while (wb__ip6_option_next(&options, &option)) {
        const char *name = name_of(option.type);
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", option.type);
        if (name)
            wb__tell_word(fields, "name", name);
        tell_value(fields, &option);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    if (options.failed)
        wb__tell_bool(fields, "options_malformed", true);
}

/* HIP and Shim6 (RFC 7401, 5533): no more than where they end. */
void wb__tell_ip6_extension(const struct wb__fields *fields)
{
    wb__tell_number(fields, "next_header", fields->layer->next);
    wb__tell_number(fields, "header_length", fields->layer->header_length);
}

static void tell_addresses(const struct wb__fields *fields, const char *name,
                           struct wb__cursor *rest, uint32_t count)
{
    wb__tell_list(fields, name);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *address = wb__cursor_take(rest, 16);
        if (!address)
            break;
        wb__tell_address(fields, NULL, address, 16);
    }
    wb__tell_end(fields);
}

/* RFC 6554, 3: all addresses but the last leave out CmprI bytes, that one CmprE. */
static void tell_source_route(const struct wb__fields *fields, struct wb__cursor *rest)
{
    uint32_t word = wb__cursor_read32(rest);
    uint32_t inner = 16 - (word >> 28), last = 16 - (word >> 24 & 15), pad = word >> 20 & 15;
    wb__tell_number(fields, "cmpri", word >> 28);
    wb__tell_number(fields, "cmpre", word >> 24 & 15);
    wb__tell_number(fields, "pad", pad);
    wb__tell_list(fields, "addresses");
    while (!rest->failed && wb__cursor_left(rest) >= inner + last + pad)
        wb__tell_bytes(fields, NULL, wb__cursor_take(rest, inner), inner);
    const uint8_t *address = wb__cursor_take(rest, last);
    if (address)
        wb__tell_bytes(fields, NULL, address, last);
    wb__tell_end(fields);
}

static void tell_segment_tlvs(const struct wb__fields *fields, struct wb__cursor *rest)
{
    enum { HMAC = 5, HMAC_MIN_BYTES = 6 };
    struct wb__ip6_option tlv; /* Pad1 has no length here, too (RFC 8754, 2.1.1.1) */
    wb__tell_list(fields, "tlvs");
    while (wb__ip6_option_next(rest, &tlv)) {
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", tlv.type);
        if (tlv.type == HMAC && tlv.length >= HMAC_MIN_BYTES) {
            wb__tell_number(fields, "hmac_key_id", wb__load32(tlv.value + 2));
            wb__tell_bytes(fields, "hmac", tlv.value + 6, tlv.length - 6u);
        } else {
            wb__tell_bytes(fields, "data", tlv.value, tlv.length);
        }
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}

static void tell_segments(const struct wb__fields *fields, struct wb__cursor *rest)
{
    uint32_t word = wb__cursor_read32(rest);
    wb__tell_number(fields, "last_entry", word >> 24);
    wb__tell_number(fields, "flags", word >> 16 & 0xff);
    wb__tell_number(fields, "tag", word & 0xffff);
    tell_addresses(fields, "segments", rest, (word >> 24) + 1);
    if (!rest->failed && wb__cursor_left(rest) > 0)
        tell_segment_tlvs(fields, rest);
}

void wb__tell_ip6_routing(const struct wb__fields *fields)
{
    enum { SOURCE_ROUTE = 0, HOME = 2, RPL = 3, SEGMENTS = 4 };
    struct wb__cursor rest = wb__fields_header(fields);
    wb__cursor_skip(&rest, 2);
    uint8_t type = wb__cursor_read8(&rest), segments_left = wb__cursor_read8(&rest);
    wb__tell_number(fields, "next_header", fields->layer->next);
    wb__tell_number(fields, "header_length", fields->layer->header_length);
    wb__tell_number(fields, "routing_type", type);
    wb__tell_number(fields, "segments_left", segments_left);
    if (type == SOURCE_ROUTE || type == HOME) {
        wb__cursor_skip(&rest, 4);
        tell_addresses(fields, "addresses", &rest, (uint32_t)(wb__cursor_left(&rest) / 16));
    } else if (type == RPL) {
        tell_source_route(fields, &rest);
    } else if (type == SEGMENTS) {
        tell_segments(fields, &rest);
    } else {
        wb__tell_bytes(fields, "data", rest.at, wb__cursor_left(&rest));
    }
    if (rest.failed)
        wb__tell_incomplete(fields);
}
