/* SPDX-License-Identifier: ISC
 *
 * Packets as a text, eth/ip(dst=192.0.2.1)/udp(dport=53)/"text"; docs/notation.md has the
 * grammar. A parser by recursive descent, which only goes forward; each mistake is told with its
 * place.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <wirebeam/build.h>

#include "base/error.h"
#include "build/draft.h"

#define WORD_MAX        64  /* of a name, a number or an address */
#define DESCRIPTION_MAX 400 /* of what a number may be */

struct parser {
    const char *at;
    const char *wrong; /* where a mistake is */
    struct wb_draft *draft;
    struct wb_error *error;
    uint8_t *bytes; /* room for those of one value */
    uint64_t named; /* fields of the layer */
};

__attribute__((format(printf, 4, 5))) static int mistake(struct parser *parser, int code,
                                                         const char *at, const char *format, ...)
{
    va_list arguments;
    parser->wrong = at;
    va_start(arguments, format);
    wb_error_format(parser->error, code, 0, format, arguments);
    va_end(arguments);
    return code;
}

/* ---- Words ------------------------------------------------------------------------ */

static void skip_space(struct parser *parser)
{
    while (isspace((unsigned char)*parser->at))
        parser->at++;
}

static bool take_char(struct parser *parser, char wanted)
{
    skip_space(parser);
    if (*parser->at != wanted)
        return false;
    parser->at++;
    return true;
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("._-:|+", c));
}

/* Copies a word, up to one of the characters of an end, too. False where there is none, or it is
 * too long. */
static bool take_word_until(struct parser *parser, char word[WORD_MAX], const char *end)
{
    size_t length = 0;
    skip_space(parser);
    while (is_word_char(parser->at[length]) && !strchr(end, parser->at[length]))
        length++;
    if (length == 0 || length >= WORD_MAX)
        return false;
    memcpy(word, parser->at, length);
    word[length] = '\0';
    parser->at += length;
    return true;
}

static bool take_word(struct parser *parser, char word[WORD_MAX])
{
    return take_word_until(parser, word, "");
}

/* ---- Bytes ------------------------------------------------------------------------ */

static int put_byte(struct parser *parser, size_t *length, unsigned byte, const char *at)
{
    if (*length >= WB_DRAFT_BYTES_MAX)
        return mistake(parser, WB_E_LIMIT, at, "more than %d bytes", WB_DRAFT_BYTES_MAX);
    parser->bytes[(*length)++] = (uint8_t)byte;
    return 0;
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
    return found ? (int)(found - digits) : -1;
}

static bool read_number(const char *word, uint64_t *number)
{
    int base = word[0] == '0' && (word[1] == 'x' || word[1] == 'X') ? 16 : 10;
    const char *digits = base == 16 ? word + 2 : word;
    if (*digits == '\0')
        return false;
    *number = 0;
    for (; *digits; digits++) {
        int value = digit(*digits);
        if (value < 0 || value >= base || *number > (UINT64_MAX - (unsigned)value) / (unsigned)base)
            return false;
        *number = *number * (unsigned)base + (unsigned)value;
    }
    return true;
}

/* One to three octal digits, as in C. False where their number is no byte. */
static bool take_octal(struct parser *parser, unsigned *byte)
{
    *byte = 0;
    for (int i = 0; i < 3 && *parser->at >= '0' && *parser->at <= '7'; i++)
        *byte = *byte << 3 | (unsigned)(*parser->at++ - '0');
    return *byte <= 0xff;
}

/* Behind a backslash, as in C; but of bytes in hexadecimal there are always two digits. */
static int take_escape(struct parser *parser, unsigned *byte)
{
    static const char letters[] = "abfnrtv\\\"'?", meanings[] = "\a\b\f\n\r\t\v\\\"'?";
    const char *at = parser->at - 1, *found = *parser->at ? strchr(letters, *parser->at) : NULL;
    if (found) {
        *byte = (uint8_t)meanings[found - letters];
        parser->at++;
        return 0;
    }
    if (*parser->at >= '0' && *parser->at <= '7' && take_octal(parser, byte))
        return 0;
    if (*parser->at != 'x' || digit(parser->at[1]) < 0 || digit(parser->at[2]) < 0)
        return mistake(parser, WB_E_ARGUMENT, at,
                       "after a backslash one of abfnrtv\\\"'?, octal digits up to 377, or x and "
                       "two hexadecimal digits");
    *byte = (unsigned)digit(parser->at[1]) << 4 | (unsigned)digit(parser->at[2]);
    parser->at += 3;
    return 0;
}

