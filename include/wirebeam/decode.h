/* SPDX-License-Identifier: ISC
 *
 * A packet taken apart into layers. Decoding is total: it never fails, it keeps
 * the prefix that it understood and marks the layer where it stopped and why. The
 * result holds offsets only: 16 bytes a layer, no copies; the fields of a layer are
 * read on demand by the wb_..._read functions.
 *
 *     struct wb_decoded d;
 *     wb_decode(&packet, &d);
 *     if (d.network != WB_LAYER_NONE && d.layers[d.network].kind == WB_LAYER_IP4) {
 *         struct wb_ip4 ip;
 *         if (wb_ip4_read(&packet, &d.layers[d.network], &ip) == 0) ...
 *     }
 */
#ifndef WIREBEAM_DECODE_H
#define WIREBEAM_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/packet.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define WB_LAYERS_MAX 24   /* deeper stacks end with WB_LAYER_TOO_DEEP */
#define WB_LAYER_NONE 0xff /* "there is none" for an index into layers */

/* X(NAME, "name"): the kinds of layer, and the names used in JSON. */
#define WB_LAYER_KINDS(X)                                                       \
    X(PAYLOAD, "payload") /* bytes that no decoder takes further */             \
    X(ETHERNET, "eth")                                                          \
    X(VLAN, "vlan") /* 802.1Q or 802.1ad: the EtherType before it says which */ \
    X(SLL, "sll")                                                               \
    X(SLL2, "sll2")                                                             \
    X(NULL, "null") /* BSD loopback, host byte order of the writer */           \
    X(LOOP, "loop") /* OpenBSD loopback, network byte order */                  \
    X(RAW, "raw")   /* no link header */                                        \
    X(ARP, "arp")                                                               \
    X(IP4, "ip")                                                                \
    X(IP6, "ipv6")                                                              \
    X(IP6_HOPOPTS, "ipv6.hopopts")                                              \
    X(IP6_ROUTING, "ipv6.routing")                                              \
    X(IP6_FRAGMENT, "ipv6.fraghdr")                                             \
    X(IP6_DSTOPTS, "ipv6.dstopts")                                              \
    X(TCP, "tcp")                                                               \
    X(UDP, "udp")                                                               \
    X(ICMP, "icmp")                                                             \
    X(ICMP6, "icmpv6")                                                          \
    X(IP6_MOBILITY, "mipv6") /* RFC 6275 */                                     \
    X(HIP, "hip")                                                               \
    X(SHIM6, "shim6")                                                           \
    X(AH, "ah")                                                                 \
    X(ESP, "esp")                                                               \
    X(IPCOMP, "ipcomp")                                                         \
    X(SCTP, "sctp")                                                             \
    X(UDPLITE, "udplite")                                                       \
    X(DCCP, "dccp")                                                             \
    X(IGMP, "igmp")                                                             \
    X(VRRP, "vrrp")                                                             \
    X(CARP, "carp")                                                             \
    X(PIM, "pim") /* version 2 */                                               \
    X(OSPF, "ospf")                                                             \
    X(MPLS, "mpls")       /* one entry of a label stack */                      \
    X(PSEUDOWIRE, "pw")   /* RFC 4385: control word or associated channel */    \
    X(GRE, "gre")                                                               \
    X(ERSPAN, "erspan")   /* types II and III */                                \
    X(ETHERIP, "etherip")                                                       \
    X(PBB, "ieee8021ah")  /* the I-TAG */                                       \
    X(VXLAN, "vxlan")                                                           \
    X(VXLAN_GPE, "vxlan-gpe")                                                   \
    X(NSH, "nsh")                                                               \
    X(GENEVE, "geneve")                                                         \
    X(GTP, "gtp")                                                               \
    X(L2TP, "l2tp")       /* version 2 */                                       \
    X(L2TP3, "l2tpv3")                                                          \
    X(TEREDO, "teredo")                                                         \
    X(UDPENCAP, "udpencap") /* RFC 3948, apart from ESP itself */               \
    X(LLC, "llc") /* 802.2, with SNAP where there is one */                     \
    X(IPX, "ipx")                                                               \
    X(STP, "stp") /* 802.1D, RSTP, MSTP, Cisco's PVST */                        \
    X(CDP, "cdp")                                                               \
    X(LLDP, "lldp")                                                             \
    X(EAPOL, "eapol") /* 802.1X */                                              \
    X(EAP, "eap")                                                               \
    X(MAC_CONTROL, "macc") /* 802.3, annex 31 */                                \
    X(PPPOE_DISCOVERY, "pppoed")                                                \
    X(PPPOE, "pppoes") /* a session's packets */                                \
    X(PPP, "ppp")                                                               \
    X(PPP_CONTROL, "ppp.control") /* LCP, NCPs, PAP, CHAP: next has its PPP protocol */ \
    X(CHDLC, "chdlc") /* Cisco HDLC */                                          \
    X(SLARP, "slarp")                                                           \
    X(FRAME_RELAY, "fr")                                                        \
    X(FDDI, "fddi")                                                             \
    X(TOKEN_RING, "tr")                                                         \
    X(RADIOTAP, "radiotap")                                                     \
    X(PRISM, "prism")                                                           \
    X(AVS, "wlancap")                                                           \
    X(PPI, "ppi")                                                               \
    X(WLAN, "wlan") /* 802.11 */                                                \
    X(AMSDU, "wlan_aggregate") /* one subframe of an 802.11 A-MSDU */           \
    X(NFLOG, "nflog")                                                           \
    X(DNS, "dns")                                                               \
    X(MDNS, "mdns")                                                             \
    X(LLMNR, "llmnr")                                                           \
    X(DHCP, "dhcp")       /* and BOOTP */                                       \
    X(DHCP6, "dhcpv6")

