/* SPDX-License-Identifier: ISC */
#include "build/layer.h"

#include <stddef.h>

static const struct wb__layer *const layers[WB_LAYER_KIND_COUNT] = {
    [WB_LAYER_ETHERNET] = &wb__layer_ethernet,
    [WB_LAYER_VLAN] = &wb__layer_vlan,
    [WB_LAYER_NULL] = &wb__layer_null,
    [WB_LAYER_LOOP] = &wb__layer_loop,
    [WB_LAYER_SLL] = &wb__layer_sll,
    [WB_LAYER_ARP] = &wb__layer_arp,
    [WB_LAYER_MPLS] = &wb__layer_mpls,
    [WB_LAYER_LLC] = &wb__layer_llc,
    [WB_LAYER_PPP] = &wb__layer_ppp,
    [WB_LAYER_PPPOE] = &wb__layer_pppoe,
    [WB_LAYER_PPPOE_DISCOVERY] = &wb__layer_pppoe,
    [WB_LAYER_IP4] = &wb__layer_ip4,
    [WB_LAYER_IP6] = &wb__layer_ip6,
    [WB_LAYER_IP6_HOPOPTS] = &wb__layer_ip6_options,
    [WB_LAYER_IP6_DSTOPTS] = &wb__layer_ip6_options,
    [WB_LAYER_IP6_ROUTING] = &wb__layer_ip6_routing,
    [WB_LAYER_IP6_FRAGMENT] = &wb__layer_ip6_fragment,
    [WB_LAYER_AH] = &wb__layer_ah,
    [WB_LAYER_ESP] = &wb__layer_esp,
    [WB_LAYER_TCP] = &wb__layer_tcp,
    [WB_LAYER_UDP] = &wb__layer_udp,
    [WB_LAYER_UDPLITE] = &wb__layer_udplite,
    [WB_LAYER_SCTP] = &wb__layer_sctp,
    [WB_LAYER_DCCP] = &wb__layer_dccp,
    [WB_LAYER_ICMP] = &wb__layer_icmp,
    [WB_LAYER_ICMP6] = &wb__layer_icmp6,
    [WB_LAYER_IGMP] = &wb__layer_igmp,
    [WB_LAYER_PIM] = &wb__layer_pim,
    [WB_LAYER_OSPF] = &wb__layer_ospf,
    [WB_LAYER_VRRP] = &wb__layer_vrrp,
    [WB_LAYER_GRE] = &wb__layer_gre,
    [WB_LAYER_VXLAN] = &wb__layer_vxlan,
    [WB_LAYER_GENEVE] = &wb__layer_geneve,
    [WB_LAYER_ETHERIP] = &wb__layer_etherip,
    [WB_LAYER_GTP] = &wb__layer_gtp,
    [WB_LAYER_DNS] = &wb__layer_dns,
    [WB_LAYER_MDNS] = &wb__layer_dns,
    [WB_LAYER_LLMNR] = &wb__layer_dns,
};

const struct wb__layer *wb__layer_of(unsigned kind)
{
    return kind < WB_LAYER_KIND_COUNT ? layers[kind] : NULL;
}

unsigned wb__layer_fixed_bytes(const struct wb__layer *layer)
{
    const struct wb__field *last = &layer->fields[layer->count - 1];
    return (last->bit + last->bits) / 8U;
}

