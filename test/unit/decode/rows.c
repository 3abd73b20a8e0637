/* SPDX-License-Identifier: ISC */
#include "rows.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "show.h"
#include "support/guard.h"
#include "support/hex.h"

#define ROW_BYTES 1024

struct wb_packet packet_of(uint16_t link_type, const char *hex, uint32_t captured)
{
    static uint8_t bytes[ROW_BYTES];
    uint32_t length = (uint32_t)hex_bytes(hex, bytes, sizeof bytes);
    return (struct wb_packet){
        .data = bytes,
        .captured_length = captured < length ? captured : length,
        .wire_length = length,
        .link_type = link_type,
    };
}

/* The same at the guard page. */
static struct wb_packet make_packet(struct guard *guard, uint16_t link_type, const char *hex,
                                    uint32_t captured)
{
    struct wb_packet packet = packet_of(link_type, hex, captured);
    packet.data = guard_put(guard, packet.data, packet.captured_length);
    return packet;
}

struct shown {
    char *text;
    size_t length;
    const char *names[16][64]; /* of each open group */
    unsigned counts[16];
    unsigned depth;
};

__attribute__((format(printf, 2, 3))) static void put(struct shown *shown, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(shown->text + shown->length, FIELDS_SIZE - shown->length, format,
                           arguments);
    va_end(arguments);
    assert_in_range(length, 0, FIELDS_SIZE - shown->length - 1);
    shown->length += (size_t)length;
}

static void put_bytes(struct shown *shown, const struct wb_field *field)
{
    char address[INET6_ADDRSTRLEN];
    if (field->type == WB_FIELD_ADDRESS && (field->length == 4 || field->length == 16)) {
        int family = field->length == 4 ? AF_INET : AF_INET6;
        put(shown, "%s", inet_ntop(family, field->bytes, address, sizeof address));
    } else if (field->type == WB_FIELD_TEXT) {
        put(shown, "'%.*s'", (int)field->length, field->bytes);
    } else {
        for (size_t i = 0; i < field->length; i++)
            put(shown, "%02x", field->bytes[i]);
    }
}

static void check_name(struct shown *shown, const char *name)
{
    unsigned *count = &shown->counts[shown->depth];
    if (!name)
        return;
    for (unsigned i = 0; i < *count; i++)
        if (strcmp(shown->names[shown->depth][i], name) == 0)
            fail_msg("%s twice in: %s", name, shown->text);
    assert_true(*count < 64);
    shown->names[shown->depth][(*count)++] = name;
}

static void show(void *context, const struct wb_field *field)
{
    struct shown *shown = context;
    if (field->type == WB_FIELD_END) {
        assert_true(shown->depth > 0);
        char bracket = shown->names[shown->depth][63] ? '}' : ']';
        shown->names[shown->depth--][63] = NULL;
        put(shown, "%c", bracket);
        return;
    }
    check_name(shown, field->name);
    char last = shown->length > 0 ? shown->text[shown->length - 1] : '[';
    put(shown, "%s%s%s", last == '[' || last == '{' ? "" : " ", field->name ? field->name : "",
        field->name ? "=" : "");
    switch (field->type) {
    case WB_FIELD_NUMBER:
    case WB_FIELD_BOOL:
        put(shown, "%llu", (unsigned long long)field->number);
        break;
    case WB_FIELD_SIGNED:
        put(shown, "%lld", (long long)field->number);
        break;
    case WB_FIELD_WORD:
        put(shown, "%s", field->word);
        break;
    case WB_FIELD_OBJECT:
    case WB_FIELD_LIST:
        assert_true(++shown->depth < 8);
        shown->counts[shown->depth] = 0;
        shown->names[shown->depth][63] = field->type == WB_FIELD_OBJECT ? "object" : NULL;
        put(shown, "%c", field->type == WB_FIELD_OBJECT ? '{' : '[');
        break;
    default:
        put_bytes(shown, field);
    }
}

const char *show_fields(const struct wb_packet *packet, const struct wb_decoded *decoded,
                        unsigned index, char text[FIELDS_SIZE])
{
    static struct shown shown;
    memset(&shown, 0, sizeof shown);
    shown.text = text;
    text[0] = '\0';
    assert_int_equal(wb_layer_fields(packet, decoded, index, show, &shown), 0);
    assert_int_equal(shown.depth, 0);
    return text;
}

static void tell_all(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    char text[FIELDS_SIZE];
    for (unsigned i = 0; i < decoded->layer_count; i++) {
        show_fields(packet, decoded, i, text);
        wb_checksum_state(packet, decoded, i);
    }
}

