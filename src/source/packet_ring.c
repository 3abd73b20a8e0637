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
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/error.h"
#include "source/interface.h"
#include "source/live.h"
#include "source/packet_program.h"
#include "source/wake.h"

#define BLOCK_BYTES (1U << 20)
#define BLOCKS_WANTED 8       /* a small ring has smaller blocks rather than fewer */
#define BLOCKS_MIN 2          /* one to be filled while the other is read */
#define BLOCK_OVERHEAD 256    /* headers of the block and of a packet, at most */
#define FRAME_BYTES 2048      /* the kernel wants a divisor; V3 does not use it */
#define DRAIN_EXTRA_MS 1000   /* beyond the block's own time, before the rest is given up */
#define VLAN_TAG_BYTES 4
#define ADDRESSES_BYTES 12 /* of Ethernet: before the tag */
#define SLL_OFFSET TPACKET_ALIGN(sizeof(struct tpacket3_hdr))
#define STATUS_GSO_TCP (1U << 8) /* TP_STATUS_GSO_TCP, since Linux 6.2 */

struct ring {
    struct wb__source source;
    struct wb__wake wake;
    struct wb_source_interface interface;
    char *name;
    int descriptor;
    int index; /* of the interface; 0 for "any" */
    bool is_cooked;
    uint16_t arphrd_type;
    uint32_t snaplen;
    uint32_t segmented_above; /* no frame on this wire is longer */
    uint32_t latency_ms;
    enum wb_source_direction direction;
    pcap_t *compiler; /* NULL where the filter will not change */

    uint8_t *map;
    size_t block_bytes;
    unsigned block_count;
    unsigned next_block;   /* to be read */
    unsigned oldest_held;  /* of those that are read or being read */
    unsigned held_count, held_max;
    const uint8_t *at; /* the next packet in the block being read */
    uint32_t left;     /* packets in it from there */

    bool is_stopped, is_down;
    int64_t drain_until_ms;
    uint64_t kernel_packets, kernel_drops, freezes; /* kernel_packets includes the drops */
    uint64_t delivered, bytes;
    struct wb__interface_losses losses;
};

static struct ring *ring_of(struct wb__source *source)
{
    return (struct ring *)source;
}

/* ---- Blocks ----------------------------------------------------------------------- */

static struct tpacket_block_desc *block_at(const struct ring *ring, unsigned number)
{
    return (struct tpacket_block_desc *)(void *)(ring->map + number * ring->block_bytes);
}

static unsigned after(const struct ring *ring, unsigned number)
{
    return number + 1 == ring->block_count ? 0 : number + 1;
}

