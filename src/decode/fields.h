/* SPDX-License-Identifier: ISC
 *
 * How a kind of layer tells its fields: one function for each kind, beside its decoder.
 * It is called with a layer whose header was captured whole (header_length bytes from
 * wb__fields_header), reads it through a cursor and tells one field after the other.
 *
 * A cursor that fails yields zeros, so a teller that reads on must ask before it tells
 * what it did not read; wb__tell_incomplete says where a list or message was cut off.
 */
#ifndef WB_DECODE_FIELDS_H
#define WB_DECODE_FIELDS_H

#include <stdbool.h>

#include <wirebeam/fields.h>

#include "base/cursor.h"

struct wb__fields {
    const struct wb_packet *packet;
    const struct wb_decoded *decoded;
    const struct wb_layer *layer;
    unsigned index; /* of layer */
    wb_field_handler *handler;
    void *context;
};

typedef void wb__teller(const struct wb__fields *fields);

wb__teller wb__tell_payload, wb__tell_ethernet, wb__tell_vlan, wb__tell_sll, wb__tell_loopback,
    wb__tell_arp, wb__tell_ip4, wb__tell_ip6, wb__tell_ip6_options, wb__tell_ip6_fragment,
    wb__tell_tcp, wb__tell_udp, wb__tell_icmp;
wb__teller wb__tell_mpls, wb__tell_pseudowire, wb__tell_gre, wb__tell_erspan, wb__tell_etherip,
    wb__tell_pbb, wb__tell_vxlan, wb__tell_vxlan_gpe, wb__tell_nsh, wb__tell_geneve, wb__tell_gtp,
    wb__tell_l2tp, wb__tell_l2tp3, wb__tell_teredo, wb__tell_udpencap;
wb__teller wb__tell_ip6_extension, wb__tell_ip6_routing, wb__tell_ip6_mobility, wb__tell_igmp,
    wb__tell_vrrp, wb__tell_carp, wb__tell_pim, wb__tell_ospf, wb__tell_sctp, wb__tell_udplite,
    wb__tell_dccp, wb__tell_ah, wb__tell_esp, wb__tell_ipcomp;
wb__teller wb__tell_llc, wb__tell_ipx, wb__tell_stp, wb__tell_cdp, wb__tell_lldp, wb__tell_eapol,
    wb__tell_eap, wb__tell_mac_control, wb__tell_pppoe, wb__tell_ppp, wb__tell_ppp_control,
    wb__tell_chdlc, wb__tell_slarp, wb__tell_frame_relay, wb__tell_ring, wb__tell_radiotap,
    wb__tell_prism, wb__tell_avs, wb__tell_ppi, wb__tell_wlan, wb__tell_amsdu, wb__tell_nflog;
wb__teller wb__tell_dns, wb__tell_dhcp, wb__tell_dhcp6;

/* The bytes of the layer's header. */
struct wb__cursor wb__fields_header(const struct wb__fields *fields);

/* The bytes after the layer's header, as far as they were captured. */
struct wb__cursor wb__fields_payload(const struct wb__fields *fields);

void wb__tell_number(const struct wb__fields *fields, const char *name, uint64_t value);
void wb__tell_signed(const struct wb__fields *fields, const char *name, int64_t value);
void wb__tell_bool(const struct wb__fields *fields, const char *name, bool value);
void wb__tell_word(const struct wb__fields *fields, const char *name, const char *word);
void wb__tell_text(const struct wb__fields *fields, const char *name, const uint8_t *bytes,
                   size_t length);
void wb__tell_bytes(const struct wb__fields *fields, const char *name, const uint8_t *bytes,
                    size_t length);
void wb__tell_hardware(const struct wb__fields *fields, const char *name, const uint8_t *bytes,
                       size_t length);
void wb__tell_address(const struct wb__fields *fields, const char *name, const uint8_t *bytes,
                      size_t length);
void wb__tell_object(const struct wb__fields *fields, const char *name);
void wb__tell_list(const struct wb__fields *fields, const char *name);
void wb__tell_end(const struct wb__fields *fields);

/* The names of bits that are set, lowest first, as a list; names may hold NULL for a bit
 * that has none. */
void wb__tell_flags(const struct wb__fields *fields, const char *name, uint32_t bits,
                    const char *const *names, unsigned count);

/* The checksum as it stands there and what wb_checksum_state says of it. */
void wb__tell_checksum(const struct wb__fields *fields, uint32_t checksum);

/* The bytes that follow the header: layer->length without it. */
void wb__tell_payload_length(const struct wb__fields *fields);

void wb__tell_ip4_options(const struct wb__fields *fields, const struct wb_ip4 *ip);

void wb__tell_incomplete(const struct wb__fields *fields);

#endif
