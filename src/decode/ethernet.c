/* SPDX-License-Identifier: ISC
 *
 * Ethernet (IEEE 802.3) and its tags (IEEE 802.1Q). A type field below 1536 is the
 * length of what follows, without the padding; above, it is an EtherType and only
 * the layers inside know where the padding begins.
 */
#include "decode/decoder.h"
#include "decode/fields.h"
#include "decode/link.h"

#define ETHERNET_BYTES 14
#define VLAN_BYTES 4

static inline void parse_ethernet(const uint8_t *header, struct wb_ethernet *ethernet)
{
    memcpy(ethernet->destination, header, 6);
    memcpy(ethernet->source, header + 6, 6);
    ethernet->type = wb__load16(header + 12);
}

/* The tag control information and the type after it; the TPID stands before. */
static inline void parse_tag(const uint8_t *header, struct wb_vlan *vlan)
{
    uint16_t control = wb__load16(header);
    vlan->priority = (uint8_t)(control >> 13);
    vlan->drop_eligible = (control & 0x1000) != 0;
    vlan->id = control & 0x0fff;
    vlan->type = wb__load16(header + 2);
}

static unsigned by_type_or_length(const struct wb__walk *walk, struct wb_layer *layer,
                                  uint16_t type)
{
    if (type >= WB__ETHERTYPE_FIRST)
        return wb__by_ethertype(layer, type);
    wb__bound(walk, layer, layer->header_length + type);
    return wb__by_length(walk, layer);
}

unsigned wb__decode_ethernet(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, ETHERNET_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb_ethernet ethernet;
    parse_ethernet(header, &ethernet);
    layer->header_length = ETHERNET_BYTES;
    return by_type_or_length(walk, layer, ethernet.type);
}

unsigned wb__decode_vlan(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, VLAN_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb_vlan vlan;
    parse_tag(header, &vlan);
    struct wb_decoded *decoded = walk->decoded;
    if (decoded->vlan_count < 2)
        decoded->vlan_ids[decoded->vlan_count] = vlan.id;
    decoded->vlan_count++;
    layer->header_length = VLAN_BYTES;
    return by_type_or_length(walk, layer, vlan.type);
}

int wb_ethernet_read(const struct wb_packet *packet, const struct wb_layer *layer,
                     struct wb_ethernet *ethernet)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_ETHERNET, ETHERNET_BYTES, &header);
    if (error == 0)
        parse_ethernet(header, ethernet);
    return error;
}

/* Every header that a tag may follow ends with the type field that is the tag's TPID;
 * only the second version of Linux cooked begins with it. */
static const uint8_t *find_tpid(const struct wb_packet *packet, const struct wb_layer *layer,
                                const uint8_t *header)
{
    bool is_after_sll2 = packet->link_type == WB__LINK_SLL2 && layer->offset == 20;
    return is_after_sll2 ? packet->data : header - 2;
}

int wb_vlan_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_vlan *vlan)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_VLAN, VLAN_BYTES, &header);
    if (error < 0)
        return error;
    if (layer->offset < 2)
        return WB_E_ARGUMENT;
    parse_tag(header, vlan);
    vlan->tpid = wb__load16(find_tpid(packet, layer, header));
    return 0;
}

void wb__tell_ethernet(const struct wb__fields *fields)
{
    struct wb_ethernet ethernet;
    if (wb_ethernet_read(fields->packet, fields->layer, &ethernet) < 0)
        return;
    wb__tell_hardware(fields, "destination", ethernet.destination, 6);
    wb__tell_hardware(fields, "source", ethernet.source, 6);
    wb__tell_number(fields, "type", ethernet.type);
}

void wb__tell_vlan(const struct wb__fields *fields)
{
    struct wb_vlan vlan;
    if (wb_vlan_read(fields->packet, fields->layer, &vlan) < 0)
        return;
    wb__tell_number(fields, "tpid", vlan.tpid);
    wb__tell_number(fields, "priority", vlan.priority);
    wb__tell_bool(fields, "drop_eligible", vlan.drop_eligible);
    wb__tell_number(fields, "id", vlan.id);
    wb__tell_number(fields, "type", vlan.type);
}
