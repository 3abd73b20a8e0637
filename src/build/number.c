/* SPDX-License-Identifier: ISC
 *
 * The numbers by which layers name what follows: IANA's and IEEE's registries, as far as the
 * decode stage knows them.
 */
#include <stddef.h>

#include "build/layer.h"

struct number {
    uint8_t kind; /* of the layer that follows; in the end PAYLOAD */
    int32_t number;
};

#define END                                                                                        \
    {                                                                                              \
        WB_LAYER_PAYLOAD, -1                                                                       \
    }

static const struct number ethertypes[] = {
    {WB_LAYER_IP4, 0x0800},
    {WB_LAYER_IP6, 0x86dd},
    {WB_LAYER_ARP, 0x0806},
    {WB_LAYER_VLAN, 0x8100},
    {WB_LAYER_MPLS, 0x8847},
    {WB_LAYER_ETHERNET, 0x6558},
    {WB_LAYER_PBB, 0x88e7},
    {WB_LAYER_NSH, 0x894f},
    {WB_LAYER_IPX, 0x8137},
    {WB_LAYER_LLDP, 0x88cc},
    {WB_LAYER_EAPOL, 0x888e},
    {WB_LAYER_MAC_CONTROL, 0x8808},
    {WB_LAYER_PPPOE_DISCOVERY, 0x8863},
    {WB_LAYER_PPPOE, 0x8864},
    {WB_LAYER_PPP, 0x880b},
    {WB_LAYER_LLC, 4}, /* ETH_P_802_2, of Linux cooked captures */
    END,
};

static const struct number protocols[] = {
    {WB_LAYER_IP4, 4},
    {WB_LAYER_IP6, 41},
    {WB_LAYER_MPLS, 137},
    {WB_LAYER_ETHERNET, 143},
    {WB_LAYER_IPX, 111},
    {WB_LAYER_IP6_HOPOPTS, 0},
    {WB_LAYER_IP6_ROUTING, 43},
    {WB_LAYER_IP6_FRAGMENT, 44},
    {WB_LAYER_IP6_DSTOPTS, 60},
    {WB_LAYER_IP6_MOBILITY, 135},
    {WB_LAYER_HIP, 139},
    {WB_LAYER_SHIM6, 140},
    {WB_LAYER_AH, 51},
    {WB_LAYER_ESP, 50},
    {WB_LAYER_IPCOMP, 108},
    {WB_LAYER_TCP, 6},
    {WB_LAYER_UDP, 17},
    {WB_LAYER_ICMP, 1},
    {WB_LAYER_ICMP6, 58},
    {WB_LAYER_SCTP, 132},
    {WB_LAYER_UDPLITE, 136},
    {WB_LAYER_DCCP, 33},
    {WB_LAYER_IGMP, 2},
    {WB_LAYER_VRRP, 112},
    {WB_LAYER_CARP, 112},
    {WB_LAYER_PIM, 103},
    {WB_LAYER_OSPF, 89},
    {WB_LAYER_GRE, 47},
    {WB_LAYER_ETHERIP, 97},
    {WB_LAYER_L2TP3, 115},
    END,
};

static const struct number ppp_protocols[] = {
    {WB_LAYER_IP4, 0x0021},  {WB_LAYER_IP6, 0x0057},
    {WB_LAYER_MPLS, 0x0281}, {WB_LAYER_ETHERNET, 0x0031},
    {WB_LAYER_IPX, 0x002b},  {WB_LAYER_PPP_CONTROL, 0xc021},
    {WB_LAYER_EAP, 0xc227},  END,
};

static const struct number ports[] = {
    {WB_LAYER_MPLS, 6635},
    {WB_LAYER_ESP, 4500},
    {WB_LAYER_SCTP, 9899},
    {WB_LAYER_GRE, 4754},
    {WB_LAYER_L2TP, 1701},
    {WB_LAYER_VXLAN, 4789},
    {WB_LAYER_VXLAN_GPE, 4790},
    {WB_LAYER_GENEVE, 6081},
    {WB_LAYER_GTP, 2152},
    {WB_LAYER_TEREDO, 3544},
    {WB_LAYER_UDPENCAP, 4500},
    {WB_LAYER_DNS, 53},
    {WB_LAYER_MDNS, 5353},
    {WB_LAYER_LLMNR, 5355},
    {WB_LAYER_DHCP, 67},
    {WB_LAYER_DHCP6, 547},
    END,
};

/* AF_INET everywhere, AF_INET6 of Linux. */
static const struct number families[] = {{WB_LAYER_IP4, 2}, {WB_LAYER_IP6, 10}, END};

static const struct number saps[] = {
    {WB_LAYER_IP4, 0x06}, {WB_LAYER_STP, 0x42}, {WB_LAYER_IPX, 0xe0}, END};

static const struct number ouis[] = {
    {WB_LAYER_CDP, 0x00000c}, {WB_LAYER_STP, 0x00000c}, {WB_LAYER_ETHERNET, 0x0080c2}, END};

static const struct number pids[] = {
    {WB_LAYER_CDP, 0x2000}, {WB_LAYER_STP, 0x010b}, {WB_LAYER_ETHERNET, 0x0007}, END};

static const struct number chdlc_protocols[] = {
    {WB_LAYER_SLARP, 0x8035}, {WB_LAYER_CDP, 0x2000}, END};

static const struct number gre_protocols[] = {{WB_LAYER_ERSPAN, 0x88be}, END};

static const struct number nsh_protocols[] = {
    {WB_LAYER_IP4, 1}, {WB_LAYER_IP6, 2},  {WB_LAYER_ETHERNET, 3},
    {WB_LAYER_NSH, 4}, {WB_LAYER_MPLS, 5}, END,
};

static const struct number nlpids[] = {
    {WB_LAYER_IP4, 0xcc}, {WB_LAYER_IP6, 0x8e}, {WB_LAYER_PPP, 0xcf}, END};

/* ERSPAN's second type is told from the first by GRE's sequence number; an A-MSDU is in QoS
 * data, whose QoS control says so. */
static const struct number flags[] = {{WB_LAYER_ERSPAN, 0x1000}, {WB_LAYER_AMSDU, 0x8800}, END};
static const struct number qos[] = {{WB_LAYER_AMSDU, 0x80}, END};

static const struct {
    const struct number *numbers;
    bool is_ethertype; /* else */
} numberings[] = {
    [WB__FLAGS] = {flags, false},
    [WB__ETHERTYPE] = {ethertypes, false},
    [WB__TYPE_OR_LENGTH] = {ethertypes, false},
    [WB__PROTOCOL] = {protocols, false},
    [WB__PPP_PROTOCOL] = {ppp_protocols, false},
    [WB__FAMILY] = {families, false},
    [WB__PORT] = {ports, false},
    [WB__SAP] = {saps, false},
    [WB__OUI] = {ouis, false},
    [WB__PID] = {pids, true},
    [WB__CHDLC_PROTOCOL] = {chdlc_protocols, true},
    [WB__GRE_PROTOCOL] = {gre_protocols, true},
    [WB__NSH_PROTOCOL] = {nsh_protocols, false},
    [WB__NLPID] = {nlpids, false},
    [WB__QOS] = {qos, false},
};

static int32_t find(const struct number *number, unsigned kind)
{
    while (number->kind != WB_LAYER_PAYLOAD && number->kind != kind)
        number++;
    return number->number;
}

int32_t wb__layer_number(enum wb__computed numbering, unsigned kind)
{
    int32_t number = find(numberings[numbering].numbers, kind);
    return number < 0 && numberings[numbering].is_ethertype ? find(ethertypes, kind) : number;
}
