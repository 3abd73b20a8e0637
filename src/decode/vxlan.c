/* SPDX-License-Identifier: ISC
 *
 * VXLAN (RFC 7348), with the group policy of draft-smith-vxlan-group-policy, and
 * VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe), which names what follows. The I bit must be set,
 * or the port was another's; bits that are reserved are ignored, as RFC 7348, 5 says.
 */
#include "decode/fields.h"
#include "decode/tunnel.h"

#define VXLAN_BYTES 8

static inline struct wb__vxlan parse_vxlan(const uint8_t *header)
{
    return (struct wb__vxlan){
        .flags = wb__load16(header),
        .group_policy_id = wb__load16(header + 2),
        .next_protocol = header[3],
        .vni = wb__load32(header + 4) >> 8,
    };
}

bool wb__is_vxlan(const struct wb__inside *inside)
{
    if (inside->captured == 0)
        return inside->length >= VXLAN_BYTES;
    return inside->length >= VXLAN_BYTES && inside->bytes[0] & WB__VXLAN_VNI >> 8;
}

bool wb__is_vxlan_gpe(const struct wb__inside *inside)
{
    if (!wb__is_vxlan(inside))
        return false;
    return inside->captured == 0 || !(inside->bytes[0] & WB__VXLAN_VERSION >> 8);
}

unsigned wb__decode_vxlan(struct wb__walk *walk, struct wb_layer *layer)
{
    if (!wb__header(walk, layer, VXLAN_BYTES))
        return WB__LAYER_END;
    layer->header_length = VXLAN_BYTES;
    wb__is_tunnel(walk);
    return WB_LAYER_ETHERNET;
}

/* Without the P bit it is VXLAN, and that carries Ethernet. */
unsigned wb__decode_vxlan_gpe(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, VXLAN_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb__vxlan vxlan = parse_vxlan(header);
    layer->header_length = VXLAN_BYTES;
    wb__is_tunnel(walk);
    if (vxlan.flags & WB__VXLAN_NEXT_PROTOCOL)
        return wb__by_nsh_protocol(layer, vxlan.next_protocol);
    return WB_LAYER_ETHERNET;
}

int wb__vxlan_read(const struct wb_packet *packet, const struct wb_layer *layer,
                   struct wb__vxlan *vxlan)
{
    enum wb_layer_kind kind =
        layer->kind == WB_LAYER_VXLAN_GPE ? WB_LAYER_VXLAN_GPE : WB_LAYER_VXLAN;
    const uint8_t *header;
    int error = wb__find_header(packet, layer, kind, VXLAN_BYTES, &header);
    if (error == 0)
        *vxlan = parse_vxlan(header);
    return error;
}

void wb__tell_vxlan(const struct wb__fields *fields)
{
    struct wb__vxlan vxlan;
    if (wb__vxlan_read(fields->packet, fields->layer, &vxlan) < 0)
        return;
    wb__tell_number(fields, "flags", vxlan.flags);
    if (vxlan.flags & WB__VXLAN_GROUP_POLICY) {
        wb__tell_bool(fields, "dont_learn", vxlan.flags & WB__VXLAN_DONT_LEARN);
        wb__tell_bool(fields, "policy_applied", vxlan.flags & WB__VXLAN_APPLIED);
        wb__tell_number(fields, "group_policy_id", vxlan.group_policy_id);
    }
    wb__tell_number(fields, "vni", vxlan.vni);
}

void wb__tell_vxlan_gpe(const struct wb__fields *fields)
{
    struct wb__vxlan vxlan;
    if (wb__vxlan_read(fields->packet, fields->layer, &vxlan) < 0)
        return;
    wb__tell_number(fields, "flags", vxlan.flags >> 8);
    wb__tell_bool(fields, "bum", vxlan.flags & WB__VXLAN_BUM);
    wb__tell_bool(fields, "oam", vxlan.flags & WB__VXLAN_OAM);
    if (vxlan.flags & WB__VXLAN_NEXT_PROTOCOL)
        wb__tell_number(fields, "next_protocol", vxlan.next_protocol);
    wb__tell_number(fields, "vni", vxlan.vni);
}
