/* SPDX-License-Identifier: ISC */
#include "build/piece.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define FRAME_MIN         60 /* IEEE 802.3, without the frame check sequence */
#define ROOM_MORE         64 /* a fragment header, what fills a frame up */
#define LINKTYPE_ETHERNET 1

static bool find_network(struct wb__cut *cut)
{
    for (cut->network = 0; cut->network < cut->decoded.layer_count; cut->network++) {
        const struct wb_layer *layer = &cut->decoded.layers[cut->network];
        if ((layer->kind == WB_LAYER_IP4 || layer->kind == WB_LAYER_IP6) &&
            layer->header_length > 0)
            return true;
    }
    return false;
}

int wb__cut_open(struct wb__cut *cut, const struct wb_packet *packet, wb_piece_handler *handler,
                 void *context, struct wb_error *error)
{
    *cut = (struct wb__cut){.packet = packet, .handler = handler, .context = context};
    wb_decode(packet, &cut->decoded);
    if (!find_network(cut))
        return wb__error_set(error, WB_E_ARGUMENT, 0, "the packet is not one of IP");
    const struct wb_layer *layer = &cut->decoded.layers[cut->network];
    cut->link = layer->offset;
    cut->length = layer->length;
    cut->ip = packet->data + layer->offset;
    if (layer->length > packet->captured_length - layer->offset)
        return wb__error_set(error, WB_E_TRUNCATED, 0,
                             "the packet is cut off: %u of its %u bytes are there",
                             packet->captured_length - layer->offset, layer->length);
    cut->piece = malloc((size_t)cut->link + cut->length + ROOM_MORE);
    if (!cut->piece)
        return wb__error_set(error, WB_E_MEMORY, 0, "out of memory for a packet's pieces");
    memcpy(cut->piece, packet->data, cut->link);
    return 0;
}

void wb__cut_close(struct wb__cut *cut)
{
    free(cut->piece);
}

int wb__cut_whole(const struct wb__cut *cut)
{
    return cut->handler(cut->context, cut->packet->data, cut->packet->captured_length);
}

int wb__cut_piece(const struct wb__cut *cut, uint32_t length)
{
    uint32_t bytes = cut->link + length;
    if (cut->packet->link_type == LINKTYPE_ETHERNET && bytes < FRAME_MIN) {
        memset(cut->piece + bytes, 0, FRAME_MIN - bytes);
        bytes = FRAME_MIN;
    }
    return cut->handler(cut->context, cut->piece, bytes);
}
