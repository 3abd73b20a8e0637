/* SPDX-License-Identifier: ISC */
#include "build/layer.h"

#include <stddef.h>

static const struct wb__layer *const layers[WB_LAYER_KIND_COUNT] = {
    [WB_LAYER_ETHERNET] = &wb__layer_ethernet,
    [WB_LAYER_VLAN] = &wb__layer_vlan,
    [WB_LAYER_SLL] = &wb__layer_sll,
    [WB_LAYER_SLL2] = &wb__layer_sll2,
    [WB_LAYER_NULL] = &wb__layer_null,
    [WB_LAYER_LOOP] = &wb__layer_loop,
    [WB_LAYER_ARP] = &wb__layer_arp,
    [WB_LAYER_IP4] = &wb__layer_ip4,
    [WB_LAYER_IP6] = &wb__layer_ip6,
    [WB_LAYER_IP6_HOPOPTS] = &wb__layer_ip6_options,
    [WB_LAYER_IP6_ROUTING] = &wb__layer_ip6_routing,
    [WB_LAYER_IP6_FRAGMENT] = &wb__layer_ip6_fragment,
    [WB_LAYER_IP6_DSTOPTS] = &wb__layer_ip6_options,
    [WB_LAYER_TCP] = &wb__layer_tcp,
    [WB_LAYER_UDP] = &wb__layer_udp,
    [WB_LAYER_ICMP] = &wb__layer_icmp,
    [WB_LAYER_ICMP6] = &wb__layer_icmp6,
    [WB_LAYER_IP6_MOBILITY] = &wb__layer_ip6_mobility,
    [WB_LAYER_HIP] = &wb__layer_ip6_extension,
    [WB_LAYER_SHIM6] = &wb__layer_ip6_extension,
    [WB_LAYER_AH] = &wb__layer_ah,
    [WB_LAYER_ESP] = &wb__layer_esp,
    [WB_LAYER_IPCOMP] = &wb__layer_ipcomp,
    [WB_LAYER_SCTP] = &wb__layer_sctp,
    [WB_LAYER_UDPLITE] = &wb__layer_udplite,
    [WB_LAYER_DCCP] = &wb__layer_dccp,
    [WB_LAYER_IGMP] = &wb__layer_igmp,
    [WB_LAYER_VRRP] = &wb__layer_vrrp,
    [WB_LAYER_CARP] = &wb__layer_carp,
    [WB_LAYER_PIM] = &wb__layer_pim,
    [WB_LAYER_OSPF] = &wb__layer_ospf,
    [WB_LAYER_MPLS] = &wb__layer_mpls,
    [WB_LAYER_PSEUDOWIRE] = &wb__layer_pw,
    [WB_LAYER_GRE] = &wb__layer_gre,
    [WB_LAYER_ERSPAN] = &wb__layer_erspan,
    [WB_LAYER_ETHERIP] = &wb__layer_etherip,
    [WB_LAYER_PBB] = &wb__layer_pbb,
    [WB_LAYER_VXLAN] = &wb__layer_vxlan,
    [WB_LAYER_VXLAN_GPE] = &wb__layer_vxlan_gpe,
    [WB_LAYER_NSH] = &wb__layer_nsh,
    [WB_LAYER_GENEVE] = &wb__layer_geneve,
    [WB_LAYER_GTP] = &wb__layer_gtp,
    [WB_LAYER_L2TP] = &wb__layer_l2tp,
    [WB_LAYER_L2TP3] = &wb__layer_l2tp3,
    [WB_LAYER_TEREDO] = &wb__layer_teredo,
    [WB_LAYER_UDPENCAP] = &wb__layer_udpencap,
    [WB_LAYER_LLC] = &wb__layer_llc,
    [WB_LAYER_IPX] = &wb__layer_ipx,
    [WB_LAYER_STP] = &wb__layer_stp,
    [WB_LAYER_CDP] = &wb__layer_cdp,
    [WB_LAYER_LLDP] = &wb__layer_lldp,
    [WB_LAYER_EAPOL] = &wb__layer_eapol,
    [WB_LAYER_EAP] = &wb__layer_eap,
    [WB_LAYER_MAC_CONTROL] = &wb__layer_mac_control,
    [WB_LAYER_PPPOE_DISCOVERY] = &wb__layer_pppoe_discovery,
    [WB_LAYER_PPPOE] = &wb__layer_pppoe,
    [WB_LAYER_PPP] = &wb__layer_ppp,
    [WB_LAYER_PPP_CONTROL] = &wb__layer_ppp_control,
    [WB_LAYER_CHDLC] = &wb__layer_chdlc,
    [WB_LAYER_SLARP] = &wb__layer_slarp,
    [WB_LAYER_FRAME_RELAY] = &wb__layer_frame_relay,
    [WB_LAYER_FDDI] = &wb__layer_fddi,
    [WB_LAYER_TOKEN_RING] = &wb__layer_token_ring,
    [WB_LAYER_RADIOTAP] = &wb__layer_radiotap,
    [WB_LAYER_PRISM] = &wb__layer_prism,
    [WB_LAYER_AVS] = &wb__layer_avs,
    [WB_LAYER_PPI] = &wb__layer_ppi,
    [WB_LAYER_WLAN] = &wb__layer_wlan,
    [WB_LAYER_AMSDU] = &wb__layer_amsdu,
    [WB_LAYER_NFLOG] = &wb__layer_nflog,
    [WB_LAYER_DNS] = &wb__layer_dns,
    [WB_LAYER_MDNS] = &wb__layer_dns,
    [WB_LAYER_LLMNR] = &wb__layer_dns,
    [WB_LAYER_DHCP] = &wb__layer_dhcp,
    [WB_LAYER_DHCP6] = &wb__layer_dhcp6,
};