static bool open_block(struct ring *ring)
{
    if (ring->held_count == ring->held_max)
        return false;
    struct tpacket_block_desc *block = block_at(ring, ring->next_block);
    if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
        return false;
    ring->at = (const uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
    ring->left = block->hdr.bh1.num_pkts;
    ring->next_block = after(ring, ring->next_block);
    ring->held_count++;
    return true;
}

/* Gives the kernel back what the last batch lay in, but for a block that still holds
 * packets for the next one. */
static void release_blocks(struct ring *ring)
{
    unsigned keep = ring->left ? 1 : 0;
    while (ring->held_count > keep) {
        struct tpacket_block_desc *block = block_at(ring, ring->oldest_held);
        __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        ring->oldest_held = after(ring, ring->oldest_held);
        ring->held_count--;
    }
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

/* Writes an SLL2 header before the network header, and, where the kernel took out a tag,
 * the rest of the tag between them. */
static void cook(const struct ring *ring, struct wb_packet *packet,
                 const struct tpacket3_hdr *header, const struct sockaddr_ll *link)
{
    struct sockaddr_ll from = *link; /* it lies where the header may go */
    bool is_tagged = header->tp_status & TP_STATUS_VLAN_VALID;
    uint16_t protocol = wb__load16((const uint8_t *)&from.sll_protocol);
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
    store16(start + 4, (unsigned)from.sll_ifindex >> 16);
    store16(start + 6, (unsigned)from.sll_ifindex & 0xffff);
    store16(start + 8, ring->index ? ring->arphrd_type : from.sll_hatype);
    start[10] = from.sll_pkttype;
    start[11] = from.sll_halen;
    memcpy(start + 12, from.sll_addr, sizeof from.sll_addr);
}

static uint8_t flags_of(uint32_t status)
{
    return (uint8_t)((status & TP_STATUS_CSUMNOTREADY ? WB_PACKET_CHECKSUM_NOT_READY : 0) |
                     (status & TP_STATUS_CSUM_VALID ? WB_PACKET_CHECKSUM_VALID : 0) |
                     (status & STATUS_GSO_TCP ? WB_PACKET_SEGMENTED_LATER : 0));
}

/* Turns the next count packets of a block to packets of the batch. */
static inline __attribute__((always_inline)) void walk(struct ring *ring,
                                                       struct wb_packet *packet, uint32_t count,
                                                       bool is_cooked)
{
    const uint8_t *at = ring->at;
    uint64_t number = ring->delivered, bytes = 0;
    for (struct wb_packet *end = packet + count; packet < end; packet++) {
        const struct tpacket3_hdr *header = (const void *)at;
        const struct sockaddr_ll *link = (const void *)(at + SLL_OFFSET);
        const uint8_t *next = at + header->tp_next_offset;
        __builtin_prefetch(next);
        *packet = (struct wb_packet){
            .data = at + header->tp_mac,
            .captured_length = header->tp_snaplen,
            .wire_length = header->tp_len,
            .time_ns = (int64_t)header->tp_sec * 1000000000 + header->tp_nsec,
            .number = ++number,
            .link_type = ring->interface.link_type,
            .direction = link->sll_pkttype == PACKET_OUTGOING ? WB_PACKET_OUT : WB_PACKET_IN,
            .flags = flags_of(header->tp_status),
        };
        if (packet->wire_length > ring->segmented_above)
            packet->flags |= WB_PACKET_SEGMENTED_LATER;
        if (is_cooked)
            cook(ring, packet, header, link);
        else if (header->tp_status & TP_STATUS_VLAN_VALID)
            restore_tag(packet, header);
        if (packet->captured_length > ring->snaplen)
            packet->captured_length = ring->snaplen;
        bytes += packet->captured_length;
        at = next;
    }
    ring->at = at;
    ring->left -= count;
    ring->delivered = number;
    ring->bytes += bytes;
}

static void walk_plain(struct ring *ring, struct wb_packet *packets, uint32_t count)
{
    walk(ring, packets, count, false);
}

static void walk_cooked(struct ring *ring, struct wb_packet *packets, uint32_t count)
{
    walk(ring, packets, count, true);
}

static int take(struct ring *ring, struct wb_packet *packets, int capacity)
{
    int taken = 0;
    while (taken < capacity && (ring->left || open_block(ring))) {
        uint32_t count = (uint32_t)(capacity - taken);
        if (count > ring->left)
            count = ring->left;
        if (ring->is_cooked)
            walk_cooked(ring, packets + taken, count);
        else
            walk_plain(ring, packets + taken, count);
        taken += (int)count;
    }
    return taken;
}

/* ---- Counters and the end --------------------------------------------------------- */

/* The kernel's counters start again at 0 with each reading. */
static void read_statistics(struct ring *ring)
{
    struct tpacket_stats_v3 now;
    socklen_t length = sizeof now;
    if (getsockopt(ring->descriptor, SOL_PACKET, PACKET_STATISTICS, &now, &length) < 0)
        return;
    ring->kernel_packets += now.tp_packets;
    ring->kernel_drops += now.tp_drops;
    ring->freezes += now.tp_freeze_q_cnt;
}

static int bind_to(struct ring *ring, unsigned protocol)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = ring->index};
    store16((uint8_t *)&address.sll_protocol, protocol);
    return bind(ring->descriptor, (struct sockaddr *)&address, sizeof address);
}

/* Makes the kernel's count final. The new program rejects what comes; binding to another
 * protocol waits until no processor is still in the middle of taking a packet in. It
 * fails where the interface is gone, and with it all reception. */
