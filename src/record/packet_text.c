/* SPDX-License-Identifier: ISC
 *
 * A packet as a line of text, in the manner of tcpdump. It goes through the layers in
 * their order, and each says its part; what a layer complains of stands in brackets
 * behind it. What an ICMP error quotes is said by the error. Sequence numbers are those on
 * the wire: a line knows of no other packet.
 */
#include <wirebeam/record.h>
#include <wirebeam/source.h>

#include "decode/decode.h"
#include "decode/tcp_option.h"
#include "record/packet_link.h"
#include "record/packet_text.h"

static uint32_t payload_length(const struct wb_layer *layer)
{
    return layer->length - layer->header_length;
}

/* Of a frame whose next layer has no decoder, or is LLC in front of such a one, all that can
 * be said is from whom to whom. */
static bool is_next_unknown(const struct wb__packet_text *text, const struct wb_layer *layer)
{
    const struct wb_layer *end = text->decoded->layers + text->decoded->layer_count;
    return layer->status == WB_LAYER_UNKNOWN ||
           (layer + 1 < end && layer[1].kind == WB_LAYER_LLC &&
            layer[1].status == WB_LAYER_UNKNOWN);
}

static void put_ethernet(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb_ethernet ethernet;
    if (wb_ethernet_read(text->packet, layer, &ethernet) < 0)
        return;
    if (text->style.has_link_header) {
        wb__detail_ethernet(text, &ethernet);
        return;
    }
    if (!is_next_unknown(text, layer))
        return;
    wb__line_hardware(&text->line, ethernet.source, 6);
    wb__line_put(&text->line, " > ");
    wb__line_hardware(&text->line, ethernet.destination, 6);
    wb__line_put(&text->line, ", ");
}

static void put_vlan(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb_vlan vlan;
    if (wb_vlan_read(text->packet, layer, &vlan) < 0)
        return;
    wb__line_put(&text->line, "vlan %u, ", vlan.id);
    if (vlan.priority > 0)
        wb__line_put(&text->line, "p %u, ", vlan.priority);
    if (vlan.drop_eligible)
        wb__line_put(&text->line, "DEI, ");
}

static void put_sll(struct wb__packet_text *text, const struct wb_layer *layer)
{
    static const char *const types[] = {"In", "B", "M", "P", "Out"};
    struct wb_sll sll;
    if (wb_sll_read(text->packet, layer, &sll) < 0)
        return;
    if (layer->kind == WB_LAYER_SLL2)
        wb__line_put(&text->line, "if %u ", sll.interface_index);
    if (sll.packet_type < sizeof types / sizeof *types)
        wb__line_put(&text->line, "%s ", types[sll.packet_type]);
    else
        wb__line_put(&text->line, "packet type %u ", sll.packet_type);
}

static void put_arp_ends(struct wb__packet_text *text, const struct wb_arp *arp)
{
    enum { REQUEST = 1, REPLY = 2 };
    struct wb__line *line = &text->line;
    if (arp->operation == REQUEST) {
        wb__line_put(line, "Request who-has ");
        wb__line_address(line, arp->target_protocol, arp->protocol_length);
        wb__line_put(line, " tell ");
        wb__line_address(line, arp->sender_protocol, arp->protocol_length);
    } else if (arp->operation == REPLY) {
        wb__line_put(line, "Reply ");
        wb__line_address(line, arp->sender_protocol, arp->protocol_length);
        wb__line_put(line, " is-at ");
        wb__line_hardware(line, arp->sender_hardware, arp->hardware_length);
    } else {
        wb__line_put(line, "operation %u", arp->operation);
    }
}

static void put_arp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb_arp arp;
    wb__line_put(&text->line, "ARP, ");
    if (wb_arp_read(text->packet, layer, &arp) < 0)
        return;
    put_arp_ends(text, &arp);
    wb__line_put(&text->line, ", length %u", layer->length);
}

/* The ports of what an IP packet holds, which may be the outer one of several. */
static bool find_ports(const struct wb__packet_text *text, const struct wb_layer *network,
                       struct wb__ports *ports)
{
    const struct wb_layer *end = text->decoded->layers + text->decoded->layer_count;
    for (const struct wb_layer *layer = network + 1; layer < end; layer++) {
        if (wb__layer_ports(text->packet, layer, ports))
            return true;
        if (layer->kind < WB_LAYER_IP6_HOPOPTS || layer->kind > WB_LAYER_IP6_DSTOPTS)
            return false;
    }
    return false;
}

