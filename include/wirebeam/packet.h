/* SPDX-License-Identifier: ISC
 *
 * A packet as its source gave it. The bytes are borrowed: they lie in the kernel's
 * ring or in a source's buffer, and are valid until the batch
 * that the packet came in has been handled (see wirebeam/engine.h).
 */
#ifndef WIREBEAM_PACKET_H
#define WIREBEAM_PACKET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What the interface knew of a packet's direction. */
enum wb_packet_direction {
    WB_PACKET_UNKNOWN = 0,
    WB_PACKET_IN = 1,  /* received by this host (unicast, multicast, broadcast) */
    WB_PACKET_OUT = 2, /* sent by this host */
};

/* Bits of wb_packet.flags. */
enum wb_packet_flag {
    /* Transport checksum not computed yet (offload): do not verify it. */
    WB_PACKET_CHECKSUM_NOT_READY = 1 << 0,
    /* Checked by the network card or the kernel: known to be right. */
    WB_PACKET_CHECKSUM_VALID = 1 << 1,
    /* A segmentation-offload frame (GSO, GRO, TSO): several wire packets in one;
     * may be longer than 64 KiB, and its IP length field may then be 0. */
    WB_PACKET_SEGMENTED_LATER = 1 << 2,
    /* The 802.1Q/802.1ad tag in the bytes was put back from the kernel's metadata. */
    WB_PACKET_VLAN_RESTORED = 1 << 3,
    /* Put together from IP fragments: it was never on the wire like this. */
    WB_PACKET_REASSEMBLED = 1 << 4,
};

struct wb_packet {
    const uint8_t *data;      /* first captured byte; borrowed */
    uint32_t captured_length; /* bytes at data */
    uint32_t wire_length;     /* bytes it had on the wire; >= captured_length */
    int64_t time_ns;          /* nanoseconds since 1970-01-01 UTC */
    uint64_t number;          /* 1 for the first packet of the source, then 2, ... */
    uint16_t link_type;       /* LINKTYPE_ value (tcpdump.org/linktypes.html) */
    uint16_t interface_index; /* which of the source's interfaces, from 0 */
    uint8_t direction;        /* enum wb_packet_direction */
    uint8_t flags;            /* enum wb_packet_flag bits */
    uint16_t reserved;
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
