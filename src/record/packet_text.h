/* SPDX-License-Identifier: ISC
 *
 * How a kind of layer says its part of a packet's line: one function for each kind, in a
 * table of packet_text.c. A part ends with ", " or " " when more is to come; what a layer
 * complains of is put behind it by the table's owner. Bytes from the wire are put in
 * through wb__line_put's conversions only, never as they are.
 */
#ifndef WB_RECORD_PACKET_TEXT_H
#define WB_RECORD_PACKET_TEXT_H

#include "record/packet_line.h"

struct wb__packet_text {
    const struct wb_packet *packet;
    const struct wb_decoded *decoded;
    struct wb__line line;
};

typedef void wb__layer_texter(struct wb__packet_text *text, const struct wb_layer *layer);

/* packet_tunnel.c */
wb__layer_texter wb__put_mpls, wb__put_pseudowire, wb__put_gre, wb__put_erspan, wb__put_etherip,
    wb__put_pbb, wb__put_vxlan, wb__put_vxlan_gpe, wb__put_nsh, wb__put_geneve, wb__put_gtp,
    wb__put_l2tp, wb__put_teredo, wb__put_udpencap;

#endif
