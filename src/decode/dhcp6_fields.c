/* SPDX-License-Identifier: ISC
 *
 * The fields of a DHCPv6 message, and its options by a table of their names and forms
 * (RFC 8415, 21, and those that stand beside a row). Options hold options, and a relay agent's
 * message another message: as deep as NESTING_MAX, below that they are told as bytes. An option
 * that has another form than its row says is told as bytes too.
 */
#include "decode/dhcp.h"
#include "decode/dns.h"
#include "decode/fields.h"

#define NESTING_MAX 12 /* RFC 8415, 7.6: eight relay agents; and what is in a message */

enum form {
    BYTES = 0,
    NUMBER8,
    NUMBER16,
    NUMBER32,
    TEXT,
    ADDRESS,
    ADDRESSES,
    NUMBERS16,
    NAMES,   /* RFC 8415, 10 */
    STRINGS, /* each behind 16 bits of length */
    DUID,
    IA,      /* with T1 and T2 */
    IA_TA,
    IA_ADDRESS,
    IA_PREFIX,
    MESSAGE,
    STATUS,
    AUTHENTICATION,
    VENDOR_CLASS,
    VENDOR_OPTIONS,
    FQDN,
    ENTERPRISE, /* a number and bytes */
    LINK_LAYER, /* a hardware type and an address */
};

static const struct {
    const char *name;
    enum form form;
} rows[] = {
    [1] = {"client_id", DUID},
    [2] = {"server_id", DUID},
    [3] = {"ia_na", IA},
    [4] = {"ia_ta", IA_TA},
    [5] = {"ia_address", IA_ADDRESS},
    [6] = {"option_request", NUMBERS16},
    [7] = {"preference", NUMBER8},
    [8] = {"elapsed_time_10ms", NUMBER16},
    [9] = {"relay_message", MESSAGE},
    [11] = {"authentication", AUTHENTICATION},
    [12] = {"server_unicast", ADDRESS},
    [13] = {"status_code", STATUS},
    [14] = {"rapid_commit", BYTES},
    [15] = {"user_class", STRINGS},
    [16] = {"vendor_class", VENDOR_CLASS},
    [17] = {"vendor_opts", VENDOR_OPTIONS},
    [18] = {"interface_id", BYTES},
    [19] = {"reconf_msg", NUMBER8},
    [20] = {"reconf_accept", BYTES},
    [21] = {"sip_server_domain_name", NAMES}, /* RFC 3319 */
    [22] = {"sip_server_address", ADDRESSES},
    [23] = {"dns_servers", ADDRESSES}, /* RFC 3646 */
    [24] = {"domain_list", NAMES},
    [25] = {"ia_pd", IA},
    [26] = {"ia_prefix", IA_PREFIX},
    [27] = {"nis_servers", ADDRESSES}, /* RFC 3898 */
    [28] = {"nisp_servers", ADDRESSES},
    [29] = {"nis_domain_name", NAMES},
    [30] = {"nisp_domain_name", NAMES},
    [31] = {"sntp_servers", ADDRESSES}, /* RFC 4075 */
    [32] = {"information_refresh_time_s", NUMBER32},
    [33] = {"bcmcs_server_domain_name", NAMES}, /* RFC 4280 */
    [34] = {"bcmcs_server_address", ADDRESSES},
    [36] = {"geoconf_civic", BYTES},
    [37] = {"remote_id", ENTERPRISE}, /* RFC 4649 */
    [38] = {"subscriber_id", BYTES}, /* RFC 4580 */
    [39] = {"client_fqdn", FQDN}, /* RFC 4704 */
    [40] = {"pana_agent", ADDRESSES}, /* RFC 5192 */
    [41] = {"new_posix_timezone", TEXT}, /* RFC 4833 */
    [42] = {"new_tzdb_timezone", TEXT},
    [43] = {"echo_request", NUMBERS16}, /* RFC 4994 */
    [46] = {"client_last_transaction_time_s", NUMBER32}, /* RFC 5007 */
    [51] = {"lost_server", NAMES}, /* RFC 5223 */
    [52] = {"capwap_access_controller", ADDRESSES}, /* RFC 5417 */
    [53] = {"relay_id", DUID}, /* RFC 5460 */
    [56] = {"ntp_server", BYTES}, /* RFC 5908 */
    [59] = {"bootfile_url", TEXT}, /* RFC 5970 */
    [60] = {"bootfile_param", STRINGS},
    [61] = {"client_arch_type", NUMBERS16},
    [62] = {"network_interface_identifier", BYTES},
    [64] = {"aftr_name", NAMES}, /* RFC 6334 */
    [66] = {"relay_supplied_options", BYTES}, /* RFC 6422 */
    [79] = {"client_link_layer_address", LINK_LAYER}, /* RFC 6939 */
    [82] = {"sol_max_rt_s", NUMBER32},
    [83] = {"inf_max_rt_s", NUMBER32},
    [103] = {"captive_portal", TEXT}, /* RFC 8910 */
};