static void stop_reception(struct ring *ring)
{
    wb__packet_program_attach(ring->descriptor, NULL);
    bind_to(ring, ETH_P_LOOPBACK);
    read_statistics(ring);
    ring->is_stopped = true;
    ring->drain_until_ms = wb__clock_ms() + ring->latency_ms + DRAIN_EXTRA_MS;
}

static uint64_t left_in_ring(const struct ring *ring)
{
    return ring->kernel_packets - ring->kernel_drops - ring->delivered;
}

/* An error on the socket: the interface went down, or something nobody knows of. */
static int read_socket_error(struct ring *ring, struct wb_error *error)
{
    int code = 0;
    socklen_t length = sizeof code;
    getsockopt(ring->descriptor, SOL_SOCKET, SO_ERROR, &code, &length);
    if (code == ENETDOWN || code == ENODEV || code == ENXIO)
        ring->is_down = true;
    else if (code)
        return wb__error_set(error, WB_E_SYSTEM, code, "%s: the packet socket failed: %s",
                             ring->name, strerror(code));
    return 0;
}

/* Waits for a block. Returns 1 to look again, 0 when the time is over, or an error. */
static int wait_for_block(struct ring *ring, int timeout_ms, struct wb_error *error)
{
    int ready = wb__wake_wait(&ring->wake, ring->descriptor, timeout_ms, error);
    if (ready < 0)
        return ready;
    if (ready & (POLLERR | POLLHUP | POLLNVAL)) {
        int result = read_socket_error(ring, error);
        return result < 0 ? result : 1;
    }
    return ready != 0 || wb__wake_is_rung(&ring->wake);
}

/* After the stop: waits for the block that was being filled. As wait_for_block. */
static int drain(struct ring *ring, struct wb_error *error)
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
    struct ring *ring = ring_of(source);
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
    struct ring *ring = ring_of(source);
    read_statistics(ring);
    *stats = (struct wb_source_stats){.delivered = ring->delivered,
                                      .dropped_ring = ring->kernel_drops,
                                      .dropped_interface = wb__interface_losses(&ring->losses),
                                      .bytes = ring->bytes,
                                      .ring_full_events = ring->freezes};
    if (ring->is_stopped && wb__clock_ms() >= ring->drain_until_ms)
        stats->dropped_ring += left_in_ring(ring);
    stats->seen = stats->delivered + stats->dropped_ring + stats->dropped_interface;
}

static const struct wb_source_interface *packet_interface(const struct wb__source *source,
                                                          unsigned index)
{
    return index == 0 ? &((const struct ring *)source)->interface : NULL;
}

/* The kernel calls it readable as long as we hold the block that it filled last, so that a
 * step after each batch is told to look, and gives the block back. */
static int packet_descriptor(const struct wb__source *source)
{
    return ((const struct ring *)source)->descriptor;
}

static void packet_close(struct wb__source *source)
{
    struct ring *ring = ring_of(source);
    if (!ring)
        return;
    if (ring->map)
        munmap(ring->map, ring->block_bytes * ring->block_count);
    if (ring->descriptor >= 0)
        close(ring->descriptor);
    if (ring->compiler)
        pcap_close(ring->compiler);
    wb__wake_close(&ring->wake);
    free(ring->name);
    free(ring);
}

/* ---- Opening ---------------------------------------------------------------------- */

static int system_failure(const struct ring *ring, const char *what, struct wb_error *error)
{
    return wb__error_set(error, WB_E_SYSTEM, errno, "%s: %s: %s", ring->name, what,
                         strerror(errno));
}

static int open_socket(struct ring *ring, struct wb_error *error)
{
    int type = ring->is_cooked ? SOCK_DGRAM : SOCK_RAW;
    ring->descriptor = socket(AF_PACKET, type | SOCK_CLOEXEC, 0);
    if (ring->descriptor >= 0)
        return 0;
    if (errno == EPERM || errno == EACCES)
        return wb__live_no_permission(ring->name, error);
    return system_failure(ring, "a packet socket cannot be made", error);
}

