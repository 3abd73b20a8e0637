/* SPDX-License-Identifier: ISC
 *
 * How a kind of layer says its part of a packet's line: one function for each kind, in a
 * table of packet_text.c. A part ends with ", " or " " when more is to come; what a layer
 * complains of is put behind it by the table's owner. Bytes from the wire are put in
 * through wb__line_put's conversions only, never as they are.
 */
#ifndef WB_RECORD_PACKET_TEXT_H
#define WB_RECORD_PACKET_TEXT_H

#include <wirebeam/record.h>

#include "record/packet_line.h"

struct wb__packet_text {
    const struct wb_packet *packet;
    const struct wb_decoded *decoded;
    struct wb__line line;
    struct wb_packet_style style;
};

/* Are layers of this kind to be shown? */
static inline bool wb__is_shown(const struct wb_packet_style *style, unsigned kind)
{
    return !style->kinds || style->kinds[kind];
}

typedef void wb__layer_texter(struct wb__packet_text *text, const struct wb_layer *layer);

/* packet_application.c */
wb__layer_texter wb__put_dns, wb__put_dhcp, wb__put_dhcp6;

/* packet_detail.c: what is said of a header only where the style is verbose. */
void wb__detail_time(struct wb__packet_text *text);
void wb__detail_ethernet(struct wb__packet_text *text, const struct wb_ethernet *ethernet);
void wb__detail_ip4(struct wb__packet_text *text, const struct wb_layer *layer,
                    const struct wb_ip4 *ip);
void wb__detail_ip6(struct wb__packet_text *text, const struct wb_ip6 *ip);

/* "udp sum ok", "bad udp cksum 0x1234" and so on, of a layer's checksum. */
void wb__detail_checksum(struct wb__packet_text *text, const struct wb_layer *layer,
                         const char *name, uint16_t checksum);

/* packet_tunnel.c */
wb__layer_texter wb__put_mpls, wb__put_pseudowire, wb__put_gre, wb__put_erspan, wb__put_etherip,
    wb__put_pbb, wb__put_vxlan, wb__put_vxlan_gpe, wb__put_nsh, wb__put_geneve, wb__put_gtp,
    wb__put_l2tp, wb__put_teredo, wb__put_udpencap;

/* packet_control.c */
wb__layer_texter wb__put_igmp, wb__put_vrrp, wb__put_carp, wb__put_pim, wb__put_ospf;

/* packet_transport.c */
wb__layer_texter wb__put_sctp, wb__put_udplite, wb__put_dccp, wb__put_ah, wb__put_esp,
    wb__put_ipcomp, wb__put_ip6_routing, wb__put_ip6_mobility;

#endif