enum wb_layer_kind {
#define WB_LAYER_KIND(name, text) WB_LAYER_##name,
    WB_LAYER_KINDS(WB_LAYER_KIND)
#undef WB_LAYER_KIND
        WB_LAYER_KIND_COUNT
};

/* Why decoding stopped in, or complained of, a layer. */
enum wb_layer_status {
    WB_LAYER_OK = 0,
    WB_LAYER_TRUNCATED, /* the capture ends inside the header (snaplen, cut file) */
    WB_LAYER_MALFORMED, /* a field contradicts another or the bytes that are there */
    WB_LAYER_TOO_DEEP,  /* WB_LAYERS_MAX reached */
    WB_LAYER_UNKNOWN,   /* well-formed, but the next protocol has no decoder */
    WB_LAYER_FRAGMENT,  /* the payload is a later IP fragment: no header follows */
};

struct wb_layer {
    uint8_t kind;           /* enum wb_layer_kind */
    uint8_t status;         /* enum wb_layer_status */
    uint16_t next;          /* the field that names the next layer (EtherType, IP
                               protocol, port 0 where none) */
    uint32_t offset;        /* of the header, from packet.data */
    uint32_t header_length; /* bytes; 0 when the header could not be read */
    uint32_t length;        /* header and payload by this layer's own length field,
                               bounded by the layer around it: Ethernet padding is
                               outside. May reach past captured_length. */
};

struct wb_decoded {
    uint8_t layer_count;
    uint8_t network;   /* index of the innermost IP4/IP6 layer, or WB_LAYER_NONE */
    uint8_t transport; /* index of the transport layer in it (TCP, UDP, ICMP, SCTP ...), or
                          _NONE */
    uint8_t status;    /* the worst wb_layer_status of the layers among OK, TRUNCATED,
                          MALFORMED, TOO_DEEP; quoted ones do not count */
    uint8_t vlan_count; /* tags met; the first two are kept, outermost first */
    uint8_t tunnel_count; /* tunnels met; a stack of MPLS labels is one: see wb_tunnel_read */
    uint8_t is_fragment; /* an IP packet in it is a fragment (offset or more), and so all
                            that lies inside is only a part */
    uint8_t fragment;  /* index of the outermost such IP4 or IP6_FRAGMENT layer, or _NONE */
    uint8_t quoted;    /* index of the first layer of a packet that an ICMP error quotes, or
                          _NONE: network and transport lie outside of it */
    uint8_t has_next;  /* the frame holds more packets than this one: wb_decode_next */
    uint16_t vlan_ids[2];
    struct wb_layer layers[WB_LAYERS_MAX];
};