static int take_string(struct parser *parser, size_t *length)
{
    const char *begin = parser->at - 1;
    int result = 0;
    while (result == 0 && *parser->at != '"') {
        const char *at = parser->at;
        unsigned byte = (uint8_t)*parser->at;
        if (byte == 0)
            return mistake(parser, WB_E_ARGUMENT, begin, "the text that begins here has no end");
        parser->at++;
        if (byte == '\\')
            result = take_escape(parser, &byte);
        if (result == 0)
            result = put_byte(parser, length, byte, at);
    }
    parser->at++;
    return result;
}

/* hex'0a 0b' */
static int take_hex(struct parser *parser, size_t *length)
{
    int result = 0;
    while (result == 0 && !take_char(parser, '\'')) {
        int upper = digit(parser->at[0]), lower = upper < 0 ? -1 : digit(parser->at[1]);
        if (lower < 0)
            return mistake(parser, WB_E_ARGUMENT, parser->at,
                           "two hexadecimal digits, or ' as the end of the bytes");
        result = put_byte(parser, length, (unsigned)(upper << 4 | lower), parser->at);
        parser->at += 2;
    }
    return result;
}

/* zeros(100) */
static int take_zeros(struct parser *parser, size_t *length)
{
    char word[WORD_MAX];
    uint64_t count;
    skip_space(parser);
    const char *at = parser->at;
    if (!take_word(parser, word) || !read_number(word, &count) || !take_char(parser, ')'))
        return mistake(parser, WB_E_ARGUMENT, at, "how many zeros, and a )");
    if (count > WB_DRAFT_BYTES_MAX)
        return mistake(parser, WB_E_LIMIT, at, "more than %d bytes", WB_DRAFT_BYTES_MAX);
    memset(parser->bytes, 0, count);
    *length = count;
    return 0;
}

/* Bytes in one of their forms. 1 where there are none at this place, and nothing was taken. */
static int take_bytes(struct parser *parser, size_t *length)
{
    *length = 0;
    skip_space(parser);
    if (take_char(parser, '"'))
        return take_string(parser, length);
    if (strncmp(parser->at, "hex'", 4) == 0) {
        parser->at += 4;
        return take_hex(parser, length);
    }
    if (strncmp(parser->at, "zeros(", 6) == 0) {
        parser->at += 6;
        return take_zeros(parser, length);
    }
    return 1;
}

/* ---- Values ----------------------------------------------------------------------- */

static int set_bytes(struct parser *parser, unsigned layer, const char *name, const void *bytes,
                     size_t length, const char *at)
{
    int result = wb_draft_bytes(parser->draft, layer, name, bytes, length);
    if (result == WB_E_LIMIT)
        return mistake(parser, result, at, "%s: more than %d bytes in all", name,
                       WB_DRAFT_BYTES_MAX);
    return result < 0 ? mistake(parser, result, at, "%s: %s", name, wb_error_text(result)) : 0;
}

/* A number by its name, or flags by theirs, as syn|ack. */
static bool read_names(const struct wb__field *field, const char *word, uint64_t *number)
{
    *number = 0;
    for (;; word++) {
        size_t length = field->are_flags ? strcspn(word, "|+") : strlen(word);
        const struct wb_draft_name *name = field->names;
        while (name->name &&
               (strlen(name->name) != length || strncmp(word, name->name, length) != 0))
            name++;
        if (!name->name)
            return false;
        *number |= name->number;
        word += length;
        if (*word == '\0')
            return true;
    }
}

/* What a number may be: "a number from 0 to 255". */
static void describe_number(const struct wb__field *field, char text[DESCRIPTION_MAX])
{
    unsigned long long unit = field->unit ? field->unit : 1, least = field->less * unit,
                       most = field->bits < 64 ? (1ULL << field->bits) - 1 : UINT64_MAX;
    size_t used =
        (size_t)(unit > 1 ? sprintf(text, "a multiple of %llu", unit) : sprintf(text, "a number"));
    used += (size_t)sprintf(text + used, " from %llu to %llu", least, (most + field->less) * unit);
    for (const struct wb_draft_name *name = field->names; name && name->name; name++)
        if (used + strlen(name->name) + sizeof ", or flags of " <= DESCRIPTION_MAX)
            used += (size_t)sprintf(text + used, "%s%s",
                                    name > field->names ? ", "
                                    : field->are_flags  ? ", or flags of "
                                                        : ", or one of ",
                                    name->name);
}

