/* SPDX-License-Identifier: ISC
 *
 * The IP layer of a host, as Linux has it in ip_rcv and ipv6_rcv with its settings as they come:
 * which packets to its own address it throws away before TCP, or a datagram's other fragments,
 * sees them.
 */
#ifndef WB_FLOW_HOST_H
#define WB_FLOW_HOST_H

#include <wirebeam/decode.h>
#include <wirebeam/packet.h>

enum wb__host_verdict {
    WB__HOST_TAKES,
    WB__HOST_DOUBTS, /* a wrong IPv4 checksum: a sender may have left it to its network card */
    WB__HOST_REFUSES,
};

/* Judges the headers from the IP layer numbered network to before the layer numbered end, which
 * must all have been captured. */
enum wb__host_verdict wb__host_judge(const struct wb_packet *packet,
                                     const struct wb_decoded *decoded, unsigned network,
                                     unsigned end);

#endif
