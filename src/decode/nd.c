/* SPDX-License-Identifier: ISC
 *
 * The options of Neighbor Discovery (RFC 4861, 4.6): those of RFC 4861, 3971, 4191, 6275,
 * 8106, 8781 and 8910 in their fields, all others as bytes.
 */
#include "decode/decoder.h"
#include "decode/icmp.h"

enum {
    SOURCE_ADDRESS = 1,
    TARGET_ADDRESS = 2,
    PREFIX_INFORMATION = 3,
    REDIRECTED_HEADER = 4,
    MTU = 5,
    ADVERTISEMENT_INTERVAL = 7,
    HOME_AGENT = 8,
    NONCE = 14,
    ROUTE_INFORMATION = 24,
    RDNSS = 25,
    DNSSL = 31,
    CAPTIVE_PORTAL = 37,
    PREF64 = 38,
};

static const char *name_of(uint8_t type)
{
    static const struct {
        uint8_t type;
        const char *name;
    } names[] = {
        {SOURCE_ADDRESS, "source_link_layer_address"},
        {TARGET_ADDRESS, "target_link_layer_address"},
        {PREFIX_INFORMATION, "prefix_information"},
        {REDIRECTED_HEADER, "redirected_header"},
        {MTU, "mtu"},
        {ADVERTISEMENT_INTERVAL, "advertisement_interval"},
        {HOME_AGENT, "home_agent_information"},
        {9, "source_address_list"},
        {10, "target_address_list"},
        {11, "cga"},
        {12, "rsa_signature"},
        {13, "timestamp"},
        {NONCE, "nonce"},
        {ROUTE_INFORMATION, "route_information"},
        {RDNSS, "rdnss"},
        {26, "ra_flags_extension"},
        {DNSSL, "dnssl"},
        {33, "address_registration"},
        {34, "6lowpan_context"},
        {35, "authoritative_border_router"},
        {CAPTIVE_PORTAL, "captive_portal"},
        {PREF64, "pref64"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].type == type)
            return names[i].name;
    return NULL;
}

/* RFC 4191, 2.2: two bits of two's complement, of which one value is reserved. */
static const char *preference_name(unsigned bits)
{
    static const char *const names[] = {"medium", "high", "reserved", "low"};
    return names[bits & 3];
}

static void tell_prefix(const struct wb__fields *fields, const uint8_t *value, size_t length)
{
    if (length < 30)
        return;
    wb__tell_number(fields, "prefix_length", value[0]);
    wb__tell_bool(fields, "on_link", value[1] & 0x80);
    wb__tell_bool(fields, "autonomous", value[1] & 0x40);
    wb__tell_bool(fields, "router_address", value[1] & 0x20);
    wb__tell_number(fields, "valid_lifetime_s", wb__load32(value + 2));
    wb__tell_number(fields, "preferred_lifetime_s", wb__load32(value + 6));
    wb__tell_address(fields, "prefix", value + 14, 16);
}

/* The prefix has 0, 8 or 16 bytes; what is left out is zero. */
static void tell_route(const struct wb__fields *fields, const uint8_t *value, size_t length)
{
    uint8_t prefix[16] = {0};
    if (length < 6 || length > 22)
        return;
    memcpy(prefix, value + 6, length - 6);
    wb__tell_number(fields, "prefix_length", value[0]);
    wb__tell_word(fields, "route_preference", preference_name(value[1] >> 3));
    wb__tell_number(fields, "route_lifetime_s", wb__load32(value + 2));
    wb__tell_address(fields, "prefix", prefix, 16);
}

static void tell_servers(const struct wb__fields *fields, const uint8_t *value, size_t length)
{
    if (length < 6)
        return;
    wb__tell_number(fields, "lifetime_s", wb__load32(value + 2));
    wb__tell_list(fields, "addresses");
    for (size_t at = 6; at + 16 <= length; at += 16)
        wb__tell_address(fields, NULL, value + at, 16);
    wb__tell_end(fields);
}

/* The labels of a name, with dots between them. False at the padding of zeros, or where
 * labels are not what they should be. */
