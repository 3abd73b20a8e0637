/* SPDX-License-Identifier: ISC
 *
 * Packets into frames of PACKETS: their bytes go behind each other into one buffer, what is
 * said of them into another.
 */
#ifndef WIREBEAM_NATIVE_BATCH_H
#define WIREBEAM_NATIVE_BATCH_H

#include <wirebeam/packet.h>

#include "buffer.h"
#include "worker.h"

struct batch {
    struct worker *worker;
    uint32_t limit_bytes;     /* a frame goes out when it has so many */
    uint32_t time_per_second; /* units of time, up to 1000000000 */
    uint32_t count;
    struct buffer entries, data;
};

/* Adds packets, and sends frames as they fill up. */
void batch_add(struct batch *batch, const struct wb_packet *packets, int count);

/* Sends what there is. */
void batch_flush(struct batch *batch);

void batch_free(struct batch *batch);

/* Nanoseconds in units of which there are per_second, rounded down. */
int64_t time_in_units(int64_t time_ns, uint32_t per_second);

#endif