static void tell_options(const struct wb__fields *fields, struct wb__cursor options,
                         unsigned nesting);

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

static bool tell_addresses(const struct wb__fields *fields, struct wb__cursor value)
{
    if (wb__cursor_left(&value) % 16)
        return false;
    wb__tell_list(fields, "value");
    while (wb__cursor_left(&value) > 0)
        wb__tell_address(fields, NULL, wb__cursor_take(&value, 16), 16);
    wb__tell_end(fields);
    return true;
}

static bool tell_numbers(const struct wb__fields *fields, struct wb__cursor value)
{
    if (wb__cursor_left(&value) % 2)
        return false;
    wb__tell_list(fields, "value");
    while (wb__cursor_left(&value) > 0)
        wb__tell_number(fields, NULL, wb__cursor_read16(&value));
    wb__tell_end(fields);
    return true;
}

static bool tell_names(const struct wb__fields *fields, struct wb__cursor value)
{
    struct wb__dns_name name;
    wb__tell_list(fields, "value");
    while (wb__cursor_left(&value) > 0 && wb__dns_take_plain_name(&value, &name))
        wb__tell_text(fields, NULL, name.text, name.length);
    wb__tell_end(fields);
    return !value.failed;
}

/* Bytes in a list, each behind its length. */
static bool tell_strings(const struct wb__fields *fields, const char *name,
                         struct wb__cursor value)
{
    wb__tell_list(fields, name);
    while (!value.failed && wb__cursor_left(&value) > 0) {
        size_t length = wb__cursor_read16(&value);
        const uint8_t *bytes = wb__cursor_take(&value, length);
        if (bytes)
            wb__tell_text(fields, NULL, bytes, length);
    }
    wb__tell_end(fields);
    return !value.failed;
}

static void tell_rest(const struct wb__fields *fields, const char *name,
                      const struct wb__cursor *value)
{
    wb__tell_bytes(fields, name, value->at, wb__cursor_left(value));
}

/* RFC 8415, 11; 4: RFC 6355. */
static bool tell_duid(const struct wb__fields *fields, struct wb__cursor value)
{
    enum { LLT = 1, EN, LL, UUID };
    static const char *const names[] = {"", "duid-llt", "duid-en", "duid-ll", "duid-uuid"};
    static const uint8_t fixed[] = {0, 6, 4, 2, 0};
    unsigned type = wb__cursor_read16(&value);
    if (value.failed)
        return false;
    wb__tell_number(fields, "duid_type", type);
    if (type < LLT || type > UUID || wb__cursor_left(&value) < fixed[type]) {
        tell_rest(fields, "identifier", &value);
        return true;
    }
    wb__tell_word(fields, "duid_type_name", names[type]);
    if (type == EN)
        wb__tell_number(fields, "enterprise_number", wb__cursor_read32(&value));
    if (type == LLT || type == LL)
        wb__tell_number(fields, "hardware_type", wb__cursor_read16(&value));
    if (type == LLT)
        wb__tell_number(fields, "time", wb__cursor_read32(&value));
    if (type == LLT || type == LL)
        wb__tell_hardware(fields, "link_layer_address", value.at, wb__cursor_left(&value));
    else
        tell_rest(fields, "identifier", &value);
    return true;
}

static bool tell_association(const struct wb__fields *fields, struct wb__cursor value,
                             bool has_times, unsigned nesting)
{
    if (wb__cursor_left(&value) < (has_times ? 12u : 4u))
        return false;
    wb__tell_number(fields, "iaid", wb__cursor_read32(&value));
    if (has_times) {
        wb__tell_number(fields, "t1", wb__cursor_read32(&value));
        wb__tell_number(fields, "t2", wb__cursor_read32(&value));
    }
    tell_options(fields, value, nesting);
    return true;
}

