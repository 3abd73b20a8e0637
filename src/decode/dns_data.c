/* SPDX-License-Identifier: ISC
 *
 * What the data of a DNS record holds, as a table of the fields of each type; see the RFC
 * that stands beside the row. The few that are no row of fields have a function.
 */
#include "decode/dns_data.h"

enum field_kind {
    NUMBER8 = 1,
    NUMBER16,
    NUMBER32,
    TYPE,     /* a record type */
    NAME,
    STRING,   /* a <character-string> */
    STRINGS,  /* all that are left, as a list */
    ADDRESS4,
    ADDRESS6,
    COUNTED,  /* bytes behind a byte that counts them */
    TEXT,     /* what is left, as text */
    BYTES,    /* what is left */
    BITMAP,   /* RFC 4034, 4.1.2 */
    PARAMETERS, /* RFC 9460, 2.2 */
};

#define FIELDS_MAX 9

struct layout {
    uint16_t type;
    struct {
        const char *name;
        enum field_kind kind;
    } fields[FIELDS_MAX];
};

static const struct layout layouts[] = {
    {1, {{"address", ADDRESS4}}},                              /* RFC 1035, 3.4.1 */
    {2, {{"nsdname", NAME}}},                                  /* RFC 1035, 3.3 */
    {5, {{"cname", NAME}}},
    {6, {{"mname", NAME}, {"rname", NAME}, {"serial", NUMBER32}, {"refresh", NUMBER32},
         {"retry", NUMBER32}, {"expire", NUMBER32}, {"minimum", NUMBER32}}},
    {12, {{"ptrdname", NAME}}},
    {13, {{"cpu", STRING}, {"os", STRING}}},
    {15, {{"preference", NUMBER16}, {"exchange", NAME}}},
    {16, {{"txt_data", STRINGS}}},
    {17, {{"mbox_dname", NAME}, {"txt_dname", NAME}}},         /* RFC 1183 */
    {18, {{"subtype", NUMBER16}, {"hostname", NAME}}},
    {28, {{"address", ADDRESS6}}},                             /* RFC 3596 */
    {33, {{"priority", NUMBER16}, {"weight", NUMBER16}, {"port", NUMBER16},
          {"target", NAME}}},                                  /* RFC 2782 */
    {35, {{"order", NUMBER16}, {"preference", NUMBER16}, {"flags", STRING},
          {"services", STRING}, {"regexp", STRING}, {"replacement", NAME}}}, /* RFC 3403 */
    {36, {{"preference", NUMBER16}, {"exchanger", NAME}}},     /* RFC 2230 */
    {37, {{"cert_type", NUMBER16}, {"key_tag", NUMBER16}, {"algorithm", NUMBER8},
          {"certificate", BYTES}}},                            /* RFC 4398 */
    {39, {{"target", NAME}}},                                  /* RFC 6672 */
    {43, {{"key_tag", NUMBER16}, {"algorithm", NUMBER8}, {"digest_type", NUMBER8},
          {"digest", BYTES}}},                                 /* RFC 4034, 5 */
    {44, {{"algorithm", NUMBER8}, {"fingerprint_type", NUMBER8},
          {"fingerprint", BYTES}}},                            /* RFC 4255 */
    {46, {{"type_covered", TYPE}, {"algorithm", NUMBER8}, {"labels", NUMBER8},
          {"original_ttl", NUMBER32}, {"signature_expiration", NUMBER32},
          {"signature_inception", NUMBER32}, {"key_tag", NUMBER16}, {"signers_name", NAME},
          {"signature", BYTES}}},                              /* RFC 4034, 3 */
    {47, {{"next_domain_name", NAME}, {"types", BITMAP}}},     /* RFC 4034, 4 */
    {48, {{"flags", NUMBER16}, {"protocol", NUMBER8}, {"algorithm", NUMBER8},
          {"public_key", BYTES}}},                             /* RFC 4034, 2 */
    {50, {{"hash_algorithm", NUMBER8}, {"flags", NUMBER8}, {"iterations", NUMBER16},
          {"salt", COUNTED}, {"next_hashed_owner_name", COUNTED}, {"types", BITMAP}}},
    {51, {{"hash_algorithm", NUMBER8}, {"flags", NUMBER8}, {"iterations", NUMBER16},
          {"salt", COUNTED}}},                                 /* RFC 5155, 3 and 4 */
    {52, {{"certificate_usage", NUMBER8}, {"selector", NUMBER8}, {"matching_type", NUMBER8},
          {"certificate_association_data", BYTES}}},           /* RFC 6698 */
    {59, {{"key_tag", NUMBER16}, {"algorithm", NUMBER8}, {"digest_type", NUMBER8},
          {"digest", BYTES}}},                                 /* RFC 7344 */
    {60, {{"flags", NUMBER16}, {"protocol", NUMBER8}, {"algorithm", NUMBER8},
          {"public_key", BYTES}}},
    {64, {{"svc_priority", NUMBER16}, {"target_name", NAME}, {"svc_params", PARAMETERS}}},
    {65, {{"svc_priority", NUMBER16}, {"target_name", NAME}, {"svc_params", PARAMETERS}}},
    {99, {{"txt_data", STRINGS}}},                             /* RFC 4408 */
    {256, {{"priority", NUMBER16}, {"weight", NUMBER16}, {"target", TEXT}}}, /* RFC 7553 */
    {257, {{"flags", NUMBER8}, {"tag", STRING}, {"value", TEXT}}},           /* RFC 8659 */
};