/* Takes packet apart. Resets *decoded completely (as far as layer_count), reads no
 * byte outside data[0, captured_length), allocates nothing. */
void wb_decode(const struct wb_packet *packet, struct wb_decoded *decoded);

/* Of a frame that holds several packets, one behind the other (an 802.11 A-MSDU), wb_decode
 * gives the first. True: *decoded, which was made from this packet, now describes the outer
 * layers and the next of them. False: it was the last, and *decoded is as it was. */
bool wb_decode_next(const struct wb_packet *packet, struct wb_decoded *decoded);

/* The name of a kind as JSON has it ("eth"); "unknown" for another number. */
const char *wb_layer_name(unsigned kind);

/* What a kind is, in words, with the document that defines it; "" for another number. */
const char *wb_layer_about(unsigned kind);

/* "ok", "truncated", "malformed", "too_deep", "unknown", "fragment". */
const char *wb_layer_status_name(unsigned status);

/* The bytes after a layer's header that were captured: stores their start and
 * returns how many there are (0 where none). */
uint32_t wb_layer_payload(const struct wb_packet *packet, const struct wb_layer *layer,
                          const uint8_t **payload);

/* Fields of the layers, named after their RFCs, in host byte order. Each _read
 * returns 0, or WB_E_ARGUMENT where the layer is of another kind, or
 * WB_E_TRUNCATED where its header was not captured whole. */

struct wb_ethernet { /* IEEE 802.3 */
    uint8_t destination[6], source[6];
    uint16_t type; /* EtherType, or a length when below 1536 */
};
int wb_ethernet_read(const struct wb_packet *, const struct wb_layer *, struct wb_ethernet *);

struct wb_vlan { /* IEEE 802.1Q */
    uint16_t tpid; /* 0x8100, 0x88a8 or 0x9100 */
    uint8_t priority;
    bool drop_eligible;
    uint16_t id;   /* 0..4095 */
    uint16_t type; /* EtherType of what follows */
};
int wb_vlan_read(const struct wb_packet *, const struct wb_layer *, struct wb_vlan *);

struct wb_pppoe { /* RFC 2516, 4: discovery and session layers */
    uint8_t version, type, code;
    uint16_t session_id, length;
};
int wb_pppoe_read(const struct wb_packet *, const struct wb_layer *, struct wb_pppoe *);

struct wb_arp { /* RFC 826 */
    uint16_t hardware_type, protocol_type, operation;
    uint8_t hardware_length, protocol_length;
    /* borrowed, each of the length above */
    const uint8_t *sender_hardware, *sender_protocol, *target_hardware, *target_protocol;
};
int wb_arp_read(const struct wb_packet *, const struct wb_layer *, struct wb_arp *);

struct wb_sll { /* LINKTYPE_LINUX_SLL and _SLL2 */
    uint16_t packet_type; /* 0 to us, 1 broadcast, 2 multicast, 3 other, 4 from us */
    uint16_t arphrd_type;
    uint16_t address_length;
    uint8_t address[8];
    uint16_t protocol;
    uint32_t interface_index; /* SLL2 only, else 0 */
};
int wb_sll_read(const struct wb_packet *, const struct wb_layer *, struct wb_sll *);

struct wb_ip4 { /* RFC 791 */
    uint8_t dscp, ecn, ttl, protocol;
    uint16_t total_length, identification, fragment_offset /* bytes */, checksum;
    bool dont_fragment, more_fragments, reserved_flag;
    uint8_t source[4], destination[4];
    const uint8_t *options; /* borrowed */
    uint32_t options_length;
};
int wb_ip4_read(const struct wb_packet *, const struct wb_layer *, struct wb_ip4 *);

