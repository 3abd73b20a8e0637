/* SPDX-License-Identifier: ISC */
#include "batch.h"

#include <stdlib.h>
#include <string.h>

#define SKIP_MAX       16   /* header of a record in a pcap file */
#define WORTH_BYTES    256  /* a smaller packet is copied sooner than SKIP_MAX bytes are sent */
#define LONG_RUN_BYTES 4096 /* a shorter run is copied */
#define NS_PER_SECOND  1000000000

int64_t time_in_units(int64_t time_ns, uint32_t per_second)
{
    if (per_second == NS_PER_SECOND)
        return time_ns;
    int64_t seconds = time_ns / NS_PER_SECOND, rest = time_ns % NS_PER_SECOND;
    if (rest < 0) {
        seconds--;
        rest += NS_PER_SECOND;
    }
    return seconds * per_second + rest * per_second / NS_PER_SECOND;
}

bool batch_start(struct batch *batch, struct worker *worker, uint32_t limit_bytes,
                 uint32_t time_per_second, bool is_lent)
{
    *batch = (struct batch){.worker = worker,
                            .limit_bytes = limit_bytes,
                            .time_per_second = time_per_second,
                            .is_lent = is_lent,
                            .part_count = FRAME_HEAD_PARTS,
                            .copies = malloc((size_t)limit_bytes + LONG_RUN_BYTES)};
    return batch->copies != NULL;
}

/* ---- Runs of packets -------------------------------------------------------------- */

static const uint8_t *end_of(const struct wb_packet *packet)
{
    return packet->data + packet->captured_length;
}

/* How many bytes lie between two packets; more than are skipped where they are apart. */
static uintptr_t between(const struct wb_packet *packet, const struct wb_packet *next)
{
    return (uintptr_t)next->data - (uintptr_t)end_of(packet);
}

/* Is what lies between them a record's header at most, and little beside the packet, or sent
 * at no cost? */
static bool is_close(const struct batch *batch, const struct wb_packet *packet,
                     const struct wb_packet *next)
{
    return (packet->captured_length >= WORTH_BYTES || batch->is_lent) &&
           between(packet, next) <= SKIP_MAX;
}

/* How many packets, the first included, lie so close that they go out as they lie, and fit
 * into the frame that is begun. */
static int length_of_run(const struct batch *batch, const struct wb_packet *packets, int count)
{
    size_t room = batch->limit_bytes - batch->entries.used - batch->data_bytes;
    int length = 1;
    while (length < count && is_close(batch, &packets[length - 1], &packets[length]) &&
           (size_t)(end_of(&packets[length]) - packets->data) +
                   (size_t)(length + 1) * PACKET_ENTRY_BYTES <=
               room)
        length++;
    return length;
}

static void store_entry(uint8_t *to, const struct wb_packet *packet, uint32_t skip,
                        uint32_t per_second)
{
    to = store32(to, skip);
    to = store32(to, packet->captured_length);
    to = store32(to, packet->wire_length);
    to = store64(to, (uint64_t)time_in_units(packet->time_ns, per_second));
    to = store16(to, packet->link_type);
    to = store16(to, packet->interface_index);
    to[0] = packet->direction;
    to[1] = packet->flags;
}

static bool put_entries(struct batch *batch, const struct wb_packet *packets, int count)
{
    uint8_t *to = buffer_room(&batch->entries, (size_t)count * PACKET_ENTRY_BYTES);
    if (!to)
        return false;
    for (int i = 0; i < count; i++, to += PACKET_ENTRY_BYTES) {
        uint32_t skip = i > 0 ? (uint32_t)between(&packets[i - 1], &packets[i]) : 0;
        store_entry(to, &packets[i], skip, batch->time_per_second);
    }
    batch->entries.used += (size_t)count * PACKET_ENTRY_BYTES;
    batch->count += (uint32_t)count;
    return true;
}

static void add_part(struct batch *batch, const uint8_t *bytes, size_t length)
{
    struct iovec *last = &batch->parts[batch->part_count - 1];
    if (batch->part_count > FRAME_HEAD_PARTS && (uint8_t *)last->iov_base + last->iov_len == bytes)
        last->iov_len += length;
    else
        batch->parts[batch->part_count++] = (struct iovec){(uint8_t *)(uintptr_t)bytes, length};
    batch->data_bytes += length;
}

/* A short run is, but for one that may be all of the data. */
static bool is_worth_copying(const struct batch *batch, size_t length)
{
    return length < LONG_RUN_BYTES && (!batch->is_lent || batch->part_count > FRAME_HEAD_PARTS);
}

static void add_run(struct batch *batch, const struct wb_packet *packets, int count)
{
    size_t length = (size_t)(end_of(&packets[count - 1]) - packets->data);
    const uint8_t *bytes = packets->data;
    if (!put_entries(batch, packets, count))
        return;
    if (is_worth_copying(batch, length)) {
        bytes = memcpy(batch->copies + batch->copied, bytes, length);
        batch->copied += length;
    }
    add_part(batch, bytes, length);
}

static bool is_full(const struct batch *batch, uint32_t more)
{
    size_t used = batch->entries.used + batch->data_bytes;
    return batch->part_count == BATCH_PARTS ||
           (batch->count > 0 && used + PACKET_ENTRY_BYTES + more > batch->limit_bytes);
}

void batch_add(struct batch *batch, const struct wb_packet *packets, int count)
{
    for (int done = 0, length; done < count; done += length) {
        if (is_full(batch, packets[done].captured_length))
            batch_flush(batch);
        length = length_of_run(batch, packets + done, count - done);
        add_run(batch, packets + done, length);
        if (done + length < count &&
            is_close(batch, &packets[done + length - 1], &packets[done + length]))
            batch_flush(batch); /* it went on, had there been room */
    }
}

void batch_flush(struct batch *batch)
{
    if (batch->entries.is_failed)
        worker_out_of_memory(batch->worker);
    if (batch->count > 0) {
        batch->head[0] = FRAME_PACKETS;
        store32(store32(batch->head + 1, batch->count), (uint32_t)batch->data_bytes);
        batch->parts[0] = (struct iovec){batch->head, sizeof batch->head};
        batch->parts[1] = (struct iovec){batch->entries.bytes, batch->entries.used};
        worker_emit(batch->worker, batch->parts, batch->part_count);
    }
    batch->count = 0;
    batch->part_count = FRAME_HEAD_PARTS;
    batch->entries.used = batch->data_bytes = batch->copied = 0;
}

void batch_free(struct batch *batch)
{
    buffer_free(&batch->entries);
    free(batch->copies);
    batch->copies = NULL;
}