static int set_number(struct parser *parser, unsigned layer, const struct wb__field *field,
                      const char *word, const char *at)
{
    char wanted[DESCRIPTION_MAX];
    uint64_t number;
    bool is_read = read_number(word, &number) || (field->names && read_names(field, word, &number));
    int result =
        is_read ? wb_draft_number(parser->draft, layer, field->name, number) : WB_E_ARGUMENT;
    if (result == WB_E_ARGUMENT) {
        describe_number(field, wanted);
        return mistake(parser, result, at, "%s: %s, not '%s'", field->name, wanted, word);
    }
    return result < 0 ? mistake(parser, result, at, "%s: %s", field->name, wb_error_text(result))
                      : 0;
}

static bool read_hardware(const char *word, uint8_t bytes[6])
{
    if (strlen(word) != 17)
        return false;
    for (int i = 0; i < 6; i++, word += 3) {
        int upper = digit(word[0]), lower = digit(word[1]);
        if (upper < 0 || lower < 0 || (i < 5 && word[2] != ':' && word[2] != '-'))
            return false;
        bytes[i] = (uint8_t)(upper << 4 | lower);
    }
    return true;
}

static int set_address(struct parser *parser, unsigned layer, const struct wb__field *field,
                       const char *word, const char *at)
{
    uint8_t bytes[16];
    bool is_read =
        field->type == WB_DRAFT_HARDWARE
            ? read_hardware(word, bytes)
            : inet_pton(field->type == WB_DRAFT_IP4 ? AF_INET : AF_INET6, word, bytes) == 1;
    if (!is_read)
        return mistake(parser, WB_E_ARGUMENT, at, "%s: %s, not '%s'", field->name,
                       field->type == WB_DRAFT_HARDWARE ? "an address like 02:00:00:00:00:01"
                       : field->type == WB_DRAFT_IP4    ? "an address like 192.0.2.1"
                                                        : "an address like 2001:db8::1",
                       word);
    return set_bytes(parser, layer, field->name, bytes, field->bits / 8U, at);
}

/* Bytes of one of a list; 0 where it is none. */
static size_t read_item(const char *word, uint8_t bytes[16])
{
    uint64_t number;
    if (inet_pton(AF_INET, word, bytes) == 1)
        return 4;
    if (inet_pton(AF_INET6, word, bytes) == 1)
        return 16;
    if (!read_number(word, &number) || number > UINT32_MAX)
        return 0;
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
    return 4;
}

/* 192.0.2.1+192.0.2.2 */
static int take_list(struct parser *parser, const char *name, size_t *length)
{
    *length = 0;
    do {
        char word[WORD_MAX];
        uint8_t bytes[16];
        skip_space(parser);
        const char *at = parser->at;
        size_t count = take_word_until(parser, word, "+") ? read_item(word, bytes) : 0;
        if (count == 0)
            return mistake(parser, WB_E_ARGUMENT, at,
                           "%s: addresses like 192.0.2.1 or 2001:db8::1, or numbers from 0 to "
                           "4294967295, with + between them, or bytes",
                           name);
        for (size_t i = 0; i < count; i++)
            if (put_byte(parser, length, bytes[i], at) < 0)
                return WB_E_LIMIT;
    } while (take_char(parser, '+'));
    return 0;
}

static int take_value(struct parser *parser, unsigned layer, unsigned index)
{
    const struct wb__field *field = wb__draft_field(wb_draft_kind(parser->draft, layer), index);
    char word[WORD_MAX];
    size_t length;
    skip_space(parser);
    const char *at = parser->at;
    int result = field->type == WB_DRAFT_NUMBER ? 1 : take_bytes(parser, &length);
    if (result == 1 && field->type == WB_DRAFT_LIST)
        result = take_list(parser, field->name, &length);
    if (result < 0)
        return result;
    if (result == 0 && field->bits > 0 && length != field->bits / 8U)
        return mistake(parser, WB_E_ARGUMENT, at, "%s: %u bytes, not %zu", field->name,
                       field->bits / 8U, length);
    if (result == 0)
        return set_bytes(parser, layer, field->name, parser->bytes, length, at);
    if (field->type == WB_DRAFT_BYTES)
        return mistake(parser, WB_E_ARGUMENT, at, "%s: bytes: \"text\", hex'0a0b' or zeros(N)",
                       field->name);
    if (!take_word(parser, word))
        return mistake(parser, WB_E_ARGUMENT, at, "%s: a value", field->name);
    return field->type == WB_DRAFT_NUMBER ? set_number(parser, layer, field, word, at)
                                          : set_address(parser, layer, field, word, at);
}

