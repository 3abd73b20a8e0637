/* SPDX-License-Identifier: ISC */
#include "batch.h"

#define NS_PER_SECOND 1000000000

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

static void store_entry(uint8_t *to, const struct wb_packet *packet, uint32_t per_second)
{
    to = store32(to, 0);
    to = store32(to, packet->captured_length);
    to = store32(to, packet->wire_length);
    to = store64(to, (uint64_t)time_in_units(packet->time_ns, per_second));
    to = store16(to, packet->link_type);
    to = store16(to, packet->interface_index);
    to[0] = packet->direction;
    to[1] = packet->flags;
}

static void add(struct batch *batch, const struct wb_packet *packet)
{
    uint8_t *entry = buffer_room(&batch->entries, PACKET_ENTRY_BYTES);
    uint8_t *data = buffer_room(&batch->data, packet->captured_length);
    if (!entry || !data)
        return;
    store_entry(entry, packet, batch->time_per_second);
    memcpy(data, packet->data, packet->captured_length);
    batch->entries.used += PACKET_ENTRY_BYTES;
    batch->data.used += packet->captured_length;
    batch->count++;
}

static bool is_full(const struct batch *batch, uint32_t more)
{
    size_t used = batch->entries.used + batch->data.used;
    return batch->count > 0 && used + PACKET_ENTRY_BYTES + more > batch->limit_bytes;
}

void batch_add(struct batch *batch, const struct wb_packet *packets, int count)
{
    for (int i = 0; i < count; i++) {
        if (is_full(batch, packets[i].captured_length))
            batch_flush(batch);
        add(batch, &packets[i]);
    }
}

void batch_flush(struct batch *batch)
{
    uint8_t head[9] = {FRAME_PACKETS};
    if (batch->entries.is_failed || batch->data.is_failed)
        worker_out_of_memory(batch->worker);
    if (batch->count == 0)
        return;
    store32(store32(head + 1, batch->count), (uint32_t)batch->data.used);
    const struct iovec parts[] = {{head, sizeof head},
                                  {batch->entries.bytes, batch->entries.used},
                                  {batch->data.bytes, batch->data.used}};
    worker_emit(batch->worker, parts, 3);
    batch->count = 0;
    batch->entries.used = batch->data.used = 0;
}

void batch_free(struct batch *batch)
{
    buffer_free(&batch->entries);
    buffer_free(&batch->data);
}