static bool tell_ia_address(const struct wb__fields *fields, struct wb__cursor value,
                            unsigned nesting)
{
    if (wb__cursor_left(&value) < 24)
        return false;
    wb__tell_address(fields, "address", wb__cursor_take(&value, 16), 16);
    wb__tell_number(fields, "preferred_lifetime", wb__cursor_read32(&value));
    wb__tell_number(fields, "valid_lifetime", wb__cursor_read32(&value));
    tell_options(fields, value, nesting);
    return true;
}

static bool tell_ia_prefix(const struct wb__fields *fields, struct wb__cursor value,
                           unsigned nesting)
{
    if (wb__cursor_left(&value) < 25)
        return false;
    wb__tell_number(fields, "preferred_lifetime", wb__cursor_read32(&value));
    wb__tell_number(fields, "valid_lifetime", wb__cursor_read32(&value));
    wb__tell_number(fields, "prefix_length", wb__cursor_read8(&value));
    wb__tell_address(fields, "prefix", wb__cursor_take(&value, 16), 16);
    tell_options(fields, value, nesting);
    return true;
}

static bool tell_status(const struct wb__fields *fields, struct wb__cursor value)
{
    static const char *const names[] = {"Success", "UnspecFail", "NoAddrsAvail", "NoBinding",
                                        "NotOnLink", "UseMulticast", "NoPrefixAvail"};
    unsigned status = wb__cursor_read16(&value);
    if (value.failed)
        return false;
    wb__tell_number(fields, "status", status);
    if (status < sizeof names / sizeof *names)
        wb__tell_word(fields, "status_name", names[status]);
    wb__tell_text(fields, "message", value.at, wb__cursor_left(&value));
    return true;
}

static bool tell_authentication(const struct wb__fields *fields, struct wb__cursor value)
{
    if (wb__cursor_left(&value) < 11)
        return false;
    wb__tell_number(fields, "protocol", wb__cursor_read8(&value));
    wb__tell_number(fields, "algorithm", wb__cursor_read8(&value));
    wb__tell_number(fields, "rdm", wb__cursor_read8(&value));
    wb__tell_number(fields, "replay_detection", wb__load64(wb__cursor_take(&value, 8)));
    tell_rest(fields, "authentication_information", &value);
    return true;
}

static bool tell_vendor_class(const struct wb__fields *fields, struct wb__cursor value)
{
    uint32_t enterprise = wb__cursor_read32(&value);
    if (value.failed)
        return false;
    wb__tell_number(fields, "enterprise_number", enterprise);
    return tell_strings(fields, "vendor_class_data", value);
}

