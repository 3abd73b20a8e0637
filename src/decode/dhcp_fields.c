/* SPDX-License-Identifier: ISC
 *
 * The fields of a DHCP message, and its options by a table of their names and forms
 * (RFC 2132 and those that stand beside a row). An option that has another form than its
 * row says is told as bytes. Options may go on in sname and file (RFC 2132, 9.3); one that is
 * cut into several (RFC 3396) is told in these pieces.
 */
#include <string.h>

#include "decode/dhcp.h"
#include "decode/dns.h"
#include "decode/fields.h"

enum form {
    BYTES = 0,
    NUMBER8,
    NUMBER16,
    NUMBER32,
    SIGNED32,
    BOOL,
    TEXT,
    ADDRESS,   /* one */
    ADDRESSES, /* a list, of one or more */
    PAIRS,     /* a list of pairs of addresses */
    NUMBERS8,
    NUMBERS16,
    MESSAGE_TYPE,
    CLIENT_ID,
    NAMES,     /* RFC 3397: domain names, with pointers */
    ROUTES,    /* RFC 3442 */
    FQDN,      /* RFC 4702 */
    RELAY,     /* RFC 3046 */
    VENDORS,   /* RFC 3925: enterprise number and data */
};

static const struct {
    const char *name;
    enum form form;
} rows[256] = {
    [1] = {"subnet_mask", ADDRESS},
    [2] = {"time_offset_s", SIGNED32},
    [3] = {"router", ADDRESSES},
    [4] = {"time_server", ADDRESSES},
    [5] = {"name_server", ADDRESSES},
    [6] = {"domain_name_server", ADDRESSES},
    [7] = {"log_server", ADDRESSES},
    [8] = {"cookie_server", ADDRESSES},
    [9] = {"lpr_server", ADDRESSES},
    [10] = {"impress_server", ADDRESSES},
    [11] = {"resource_location_server", ADDRESSES},
    [12] = {"host_name", TEXT},
    [13] = {"boot_file_size_512", NUMBER16},
    [14] = {"merit_dump_file", TEXT},
    [15] = {"domain_name", TEXT},
    [16] = {"swap_server", ADDRESS},
    [17] = {"root_path", TEXT},
    [18] = {"extensions_path", TEXT},
    [19] = {"ip_forwarding", BOOL},
    [20] = {"non_local_source_routing", BOOL},
    [21] = {"policy_filter", PAIRS},
    [22] = {"maximum_datagram_reassembly_size", NUMBER16},
    [23] = {"default_ip_ttl", NUMBER8},
    [24] = {"path_mtu_aging_timeout_s", NUMBER32},
    [25] = {"path_mtu_plateau_table", NUMBERS16},
    [26] = {"interface_mtu", NUMBER16},
    [27] = {"all_subnets_are_local", BOOL},
    [28] = {"broadcast_address", ADDRESS},
    [29] = {"perform_mask_discovery", BOOL},
    [30] = {"mask_supplier", BOOL},
    [31] = {"perform_router_discovery", BOOL},
    [32] = {"router_solicitation_address", ADDRESS},
    [33] = {"static_route", PAIRS},
    [34] = {"trailer_encapsulation", BOOL},
    [35] = {"arp_cache_timeout_s", NUMBER32},
    [36] = {"ethernet_encapsulation", BOOL},
    [37] = {"tcp_default_ttl", NUMBER8},
    [38] = {"tcp_keepalive_interval_s", NUMBER32},
    [39] = {"tcp_keepalive_garbage", BOOL},
    [40] = {"nis_domain", TEXT},
    [41] = {"nis_servers", ADDRESSES},
    [42] = {"ntp_servers", ADDRESSES},
    [43] = {"vendor_specific_information", BYTES},
    [44] = {"netbios_name_server", ADDRESSES},
    [45] = {"netbios_datagram_distribution_server", ADDRESSES},
    [46] = {"netbios_node_type", NUMBER8},
    [47] = {"netbios_scope", BYTES},
    [48] = {"x_window_font_server", ADDRESSES},
    [49] = {"x_window_display_manager", ADDRESSES},
    [50] = {"requested_ip_address", ADDRESS},
    [51] = {"ip_address_lease_time_s", NUMBER32},
    [52] = {"option_overload", NUMBER8},
    [53] = {"dhcp_message_type", MESSAGE_TYPE},
    [54] = {"server_identifier", ADDRESS},
    [55] = {"parameter_request_list", NUMBERS8},
    [56] = {"message", TEXT},
    [57] = {"maximum_dhcp_message_size", NUMBER16},
    [58] = {"renewal_time_s", NUMBER32},
    [59] = {"rebinding_time_s", NUMBER32},
    [60] = {"vendor_class_identifier", TEXT},
    [61] = {"client_identifier", CLIENT_ID},
    [62] = {"netware_ip_domain", TEXT}, /* RFC 2242 */
    [64] = {"nisplus_domain", TEXT},
    [65] = {"nisplus_servers", ADDRESSES},
    [66] = {"tftp_server_name", TEXT},
    [67] = {"bootfile_name", TEXT},
    [68] = {"mobile_ip_home_agent", ADDRESSES},
    [69] = {"smtp_server", ADDRESSES},
    [70] = {"pop3_server", ADDRESSES},
    [71] = {"nntp_server", ADDRESSES},
    [72] = {"www_server", ADDRESSES},
    [73] = {"finger_server", ADDRESSES},
    [74] = {"irc_server", ADDRESSES},
    [77] = {"user_class", BYTES}, /* RFC 3004: many write plain text */
    [80] = {"rapid_commit", BYTES}, /* RFC 4039 */
    [81] = {"client_fqdn", FQDN},
    [82] = {"relay_agent_information", RELAY},
    [90] = {"authentication", BYTES}, /* RFC 3118 */
    [91] = {"client_last_transaction_time_s", NUMBER32}, /* RFC 4388 */
    [92] = {"associated_ip", ADDRESSES},
    [93] = {"client_system_architecture", NUMBERS16}, /* RFC 4578 */
    [94] = {"client_network_interface", BYTES},
    [97] = {"client_machine_identifier", BYTES},
    [100] = {"pcode", TEXT}, /* RFC 4833 */
    [101] = {"tcode", TEXT},
    [108] = {"ipv6_only_preferred_s", NUMBER32}, /* RFC 8925 */
    [112] = {"netinfo_address", ADDRESSES},
    [113] = {"netinfo_tag", TEXT},
    [114] = {"captive_portal", TEXT}, /* RFC 8910 */
    [116] = {"auto_configure", NUMBER8}, /* RFC 2563 */
    [117] = {"name_service_search", NUMBERS16}, /* RFC 2937 */
    [118] = {"subnet_selection", ADDRESS}, /* RFC 3011 */
    [119] = {"domain_search", NAMES},
    [121] = {"classless_static_route", ROUTES},
    [124] = {"vendor_identifying_vendor_class", VENDORS},
    [125] = {"vendor_identifying_vendor_specific", VENDORS},
    [138] = {"capwap_access_controller", ADDRESSES}, /* RFC 5417 */
    [150] = {"tftp_server_address", ADDRESSES}, /* RFC 5859 */
    [208] = {"pxelinux_magic", BYTES}, /* RFC 5071 */
    [209] = {"pxelinux_config_file", TEXT},
    [210] = {"pxelinux_path_prefix", TEXT},
    [211] = {"pxelinux_reboot_time_s", NUMBER32},
    [249] = {"microsoft_classless_static_route", ROUTES},
    [252] = {"web_proxy_auto_discovery", TEXT},
};

