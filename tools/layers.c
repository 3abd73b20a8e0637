/* SPDX-License-Identifier: ISC */
#include "layers.h"

#include <stdio.h>
#include <string.h>

#include "message.h"
#include "options.h"

static int print_layers(void)
{
    for (unsigned kind = 0; kind < WB_LAYER_KIND_COUNT; kind++)
        printf("  %-16s %s\n", wb_layer_name(kind), wb_layer_about(kind));
    return STATUS_DONE;
}

static unsigned find_kind(const char *name, size_t length)
{
    unsigned kind = 0;

    while (kind < WB_LAYER_KIND_COUNT &&
           (strlen(wb_layer_name(kind)) != length || memcmp(wb_layer_name(kind), name, length) != 0))
        kind++;
    return kind;
}

int layers_choose(const char *text, bool chosen[WB_LAYER_KIND_COUNT])
{
    if (strcmp(text, "help") == 0)
        return print_layers();
    for (;;) {
        size_t length = strcspn(text, ",");
        unsigned kind = find_kind(text, length);

        if (kind == WB_LAYER_KIND_COUNT)
            return message_usage("--layers: no layer is called '%.*s'; --layers help lists them",
                                 (int)length, text);
        chosen[kind] = true;
        if (text[length] == '\0')
            return OPTIONS_GO;
        text += length + 1;
    }
}

bool layers_are_in(const struct wb_packet *packet, const struct wb_decoded *decoded,
                   const bool chosen[WB_LAYER_KIND_COUNT])
{
    struct wb_decoded next = *decoded;

    do {
        for (unsigned i = 0; i < next.layer_count; i++)
            if (chosen[next.layers[i].kind])
                return true;
    } while (next.has_next && wb_decode_next(packet, &next));
    return false;
}
