/* SPDX-License-Identifier: ISC
 *
 * TCP (RFC 9293). The segment ends where the IP packet does. A data offset that lies
 * outside of the segment leaves no header: what would be options and what data is not
 * known, and every host drops such a segment.
 */
#include "decode/decoder.h"

#define TCP_BYTES 20

static inline void parse_tcp(const uint8_t *header, uint32_t header_length, struct wb_tcp *tcp)
{
    tcp->source_port = wb__load16(header);
    tcp->destination_port = wb__load16(header + 2);
    tcp->sequence = wb__load32(header + 4);
    tcp->acknowledgment = wb__load32(header + 8);
    tcp->flags = wb__load16(header + 12) & 0x1ff;
    tcp->reserved = (header[12] >> 1) & 7;
    tcp->window = wb__load16(header + 14);
    tcp->checksum = wb__load16(header + 16);
    tcp->urgent_pointer = wb__load16(header + 18);
    tcp->options = header + TCP_BYTES;
    tcp->options_length = header_length - TCP_BYTES;
}

unsigned wb__decode_tcp(struct wb__walk *walk, struct wb_layer *layer)
{
    wb__is_transport(walk);
    const uint8_t *header = wb__header(walk, layer, TCP_BYTES);
    if (!header)
        return WB__LAYER_END;
    uint32_t header_length = (header[12] >> 4) * 4u;
    if (header_length < TCP_BYTES)
        return wb__malformed(layer);
    if (!wb__header(walk, layer, header_length))
        return WB__LAYER_END;
    layer->header_length = header_length;
    return wb__rest(layer);
}

int wb_tcp_read(const struct wb_packet *packet, const struct wb_layer *layer, struct wb_tcp *tcp)
{
    const uint8_t *header;
    int error = wb__find_header(packet, layer, WB_LAYER_TCP, TCP_BYTES, &header);
    if (error == 0)
        parse_tcp(header, layer->header_length, tcp);
    return error;
}
