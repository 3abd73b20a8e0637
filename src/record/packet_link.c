/* SPDX-License-Identifier: ISC */
#include "record/packet_link.h"

#include "decode/link.h"

static uint32_t payload_length(const struct wb_layer *layer)
{
    return layer->length - layer->header_length;
}

void wb__line_named(struct wb__line *line, const char *name, unsigned number, unsigned width)
{
    wb__line_put(line, "%s (0x", name ? name : "Unknown");
    wb__line_put(line, width == 2 ? "%02x)" : width == 4 ? "%04x)" : "%06x)", number);
}

static void put_ends(struct wb__line *line, const uint8_t *source, const uint8_t *destination)
{
    wb__line_hardware(line, source, 6);
    wb__line_put(line, " > ");
    wb__line_hardware(line, destination, 6);
}

/* --- LLC and what is beside it ------------------------------------------------ */

static void put_sap(struct wb__line *line, uint8_t sap)
{
    const char *name = wb__sap_name(sap & 0xfe);
    if (name)
        wb__line_put(line, "%s ", name);
    else
        wb__line_put(line, "SAP 0x%02x ", sap & 0xfeu);
}

static void put_saps(struct wb__line *line, const struct wb__llc *llc)
{
    put_sap(line, llc->ssap);
    if ((llc->ssap ^ llc->dsap) & 0xfe) {
        wb__line_put(line, "> ");
        put_sap(line, llc->dsap);
    }
}

static void put_unnumbered(struct wb__line *line, const struct wb__llc *llc)
{
    const char *name = wb__llc_unnumbered_name(llc->control);
    bool is_response = llc->ssap & 1, has_poll = llc->control & 0x10;
    wb__line_put(line, "Unnumbered, %s, Flags [", name ? name : "unknown");
    if (is_response)
        wb__line_put(line, has_poll ? "Response, Final]" : "Response]");
    else
        wb__line_put(line, has_poll ? "Poll]" : "Command]");
}

static void put_numbered(struct wb__line *line, const struct wb__llc *llc)
{
    static const char *const names[] = {"Receiver Ready", "Receiver not Ready", "Reject",
                                        "unknown"};
    unsigned receive = llc->control >> 1 & 0x7f, send = llc->control >> 9 & 0x7f;
    if (llc->format == WB__LLC_SUPERVISORY)
        wb__line_put(line, "Supervisory, %s, rcv seq %u", names[llc->control >> 10 & 3], receive);
    else
        wb__line_put(line, "Information, send seq %u, rcv seq %u", send, receive);
    if (llc->control & 1)
        wb__line_put(line, ", Flags [%s]", llc->ssap & 1 ? "Final" : "Poll");
}

static void put_format(struct wb__line *line, const struct wb__llc *llc)
{
    if (llc->format == WB__LLC_UNNUMBERED)
        put_unnumbered(line, llc);
    else
        put_numbered(line, llc);
}

/* Silent where the next layer speaks for itself. */
void wb__put_llc(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__llc llc;
    if (layer->status != WB_LAYER_UNKNOWN || wb__llc_read(text->packet, layer, &llc) < 0)
        return;
    if (llc.is_snap) {
        wb__line_put(line, "SNAP, oui ");
        wb__line_named(line, wb__oui_name(llc.oui), llc.oui, 6);
        wb__line_put(line, ", pid ");
        wb__line_named(line, wb__pid_name(llc.oui, llc.pid), llc.pid, 4);
    } else {
        put_saps(line, &llc);
        put_format(line, &llc);
    }
    wb__line_put(line, ", length %u", llc.is_snap ? payload_length(layer) : layer->length);
}

static void put_ipx_end(struct wb__line *line, uint32_t network, const uint8_t *node,
                        uint16_t socket)
{
    wb__line_put(line, "%08x.", network);
    wb__line_hardware(line, node, 6);
    wb__line_put(line, ".%04x", socket);
}

