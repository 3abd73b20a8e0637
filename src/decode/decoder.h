/* SPDX-License-Identifier: ISC
 *
 * What the decoders of the decode stage share. A decoder is one function for one kind
 * of layer: it looks at one header, fills in its struct wb_layer and names the kind
 * that follows. The loop in decode.c calls one after the other; a new protocol is a
 * new file, a line in the loop's table and a line where a number names it.
 *
 * Decoders run for every packet: they allocate nothing, keep nothing, and touch no
 * byte that wb__header has not allowed.
 */
#ifndef WB_DECODE_DECODER_H
#define WB_DECODE_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/error.h>

#include "base/cursor.h"

/* "No layer follows": what a decoder returns in place of a kind. */
#define WB__LAYER_END WB_LAYER_KIND_COUNT

enum wb__ethertype {
    WB__ETHERTYPE_FIRST = 0x0600, /* below: an IEEE 802.3 length */
    WB__ETHERTYPE_IP4 = 0x0800,
    WB__ETHERTYPE_ARP = 0x0806,
    WB__ETHERTYPE_TRANSPARENT = 0x6558, /* Ethernet frames in a tunnel, RFC 1701 */
    WB__ETHERTYPE_VLAN = 0x8100,
    WB__ETHERTYPE_IPX = 0x8137,
    WB__ETHERTYPE_IP6 = 0x86dd,
    WB__ETHERTYPE_MAC_CONTROL = 0x8808,
    WB__ETHERTYPE_PPP = 0x880b,
    WB__ETHERTYPE_MPLS = 0x8847,
    WB__ETHERTYPE_MPLS_UPSTREAM = 0x8848, /* RFC 5332 */
    WB__ETHERTYPE_PPPOE_DISCOVERY = 0x8863,
    WB__ETHERTYPE_PPPOE = 0x8864,
    WB__ETHERTYPE_EAPOL = 0x888e,
    WB__ETHERTYPE_VLAN_SERVICE = 0x88a8,
    WB__ETHERTYPE_LLDP = 0x88cc,
    WB__ETHERTYPE_PBB = 0x88e7, /* IEEE 802.1Q, 9.7: the I-TAG */
    WB__ETHERTYPE_NSH = 0x894f,
    WB__ETHERTYPE_VLAN_OLD = 0x9100,
};

enum wb__protocol {
    WB__PROTOCOL_HOPOPTS = 0,
    WB__PROTOCOL_ICMP = 1,
    WB__PROTOCOL_IGMP = 2,
    WB__PROTOCOL_IP4 = 4,
    WB__PROTOCOL_TCP = 6,
    WB__PROTOCOL_UDP = 17,
    WB__PROTOCOL_DCCP = 33,
    WB__PROTOCOL_IP6 = 41,
    WB__PROTOCOL_ROUTING = 43,
    WB__PROTOCOL_FRAGMENT = 44,
    WB__PROTOCOL_GRE = 47,
    WB__PROTOCOL_ESP = 50,
    WB__PROTOCOL_AH = 51,
    WB__PROTOCOL_ICMP6 = 58,
    WB__PROTOCOL_NONE = 59,
    WB__PROTOCOL_DSTOPTS = 60,
    WB__PROTOCOL_OSPF = 89,
    WB__PROTOCOL_ETHERIP = 97,
    WB__PROTOCOL_PIM = 103,
    WB__PROTOCOL_IPCOMP = 108,
    WB__PROTOCOL_VRRP = 112, /* and CARP */
    WB__PROTOCOL_L2TP = 115,
    WB__PROTOCOL_SCTP = 132,
    WB__PROTOCOL_MOBILITY = 135,
    WB__PROTOCOL_UDPLITE = 136,
    WB__PROTOCOL_MPLS = 137, /* RFC 4023 */
    WB__PROTOCOL_ETHERNET = 143, /* RFC 8986 */
    WB__PROTOCOL_HIP = 139,
    WB__PROTOCOL_SHIM6 = 140,
};

enum wb__link_type {
    WB__LINK_NULL = 0,
    WB__LINK_ETHERNET = 1,
    WB__LINK_TOKEN_RING = 6,
    WB__LINK_PPP = 9,
    WB__LINK_FDDI = 10,
    WB__LINK_RAW_BSD = 12,
    WB__LINK_RAW_OPENBSD = 14,
    WB__LINK_PPP_HDLC = 50,
    WB__LINK_PPP_ETHER = 51,
    WB__LINK_ATM_RFC1483 = 100,
    WB__LINK_RAW = 101,
    WB__LINK_CHDLC = 104,
    WB__LINK_WLAN = 105,
    WB__LINK_FRAME_RELAY = 107,
    WB__LINK_LOOP = 108,
    WB__LINK_SLL = 113,
    WB__LINK_PRISM = 119,
    WB__LINK_RADIOTAP = 127,
    WB__LINK_AVS = 163,
    WB__LINK_PPI = 192,
    WB__LINK_MPLS = 219,
    WB__LINK_IP4 = 228,
    WB__LINK_IP6 = 229,
    WB__LINK_NFLOG = 239,
    WB__LINK_SLL2 = 276,
};

