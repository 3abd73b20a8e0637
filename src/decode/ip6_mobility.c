/* SPDX-License-Identifier: ISC
 *
 * The mobility header of IPv6 (RFC 6275, 6.1): as long as an extension header says, and
 * with a checksum as a transport protocol.
 */
#include "decode/decoder.h"
#include "decode/fields.h"

#define MOBILITY_BYTES 6 /* before the message */

enum { HOME_TEST_INIT = 1, CARE_OF_TEST_INIT = 2, HOME_TEST = 3, CARE_OF_TEST = 4,
       BINDING_UPDATE = 5, BINDING_ACKNOWLEDGEMENT = 6, BINDING_ERROR = 7 };

static const char *name_of(uint8_t type)
{
    static const char *const names[] = {
        "binding_refresh_request",  "home_test_init",
        "care_of_test_init",        "home_test",
        "care_of_test",             "binding_update",
        "binding_acknowledgement",  "binding_error",
        "fast_binding_update",      "fast_binding_acknowledgement",
        "fast_neighbor_advertisement", "experimental",
        "home_agent_switch",        "heartbeat",
        "handover_initiate",        "handover_acknowledge",
        "binding_revocation",       "localized_routing_initiation",
        "localized_routing_acknowledgment", "update_notification",
        "update_notification_acknowledgement", "flow_binding",
        "subscription_query",       "subscription_response",
    };
    return type < sizeof names / sizeof *names ? names[type] : NULL;
}

static void tell_options(const struct wb__fields *fields, struct wb__cursor *rest)
{
    enum { PAD1 = 0 };
    wb__tell_list(fields, "mobility_options");
    while (!rest->failed && wb__cursor_left(rest) > 0) {
        uint8_t type = wb__cursor_read8(rest);
        uint8_t length = type == PAD1 ? 0 : wb__cursor_read8(rest);
        const uint8_t *data = wb__cursor_take(rest, length);
        if (!data)
            break;
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "type", type);
        if (type != PAD1)
            wb__tell_bytes(fields, "data", data, length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}

static void tell_test_init(const struct wb__fields *fields, struct wb__cursor *rest)
{
    wb__cursor_skip(rest, 2);
    const uint8_t *cookie = wb__cursor_take(rest, 8);
    if (cookie)
        wb__tell_bytes(fields, "init_cookie", cookie, 8);
}

static void tell_test(const struct wb__fields *fields, struct wb__cursor *rest)
{
    uint16_t nonce_index = wb__cursor_read16(rest);
    const uint8_t *cookie = wb__cursor_take(rest, 8), *token = wb__cursor_take(rest, 8);
    if (!token)
        return;
    wb__tell_number(fields, "nonce_index", nonce_index);
    wb__tell_bytes(fields, "init_cookie", cookie, 8);
    wb__tell_bytes(fields, "keygen_token", token, 8);
}

/* Lifetimes are in units of four seconds. */
static void tell_update(const struct wb__fields *fields, struct wb__cursor *rest)
{
    static const char *const flags[] = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                        "F", "P", "R", "M", "K", "L", "H", "A"};
    uint16_t sequence = wb__cursor_read16(rest), bits = wb__cursor_read16(rest);
    uint16_t lifetime = wb__cursor_read16(rest);
    if (rest->failed)
        return;
    wb__tell_number(fields, "sequence_number", sequence);
    wb__tell_flags(fields, "flags", bits, flags, 16);
    wb__tell_number(fields, "lifetime_s", lifetime * 4u);
}

static void tell_acknowledgement(const struct wb__fields *fields, struct wb__cursor *rest)
{
    uint8_t status = wb__cursor_read8(rest), bits = wb__cursor_read8(rest);
    uint16_t sequence = wb__cursor_read16(rest), lifetime = wb__cursor_read16(rest);
    if (rest->failed)
        return;
    wb__tell_number(fields, "status_code", status);
    wb__tell_bool(fields, "key_management", bits & 0x80);
    wb__tell_number(fields, "sequence_number", sequence);
    wb__tell_number(fields, "lifetime_s", lifetime * 4u);
}

static void tell_error(const struct wb__fields *fields, struct wb__cursor *rest)
{
    uint8_t status = wb__cursor_read8(rest);
    wb__cursor_skip(rest, 1);
    const uint8_t *address = wb__cursor_take(rest, 16);
    if (!address)
        return;
    wb__tell_number(fields, "status_code", status);
    wb__tell_address(fields, "home_address", address, 16);
}

static void tell_message(const struct wb__fields *fields, uint8_t type, struct wb__cursor *rest)
{
    switch (type) {
    case HOME_TEST_INIT:
    case CARE_OF_TEST_INIT:
        tell_test_init(fields, rest);
        break;
    case HOME_TEST:
    case CARE_OF_TEST:
        tell_test(fields, rest);
        break;
    case BINDING_UPDATE:
        tell_update(fields, rest);
        break;
    case BINDING_ACKNOWLEDGEMENT:
        tell_acknowledgement(fields, rest);
        break;
    case BINDING_ERROR:
        tell_error(fields, rest);
        break;
    default:
        wb__tell_bytes(fields, "data", rest->at, wb__cursor_left(rest));
        return;
    }
    if (!rest->failed)
        tell_options(fields, rest);
}

void wb__tell_ip6_mobility(const struct wb__fields *fields)
{
    const uint8_t *header = wb__fields_header(fields).at;
    struct wb__cursor rest = wb__fields_header(fields);
    const char *name = name_of(header[2]);
    wb__tell_number(fields, "payload_proto", header[0]);
    wb__tell_number(fields, "header_length", fields->layer->header_length);
    wb__tell_number(fields, "mh_type", header[2]);
    if (name)
        wb__tell_word(fields, "name", name);
    wb__tell_checksum(fields, wb__load16(header + 4));
    wb__cursor_skip(&rest, MOBILITY_BYTES);
    tell_message(fields, header[2], &rest);
    if (rest.failed)
        wb__tell_incomplete(fields);
}
