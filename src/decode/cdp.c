/* SPDX-License-Identifier: ISC
 *
 * Cisco's discovery protocol: a version, how long to believe it, and TLVs whose lengths
 * count their heads.
 */
#include "decode/bridge.h"
#include "decode/fields.h"

#define CDP_BYTES 4
#define TLV_BYTES 4

unsigned wb__decode_cdp(struct wb__walk *walk, struct wb_layer *layer)
{
    if (wb__header(walk, layer, CDP_BYTES))
        layer->header_length = CDP_BYTES;
    return WB__LAYER_END;
}

int wb__cdp_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb__cdp *cdp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_CDP, CDP_BYTES, &header);
    if (error < 0)
        return error;
    cdp->version = header[0];
    cdp->ttl_s = header[1];
    cdp->checksum = wb__load16(header + 2);
    return 0;
}

bool wb__cdp_tlv_next(struct wb__cursor *tlvs, struct wb__tlv *tlv)
{
    if (tlvs->failed || wb__cursor_left(tlvs) == 0)
        return false;
    tlv->type = wb__cursor_read16(tlvs);
    uint32_t length = wb__cursor_read16(tlvs);
    if (length < TLV_BYTES) {
        tlvs->failed = true;
        return false;
    }
    tlv->length = length - TLV_BYTES;
    tlv->value = wb__cursor_take(tlvs, tlv->length);
    return tlv->value != NULL;
}

/* Protocol type and its length, the protocol, the address's length, the address: NLPID cc
 * and 802.2 aa-aa-03 with EtherType 86dd are the two versions of IP. */
bool wb__cdp_address_next(struct wb__cursor *addresses, struct wb__tlv *address)
{
    if (addresses->failed || wb__cursor_left(addresses) == 0)
        return false;
    wb__cursor_skip(addresses, 1);
    uint8_t protocol_length = wb__cursor_read8(addresses);
    wb__cursor_skip(addresses, protocol_length);
    address->length = wb__cursor_read16(addresses);
    address->value = wb__cursor_take(addresses, address->length);
    return address->value != NULL;
}

static const struct wb__number_name names[] = {
    {WB__CDP_DEVICE_ID, "device_id"},       {WB__CDP_ADDRESSES, "addresses"},
    {WB__CDP_PORT_ID, "port_id"},           {WB__CDP_CAPABILITIES, "capabilities"},
    {WB__CDP_VERSION, "version_string"},    {WB__CDP_PLATFORM, "platform"},
    {WB__CDP_PREFIXES, "prefixes"},         {8, "protocol_hello"},
    {WB__CDP_VTP_DOMAIN, "vtp_management_domain"}, {WB__CDP_NATIVE_VLAN, "native_vlan"},
    {WB__CDP_DUPLEX, "full_duplex"},        {WB__CDP_VOICE_REPLY, "voip_vlan_reply"},
    {WB__CDP_VOICE_QUERY, "voip_vlan_query"}, {WB__CDP_POWER, "power_mw"},
    {WB__CDP_MTU, "mtu"},                   {WB__CDP_TRUST, "trust_bitmap"},
    {WB__CDP_UNTRUSTED_COS, "untrusted_port_cos"}, {WB__CDP_SYSTEM_NAME, "system_name"},
    {WB__CDP_SYSTEM_OBJECT_ID, "system_object_id"}, {WB__CDP_MANAGEMENT, "management_addresses"},
    {WB__CDP_LOCATION, "physical_location"},
};

static void tell_addresses(const struct wb__fields *fields, const char *name,
                           const struct wb__tlv *tlv)
{
    struct wb__cursor cursor = wb__cursor(tlv->value, tlv->length);
    uint32_t count = wb__cursor_read32(&cursor);
    struct wb__tlv address;
    wb__tell_list(fields, name);
    for (; count > 0 && wb__cdp_address_next(&cursor, &address); count--)
        wb__tell_address(fields, NULL, address.value, address.length);
    wb__tell_end(fields);
}

static void tell_capabilities(const struct wb__fields *fields, const struct wb__tlv *tlv)
{
    static const char *const bits[] = {"router", "transparent_bridge", "source_route_bridge",
                                       "switch", "host", "igmp", "repeater", "phone"};
    wb__tell_flags(fields, "capabilities", wb__load32(tlv->value), bits, 8);
}

static void tell_prefixes(const struct wb__fields *fields, const char *name,
                          const struct wb__tlv *tlv)
{
    struct wb__cursor cursor = wb__cursor(tlv->value, tlv->length);
    wb__tell_list(fields, name);
    while (wb__cursor_left(&cursor) >= 5) {
        wb__tell_object(fields, NULL);
        wb__tell_address(fields, "address", wb__cursor_take(&cursor, 4), 4);
        wb__tell_number(fields, "length", wb__cursor_read8(&cursor));
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}

static bool is_text(uint32_t type)
{
    switch (type) {
    case WB__CDP_DEVICE_ID:
    case WB__CDP_PORT_ID:
    case WB__CDP_VERSION:
    case WB__CDP_PLATFORM:
    case WB__CDP_VTP_DOMAIN:
    case WB__CDP_SYSTEM_NAME:
        return true;
    default:
        return false;
    }
}

static bool is_number(const struct wb__tlv *tlv)
{
    switch (tlv->type) {
    case WB__CDP_NATIVE_VLAN:
    case WB__CDP_DUPLEX:
    case WB__CDP_POWER:
    case WB__CDP_MTU:
    case WB__CDP_TRUST:
    case WB__CDP_UNTRUSTED_COS:
        return tlv->length > 0 && tlv->length <= 4;
    default:
        return false;
    }
}

static void tell_number(const struct wb__fields *fields, const char *name,
                        const struct wb__tlv *tlv)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < tlv->length; i++)
        number = number << 8 | tlv->value[i];
    wb__tell_number(fields, name, number);
}

static void tell_value(const struct wb__fields *fields, const struct wb__tlv *tlv)
{
    const char *name = WB__NUMBER_NAME(names, tlv->type);
    if (is_text(tlv->type))
        wb__tell_text(fields, name, tlv->value, tlv->length);
    else if (is_number(tlv))
        tell_number(fields, name, tlv);
    else if (tlv->type == WB__CDP_ADDRESSES || tlv->type == WB__CDP_MANAGEMENT)
        tell_addresses(fields, name, tlv);
    else if (tlv->type == WB__CDP_CAPABILITIES && tlv->length == 4)
        tell_capabilities(fields, tlv);
    else if (tlv->type == WB__CDP_PREFIXES)
        tell_prefixes(fields, name, tlv);
    else if (tlv->type == WB__CDP_LOCATION && tlv->length > 1)
        wb__tell_text(fields, name, tlv->value + 1, tlv->length - 1);
    else
        wb__tell_bytes(fields, name ? name : "data", tlv->value, tlv->length);
}

void wb__tell_cdp(const struct wb__fields *fields)
{
    struct wb__cdp cdp;
    struct wb__tlv tlv;
    if (wb__cdp_read(fields->packet, fields->layer, &cdp) < 0)
        return;
    wb__tell_number(fields, "version", cdp.version);
    wb__tell_number(fields, "ttl_s", cdp.ttl_s);
    wb__tell_number(fields, "checksum", cdp.checksum);
    struct wb__cursor tlvs = wb__fields_payload(fields);
    wb__tell_list(fields, "tlvs");
    while (wb__cdp_tlv_next(&tlvs, &tlv)) {
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", tlv.type);
        tell_value(fields, &tlv);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    if (tlvs.failed)
        wb__tell_incomplete(fields);
}