/* Sets what kind of packets the device gives. */
static void set_link_type(struct ring *ring)
{
    switch (ring->arphrd_type) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
        ring->interface.link_type = WB__LINKTYPE_EN10MB;
        break;
    case ARPHRD_NONE:
    case ARPHRD_RAWIP:
        ring->interface.link_type = WB__LINKTYPE_RAW;
        break;
    default:
        ring->interface.link_type = WB__LINKTYPE_LINUX_SLL2;
    }
    ring->is_cooked = ring->interface.link_type == WB__LINKTYPE_LINUX_SLL2;
}

/* A frame longer than the device can send at once is one that it, or the next one, cuts
 * into segments: kernels before 6.2 do not say so, none does for UDP. */
static uint32_t longest_frame(int mtu)
{
    return (uint32_t)mtu + ETH_HLEN + 2 * VLAN_TAG_BYTES;
}

static int examine_device(struct ring *ring, struct wb_error *error)
{
    struct ifreq request;
    ring->segmented_above = UINT32_MAX;
    ring->arphrd_type = ARPHRD_VOID;
    if (strcmp(ring->name, "any") == 0) {
        set_link_type(ring);
        return 0;
    }
    ring->index = (int)if_nametoindex(ring->name);
    if (!ring->index || wb__interface_ask(&request, SIOCGIFHWADDR, ring->name) < 0)
        return wb__live_not_found(ring->name, error);
    ring->arphrd_type = request.ifr_hwaddr.sa_family;
    set_link_type(ring);
    if (wb__interface_ask(&request, SIOCGIFMTU, ring->name) == 0 && request.ifr_mtu > 0)
        ring->segmented_above = longest_frame(request.ifr_mtu);
    if (!wb__interface_is_up(ring->name))
        return wb__live_is_down(ring->name, error);
    return 0;
}

/* Blocks hold at least one packet of snaplen each. */
static int choose_geometry(struct ring *ring, struct tpacket_req3 *request, uint32_t buffer,
                           struct wb_error *error)
{
    uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
    uint32_t least = (ring->snaplen + BLOCK_OVERHEAD + page - 1) / page * page;
    uint32_t block = buffer / BLOCKS_WANTED / page * page;
    if (block > BLOCK_BYTES)
        block = BLOCK_BYTES;
    if (block < least)
        block = least;
    if (buffer / block < BLOCKS_MIN)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "a buffer of %u bytes is too small for packets of %u bytes: give at "
                             "least %u, or a smaller snaplen",
                             buffer, ring->snaplen, BLOCKS_MIN * least);
    ring->block_bytes = block;
    ring->block_count = buffer / block;
    ring->held_max = ring->block_count < 4 ? 1 : ring->block_count / 4;
    *request = (struct tpacket_req3){
        .tp_block_size = block,
        .tp_block_nr = ring->block_count,
        .tp_frame_size = FRAME_BYTES,
        .tp_frame_nr = block / FRAME_BYTES * ring->block_count,
        .tp_retire_blk_tov = ring->latency_ms,
    };
    return 0;
}

static int set_option(const struct ring *ring, int option, int value)
{
    return setsockopt(ring->descriptor, SOL_PACKET, option, &value, sizeof value);
}

static int map_ring(struct ring *ring, uint32_t buffer, struct wb_error *error)
{
    struct tpacket_req3 request;
    int result = choose_geometry(ring, &request, buffer, error);
    if (result < 0)
        return result;
    int reserve = VLAN_TAG_BYTES + (ring->is_cooked ? WB__SLL2_BYTES : 0);
    if (set_option(ring, PACKET_VERSION, TPACKET_V3) < 0 ||
        set_option(ring, PACKET_RESERVE, reserve) < 0)
        return system_failure(ring, "the kernel has no TPACKET_V3 ring: try --source libpcap",
                              error);
    if (setsockopt(ring->descriptor, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) < 0)
        return wb__error_set(error, errno == ENOMEM ? WB_E_MEMORY : WB_E_SYSTEM, errno,
                             "%s: the kernel gives no ring of %u bytes: %s: try a smaller buffer",
                             ring->name, buffer, strerror(errno));
    void *map = mmap(NULL, ring->block_bytes * ring->block_count, PROT_READ | PROT_WRITE,
                     MAP_SHARED, ring->descriptor, 0);
    if (map == MAP_FAILED)
        return system_failure(ring, "the ring cannot be mapped", error);
    ring->map = map;
    return 0;
}