/* ---- Fields and layers ------------------------------------------------------------ */

static int unknown_field(struct parser *parser, enum wb_layer_kind kind, const char *word,
                         const char *at)
{
    char names[400] = "";
    struct wb_draft_field field;
    size_t used = 0;
    for (unsigned i = 0; wb_draft_field_at(kind, i, &field); i++) {
        const char *name = field.alias ? field.alias : field.name;
        if (used + strlen(name) + 3 > sizeof names)
            break;
        used += (size_t)sprintf(names + used, "%s%s", i > 0 ? ", " : "", name);
    }
    return mistake(parser, WB_E_ARGUMENT, at, "%s has no field '%s', but %s", wb_layer_name(kind),
                   word, names);
}

/* A field is set once, and a header in one piece or field by field. Fields of one option are not
 * set by each other. */
static int check_unset(struct parser *parser, unsigned layer, unsigned index, const char *at)
{
    enum wb_layer_kind kind = wb_draft_kind(parser->draft, layer);
    const struct wb__field *field = wb__draft_field(kind, index),
                           *rival = wb__draft_rival(parser->draft, layer, field);
    const char *name = field->name;
    bool is_header = strcmp(name, "header") == 0, is_trailer = strcmp(name, "trailer") == 0;
    struct wb_draft_field other;
    if (!is_header && !is_trailer && wb_draft_is_set(parser->draft, layer, "header"))
        return mistake(parser, WB_E_ARGUMENT, at, "%s: the header is set in one piece", name);
    if (parser->named >> index & 1 ||
        (!field->option && wb_draft_is_set(parser->draft, layer, name)))
        return mistake(parser, WB_E_ARGUMENT, at, "%s is set already", name);
    if (rival)
        return mistake(parser, WB_E_ARGUMENT, at, "%s lies where %s does, which is set", name,
                       rival->name);
    parser->named |= UINT64_C(1) << index;
    for (unsigned i = 0; is_header && wb_draft_field_at(kind, i, &other); i++)
        if (strcmp(other.name, "trailer") != 0 && wb_draft_is_set(parser->draft, layer, other.name))
            return mistake(parser, WB_E_ARGUMENT, at,
                           "header: it is set in one piece, or by its fields, as %s", other.name);
    return 0;
}

static int take_field(struct parser *parser, unsigned layer)
{
    enum wb_layer_kind kind = wb_draft_kind(parser->draft, layer);
    char word[WORD_MAX];
    skip_space(parser);
    const char *at = parser->at;
    if (!take_word(parser, word))
        return mistake(parser, WB_E_ARGUMENT, at, "the name of a field of %s", wb_layer_name(kind));
    int index = wb_draft_field_find(kind, word);
    if (index < 0)
        return unknown_field(parser, kind, word, at);
    int result = check_unset(parser, layer, (unsigned)index, at);
    if (result < 0)
        return result;
    if (!take_char(parser, '='))
        return mistake(parser, WB_E_ARGUMENT, parser->at, "= and a value behind %s", word);
    return take_value(parser, layer, (unsigned)index);
}

static int take_fields(struct parser *parser, unsigned layer)
{
    int result;
    parser->named = 0;
    if (take_char(parser, ')'))
        return 0;
    do
        result = take_field(parser, layer);
    while (result == 0 && take_char(parser, ','));
    if (result == 0 && !take_char(parser, ')'))
        return mistake(parser, WB_E_ARGUMENT, parser->at, "a comma and another field, or )");
    return result;
}

/* Names of layers as wb_layer_name has them, and some that come to mind first. */
static int find_kind(const char *word)
{
    static const struct {
        const char *name;
        uint8_t kind;
    } others[] = {
        {"ethernet", WB_LAYER_ETHERNET}, {"ip4", WB_LAYER_IP4},     {"ipv4", WB_LAYER_IP4},
        {"ip6", WB_LAYER_IP6},           {"icmp6", WB_LAYER_ICMP6}, {"icmp4", WB_LAYER_ICMP},
    };
    for (unsigned kind = 0; kind < WB_LAYER_KIND_COUNT; kind++)
        if (strcmp(word, wb_layer_name(kind)) == 0)
            return (int)kind;
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(word, others[i].name) == 0)
            return others[i].kind;
    return -1;
}

