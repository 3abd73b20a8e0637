/* SPDX-License-Identifier: ISC
 *
 * The headers of tunnels, taken apart: for the functions that tell their fields and those
 * that put them into words. Every _read returns 0, or WB_E_ARGUMENT where the layer is of
 * another kind, or WB_E_TRUNCATED where its header was not captured whole.
 *
 * And the guesses: whether the bytes after a UDP header are what its port stands for. They
 * answer true where too few bytes were captured to tell.
 */
#ifndef WB_DECODE_TUNNEL_H
#define WB_DECODE_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>

#include "base/cursor.h"
#include "decode/decoder.h"

struct wb__mpls { /* RFC 3032, 2.1 */
    uint32_t label;
    uint8_t traffic_class, ttl;
    bool is_bottom;
};
int wb__mpls_read(const struct wb_packet *, const struct wb_layer *, struct wb__mpls *);

/* "ipv4_explicit_null" and so on for the special labels, or NULL. */
const char *wb__mpls_label_name(uint32_t label);

struct wb__pseudowire { /* RFC 4385 */
    bool is_channel; /* RFC 5586: an associated channel, then version and channel_type */
    uint8_t version;
    uint16_t channel_type;
    uint8_t flags, fragmentation, length;
    uint16_t sequence;
};
int wb__pseudowire_read(const struct wb_packet *, const struct wb_layer *,
                        struct wb__pseudowire *);

enum wb__gre_flag {
    WB__GRE_CHECKSUM = 0x8000,
    WB__GRE_ROUTING = 0x4000,
    WB__GRE_KEY = 0x2000,
    WB__GRE_SEQUENCE = 0x1000,
    WB__GRE_STRICT_ROUTE = 0x0800,
    WB__GRE_ACKNOWLEDGMENT = 0x0080, /* version 1 */
};
enum wb__gre_protocol {
    WB__GRE_KEEPALIVE = 0,
    WB__GRE_ERSPAN3 = 0x22eb,
    WB__GRE_PPP = 0x880b,
    WB__GRE_WCCP = 0x883e,
    WB__GRE_ERSPAN = 0x88be,
};
struct wb__gre {    /* RFC 2784, RFC 2890, RFC 1701; version 1: RFC 2637 */
    uint16_t flags; /* the first word, enum wb__gre_flag and version */
    uint8_t version;
    uint16_t protocol;
    uint16_t checksum, offset;
    uint32_t key; /* version 1: payload length and call id */
    uint32_t sequence, acknowledgment;
    const uint8_t *routing; /* borrowed: source route entries */
    uint32_t routing_length;
};
int wb__gre_read(const struct wb_packet *, const struct wb_layer *, struct wb__gre *);

/* RFC 7637, 3.2: is the key a virtual subnet id and a flow id? Ids below 0x1000 are
 * reserved there: such keys belong to Ethernet in plain GRE. */
bool wb__gre_is_nvgre(const struct wb__gre *gre);

/* One source route entry of RFC 1701; false at the end. */
struct wb__gre_route {
    uint16_t address_family;
    uint8_t offset, length;
    const uint8_t *data;
};
bool wb__gre_route_next(struct wb__cursor *routing, struct wb__gre_route *route);

struct wb__erspan { /* draft-foschiano-erspan-03 */
    uint8_t version; /* 1: type II, 2: type III */
    uint16_t vlan, session_id;
    uint8_t cos, encapsulation; /* type III: bad, short, oversized frames */
    bool truncated;
    uint32_t index, timestamp;
    uint16_t security_group_tag;
    bool is_frame_bad, is_egress, has_platform;
    uint8_t frame_type, hardware_id, granularity, platform_id;
    uint64_t platform_info;
};
int wb__erspan_read(const struct wb_packet *, const struct wb_layer *, struct wb__erspan *);

struct wb__pbb { /* IEEE 802.1Q, 9.7 */
    uint8_t priority;
    bool drop_eligible, use_customer_address;
    uint32_t isid;
};
int wb__pbb_read(const struct wb_packet *, const struct wb_layer *, struct wb__pbb *);

struct wb__vxlan {  /* RFC 7348; draft-smith-vxlan-group-policy; draft-ietf-nvo3-vxlan-gpe */
    uint16_t flags; /* the first two bytes */
    uint16_t group_policy_id;
    uint8_t next_protocol; /* GPE with the P bit */
    uint32_t vni;
};
enum wb__vxlan_flag {
    WB__VXLAN_VNI = 0x0800,           /* I: must be set */
    WB__VXLAN_GROUP_POLICY = 0x8000,  /* G */
    WB__VXLAN_DONT_LEARN = 0x0040,    /* D, with G */
    WB__VXLAN_APPLIED = 0x0008,       /* A, with G */
    WB__VXLAN_VERSION = 0x3000,       /* GPE */
    WB__VXLAN_NEXT_PROTOCOL = 0x0400, /* P, GPE */
    WB__VXLAN_BUM = 0x0200,           /* B, GPE */
    WB__VXLAN_OAM = 0x0100,           /* O, GPE */
};
int wb__vxlan_read(const struct wb_packet *, const struct wb_layer *, struct wb__vxlan *);
bool wb__is_vxlan(const struct wb__inside *inside);
bool wb__is_vxlan_gpe(const struct wb__inside *inside);

