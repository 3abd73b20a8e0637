/* SPDX-License-Identifier: ISC
 *
 * The decode stage: the loop that walks from layer to layer, and the tables that say
 * which decoder a number stands for. Every layer takes a slot in wb_decoded.layers,
 * so the walk ends after WB_LAYERS_MAX steps whatever the packet says.
 *
 * Nothing here knows a header; that is what the decoders are for (decoder.h).
 */
#include "decode/decode.h"
#include "decode/decoder.h"
#include "decode/fields.h"
#include "decode/link.h"
#include "decode/radio.h"

/* What is known of a kind of layer. */
static const struct {
    wb__decoder *decode;
    wb__teller *tell; /* NULL: it has no fields */
} kinds[WB_LAYER_KIND_COUNT] = {
    [WB_LAYER_PAYLOAD] = {wb__decode_payload, wb__tell_payload},
    [WB_LAYER_ETHERNET] = {wb__decode_ethernet, wb__tell_ethernet},
    [WB_LAYER_VLAN] = {wb__decode_vlan, wb__tell_vlan},
    [WB_LAYER_SLL] = {wb__decode_sll, wb__tell_sll},
    [WB_LAYER_SLL2] = {wb__decode_sll2, wb__tell_sll},
    [WB_LAYER_NULL] = {wb__decode_null, wb__tell_loopback},
    [WB_LAYER_LOOP] = {wb__decode_loop, wb__tell_loopback},
    [WB_LAYER_RAW] = {wb__decode_raw, NULL},
    [WB_LAYER_ARP] = {wb__decode_arp, wb__tell_arp},
    [WB_LAYER_IP4] = {wb__decode_ip4, wb__tell_ip4},
    [WB_LAYER_IP6] = {wb__decode_ip6, wb__tell_ip6},
    [WB_LAYER_IP6_HOPOPTS] = {wb__decode_ip6_options, wb__tell_ip6_options},
    [WB_LAYER_IP6_ROUTING] = {wb__decode_ip6_options, wb__tell_ip6_routing},
    [WB_LAYER_IP6_FRAGMENT] = {wb__decode_ip6_fragment, wb__tell_ip6_fragment},
    [WB_LAYER_IP6_DSTOPTS] = {wb__decode_ip6_options, wb__tell_ip6_options},
    [WB_LAYER_TCP] = {wb__decode_tcp, wb__tell_tcp},
    [WB_LAYER_UDP] = {wb__decode_udp, wb__tell_udp},
    [WB_LAYER_ICMP] = {wb__decode_icmp, wb__tell_icmp},
    [WB_LAYER_ICMP6] = {wb__decode_icmp, wb__tell_icmp},
    [WB_LAYER_IP6_MOBILITY] = {wb__decode_ip6_options, wb__tell_ip6_mobility},
    [WB_LAYER_HIP] = {wb__decode_ip6_options, wb__tell_ip6_extension},
    [WB_LAYER_SHIM6] = {wb__decode_ip6_options, wb__tell_ip6_extension},
    [WB_LAYER_AH] = {wb__decode_ah, wb__tell_ah},
    [WB_LAYER_ESP] = {wb__decode_esp, wb__tell_esp},
    [WB_LAYER_IPCOMP] = {wb__decode_ipcomp, wb__tell_ipcomp},
    [WB_LAYER_SCTP] = {wb__decode_sctp, wb__tell_sctp},
    [WB_LAYER_UDPLITE] = {wb__decode_udplite, wb__tell_udplite},
    [WB_LAYER_DCCP] = {wb__decode_dccp, wb__tell_dccp},
    [WB_LAYER_IGMP] = {wb__decode_igmp, wb__tell_igmp},
    [WB_LAYER_VRRP] = {wb__decode_vrrp, wb__tell_vrrp},
    [WB_LAYER_CARP] = {wb__decode_carp, wb__tell_carp},
    [WB_LAYER_PIM] = {wb__decode_pim, wb__tell_pim},
    [WB_LAYER_OSPF] = {wb__decode_ospf, wb__tell_ospf},
    [WB_LAYER_MPLS] = {wb__decode_mpls, wb__tell_mpls},
    [WB_LAYER_PSEUDOWIRE] = {wb__decode_pseudowire, wb__tell_pseudowire},
    [WB_LAYER_GRE] = {wb__decode_gre, wb__tell_gre},
    [WB_LAYER_ERSPAN] = {wb__decode_erspan, wb__tell_erspan},
    [WB_LAYER_ETHERIP] = {wb__decode_etherip, wb__tell_etherip},
    [WB_LAYER_PBB] = {wb__decode_pbb, wb__tell_pbb},
    [WB_LAYER_VXLAN] = {wb__decode_vxlan, wb__tell_vxlan},
    [WB_LAYER_VXLAN_GPE] = {wb__decode_vxlan_gpe, wb__tell_vxlan_gpe},
    [WB_LAYER_NSH] = {wb__decode_nsh, wb__tell_nsh},
    [WB_LAYER_GENEVE] = {wb__decode_geneve, wb__tell_geneve},
    [WB_LAYER_GTP] = {wb__decode_gtp, wb__tell_gtp},
    [WB_LAYER_L2TP] = {wb__decode_l2tp, wb__tell_l2tp},
    [WB_LAYER_L2TP3] = {wb__decode_l2tp3, wb__tell_l2tp3},
    [WB_LAYER_TEREDO] = {wb__decode_teredo, wb__tell_teredo},
    [WB_LAYER_UDPENCAP] = {wb__decode_udpencap, wb__tell_udpencap},
    [WB_LAYER_LLC] = {wb__decode_llc, wb__tell_llc},
    [WB_LAYER_IPX] = {wb__decode_ipx, wb__tell_ipx},
    [WB_LAYER_STP] = {wb__decode_stp, wb__tell_stp},
    [WB_LAYER_CDP] = {wb__decode_cdp, wb__tell_cdp},
    [WB_LAYER_LLDP] = {wb__decode_lldp, wb__tell_lldp},
    [WB_LAYER_EAPOL] = {wb__decode_eapol, wb__tell_eapol},
    [WB_LAYER_EAP] = {wb__decode_eap, wb__tell_eap},
    [WB_LAYER_MAC_CONTROL] = {wb__decode_mac_control, wb__tell_mac_control},
    [WB_LAYER_PPPOE_DISCOVERY] = {wb__decode_pppoe_discovery, wb__tell_pppoe},
    [WB_LAYER_PPPOE] = {wb__decode_pppoe, wb__tell_pppoe},
    [WB_LAYER_PPP] = {wb__decode_ppp, wb__tell_ppp},
    [WB_LAYER_PPP_CONTROL] = {wb__decode_ppp_control, wb__tell_ppp_control},
    [WB_LAYER_CHDLC] = {wb__decode_chdlc, wb__tell_chdlc},
    [WB_LAYER_SLARP] = {wb__decode_slarp, wb__tell_slarp},
    [WB_LAYER_FRAME_RELAY] = {wb__decode_frame_relay, wb__tell_frame_relay},
    [WB_LAYER_FDDI] = {wb__decode_fddi, wb__tell_ring},
    [WB_LAYER_TOKEN_RING] = {wb__decode_token_ring, wb__tell_ring},
    [WB_LAYER_RADIOTAP] = {wb__decode_radiotap, wb__tell_radiotap},
    [WB_LAYER_PRISM] = {wb__decode_prism, wb__tell_prism},
    [WB_LAYER_AVS] = {wb__decode_avs, wb__tell_avs},
    [WB_LAYER_PPI] = {wb__decode_ppi, wb__tell_ppi},
    [WB_LAYER_WLAN] = {wb__decode_wlan, wb__tell_wlan},
    [WB_LAYER_AMSDU] = {wb__decode_amsdu, wb__tell_amsdu},
    [WB_LAYER_NFLOG] = {wb__decode_nflog, wb__tell_nflog},
    [WB_LAYER_DNS] = {wb__decode_dns, wb__tell_dns},
    [WB_LAYER_MDNS] = {wb__decode_dns, wb__tell_dns},
    [WB_LAYER_LLMNR] = {wb__decode_dns, wb__tell_dns},
    [WB_LAYER_DHCP] = {wb__decode_dhcp, wb__tell_dhcp},
    [WB_LAYER_DHCP6] = {wb__decode_dhcp6, wb__tell_dhcp6},
};

