/* SPDX-License-Identifier: ISC
 *
 * The body of an 802.11 management frame (IEEE 802.11, 9.3.3): fixed fields by the frame's
 * subtype, then elements of a type, a length and as many bytes.
 */
#include "decode/fields.h"
#include "decode/radio.h"

#define BEACON_BYTES 12

static uint16_t read16(struct wb__cursor *cursor)
{
    const uint8_t *bytes = wb__cursor_take(cursor, 2);
    return bytes ? wb__load16_little(bytes) : 0;
}

static void read_beacon(struct wb__cursor *cursor, struct wb__wlan_body *body)
{
    const uint8_t *bytes = wb__cursor_take(cursor, BEACON_BYTES);
    if (!bytes)
        return;
    body->has_beacon = body->has_capability = true;
    body->timestamp = wb__load64_little(bytes);
    body->interval = wb__load16_little(bytes + 8);
    body->capability = wb__load16_little(bytes + 10);
}

static void read_association(struct wb__cursor *cursor, struct wb__wlan_body *body,
                             bool is_again)
{
    body->capability = read16(cursor);
    body->listen_interval = read16(cursor);
    body->has_capability = body->has_listen_interval = !cursor->failed;
    body->current_ap = is_again ? wb__cursor_take(cursor, 6) : NULL;
    body->has_current_ap = body->current_ap != NULL;
}

static void read_answer(struct wb__cursor *cursor, struct wb__wlan_body *body)
{
    body->capability = read16(cursor);
    body->status = read16(cursor);
    body->association_id = read16(cursor) & 0x3fff;
    body->has_capability = body->has_status = !cursor->failed;
}

static void read_authentication(struct wb__cursor *cursor, struct wb__wlan_body *body)
{
    body->algorithm = read16(cursor);
    body->transaction = read16(cursor);
    body->status = read16(cursor);
    body->has_authentication = !cursor->failed;
}

static void read_reason(struct wb__cursor *cursor, struct wb__wlan_body *body)
{
    body->reason = read16(cursor);
    body->has_reason = !cursor->failed;
}

static void read_action(struct wb__cursor *cursor, struct wb__wlan_body *body)
{
    body->category = wb__cursor_read8(cursor);
    body->action = wb__cursor_read8(cursor);
    body->has_action = !cursor->failed;
}

void wb__wlan_body_read(const struct wb__wlan *wlan, struct wb__cursor cursor,
                        struct wb__wlan_body *body)
{
    *body = (struct wb__wlan_body){0};
    switch (wlan->subtype) {
    case WB__WLAN_BEACON:
    case WB__WLAN_PROBE_RESPONSE:
        read_beacon(&cursor, body);
        break;
    case WB__WLAN_ASSOCIATION_REQUEST:
    case WB__WLAN_REASSOCIATION_REQUEST:
        read_association(&cursor, body, wlan->subtype == WB__WLAN_REASSOCIATION_REQUEST);
        break;
    case WB__WLAN_ASSOCIATION_RESPONSE:
    case WB__WLAN_REASSOCIATION_RESPONSE:
        read_answer(&cursor, body);
        break;
    case WB__WLAN_AUTHENTICATION:
        read_authentication(&cursor, body);
        break;
    case WB__WLAN_DISASSOCIATION:
    case WB__WLAN_DEAUTHENTICATION:
        read_reason(&cursor, body);
        break;
    case WB__WLAN_ACTION:
    case WB__WLAN_ACTION_NO_ACK:
        read_action(&cursor, body);
        break;
    default:
        break;
    }
    body->is_incomplete = cursor.failed;
    body->elements = cursor;
    if (body->has_action) /* what follows depends on the category */
        body->elements.at = body->elements.end;
}

bool wb__wlan_element_next(struct wb__cursor *elements, struct wb__tlv *element)
{
    if (elements->failed || wb__cursor_left(elements) == 0)
        return false;
    element->type = wb__cursor_read8(elements);
    element->length = wb__cursor_read8(elements);
    element->value = wb__cursor_take(elements, element->length);
    return element->value != NULL;
}