static void put_ends(struct wb__packet_text *text, const struct wb_layer *layer,
                     const uint8_t *source, const uint8_t *destination, size_t length)
{
    struct wb__line *line = &text->line;
    struct wb__ports ports;
    bool has_ports = find_ports(text, layer, &ports);
    wb__line_address(line, source, length);
    if (has_ports)
        wb__line_put(line, ".%u", ports.source);
    wb__line_put(line, " > ");
    wb__line_address(line, destination, length);
    if (has_ports)
        wb__line_put(line, ".%u", ports.destination);
    wb__line_put(line, ": ");
}

static void put_fragment(struct wb__line *line, uint32_t identification, uint16_t offset,
                         bool more_fragments)
{
    wb__line_put(line, "frag (id %u, offset %u%s) ", identification, offset,
                 more_fragments ? "+" : "");
}

static void put_ip4(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb_ip4 ip;
    wb__line_put(&text->line, "IP ");
    if (wb_ip4_read(text->packet, layer, &ip) < 0)
        return;
    if (text->style.is_verbose)
        wb__detail_ip4(text, layer, &ip);
    put_ends(text, layer, ip.source, ip.destination, 4);
    if (ip.more_fragments || ip.fragment_offset > 0)
        put_fragment(&text->line, ip.identification, ip.fragment_offset, ip.more_fragments);
}

static void put_ip6(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb_ip6 ip;
    wb__line_put(&text->line, "IP6 ");
    if (wb_ip6_read(text->packet, layer, &ip) == 0)
        put_ends(text, layer, ip.source, ip.destination, 16);
}

static void put_ip6_extension(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb_ip6_fragment fragment;
    if (layer->kind == WB_LAYER_IP6_HOPOPTS)
        wb__line_put(&text->line, "HBH ");
    else if (layer->kind == WB_LAYER_IP6_DSTOPTS)
        wb__line_put(&text->line, "DSTOPT ");
    else if (layer->kind == WB_LAYER_HIP)
        wb__line_put(&text->line, "HIP ");
    else if (layer->kind == WB_LAYER_SHIM6)
        wb__line_put(&text->line, "shim6 ");
    else if (wb_ip6_fragment_read(text->packet, layer, &fragment) == 0)
        put_fragment(&text->line, fragment.identification, fragment.fragment_offset,
                     fragment.more_fragments);
}

static void put_tcp_flags(struct wb__line *line, uint16_t flags)
{
    static const struct {
        uint16_t bit;
        char letter;
    } letters[] = {
        {WB_TCP_FIN, 'F'}, {WB_TCP_SYN, 'S'}, {WB_TCP_RST, 'R'},
        {WB_TCP_PSH, 'P'}, {WB_TCP_ACK, '.'}, {WB_TCP_URG, 'U'},
        {WB_TCP_ECE, 'E'}, {WB_TCP_CWR, 'W'}, {WB_TCP_AE, 'e'},
    };
    wb__line_put(line, "Flags [%s", flags ? "" : "none");
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (flags & letters[i].bit)
            wb__line_put(line, "%c", letters[i].letter);
    wb__line_put(line, "]");
}

static void put_sack(struct wb__line *line, const struct wb__tcp_option *option)
{
    wb__line_put(line, " %u ", option->length / 8);
    for (uint32_t i = 0; i < option->length; i += 8)
        wb__line_put(line, "{%u:%u}", wb__load32(option->value + i),
                     wb__load32(option->value + i + 4));
}

static void put_tcp_option(struct wb__line *line, const struct wb__tcp_option *option)
{
    const char *name = wb__tcp_option_name(option);
    if (!name) {
        wb__line_put(line, "option-%u", option->kind);
        for (uint32_t i = 0; i < option->length; i++)
            wb__line_put(line, i ? "%02x" : " 0x%02x", option->value[i]);
        return;
    }
    wb__line_put(line, "%s", name);
    if (option->kind == WB__TCP_OPTION_MSS)
        wb__line_put(line, " %u", wb__load16(option->value));
    else if (option->kind == WB__TCP_OPTION_WINDOW_SCALE)
        wb__line_put(line, " %u", option->value[0]);
    else if (option->kind == WB__TCP_OPTION_SACK)
        put_sack(line, option);
    else if (option->kind == WB__TCP_OPTION_TIMESTAMPS)
        wb__line_put(line, " val %u ecr %u", wb__load32(option->value),
                     wb__load32(option->value + 4));
}