const struct wb__layer *wb__layer_of(unsigned kind)
{
    return kind < WB_LAYER_KIND_COUNT ? layers[kind] : NULL;
}

/* By those flags that are known. */
static bool is_so(const struct wb__field *field, uint16_t flags, uint16_t known)
{
    struct wb__when when = {field->mask, field->flag};
    for (unsigned i = 0;; when = field->also[i++]) {
        if ((when.mask & ~known) == 0 && (flags & when.mask) == when.flag)
            return true;
        if (i == WB__ALSO_MAX || field->also[i].mask == 0)
            return false;
    }
}

static uint32_t present_by_flags(const struct wb__layer *layer, uint16_t flags)
{
    uint32_t present = 0;
    for (unsigned i = 0; i < layer->count; i++) {
        const struct wb__field *field = &layer->fields[i];
        present |= (uint32_t)(is_so(field, flags, UINT16_MAX) != field->is_inverse) << i;
    }
    return present;
}

/* Does a field that is there make another one be there, by the flags that the first one wants? */
static bool comes_with(const struct wb__field *field, const struct wb__field *other)
{
    if (field->is_inverse || other->is_inverse)
        return field->is_inverse == other->is_inverse && field->mask == other->mask &&
               field->flag == other->flag;
    return field->mask && other->mask && is_so(other, field->flag, field->mask);
}

static uint32_t present_with(const struct wb__layer *layer, uint32_t set)
{
    uint32_t present = set;
    for (unsigned i = 0; i < layer->count; i++)
        for (unsigned other = 0; set >> i & 1 && other < layer->count; other++)
            present |= (uint32_t)comes_with(&layer->fields[i], &layer->fields[other]) << other;
    return present;
}

bool wb__fields_overlap(const struct wb__field *field, const struct wb__field *other)
{
    return field->bit < other->bit + other->bits && other->bit < field->bit + field->bits;
}

/* Adds those fields at whose places there is none yet. */
static uint32_t add_fields(const struct wb__layer *layer, uint32_t present, uint32_t more)
{
    for (unsigned i = 0; i < layer->count; i++) {
        bool is_free = more >> i & 1;
        for (unsigned other = 0; is_free && other < layer->count; other++)
            is_free = !(present >> other & 1) ||
                      !wb__fields_overlap(&layer->fields[i], &layer->fields[other]);
        present |= (uint32_t)is_free << i;
    }
    return present;
}

uint32_t wb__layer_present(const struct wb__layer *layer, uint16_t flags, uint32_t set)
{
    uint32_t required = wb__layer_required(layer);
    if (required == (UINT32_C(1) << layer->count) - 1)
        return required; /* none is optional: no need to look closer */
    uint32_t by_flags = present_by_flags(layer, flags);
    uint32_t wanted = by_flags | present_with(layer, set & ~by_flags);
    uint32_t present = add_fields(layer, 0, set);
    present = add_fields(layer, present, wanted & ~required);
    return add_fields(layer, present, wanted);
}

uint32_t wb__layer_required(const struct wb__layer *layer)
{
    uint32_t required = 0;
    for (unsigned i = 0; i < layer->count; i++)
        required |= (uint32_t)(layer->fields[i].mask == 0) << i;
    return required;
}

unsigned wb__layer_variable(const struct wb__layer *layer)
{
    unsigned index = 0;
    while (index < layer->count && layer->fields[index].bits > 0)
        index++;
    return index;
}

unsigned wb__layer_align(const struct wb__layer *layer, bool is_in_ip6)
{
    unsigned index = wb__layer_variable(layer);
    if (index == layer->count || layer->fields[index].align == 0)
        return 1;
    const struct wb__field *field = &layer->fields[index];
    return is_in_ip6 && field->align_ip6 ? field->align_ip6 : field->align;
}

unsigned wb__layer_fixed_bytes(const struct wb__layer *layer, uint32_t present)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < layer->count; i++)
        bits += present >> i & 1 ? layer->fields[i].bits : 0;
    return bits / 8;
}

struct wb__field wb__layer_field(const struct wb__layer *layer, uint32_t present, uint32_t bytes,
                                 unsigned index)
{
    struct wb__field field = layer->fields[index];
    bool is_behind = false;
    field.bit = 0;
    for (unsigned i = 0; i < index; i++) {
        field.bit += present >> i & 1 ? layer->fields[i].bits : 0;
        is_behind |= layer->fields[i].bits == 0;
    }
    if (is_behind)
        field.bit += (bytes - wb__layer_fixed_bytes(layer, present)) * 8;
    return field;
}