static bool tell_domain_name(const struct wb__fields *fields, struct wb__cursor *names)
{
    enum { LABEL_MAX = 63, NAME_MAX = 255 };
    uint8_t text[NAME_MAX];
    size_t length = 0;
    for (;;) {
        uint8_t label_length = wb__cursor_read8(names);
        const uint8_t *label = wb__cursor_take(names, label_length);
        if (!label || label_length > LABEL_MAX || length + label_length + 1 > NAME_MAX)
            return false;
        if (label_length == 0)
            break;
        if (length > 0)
            text[length++] = '.';
        memcpy(text + length, label, label_length);
        length += label_length;
    }
    if (length > 0)
        wb__tell_text(fields, NULL, text, length);
    return length > 0;
}

static void tell_search_list(const struct wb__fields *fields, const uint8_t *value, size_t length)
{
    if (length < 6)
        return;
    struct wb__cursor names = wb__cursor(value + 6, length - 6);
    wb__tell_number(fields, "lifetime_s", wb__load32(value + 2));
    wb__tell_list(fields, "domain_names");
    while (wb__cursor_left(&names) > 0 && tell_domain_name(fields, &names))
        ;
    wb__tell_end(fields);
}

/* RFC 8781, 4: thirteen bits of lifetime in units of 8 s, three for the length. */
static void tell_pref64(const struct wb__fields *fields, const uint8_t *value, size_t length)
{
    static const uint8_t lengths[8] = {96, 64, 56, 48, 40, 32, 0, 0};
    uint8_t prefix[16] = {0};
    if (length < 14)
        return;
    memcpy(prefix, value + 2, 12);
    wb__tell_number(fields, "lifetime_s", wb__load16(value) & 0xfff8);
    wb__tell_number(fields, "prefix_length", lengths[value[1] & 7]);
    wb__tell_address(fields, "prefix", prefix, 16);
}

static void tell_uri(const struct wb__fields *fields, const uint8_t *value, size_t length)
{
    while (length > 0 && value[length - 1] == 0)
        length--;
    wb__tell_text(fields, "uri", value, length);
}

/* value has length bytes: type and length of the option are before it, so that it is
 * never shorter than 6. */
static void tell_value(const struct wb__fields *fields, uint8_t type, const uint8_t *value,
                       size_t length)
{
    switch (type) {
    case SOURCE_ADDRESS:
    case TARGET_ADDRESS:
        wb__tell_hardware(fields, "link_layer_address", value, length);
        break;
    case PREFIX_INFORMATION:
        tell_prefix(fields, value, length);
        break;
    case MTU:
        wb__tell_number(fields, "mtu", wb__load32(value + 2));
        break;
    case ADVERTISEMENT_INTERVAL:
        wb__tell_number(fields, "advertisement_interval_ms", wb__load32(value + 2));
        break;
    case HOME_AGENT:
        wb__tell_number(fields, "home_agent_preference", wb__load16(value + 2));
        wb__tell_number(fields, "home_agent_lifetime_s", wb__load16(value + 4));
        break;
    case ROUTE_INFORMATION:
        tell_route(fields, value, length);
        break;
    case RDNSS:
        tell_servers(fields, value, length);
        break;
    case DNSSL:
        tell_search_list(fields, value, length);
        break;
    case CAPTIVE_PORTAL:
        tell_uri(fields, value, length);
        break;
    case PREF64:
        tell_pref64(fields, value, length);
        break;
    default:
        wb__tell_bytes(fields, "data", value, length);
    }
}

static void tell_option(const struct wb__fields *fields, const uint8_t *option)
{
    const char *name = name_of(option[0]);
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "type", option[0]);
    if (name)
        wb__tell_word(fields, "name", name);
    wb__tell_number(fields, "length", option[1]);
    tell_value(fields, option[0], option + 2, option[1] * 8u - 2);
    wb__tell_end(fields);
}

/* RFC 4861, 4.6: a length of 0 makes the message invalid. */
void wb__tell_nd_options(const struct wb__fields *fields, struct wb__cursor *options)
{
    wb__tell_list(fields, "options");
    while (!options->failed && wb__cursor_left(options) > 0) {
        const uint8_t *option = wb__cursor_take(options, 2);
        uint32_t length = option ? option[1] * 8u : 0;
        if (length == 0 || !wb__cursor_skip(options, length - 2))
            options->failed = true;
        else
            tell_option(fields, option);
    }
    wb__tell_end(fields);
    if (options->failed)
        wb__tell_incomplete(fields);
}