static void put_tcp_options(struct wb__line *line, const struct wb_tcp *tcp)
{
    struct wb__cursor options = wb__cursor(tcp->options, tcp->options_length);
    struct wb__tcp_option option;
    const char *separator = "";
    if (tcp->options_length == 0)
        return;
    wb__line_put(line, ", options [");
    while (wb__tcp_option_next(&options, &option)) {
        wb__line_put(line, "%s", separator);
        put_tcp_option(line, &option);
        separator = ",";
    }
    if (options.failed)
        wb__line_put(line, "%sbad option", separator);
    wb__line_put(line, "]");
}

static void put_tcp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    struct wb_tcp tcp;
    if (wb_tcp_read(text->packet, layer, &tcp) < 0)
        return;
    uint32_t length = payload_length(layer);
    put_tcp_flags(line, tcp.flags);
    if (text->style.is_verbose) {
        wb__line_put(line, ", ");
        wb__detail_checksum(text, layer, "tcp", tcp.checksum);
    }
    if (length > 0)
        wb__line_put(line, ", seq %u:%u", tcp.sequence, tcp.sequence + length);
    else if (tcp.flags & (WB_TCP_SYN | WB_TCP_FIN | WB_TCP_RST))
        wb__line_put(line, ", seq %u", tcp.sequence);
    if (tcp.flags & WB_TCP_ACK)
        wb__line_put(line, ", ack %u", tcp.acknowledgment);
    wb__line_put(line, ", win %u", tcp.window);
    if (tcp.flags & WB_TCP_URG)
        wb__line_put(line, ", urg %u", tcp.urgent_pointer);
    put_tcp_options(line, &tcp);
    wb__line_put(line, ", length %u", length);
}

/* What UDP carries speaks for itself, if it is known and shown. */
static void put_udp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    bool is_last = layer + 1 == text->decoded->layers + text->decoded->layer_count;
    struct wb_udp udp;
    if (text->style.is_verbose && wb_udp_read(text->packet, layer, &udp) == 0) {
        wb__line_put(&text->line, "[");
        wb__detail_checksum(text, layer, "udp", udp.checksum);
        wb__line_put(&text->line, "] ");
    }
    if (!is_last && layer[1].kind != WB_LAYER_PAYLOAD && wb__is_shown(&text->style, layer[1].kind))
        return;
    wb__line_put(&text->line, "UDP");
    if (layer->header_length > 0)
        wb__line_put(&text->line, ", length %u", payload_length(layer));
}

static void put_icmp(struct wb__packet_text *text, const struct wb_layer *layer)
{
    wb__line_put(&text->line, layer->kind == WB_LAYER_ICMP ? "ICMP" : "ICMP6,");
    wb__line_icmp(&text->line, text->packet, text->decoded, layer);
    if (layer->header_length == 0)
        return;
    wb__line_put(&text->line, ", length %u", layer->length);
    struct wb_icmp icmp;
    if (text->style.is_verbose && wb_icmp_read(text->packet, layer, &icmp) == 0) {
        wb__line_put(&text->line, ", ");
        wb__detail_checksum(text, layer, "icmp", icmp.checksum);
    }
}

static void put_payload(struct wb__packet_text *text, const struct wb_layer *layer)
{
    if (layer->status != WB_LAYER_UNKNOWN)
        return;
    const char *name = wb_link_type_name(text->packet->link_type);
    wb__line_put(&text->line, "link type %u (%s), length %u", text->packet->link_type,
                 name ? name : "not registered", layer->length);
}

