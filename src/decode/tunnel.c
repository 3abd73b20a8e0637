/* SPDX-License-Identifier: ISC
 *
 * What a tunnel's layer says of the packets inside, in one form for all of them; and what
 * more than one tunnel must guess.
 */
#include "decode/tunnel.h"

#define ETHERNET_BYTES 14

/* Addresses of 6to4 (RFC 3056) hold the IPv4 address of their tunnel's end, and packets may
 * come back through another relay: they are the same whatever is around them. */
static bool is_6to4(const struct wb_packet *packet, const struct wb_layer *layer)
{
    enum { IP6_BYTES = 40, PREFIX = 0x2002 };
    const uint8_t *inner;
    if (wb_layer_payload(packet, layer, &inner) < IP6_BYTES || inner[0] >> 4 != 6)
        return false;
    return wb__load16(inner + 8) == PREFIX || wb__load16(inner + 24) == PREFIX;
}

static int read_ip(const struct wb_packet *packet, const struct wb_layer *layer,
                   struct wb_tunnel *tunnel)
{
    bool is_around_ip = layer->next == WB__PROTOCOL_IP4 || layer->next == WB__PROTOCOL_IP6 ||
                        layer->next == WB__PROTOCOL_ETHERNET;
    if (layer->header_length == 0)
        return WB_E_TRUNCATED;
    if (!is_around_ip || layer->status == WB_LAYER_FRAGMENT)
        return WB_E_ARGUMENT;
    tunnel->is_global = is_6to4(packet, layer);
    return 0;
}

/* The two directions of a conversation have labels of their own; the innermost is shown. */
static int read_mpls(const struct wb_packet *packet, const struct wb_layer *layer,
                     struct wb_tunnel *tunnel)
{
    struct wb__mpls entry;
    int error = wb__mpls_read(packet, layer, &entry);
    if (error < 0)
        return error;
    if (!entry.is_bottom)
        return WB_E_ARGUMENT;
    tunnel->has_id = true;
    tunnel->id = entry.label;
    return 0;
}

static int read_gre(const struct wb_packet *packet, const struct wb_layer *layer,
                    struct wb_tunnel *tunnel)
{
    struct wb__gre gre;
    int error = wb__gre_read(packet, layer, &gre);
    if (error < 0)
        return error;
    bool is_erspan = gre.protocol == WB__GRE_ERSPAN && gre.flags & WB__GRE_SEQUENCE;
    if (gre.version == 0 && (is_erspan || gre.protocol == WB__GRE_ERSPAN3))
        return WB_E_ARGUMENT;
    tunnel->has_id = gre.flags & WB__GRE_KEY;
    tunnel->is_shared = tunnel->has_id && gre.version == 0;
    tunnel->is_global = wb__gre_is_nvgre(&gre);
    tunnel->id = gre.version == 1 ? gre.key & 0xffff : gre.key;
    if (tunnel->is_global)
        tunnel->id >>= 8;
    return 0;
}

static void set_network(struct wb_tunnel *tunnel, uint32_t id)
{
    tunnel->has_id = tunnel->is_shared = tunnel->is_global = true;
    tunnel->id = id;
}

static int read_erspan(const struct wb_packet *packet, const struct wb_layer *layer,
                       struct wb_tunnel *tunnel)
{
    struct wb__erspan erspan;
    int error = wb__erspan_read(packet, layer, &erspan);
    if (error == 0)
        set_network(tunnel, erspan.session_id);
    return error;
}

static int read_pbb(const struct wb_packet *packet, const struct wb_layer *layer,
                    struct wb_tunnel *tunnel)
{
    struct wb__pbb pbb;
    int error = wb__pbb_read(packet, layer, &pbb);
    if (error == 0)
        set_network(tunnel, pbb.isid);
    return error;
}

static int read_vxlan(const struct wb_packet *packet, const struct wb_layer *layer,
                      struct wb_tunnel *tunnel)
{
    struct wb__vxlan vxlan;
    int error = wb__vxlan_read(packet, layer, &vxlan);
    if (error == 0)
        set_network(tunnel, vxlan.vni);
    return error;
}

static int read_geneve(const struct wb_packet *packet, const struct wb_layer *layer,
                       struct wb_tunnel *tunnel)
{
    struct wb__geneve geneve;
    int error = wb__geneve_read(packet, layer, &geneve);
    if (error == 0)
        set_network(tunnel, geneve.vni);
    return error;
}