static const char *const relay_names[256] = {
    [1] = "circuit_id", [2] = "remote_id", [4] = "docsis_device_class", [5] = "link_selection",
    [6] = "subscriber_id", [7] = "radius_attributes", [8] = "authentication",
    [9] = "vendor_specific", [10] = "flags", [11] = "server_identifier_override",
    [12] = "relay_agent_identifier", [19] = "relay_source_port", [150] = "virtual_subnet_control",
    [151] = "virtual_subnet_selection", [152] = "virtual_subnet_selection_control",
};

static bool tell_addresses(const struct wb__fields *fields, struct wb__cursor value)
{
    if (wb__cursor_left(&value) % 4)
        return false;
    wb__tell_list(fields, "value");
    while (wb__cursor_left(&value) > 0)
        wb__tell_address(fields, NULL, wb__cursor_take(&value, 4), 4);
    wb__tell_end(fields);
    return true;
}

static bool tell_pairs(const struct wb__fields *fields, struct wb__cursor value)
{
    if (wb__cursor_left(&value) % 8)
        return false;
    wb__tell_list(fields, "value");
    while (wb__cursor_left(&value) > 0) {
        wb__tell_list(fields, NULL);
        wb__tell_address(fields, NULL, wb__cursor_take(&value, 4), 4);
        wb__tell_address(fields, NULL, wb__cursor_take(&value, 4), 4);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    return true;
}

static bool tell_numbers(const struct wb__fields *fields, struct wb__cursor value, size_t size)
{
    if (wb__cursor_left(&value) % size)
        return false;
    wb__tell_list(fields, "value");
    while (wb__cursor_left(&value) > 0)
        wb__tell_number(fields, NULL, size == 1 ? wb__cursor_read8(&value)
                                                : wb__cursor_read16(&value));
    wb__tell_end(fields);
    return true;
}

static bool tell_number(const struct wb__fields *fields, const struct wb__cursor *value,
                        size_t size)
{
    if (wb__cursor_left(value) != size)
        return false;
    wb__tell_number(fields, "value", size == 1   ? value->at[0]
                                     : size == 2 ? wb__load16(value->at)
                                                 : wb__load32(value->at));
    return true;
}

static bool tell_message_type(const struct wb__fields *fields, const struct wb__cursor *value)
{
    if (!tell_number(fields, value, 1))
        return false;
    const char *name = wb__dhcp_message_name(value->at[0]);
    if (name)
        wb__tell_word(fields, "value_name", name);
    return true;
}

/* RFC 2132, 9.14; type 0 and 255 (RFC 4361) are no hardware types. */
static bool tell_client_id(const struct wb__fields *fields, const struct wb__cursor *value)
{
    size_t length = wb__cursor_left(value);
    if (length < 2)
        return false;
    uint8_t type = value->at[0];
    wb__tell_number(fields, "type", type);
    if (type > 0 && type < 255)
        wb__tell_hardware(fields, "value", value->at + 1, length - 1);
    else
        wb__tell_bytes(fields, "value", value->at + 1, length - 1);
    return true;
}

static bool tell_names(const struct wb__fields *fields, struct wb__cursor value)
{
    struct wb__dns_walk walk = {value.at, value};
    struct wb__dns_name name;
    wb__tell_list(fields, "value");
    while (wb__cursor_left(&walk.cursor) > 0 && wb__dns_take_name(&walk, &name))
        wb__tell_text(fields, NULL, name.text, name.length);
    wb__tell_end(fields);
    return !walk.cursor.failed;
}

static void tell_route(const struct wb__fields *fields, const uint8_t *prefix, size_t length,
                       const uint8_t *router)
{
    uint8_t destination[4] = {0};
    memcpy(destination, prefix + 1, length);
    wb__tell_object(fields, NULL);
    wb__tell_address(fields, "destination", destination, 4);
    wb__tell_number(fields, "prefix_length", prefix[0]);
    wb__tell_address(fields, "router", router, 4);
    wb__tell_end(fields);
}

static bool tell_routes(const struct wb__fields *fields, struct wb__cursor value)
{
    wb__tell_list(fields, "value");
    while (!value.failed && wb__cursor_left(&value) > 0) {
        size_t length = (value.at[0] + 7u) / 8;
        const uint8_t *prefix = length <= 4 ? wb__cursor_take(&value, 1 + length) : NULL;
        const uint8_t *router = prefix ? wb__cursor_take(&value, 4) : NULL;
        value.failed = !router;
        if (router)
            tell_route(fields, prefix, length, router);
    }
    wb__tell_end(fields);
    return !value.failed;
}

/* RFC 4702, 2: flag E says that the name is in DNS's form, else it is text. */
static bool tell_fqdn(const struct wb__fields *fields, struct wb__cursor value)
{
    enum { E = 4 };
    uint8_t flags = wb__cursor_read8(&value), rcode1 = wb__cursor_read8(&value),
            rcode2 = wb__cursor_read8(&value);
    struct wb__dns_name name;
    if (value.failed)
        return false;
    wb__tell_number(fields, "flags", flags);
    wb__tell_number(fields, "rcode1", rcode1);
    wb__tell_number(fields, "rcode2", rcode2);
    struct wb__cursor text = value;
    if ((flags & E) && wb__dns_take_plain_name(&value, &name))
        wb__tell_text(fields, "value", name.text, name.length);
    else
        wb__tell_text(fields, "value", text.at, wb__cursor_left(&text));
    return true;
}

static bool tell_relay(const struct wb__fields *fields, struct wb__cursor value)
{
    wb__tell_list(fields, "value");
    while (!value.failed && wb__cursor_left(&value) > 0) {
        uint8_t code = wb__cursor_read8(&value), length = wb__cursor_read8(&value);
        const uint8_t *bytes = wb__cursor_take(&value, length);
        if (!bytes)
            break;
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "code", code);
        if (relay_names[code])
            wb__tell_word(fields, "name", relay_names[code]);
        if ((code == 5 || code == 11) && length == 4)
            wb__tell_address(fields, "value", bytes, length);
        else
            wb__tell_bytes(fields, "value", bytes, length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    return !value.failed;
}

static bool tell_vendors(const struct wb__fields *fields, struct wb__cursor value)
{
    wb__tell_list(fields, "value");
    while (!value.failed && wb__cursor_left(&value) > 0) {
        uint32_t enterprise = wb__cursor_read32(&value);
        uint8_t length = wb__cursor_read8(&value);
        const uint8_t *bytes = wb__cursor_take(&value, length);
        if (!bytes)
            break;
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "enterprise_number", enterprise);
        wb__tell_bytes(fields, "data", bytes, length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    return !value.failed;
}

/* False where the value has not this form. */
static bool tell_value(const struct wb__fields *fields, enum form form,
                       const struct wb__cursor *value)
{
    size_t length = wb__cursor_left(value);
    switch (form) {
    case BYTES:
        return false;
    case NUMBER8:
        return tell_number(fields, value, 1);
    case NUMBER16:
        return tell_number(fields, value, 2);
    case NUMBER32:
        return tell_number(fields, value, 4);
    case SIGNED32:
        if (length == 4)
            wb__tell_signed(fields, "value", (int32_t)wb__load32(value->at));
        return length == 4;
    case BOOL:
        if (length == 1)
            wb__tell_bool(fields, "value", value->at[0] != 0);
        return length == 1;
    case TEXT:
        wb__tell_text(fields, "value", value->at, length);
        return true;
    case ADDRESS:
        if (length == 4)
            wb__tell_address(fields, "value", value->at, 4);
        return length == 4;
    case ADDRESSES:
        return tell_addresses(fields, *value);
    case PAIRS:
        return tell_pairs(fields, *value);
    case NUMBERS8:
        return tell_numbers(fields, *value, 1);
    case NUMBERS16:
        return tell_numbers(fields, *value, 2);
    case MESSAGE_TYPE:
        return tell_message_type(fields, value);
    case CLIENT_ID:
        return tell_client_id(fields, value);
    case NAMES:
        return tell_names(fields, *value);
    case ROUTES:
        return tell_routes(fields, *value);
    case FQDN:
        return tell_fqdn(fields, *value);
    case RELAY:
        return tell_relay(fields, *value);
    case VENDORS:
        return tell_vendors(fields, *value);
    }
    return false;
}

/* False where the last one is not all there. */
static bool tell_options(const struct wb__fields *fields, const char *name,
                         struct wb__cursor options)
{
    struct wb__dhcp_option option;
    wb__tell_list(fields, name);
    while (wb__dhcp_option_next(&options, &option)) {
        struct wb__cursor value = wb__cursor(option.value, option.length);
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "code", option.code);
        if (rows[option.code].name)
            wb__tell_word(fields, "name", rows[option.code].name);
        wb__tell_number(fields, "length", option.length);
        if (!tell_value(fields, rows[option.code].form, &value))
            wb__tell_bytes(fields, "data", option.value, option.length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    return !options.failed;
}

/* Which of file (1) and sname (2) hold options: RFC 2132, 9.3. */
static unsigned find_overload(const struct wb__dhcp *dhcp)
{
    struct wb__dhcp_option option;
    if (!wb__dhcp_find(dhcp, WB__DHCP_OVERLOAD, &option) || option.length != 1)
        return 0;
    return option.value[0] & 3;
}

/* Text that a NUL ends, in a field of a fixed length. */
static void tell_padded(const struct wb__fields *fields, const char *name, const uint8_t *text,
                        size_t size)
{
    const uint8_t *end = memchr(text, '\0', size);
    wb__tell_text(fields, name, text, end ? (size_t)(end - text) : size);
}

static void tell_fixed(const struct wb__fields *fields, const struct wb__dhcp *dhcp)
{
    static const char *const ops[] = {"BOOTREQUEST", "BOOTREPLY"};
    uint8_t chaddr_length =
        dhcp->hlen < WB__DHCP_CHADDR_BYTES ? dhcp->hlen : WB__DHCP_CHADDR_BYTES;
    wb__tell_number(fields, "op", dhcp->op);
    if (dhcp->op == 1 || dhcp->op == 2)
        wb__tell_word(fields, "op_name", ops[dhcp->op - 1]);
    wb__tell_number(fields, "htype", dhcp->htype);
    wb__tell_number(fields, "hlen", dhcp->hlen);
    wb__tell_number(fields, "hops", dhcp->hops);
    wb__tell_number(fields, "xid", dhcp->xid);
    wb__tell_number(fields, "secs", dhcp->secs);
    wb__tell_number(fields, "flags", dhcp->flags);
    wb__tell_bool(fields, "broadcast", dhcp->flags & 0x8000);
    wb__tell_address(fields, "ciaddr", dhcp->ciaddr, 4);
    wb__tell_address(fields, "yiaddr", dhcp->yiaddr, 4);
    wb__tell_address(fields, "siaddr", dhcp->siaddr, 4);
    wb__tell_address(fields, "giaddr", dhcp->giaddr, 4);
    wb__tell_hardware(fields, "chaddr", dhcp->chaddr, chaddr_length);
}

void wb__tell_dhcp(const struct wb__fields *fields)
{
    enum { FILE_OPTIONS = 1, SNAME_OPTIONS = 2 };
    struct wb__dhcp dhcp;
    if (wb__dhcp_read(fields->packet, fields->layer, &dhcp) < 0)
        return;
    unsigned overload = find_overload(&dhcp);
    bool is_whole = true;
    tell_fixed(fields, &dhcp);
    if (overload & SNAME_OPTIONS)
        is_whole &= tell_options(fields, "sname_options",
                                 wb__cursor(dhcp.sname, WB__DHCP_SNAME_BYTES));
    else
        tell_padded(fields, "sname", dhcp.sname, WB__DHCP_SNAME_BYTES);
    if (overload & FILE_OPTIONS)
        is_whole &= tell_options(fields, "file_options",
                                 wb__cursor(dhcp.file, WB__DHCP_FILE_BYTES));
    else
        tell_padded(fields, "file", dhcp.file, WB__DHCP_FILE_BYTES);
    if (dhcp.has_cookie)
        is_whole &= tell_options(fields, "options", dhcp.options);
    else if (wb__cursor_left(&dhcp.vendor) > 0)
        wb__tell_bytes(fields, "vend", dhcp.vendor.at, wb__cursor_left(&dhcp.vendor));
    if (!is_whole)
        wb__tell_incomplete(fields);
}
