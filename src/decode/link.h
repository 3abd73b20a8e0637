/* SPDX-License-Identifier: ISC
 *
 * What the decoders of link layers share with those who put these layers into words: the
 * numbers, their names, and the headers taken apart. Every _read returns 0, or
 * WB_E_ARGUMENT where the layer is of another kind, or WB_E_TRUNCATED where its header was
 * not captured whole.
 */
#ifndef WB_DECODE_LINK_H
#define WB_DECODE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/decode.h>

#include "base/cursor.h"
#include "decode/decoder.h"

/* A number and its name, in lists of theirs; NULL for one that is not listed. */
struct wb__number_name {
    uint32_t number;
    const char *name;
};
const char *wb__find_number_name(const struct wb__number_name *names, size_t count,
                                 uint32_t number);
#define WB__NUMBER_NAME(names, number) \
    wb__find_number_name(names, sizeof(names) / sizeof(names)[0], number)

/* All of a layer that was captured, from the first byte of its header. */
static inline struct wb__cursor wb__layer_bytes(const struct wb_packet *packet,
                                                const struct wb_layer *layer)
{
    uint32_t left = layer->offset < packet->captured_length
                        ? packet->captured_length - layer->offset : 0;
    return wb__cursor(packet->data + (left ? layer->offset : 0),
                      layer->length < left ? layer->length : left);
}

/* A type and a length of given widths in bytes, and the value: the form of the elements of
 * most of these protocols. */
struct wb__tlv {
    uint32_t type, length;
    const uint8_t *value;
};

enum wb__sap {
    WB__SAP_STP = 0x42,
    WB__SAP_IP = 0x06,
    WB__SAP_SNAP = 0xaa,
    WB__SAP_IPX = 0xe0,
    WB__SAP_OSI = 0xfe,
    WB__SAP_GLOBAL = 0xff,
};
enum wb__llc_format { WB__LLC_INFORMATION, WB__LLC_SUPERVISORY, WB__LLC_UNNUMBERED };
struct wb__llc {        /* IEEE 802.2 */
    uint8_t dsap, ssap; /* the lowest bits: group; response */
    uint16_t control;   /* 8 bits where unnumbered, else 16, the first byte above */
    enum wb__llc_format format;
    bool is_snap;
    uint32_t oui;
    uint16_t pid;
};
int wb__llc_read(const struct wb_packet *, const struct wb_layer *, struct wb__llc *);
const char *wb__sap_name(uint8_t sap);                             /* NULL where unknown */
const char *wb__llc_unnumbered_name(uint16_t control);             /* "ui", "xid" ... or NULL */
const char *wb__oui_name(uint32_t oui);                            /* NULL where unknown */
const char *wb__pid_name(uint32_t oui, uint16_t pid);              /* NULL where unknown */

struct wb__ipx { /* as Novell's IPX Router Specification, 2 has it */
    uint16_t checksum, length, source_socket, destination_socket;
    uint8_t transport_control, packet_type;
    uint32_t source_network, destination_network;
    uint8_t source_node[6], destination_node[6];
};
int wb__ipx_read(const struct wb_packet *, const struct wb_layer *, struct wb__ipx *);

enum wb__ppp_protocol {
    WB__PPP_IP4 = 0x0021,
    WB__PPP_IPX = 0x002b,
    WB__PPP_IP6 = 0x0057,
    WB__PPP_MPLS = 0x0281,
    WB__PPP_MPLS_MULTICAST = 0x0283,
    WB__PPP_IPCP = 0x8021,
    WB__PPP_IPXCP = 0x802b,
    WB__PPP_ECP = 0x8053,
    WB__PPP_IP6CP = 0x8057,
    WB__PPP_CCP = 0x80fd,
    WB__PPP_MPLSCP = 0x8281,
    WB__PPP_LCP = 0xc021,
    WB__PPP_PAP = 0xc023,
    WB__PPP_LQR = 0xc025,
    WB__PPP_CHAP = 0xc223,
    WB__PPP_EAP = 0xc227,
};
struct wb__ppp { /* RFC 1661, 2; RFC 1662, 3.1 */
    bool has_address;  /* and control; else elided (RFC 1661, 6.6) */
    bool is_compressed; /* the protocol field (RFC 1661, 6.5) */
    uint16_t protocol;
};
int wb__ppp_read(const struct wb_packet *, const struct wb_layer *, struct wb__ppp *);
const char *wb__ppp_protocol_name(uint16_t protocol); /* "LCP" ...; NULL where unknown */