static int read_gtp(const struct wb_packet *packet, const struct wb_layer *layer,
                    struct wb_tunnel *tunnel)
{
    struct wb__gtp gtp;
    int error = wb__gtp_read(packet, layer, &gtp);
    if (error < 0)
        return error;
    if (gtp.version != 1 || gtp.message_type != WB__GTP_G_PDU)
        return WB_E_ARGUMENT;
    tunnel->has_id = true;
    tunnel->id = gtp.teid;
    return 0;
}

static int read_l2tp(const struct wb_packet *packet, const struct wb_layer *layer,
                     struct wb_tunnel *tunnel)
{
    struct wb__l2tp l2tp;
    int error = wb__l2tp_read(packet, layer, &l2tp);
    if (error < 0)
        return error;
    if (l2tp.is_control)
        return WB_E_ARGUMENT;
    tunnel->has_id = true;
    tunnel->id = l2tp.session_id;
    return 0;
}

static int read_pppoe(const struct wb_packet *packet, const struct wb_layer *layer,
                      struct wb_tunnel *tunnel)
{
    struct wb_pppoe pppoe;
    int error = wb_pppoe_read(packet, layer, &pppoe);
    if (error < 0)
        return error;
    if (pppoe.code != 0)
        return WB_E_ARGUMENT;
    tunnel->has_id = tunnel->is_shared = true;
    tunnel->id = pppoe.session_id;
    return 0;
}

int wb_tunnel_read(const struct wb_packet *packet, const struct wb_layer *layer,
                   struct wb_tunnel *tunnel)
{
    *tunnel = (struct wb_tunnel){.kind = layer->kind};
    switch (layer->kind) {
    case WB_LAYER_IP4:
    case WB_LAYER_IP6:
    case WB_LAYER_IP6_HOPOPTS:
    case WB_LAYER_IP6_ROUTING:
    case WB_LAYER_IP6_FRAGMENT:
    case WB_LAYER_IP6_DSTOPTS:
    case WB_LAYER_PIM: /* a Register: it names what is inside as IP does */
        return read_ip(packet, layer, tunnel);
    case WB_LAYER_MPLS:
        return read_mpls(packet, layer, tunnel);
    case WB_LAYER_GRE:
        return read_gre(packet, layer, tunnel);
    case WB_LAYER_ERSPAN:
        return read_erspan(packet, layer, tunnel);
    case WB_LAYER_PBB:
        return read_pbb(packet, layer, tunnel);
    case WB_LAYER_VXLAN:
    case WB_LAYER_VXLAN_GPE:
        return read_vxlan(packet, layer, tunnel);
    case WB_LAYER_GENEVE:
        return read_geneve(packet, layer, tunnel);
    case WB_LAYER_GTP:
        return read_gtp(packet, layer, tunnel);
    case WB_LAYER_L2TP:
    case WB_LAYER_L2TP3:
        return read_l2tp(packet, layer, tunnel);
    case WB_LAYER_PPPOE:
        return read_pppoe(packet, layer, tunnel);
    case WB_LAYER_TEREDO: /* RFC 4380, 4: global addresses that hold the client's */
        tunnel->is_global = true;
        return layer->status == WB_LAYER_TRUNCATED ? WB_E_TRUNCATED : 0;
    case WB_LAYER_ETHERIP:
        return layer->header_length > 0 ? 0 : WB_E_TRUNCATED;
    default:
        return WB_E_ARGUMENT;
    }
}

bool wb__is_ethernet(const uint8_t *bytes, uint32_t length)
{
    if (length < ETHERNET_BYTES + 2)
        return false;
    const uint8_t *payload = bytes + ETHERNET_BYTES;
    switch (wb__load16(bytes + 12)) {
    case WB__ETHERTYPE_IP4:
        return payload[0] >= 0x45 && payload[0] <= 0x4f;
    case WB__ETHERTYPE_IP6:
        return payload[0] >> 4 == 6;
    case WB__ETHERTYPE_ARP: /* of Ethernet */
        return wb__load16(payload) == 1;
    case WB__ETHERTYPE_VLAN:
    case WB__ETHERTYPE_VLAN_SERVICE:
    case WB__ETHERTYPE_MPLS:
        return true;
    default:
        return false;
    }
}