void wb__put_ipx(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__ipx ipx;
    wb__line_put(line, "IPX ");
    if (wb__ipx_read(text->packet, layer, &ipx) < 0)
        return;
    put_ipx_end(line, ipx.source_network, ipx.source_node, ipx.source_socket);
    wb__line_put(line, " > ");
    put_ipx_end(line, ipx.destination_network, ipx.destination_node, ipx.destination_socket);
    wb__line_put(line, ": length %u", payload_length(layer));
}

void wb__put_ring(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__ring ring;
    if (layer->status != WB_LAYER_UNKNOWN || wb__ring_read(text->packet, layer, &ring) < 0)
        return;
    put_ends(&text->line, ring.source, ring.destination);
    wb__line_put(&text->line, ", fc 0x%02x, length %u", ring.frame_control, layer->length);
}

static void put_times(struct wb__line *line, const struct wb__mac_control *control)
{
    if (control->opcode == WB__MAC_PAUSE)
        wb__line_put(line, ", time %u", control->times[0]);
    for (unsigned i = 0; control->opcode == WB__MAC_PRIORITY_PAUSE && i < 8; i++)
        if (control->enable >> i & 1)
            wb__line_put(line, ", priority %u time %u", i, control->times[i]);
}

void wb__put_mac_control(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__mac_control control;
    wb__line_put(&text->line, "MAC control, ");
    if (wb__mac_control_read(text->packet, layer, &control) < 0)
        return;
    wb__line_put(&text->line, "opcode ");
    wb__line_named(&text->line, wb__mac_control_name(control.opcode), control.opcode, 4);
    put_times(&text->line, &control);
    wb__line_put(&text->line, ", length %u", layer->length);
}

/* --- PPP ---------------------------------------------------------------------- */

static bool is_printable(const struct wb__tlv *tag)
{
    for (uint32_t i = 0; i < tag->length; i++)
        if (tag->value[i] < 0x20 || tag->value[i] > 0x7e)
            return false;
    return true;
}

static void put_upper_hex(struct wb__line *line, uint8_t byte)
{
    static const char digits[] = "0123456789ABCDEF";
    wb__line_put(line, "%c%c", digits[byte >> 4], digits[byte & 15]);
}

static void put_tag(struct wb__line *line, const struct wb__tlv *tag)
{
    enum { SHOWN_MAX = 80 };
    const char *name = wb__pppoe_tag_name(tag->type);
    uint32_t length = tag->length < SHOWN_MAX ? tag->length : SHOWN_MAX;
    wb__line_put(line, name ? " [%s" : " [TAG-0x", name);
    if (!name)
        wb__line_put(line, "%x", tag->type);
    if (tag->length > 0 && is_printable(tag)) {
        wb__line_put(line, " \"");
        wb__line_text(line, tag->value, length);
        wb__line_put(line, "\"");
    } else {
        wb__line_put(line, length > 0 ? " 0x" : "");
        for (uint32_t i = 0; i < length; i++)
            put_upper_hex(line, tag->value[i]);
    }
    wb__line_put(line, "%s]", length < tag->length ? "..." : "");
}

static void put_tags(struct wb__packet_text *text, const struct wb_layer *layer)
{
    const uint8_t *payload;
    uint32_t length = wb_layer_payload(text->packet, layer, &payload);
    struct wb__cursor tags = wb__cursor(payload, length);
    struct wb__tlv tag;
    while (wb__pppoe_tag_next(&tags, &tag) && tag.type != 0)
        put_tag(&text->line, &tag);
    if (tags.failed)
        wb__line_put(&text->line, " [|pppoe]");
}

void wb__put_pppoe(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb_pppoe pppoe;
    wb__line_put(line, "PPPoE ");
    if (wb_pppoe_read(text->packet, layer, &pppoe) < 0)
        return;
    const char *name = wb__pppoe_code_name(pppoe.code);
    if (name)
        wb__line_put(line, "%s", name);
    else if (pppoe.code != 0)
        wb__line_put(line, "code 0x%02x", pppoe.code);
    if (pppoe.session_id != 0)
        wb__line_put(line, " [ses 0x%x]", pppoe.session_id);
    if (layer->kind == WB_LAYER_PPPOE_DISCOVERY || pppoe.code != 0)
        put_tags(text, layer);
    wb__line_put(line, " ");
}