unsigned wb__kind_of_link(uint32_t link_type)
{
    switch (link_type) {
    case WB__LINK_ETHERNET:
        return WB_LAYER_ETHERNET;
    case WB__LINK_SLL:
        return WB_LAYER_SLL;
    case WB__LINK_SLL2:
        return WB_LAYER_SLL2;
    case WB__LINK_NULL:
        return WB_LAYER_NULL;
    case WB__LINK_LOOP:
        return WB_LAYER_LOOP;
    case WB__LINK_MPLS:
        return WB_LAYER_MPLS;
    case WB__LINK_PPP:
    case WB__LINK_PPP_HDLC:
        return WB_LAYER_PPP;
    case WB__LINK_PPP_ETHER:
        return WB_LAYER_PPPOE;
    case WB__LINK_CHDLC:
        return WB_LAYER_CHDLC;
    case WB__LINK_FRAME_RELAY:
        return WB_LAYER_FRAME_RELAY;
    case WB__LINK_ATM_RFC1483:
        return WB_LAYER_LLC;
    case WB__LINK_FDDI:
        return WB_LAYER_FDDI;
    case WB__LINK_TOKEN_RING:
        return WB_LAYER_TOKEN_RING;
    case WB__LINK_WLAN:
        return WB_LAYER_WLAN;
    case WB__LINK_RADIOTAP:
        return WB_LAYER_RADIOTAP;
    case WB__LINK_PRISM:
        return WB_LAYER_PRISM;
    case WB__LINK_AVS:
        return WB_LAYER_AVS;
    case WB__LINK_PPI:
        return WB_LAYER_PPI;
    case WB__LINK_NFLOG:
        return WB_LAYER_NFLOG;
    case WB__LINK_RAW:
    case WB__LINK_RAW_BSD:
    case WB__LINK_RAW_OPENBSD:
    case WB__LINK_IP4:
    case WB__LINK_IP6:
        return WB_LAYER_RAW;
    default:
        return WB_LAYER_PAYLOAD;
    }
}

