/* SPDX-License-Identifier: ISC
 *
 * OSPF version 2 (RFC 2328, A.3) and 3 (RFC 5340, A.3): the header and Hello; of other
 * messages how many link state advertisements they hold, where they say so.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define COMMON_BYTES 16
#define OSPF2_BYTES 24
#define OSPF3_BYTES 16

enum { HELLO = 1, DATABASE_DESCRIPTION = 2, LINK_STATE_UPDATE = 4 };

unsigned wb__decode_ospf(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, COMMON_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t header_length = header[0] == 2 ? OSPF2_BYTES : OSPF3_BYTES;
    if (header[0] != 2 && header[0] != 3)
        return wb__malformed(layer);
    if (!wb__header(walk, layer, header_length))
        return WB__LAYER_END;
    layer->header_length = header_length;
    uint16_t length = wb__load16(header + 2);
    if (length < header_length) {
        layer->length = header_length;
        return wb__malformed(layer);
    }
    wb__bound(walk, layer, length);
    return WB__LAYER_END;
}

static const char *name_of(uint8_t type)
{
    static const char *const names[] = {NULL, "hello", "database_description",
                                        "link_state_request", "link_state_update",
                                        "link_state_acknowledgment"};
    return type < sizeof names / sizeof *names ? names[type] : NULL;
}

static void tell_neighbors(const struct wb__fields *fields, struct wb__cursor *rest)
{
    wb__tell_list(fields, "neighbors");
    while (wb__cursor_left(rest) >= 4)
        wb__tell_address(fields, NULL, wb__cursor_take(rest, 4), 4);
    wb__tell_end(fields);
    if (wb__cursor_left(rest) > 0)
        wb__tell_incomplete(fields);
}

static void tell_hello2(const struct wb__fields *fields, struct wb__cursor *rest)
{
    const uint8_t *hello = wb__cursor_take(rest, 20);
    if (!hello) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_address(fields, "network_mask", hello, 4);
    wb__tell_number(fields, "hello_interval_s", wb__load16(hello + 4));
    wb__tell_number(fields, "options", hello[6]);
    wb__tell_number(fields, "rtr_pri", hello[7]);
    wb__tell_number(fields, "router_dead_interval_s", wb__load32(hello + 8));
    wb__tell_address(fields, "designated_router", hello + 12, 4);
    wb__tell_address(fields, "backup_designated_router", hello + 16, 4);
    tell_neighbors(fields, rest);
}

static void tell_hello3(const struct wb__fields *fields, struct wb__cursor *rest)
{
    const uint8_t *hello = wb__cursor_take(rest, 20);
    if (!hello) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_number(fields, "interface_id", wb__load32(hello));
    wb__tell_number(fields, "rtr_pri", hello[4]);
    wb__tell_number(fields, "options", wb__load32(hello + 4) & 0xffffff);
    wb__tell_number(fields, "hello_interval_s", wb__load16(hello + 8));
    wb__tell_number(fields, "router_dead_interval_s", wb__load16(hello + 10));
    wb__tell_address(fields, "designated_router_id", hello + 12, 4);
    wb__tell_address(fields, "backup_designated_router_id", hello + 16, 4);
    tell_neighbors(fields, rest);
}

static void tell_description(const struct wb__fields *fields, struct wb__cursor *rest,
                             bool is_version_3)
{
    static const char *const flags[] = {"MS", "M", "I"};
    const uint8_t *description = wb__cursor_take(rest, is_version_3 ? 12 : 8);
    if (!description) {
        wb__tell_incomplete(fields);
        return;
    }
    const uint8_t *end = description + (is_version_3 ? 12 : 8);
    wb__tell_number(fields, "interface_mtu", wb__load16(end - 8));
    wb__tell_flags(fields, "flags", end[-5] & 7, flags, 3);
    wb__tell_number(fields, "dd_sequence_number", wb__load32(end - 4));
}

static void tell_body(const struct wb__fields *fields, uint8_t version, uint8_t type)
{
    struct wb__cursor rest = wb__fields_payload(fields);
    if (type == HELLO && version == 2) {
        tell_hello2(fields, &rest);
    } else if (type == HELLO) {
        tell_hello3(fields, &rest);
    } else if (type == DATABASE_DESCRIPTION) {
        tell_description(fields, &rest, version == 3);
    } else if (type == LINK_STATE_UPDATE) {
        uint32_t count = wb__cursor_read32(&rest);
        if (rest.failed)
            wb__tell_incomplete(fields);
        else
            wb__tell_number(fields, "number_of_lsas", count);
    }
}

void wb__tell_ospf(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    uint8_t version = header[0], type = header[1];
    wb__tell_number(fields, "version", version);
    wb__tell_number(fields, "type", type);
    if (name_of(type))
        wb__tell_word(fields, "name", name_of(type));
    wb__tell_number(fields, "packet_length", wb__load16(header + 2));
    wb__tell_address(fields, "router_id", header + 4, 4);
    wb__tell_address(fields, "area_id", header + 8, 4);
    wb__tell_checksum(fields, wb__load16(header + 12));
    if (version == 2) {
        wb__tell_number(fields, "autype", wb__load16(header + 14));
        wb__tell_bytes(fields, "authentication", header + 16, 8);
    } else {
        wb__tell_number(fields, "instance_id", header[14]);
    }
    tell_body(fields, version, type);
    wb__tell_payload_length(fields);
}
