/* SPDX-License-Identifier: ISC
 *
 * SCTP, UDP-Lite, DCCP, what IPsec adds, routing and mobility headers in a packet's line,
 * in the words of tcpdump.
 */
#include "decode/dccp.h"
#include "decode/sctp.h"
#include "record/packet_text.h"

/* The length bytes of a layer's header, or NULL. */
static const uint8_t *header_of(const struct wb__packet_text *text, const struct wb_layer *layer,
                                uint32_t length)
{
    return layer->header_length >= length ? text->packet->data + layer->offset : NULL;
}

static void put_data_chunk(struct wb__line *line, const struct wb__sctp_chunk *chunk)
{
    struct wb__cursor value = chunk->value;
    uint32_t tsn = wb__cursor_read32(&value);
    uint16_t stream = wb__cursor_read16(&value), sequence = wb__cursor_read16(&value);
    uint32_t protocol = wb__cursor_read32(&value);
    wb__line_put(line, "%s%s%s ", chunk->flags & 4 ? "(U)" : "", chunk->flags & 2 ? "(B)" : "",
                 chunk->flags & 1 ? "(E)" : "");
    if (!value.failed)
        wb__line_put(line, "[TSN: %u] [SID: %u] [SSEQ %u] [PPID 0x%x] ", tsn, stream, sequence,
                     protocol);
}

static void put_init_chunk(struct wb__line *line, const struct wb__sctp_chunk *chunk)
{
    struct wb__cursor value = chunk->value;
    uint32_t tag = wb__cursor_read32(&value), window = wb__cursor_read32(&value);
    uint16_t outbound = wb__cursor_read16(&value), inbound = wb__cursor_read16(&value);
    uint32_t tsn = wb__cursor_read32(&value);
    if (!value.failed)
        wb__line_put(line,
                     "[init tag: %u] [rwnd: %u] [OS: %u] [MIS: %u] [init TSN: %u] ", tag, window,
                     outbound, inbound, tsn);
}

static void put_sack_chunk(struct wb__line *line, const struct wb__sctp_chunk *chunk)
{
    struct wb__cursor value = chunk->value;
    uint32_t ack = wb__cursor_read32(&value), window = wb__cursor_read32(&value);
    uint16_t gaps = wb__cursor_read16(&value), duplicates = wb__cursor_read16(&value);
    if (!value.failed)
        wb__line_put(line, "[cum ack %u] [a_rwnd %u] [#gap acks %u] [#dup tsns %u] ", ack, window,
                     gaps, duplicates);
}

static void put_chunk(struct wb__line *line, const struct wb__sctp_chunk *chunk)
{
    const char *name = wb__sctp_chunk_name(chunk->type);
    if (name)
        wb__line_put(line, "[%s] ", name);
    else
        wb__line_put(line, "[Unknown chunk type: 0x%x] ", chunk->type);
    if (chunk->type == WB__SCTP_DATA)
        put_data_chunk(line, chunk);
    else if (chunk->type == WB__SCTP_INIT || chunk->type == WB__SCTP_INIT_ACK)
        put_init_chunk(line, chunk);
    else if (chunk->type == WB__SCTP_SACK)
        put_sack_chunk(line, chunk);
}

void wb__put_sctp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    enum { SHOWN_MAX = 16 }; /* a line has no room for more */
    struct wb__line *line = &text->line;
    struct wb__sctp_chunk chunk;
    const uint8_t *bytes;
    wb__line_put(line, "sctp");
    if (layer->header_length == 0)
        return;
    uint32_t length = wb_layer_payload(text->packet, layer, &bytes);
    struct wb__cursor chunks = wb__cursor(bytes, length);
    unsigned count = 0;
    while (count < SHOWN_MAX && wb__sctp_chunk_next(&chunks, &chunk)) {
        wb__line_put(line, "%s (%u) ", count > 0 ? "," : "", count + 1);
        put_chunk(line, &chunk);
        count++;
    }
    if (chunks.failed)
        wb__line_put(line, "%s[bad chunk]", count > 0 ? "" : " ");
    else if (count == SHOWN_MAX && wb__cursor_left(&chunks) > 0)
        wb__line_put(line, "...");
}

void wb__put_udplite(struct wb__packet_text *text, const struct wb_layer *layer)
{
    const uint8_t *header = header_of(text, layer, 8);
    wb__line_put(&text->line, "UDP-Lite");
    if (header)
        wb__line_put(&text->line, ", coverage %u, length %u", wb__load16(header + 4),
                     layer->length - layer->header_length);
}