/* One run over one packet. */
struct wb__walk {
    const uint8_t *data;
    uint32_t captured; /* bytes at data */
    uint16_t link_type;
    uint8_t packet_flags;
    bool is_tunnelled; /* a tunnel's layer was met since the last IP layer */
    bool is_aggregate; /* a layer was met that others like it may follow */
    uint32_t inner_end; /* where what follows the current layer's header ends, when that is
                           before the layer itself does; else 0 */
    struct wb_decoded *decoded; /* layer_count is the index of the current layer */
};

/* Decodes the layer that begins at layer->offset. It comes with kind, status OK, and
 * the room that the layer around it leaves in length; next and header_length are 0.
 * Returns the kind of the layer that follows its header, or WB__LAYER_END. */
typedef unsigned wb__decoder(struct wb__walk *walk, struct wb_layer *layer);

wb__decoder wb__decode_payload, wb__decode_ethernet, wb__decode_vlan, wb__decode_sll,
    wb__decode_sll2, wb__decode_null, wb__decode_loop, wb__decode_raw, wb__decode_arp,
    wb__decode_ip4, wb__decode_ip6, wb__decode_ip6_options, wb__decode_ip6_fragment,
    wb__decode_tcp, wb__decode_udp, wb__decode_icmp;
wb__decoder wb__decode_mpls, wb__decode_pseudowire, wb__decode_gre, wb__decode_erspan,
    wb__decode_etherip, wb__decode_pbb, wb__decode_vxlan, wb__decode_vxlan_gpe, wb__decode_nsh,
    wb__decode_geneve, wb__decode_gtp, wb__decode_l2tp, wb__decode_l2tp3, wb__decode_teredo,
    wb__decode_udpencap;
wb__decoder wb__decode_dns, wb__decode_dhcp, wb__decode_dhcp6;
wb__decoder wb__decode_igmp, wb__decode_vrrp, wb__decode_carp, wb__decode_pim, wb__decode_ospf,
    wb__decode_sctp, wb__decode_udplite, wb__decode_dccp, wb__decode_ah, wb__decode_esp,
    wb__decode_ipcomp;

wb__decoder wb__decode_llc, wb__decode_ipx, wb__decode_stp, wb__decode_cdp, wb__decode_lldp,
    wb__decode_eapol, wb__decode_eap, wb__decode_mac_control, wb__decode_pppoe_discovery,
    wb__decode_pppoe, wb__decode_ppp, wb__decode_ppp_control, wb__decode_chdlc, wb__decode_slarp,
    wb__decode_frame_relay, wb__decode_fddi, wb__decode_token_ring, wb__decode_radiotap,
    wb__decode_prism, wb__decode_avs, wb__decode_ppi, wb__decode_wlan, wb__decode_amsdu,
    wb__decode_nflog;

/* The kind that an EtherType or an IP protocol number names: sets layer->next, and
 * where there is no decoder the status UNKNOWN. */
unsigned wb__by_ethertype(struct wb_layer *layer, uint16_t type);
unsigned wb__by_protocol(struct wb_layer *layer, uint8_t protocol);

/* The same for IPv6, which has extension headers, too. */
unsigned wb__by_next_header(struct wb_layer *layer, uint8_t next_header);

/* The kind that follows a UDP header, guessed from its ports: first from the destination's,
 * then, where both sides use the same, from the source's. A guess that what follows does not
 * bear out is none: payload. */
unsigned wb__by_ports(const struct wb__walk *walk, struct wb_layer *layer, uint16_t source_port,
                      uint16_t destination_port);

/* A complaint never hides an earlier one. */
static inline void wb__complain(struct wb_layer *layer, enum wb_layer_status status)
{
    if (layer->status == WB_LAYER_OK)
        layer->status = (uint8_t)status;
}

static inline unsigned wb__malformed(struct wb_layer *layer)
{
    wb__complain(layer, WB_LAYER_MALFORMED);
    return WB__LAYER_END;
}

/* What follows a header that names no further layer: payload, if there is any. */
static inline unsigned wb__rest(const struct wb_layer *layer)
{
    return layer->length > layer->header_length ? WB_LAYER_PAYLOAD : WB__LAYER_END;
}

/* Is the current layer part of a packet that an ICMP error quotes? */
static inline bool wb__is_quoted(const struct wb__walk *walk)
{
    return walk->decoded->quoted != WB_LAYER_NONE;
}

/* Is only a part of the packet there, whatever its lengths say: a fragment, a quotation? */
static inline bool wb__is_partial(const struct wb__walk *walk)
{
    return walk->decoded->is_fragment || wb__is_quoted(walk);
}

