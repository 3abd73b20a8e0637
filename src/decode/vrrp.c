/* SPDX-License-Identifier: ISC
 *
 * VRRP, version 2 (RFC 3768) and 3 (RFC 9568), and CARP, which took its protocol number and
 * the value of its first byte. CARP's advertisement has one length and says that its
 * authentication has seven words; a VRRP message that names seven addresses is longer.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define VRRP_BYTES 8
#define CARP_BYTES 36
#define CARP_WORDS 7

static bool is_carp(const struct wb__inside *inside)
{
    if (inside->length != CARP_BYTES || inside->captured < 4)
        return inside->length == CARP_BYTES;
    return inside->bytes[0] == 0x21 && inside->bytes[3] == CARP_WORDS;
}

unsigned wb__decode_vrrp(struct wb__walk *walk, struct wb_layer *layer)
{
    struct wb__inside inside = wb__inside(walk, layer);
    if (is_carp(&inside)) {
        layer->kind = WB_LAYER_CARP;
        return wb__decode_carp(walk, layer);
    }
    const uint8_t *header = wb__header(walk, layer, VRRP_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = VRRP_BYTES;
    uint8_t version = header[0] >> 4;
    if (version != 2 && version != 3)
        wb__complain(layer, WB_LAYER_MALFORMED);
    return WB__LAYER_END;
}

unsigned wb__decode_carp(struct wb__walk *walk, struct wb_layer *layer)
{
    if (wb__header(walk, layer, CARP_BYTES))
        layer->header_length = CARP_BYTES;
    return WB__LAYER_END;
}

static void tell_addresses(const struct wb__fields *fields, struct wb__cursor *rest,
                           uint32_t count)
{
    size_t length = wb__is_in_ip6(fields->decoded, fields->index) ? 16 : 4;
    wb__tell_list(fields, "ip_addresses");
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *address = wb__cursor_take(rest, length);
        if (!address)
            break;
        wb__tell_address(fields, NULL, address, length);
    }
    wb__tell_end(fields);
    if (rest->failed)
        wb__tell_incomplete(fields);
}

void wb__tell_vrrp(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    struct wb__cursor rest = wb__fields_payload(fields);
    uint8_t version = header[0] >> 4;
    wb__tell_number(fields, "version", version);
    wb__tell_number(fields, "type", header[0] & 15);
    wb__tell_number(fields, "virtual_rtr_id", header[1]);
    wb__tell_number(fields, "priority", header[2]);
    wb__tell_number(fields, "count_ip_addrs", header[3]);
    if (version == 2) {
        wb__tell_number(fields, "auth_type", header[4]);
        wb__tell_number(fields, "adver_int_s", header[5]);
    } else {
        wb__tell_number(fields, "max_adver_int_ms", (wb__load16(header + 4) & 0xfffu) * 10);
    }
    wb__tell_checksum(fields, wb__load16(header + 6));
    tell_addresses(fields, &rest, header[3]);
    if (!rest.failed && wb__cursor_left(&rest) > 0)
        wb__tell_bytes(fields, "authentication_data", rest.at, wb__cursor_left(&rest));
    wb__tell_payload_length(fields);
}

void wb__tell_carp(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    wb__tell_number(fields, "version", header[0] >> 4);
    wb__tell_number(fields, "type", header[0] & 15);
    wb__tell_number(fields, "vhid", header[1]);
    wb__tell_number(fields, "advskew", header[2]);
    wb__tell_number(fields, "authlen", header[3]);
    wb__tell_number(fields, "demote", header[4]);
    wb__tell_number(fields, "advbase_s", header[5]);
    wb__tell_checksum(fields, wb__load16(header + 6));
    wb__tell_number(fields, "counter", wb__load64(header + 8));
    wb__tell_bytes(fields, "digest", header + 16, 20);
}