/* How many characters must be changed, put in or left out to make one word of the other
 * (Levenshtein). */
static unsigned distance(const char *one, const char *other)
{
    unsigned row[WORD_MAX];
    size_t length = strlen(other);
    for (size_t j = 0; j <= length; j++)
        row[j] = (unsigned)j;
    for (size_t i = 0; one[i]; i++) {
        unsigned corner = row[0]++;
        for (size_t j = 0; j < length; j++) {
            unsigned best = corner + (one[i] != other[j]);
            corner = row[j + 1];
            best = corner + 1 < best ? corner + 1 : best;
            row[j + 1] = row[j] + 1 < best ? row[j] + 1 : best;
        }
    }
    return row[length];
}

static bool is_near(const char *word, const char *name)
{
    size_t length = strlen(name);
    return strncmp(word, name, strlen(word)) == 0 ||
           (length > 2 && distance(word, name) <= (length > 4 ? 2U : 1U));
}

static int unknown_layer(struct parser *parser, const char *word, const char *at)
{
    char names[300] = "";
    size_t used = 0;
    for (unsigned kind = 1; kind < WB_LAYER_KIND_COUNT; kind++) {
        const char *name = wb_layer_name(kind);
        if (is_near(word, name) && used + strlen(name) + 3 <= sizeof names)
            used += (size_t)sprintf(names + used, "%s%s", used > 0 ? ", " : "", name);
    }
    return mistake(parser, WB_E_ARGUMENT, at, "no layer is called '%s'; %s %s", word,
                   used > 0 ? "like it:" : "some are",
                   used > 0 ? names
                            : "eth, vlan, arp, ip, ipv6, icmp, icmpv6, tcp, udp, sctp, gre, "
                              "vxlan, dns");
}

static int add_layer(struct parser *parser, enum wb_layer_kind kind, const char *at)
{
    int layer = wb_draft_add(parser->draft, kind);
    if (layer == WB_E_LIMIT)
        return mistake(parser, layer, at, "more than %d layers", WB_LAYERS_MAX);
    if (layer < 0)
        return mistake(parser, layer, at, "nothing can follow a payload");
    return layer;
}

static int take_layer(struct parser *parser)
{
    char word[WORD_MAX];
    size_t length;
    skip_space(parser);
    const char *at = parser->at;
    int result = take_bytes(parser, &length);
    if (result < 0)
        return result;
    if (result == 0) {
        int payload = add_layer(parser, WB_LAYER_PAYLOAD, at);
        return payload < 0
                   ? payload
                   : set_bytes(parser, (unsigned)payload, "data", parser->bytes, length, at);
    }
    if (!take_word(parser, word))
        return mistake(parser, WB_E_ARGUMENT, at,
                       "a layer, as eth, ip or udp, or bytes, as \"text\" or hex'0a0b'");
    int kind = find_kind(word);
    if (kind < 0)
        return unknown_layer(parser, word, at);
    int layer = add_layer(parser, (enum wb_layer_kind)kind, at);
    if (layer < 0)
        return layer;
    return take_char(parser, '(') ? take_fields(parser, (unsigned)layer) : 0;
}

static int take_packet(struct parser *parser)
{
    int result;
    do
        result = take_layer(parser);
    while (result == 0 && take_char(parser, '/'));
    if (result < 0)
        return result;
    skip_space(parser);
    if (*parser->at != '\0')
        return mistake(parser, WB_E_ARGUMENT, parser->at, "/ and another layer, or the end");
    return 0;
}

int wb_draft_parse(struct wb_draft *draft, const char *text, size_t *where, struct wb_error *error)
{
    struct parser parser = {.at = text, .wrong = text, .draft = draft, .error = error};
    unsigned count = draft->count;
    uint32_t used = draft->used;
    parser.bytes = malloc(WB_DRAFT_BYTES_MAX);
    int result = parser.bytes ? take_packet(&parser)
                              : mistake(&parser, WB_E_MEMORY, text, "out of memory for a packet");
    free(parser.bytes);
    if (result < 0) {
        draft->count = count;
        draft->used = used;
    }
    if (where)
        *where = (size_t)(parser.wrong - text);
    return result;
}
