/* SPDX-License-Identifier: ISC
 *
 * The Linux source: an AF_PACKET socket with a TPACKET_V3 ring, that is blocks which the
 * kernel fills with packets and hands over whole, when full or after a time. A batch is
 * what lies in one or more blocks, borrowed; the next call gives the blocks back.
 *
 * Nothing slips through before the filter: the socket is made for no protocol at all,
 * gets its program and its ring, and only then is bound to the interface.
 *
 * The counts are exact: the program in the kernel rejects all that is not wanted, so
 * every packet that the kernel counted is in the ring or was dropped. At the end
 * reception is stopped first, and waited for; then the ring is emptied, the block that
 * was being filled included; then the kernel's count and ours must agree.
 *
 *     running --wake or link down--> stopped --all that was counted is taken--> drained
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/error.h"
#include "base/shared.h"
#include "source/filter.h"
#include "source/live.h"
#include "source/packet_borrow.h"
#include "source/packet_program.h"
#include "source/packet_ring.h"

#define DRAIN_EXTRA_MS  1000 /* beyond the block's own time, before the rest is given up */
#define ADDRESSES_BYTES 12   /* of Ethernet: before the tag */
#define SLL_OFFSET      TPACKET_ALIGN(sizeof(struct tpacket3_hdr))
#define STATUS_GSO_TCP  (1U << 8) /* TP_STATUS_GSO_TCP, since Linux 6.2 */

static struct wb__packet_ring *ring_of(struct wb__source *source)
{
    return (struct wb__packet_ring *)source;
}

/* ---- Blocks ----------------------------------------------------------------------- */

static struct tpacket_block_desc *block_at(const struct wb__packet_ring *ring, unsigned number)
{
    return (struct tpacket_block_desc *)(void *)(ring->map + number * ring->block_bytes);
}

static unsigned after(const struct wb__packet_ring *ring, unsigned number)
{
    return number + 1 == ring->block_count ? 0 : number + 1;
}

