/* SPDX-License-Identifier: ISC
 *
 * What is known of the layers: for each kind a table of its fields, and the numbers by which the
 * layers around name it.
 */
#ifndef WB_BUILD_LAYER_H
#define WB_BUILD_LAYER_H

#include <stdint.h>

#include <wirebeam/build.h>

/* Where the default of a field comes from. */
enum wb__computed {
    WB__AS_INITIAL,
    WB__BYTES_ALL,    /* of the layer, with all that its length covers */
    WB__BYTES_BEHIND, /* the same without the fixed part of its header */
    WB__BYTES_HEADER,
    WB__BYTES_VARIABLE, /* of the header, without its fixed part */
    WB__BOTTOM,         /* 1: no layer of the same kind follows */
    WB__ETHERTYPE,      /* of the next layer; of LLC the bytes behind */
    WB__PROTOCOL,       /* of IP, of the next layer */
    WB__PPP_PROTOCOL,
    WB__FAMILY, /* of BSD's loopback header */
    WB__PORT,   /* that the next layer is known by; 0 */
    WB__CHECKSUM,
};

struct wb__field {
    const char *name, *alias;
    uint8_t type;     /* enum wb_draft_type */
    uint8_t computed; /* enum wb__computed */
    uint16_t bit;     /* where it begins in the header */
    uint16_t bits;    /* 0: from there to the header's end, as many bytes as it has */
    uint8_t unit;     /* a number counts so many (0: 1) ... */
    uint8_t less;     /* ... after so many of them */
    uint8_t align;    /* bytes without a fixed number are filled up to a multiple of this */
    uint64_t initial;
};

#define WB__FIELDS_MAX 24

struct wb__layer {
    const struct wb__field *fields;
    unsigned count;
};

/* The fields of a kind; NULL where it has no table. The last one may be the one whose number of
 * bytes is not fixed. */
const struct wb__layer *wb__layer_of(unsigned kind);

/* Bytes of the part of a header that is always there. */
unsigned wb__layer_fixed_bytes(const struct wb__layer *layer);

/* The number by which a layer names the kind that follows; -1 where it has none. */
int32_t wb__layer_number(enum wb__computed numbering, unsigned kind);

extern const struct wb__layer wb__layer_ethernet, wb__layer_vlan, wb__layer_null, wb__layer_loop,
    wb__layer_sll, wb__layer_arp, wb__layer_mpls, wb__layer_llc, wb__layer_ppp, wb__layer_pppoe,
    wb__layer_ip4, wb__layer_ip6, wb__layer_ip6_options, wb__layer_ip6_routing,
    wb__layer_ip6_fragment, wb__layer_ah, wb__layer_esp, wb__layer_tcp, wb__layer_udp,
    wb__layer_udplite, wb__layer_sctp, wb__layer_dccp, wb__layer_icmp, wb__layer_icmp6,
    wb__layer_igmp, wb__layer_pim, wb__layer_ospf, wb__layer_vrrp, wb__layer_gre, wb__layer_vxlan,
    wb__layer_geneve, wb__layer_etherip, wb__layer_gtp, wb__layer_dns;

#endif
