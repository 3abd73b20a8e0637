/* SPDX-License-Identifier: ISC
 *
 * How link layers say their part of a packet's line: see packet_text.h. The words are those
 * of tcpdump without its options; a layer that only carries the next one is silent.
 */
#ifndef WB_RECORD_PACKET_LINK_H
#define WB_RECORD_PACKET_LINK_H

#include "record/packet_text.h"

/* packet_link.c */
wb__layer_texter wb__put_llc, wb__put_ipx, wb__put_pppoe, wb__put_ppp, wb__put_ppp_control,
    wb__put_chdlc, wb__put_slarp, wb__put_frame_relay, wb__put_ring, wb__put_mac_control,
    wb__put_nflog;

/* packet_bridge.c */
wb__layer_texter wb__put_stp, wb__put_cdp, wb__put_lldp, wb__put_eapol, wb__put_eap;

/* packet_wlan.c */
wb__layer_texter wb__put_radiotap, wb__put_avs, wb__put_prism, wb__put_ppi, wb__put_wlan;

/* "NAME (0x09)", or "Unknown (0x09)"; with as many digits as width. */
void wb__line_named(struct wb__line *line, const char *name, unsigned number, unsigned width);

/* Have these functions said already what a layer of this kind has behind it, known or not? */
bool wb__link_names_next(unsigned kind);

/* Why a layer of theirs is malformed, in words; NULL where it is no layer of theirs. */
const char *wb__link_malformed_words(const struct wb_packet *packet, const struct wb_layer *layer);

#endif
