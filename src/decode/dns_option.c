/* SPDX-License-Identifier: ISC
 *
 * The options of EDNS (RFC 6891), each as its own RFC has it; what has another form than
 * that stays bytes.
 */
#include "decode/dns_data.h"

enum option_code {
    NSID = 3,           /* RFC 5001 */
    DAU = 5,            /* RFC 6975 */
    N3U = 7,
    CLIENT_SUBNET = 8,  /* RFC 7871 */
    EXPIRE = 9,         /* RFC 7314 */
    COOKIE = 10,        /* RFC 7873 */
    TCP_KEEPALIVE = 11, /* RFC 7828 */
    PADDING = 12,       /* RFC 7830 */
    CHAIN = 13,         /* RFC 7901 */
    KEY_TAG = 14,       /* RFC 8145 */
    EXTENDED_ERROR = 15 /* RFC 8914 */
};

static const char *const names[] = {
    [1] = "llq", [2] = "update_lease", [NSID] = "nsid", [DAU] = "dau", [6] = "dhu",
    [N3U] = "n3u", [CLIENT_SUBNET] = "client_subnet", [EXPIRE] = "expire", [COOKIE] = "cookie",
    [TCP_KEEPALIVE] = "tcp_keepalive", [PADDING] = "padding", [CHAIN] = "chain",
    [KEY_TAG] = "key_tag", [EXTENDED_ERROR] = "extended_error",
};

/* RFC 7871, 6: only the bytes of the address that the prefix has. */
static bool tell_client_subnet(const struct wb__fields *fields, struct wb__cursor value)
{
    uint8_t address[16] = {0};
    unsigned family = wb__cursor_read16(&value);
    uint8_t source_length = wb__cursor_read8(&value), scope_length = wb__cursor_read8(&value);
    size_t left = wb__cursor_left(&value), whole = family == 1 ? 4 : 16;
    if (value.failed || (family != 1 && family != 2) || left > whole)
        return false;
    wb__cursor_read(&value, address, left);
    wb__tell_number(fields, "family", family);
    wb__tell_number(fields, "source_prefix_length", source_length);
    wb__tell_number(fields, "scope_prefix_length", scope_length);
    wb__tell_address(fields, "address", address, whole);
    return true;
}

static bool tell_cookie(const struct wb__fields *fields, const struct wb__cursor *value)
{
    size_t length = wb__cursor_left(value);
    if (length < 8)
        return false;
    wb__tell_bytes(fields, "client_cookie", value->at, 8);
    if (length > 8)
        wb__tell_bytes(fields, "server_cookie", value->at + 8, length - 8);
    return true;
}

static bool tell_numbers(const struct wb__fields *fields, const char *name,
                         struct wb__cursor value, size_t size)
{
    if (wb__cursor_left(&value) % size)
        return false;
    wb__tell_list(fields, name);
    while (wb__cursor_left(&value) > 0)
        wb__tell_number(fields, NULL, size == 1 ? wb__cursor_read8(&value)
                                                : wb__cursor_read16(&value));
    wb__tell_end(fields);
    return true;
}

static bool tell_extended_error(const struct wb__fields *fields, const struct wb__cursor *value)
{
    size_t length = wb__cursor_left(value);
    if (length < 2)
        return false;
    wb__tell_number(fields, "info_code", wb__load16(value->at));
    wb__tell_text(fields, "extra_text", value->at + 2, length - 2);
    return true;
}

static bool tell_chain(const struct wb__fields *fields, struct wb__cursor value)
{
    struct wb__dns_name name;
    if (!wb__dns_take_plain_name(&value, &name) || wb__cursor_left(&value) > 0)
        return false;
    wb__tell_text(fields, "closest_trust_point", name.text, name.length);
    return true;
}

static bool tell_timeout(const struct wb__fields *fields, const char *name,
                         const struct wb__cursor *value, size_t size)
{
    if (wb__cursor_left(value) == 0)
        return true;
    if (wb__cursor_left(value) != size)
        return false;
    wb__tell_number(fields, name, size == 2 ? wb__load16(value->at) : wb__load32(value->at));
    return true;
}

/* False where the value has not the form of its code. */
static bool tell_value(const struct wb__fields *fields, unsigned code,
                       const struct wb__cursor *value)
{
    switch (code) {
    case NSID:
        wb__tell_text(fields, "nsid", value->at, wb__cursor_left(value));
        return true;
    case DAU:
    case DAU + 1:
    case N3U:
        return tell_numbers(fields, "algorithms", *value, 1);
    case CLIENT_SUBNET:
        return tell_client_subnet(fields, *value);
    case EXPIRE:
        return tell_timeout(fields, "expire_s", value, 4);
    case COOKIE:
        return tell_cookie(fields, value);
    case TCP_KEEPALIVE:
        return tell_timeout(fields, "timeout_100ms", value, 2);
    case PADDING:
        return true;
    case CHAIN:
        return tell_chain(fields, *value);
    case KEY_TAG:
        return tell_numbers(fields, "key_tags", *value, 2);
    case EXTENDED_ERROR:
        return tell_extended_error(fields, value);
    default:
        return false;
    }
}

void wb__tell_dns_options(const struct wb__fields *fields, struct wb__cursor *options)
{
    wb__tell_list(fields, "options");
    while (!options->failed && wb__cursor_left(options) > 0) {
        unsigned code = wb__cursor_read16(options);
        size_t length = wb__cursor_read16(options);
        const uint8_t *bytes = wb__cursor_take(options, length);
        if (!bytes)
            break;
        struct wb__cursor value = wb__cursor(bytes, length);
        wb__tell_object(fields, NULL);
        wb__tell_dns_number(fields, "code", "name", code,
                            code < sizeof names / sizeof *names ? names[code] : NULL);
        wb__tell_number(fields, "length", length);
        if (!tell_value(fields, code, &value))
            wb__tell_bytes(fields, "data", bytes, length);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}
