/* SPDX-License-Identifier: ISC
 *
 * What is known of the layers: for each kind a table of its fields, and the numbers by which the
 * layers around name it. Optional fields are in a header or not by 16 bits of it, its flags.
 */
#ifndef WB_BUILD_LAYER_H
#define WB_BUILD_LAYER_H

#include <stdint.h>

#include <wirebeam/build.h>

/* Where the default of a field comes from. */
enum wb__computed {
    WB__AS_INITIAL,
    WB__BYTES_ALL,    /* of the layer, with all that its length covers */
    WB__BYTES_BEHIND, /* the same without the part of its header that is always there */
    WB__BYTES_HEADER,
    WB__BYTES_VARIABLE, /* of the header, without its fields of a fixed number */
    WB__ADDRESSES,      /* how many of the IP around are behind the fields of a fixed number */
    WB__BYTES_TLV,      /* from the field on: of an element that holds what follows */
    WB__BOTTOM,         /* 1: no layer of the same kind follows */
    WB__FLAGS,          /* those of the optional fields that are set, and what follows asks for */
    WB__CHECKSUM,
    /* The number of the next layer, in one of the registries. */
    WB__ETHERTYPE,
    WB__TYPE_OR_LENGTH, /* an EtherType; of LLC the bytes behind */
    WB__PROTOCOL,       /* of IP */
    WB__PPP_PROTOCOL,
    WB__FAMILY, /* of BSD's loopback header */
    WB__PORT,   /* that it is known by; 0 */
    WB__SAP,    /* of LLC */
    WB__OUI,    /* of SNAP */
    WB__PID,
    WB__CHDLC_PROTOCOL,
    WB__GRE_PROTOCOL,
    WB__NSH_PROTOCOL, /* and of VXLAN-GPE */
    WB__NLPID,
    WB__QOS, /* of IEEE 802.11 */
};

#define WB__ALSO_MAX 3

struct wb__when {
    uint16_t mask, flag;
};

struct wb__field {
    const char *name, *alias;
    const struct wb_draft_name *names; /* of numbers, up to one without a name */
    bool are_flags;                    /* the names: several may be set */
    uint8_t type;     /* enum wb_draft_type */
    uint8_t computed; /* enum wb__computed */
    uint32_t bit;     /* where it begins in a header with all fields; there may be others */
    uint16_t bits;    /* 0: as many bytes as the header has more than its other fields */
    uint8_t unit;     /* a number counts so many (0: 1) ... */
    uint8_t less;     /* ... after so many of them */
    uint8_t align;    /* bytes without a fixed number fill the header up to a multiple of this */
    uint8_t align_ip6; /* ... in IPv6, where that is another */
    bool is_little;   /* a number whose first byte is the lowest */
    bool is_inverse;  /* optional: there where the next two are not so */
    uint16_t mask;    /* optional: there where the header's flags, as far as this, ... */
    uint16_t flag;    /* ... are this, which is what setting the field makes of them; ... */
    struct wb__when also[WB__ALSO_MAX]; /* ... or where one of these is so */
    uint8_t option;          /* the type of the option that it is in; bit is in that */
    uint8_t option_bytes;    /* of that option, 0: as many as the field needs ... */
    uint8_t option_pointer;  /* ... behind type, length, and this where it is not 0 */
    uint64_t initial;        /* of bytes without a fixed number: so many zeros */
};

#define WB__FIELDS_MAX 24

struct wb__layer {
    const struct wb__field *fields;
    unsigned count;
    const struct wb__field *options; /* that the field "options" may have */
    unsigned option_count;
    uint8_t flags_at; /* the byte where the header's flags begin */
    bool is_message;  /* nothing follows: its bytes, to the end, are the header's */
};

/* The fields of a kind; NULL where it has no table. The number of bytes of one may not be
 * fixed. */
const struct wb__layer *wb__layer_of(unsigned kind);

/* The fields that are in a header with these flags, as a set of bits. Those of the given set are
 * there in any case, and what comes with them. Of those that lie at the same place, one is there:
 * one of the set, else an optional one. */
uint32_t wb__layer_present(const struct wb__layer *layer, uint16_t flags, uint32_t set);

/* Do two fields lie at the same place? */
bool wb__fields_overlap(const struct wb__field *field, const struct wb__field *other);

/* The one whose number of bytes is not fixed; the layer's count where there is none. */
unsigned wb__layer_variable(const struct wb__layer *layer);

/* To a multiple of what the layer's header is filled up, in IPv6 or not; 1 where it is not. */
unsigned wb__layer_align(const struct wb__layer *layer, bool is_in_ip6);

/* Those that are always there. */
uint32_t wb__layer_required(const struct wb__layer *layer);

/* Bytes of such fields, as far as their number is fixed. */
unsigned wb__layer_fixed_bytes(const struct wb__layer *layer, uint32_t present);

/* A field at its place in a header that has only those, and so many bytes. */
struct wb__field wb__layer_field(const struct wb__layer *layer, uint32_t present, uint32_t bytes,
                                 unsigned index);

/* The number by which a layer names the kind that follows; -1 where it has none. */
int32_t wb__layer_number(enum wb__computed numbering, unsigned kind);

extern const struct wb__layer wb__layer_ethernet, wb__layer_vlan, wb__layer_null, wb__layer_loop,
    wb__layer_sll, wb__layer_sll2, wb__layer_nflog, wb__layer_arp, wb__layer_mpls, wb__layer_pw,
    wb__layer_pbb;
extern const struct wb__layer wb__layer_llc, wb__layer_ipx, wb__layer_stp, wb__layer_cdp,
    wb__layer_lldp, wb__layer_eapol, wb__layer_eap, wb__layer_mac_control;
extern const struct wb__layer wb__layer_pppoe, wb__layer_pppoe_discovery, wb__layer_ppp,
    wb__layer_ppp_control, wb__layer_chdlc, wb__layer_slarp, wb__layer_frame_relay, wb__layer_fddi,
    wb__layer_token_ring;
extern const struct wb__layer wb__layer_radiotap, wb__layer_prism, wb__layer_avs, wb__layer_ppi,
    wb__layer_wlan, wb__layer_amsdu;
extern const struct wb__layer wb__layer_ip4, wb__layer_ip6, wb__layer_ip6_options,
    wb__layer_ip6_routing, wb__layer_ip6_fragment, wb__layer_ip6_mobility, wb__layer_ip6_extension,
    wb__layer_ah, wb__layer_esp, wb__layer_ipcomp;
extern const struct wb__layer wb__layer_tcp, wb__layer_udp, wb__layer_udplite, wb__layer_sctp,
    wb__layer_dccp;
extern const struct wb__layer wb__layer_icmp, wb__layer_icmp6, wb__layer_igmp, wb__layer_pim,
    wb__layer_ospf, wb__layer_vrrp, wb__layer_carp;
extern const struct wb__layer wb__layer_gre, wb__layer_erspan, wb__layer_vxlan, wb__layer_vxlan_gpe,
    wb__layer_nsh, wb__layer_geneve, wb__layer_etherip, wb__layer_gtp, wb__layer_l2tp,
    wb__layer_l2tp3, wb__layer_teredo, wb__layer_udpencap;
extern const struct wb__layer wb__layer_dns, wb__layer_dhcp, wb__layer_dhcp6;

#endif
