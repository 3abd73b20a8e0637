/* SPDX-License-Identifier: ISC
 *
 * PIM version 2 (RFC 7761, 4.9; RFC 5015, 3973). A Register carries a packet to the
 * rendezvous point, of the same version as the one around it: it is a tunnel. Of other messages Hello is told option by option.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define PIM_BYTES 4
#define REGISTER_BYTES 8

enum { HELLO = 0, REGISTER = 1 };

static unsigned decode_register(struct wb__walk *walk, struct wb_layer *layer)
{
    if (!wb__header(walk, layer, REGISTER_BYTES))
        return WB__LAYER_END;
    layer->header_length = REGISTER_BYTES;
    bool is_ip6 = wb__is_in_ip6(walk->decoded, walk->decoded->layer_count);
    struct wb__inside inside = wb__inside(walk, layer);
    bool is_packet = inside.captured == 0 || inside.bytes[0] >> 4 == (is_ip6 ? 6 : 4);
    if (!is_packet || inside.length == 0)
        return wb__rest(layer);
    wb__is_tunnel(walk);
    return wb__by_protocol(layer, is_ip6 ? WB__PROTOCOL_IP6 : WB__PROTOCOL_IP4);
}

unsigned wb__decode_pim(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, PIM_BYTES);
    if (!header)
        return WB__LAYER_END;
    if (header[0] == (2 << 4 | REGISTER))
        return decode_register(walk, layer);
    layer->header_length = PIM_BYTES;
    return WB__LAYER_END;
}

static const char *name_of(uint8_t type)
{
    static const char *const names[] = {"hello", "register", "register_stop", "join_prune",
                                        "bootstrap", "assert", "graft", "graft_ack",
                                        "candidate_rp_advertisement", "state_refresh",
                                        "df_election"};
    return type < sizeof names / sizeof *names ? names[type] : NULL;
}

/* RFC 7761, 4.9.2, RFC 3973, 4.7.5. */
static void tell_option(const struct wb__fields *fields, uint16_t type, const uint8_t *value,
                        uint16_t length)
{
    enum { HOLDTIME = 1, LAN_PRUNE_DELAY = 2, DR_PRIORITY = 19, GENERATION_ID = 20 };
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "option_type", type);
    if (type == HOLDTIME && length == 2) {
        wb__tell_number(fields, "holdtime_s", wb__load16(value));
    } else if (type == LAN_PRUNE_DELAY && length == 4) {
        wb__tell_bool(fields, "tracking_support", value[0] & 0x80);
        wb__tell_number(fields, "propagation_delay_ms", wb__load16(value) & 0x7fff);
        wb__tell_number(fields, "override_interval_ms", wb__load16(value + 2));
    } else if (type == DR_PRIORITY && length == 4) {
        wb__tell_number(fields, "dr_priority", wb__load32(value));
    } else if (type == GENERATION_ID && length == 4) {
        wb__tell_number(fields, "generation_id", wb__load32(value));
    } else {
        wb__tell_bytes(fields, "option_value", value, length);
    }
    wb__tell_end(fields);
}

static void tell_hello(const struct wb__fields *fields, struct wb__cursor *rest)
{
    wb__tell_list(fields, "options");
    while (!rest->failed && wb__cursor_left(rest) > 0) {
        uint16_t type = wb__cursor_read16(rest), length = wb__cursor_read16(rest);
        const uint8_t *value = wb__cursor_take(rest, length);
        if (value)
            tell_option(fields, type, value, length);
    }
    wb__tell_end(fields);
    if (rest->failed)
        wb__tell_incomplete(fields);
}

void wb__tell_pim(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    struct wb__cursor rest = wb__fields_payload(fields);
    uint8_t version = header[0] >> 4, type = header[0] & 15;
    wb__tell_number(fields, "version", version);
    wb__tell_number(fields, "type", type);
    if (version == 2 && name_of(type))
        wb__tell_word(fields, "name", name_of(type));
    wb__tell_checksum(fields, wb__load16(header + 2));
    if (fields->layer->header_length == REGISTER_BYTES) {
        wb__tell_bool(fields, "border", header[4] & 0x80);
        wb__tell_bool(fields, "null_register", header[4] & 0x40);
    } else if (version == 2 && type == HELLO) {
        tell_hello(fields, &rest);
    }
    wb__tell_payload_length(fields);
}