void wb__put_ppp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__ppp ppp;
    if (layer->status != WB_LAYER_UNKNOWN || wb__ppp_read(text->packet, layer, &ppp) < 0)
        return;
    unsigned protocol = ppp.protocol;
    const char *name = wb__ppp_protocol_name(protocol);
    if (name)
        wb__line_named(&text->line, name, protocol, 4);
    else
        wb__line_put(&text->line, "unknown PPP protocol (0x%04x)", protocol);
    wb__line_put(&text->line, ", length %u", payload_length(layer));
}

void wb__put_ppp_control(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__ppp_control control;
    const char *protocol = wb__ppp_protocol_name(layer->next);
    wb__line_put(line, "%s, ", protocol ? protocol : "PPP");
    if (wb__ppp_control_read(text->packet, layer, &control) < 0)
        return;
    wb__line_named(line, wb__ppp_code_name(control.protocol, control.code), control.code, 2);
    wb__line_put(line, ", id %u, length %u", control.identifier, control.length);
}

/* --- Cisco HDLC, Frame Relay, NFLOG ------------------------------------------- */

void wb__put_chdlc(struct wb__packet_text *text, const struct wb_layer *layer)
{
    if (layer->status == WB_LAYER_UNKNOWN)
        wb__line_put(&text->line, "unknown CHDLC protocol (0x%04x), length %u", layer->next,
                     payload_length(layer));
}

static void put_uptime(struct wb__line *line, uint32_t uptime_ms)
{
    uint32_t seconds = uptime_ms / 1000;
    wb__line_put(line, ", link uptime=%ud%uh%um%us", seconds / 86400, seconds / 3600 % 24,
                 seconds / 60 % 60, seconds % 60);
}

static void put_keepalive(struct wb__line *line, const struct wb__slarp *slarp)
{
    wb__line_put(line, "keepalive: mineseen=0x%08x, yourseen=0x%08x, reliability=0x%04x",
                 slarp->my_sequence, slarp->your_sequence, slarp->reliability);
    if (slarp->has_uptime)
        put_uptime(line, slarp->uptime_ms);
}

void wb__put_slarp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__slarp slarp;
    wb__line_put(line, "SLARP (length: %u), ", layer->length);
    if (wb__slarp_read(text->packet, layer, &slarp) < 0)
        return;
    if (slarp.code == WB__SLARP_KEEPALIVE) {
        put_keepalive(line, &slarp);
    } else if (slarp.code == WB__SLARP_REQUEST) {
        wb__line_put(line, "request");
    } else if (slarp.code == WB__SLARP_REPLY) {
        wb__line_put(line, "reply ");
        wb__line_address(line, slarp.address, 4);
        wb__line_put(line, "/");
        wb__line_address(line, slarp.mask, 4);
    } else {
        wb__line_put(line, "SLARP code unknown (%u)", slarp.code);
    }
}

static void put_frame_flags(struct wb__line *line, const struct wb__frame_relay *frame)
{
    const struct {
        bool is_set;
        const char *name;
    } flags[] = {
        {frame->command_response, "C!"},
        {frame->discard_eligible, "DE"},
        {frame->backward_congestion, "BECN"},
        {frame->forward_congestion, "FECN"},
    };
    const char *separator = "";
    wb__line_put(line, "Flags [");
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (!flags[i].is_set)
            continue;
        wb__line_put(line, "%s%s", separator, flags[i].name);
        separator = ", ";
    }
    wb__line_put(line, "%s]", *separator ? "" : "none");
}

