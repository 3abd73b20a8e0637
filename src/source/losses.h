/* SPDX-License-Identifier: ISC
 *
 * The packets that a device itself had no buffer for: they were lost before any capture
 * could see them. The device counts from when it was made; we from when we began. The way to
 * ask is opened at the start: later there may be no right to.
 */
#ifndef WB_SOURCE_LOSSES_H
#define WB_SOURCE_LOSSES_H

#include <stdint.h>

struct wb__losses {
    int descriptor; /* -1: the system does not tell */
    int index;      /* of the device */
    uint32_t last;  /* the device's counter, which wraps */
    uint64_t total;
    int64_t asked_ms;
};

/* index: of the device; 0 is none, and loses nothing. */
void wb__losses_start(struct wb__losses *losses, int index);

/* The losses since the start; 0 where the system does not tell. May be called for every
 * batch: the system is asked at most 20 times a second. */
uint64_t wb__losses_total(struct wb__losses *losses);

void wb__losses_end(struct wb__losses *losses); /* of one that began */

#endif