struct wb_ip6 { /* RFC 8200 */
    uint8_t traffic_class, next_header, hop_limit;
    uint32_t flow_label;
    uint16_t payload_length;
    uint8_t source[16], destination[16];
};
int wb_ip6_read(const struct wb_packet *, const struct wb_layer *, struct wb_ip6 *);

struct wb_ip6_fragment { /* RFC 8200, 4.5 */
    uint8_t next_header;
    uint16_t fragment_offset; /* bytes */
    bool more_fragments;
    uint32_t identification;
};
int wb_ip6_fragment_read(const struct wb_packet *, const struct wb_layer *,
                         struct wb_ip6_fragment *);

/* Bits of wb_tcp.flags: RFC 9293, 3.1, with AE from RFC 9768. */
enum wb_tcp_flag {
    WB_TCP_FIN = 0x001, WB_TCP_SYN = 0x002, WB_TCP_RST = 0x004, WB_TCP_PSH = 0x008,
    WB_TCP_ACK = 0x010, WB_TCP_URG = 0x020, WB_TCP_ECE = 0x040, WB_TCP_CWR = 0x080,
    WB_TCP_AE = 0x100,
};
struct wb_tcp { /* RFC 9293 */
    uint16_t source_port, destination_port, flags, window, checksum, urgent_pointer;
    uint32_t sequence, acknowledgment;
    uint8_t reserved; /* the three bits that are to be 0 */
    const uint8_t *options; /* borrowed */
    uint32_t options_length;
};
int wb_tcp_read(const struct wb_packet *, const struct wb_layer *, struct wb_tcp *);

struct wb_udp { /* RFC 768 */
    uint16_t source_port, destination_port, length, checksum;
};
int wb_udp_read(const struct wb_packet *, const struct wb_layer *, struct wb_udp *);

struct wb_icmp { /* RFC 792 and RFC 4443: both versions */
    uint8_t type, code;
    uint16_t checksum;
    uint32_t rest; /* the four bytes after the checksum */
};
int wb_icmp_read(const struct wb_packet *, const struct wb_layer *, struct wb_icmp *);

/* What a layer of a tunnel says of the packets inside: which of them belong together. Where
 * it says no more than its kind, or the id has a meaning only between the two ends, what
 * sets them apart are the addresses around the tunnel. */
struct wb_tunnel {
    uint8_t kind;   /* enum wb_layer_kind: of IP in IP, the outer layer's */
    bool has_id;
    bool is_shared; /* both directions of a conversation have the same id */
    bool is_global; /* kind and id mean the same between whichever addresses */
    uint32_t id;    /* GRE: key, NVGRE: VSID, PPTP: call id; VXLAN, GPE, GENEVE: VNI; PBB:
                       I-SID; ERSPAN, L2TP, PPPoE: session id; GTP: TEID; MPLS: innermost label */
};
/* WB_E_ARGUMENT where the layer is no tunnel's. Of IP in IP the tunnel's layer is the one
 * whose next is 4, 41 or 143 (Ethernet): the outer IP layer or its last extension header. */
int wb_tunnel_read(const struct wb_packet *, const struct wb_layer *, struct wb_tunnel *);

/* Checks the checksum of a layer of a decoded packet, if it has one; of those inside of a
 * tunnel, too. */
enum wb_checksum_state {
    WB_CHECKSUM_WRONG = 0,
    WB_CHECKSUM_RIGHT = 1,
    WB_CHECKSUM_UNVERIFIED = 2, /* bytes missing, a fragment, or marked as unfinished */
    WB_CHECKSUM_ABSENT = 3,     /* UDP over IPv4 with checksum 0 */
    WB_CHECKSUM_NOT_COMPUTED = 4, /* the sum of the pseudo-header alone: an offload would have
                                     finished it after the capture */
};
enum wb_checksum_state wb_checksum_state(const struct wb_packet *, const struct wb_decoded *,
                                         unsigned layer);

/* "wrong", "right", "unverified", "absent"; "unknown" for another number. */
const char *wb_checksum_state_name(unsigned state);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
