/* SPDX-License-Identifier: ISC
 *
 * EAP over LANs (IEEE 802.1X, 11.3), its key frames (IEEE 802.11, 12.7.2), and EAP itself
 * (RFC 3748).
 */
#include "decode/bridge.h"
#include "decode/fields.h"

#define EAPOL_BYTES 4
#define EAP_BYTES 4
#define KEY_BYTES 95

enum key_descriptor { KEY_RSN = 2, KEY_WPA = 254 };

unsigned wb__decode_eapol(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, EAPOL_BYTES);
    if (!header)
        return WB__LAYER_END;
    layer->header_length = EAPOL_BYTES;
    layer->next = header[1];
    wb__bound(walk, layer, EAPOL_BYTES + wb__load16(header + 2));
    bool is_eap = header[1] == WB__EAPOL_EAP && layer->length > EAPOL_BYTES;
    return is_eap ? WB_LAYER_EAP : WB__LAYER_END;
}

int wb__eapol_read(const struct wb_packet *packet, const struct wb_layer *layer,
                   struct wb__eapol *eapol)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_EAPOL, EAPOL_BYTES, &header);
    if (error < 0)
        return error;
    eapol->version = header[0];
    eapol->type = header[1];
    eapol->length = wb__load16(header + 2);
    return 0;
}

const char *wb__eapol_type_name(uint8_t type)
{
    static const struct wb__number_name names[] = {
        {WB__EAPOL_EAP, "EAP packet"}, {WB__EAPOL_START, "EAPOL start"},
        {WB__EAPOL_LOGOFF, "EAPOL logoff"}, {WB__EAPOL_KEY, "EAPOL key"},
        {WB__EAPOL_ALERT, "Encapsulated ASF alert"},
    };
    return WB__NUMBER_NAME(names, type);
}

static void tell_key_information(const struct wb__fields *fields, uint16_t information)
{
    static const char *const bits[] = {NULL, NULL, NULL, "pairwise", NULL, NULL, "install", "ack",
                                       "mic", "secure", "error", "request", "encrypted_data",
                                       "smk"};
    wb__tell_number(fields, "descriptor_version", information & 7);
    wb__tell_flags(fields, "key_information", information, bits, 14);
}

static void tell_key(const struct wb__fields *fields)
{
    struct wb__cursor cursor = wb__fields_payload(fields);
    if (wb__cursor_left(&cursor) < 1)
        return;
    uint8_t descriptor = wb__cursor_read8(&cursor);
    wb__tell_number(fields, "descriptor_type", descriptor);
    if (descriptor != KEY_RSN && descriptor != KEY_WPA)
        return;
    if (wb__cursor_left(&cursor) < KEY_BYTES - 1) {
        wb__tell_incomplete(fields);
        return;
    }
    tell_key_information(fields, wb__cursor_read16(&cursor));
    wb__tell_number(fields, "key_length", wb__cursor_read16(&cursor));
    wb__tell_number(fields, "replay_counter", wb__load64(wb__cursor_take(&cursor, 8)));
    wb__tell_bytes(fields, "nonce", wb__cursor_take(&cursor, 32), 32);
    wb__tell_bytes(fields, "iv", wb__cursor_take(&cursor, 16), 16);
    wb__tell_bytes(fields, "receive_sequence_counter", wb__cursor_take(&cursor, 8), 8);
    wb__cursor_skip(&cursor, 8);
    wb__tell_bytes(fields, "mic", wb__cursor_take(&cursor, 16), 16);
    uint16_t length = wb__cursor_read16(&cursor);
    wb__tell_number(fields, "key_data_length", length);
    const uint8_t *data = wb__cursor_take(&cursor, length);
    if (data)
        wb__tell_bytes(fields, "key_data", data, length);
    else
        wb__tell_incomplete(fields);
}

void wb__tell_eapol(const struct wb__fields *fields)
{
    struct wb__eapol eapol;
    if (wb__eapol_read(fields->packet, fields->layer, &eapol) < 0)
        return;
    const char *name = wb__eapol_type_name(eapol.type);
    wb__tell_number(fields, "version", eapol.version);
    wb__tell_number(fields, "type", eapol.type);
    if (name)
        wb__tell_word(fields, "type_name", name);
    wb__tell_number(fields, "length", eapol.length);
    if (eapol.type == WB__EAPOL_KEY)
        tell_key(fields);
}

unsigned wb__decode_eap(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, EAP_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint16_t length = wb__load16(header + 2);
    bool has_type = (header[0] == WB__EAP_REQUEST || header[0] == WB__EAP_RESPONSE) &&
                    length > EAP_BYTES;
    if (has_type && !wb__header(walk, layer, EAP_BYTES + 1))
        return WB__LAYER_END;
    layer->header_length = EAP_BYTES + has_type;
    if (length < EAP_BYTES) {
        layer->length = EAP_BYTES;
        return wb__malformed(layer);
    }
    wb__bound(walk, layer, length);
    return WB__LAYER_END;
}

int wb__eap_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb__eap *eap)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_EAP, EAP_BYTES, &header);
    if (error < 0)
        return error;
    eap->code = header[0];
    eap->identifier = header[1];
    eap->length = wb__load16(header + 2);
    eap->has_type = layer->header_length > EAP_BYTES;
    eap->type = eap->has_type ? header[EAP_BYTES] : 0;
    return 0;
}

const char *wb__eap_code_name(uint8_t code)
{
    static const struct wb__number_name names[] = {
        {WB__EAP_REQUEST, "Request"}, {WB__EAP_RESPONSE, "Response"},
        {WB__EAP_SUCCESS, "Success"}, {WB__EAP_FAILURE, "Failure"},
        {5, "Initiate"},              {6, "Finish"},
    };
    return WB__NUMBER_NAME(names, code);
}

const char *wb__eap_type_name(uint8_t type)
{
    static const struct wb__number_name names[] = {
        {0, "unset"},     {1, "Identity"}, {2, "Notification"}, {3, "Nak"},
        {4, "MD5-challenge"}, {5, "OTP"},  {6, "GTC"},          {13, "TLS"},
        {17, "LEAP"},     {18, "SIM"},     {21, "TTLS"},        {23, "AKA"},
        {25, "PEAP"},     {26, "MSCHAPv2"}, {29, "EAP-MSCHAP-V2"}, {43, "FAST"},
        {50, "AKA'"},     {52, "PWD"},     {254, "Expanded type"}, {255, "Experimental"},
    };
    return WB__NUMBER_NAME(names, type);
}

void wb__tell_eap(const struct wb__fields *fields)
{
    enum { IDENTITY = 1, NOTIFICATION = 2 };
    struct wb__eap eap;
    if (wb__eap_read(fields->packet, fields->layer, &eap) < 0)
        return;
    struct wb__cursor data = wb__fields_payload(fields);
    const char *code = wb__eap_code_name(eap.code), *type = wb__eap_type_name(eap.type);
    wb__tell_number(fields, "code", eap.code);
    if (code)
        wb__tell_word(fields, "code_name", code);
    wb__tell_number(fields, "identifier", eap.identifier);
    wb__tell_number(fields, "length", eap.length);
    if (!eap.has_type)
        return;
    wb__tell_number(fields, "type", eap.type);
    if (type)
        wb__tell_word(fields, "type_name", type);
    if (eap.type == IDENTITY || eap.type == NOTIFICATION)
        wb__tell_text(fields, "text", data.at, wb__cursor_left(&data));
    else
        wb__tell_bytes(fields, "data", data.at, wb__cursor_left(&data));
}