static int attach_program(struct ring *ring, const char *filter, struct wb_error *error)
{
    struct sock_fprog program;
    const struct wb_source_options options = {.interface = ring->name,
                                              .filter = filter,
                                              .snaplen = ring->snaplen,
                                              .direction = ring->direction};
    int result =
        wb__packet_program_build(&program, &options, ring->compiler, ring->is_cooked, error);
    if (result < 0)
        return result;
    /* What was stopped rejects all, and goes on to. */
    if (!ring->is_stopped && wb__packet_program_attach(ring->descriptor, &program) < 0)
        result = wb__error_set(error, WB_E_FILTER, errno,
                               "filter \"%s\": the kernel refuses it: %s", filter ? filter : "",
                               strerror(errno));
    free(program.filter);
    return result;
}

/* The kernel puts one program in the place of the other between two packets. */
static int packet_set_filter(struct wb__source *source, const char *expression,
                             struct wb_error *error)
{
    struct ring *ring = ring_of(source);
    if (!ring->compiler)
        return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                             "%s: it was not opened for a filter that changes", ring->name);
    return attach_program(ring, expression, error);
}

static int join_promiscuous(const struct ring *ring, struct wb_error *error)
{
    struct packet_mreq membership = {.mr_ifindex = ring->index, .mr_type = PACKET_MR_PROMISC};
    if (setsockopt(ring->descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                   sizeof membership) < 0)
        return system_failure(ring, "it cannot be made promiscuous", error);
    return 0;
}

static int start_reception(struct ring *ring, const struct wb_source_options *options,
                           struct wb_error *error)
{
    /* The program rejects these too; so the kernel need not even look at them. Kernels
     * before 4.20 do not know the option. */
    if (options->direction == WB_SOURCE_IN || ring->arphrd_type == ARPHRD_LOOPBACK)
        set_option(ring, PACKET_IGNORE_OUTGOING, 1);
    /* There is no such membership for all interfaces at once. */
    if (options->promiscuous && ring->index) {
        int result = join_promiscuous(ring, error);
        if (result < 0)
            return result;
    }
    if (bind_to(ring, ETH_P_ALL) < 0)
        return errno == ENODEV ? wb__live_not_found(ring->name, error)
                               : system_failure(ring, "the packet socket cannot be bound", error);
    int result = read_socket_error(ring, error);
    if (result == 0 && ring->is_down)
        result = wb__live_is_down(ring->name, error);
    return result;
}

static int open_ring(struct ring *ring, const struct wb_source_options *options,
                     struct wb_error *error)
{
    int result = wb__wake_open(&ring->wake, error);
    if (result == 0)
        result = examine_device(ring, error);
    if (result == 0)
        result = open_socket(ring, error);
    if (result == 0 && options->filter_changes)
        result = wb__packet_program_compiler(&ring->compiler, options, error);
    if (result == 0)
        result = attach_program(ring, options->filter, error);
    if (result == 0)
        result = map_ring(ring, wb__live_buffer(options), error);
    if (result == 0)
        result = start_reception(ring, options, error);
    if (result == 0)
        result = wb__source_opened(options, error);
    if (result == 0)
        wb__interface_losses_start(&ring->losses, ring->name);
    return result;
}

static int packet_open(struct wb__source **source, const struct wb_source_options *options,
                       struct wb_error *error)
{
    *source = NULL;
    struct ring *ring = calloc(1, sizeof *ring);
    char *name = strdup(options->interface);
    if (!ring || !name) {
        free(ring);
        free(name);
        return wb__error_set(error, WB_E_MEMORY, ENOMEM, "out of memory");
    }
    ring->source.operations = &wb__source_packet;
    ring->descriptor = -1;
    ring->name = name;
    ring->snaplen = wb__live_snaplen(options);
    ring->latency_ms = wb__live_latency_ms(options);
    ring->direction = options->direction;
    ring->interface = (struct wb_source_interface){
        .name = name, .description = "", .snaplen = ring->snaplen};
    int result = open_ring(ring, options, error);
    if (result < 0) {
        packet_close(&ring->source);
        return result;
    }
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
    .close = packet_close,
};
