/* SPDX-License-Identifier: ISC
 *
 * Packets into frames of PACKETS. Those that lie close behind each other, as in a capture
 * file, go out as they lie, with what is between them, which the entries say to skip; others
 * are copied behind each other. What is between is never more than a record's header: no
 * byte that a filter rejected, or a snaplen cut off, can be in it.
 *
 *     source   |hdr| packet |hdr| packet |hdr| rejected |hdr| packet |
 *     parts         \___ one, if long ___/                    \_ copied
 */
#ifndef WIREBEAM_NATIVE_BATCH_H
#define WIREBEAM_NATIVE_BATCH_H

#include <wirebeam/packet.h>

#include "buffer.h"
#include "worker.h"

#define BATCH_PARTS      256
#define BATCH_HEAD_BYTES 9 /* type, count, bytes of data */

struct batch {
    struct worker *worker;
    uint32_t limit_bytes;     /* a frame goes out when it has so many */
    uint32_t time_per_second; /* units of time, up to 1000000000 */
    bool is_lent;             /* the packets lie where the transport need not copy them: as one
                                 part of a frame, whatever their length, if they are close */
    uint32_t count;
    struct buffer entries;
    struct iovec parts[BATCH_PARTS]; /* those of a frame; the first two are its head and entries */
    int part_count;
    size_t data_bytes;
    uint8_t *copies; /* limit_bytes and one more short run */
    size_t copied;
    uint8_t head[BATCH_HEAD_BYTES];
};

/* Begins with no packet. False where there is no memory. */
bool batch_start(struct batch *batch, struct worker *worker, uint32_t limit_bytes,
                 uint32_t time_per_second, bool is_lent);

/* Adds packets, and sends frames as they fill up. The bytes are borrowed until the next
 * flush. */
void batch_add(struct batch *batch, const struct wb_packet *packets, int count);

/* Sends what there is. */
void batch_flush(struct batch *batch);

void batch_free(struct batch *batch);

/* Nanoseconds in units of which there are per_second, rounded down. */
int64_t time_in_units(int64_t time_ns, uint32_t per_second);

#endif