void wb__tell_dns_number(const struct wb__fields *fields, const char *name,
                         const char *name_of_name, unsigned number, const char *word)
{
    wb__tell_number(fields, name, number);
    if (word)
        wb__tell_word(fields, name_of_name, word);
}

static void tell_rest(const struct wb__fields *fields, const char *name,
                      struct wb__cursor *cursor)
{
    size_t length = wb__cursor_left(cursor);
    wb__tell_bytes(fields, name, wb__cursor_take(cursor, length), length);
}

static void tell_name(const struct wb__fields *fields, const char *name,
                      struct wb__dns_walk *data)
{
    struct wb__dns_name target;
    if (wb__dns_take_name(data, &target))
        wb__tell_text(fields, name, target.text, target.length);
}

static void tell_string(const struct wb__fields *fields, const char *name,
                        struct wb__cursor *cursor)
{
    const uint8_t *bytes;
    size_t length;
    if (wb__dns_take_string(cursor, &bytes, &length))
        wb__tell_text(fields, name, bytes, length);
}

static void tell_strings(const struct wb__fields *fields, const char *name,
                         struct wb__cursor *cursor)
{
    wb__tell_list(fields, name);
    while (!cursor->failed && wb__cursor_left(cursor) > 0)
        tell_string(fields, NULL, cursor);
    wb__tell_end(fields);
}

static void tell_address(const struct wb__fields *fields, const char *name,
                         struct wb__cursor *cursor, size_t length)
{
    const uint8_t *address = wb__cursor_take(cursor, length);
    if (address)
        wb__tell_address(fields, name, address, length);
}

static void tell_counted(const struct wb__fields *fields, const char *name,
                         struct wb__cursor *cursor)
{
    size_t length = wb__cursor_read8(cursor);
    const uint8_t *bytes = wb__cursor_take(cursor, length);
    if (bytes)
        wb__tell_bytes(fields, name, bytes, length);
}

/* "AAAA", or a number where the type has no name. */
static void tell_type(const struct wb__fields *fields, const char *name, unsigned type)
{
    const char *word = wb__dns_type_name(type);
    if (word)
        wb__tell_word(fields, name, word);
    else
        wb__tell_number(fields, name, type);
}

static void tell_bitmap(const struct wb__fields *fields, const char *name,
                        struct wb__cursor *cursor)
{
    wb__tell_list(fields, name);
    while (!cursor->failed && wb__cursor_left(cursor) > 0) {
        unsigned window = wb__cursor_read8(cursor), length = wb__cursor_read8(cursor);
        const uint8_t *bits = wb__cursor_take(cursor, length);
        for (unsigned i = 0; bits && i < 8 * length; i++)
            if (bits[i / 8] & 0x80 >> i % 8)
                tell_type(fields, NULL, window << 8 | i);
    }
    wb__tell_end(fields);
}

static void tell_addresses(const struct wb__fields *fields, struct wb__cursor *value,
                           size_t length)
{
    wb__tell_list(fields, "value");
    while (!value->failed && wb__cursor_left(value) > 0)
        tell_address(fields, NULL, value, length);
    wb__tell_end(fields);
}

static void tell_numbers(const struct wb__fields *fields, struct wb__cursor *value)
{
    wb__tell_list(fields, "value");
    while (wb__cursor_left(value) >= 2)
        wb__tell_number(fields, NULL, wb__cursor_read16(value));
    wb__tell_end(fields);
}