static bool tell_vendor_options(const struct wb__fields *fields, struct wb__cursor value)
{
    struct wb__dhcp6_option option;
    uint32_t enterprise = wb__cursor_read32(&value);
    if (value.failed)
        return false;
    wb__tell_number(fields, "enterprise_number", enterprise);
    wb__tell_list(fields, "vendor_option_data");
    while (wb__dhcp6_option_next(&value, &option)) {
        wb__tell_object(fields, NULL);
        wb__tell_number(fields, "code", option.code);
        wb__tell_bytes(fields, "data", option.value, option.length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
    return !value.failed;
}

/* RFC 4704, 4: the name may be without its root. */
static bool tell_fqdn(const struct wb__fields *fields, struct wb__cursor value)
{
    struct wb__dns_name name;
    uint8_t flags = wb__cursor_read8(&value);
    if (value.failed)
        return false;
    wb__tell_number(fields, "flags", flags);
    struct wb__cursor bytes = value;
    if (wb__dns_take_plain_name(&value, &name))
        wb__tell_text(fields, "value", name.text, name.length);
    else
        wb__tell_text(fields, "value", bytes.at, wb__cursor_left(&bytes));
    return true;
}

static bool tell_numbered(const struct wb__fields *fields, struct wb__cursor value,
                          enum form form)
{
    size_t size = form == ENTERPRISE ? 4 : 2;
    if (wb__cursor_left(&value) < size)
        return false;
    if (form == ENTERPRISE) {
        wb__tell_number(fields, "enterprise_number", wb__cursor_read32(&value));
        tell_rest(fields, "value", &value);
    } else {
        wb__tell_number(fields, "hardware_type", wb__cursor_read16(&value));
        wb__tell_hardware(fields, "value", value.at, wb__cursor_left(&value));
    }
    return true;
}

static void tell_message(const struct wb__fields *fields, const struct wb__dhcp6 *dhcp,
                         unsigned nesting)
{
    const char *name = wb__dhcp6_message_name(dhcp->msg_type);
    wb__tell_number(fields, "msg_type", dhcp->msg_type);
    if (name)
        wb__tell_word(fields, "msg_type_name", name);
    if (dhcp->is_relayed) {
        wb__tell_number(fields, "hop_count", dhcp->hop_count);
        wb__tell_address(fields, "link_address", dhcp->link_address, 16);
        wb__tell_address(fields, "peer_address", dhcp->peer_address, 16);
    } else {
        wb__tell_number(fields, "transaction_id", dhcp->transaction_id);
    }
    tell_options(fields, dhcp->options, nesting);
}

static bool tell_relayed(const struct wb__fields *fields, struct wb__cursor value,
                         unsigned nesting)
{
    struct wb__dhcp6 dhcp;
    if (!wb__dhcp6_parse(value, &dhcp))
        return false;
    wb__tell_object(fields, "value");
    tell_message(fields, &dhcp, nesting);
    wb__tell_end(fields);
    return true;
}

/* Forms that hold further options or a message. */
static bool tell_nested(const struct wb__fields *fields, enum form form, struct wb__cursor value,
                        unsigned nesting)
{
    if (nesting >= NESTING_MAX)
        return false;
    switch (form) {
    case IA:
    case IA_TA:
        return tell_association(fields, value, form == IA, nesting);
    case IA_ADDRESS:
        return tell_ia_address(fields, value, nesting);
    case IA_PREFIX:
        return tell_ia_prefix(fields, value, nesting);
    default:
        return tell_relayed(fields, value, nesting);
    }
}

/* False where the value has not this form. */
static bool tell_value(const struct wb__fields *fields, enum form form, struct wb__cursor value,
                       unsigned nesting)
{
    switch (form) {
    case BYTES:
        return false;
    case NUMBER8:
        return tell_number(fields, &value, 1);
    case NUMBER16:
        return tell_number(fields, &value, 2);
    case NUMBER32:
        return tell_number(fields, &value, 4);
    case TEXT:
        wb__tell_text(fields, "value", value.at, wb__cursor_left(&value));
        return true;
    case ADDRESS:
        if (wb__cursor_left(&value) == 16)
            wb__tell_address(fields, "value", value.at, 16);
        return wb__cursor_left(&value) == 16;
    case ADDRESSES:
        return tell_addresses(fields, value);
    case NUMBERS16:
        return tell_numbers(fields, value);
    case NAMES:
        return tell_names(fields, value);
    case STRINGS:
        return tell_strings(fields, "value", value);
    case DUID:
        return tell_duid(fields, value);
    case STATUS:
        return tell_status(fields, value);
    case AUTHENTICATION:
        return tell_authentication(fields, value);
    case VENDOR_CLASS:
        return tell_vendor_class(fields, value);
    case VENDOR_OPTIONS:
        return tell_vendor_options(fields, value);
    case FQDN:
        return tell_fqdn(fields, value);
    case ENTERPRISE:
    case LINK_LAYER:
        return tell_numbered(fields, value, form);
    case IA:
    case IA_TA:
    case IA_ADDRESS:
    case IA_PREFIX:
    case MESSAGE:
        return tell_nested(fields, form, value, nesting + 1);
    }
    return false;
}

static void tell_option(const struct wb__fields *fields, const struct wb__dhcp6_option *option,
                        unsigned nesting)
{
    bool is_named = option->code < sizeof rows / sizeof *rows && rows[option->code].name;
    enum form form = is_named ? rows[option->code].form : BYTES;
    wb__tell_object(fields, NULL);
    wb__tell_number(fields, "code", option->code);
    if (is_named)
        wb__tell_word(fields, "name", rows[option->code].name);
    wb__tell_number(fields, "length", option->length);
    if (!tell_value(fields, form, wb__cursor(option->value, option->length), nesting))
        wb__tell_bytes(fields, "data", option->value, option->length);
    wb__tell_end(fields);
}

static void tell_options(const struct wb__fields *fields, struct wb__cursor options,
                         unsigned nesting)
{
    struct wb__dhcp6_option option;
    wb__tell_list(fields, "options");
    while (wb__dhcp6_option_next(&options, &option))
        tell_option(fields, &option, nesting);
    wb__tell_end(fields);
    if (options.failed)
        wb__tell_incomplete(fields);
}

void wb__tell_dhcp6(const struct wb__fields *fields)
{
    struct wb__dhcp6 dhcp;
    if (wb__dhcp6_read(fields->packet, fields->layer, &dhcp) == 0)
        tell_message(fields, &dhcp, 0);
}