static bool open_block(struct wb__packet_ring *ring)
{
    struct wb__packet_position *now = &ring->now;
    if (now->held_count == ring->held_max)
        return false;
    struct tpacket_block_desc *block = block_at(ring, now->next_block);
    if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
        return false;
    now->at = (const uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
    now->left = block->hdr.bh1.num_pkts;
    now->next_block = after(ring, now->next_block);
    now->held_count++;
    return true;
}

/* The last batch is done. Gives the kernel back what it lay in, but for a block that still holds
 * packets for the next one. Who goes on where this process ends gives none back twice. */
static void release_blocks(struct wb__packet_ring *ring)
{
    struct wb__packet_position *batch = &ring->place->batch;
    unsigned keep = ring->now.left ? 1 : 0;
    *batch = ring->now;
    while (batch->held_count > keep) {
        struct tpacket_block_desc *block = block_at(ring, batch->oldest_held);
        batch->oldest_held = after(ring, batch->oldest_held);
        batch->held_count--;
        __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    }
    ring->now = *batch;
}

/* ---- Packets ---------------------------------------------------------------------- */

static void store16(uint8_t *to, unsigned value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static uint16_t tag_protocol(const struct tpacket3_hdr *header)
{
    return header->tp_status & TP_STATUS_VLAN_TPID_VALID ? header->hv1.tp_vlan_tpid : ETH_P_8021Q;
}

static void grow(struct wb_packet *packet, uint32_t bytes)
{
    packet->data -= bytes;
    packet->captured_length += bytes;
    packet->wire_length += bytes;
}

/* The kernel took the outermost tag out of the bytes: moves the addresses into the room
 * that was reserved before them, and writes the tag behind them. */
static void restore_tag(struct wb_packet *packet, const struct tpacket3_hdr *header)
{
    if (packet->captured_length < ADDRESSES_BYTES)
        return;
    grow(packet, VLAN_TAG_BYTES);
    uint8_t *start = (uint8_t *)(uintptr_t)packet->data;
    memmove(start, start + VLAN_TAG_BYTES, ADDRESSES_BYTES);
    store16(start + ADDRESSES_BYTES, tag_protocol(header));
    store16(start + ADDRESSES_BYTES + 2, header->hv1.tp_vlan_tci);
    packet->flags |= WB_PACKET_VLAN_RESTORED;
}

/* Writes an SLL2 header before the network header, and, where it is tagged, the rest of the tag
 * between them. */
static void cook(const struct wb__packet_ring *ring, struct wb_packet *packet,
                 const struct tpacket3_hdr *header, const struct sockaddr_ll *from, bool is_tagged)
{
    uint16_t protocol = wb__load16((const uint8_t *)&from->sll_protocol);
    if (is_tagged) {
        grow(packet, VLAN_TAG_BYTES);
        uint8_t *tag = (uint8_t *)(uintptr_t)packet->data;
        store16(tag, header->hv1.tp_vlan_tci);
        store16(tag + 2, protocol);
        protocol = tag_protocol(header);
        packet->flags |= WB_PACKET_VLAN_RESTORED;
    }
    grow(packet, WB__SLL2_BYTES);
    uint8_t *start = (uint8_t *)(uintptr_t)packet->data;
    store16(start, protocol);
    store16(start + 2, 0);
    store16(start + 4, (unsigned)from->sll_ifindex >> 16);
    store16(start + 6, (unsigned)from->sll_ifindex & 0xffff);
    store16(start + 8, ring->index ? ring->arphrd_type : from->sll_hatype);
    start[10] = from->sll_pkttype;
    start[11] = from->sll_halen;
    memcpy(start + 12, from->sll_addr, sizeof from->sll_addr);
}

static uint8_t flags_of(uint32_t status)
{
    return (uint8_t)((status & TP_STATUS_CSUMNOTREADY ? WB_PACKET_CHECKSUM_NOT_READY : 0) |
                     (status & TP_STATUS_CSUM_VALID ? WB_PACKET_CHECKSUM_VALID : 0) |
                     (status & STATUS_GSO_TCP ? WB_PACKET_SEGMENTED_LATER : 0));
}

/* A filter that names no tag gets to see none, as in the kernel, which has it apart. */
static bool accepts_untagged(const struct wb__packet_ring *ring, const struct wb_packet *packet,
                             const struct tpacket3_hdr *header, const struct sockaddr_ll *from)
{
    struct wb_packet untagged = *packet;
    if (ring->is_cooked)
        cook(ring, &untagged, header, from, false);
    return wb__filter_accepts(&ring->own_filter, &untagged);
}

/* Turns the next count packets of a block to packets of the batch. Returns how many those are,
 * which is fewer where it filters. */
static inline __attribute__((always_inline)) int
walk(struct wb__packet_ring *ring, struct wb_packet *packets, uint32_t count, bool is_cooked,
     bool is_filtering)
{
    struct wb__packet_position *now = &ring->now;
    const uint8_t *at = now->at;
    struct wb_packet *packet = packets;
    uint64_t number = now->delivered, bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct tpacket3_hdr *header = (const void *)at;
        /* A copy: it lies where a header may be written. */
        const struct sockaddr_ll from = *(const struct sockaddr_ll *)(const void *)(at + SLL_OFFSET);
        bool is_tagged = header->tp_status & TP_STATUS_VLAN_VALID;
        const uint8_t *next = at + header->tp_next_offset;
        __builtin_prefetch(next);
        *packet = (struct wb_packet){
            .data = at + header->tp_mac,
            .captured_length = header->tp_snaplen,
            .wire_length = header->tp_len,
            .time_ns = (int64_t)header->tp_sec * 1000000000 + header->tp_nsec,
            .number = number + 1,
            .link_type = ring->interface.link_type,
            .direction = from.sll_pkttype == PACKET_OUTGOING ? WB_PACKET_OUT : WB_PACKET_IN,
            .flags = flags_of(header->tp_status),
        };
        if (packet->wire_length > ring->segmented_above)
            packet->flags |= WB_PACKET_SEGMENTED_LATER;
        at = next;
        if (is_filtering && !ring->filter_sees_tags &&
            !accepts_untagged(ring, packet, header, &from))
            continue;
        if (is_cooked)
            cook(ring, packet, header, &from, is_tagged);
        else if (is_tagged)
            restore_tag(packet, header);
        if (is_filtering && ring->filter_sees_tags &&
            !wb__filter_accepts(&ring->own_filter, packet))
            continue;
        if (packet->captured_length > ring->snaplen)
            packet->captured_length = ring->snaplen;
        bytes += packet->captured_length;
        packet++;
        number++;
    }
    now->at = at;
    now->left -= count;
    now->delivered = number;
    now->filtered += count - (uint32_t)(packet - packets);
    now->bytes += bytes;
    return (int)(packet - packets);
}

static int walk_plain(struct wb__packet_ring *ring, struct wb_packet *packets, uint32_t count)
{
    return walk(ring, packets, count, false, false);
}

static int walk_cooked(struct wb__packet_ring *ring, struct wb_packet *packets, uint32_t count)
{
    return walk(ring, packets, count, true, false);
}

static int walk_filtering(struct wb__packet_ring *ring, struct wb_packet *packets, uint32_t count)
{
    return walk(ring, packets, count, ring->is_cooked, true);
}

static int take(struct wb__packet_ring *ring, struct wb_packet *packets, int capacity)
{
    int taken = 0;
    while (taken < capacity && (ring->now.left || open_block(ring))) {
        uint32_t count = (uint32_t)(capacity - taken);
        if (count > ring->now.left)
            count = ring->now.left;
        if (ring->filters_itself)
            taken += walk_filtering(ring, packets + taken, count);
        else if (ring->is_cooked)
            taken += walk_cooked(ring, packets + taken, count);
        else
            taken += walk_plain(ring, packets + taken, count);
    }
    return taken;
}

/* ---- Counters and the end --------------------------------------------------------- */

/* The kernel's counters start again at 0 with each reading. */
static void read_statistics(struct wb__packet_ring *ring)
{
    struct tpacket_stats_v3 now;
    socklen_t length = sizeof now;
    if (getsockopt(ring->descriptor, SOL_PACKET, PACKET_STATISTICS, &now, &length) < 0)
        return;
    ring->place->kernel_packets += now.tp_packets;
    ring->place->kernel_drops += now.tp_drops;
    ring->place->freezes += now.tp_freeze_q_cnt;
}

/* Makes the kernel's count final. The new program rejects what comes, unless the one there is
 * locked; binding to another protocol waits until no processor is still in the middle of taking
 * a packet in. It fails where the interface is gone, and with it all reception. */
static void stop_reception(struct wb__packet_ring *ring)
{
    wb__packet_program_attach(ring->descriptor, NULL);
    wb__packet_ring_bind(ring, ETH_P_LOOPBACK);
    read_statistics(ring);
    ring->is_stopped = true;
    ring->drain_until_ms = wb__clock_ms() + ring->latency_ms + DRAIN_EXTRA_MS;
}

static uint64_t left_in_ring(const struct wb__packet_ring *ring)
{
    const struct wb__packet_place *place = ring->place;
    return place->kernel_packets - place->kernel_drops - ring->now.filtered - ring->now.delivered;
}

/* Waits for a block. Returns 1 to look again, 0 when the time is over, or an error. */
static int wait_for_block(struct wb__packet_ring *ring, int timeout_ms, struct wb_error *error)
{
    int ready = wb__wake_wait(&ring->wake, ring->descriptor, timeout_ms, error);
    if (ready < 0)
        return ready;
    if (ready & (POLLERR | POLLHUP | POLLNVAL)) {
        int result = wb__packet_ring_error(ring, error);
        return result < 0 ? result : 1;
    }
    return ready != 0 || wb__wake_is_rung(&ring->wake);
}

/* After the stop: waits for the block that was being filled. As wait_for_block. */
static int drain(struct wb__packet_ring *ring, struct wb_error *error)
{
    int64_t now = wb__clock_ms();
    if (left_in_ring(ring) && now < ring->drain_until_ms) {
        int result = wait_for_block(ring, (int)(ring->drain_until_ms - now), error);
        return result < 0 ? result : 1;
    }
    return ring->is_down ? wb__live_went_down(ring->name, error) : 0;
}

static int packet_next(struct wb__source *source, struct wb_packet *packets, int capacity,
                       int timeout_ms, struct wb_error *error)
{
    struct wb__packet_ring *ring = ring_of(source);
    int64_t start = 0;
    wb__source_before_reuse(source, true);
    release_blocks(ring);
    for (;;) {
        int count = take(ring, packets, capacity);
        if (count > 0)
            return count;
        release_blocks(ring); /* a block may be handed over empty */
        if (!ring->is_stopped && (ring->is_down || wb__wake_is_rung(&ring->wake))) {
            stop_reception(ring);
            continue;
        }
        if (!start && timeout_ms > 0)
            start = wb__clock_ms();
        int result = ring->is_stopped
                         ? drain(ring, error)
                         : wait_for_block(ring, wb__timeout_left(timeout_ms, start), error);
        if (result <= 0)
            return result;
    }
}

static void packet_wake(struct wb__source *source)
{
    wb__wake_ring(&ring_of(source)->wake);
}

/* While it runs, what lies in the ring has not been seen yet. After the stop the kernel's
 * count is the word; what could not be taken from the ring then was lost there. */
static void packet_stats(struct wb__source *source, struct wb_source_stats *stats)
{
    struct wb__packet_ring *ring = ring_of(source);
    const struct wb__packet_place *place = ring->place;
    read_statistics(ring);
    *stats = (struct wb_source_stats){.delivered = ring->now.delivered,
                                      .dropped_ring = place->kernel_drops,
                                      .dropped_interface = wb__device_losses(&ring->device),
                                      .bytes = ring->now.bytes,
                                      .ring_full_events = place->freezes,
                                      .filtered = ring->now.filtered};
    if (ring->is_stopped && wb__clock_ms() >= ring->drain_until_ms)
        stats->dropped_ring += left_in_ring(ring);
    stats->seen = stats->delivered + stats->dropped_ring + stats->dropped_interface;
}

static const struct wb_source_interface *packet_interface(const struct wb__source *source,
                                                          unsigned index)
{
    return index == 0 ? &((const struct wb__packet_ring *)source)->interface : NULL;
}

/* The kernel calls it readable as long as we hold the block that it filled last, so that a
 * step after each batch is told to look, and gives the block back. */
static int packet_descriptor(const struct wb__source *source)
{
    return ((const struct wb__packet_ring *)source)->descriptor;
}

/* The kernel puts one program in the place of the other between two packets; a filter of our
 * own is in force for what the ring holds, too. */
static int packet_set_filter(struct wb__source *source, const char *expression,
                             struct wb_error *error)
{
    struct wb__packet_ring *ring = ring_of(source);
    if (!ring->compiler)
        return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                             "%s: it was not opened for a filter that changes", ring->name);
    return ring->is_borrowed ? wb__packet_borrow_filter(ring, expression, error)
                             : wb__packet_ring_attach(ring, expression, error);
}