/* RFC 9460, 7 and 8. */
static void tell_parameter_value(const struct wb__fields *fields, unsigned key,
                                 struct wb__cursor *value)
{
    enum { MANDATORY, ALPN, NO_DEFAULT_ALPN, PORT, IPV4HINT, ECH, IPV6HINT };
    if (key == MANDATORY)
        tell_numbers(fields, value);
    else if (key == ALPN)
        tell_strings(fields, "value", value);
    else if (key == PORT && wb__cursor_left(value) == 2)
        wb__tell_number(fields, "value", wb__cursor_read16(value));
    else if (key == IPV4HINT)
        tell_addresses(fields, value, 4);
    else if (key == IPV6HINT)
        tell_addresses(fields, value, 16);
    else if (key != NO_DEFAULT_ALPN)
        tell_rest(fields, "value", value);
    if (value->failed)
        wb__tell_incomplete(fields);
}

static void tell_parameters(const struct wb__fields *fields, const char *name,
                            struct wb__cursor *cursor)
{
    static const char *const names[] = {"mandatory", "alpn", "no-default-alpn", "port",
                                        "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp"};
    wb__tell_list(fields, name);
    while (!cursor->failed && wb__cursor_left(cursor) > 0) {
        unsigned key = wb__cursor_read16(cursor), length = wb__cursor_read16(cursor);
        const uint8_t *bytes = wb__cursor_take(cursor, length);
        if (!bytes)
            break;
        struct wb__cursor value = wb__cursor(bytes, length);
        bool is_named = key < sizeof names / sizeof *names;
        wb__tell_object(fields, NULL);
        wb__tell_dns_number(fields, "key", "key_name", key, is_named ? names[key] : NULL);
        tell_parameter_value(fields, key, &value);
        wb__tell_end(fields);
    }
    wb__tell_end(fields);
}

static void tell_number(const struct wb__fields *fields, const char *name, uint64_t value,
                        const struct wb__cursor *cursor)
{
    if (!cursor->failed)
        wb__tell_number(fields, name, value);
}

static void tell_text(const struct wb__fields *fields, const char *name,
                      struct wb__cursor *cursor)
{
    size_t length = wb__cursor_left(cursor);
    wb__tell_text(fields, name, wb__cursor_take(cursor, length), length);
}

static void tell_field(const struct wb__fields *fields, const char *name, enum field_kind kind,
                       struct wb__dns_walk *data)
{
    struct wb__cursor *cursor = &data->cursor;
    switch (kind) {
    case NUMBER8:
        tell_number(fields, name, wb__cursor_read8(cursor), cursor);
        break;
    case NUMBER16:
        tell_number(fields, name, wb__cursor_read16(cursor), cursor);
        break;
    case NUMBER32:
        tell_number(fields, name, wb__cursor_read32(cursor), cursor);
        break;
    case TYPE:
        if (wb__cursor_left(cursor) >= 2)
            tell_type(fields, name, wb__load16(cursor->at));
        wb__cursor_skip(cursor, 2);
        break;
    case NAME:
        tell_name(fields, name, data);
        break;
    case STRING:
        tell_string(fields, name, cursor);
        break;
    case STRINGS:
        tell_strings(fields, name, cursor);
        break;
    case ADDRESS4:
        tell_address(fields, name, cursor, 4);
        break;
    case ADDRESS6:
        tell_address(fields, name, cursor, 16);
        break;
    case COUNTED:
        tell_counted(fields, name, cursor);
        break;
    case TEXT:
        tell_text(fields, name, cursor);
        break;
    case BYTES:
        tell_rest(fields, name, cursor);
        break;
    case BITMAP:
        tell_bitmap(fields, name, cursor);
        break;
    case PARAMETERS:
        tell_parameters(fields, name, cursor);
        break;
    }
}

static const struct layout *find_layout(unsigned type)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].type == type)
            return &layouts[i];
    return NULL;
}

void wb__tell_dns_data(const struct wb__fields *fields, struct wb__dns_record *record)
{
    struct wb__cursor *cursor = &record->data.cursor;
    const struct layout *layout = find_layout(record->type);
    wb__tell_object(fields, "rdata");
    /* RFC 2136, 2.4 and 2.5: in an update there may be a type without data. */
    for (size_t i = 0; layout && record->length > 0 && i < FIELDS_MAX && !cursor->failed; i++)
        if (layout->fields[i].kind)
            tell_field(fields, layout->fields[i].name, layout->fields[i].kind, &record->data);
    if (wb__cursor_left(cursor) > 0) {
        size_t length = wb__cursor_left(cursor);
        wb__tell_bytes(fields, layout ? "rest" : "data", cursor->at, length);
    }
    if (cursor->failed)
        wb__tell_incomplete(fields);
    wb__tell_end(fields);
}