static unsigned kind_of_ethertype(uint16_t type)
{
    switch (type) {
    case WB__ETHERTYPE_IP4:
        return WB_LAYER_IP4;
    case WB__ETHERTYPE_IP6:
        return WB_LAYER_IP6;
    case WB__ETHERTYPE_ARP:
        return WB_LAYER_ARP;
    case WB__ETHERTYPE_VLAN:
    case WB__ETHERTYPE_VLAN_SERVICE:
    case WB__ETHERTYPE_VLAN_OLD:
        return WB_LAYER_VLAN;
    case WB__ETHERTYPE_TRANSPARENT:
        return WB_LAYER_ETHERNET;
    case WB__ETHERTYPE_MPLS:
    case WB__ETHERTYPE_MPLS_UPSTREAM:
        return WB_LAYER_MPLS;
    case WB__ETHERTYPE_IPX:
        return WB_LAYER_IPX;
    case WB__ETHERTYPE_MAC_CONTROL:
        return WB_LAYER_MAC_CONTROL;
    case WB__ETHERTYPE_PPP:
        return WB_LAYER_PPP;
    case WB__ETHERTYPE_PPPOE_DISCOVERY:
        return WB_LAYER_PPPOE_DISCOVERY;
    case WB__ETHERTYPE_PPPOE:
        return WB_LAYER_PPPOE;
    case WB__ETHERTYPE_EAPOL:
        return WB_LAYER_EAPOL;
    case WB__ETHERTYPE_LLDP:
        return WB_LAYER_LLDP;
    case WB__ETHERTYPE_PBB:
        return WB_LAYER_PBB;
    case WB__ETHERTYPE_NSH:
        return WB_LAYER_NSH;
    default:
        return WB__LAYER_END;
    }
}

