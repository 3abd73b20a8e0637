/* SPDX-License-Identifier: ISC */
#include "show.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <wirebeam/fields.h>

const char *show_layers(const struct wb_decoded *decoded, char text[SHOW_SIZE])
{
    size_t length = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < decoded->layer_count; i++) {
        const struct wb_layer *layer = &decoded->layers[i];
        length += (size_t)snprintf(text + length, SHOW_SIZE - length, "%s%s %u+%u/%u",
                                   i ? " " : "", wb_layer_name(layer->kind), layer->offset,
                                   layer->header_length, layer->length);
        if (layer->status != WB_LAYER_OK)
            length += (size_t)snprintf(text + length, SHOW_SIZE - length, " %s",
                                       wb_layer_status_name(layer->status));
    }
    return text;
}

static unsigned worst_status(const struct wb_decoded *decoded)
{
    unsigned worst = WB_LAYER_OK;
    for (unsigned i = 0; i < decoded->layer_count && i < decoded->quoted; i++)
        if (decoded->layers[i].status <= WB_LAYER_TOO_DEEP && decoded->layers[i].status > worst)
            worst = decoded->layers[i].status;
    return worst;
}

static void check_layer(const struct wb_packet *packet, const struct wb_layer *layer)
{
    assert_true(layer->header_length <= layer->length);
    assert_true(layer->offset + layer->header_length <= packet->captured_length);
    assert_true(layer->offset + layer->length <= packet->wire_length);
    const uint8_t *payload;
    uint32_t length = wb_layer_payload(packet, layer, &payload);
    assert_true(length <= layer->length - layer->header_length);
    if (length > 0)
        assert_true(payload + length <= packet->data + packet->captured_length);
}

void check_rules(const struct wb_packet *packet, const struct wb_decoded *decoded)
{
    assert_in_range(decoded->layer_count, 1, WB_LAYERS_MAX);
    assert_int_equal(decoded->status, worst_status(decoded));
    assert_true(decoded->quoted == WB_LAYER_NONE || decoded->quoted < decoded->layer_count);
    for (unsigned i = 0; i < decoded->layer_count; i++) {
        check_layer(packet, &decoded->layers[i]);
        if (i == 0)
            continue;
        const struct wb_layer *outer = &decoded->layers[i - 1], *inner = &decoded->layers[i];
        assert_int_equal(inner->offset, outer->offset + outer->header_length);
        assert_true(inner->length <= outer->length - outer->header_length);
    }
}

struct fields_text {
    char *text;
    size_t length, size;
    bool needs_space;
};

__attribute__((format(printf, 2, 3))) static void put(struct fields_text *to, const char *format,
                                                      ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(to->text + to->length, to->size - to->length, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < to->size - to->length);
    to->length += (size_t)length;
}

static void put_value(struct fields_text *to, const struct wb_field *field)
{
    char address[64];
    switch (field->type) {
    case WB_FIELD_WORD:
        put(to, "%s", field->word);
        break;
    case WB_FIELD_TEXT:
        put(to, "'%.*s'", (int)field->length, (const char *)field->bytes);
        break;
    case WB_FIELD_ADDRESS:
        put(to, "%s",
            inet_ntop(field->length == 4 ? AF_INET : AF_INET6, field->bytes, address,
                      sizeof address));
        break;
    case WB_FIELD_BYTES:
    case WB_FIELD_HARDWARE:
        put(to, "0x");
        for (size_t i = 0; i < field->length; i++)
            put(to, "%02x", field->bytes[i]);
        break;
    case WB_FIELD_SIGNED:
        put(to, "%lld", (long long)field->number);
        break;
    default:
        put(to, "%llu", (unsigned long long)field->number);
    }
}

static void put_field(void *context, const struct wb_field *field)
{
    struct fields_text *to = context;
    if (field->type == WB_FIELD_END) {
        put(to, ")");
        to->needs_space = true;
        return;
    }
    if (to->needs_space)
        put(to, " ");
    if (field->name)
        put(to, "%s=", field->name);
    to->needs_space = field->type != WB_FIELD_OBJECT && field->type != WB_FIELD_LIST;
    if (to->needs_space)
        put_value(to, field);
    else
        put(to, "(");
}

const char *show_layer(const struct wb_packet *packet, const struct wb_decoded *decoded,
                        unsigned index, char *text, size_t size)
{
    struct fields_text to = {.text = text, .size = size};
    text[0] = '\0';
    wb_layer_fields(packet, decoded, index, put_field, &to);
    return text;
}
