/* SPDX-License-Identifier: ISC
 *
 * Linux cooked packets (LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2): the header says what
 * the interface knew of a packet's direction.
 */
#ifndef WB_SOURCE_COOKED_H
#define WB_SOURCE_COOKED_H

#include <wirebeam/packet.h>

#include "base/cursor.h"

#define WB__LINKTYPE_LINUX_SLL 113
#define WB__LINKTYPE_LINUX_SLL2 276

/* Sets packet->direction where a cooked header tells it. */
static inline void wb__cooked_direction(struct wb_packet *packet)
{
    enum { OUTGOING = 4, NONE }; /* PACKET_OUTGOING of Linux; below it are the received */
    unsigned type = NONE;
    if (packet->link_type == WB__LINKTYPE_LINUX_SLL && packet->captured_length >= 2)
        type = wb__load16(packet->data);
    else if (packet->link_type == WB__LINKTYPE_LINUX_SLL2 && packet->captured_length >= 11)
        type = packet->data[10];
    if (type <= OUTGOING)
        packet->direction = type == OUTGOING ? WB_PACKET_OUT : WB_PACKET_IN;
}

#endif