static unsigned kind_of_protocol(uint8_t protocol)
{
    switch (protocol) {
    case WB__PROTOCOL_TCP:
        return WB_LAYER_TCP;
    case WB__PROTOCOL_UDP:
        return WB_LAYER_UDP;
    case WB__PROTOCOL_ICMP:
        return WB_LAYER_ICMP;
    case WB__PROTOCOL_ICMP6:
        return WB_LAYER_ICMP6;
    case WB__PROTOCOL_IP4:
        return WB_LAYER_IP4;
    case WB__PROTOCOL_IP6:
        return WB_LAYER_IP6;
    case WB__PROTOCOL_GRE:
        return WB_LAYER_GRE;
    case WB__PROTOCOL_ETHERNET:
        return WB_LAYER_ETHERNET;
    case WB__PROTOCOL_ETHERIP:
        return WB_LAYER_ETHERIP;
    case WB__PROTOCOL_L2TP:
        return WB_LAYER_L2TP3;
    case WB__PROTOCOL_IGMP:
        return WB_LAYER_IGMP;
    case WB__PROTOCOL_DCCP:
        return WB_LAYER_DCCP;
    case WB__PROTOCOL_ESP:
        return WB_LAYER_ESP;
    case WB__PROTOCOL_AH:
        return WB_LAYER_AH;
    case WB__PROTOCOL_OSPF:
        return WB_LAYER_OSPF;
    case WB__PROTOCOL_PIM:
        return WB_LAYER_PIM;
    case WB__PROTOCOL_IPCOMP:
        return WB_LAYER_IPCOMP;
    case WB__PROTOCOL_VRRP:
        return WB_LAYER_VRRP;
    case WB__PROTOCOL_SCTP:
        return WB_LAYER_SCTP;
    case WB__PROTOCOL_UDPLITE:
        return WB_LAYER_UDPLITE;
    case WB__PROTOCOL_MPLS:
        return WB_LAYER_MPLS;
    default:
        return WB__LAYER_END;
    }
}

static unsigned known_or_rest(struct wb_layer *layer, unsigned kind)
{
    if (kind != WB__LAYER_END)
        return kind;
    wb__complain(layer, WB_LAYER_UNKNOWN);
    return wb__rest(layer);
}

unsigned wb__by_ethertype(struct wb_layer *layer, uint16_t type)
{
    layer->next = type;
    return known_or_rest(layer, kind_of_ethertype(type));
}

unsigned wb__by_protocol(struct wb_layer *layer, uint8_t protocol)
{
    layer->next = protocol;
    return known_or_rest(layer, kind_of_protocol(protocol));
}

unsigned wb__decode_payload(struct wb__walk *walk, struct wb_layer *layer)
{
    if (walk->decoded->layer_count == 0)
        wb__complain(layer, WB_LAYER_UNKNOWN);
    return WB__LAYER_END;
}

void wb__tell_payload(const struct wb__fields *fields)
{
    wb__tell_number(fields, "length", fields->layer->length);
}

static void reset(struct wb_decoded *decoded)
{
    decoded->layer_count = 0;
    decoded->network = decoded->transport = WB_LAYER_NONE;
    decoded->status = WB_LAYER_OK;
    decoded->fragment = decoded->quoted = WB_LAYER_NONE;
    decoded->vlan_count = decoded->tunnel_count = decoded->is_fragment = 0;
    decoded->has_next = 0;
    decoded->vlan_ids[0] = decoded->vlan_ids[1] = 0;
}

