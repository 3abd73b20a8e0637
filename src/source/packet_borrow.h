/* SPDX-License-Identifier: ISC
 *
 * A ring on a socket that others opened for us, wb_source_options.opener. Its program is locked
 * when it comes: a filter that will change is run here, on what the kernel lets through, and so
 * is one on VLAN tags, since libpcap can have the kernel look at the tag beside a packet only
 * with a socket of its own. A filter that names VLANs is then run as on a file, with the tag in
 * its place; any other one as in the kernel, without.
 */
#ifndef WB_SOURCE_PACKET_BORROW_H
#define WB_SOURCE_PACKET_BORROW_H

#include "source/packet_ring.h"

/* Gets the socket, with the program for options in force, or as much of it as can be. *ring has
 * its link type. */
int wb__packet_borrow(struct wb__packet_ring *ring, const struct wb_source_options *options,
                      struct wb_error *error);

/* Another filter. On failure the old one stays. */
int wb__packet_borrow_filter(struct wb__packet_ring *ring, const char *filter,
                             struct wb_error *error);

#endif