void wb__put_dccp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__dccp dccp;
    wb__line_put(line, "DCCP ");
    if (wb__dccp_read(text->packet, layer, &dccp) < 0)
        return;
    const char *name = wb__dccp_type_name(dccp.type);
    const char *reset = wb__dccp_reset_name(dccp.reset_code);
    if (name)
        wb__line_put(line, "%s ", name);
    else
        wb__line_put(line, "unknown-type-%u ", dccp.type);
    if (dccp.has_service_code)
        wb__line_put(line, "(service=%u) ", dccp.service_code);
    if (dccp.type == WB__DCCP_RESET)
        wb__line_put(line, "(code=%s) ", reset ? reset : "invalid");
    if (dccp.has_acknowledgment) {
        wb__line_put(line, "(ack=");
        wb__line_decimal(line, dccp.acknowledgment);
        wb__line_put(line, ") ");
    }
}

void wb__put_ah(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    const uint8_t *header = header_of(text, layer, 12);
    if (!header) {
        wb__line_put(line, "AH");
        return;
    }
    wb__line_put(line, "AH(spi=0x%08x,seq=0x%x,icv=0x", wb__load32(header + 4),
                 wb__load32(header + 8));
    for (uint32_t i = 12; i < layer->header_length; i++)
        wb__line_put(line, "%02x", header[i]);
    wb__line_put(line, "): ");
}

void wb__put_esp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    const uint8_t *header = header_of(text, layer, 8);
    wb__line_put(&text->line, "ESP");
    if (header)
        wb__line_put(&text->line, "(spi=0x%08x,seq=0x%x), length %u", wb__load32(header),
                     wb__load32(header + 4), layer->length);
}

void wb__put_ipcomp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    const uint8_t *header = header_of(text, layer, 4);
    wb__line_put(&text->line, "IPComp");
    if (header)
        wb__line_put(&text->line, "(cpi=0x%04x)", wb__load16(header + 2));
}

/* The addresses of types 0 and 2 begin where the segments of type 4 do. */
static void put_route(struct wb__line *line, const uint8_t *header, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        wb__line_put(line, ", [%u]", i);
        wb__line_address(line, header + 8 + (size_t)i * 16, 16);
    }
}

void wb__put_ip6_routing(struct wb__packet_text *text, const struct wb_layer *layer)
{
    enum { SEGMENTS = 4 };
    struct wb__line *line = &text->line;
    const uint8_t *header = header_of(text, layer, 8);
    if (!header) {
        wb__line_put(line, "RT6 ");
        return;
    }
    uint8_t type = header[2];
    uint32_t count = (layer->header_length - 8) / 16, segments = header[4] + 1u;
    wb__line_put(line, "RT6 (len=%u, type=%u%s, segleft=%u", header[1], type,
                 type == 0 ? " [Deprecated]" : "", header[3]);
    if (type == SEGMENTS) {
        wb__line_put(line, ", last-entry=%u, tag=%x", header[4], wb__load16(header + 6));
        count = segments < count ? segments : count;
    }
    if (type == 0 || type == 2 || type == SEGMENTS)
        put_route(line, header, count);
    wb__line_put(line, ") ");
}

static void put_binding_update(struct wb__line *line, const uint8_t *header)
{
    static const char letters[] = "AHLK";
    wb__line_put(line, " seq#=%u", wb__load16(header + 6));
    if (header[8] & 0xf0)
        wb__line_put(line, " ");
    for (unsigned bit = 0; bit < sizeof letters - 1; bit++)
        if (header[8] & 0x80 >> bit)
            wb__line_put(line, "%c", letters[bit]);
    wb__line_put(line, " lifetime=%u", wb__load16(header + 10) * 4u);
}

void wb__put_ip6_mobility(struct wb__packet_text *text, const struct wb_layer *layer)
{
    enum { BRR, HOTI, COTI, HOT, COT, BU, BA, BE };
    static const char *const names[] = {"BRR", "HoTI", "CoTI", "HoT", "CoT", "BU", "BA", "BE"};
    struct wb__line *line = &text->line;
    const uint8_t *header = header_of(text, layer, 8);
    wb__line_put(line, "mobility: ");
    if (!header)
        return;
    uint8_t type = header[2];
    bool has_lifetime = layer->header_length >= 16;
    if (type < sizeof names / sizeof *names)
        wb__line_put(line, "%s", names[type]);
    else
        wb__line_put(line, "type-#%u len=%u", type, header[1]);
    if (type == HOT || type == COT) {
        wb__line_put(line, " nonce id=0x%x", wb__load16(header + 6));
    } else if (type == BU && has_lifetime) {
        put_binding_update(line, header);
    } else if (type == BA && has_lifetime) {
        wb__line_put(line, " status=%u%s seq#=%u lifetime=%u", header[6],
                     header[7] & 0x80 ? " K" : "", wb__load16(header + 8),
                     wb__load16(header + 10) * 4u);
    } else if (type == BE && layer->header_length >= 24) {
        wb__line_put(line, " status=%u homeaddr ", header[6]);
        wb__line_address(line, header + 8, 16);
    }
}