/* UNKNOWN and FRAGMENT are no complaints about a packet, and a quotation ends where its
 * sender cut it. */
static void note_status(struct wb_decoded *decoded, uint8_t status)
{
    bool is_quoted = decoded->quoted <= decoded->layer_count;
    if (status <= WB_LAYER_TOO_DEEP && status > decoded->status && !is_quoted)
        decoded->status = status;
}

static void end_too_deep(struct wb_decoded *decoded)
{
    if (decoded->quoted == WB_LAYERS_MAX) /* the quotation has no layer */
        decoded->quoted = WB_LAYER_NONE;
    decoded->layers[WB_LAYERS_MAX - 1].status = WB_LAYER_TOO_DEEP;
    note_status(decoded, WB_LAYER_TOO_DEEP);
}

/* The subframe of an A-MSDU that follows the one that is decoded: in the innermost A-MSDU
 * that has room for one. Returns its layer's index, or WB_LAYER_NONE, and where it begins.
 * Each lies at least 16 bytes behind the one before, so that there is an end. */
static unsigned find_next(const struct wb_packet *packet, const struct wb_decoded *decoded,
                          uint32_t *start)
{
    for (unsigned i = decoded->layer_count; --i > 0;) {
        const struct wb_layer *layer = &decoded->layers[i], *outer = layer - 1;
        if (layer->kind != WB_LAYER_AMSDU || layer->header_length == 0)
            continue;
        *start = layer->offset + ((WB__AMSDU_BYTES + (uint32_t)layer->next + 3) & ~3u);
        uint32_t end = outer->offset + outer->length;
        if (*start <= packet->captured_length && *start < end && end - *start >= WB__AMSDU_BYTES)
            return i;
    }
    return WB_LAYER_NONE;
}

/* Where layers begin that do not stand right behind the one before; 0 for all others. */
struct starts {
    uint32_t at[WB_LAYERS_MAX];
};

/* The layer numbered grown may reach to the packet's end, whatever those before it say. */
static void walk_layers(const struct wb_packet *packet, struct wb_decoded *decoded,
                        unsigned grown, const struct starts *starts)
{
    struct wb__walk walk = {
        .data = packet->data,
        .captured = packet->captured_length,
        .link_type = packet->link_type,
        .packet_flags = packet->flags,
        .decoded = decoded,
    };
    uint32_t offset = 0;
    uint32_t end = packet->wire_length;
    if (end < walk.captured)
        end = walk.captured;

    reset(decoded);
    unsigned kind = packet->link_type == WB__LINK_ETHERNET ? WB_LAYER_ETHERNET
                                                           : wb__kind_of_link(packet->link_type);
    for (unsigned i = 0; kind != WB__LAYER_END; i++) {
        if (i == WB_LAYERS_MAX) {
            end_too_deep(decoded);
            break;
        }
        if (i == grown)
            end = walk.captured;
        if (starts && starts->at[i])
            offset = starts->at[i];
        struct wb_layer *layer = &decoded->layers[i];
        *layer = (struct wb_layer){.kind = (uint8_t)kind, .offset = offset,
                                   .length = end - offset};
        kind = kinds[kind].decode(&walk, layer);
        if (layer->status != WB_LAYER_OK)
            note_status(decoded, layer->status);
        decoded->layer_count = (uint8_t)(i + 1);
        end = walk.inner_end ? walk.inner_end : offset + layer->length;
        walk.inner_end = 0;
        offset += layer->header_length;
    }
    uint32_t start;
    if (walk.is_aggregate)
        decoded->has_next = find_next(packet, decoded, &start) != WB_LAYER_NONE;
}

void wb_decode(const struct wb_packet *packet, struct wb_decoded *decoded)
{
    walk_layers(packet, decoded, WB_LAYER_NONE, NULL);
}

