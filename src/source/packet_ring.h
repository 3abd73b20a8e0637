/* SPDX-License-Identifier: ISC
 *
 * The AF_PACKET ring from the inside: what packet_ring.c, which reads it, and packet_open.c,
 * which makes it, share.
 */
#ifndef WB_SOURCE_PACKET_RING_H
#define WB_SOURCE_PACKET_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pcap/pcap.h>

#include "source/device.h"
#include "source/source.h"
#include "source/wake.h"

#define VLAN_TAG_BYTES 4

/* Where reading is. */
struct wb__packet_position {
    unsigned next_block;  /* to be read */
    unsigned oldest_held; /* of those that are read or being read */
    unsigned held_count;
    const uint8_t *at; /* the next packet in the block being read */
    uint32_t left;     /* packets in it from there */
    uint64_t delivered, bytes;
    uint64_t filtered; /* by own_filter */
};

/* What one process leaves to the next (wb__source_operations.goes_on), in shared memory. */
struct wb__packet_place {
    struct wb__packet_position batch; /* where the last batch begins */
    uint64_t kernel_packets, kernel_drops, freezes; /* kernel_packets includes the drops */
};

struct wb__packet_ring {
    struct wb__source source;
    struct wb__wake wake;
    struct wb_source_interface interface;
    char *name;
    int descriptor;
    int index; /* of the interface; 0 for "any" */
    bool is_cooked;
    uint16_t arphrd_type;
    uint32_t snaplen;
    uint32_t kernel_snaplen; /* more, where the filter is to see more */
    uint32_t segmented_above; /* no frame on this wire is longer */
    uint32_t latency_ms;
    enum wb_source_direction direction;
    bool own_packets;
    pcap_t *compiler; /* NULL where the filter will not change */
    bool is_borrowed; /* others opened the socket: its program is locked (packet_borrow.h) */
    bool filters_itself;
    struct bpf_program own_filter; /* where filters_itself is set */
    bool filter_sees_tags;

    uint8_t *map;
    size_t block_bytes;
    unsigned block_count;
    unsigned held_max;
    struct wb__packet_position now;
    struct wb__packet_place *place;

    bool is_stopped, is_down;
    int64_t drain_until_ms;
    struct wb__device device;
};

/* Opens what options name. *ring has its name, and options that need no system. What it has
 * opened when it fails is closed with the ring. */
int wb__packet_ring_open(struct wb__packet_ring *ring, const struct wb_source_options *options,
                         struct wb_error *error);

/* Puts the program for filter in force, unless reception was stopped. */
int wb__packet_ring_attach(struct wb__packet_ring *ring, const char *filter,
                           struct wb_error *error);

int wb__packet_ring_bind(struct wb__packet_ring *ring, unsigned protocol);

/* Asks for an error on the socket: the interface went down, which sets is_down, or something
 * nobody knows of, which is returned. */
int wb__packet_ring_error(struct wb__packet_ring *ring, struct wb_error *error);

#endif
