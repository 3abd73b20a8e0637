/* SPDX-License-Identifier: ISC
 *
 * FDDI (ANSI X3.139) and Token Ring (IEEE 802.5): a frame control byte says whether LLC
 * follows; in Token Ring, the first bit of the source address, that a route does.
 */
#include "decode/fields.h"
#include "decode/link.h"

#define FDDI_BYTES 13
#define TOKEN_RING_BYTES 14

static void parse_fddi(const uint8_t *header, struct wb__ring *ring)
{
    *ring = (struct wb__ring){.frame_control = header[0]};
    memcpy(ring->destination, header + 1, 6);
    memcpy(ring->source, header + 7, 6);
    ring->is_llc = (header[0] & 0xf0) == 0x50;
}

static void parse_token_ring(const uint8_t *header, struct wb__ring *ring)
{
    *ring = (struct wb__ring){.access_control = header[0], .frame_control = header[1]};
    memcpy(ring->destination, header + 2, 6);
    memcpy(ring->source, header + 8, 6);
    ring->source[0] &= 0x7f;
    ring->is_llc = (header[1] & 0xc0) == 0x40;
}

static unsigned llc_or_rest(struct wb_layer *layer, bool is_llc)
{
    if (wb__rest(layer) == WB__LAYER_END)
        return WB__LAYER_END;
    if (is_llc)
        return WB_LAYER_LLC;
    wb__complain(layer, WB_LAYER_UNKNOWN);
    return WB_LAYER_PAYLOAD;
}

unsigned wb__decode_fddi(struct wb__walk *walk, struct wb_layer *layer)
{
    const uint8_t *header = wb__header(walk, layer, FDDI_BYTES);
    if (!header)
        return WB__LAYER_END;
    struct wb__ring ring;
    parse_fddi(header, &ring);
    layer->header_length = FDDI_BYTES;
    layer->next = ring.frame_control;
    return llc_or_rest(layer, ring.is_llc);
}

/* A route has 2 bytes and 2 more for each ring; its length is in the first. */
unsigned wb__decode_token_ring(struct wb__walk *walk, struct wb_layer *layer)
{
    uint32_t length = TOKEN_RING_BYTES;
    const uint8_t *header = wb__header(walk, layer, length);
    if (header && header[8] & 0x80) {
        header = wb__header(walk, layer, length + 2);
        uint32_t route = header ? header[length] & 0x1f : 2;
        if (route < 2)
            return wb__malformed(layer);
        length += route;
    }
    if (!header || !wb__header(walk, layer, length))
        return WB__LAYER_END;
    struct wb__ring ring;
    parse_token_ring(header, &ring);
    layer->header_length = length;
    layer->next = ring.frame_control;
    return llc_or_rest(layer, ring.is_llc);
}

int wb__ring_read(const struct wb_packet *packet, const struct wb_layer *layer,
                  struct wb__ring *ring)
{
    const uint8_t *header;
    if (layer->kind == WB_LAYER_FDDI) {
        int error = wb__find_header(packet, layer, WB_LAYER_FDDI, FDDI_BYTES, &header);
        if (error == 0)
            parse_fddi(header, ring);
        return error;
    }
    int error = wb__find_header(packet, layer, WB_LAYER_TOKEN_RING, TOKEN_RING_BYTES, &header);
    if (error < 0)
        return error;
    parse_token_ring(header, ring);
    ring->route = header + TOKEN_RING_BYTES;
    ring->route_length = layer->header_length - TOKEN_RING_BYTES;
    return 0;
}

void wb__tell_ring(const struct wb__fields *fields)
{
    struct wb__ring ring;
    if (wb__ring_read(fields->packet, fields->layer, &ring) < 0)
        return;
    if (fields->layer->kind == WB_LAYER_TOKEN_RING)
        wb__tell_number(fields, "access_control", ring.access_control);
    wb__tell_number(fields, "frame_control", ring.frame_control);
    wb__tell_hardware(fields, "destination", ring.destination, 6);
    wb__tell_hardware(fields, "source", ring.source, 6);
    if (ring.route_length > 0)
        wb__tell_bytes(fields, "route", ring.route, ring.route_length);
}