unsigned wb__decode_aggregate(const struct wb_decoded *decoded)
{
    unsigned i = decoded->layer_count;
    while (i > 0 && decoded->layers[--i].kind != WB_LAYER_AMSDU)
        ;
    return i;
}

static bool walk_next(const struct wb_packet *packet, struct wb_decoded *decoded, unsigned grown)
{
    struct starts starts = {{0}};
    uint32_t start;
    if (!decoded->has_next)
        return false;
    unsigned next = find_next(packet, decoded, &start);
    if (next == WB_LAYER_NONE)
        return false;
    for (unsigned i = 0; i < next; i++)
        if (decoded->layers[i].kind == WB_LAYER_AMSDU)
            starts.at[i] = decoded->layers[i].offset;
    starts.at[next] = start;
    walk_layers(packet, decoded, grown, &starts);
    return true;
}

bool wb_decode_next(const struct wb_packet *packet, struct wb_decoded *decoded)
{
    return walk_next(packet, decoded, WB_LAYER_NONE);
}

static bool is_layer_at(const struct wb_decoded *decoded, unsigned index, uint32_t offset)
{
    return index < decoded->layer_count && decoded->layers[index].offset == offset;
}

void wb__decode_grown(const struct wb_packet *packet, unsigned grown, uint32_t offset,
                      struct wb_decoded *decoded)
{
    walk_layers(packet, decoded, grown, NULL);
    while (!is_layer_at(decoded, grown, offset) && walk_next(packet, decoded, grown))
        ;
    decoded->has_next = 0;
    for (unsigned i = 0; i < grown && i < decoded->layer_count; i++)
        decoded->layers[i].length = packet->captured_length - decoded->layers[i].offset;
}

const char *wb_layer_name(unsigned kind)
{
    static const char *const names[] = {
#define WB_LAYER_NAME(name, text) text,
        WB_LAYER_KINDS(WB_LAYER_NAME)
#undef WB_LAYER_NAME
    };
    return kind < WB_LAYER_KIND_COUNT ? names[kind] : "unknown";
}

const char *wb_layer_status_name(unsigned status)
{
    static const char *const names[] = {
        [WB_LAYER_OK] = "ok",
        [WB_LAYER_TRUNCATED] = "truncated",
        [WB_LAYER_MALFORMED] = "malformed",
        [WB_LAYER_TOO_DEEP] = "too_deep",
        [WB_LAYER_UNKNOWN] = "unknown",
        [WB_LAYER_FRAGMENT] = "fragment",
    };
    return status < sizeof names / sizeof *names ? names[status] : "unknown";
}

static bool has_no_header(unsigned kind)
{
    return kind == WB_LAYER_PAYLOAD || kind == WB_LAYER_RAW || kind == WB_LAYER_TEREDO;
}

int wb_layer_fields(const struct wb_packet *packet, const struct wb_decoded *decoded,
                    unsigned index, wb_field_handler *handler, void *context)
{
    if (index >= decoded->layer_count)
        return WB_E_ARGUMENT;
    const struct wb_layer *layer = &decoded->layers[index];
    struct wb__fields fields = {packet, decoded, layer, index, handler, context};
    bool has_fields = layer->header_length > 0 || has_no_header(layer->kind);
    if (has_fields && kinds[layer->kind].tell)
        kinds[layer->kind].tell(&fields);
    return 0;
}

uint32_t wb_layer_payload(const struct wb_packet *packet, const struct wb_layer *layer,
                          const uint8_t **payload)
{
    *payload = packet->data;
    if (layer->header_length == 0 && !has_no_header(layer->kind))
        return 0;
    uint64_t start = (uint64_t)layer->offset + layer->header_length;
    uint64_t end = (uint64_t)layer->offset + layer->length;
    if (end > packet->captured_length)
        end = packet->captured_length;
    if (start >= end)
        return 0;
    *payload = packet->data + start;
    return (uint32_t)(end - start);
}