static void put_layer(struct wb__packet_text *text, const struct wb_layer *layer)
{
    static wb__layer_texter *const texters[WB_LAYER_KIND_COUNT] = {
        [WB_LAYER_PAYLOAD] = put_payload,
        [WB_LAYER_ETHERNET] = put_ethernet,
        [WB_LAYER_VLAN] = put_vlan,
        [WB_LAYER_SLL] = put_sll,
        [WB_LAYER_SLL2] = put_sll,
        [WB_LAYER_ARP] = put_arp,
        [WB_LAYER_IP4] = put_ip4,
        [WB_LAYER_IP6] = put_ip6,
        [WB_LAYER_IP6_HOPOPTS] = put_ip6_extension,
        [WB_LAYER_IP6_ROUTING] = wb__put_ip6_routing,
        [WB_LAYER_IP6_FRAGMENT] = put_ip6_extension,
        [WB_LAYER_IP6_DSTOPTS] = put_ip6_extension,
        [WB_LAYER_HIP] = put_ip6_extension,
        [WB_LAYER_SHIM6] = put_ip6_extension,
        [WB_LAYER_TCP] = put_tcp,
        [WB_LAYER_UDP] = put_udp,
        [WB_LAYER_ICMP] = put_icmp,
        [WB_LAYER_ICMP6] = put_icmp,
        [WB_LAYER_IP6_MOBILITY] = wb__put_ip6_mobility,
        [WB_LAYER_AH] = wb__put_ah,
        [WB_LAYER_ESP] = wb__put_esp,
        [WB_LAYER_IPCOMP] = wb__put_ipcomp,
        [WB_LAYER_SCTP] = wb__put_sctp,
        [WB_LAYER_UDPLITE] = wb__put_udplite,
        [WB_LAYER_DCCP] = wb__put_dccp,
        [WB_LAYER_IGMP] = wb__put_igmp,
        [WB_LAYER_VRRP] = wb__put_vrrp,
        [WB_LAYER_CARP] = wb__put_carp,
        [WB_LAYER_PIM] = wb__put_pim,
        [WB_LAYER_OSPF] = wb__put_ospf,
        [WB_LAYER_MPLS] = wb__put_mpls,
        [WB_LAYER_PSEUDOWIRE] = wb__put_pseudowire,
        [WB_LAYER_GRE] = wb__put_gre,
        [WB_LAYER_ERSPAN] = wb__put_erspan,
        [WB_LAYER_ETHERIP] = wb__put_etherip,
        [WB_LAYER_PBB] = wb__put_pbb,
        [WB_LAYER_VXLAN] = wb__put_vxlan,
        [WB_LAYER_VXLAN_GPE] = wb__put_vxlan_gpe,
        [WB_LAYER_NSH] = wb__put_nsh,
        [WB_LAYER_GENEVE] = wb__put_geneve,
        [WB_LAYER_GTP] = wb__put_gtp,
        [WB_LAYER_L2TP] = wb__put_l2tp,
        [WB_LAYER_L2TP3] = wb__put_l2tp,
        [WB_LAYER_TEREDO] = wb__put_teredo,
        [WB_LAYER_UDPENCAP] = wb__put_udpencap,
        [WB_LAYER_LLC] = wb__put_llc,
        [WB_LAYER_IPX] = wb__put_ipx,
        [WB_LAYER_STP] = wb__put_stp,
        [WB_LAYER_CDP] = wb__put_cdp,
        [WB_LAYER_LLDP] = wb__put_lldp,
        [WB_LAYER_EAPOL] = wb__put_eapol,
        [WB_LAYER_EAP] = wb__put_eap,
        [WB_LAYER_MAC_CONTROL] = wb__put_mac_control,
        [WB_LAYER_PPPOE_DISCOVERY] = wb__put_pppoe,
        [WB_LAYER_PPPOE] = wb__put_pppoe,
        [WB_LAYER_PPP] = wb__put_ppp,
        [WB_LAYER_PPP_CONTROL] = wb__put_ppp_control,
        [WB_LAYER_CHDLC] = wb__put_chdlc,
        [WB_LAYER_SLARP] = wb__put_slarp,
        [WB_LAYER_FRAME_RELAY] = wb__put_frame_relay,
        [WB_LAYER_FDDI] = wb__put_ring,
        [WB_LAYER_TOKEN_RING] = wb__put_ring,
        [WB_LAYER_RADIOTAP] = wb__put_radiotap,
        [WB_LAYER_PRISM] = wb__put_prism,
        [WB_LAYER_AVS] = wb__put_avs,
        [WB_LAYER_PPI] = wb__put_ppi,
        [WB_LAYER_WLAN] = wb__put_wlan,
        [WB_LAYER_NFLOG] = wb__put_nflog,
        [WB_LAYER_DNS] = wb__put_dns,
        [WB_LAYER_MDNS] = wb__put_dns,
        [WB_LAYER_LLMNR] = wb__put_dns,
        [WB_LAYER_DHCP] = wb__put_dhcp,
        [WB_LAYER_DHCP6] = wb__put_dhcp6,
    };
    if (texters[layer->kind])
        texters[layer->kind](text, layer);
}

