/* SPDX-License-Identifier: ISC
 *
 * ERSPAN (draft-foschiano-erspan-03): mirrored frames in GRE. Type I has no header of its
 * own, so that it is no layer; type II has 8 bytes, type III 12 and, where the O bit says
 * so, a platform's 8 more.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define TYPE2_BYTES 8
#define TYPE3_BYTES 12
#define PLATFORM_BYTES 8

enum { TYPE2 = 1, TYPE3 = 2 };
enum { FRAME_ETHERNET = 0, FRAME_IP = 2 };

static uint32_t find_length(const uint8_t *header)
{
    if (header[0] >> 4 != TYPE3)
        return TYPE2_BYTES;
    return header[11] & 1 ? TYPE3_BYTES + PLATFORM_BYTES : TYPE3_BYTES;
}

static void parse_type3(const uint8_t *header, struct wb__erspan *erspan)
{
    uint16_t last = wb__load16(header + 10);
    erspan->timestamp = wb__load32(header + 4);
    erspan->security_group_tag = wb__load16(header + 8);
    erspan->is_frame_bad = last >> 15;
    erspan->frame_type = last >> 10 & 0x1f;
    erspan->hardware_id = last >> 4 & 0x3f;
    erspan->is_egress = last >> 3 & 1;
    erspan->granularity = last >> 1 & 3;
    erspan->has_platform = last & 1;
    if (!erspan->has_platform)
        return;
    uint64_t platform = wb__load64(header + TYPE3_BYTES);
    erspan->platform_id = (uint8_t)(platform >> 58);
    erspan->platform_info = platform & UINT64_C(0x03ffffffffffffff);
}

static struct wb__erspan parse_erspan(const uint8_t *header)
{
    uint16_t first = wb__load16(header), second = wb__load16(header + 2);
    struct wb__erspan erspan = {
        .version = (uint8_t)(first >> 12),
        .vlan = first & 0x0fff,
        .cos = (uint8_t)(second >> 13),
        .encapsulation = second >> 11 & 3,
        .truncated = second >> 10 & 1,
        .session_id = second & 0x3ff,
    };
    if (erspan.version == TYPE3)
        parse_type3(header, &erspan);
    else
        erspan.index = wb__load32(header + 4) & 0xfffff;
    return erspan;
}

static unsigned by_frame_type(struct wb_layer *layer, const uint8_t *first,
                              const struct wb__erspan *erspan)
{
    if (erspan->frame_type == FRAME_ETHERNET)
        return WB_LAYER_ETHERNET;
    if (erspan->frame_type == FRAME_IP && first)
        return wb__by_ethertype(layer, *first >> 4 == 6 ? WB__ETHERTYPE_IP6
                                                        : WB__ETHERTYPE_IP4);
    wb__complain(layer, WB_LAYER_UNKNOWN);
    return wb__rest(layer);
}

unsigned wb__decode_erspan(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, TYPE2_BYTES);
    if (header && header[0] >> 4 == TYPE3)
        header = wb__header(walk, layer, TYPE3_BYTES);
    if (!header || !wb__header(walk, layer, find_length(header)))
        return WB__LAYER_END;
    struct wb__erspan erspan = parse_erspan(header);
    if (erspan.version != TYPE2 && erspan.version != TYPE3) {
        layer->header_length = TYPE2_BYTES;
        wb__complain(layer, WB_LAYER_UNKNOWN);
        return wb__rest(layer);
    }
    layer->header_length = find_length(header);
    wb__is_tunnel(walk);
    struct wb__inside inside = wb__inside(walk, layer);
    return by_frame_type(layer, inside.captured > 0 ? inside.bytes : NULL, &erspan);
}

int wb__erspan_read(const struct wb_packet *packet, const struct wb_layer *layer,
                    struct wb__erspan *erspan)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_ERSPAN, TYPE2_BYTES, &header);
    if (error == 0)
        *erspan = parse_erspan(header);
    return error;
}

static void tell_type3(const struct wb__fields *fields, const struct wb__erspan *erspan)
{
    static const char *const directions[] = {"ingress", "egress"};
    wb__tell_number(fields, "bso", erspan->encapsulation);
    wb__tell_number(fields, "timestamp", erspan->timestamp);
    wb__tell_number(fields, "security_group_tag", erspan->security_group_tag);
    wb__tell_bool(fields, "frame_is_pdu", erspan->is_frame_bad);
    wb__tell_number(fields, "frame_type", erspan->frame_type);
    wb__tell_number(fields, "hardware_id", erspan->hardware_id);
    wb__tell_word(fields, "direction", directions[erspan->is_egress]);
    wb__tell_number(fields, "timestamp_granularity", erspan->granularity);
    if (!erspan->has_platform)
        return;
    wb__tell_number(fields, "platform_id", erspan->platform_id);
    wb__tell_number(fields, "platform_info", erspan->platform_info);
}

void wb__tell_erspan(const struct wb__fields *fields)
{
    struct wb__erspan erspan;
    if (wb__erspan_read(fields->packet, fields->layer, &erspan) < 0)
        return;
    wb__tell_number(fields, "version", erspan.version);
    wb__tell_number(fields, "vlan", erspan.vlan);
    wb__tell_number(fields, "cos", erspan.cos);
    wb__tell_bool(fields, "truncated", erspan.truncated);
    wb__tell_number(fields, "session_id", erspan.session_id);
    if (erspan.version == TYPE3) {
        tell_type3(fields, &erspan);
        return;
    }
    wb__tell_number(fields, "encapsulation", erspan.encapsulation);
    wb__tell_number(fields, "index", erspan.index);
}