struct wb__ppp_control { /* RFC 1661, 5; RFC 1334; RFC 1994 */
    uint16_t protocol;
    uint8_t code, identifier;
    uint16_t length;
};
int wb__ppp_control_read(const struct wb_packet *, const struct wb_layer *,
                         struct wb__ppp_control *);
const char *wb__ppp_code_name(uint16_t protocol, uint8_t code); /* NULL where unknown */

/* One tag of PPPoE discovery (RFC 2516, appendix A); false at the end. */
enum wb__pppoe_tag {
    WB__PPPOE_SERVICE_NAME = 0x0101,
    WB__PPPOE_AC_NAME = 0x0102,
    WB__PPPOE_SERVICE_ERROR = 0x0201,
    WB__PPPOE_AC_ERROR = 0x0202,
    WB__PPPOE_GENERIC_ERROR = 0x0203,
};
bool wb__pppoe_tag_next(struct wb__cursor *tags, struct wb__tlv *tag);
const char *wb__pppoe_tag_name(uint32_t type);   /* NULL where unknown */
const char *wb__pppoe_code_name(uint8_t code);   /* NULL where unknown */

struct wb__chdlc {
    uint8_t address, control;
    uint16_t protocol;
};
int wb__chdlc_read(const struct wb_packet *, const struct wb_layer *, struct wb__chdlc *);

enum wb__slarp_code { WB__SLARP_REQUEST = 0, WB__SLARP_REPLY = 1, WB__SLARP_KEEPALIVE = 2 };
struct wb__slarp {
    uint32_t code;
    uint8_t address[4], mask[4];              /* request, reply */
    uint32_t my_sequence, your_sequence;      /* keepalive */
    uint16_t reliability;
    bool has_uptime;
    uint32_t uptime_ms;
};
int wb__slarp_read(const struct wb_packet *, const struct wb_layer *, struct wb__slarp *);

enum wb__nlpid {
    WB__NLPID_Q933 = 0x08,
    WB__NLPID_SNAP = 0x80,
    WB__NLPID_IP6 = 0x8e,
    WB__NLPID_IP4 = 0xcc,
    WB__NLPID_PPP = 0xcf,
};
struct wb__frame_relay { /* Q.922, 3.2; RFC 2427 */
    uint32_t address_length, dlci;
    bool command_response, forward_congestion, backward_congestion, discard_eligible;
    bool is_cisco; /* an EtherType behind the address */
    uint16_t ethertype;
    uint8_t control, nlpid;
    bool is_snap;
    uint32_t oui;
    uint16_t pid;
};
int wb__frame_relay_read(const struct wb_packet *, const struct wb_layer *,
                         struct wb__frame_relay *);
const char *wb__nlpid_name(uint8_t nlpid); /* NULL where unknown */

/* What follows an OUI and a PID (SNAP): by EtherType where the OUI is 0, and so on. Sets
 * layer->next. */
unsigned wb__by_snap(const struct wb__walk *walk, struct wb_layer *layer, uint32_t oui,
                     uint16_t pid);

/* What follows a length in place of an EtherType: LLC, or IPX without it (Novell's "raw"
 * 802.3). */
unsigned wb__by_length(const struct wb__walk *walk, const struct wb_layer *layer);

/* The kind that a link type stands for; WB_LAYER_PAYLOAD for none. */
unsigned wb__kind_of_link(uint32_t link_type);

struct wb__ring { /* FDDI, Token Ring */
    uint8_t access_control, frame_control;
    uint8_t source[6], destination[6]; /* of Token Ring without the bit of a route */
    const uint8_t *route;              /* borrowed */
    uint32_t route_length;
    bool is_llc;
};
int wb__ring_read(const struct wb_packet *, const struct wb_layer *, struct wb__ring *);

enum wb__mac_control_opcode { WB__MAC_PAUSE = 1, WB__MAC_PRIORITY_PAUSE = 0x0101 };
struct wb__mac_control { /* IEEE 802.3, 31 */
    uint16_t opcode;
    uint16_t enable; /* of priorities */
    uint16_t times[8]; /* in units of 512 bit times; [0] where it is a plain pause */
};
int wb__mac_control_read(const struct wb_packet *, const struct wb_layer *,
                         struct wb__mac_control *);
const char *wb__mac_control_name(uint16_t opcode); /* NULL where unknown */

struct wb__nflog { /* LINKTYPE_NFLOG */
    uint8_t family, version;
    uint16_t resource_id;
    bool is_little; /* byte order of the machine that captured, of TLVs' heads */
};
int wb__nflog_read(const struct wb_packet *, const struct wb_layer *, struct wb__nflog *);

#endif
