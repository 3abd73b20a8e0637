/* SPDX-License-Identifier: ISC
 *
 * Rewriting packets: addresses, networks, ports and VLAN tags, at every depth. Checksums are
 * mended by what changed (RFC 1624), so they stay right, wrong or not computed yet, as they were, in
 * fragments and cut packets too, as far as they have the checksum. Packets of more than
 * WB_LAYERS_MAX layers are left as they are.
 *
 *     struct wb_rewrite rewrite = {0};
 *     struct wb_error error;
 *     if (wb_rewrite_add_network(&rewrite, "192.0.2.0/24=10.1.1.0/24", &error) < 0)
 *         errx(2, "%s", error.text);
 *     length = wb_rewrite_apply(&rewrite, bytes, length, sizeof bytes, link_type);
 */
#ifndef WIREBEAM_REWRITE_H
#define WIREBEAM_REWRITE_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define WB_REWRITE_RULES_MAX 64 /* of each kind */
#define WB_REWRITE_GROWTH 4     /* bytes that a packet may get longer by */

enum wb_rewrite_mac_side {
    WB_REWRITE_MAC_EITHER = 0,      /* where it is from, also inside of tunnels and in ARP */
    WB_REWRITE_MAC_SOURCE = 1,      /* of every frame: from does not matter */
    WB_REWRITE_MAC_DESTINATION = 2, /* the same */
};

struct wb_rewrite_mac {
    uint8_t side; /* enum wb_rewrite_mac_side */
    uint8_t from[6], to[6];
};

/* Addresses in from become those in to; the bits behind the prefix stay. In IP headers, also of
 * packets that ICMP errors quote, and in ARP. */
struct wb_rewrite_network {
    uint8_t ip_version, prefix_length;
    uint8_t from[16], to[16];
};

struct wb_rewrite_port { /* of TCP and UDP, on either side */
    uint16_t from, to;
};

enum wb_rewrite_vlan {
    WB_REWRITE_VLAN_KEEP = 0,
    WB_REWRITE_VLAN_ADD = 1,    /* an 802.1Q tag outside of all others */
    WB_REWRITE_VLAN_REMOVE = 2, /* the outermost tag, where there is one */
    WB_REWRITE_VLAN_SET = 3,    /* the id of the outermost tag, where there is one */
};

/* All zero: nothing is changed. Of several rules that fit, the first counts. */
struct wb_rewrite {
    struct wb_rewrite_mac macs[WB_REWRITE_RULES_MAX];
    struct wb_rewrite_network networks[WB_REWRITE_RULES_MAX];
    struct wb_rewrite_port ports[WB_REWRITE_RULES_MAX];
    uint32_t mac_count, network_count, port_count;
    uint8_t vlan; /* enum wb_rewrite_vlan */
    uint16_t vlan_id;
};

/* Rules as people write them; each mistake gets one line that says what is wanted. 0, or
 * WB_E_ARGUMENT or _LIMIT with *error filled.
 *   mac      "02:00:00:00:00:01=02:00:00:00:00:02", "src=02:...", "dst=02:..."
 *   network  "192.0.2.0/24=10.1.1.0/24", "2001:db8::1=2001:db8::2"
 *   port     "80=8080"
 *   vlan     "add=10", "set=10", "remove" */
int wb_rewrite_add_mac(struct wb_rewrite *rewrite, const char *text, struct wb_error *error);
int wb_rewrite_add_network(struct wb_rewrite *rewrite, const char *text, struct wb_error *error);
int wb_rewrite_add_port(struct wb_rewrite *rewrite, const char *text, struct wb_error *error);
int wb_rewrite_set_vlan(struct wb_rewrite *rewrite, const char *text, struct wb_error *error);

bool wb_rewrite_is_empty(const struct wb_rewrite *rewrite);

/* Rewrites a packet in place and returns its new length. A tag is added only where capacity
 * has room for WB_REWRITE_GROWTH bytes more, and tags are those of Ethernet frames. */
uint32_t wb_rewrite_apply(const struct wb_rewrite *rewrite, uint8_t *bytes, uint32_t length,
                          uint32_t capacity, uint16_t link_type);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