/* The ring and what is mapped of it stay as long as one process has them. */
static bool packet_goes_on(const struct wb__source *source)
{
    (void)source;
    return true;
}

static void packet_close(struct wb__source *source)
{
    struct wb__packet_ring *ring = ring_of(source);
    if (!ring)
        return;
    if (ring->map)
        munmap(ring->map, ring->block_bytes * ring->block_count);
    if (ring->descriptor >= 0)
        close(ring->descriptor);
    if (ring->compiler)
        pcap_close(ring->compiler);
    if (ring->filters_itself)
        pcap_freecode(&ring->own_filter);
    wb__device_close(&ring->device);
    wb__wake_close(&ring->wake);
    wb__shared_free(ring->place, sizeof *ring->place);
    free(ring->name);
    free(ring);
}

/* ---- Opening ---------------------------------------------------------------------- */

static int packet_open(struct wb__source **source, const struct wb_source_options *options,
                       struct wb_error *error)
{
    *source = NULL;
    struct wb__packet_ring *ring = calloc(1, sizeof *ring);
    struct wb__packet_place *place = wb__shared_new(sizeof *place);
    char *name = strdup(options->interface);
    if (!ring || !place || !name) {
        free(ring);
        wb__shared_free(place, sizeof *place);
        free(name);
        return wb__error_set(error, WB_E_MEMORY, ENOMEM, "out of memory");
    }
    ring->source.operations = &wb__source_packet;
    ring->descriptor = ring->device.descriptor = -1;
    ring->name = name;
    ring->place = place;
    ring->snaplen = ring->kernel_snaplen = wb__live_snaplen(options);
    ring->latency_ms = wb__live_latency_ms(options);
    ring->direction = options->direction;
    ring->own_packets = options->own_packets;
    ring->interface =
        (struct wb_source_interface){.name = name, .description = "", .snaplen = ring->snaplen};
    int result = wb__packet_ring_open(ring, options, error);
    if (result < 0) {
        packet_close(&ring->source);
        return result;
    }
    ring->now = place->batch; /* of the process that took packets before, if there was one */
    *source = &ring->source;
    return 0;
}

const struct wb__source_operations wb__source_packet = {
    .kind = "packet",
    .open = packet_open,
    .next = packet_next,
    .wake = packet_wake,
    .stats = packet_stats,
    .interface = packet_interface,
    .descriptor = packet_descriptor,
    .set_filter = packet_set_filter,
    .goes_on = packet_goes_on,
    .close = packet_close,
};
