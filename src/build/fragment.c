/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "base/error.h"
#include "build/piece.h"
#include "decode/sum.h"

#define UNIT           8 /* bytes that offsets of fragments count */
#define MORE_FRAGMENTS 0x2000
#define DONT_FRAGMENT  0x4000
#define OFFSET         0x1fff

/* What each fragment begins with, and what is shared out among them. */
struct parts {
    uint32_t first, others; /* bytes of headers, of the first fragment and of the others */
    const uint8_t *data;
    uint32_t length;
    uint32_t mtu;
};

static int too_small(uint32_t mtu, struct wb_error *error)
{
    return wb__error_set(error, WB_E_ARGUMENT, 0,
                         "an mtu of %u has no room for the headers and 8 bytes more", mtu);
}

static int is_fragment(struct wb_error *error)
{
    return wb__error_set(error, WB_E_UNSUPPORTED, 0, "the packet is a fragment already");
}

/* How many bytes the fragment at offset takes; all but the last a multiple of 8. 0: no room. */
static uint32_t share(const struct parts *parts, uint32_t offset)
{
    uint32_t header = offset == 0 ? parts->first : parts->others, left = parts->length - offset;
    if (header >= parts->mtu)
        return 0;
    uint32_t room = parts->mtu - header;
    return left <= room ? left : room / UNIT * UNIT;
}

/* ---- IPv4 ------------------------------------------------------------------------- */

/* RFC 791, 3.1: only options whose first bit is set go into fragments but the first. Returns the
 * length of the header that has them, which is put to to. */
static uint32_t copied_header(uint8_t *to, const uint8_t *header, uint32_t length)
{
    enum { FIXED = 20, END = 0, NOP = 1, COPIED = 0x80 };
    uint32_t used = FIXED;
    memcpy(to, header, FIXED);
    for (uint32_t at = FIXED; at < length && header[at] != END;) {
        uint32_t bytes = header[at] == NOP ? 1 : at + 1 < length ? header[at + 1] : 0;
        if (bytes == 0 || bytes > length - at || (bytes == 1 && header[at] != NOP))
            break;
        if (header[at] & COPIED) {
            memcpy(to + used, header + at, bytes);
            used += bytes;
        }
        at += bytes;
    }
    while (used % 4 != 0)
        to[used++] = END;
    to[0] = (uint8_t)(0x40 | used / 4);
    return used;
}

static void finish_ip4(uint8_t *header, uint32_t header_length, uint32_t total, uint32_t word)
{
    wb__put16(header + 2, total);
    wb__put16(header + 6, word);
    memset(header + 10, 0, 2);
    uint16_t sum = (uint16_t)~wb__sum_fold(wb__sum_words(0, header, header_length / 4));
    memcpy(header + 10, &sum, sizeof sum);
}

static int fragment_ip4(const struct wb__cut *cut, uint32_t mtu, struct wb_error *error)
{
    const uint8_t *ip = cut->ip;
    uint32_t header = cut->decoded.layers[cut->network].header_length;
    uint32_t word = (uint32_t)ip[6] << 8 | ip[7];
    uint8_t others[60], *piece = wb__cut_ip(cut);
    if (word & (MORE_FRAGMENTS | OFFSET))
        return is_fragment(error);
    if (word & DONT_FRAGMENT)
        return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                             "the packet has more than %u bytes, and dont_fragment is set", mtu);
    const struct parts parts = {header, copied_header(others, ip, header), ip + header,
                                cut->length - header, mtu};
    int result = 0;
    for (uint32_t offset = 0, bytes; offset < parts.length && result == 0; offset += bytes) {
        bytes = share(&parts, offset);
        if (bytes == 0)
            return too_small(mtu, error);
        uint32_t length = offset == 0 ? parts.first : parts.others;
        bool is_last = offset + bytes == parts.length;
        memcpy(piece, offset == 0 ? ip : others, length);
        memcpy(piece + length, parts.data + offset, bytes);
        finish_ip4(piece, length, length + bytes,
                   word | offset / UNIT | (is_last ? 0 : MORE_FRAGMENTS));
        result = wb__cut_piece(cut, length + bytes);
    }
    return result;
}

/* ---- IPv6 ------------------------------------------------------------------------- */

/* RFC 8200, 4.5: the headers up to the last that routers on the way look at. Returns how many
 * bytes they have; *next is where the number of what follows them stands, from the IP header. */
static uint32_t per_fragment_headers(const struct wb__cut *cut, uint32_t *next)
{
    enum { NEXT_HEADER = 6, FIXED = 40 };
    uint32_t length = FIXED;
    *next = NEXT_HEADER;
    for (unsigned i = cut->network + 1; i < cut->decoded.layer_count; i++) {
        const struct wb_layer *layer = &cut->decoded.layers[i];
        if (layer->kind != WB_LAYER_IP6_HOPOPTS && layer->kind != WB_LAYER_IP6_ROUTING &&
            layer->kind != WB_LAYER_IP6_DSTOPTS)
            break;
        if (layer->kind == WB_LAYER_IP6_DSTOPTS)
            continue; /* counted with a routing header behind it */
        *next = layer->offset - cut->link;
        length = *next + layer->header_length;
    }
    return length;
}

static bool is_ip6_fragment(const struct wb__cut *cut)
{
    for (unsigned i = cut->network + 1; i < cut->decoded.layer_count; i++)
        if (cut->decoded.layers[i].kind == WB_LAYER_IP6_FRAGMENT)
            return true;
        else if (cut->decoded.layers[i].kind == WB_LAYER_IP4 ||
                 cut->decoded.layers[i].kind == WB_LAYER_IP6)
            break;
    return false;
}

static int fragment_ip6(const struct wb__cut *cut, uint32_t mtu, uint32_t identification,
                        struct wb_error *error)
{
    enum { HEADER = 8, PROTOCOL = 44, FIXED = 40 };
    uint32_t next, before = per_fragment_headers(cut, &next);
    uint8_t *piece = wb__cut_ip(cut), *header = piece + before;
    if (is_ip6_fragment(cut))
        return is_fragment(error);
    const struct parts parts = {before + HEADER, before + HEADER, cut->ip + before,
                                cut->length - before, mtu};
    memcpy(piece, cut->ip, before);
    header[0] = cut->ip[next];
    header[1] = 0;
    wb__put16(header + 4, identification >> 16);
    wb__put16(header + 6, identification);
    piece[next] = PROTOCOL;
    int result = 0;
    for (uint32_t offset = 0, bytes; offset < parts.length && result == 0; offset += bytes) {
        bytes = share(&parts, offset);
        if (bytes == 0)
            return too_small(mtu, error);
        bool is_last = offset + bytes == parts.length;
        wb__put16(piece + 4, parts.first + bytes - FIXED);
        wb__put16(header + 2, offset | !is_last);
        memcpy(header + HEADER, parts.data + offset, bytes);
        result = wb__cut_piece(cut, parts.first + bytes);
    }
    return result;
}

int wb_fragment_ip(const struct wb_packet *packet, uint32_t mtu, uint32_t identification,
                   wb_piece_handler *handler, void *context, struct wb_error *error)
{
    struct wb__cut cut;
    int result = wb__cut_open(&cut, packet, handler, context, error);
    if (result < 0)
        return result;
    if (cut.length <= mtu)
        result = wb__cut_whole(&cut);
    else if (cut.decoded.layers[cut.network].kind == WB_LAYER_IP4)
        result = fragment_ip4(&cut, mtu, error);
    else
        result = fragment_ip6(&cut, mtu, identification, error);
    wb__cut_close(&cut);
    return result;
}
