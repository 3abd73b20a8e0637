/* SPDX-License-Identifier: ISC
 *
 * LLDP (IEEE 802.1AB): nothing but TLVs, of 7 bits of type and 9 of length, ended by one of
 * type 0. The header of the layer is the head of the first.
 */
#include "decode/bridge.h"
#include "decode/fields.h"

#define TLV_BYTES 2

unsigned wb__decode_lldp(struct wb__walk *walk, struct wb_layer *layer)
{
    if (wb__header(walk, layer, TLV_BYTES))
        layer->header_length = TLV_BYTES;
    return WB__LAYER_END;
}

bool wb__lldp_tlv_next(struct wb__cursor *tlvs, struct wb__tlv *tlv)
{
    if (tlvs->failed || wb__cursor_left(tlvs) == 0)
        return false;
    uint16_t head = wb__cursor_read16(tlvs);
    tlv->type = head >> 9;
    tlv->length = head & 0x1ff;
    tlv->value = wb__cursor_take(tlvs, tlv->length);
    return tlv->value != NULL && tlv->type != WB__LLDP_END;
}

/* IEEE 802.1AB, 8.5.2.2 and 8.5.3.2: subtypes whose value is no text. */
enum subtype { CHASSIS_MAC = 4, CHASSIS_NETWORK = 5, PORT_MAC = 3, PORT_NETWORK = 4 };
enum family { FAMILY_IP4 = 1, FAMILY_IP6 = 2, FAMILY_802 = 6 }; /* IANA address families */

static void tell_network(const struct wb__fields *fields, const char *name, const uint8_t *bytes,
                         uint32_t length)
{
    if (length < 1) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_number(fields, "address_family", bytes[0]);
    bool is_hardware = bytes[0] == FAMILY_802;
    if (is_hardware)
        wb__tell_hardware(fields, name, bytes + 1, length - 1);
    else
        wb__tell_address(fields, name, bytes + 1, length - 1);
}

static void tell_id(const struct wb__fields *fields, const struct wb__tlv *tlv)
{
    bool is_chassis = tlv->type == WB__LLDP_CHASSIS_ID;
    if (tlv->length < 1) {
        wb__tell_incomplete(fields);
        return;
    }
    uint8_t subtype = tlv->value[0];
    const uint8_t *value = tlv->value + 1;
    wb__tell_number(fields, "subtype", subtype);
    if (subtype == (is_chassis ? CHASSIS_MAC : PORT_MAC))
        wb__tell_hardware(fields, "address", value, tlv->length - 1);
    else if (subtype == (is_chassis ? CHASSIS_NETWORK : PORT_NETWORK))
        tell_network(fields, "address", value, tlv->length - 1);
    else
        wb__tell_text(fields, "id", value, tlv->length - 1);
}

static void tell_capabilities(const struct wb__fields *fields, const struct wb__tlv *tlv)
{
    static const char *const bits[] = {"other", "repeater", "bridge", "wlan_access_point",
                                       "router", "telephone", "docsis", "station_only",
                                       "c_vlan", "s_vlan", "two_port_mac_relay"};
    if (tlv->length < 4) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_flags(fields, "capabilities", wb__load16(tlv->value), bits, 11);
    wb__tell_flags(fields, "enabled", wb__load16(tlv->value + 2), bits, 11);
}

/* IEEE 802.1AB, 8.5.9. */
static void tell_management(const struct wb__fields *fields, const struct wb__tlv *tlv)
{
    struct wb__cursor cursor = wb__cursor(tlv->value, tlv->length);
    uint8_t length = wb__cursor_read8(&cursor);
    const uint8_t *address = wb__cursor_take(&cursor, length);
    if (address)
        tell_network(fields, "address", address, length);
    uint8_t subtype = wb__cursor_read8(&cursor);
    uint32_t interface = wb__cursor_read32(&cursor);
    uint8_t object_length = wb__cursor_read8(&cursor);
    const uint8_t *object = wb__cursor_take(&cursor, object_length);
    if (!object) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_number(fields, "interface_subtype", subtype);
    wb__tell_number(fields, "interface_number", interface);
    wb__tell_bytes(fields, "object_id", object, object_length);
}

static void tell_private(const struct wb__fields *fields, const struct wb__tlv *tlv)
{
    if (tlv->length < 4) {
        wb__tell_incomplete(fields);
        return;
    }
    wb__tell_number(fields, "oui", wb__load32(tlv->value) >> 8);
    wb__tell_number(fields, "subtype", tlv->value[3]);
    wb__tell_bytes(fields, "data", tlv->value + 4, tlv->length - 4);
}

static void tell_value(const struct wb__fields *fields, const struct wb__tlv *tlv)
{
    switch (tlv->type) {
    case WB__LLDP_CHASSIS_ID:
    case WB__LLDP_PORT_ID:
        tell_id(fields, tlv);
        break;
    case WB__LLDP_TTL:
        if (tlv->length >= 2)
            wb__tell_number(fields, "ttl_s", wb__load16(tlv->value));
        break;
    case WB__LLDP_PORT_DESCRIPTION:
    case WB__LLDP_SYSTEM_NAME:
    case WB__LLDP_SYSTEM_DESCRIPTION:
        wb__tell_text(fields, "text", tlv->value, tlv->length);
        break;
    case WB__LLDP_CAPABILITIES:
        tell_capabilities(fields, tlv);
        break;
    case WB__LLDP_MANAGEMENT:
        tell_management(fields, tlv);
        break;
    case WB__LLDP_PRIVATE:
        tell_private(fields, tlv);
        break;
    default:
        wb__tell_bytes(fields, "data", tlv->value, tlv->length);
    }
}

static const struct wb__number_name names[] = {
    {WB__LLDP_CHASSIS_ID, "chassis_id"},
    {WB__LLDP_PORT_ID, "port_id"},
    {WB__LLDP_TTL, "time_to_live"},
    {WB__LLDP_PORT_DESCRIPTION, "port_description"},
    {WB__LLDP_SYSTEM_NAME, "system_name"},
    {WB__LLDP_SYSTEM_DESCRIPTION, "system_description"},
    {WB__LLDP_CAPABILITIES, "system_capabilities"},
    {WB__LLDP_MANAGEMENT, "management_address"},
    {WB__LLDP_PRIVATE, "organization_specific"},
};

void wb__tell_lldp(const struct wb__fields *fields)
{
    struct wb__cursor tlvs = wb__layer_bytes(fields->packet, fields->layer);
    struct wb__tlv tlv;
    wb__tell_list(fields, "tlvs");
    while (wb__lldp_tlv_next(&tlvs, &tlv)) {
        const char *name = WB__NUMBER_NAME(names, tlv.type);
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", tlv.type);
        if (name)
            wb__tell_word(fields, "name", name);
        tell_value(fields, &tlv);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    if (tlvs.failed)
        wb__tell_incomplete(fields);
}
