/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/error.h"
#include "build/checksum.h"
#include "build/piece.h"

#define FLAGS 13 /* where they are, of a TCP header */
#define FIN   0x01
#define PSH   0x08
#define CWR   0x80

/* The TCP layer of the outermost IP packet: extension headers may lie between. WB_LAYER_NONE
 * where it has none. */
static unsigned find_tcp(const struct wb__cut *cut)
{
    for (unsigned i = cut->network + 1; i < cut->decoded.layer_count; i++)
        switch (cut->decoded.layers[i].kind) {
        case WB_LAYER_TCP:
            return cut->decoded.layers[i].header_length > 0 ? i : WB_LAYER_NONE;
        case WB_LAYER_IP6_HOPOPTS:
        case WB_LAYER_IP6_ROUTING:
        case WB_LAYER_IP6_DSTOPTS:
            break;
        default:
            return WB_LAYER_NONE;
        }
    return WB_LAYER_NONE;
}

static void put_lengths(const struct wb__cut *cut, uint8_t *ip, uint32_t length, uint32_t number)
{
    enum { IP6_FIXED = 40 };
    if (cut->decoded.layers[cut->network].kind == WB_LAYER_IP6) {
        wb__put16(ip + 4, length - IP6_FIXED);
        return;
    }
    wb__put16(ip + 2, length);
    wb__put16(ip + 4, ((uint32_t)cut->ip[4] << 8 | cut->ip[5]) + number);
}

static void put_tcp(uint8_t *tcp, uint32_t offset, bool is_first, bool is_last)
{
    uint32_t sequence =
        (uint32_t)tcp[4] << 24 | (uint32_t)tcp[5] << 16 | (uint32_t)tcp[6] << 8 | tcp[7];
    wb__put16(tcp + 4, (sequence + offset) >> 16);
    wb__put16(tcp + 6, sequence + offset);
    if (!is_last)
        tcp[FLAGS] &= (uint8_t) ~(FIN | PSH);
    if (!is_first)
        tcp[FLAGS] &= (uint8_t)~CWR;
}

static void put_checksums(const struct wb__cut *cut, unsigned tcp, uint32_t length)
{
    struct wb_decoded decoded = cut->decoded;
    const struct wb_packet packet = {.data = cut->piece,
                                     .captured_length = cut->link + length,
                                     .wire_length = cut->link + length};
    decoded.layers[cut->network].length = length;
    decoded.layers[tcp].length = cut->link + length - decoded.layers[tcp].offset;
    wb__checksum_put(cut->piece, &packet, &decoded, tcp);
    wb__checksum_put(cut->piece, &packet, &decoded, cut->network);
}

static int segment(const struct wb__cut *cut, uint32_t mss, struct wb_error *error)
{
    unsigned tcp = find_tcp(cut);
    uint8_t *piece = wb__cut_ip(cut);
    if (tcp == WB_LAYER_NONE)
        return wb__error_set(error, WB_E_ARGUMENT, 0, "the packet is not one of TCP");
    if (cut->decoded.is_fragment)
        return wb__error_set(error, WB_E_UNSUPPORTED, 0, "the packet is a fragment");
    if (mss == 0)
        return wb__error_set(error, WB_E_ARGUMENT, 0, "an mss of 0 has no room for a byte");
    const struct wb_layer *layer = &cut->decoded.layers[tcp];
    uint32_t headers = layer->offset + layer->header_length - cut->link;
    uint32_t payload = cut->length - headers, number = 0;
    int result = payload <= mss ? wb__cut_whole(cut) : 0;
    for (uint32_t offset = 0, bytes; payload > mss && offset < payload && result == 0;
         offset += bytes) {
        bytes = payload - offset < mss ? payload - offset : mss;
        memcpy(piece, cut->ip, headers);
        memcpy(piece + headers, cut->ip + headers + offset, bytes);
        put_lengths(cut, piece, headers + bytes, number++);
        put_tcp(cut->piece + layer->offset, offset, offset == 0, offset + bytes == payload);
        put_checksums(cut, tcp, headers + bytes);
        result = wb__cut_piece(cut, headers + bytes);
    }
    return result;
}

int wb_segment_tcp(const struct wb_packet *packet, uint32_t mss, wb_piece_handler *handler,
                   void *context, struct wb_error *error)
{
    struct wb__cut cut;
    int result = wb__cut_open(&cut, packet, handler, context, error);
    if (result < 0)
        return result;
    result = segment(&cut, mss, error);
    wb__cut_close(&cut);
    return result;
}
