/* SPDX-License-Identifier: ISC
 *
 * Pieces that a packet is cut into: each begins with what lies before the packet's outermost IP
 * header.
 */
#ifndef WB_BUILD_PIECE_H
#define WB_BUILD_PIECE_H

#include <wirebeam/build.h>

struct wb__cut {
    const struct wb_packet *packet;
    struct wb_decoded decoded;
    unsigned network;      /* index of the outermost IP layer */
    const uint8_t *ip;     /* its header */
    uint32_t link, length; /* bytes before it; of the IP packet */
    uint8_t *piece;        /* room for a piece: the link header is there */
    wb_piece_handler *handler;
    void *context;
};

/* Finds the outermost IP packet, and takes room for it and what is before. Errors: WB_E_ARGUMENT,
 * _TRUNCATED, _MEMORY; then there is nothing to be closed. */
int wb__cut_open(struct wb__cut *cut, const struct wb_packet *packet, wb_piece_handler *handler,
                 void *context, struct wb_error *error);
void wb__cut_close(struct wb__cut *cut);

/* Hands out the packet as it is. */
int wb__cut_whole(const struct wb__cut *cut);

/* Hands out a piece whose IP packet, of so many bytes, was put behind the link header. Ethernet
 * is filled up. */
int wb__cut_piece(const struct wb__cut *cut, uint32_t length);

/* Where the IP packet of the piece is put. */
static inline uint8_t *wb__cut_ip(const struct wb__cut *cut)
{
    return cut->piece + cut->link;
}

static inline void wb__put16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

#endif