/* The kind that VXLAN-GPE's and NSH's next protocol names; WB__LAYER_END for none. */
unsigned wb__by_nsh_protocol(struct wb_layer *layer, uint8_t protocol);

struct wb__nsh { /* RFC 8300 */
    uint8_t version, ttl, length_words, md_type, next_protocol, service_index;
    bool is_oam;
    uint32_t service_path_id;
};
int wb__nsh_read(const struct wb_packet *, const struct wb_layer *, struct wb__nsh *);

struct wb__geneve { /* RFC 8926, 3.4 */
    uint8_t version;
    bool is_control, has_critical;
    uint16_t protocol;
    uint32_t vni;
    const uint8_t *options; /* borrowed */
    uint32_t options_length;
};
struct wb__geneve_option {
    uint16_t option_class;
    uint8_t type; /* the highest bit: critical */
    uint32_t length;
    const uint8_t *data;
};
int wb__geneve_read(const struct wb_packet *, const struct wb_layer *, struct wb__geneve *);
bool wb__geneve_option_next(struct wb__cursor *options, struct wb__geneve_option *option);
bool wb__is_geneve(const struct wb__inside *inside);

struct wb__gtp { /* 3GPP TS 29.281 (version 1), TS 29.274 (version 2) */
    uint8_t version, flags, message_type, npdu;
    bool has_teid, has_sequence, has_npdu, has_extension;
    uint16_t length;
    uint32_t teid, sequence;
    uint8_t next_extension;
    const uint8_t *extensions; /* borrowed: the chain of extension headers */
    uint32_t extensions_length;
};
enum { WB__GTP_G_PDU = 255 };
int wb__gtp_read(const struct wb_packet *, const struct wb_layer *, struct wb__gtp *);
const char *wb__gtp_message_name(const struct wb__gtp *gtp); /* NULL where unknown */
bool wb__is_gtp_user(const struct wb__inside *inside);
bool wb__is_gtp_control(const struct wb__inside *inside);

struct wb__l2tp { /* RFC 2661; RFC 3931 */
    uint8_t version;
    uint16_t flags; /* of the first word; 0 of a data message over IP */
    bool is_control, has_length, has_sequence, has_offset;
    uint16_t length, tunnel_id, ns, nr, offset_size;
    uint32_t session_id;    /* version 3: 32 bits, else 16 */
    uint32_t connection_id; /* version 3, control */
    const uint8_t *rest;    /* borrowed: version 3, data: cookie and sublayer, as guessed */
    uint32_t rest_length;
};
enum wb__l2tp_flag {
    WB__L2TP_CONTROL = 0x8000,
    WB__L2TP_LENGTH = 0x4000,
    WB__L2TP_SEQUENCE = 0x0800,
    WB__L2TP_OFFSET = 0x0200,
    WB__L2TP_PRIORITY = 0x0100,
};
struct wb__l2tp_avp { /* RFC 2661, 4.1 */
    bool is_mandatory, is_hidden;
    uint16_t vendor, type;
    const uint8_t *value;
    uint32_t length; /* of value */
};
int wb__l2tp_read(const struct wb_packet *, const struct wb_layer *, struct wb__l2tp *);
bool wb__l2tp_avp_next(struct wb__cursor *avps, struct wb__l2tp_avp *avp);
const char *wb__l2tp_avp_name(const struct wb__l2tp_avp *avp);     /* NULL where unknown */
const char *wb__l2tp_message_name(const struct wb__l2tp_avp *avp); /* of a Message Type */
bool wb__is_l2tp(const struct wb__inside *inside);

struct wb__teredo { /* RFC 4380, 5.1.1 */
    bool has_authentication, has_origin;
    uint8_t client_id_length, authentication_length, confirmation;
    const uint8_t *client_id, *authentication; /* borrowed */
    uint64_t nonce;
    uint16_t origin_port; /* as it was before it was obscured */
    uint8_t origin_address[4];
};
int wb__teredo_read(const struct wb_packet *, const struct wb_layer *, struct wb__teredo *);
bool wb__is_teredo(const struct wb__inside *inside);

bool wb__is_mpls(const struct wb__inside *inside);
bool wb__is_gre(const struct wb__inside *inside);

/* RFC 3948: a keepalive or a marker that is not ESP; else, wb__is_udp_esp. */
bool wb__is_udpencap(const struct wb__inside *inside);
bool wb__is_udp_esp(const struct wb__inside *inside);

/* Do these bytes look like an Ethernet frame: is the EtherType a common one, and does what
 * follows agree? */
bool wb__is_ethernet(const uint8_t *bytes, uint32_t length);

#endif