/* All layers but the last are those of the whole packet; the last one is, too, or the
 * capture ended in it. */
/* Whether a port or a nibble names what follows is guessed from its first bytes: where these
 * are missing, the rest is payload, of the length that the layers around it leave. */
#define GUESS_BYTES 8

static void check_unguessed(const struct wb_layer *payload, const struct wb_layer *guessed,
                            uint32_t captured)
{
    assert_in_range(captured - payload->offset, 0, GUESS_BYTES - 1);
    assert_int_equal(payload->status, WB_LAYER_OK);
    assert_true(guessed->length <= payload->length);
}

static void check_prefix(const struct wb_decoded *part, const struct wb_decoded *whole,
                         uint32_t captured)
{
    unsigned last = part->layer_count - 1u;
    assert_true(part->layer_count <= whole->layer_count);
    assert_memory_equal(part->layers, whole->layers, last * sizeof part->layers[0]);
    const struct wb_layer *a = &part->layers[last], *b = &whole->layers[last];
    assert_int_equal(a->offset, b->offset);
    if (a->kind == WB_LAYER_PAYLOAD && b->kind != WB_LAYER_PAYLOAD) {
        check_unguessed(a, b, captured);
        return;
    }
    assert_int_equal(a->kind, b->kind);
    if (memcmp(a, b, sizeof *a) != 0) {
        assert_int_equal(a->status, WB_LAYER_TRUNCATED);
        assert_int_equal(a->header_length, 0);
    } else {
        assert_int_equal(part->layer_count, whole->layer_count);
    }
}

static void check_prefixes(struct guard *guard, uint16_t link_type, const char *bytes)
{
    struct wb_decoded whole, part;
    struct wb_packet packet = make_packet(guard, link_type, bytes, UINT32_MAX);
    wb_decode(&packet, &whole);
    for (uint32_t length = 0; length < packet.wire_length; length++) {
        struct wb_packet cut = make_packet(guard, link_type, bytes, length);
        wb_decode(&cut, &part);
        check_rules(&cut, &part);
        check_prefix(&part, &whole, length);
        tell_all(&cut, &part);
        cut.wire_length = length; /* and as a packet that was this short */
        wb_decode(&cut, &part);
        check_rules(&cut, &part);
        tell_all(&cut, &part);
    }
}

void check_layers_rows(const struct layers_row *rows, size_t count)
{
    struct guard guard = guard_open(ROW_BYTES);
    char text[SHOW_SIZE];
    for (size_t i = 0; i < count; i++) {
        struct wb_packet packet = make_packet(&guard, rows[i].link_type, rows[i].bytes, UINT32_MAX);
        struct wb_decoded decoded;
        wb_decode(&packet, &decoded);
        check_rules(&packet, &decoded);
        if (strcmp(show_layers(&decoded, text), rows[i].layers) != 0)
            fail_msg("%s:\n got  %s\n want %s", rows[i].what, text, rows[i].layers);
        check_prefixes(&guard, rows[i].link_type, rows[i].bytes);
    }
    guard_close(&guard);
}

void check_rows_have_no_next(const struct layers_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct wb_packet packet = packet_of(rows[i].link_type, rows[i].bytes, UINT32_MAX);
        struct wb_decoded decoded;
        wb_decode(&packet, &decoded);
        if (wb_decode_next(&packet, &decoded))
            fail_msg("%s: has a next packet", rows[i].what);
    }
}

static unsigned find_layer(const struct wb_decoded *decoded, const char *name)
{
    for (unsigned i = 0; i < decoded->layer_count; i++)
        if (strcmp(wb_layer_name(decoded->layers[i].kind), name) == 0)
            return i;
    fail_msg("no layer %s", name);
    return 0;
}

void check_fields_rows(const struct fields_row *rows, size_t count)
{
    struct guard guard = guard_open(ROW_BYTES);
    char text[FIELDS_SIZE];
    for (size_t i = 0; i < count; i++) {
        struct wb_packet packet = make_packet(&guard, rows[i].link_type, rows[i].bytes, UINT32_MAX);
        struct wb_decoded decoded;
        wb_decode(&packet, &decoded);
        show_fields(&packet, &decoded, find_layer(&decoded, rows[i].layer), text);
        if (!strstr(text, rows[i].fields))
            fail_msg("row %zu: got  %s\n want %s", i, text, rows[i].fields);
        check_prefixes(&guard, rows[i].link_type, rows[i].bytes);
    }
    guard_close(&guard);
}