void wb__put_frame_relay(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb__frame_relay frame;
    if (layer->status != WB_LAYER_UNKNOWN ||
        wb__frame_relay_read(text->packet, layer, &frame) < 0)
        return;
    wb__line_put(line, "Q.922, hdr-len %u, DLCI %u, ", frame.address_length, frame.dlci);
    put_frame_flags(line, &frame);
    if (frame.is_cisco) {
        wb__line_put(line, ", cisco-ethertype 0x%04x", frame.ethertype);
    } else {
        wb__line_put(line, ", NLPID ");
        wb__line_named(line, wb__nlpid_name(frame.nlpid), frame.nlpid, 2);
    }
    if (frame.is_snap)
        wb__line_put(line, ": oui 0x%06x, pid 0x%04x", frame.oui, frame.pid);
    wb__line_put(line, ", length %u", layer->length);
}

void wb__put_nflog(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__nflog nflog;
    bool has_packet = layer->status != WB_LAYER_UNKNOWN && layer->length > layer->header_length;
    if (has_packet || wb__nflog_read(text->packet, layer, &nflog) < 0)
        return;
    wb__line_put(&text->line, "NFLOG version %u, resource ID %u, family %u, length %u",
                 nflog.version, nflog.resource_id, nflog.family, payload_length(layer));
}

bool wb__link_names_next(unsigned kind)
{
    switch (kind) {
    case WB_LAYER_LLC:
    case WB_LAYER_PPP:
    case WB_LAYER_CHDLC:
    case WB_LAYER_FRAME_RELAY:
    case WB_LAYER_FDDI:
    case WB_LAYER_TOKEN_RING:
    case WB_LAYER_PPI:
    case WB_LAYER_WLAN:
    case WB_LAYER_NFLOG:
        return true;
    default:
        return false;
    }
}

static bool has_bytes(const struct wb_packet *packet, const struct wb_layer *layer, uint32_t count)
{
    struct wb__cursor bytes = wb__layer_bytes(packet, layer);
    return wb__cursor_left(&bytes) >= count;
}

/* Q.922, 3.2: the lowest bit is set in the last byte, which is not the first. */
static bool ends_address(const uint8_t *bytes)
{
    return !(bytes[0] & 1) && (bytes[1] | bytes[2] | bytes[3]) & 1;
}

/* Of layers whose header could not be read although its first bytes are there. */
static const char *header_words(const struct wb_packet *packet, const struct wb_layer *layer)
{
    const uint8_t *header = packet->data + layer->offset;
    switch (layer->kind) {
    case WB_LAYER_FRAME_RELAY:
        return has_bytes(packet, layer, 4) && !ends_address(header) ? "address does not end" : NULL;
    case WB_LAYER_TOKEN_RING:
        return has_bytes(packet, layer, 16) ? "route shorter than its header" : NULL;
    case WB_LAYER_NFLOG:
        return has_bytes(packet, layer, 8) ? "TLV that does not fit" : NULL;
    case WB_LAYER_WLAN:
        return has_bytes(packet, layer, 2) && header[0] & 3 ? "version is not 0" : NULL;
    case WB_LAYER_RADIOTAP:
        if (!has_bytes(packet, layer, 8))
            return NULL;
        return header[0] ? "version is not 0" : "length below 8 or beyond the packet";
    case WB_LAYER_AVS:
        return has_bytes(packet, layer, 8) ? "no magic number, or a length below 64" : NULL;
    case WB_LAYER_PPI:
        return has_bytes(packet, layer, 8) ? "length below 8 or beyond the packet" : NULL;
    default:
        return NULL;
    }
}

const char *wb__link_malformed_words(const struct wb_packet *packet, const struct wb_layer *layer)
{
    if (layer->header_length == 0)
        return header_words(packet, layer);
    switch (layer->kind) {
    case WB_LAYER_RADIOTAP:
        return "fields beyond the header, or of unknown length";
    case WB_LAYER_IPX:
        return wb__load16(packet->data + layer->offset + 2) < 30 ? "length below 30"
                                                                 : "length beyond the frame";
    case WB_LAYER_PPP_CONTROL:
    case WB_LAYER_EAP:
        return wb__load16(packet->data + layer->offset + 2) < 4 ? "length below 4"
                                                                : "length beyond the packet";
    case WB_LAYER_NFLOG:
        return "payload beyond the packet";
    default:
        return NULL;
    }
}