/* What follows a layer that nothing here takes further. */
static void put_next(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    switch (layer->kind) {
    case WB_LAYER_ETHERNET:
    case WB_LAYER_VLAN:
    case WB_LAYER_SLL:
    case WB_LAYER_SLL2:
        if (layer->next > 0)
            wb__line_put(line, "ethertype 0x%04x", layer->next);
        else
            wb__line_put(line, "no ethertype");
        break;
    case WB_LAYER_NULL:
    case WB_LAYER_LOOP:
        wb__line_put(line, "address family %u", layer->next);
        break;
    case WB_LAYER_RAW:
        wb__line_put(line, "not IP");
        break;
    case WB_LAYER_GRE:
        if (layer->next > 0) /* 0: of an unknown version */
            wb__line_put(line, "gre-proto-0x%x", layer->next);
        return;
    case WB_LAYER_GENEVE:
        wb__line_put(line, "geneve-proto-0x%x", layer->next);
        break;
    case WB_LAYER_NSH:
    case WB_LAYER_VXLAN_GPE:
        wb__line_put(line, "unknown-next-protocol-0x%02x", layer->next);
        break;
    case WB_LAYER_L2TP:
        wb__line_put(line, "ppp");
        break;
    case WB_LAYER_MPLS:
    case WB_LAYER_PSEUDOWIRE:
    case WB_LAYER_ERSPAN:
    case WB_LAYER_ETHERIP:
    case WB_LAYER_GTP:
        wb__line_put(line, "payload");
        break;
    default:
        wb__line_put(line, "ip-proto-%u", layer->next);
    }
    wb__line_put(line, ", length %u", payload_length(layer));
}

static bool ends_with_space(const struct wb__line *line)
{
    return line->length > 0 && line->text[line->length - 1] == ' ';
}

static void put_status(struct wb__packet_text *text, const struct wb_layer *layer)
{
    struct wb__line *line = &text->line;
    bool is_complaint = layer->status >= WB_LAYER_TRUNCATED && layer->status <= WB_LAYER_TOO_DEEP;
    if (is_complaint && !ends_with_space(line))
        wb__line_put(line, " ");
    switch (layer->status) {
    case WB_LAYER_TRUNCATED:
        wb__line_put(line, "[|%s]", wb_layer_name(layer->kind));
        break;
    case WB_LAYER_MALFORMED:
        wb__line_put(line, "[malformed %s: %s] ", wb_layer_name(layer->kind),
                     wb__malformed_words(text->packet, layer));
        break;
    case WB_LAYER_TOO_DEEP:
        wb__line_put(line, "[more than %d layers]", WB_LAYERS_MAX);
        break;
    case WB_LAYER_UNKNOWN:
    case WB_LAYER_FRAGMENT:
        if (layer->kind != WB_LAYER_PAYLOAD && !wb__link_names_next(layer->kind))
            put_next(text, layer);
        break;
    default:
        break;
    }
}

/* RFC 8200, 4.7: nothing follows, and nothing should. */
static bool is_next_none(const struct wb_layer *layer)
{
    enum { NO_NEXT_HEADER = 59 };
    bool has_next_header = layer->kind == WB_LAYER_AH ||
                           (layer->kind >= WB_LAYER_IP6 && layer->kind <= WB_LAYER_IP6_DSTOPTS);
    return has_next_header && layer->status == WB_LAYER_OK && layer->next == NO_NEXT_HEADER;
}

static void put_layers(struct wb__packet_text *text, unsigned first)
{
    for (unsigned i = first; i < text->decoded->layer_count && i < text->decoded->quoted; i++) {
        const struct wb_layer *layer = &text->decoded->layers[i];
        if (!wb__is_shown(&text->style, layer->kind))
            continue;
        put_layer(text, layer);
        put_status(text, layer);
        if (is_next_none(layer))
            wb__line_put(&text->line, "no next header");
    }
}

/* The other packets of the frame, behind the first and without what is around them. */
static void put_others(struct wb__packet_text *text)
{
    const struct wb_decoded *first = text->decoded;
    struct wb_decoded next = *first;
    text->decoded = &next;
    while (wb_decode_next(text->packet, &next)) {
        wb__line_put(&text->line, "; ");
        put_layers(text, wb__decode_aggregate(&next));
    }
    text->decoded = first;
}

size_t wb_packet_styled_text(const struct wb_packet *packet, const struct wb_decoded *decoded,
                             const struct wb_packet_style *style, char *buffer, size_t size)
{
    if (size == 0)
        return 0;
    struct wb__packet_text text = {packet, decoded, wb__line(buffer, size), *style};
    wb__detail_time(&text);
    put_layers(&text, 0);
    if (decoded->has_next)
        put_others(&text);
    struct wb__line *line = &text.line;
    while (ends_with_space(line))
        line->text[--line->length] = '\0';
    return line->length;
}

size_t wb_packet_text(const struct wb_packet *packet, const struct wb_decoded *decoded,
                      char *buffer, size_t size)
{
    return wb_packet_styled_text(packet, decoded, &(struct wb_packet_style){0}, buffer, size);
}