/* The first length bytes of the layer. NULL, with the status set, where they were not
 * captured (TRUNCATED) or the packet has no room for them (MALFORMED; but of a packet that
 * is only there in part, a header may go on elsewhere: TRUNCATED). */
static inline const uint8_t *wb__header(const struct wb__walk *walk, struct wb_layer *layer,
                                        uint32_t length)
{
    if (length <= layer->length && length <= walk->captured - layer->offset)
        return walk->data + layer->offset;
    bool fits = length <= layer->length || wb__is_partial(walk);
    wb__complain(layer, fits ? WB_LAYER_TRUNCATED : WB_LAYER_MALFORMED);
    return NULL;
}

/* Bounds the layer by its own length field. One that claims more than there is room for
 * is malformed, unless only a part of it is there; what is there is kept. */
static inline void wb__bound(const struct wb__walk *walk, struct wb_layer *layer, uint32_t length)
{
    if (length <= layer->length)
        layer->length = length;
    else if (!wb__is_partial(walk))
        wb__complain(layer, WB_LAYER_MALFORMED);
}

/* The current layer is a tunnel's: wb_tunnel_read has something to say of it. */
static inline void wb__is_tunnel(struct wb__walk *walk)
{
    if (wb__is_quoted(walk))
        return;
    walk->decoded->tunnel_count++;
    walk->is_tunnelled = true;
}

/* An IP layer inside of another packet's is in a tunnel, whatever lies between them; where
 * that is no tunnel's layer, the outer IP layer is the tunnel. */
static inline void wb__is_network(struct wb__walk *walk)
{
    struct wb_decoded *decoded = walk->decoded;
    if (wb__is_quoted(walk))
        return;
    decoded->tunnel_count += decoded->network != WB_LAYER_NONE && !walk->is_tunnelled;
    walk->is_tunnelled = false;
    decoded->network = decoded->layer_count;
    decoded->transport = WB_LAYER_NONE;
}

static inline void wb__is_transport(struct wb__walk *walk)
{
    if (!wb__is_quoted(walk))
        walk->decoded->transport = walk->decoded->layer_count;
}

/* The current layer is a part of a datagram (an IP4 or IP6_FRAGMENT layer). Only the
 * outermost matters: the others can be put together when it has been. */
static inline void wb__is_fragment(struct wb__walk *walk)
{
    struct wb_decoded *decoded = walk->decoded;
    if (wb__is_partial(walk))
        return;
    decoded->is_fragment = 1;
    decoded->fragment = decoded->layer_count;
}

/* What follows the current layer is the beginning of a packet that it only quotes. */
static inline void wb__quotes(struct wb__walk *walk)
{
    if (!wb__is_quoted(walk))
        walk->decoded->quoted = (uint8_t)(walk->decoded->layer_count + 1);
}

/* What follows the header of a layer, for those who must guess what it is. */
struct wb__inside {
    const uint8_t *bytes;
    uint32_t captured; /* at bytes */
    uint32_t length;   /* as sent; more than captured where the capture cuts it off */
    bool is_partial;   /* a fragment or a quotation: its lengths speak of more */
};

static inline struct wb__inside wb__inside(const struct wb__walk *walk,
                                           const struct wb_layer *layer)
{
    uint32_t start = layer->offset + layer->header_length;
    uint32_t length = layer->length - layer->header_length;
    uint32_t captured = walk->captured - start;
    return (struct wb__inside){
        .bytes = walk->data + start,
        .captured = captured < length ? captured : length,
        .length = length,
        .is_partial = wb__is_partial(walk),
    };
}

/* The nearest IP layer before the one at index, or WB_LAYER_NONE. */
static inline unsigned wb__find_network(const struct wb_decoded *decoded, unsigned index)
{
    while (index-- > 0) {
        unsigned kind = decoded->layers[index].kind;
        if (kind == WB_LAYER_IP4 || kind == WB_LAYER_IP6)
            return index;
    }
    return WB_LAYER_NONE;
}

static inline bool wb__is_in_ip6(const struct wb_decoded *decoded, unsigned index)
{
    unsigned network = wb__find_network(decoded, index);
    return network != WB_LAYER_NONE && decoded->layers[network].kind == WB_LAYER_IP6;
}

/* For the _read functions: *header points to the layer's header of at least minimum
 * bytes. 0, WB_E_ARGUMENT for another kind, WB_E_TRUNCATED where it is not there. */
static inline int wb__find_header(const struct wb_packet *packet, const struct wb_layer *layer,
                                  enum wb_layer_kind kind, uint32_t minimum,
                                  const uint8_t **header)
{
    if (layer->kind != kind)
        return WB_E_ARGUMENT;
    if (layer->header_length < minimum || layer->offset > packet->captured_length ||
        layer->header_length > packet->captured_length - layer->offset)
        return WB_E_TRUNCATED;
    *header = packet->data + layer->offset;
    return 0;
}

#endif