static const struct wb__number_name names[] = {
    {WB__ELEMENT_SSID, "ssid"},       {WB__ELEMENT_RATES, "supported_rates"},
    {WB__ELEMENT_DS, "ds_parameter"}, {WB__ELEMENT_TIM, "tim"},
    {WB__ELEMENT_COUNTRY, "country"}, {11, "bss_load"},
    {WB__ELEMENT_CHALLENGE, "challenge_text"}, {32, "power_constraint"},
    {35, "tpc_report"},               {WB__ELEMENT_ERP, "erp"},
    {45, "ht_capabilities"},          {WB__ELEMENT_RSN, "rsn"},
    {WB__ELEMENT_EXTENDED_RATES, "extended_supported_rates"}, {54, "mobility_domain"},
    {61, "ht_operation"},             {70, "rm_enabled_capabilities"},
    {114, "mesh_id"},                 {127, "extended_capabilities"},
    {191, "vht_capabilities"},        {192, "vht_operation"},
    {WB__ELEMENT_VENDOR, "vendor_specific"}, {255, "extension"},
};

static void tell_rates(const struct wb__fields *fields, const struct wb__tlv *element)
{
    wb__tell_list(fields, "rates_kbps");
    for (uint32_t i = 0; i < element->length; i++)
        wb__tell_number(fields, NULL, (element->value[i] & 0x7fu) * 500);
    wb__tell_end(fields);
}

static void tell_element(const struct wb__fields *fields, const struct wb__tlv *element)
{
    const char *name = WB__NUMBER_NAME(names, element->type);
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "id", element->type);
    if (name)
        wb__tell_word(fields, "name", name);
    if (element->type == WB__ELEMENT_SSID)
        wb__tell_text(fields, "ssid", element->value, element->length);
    else if (element->type == WB__ELEMENT_RATES || element->type == WB__ELEMENT_EXTENDED_RATES)
        tell_rates(fields, element);
    else if (element->type == WB__ELEMENT_DS && element->length == 1)
        wb__tell_number(fields, "channel", element->value[0]);
    else
        wb__tell_bytes(fields, "data", element->value, element->length);
    wb__tell_end(fields);
}

static void tell_capability(const struct wb__fields *fields, uint16_t capability)
{
    static const char *const bits[] = {"ess", "ibss", "cf_pollable", "cf_poll_request", "privacy",
                                       "short_preamble", NULL, NULL, "spectrum_management", "qos",
                                       "short_slot_time", "apsd", "radio_measurement", "epd",
                                       NULL, NULL};
    wb__tell_flags(fields, "capabilities", capability, bits, 16);
}

static void tell_fixed(const struct wb__fields *fields, const struct wb__wlan_body *body)
{
    if (body->has_beacon) {
        wb__tell_number(fields, "timestamp_us", body->timestamp);
        wb__tell_number(fields, "beacon_interval", body->interval);
    }
    if (body->has_capability)
        tell_capability(fields, body->capability);
    if (body->has_listen_interval)
        wb__tell_number(fields, "listen_interval", body->listen_interval);
    if (body->has_current_ap)
        wb__tell_hardware(fields, "current_ap", body->current_ap, 6);
    if (body->has_authentication) {
        wb__tell_number(fields, "algorithm", body->algorithm);
        wb__tell_number(fields, "transaction_sequence", body->transaction);
    }
    if (body->has_authentication || body->has_status)
        wb__tell_number(fields, "status_code", body->status);
    if (body->has_status)
        wb__tell_number(fields, "association_id", body->association_id);
    if (body->has_reason)
        wb__tell_number(fields, "reason_code", body->reason);
    if (body->has_action) {
        wb__tell_number(fields, "category", body->category);
        wb__tell_number(fields, "action", body->action);
    }
}

void wb__tell_wlan_body(const struct wb__fields *fields, const struct wb__wlan *wlan)
{
    struct wb__wlan_body body;
    struct wb__tlv element;
    wb__wlan_body_read(wlan, wb__fields_payload(fields), &body);
    tell_fixed(fields, &body);
    wb__tell_list(fields, "elements");
    while (wb__wlan_element_next(&body.elements, &element))
        tell_element(fields, &element);
    wb__tell_end(fields);
    if (body.is_incomplete || body.elements.failed)
        wb__tell_incomplete(fields);
}