/* IANA's registries; -1: the numbering does not name that kind. */
static const struct {
    uint8_t kind;
    int32_t ethertype, protocol, ppp, port;
} numbers[] = {
    {WB_LAYER_IP4, 0x0800, 4, 0x0021, -1},
    {WB_LAYER_IP6, 0x86dd, 41, 0x0057, -1},
    {WB_LAYER_ARP, 0x0806, -1, -1, -1},
    {WB_LAYER_VLAN, 0x8100, -1, -1, -1},
    {WB_LAYER_MPLS, 0x8847, 137, 0x0281, 6635},
    {WB_LAYER_ETHERNET, 0x6558, 143, 0x0031, -1},
    {WB_LAYER_PBB, 0x88e7, -1, -1, -1},
    {WB_LAYER_NSH, 0x894f, -1, -1, -1},
    {WB_LAYER_IPX, 0x8137, 111, 0x002b, -1},
    {WB_LAYER_LLDP, 0x88cc, -1, -1, -1},
    {WB_LAYER_EAPOL, 0x888e, -1, -1, -1},
    {WB_LAYER_MAC_CONTROL, 0x8808, -1, -1, -1},
    {WB_LAYER_PPPOE_DISCOVERY, 0x8863, -1, -1, -1},
    {WB_LAYER_PPPOE, 0x8864, -1, -1, -1},
    {WB_LAYER_PPP, 0x880b, -1, -1, -1},
    {WB_LAYER_PPP_CONTROL, -1, -1, 0xc021, -1},
    {WB_LAYER_IP6_HOPOPTS, -1, 0, -1, -1},
    {WB_LAYER_IP6_ROUTING, -1, 43, -1, -1},
    {WB_LAYER_IP6_FRAGMENT, -1, 44, -1, -1},
    {WB_LAYER_IP6_DSTOPTS, -1, 60, -1, -1},
    {WB_LAYER_IP6_MOBILITY, -1, 135, -1, -1},
    {WB_LAYER_HIP, -1, 139, -1, -1},
    {WB_LAYER_SHIM6, -1, 140, -1, -1},
    {WB_LAYER_AH, -1, 51, -1, -1},
    {WB_LAYER_ESP, -1, 50, -1, 4500},
    {WB_LAYER_IPCOMP, -1, 108, -1, -1},
    {WB_LAYER_TCP, -1, 6, -1, -1},
    {WB_LAYER_UDP, -1, 17, -1, -1},
    {WB_LAYER_ICMP, -1, 1, -1, -1},
    {WB_LAYER_ICMP6, -1, 58, -1, -1},
    {WB_LAYER_SCTP, -1, 132, -1, 9899},
    {WB_LAYER_UDPLITE, -1, 136, -1, -1},
    {WB_LAYER_DCCP, -1, 33, -1, -1},
    {WB_LAYER_IGMP, -1, 2, -1, -1},
    {WB_LAYER_VRRP, -1, 112, -1, -1},
    {WB_LAYER_CARP, -1, 112, -1, -1},
    {WB_LAYER_PIM, -1, 103, -1, -1},
    {WB_LAYER_OSPF, -1, 89, -1, -1},
    {WB_LAYER_GRE, -1, 47, -1, 4754},
    {WB_LAYER_ETHERIP, -1, 97, -1, -1},
    {WB_LAYER_L2TP3, -1, 115, -1, -1},
    {WB_LAYER_L2TP, -1, -1, -1, 1701},
    {WB_LAYER_VXLAN, -1, -1, -1, 4789},
    {WB_LAYER_VXLAN_GPE, -1, -1, -1, 4790},
    {WB_LAYER_GENEVE, -1, -1, -1, 6081},
    {WB_LAYER_GTP, -1, -1, -1, 2152},
    {WB_LAYER_TEREDO, -1, -1, -1, 3544},
    {WB_LAYER_UDPENCAP, -1, -1, -1, 4500},
    {WB_LAYER_DNS, -1, -1, -1, 53},
    {WB_LAYER_MDNS, -1, -1, -1, 5353},
    {WB_LAYER_LLMNR, -1, -1, -1, 5355},
    {WB_LAYER_DHCP, -1, -1, -1, 67},
    {WB_LAYER_DHCP6, -1, -1, -1, 547},
};

/* AF_INET everywhere, AF_INET6 of Linux. */
static int32_t family(unsigned kind)
{
    return kind == WB_LAYER_IP4 ? 2 : kind == WB_LAYER_IP6 ? 10 : -1;
}

int32_t wb__layer_number(enum wb__computed numbering, unsigned kind)
{
    if (numbering == WB__FAMILY)
        return family(kind);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].kind == kind)
            return numbering == WB__ETHERTYPE      ? numbers[i].ethertype
                   : numbering == WB__PROTOCOL     ? numbers[i].protocol
                   : numbering == WB__PPP_PROTOCOL ? numbers[i].ppp
                                                   : numbers[i].port;
    return -1;
}
