/* SPDX-License-Identifier: ISC */
#include "show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

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
