/* SPDX-License-Identifier: ISC
 *
 * Packets in memory, to be sent as often as wanted.
 */
#ifndef TOOLS_TAPE_H
#define TOOLS_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAPE_BYTES_MAX ((size_t)256 << 20) /* with 24 bytes for each packet */

struct tape_packet {
    size_t offset;
    int64_t time_ns;
    uint32_t length;
    uint16_t link_type;
};

struct tape {
    uint8_t *bytes;
    struct tape_packet *packets;
    size_t used, capacity;
    size_t count, packet_capacity;
};

/* Adds a copy. False where the limit is reached, or memory is out; nothing is added then. */
bool tape_add(struct tape *tape, const uint8_t *bytes, uint32_t length, uint16_t link_type,
              int64_t time_ns);

void tape_free(struct tape *tape);

#endif
