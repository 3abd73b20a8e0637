/* SPDX-License-Identifier: ISC
 *
 * How an AF_PACKET ring is made: socket, program, blocks, and only then reception.
 */
#include "source/packet_ring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "source/interface.h"
#include "source/live.h"
#include "source/packet_borrow.h"
#include "source/packet_program.h"

#define BLOCK_BYTES    (1U << 20)
#define BLOCKS_WANTED  8    /* a small ring has smaller blocks rather than fewer */
#define BLOCKS_MIN     2    /* one to be filled while the other is read */
#define BLOCK_OVERHEAD 256  /* headers of the block and of a packet, at most */
#define FRAME_BYTES    2048 /* the kernel wants a divisor; V3 does not use it */

int wb__packet_ring_bind(struct wb__packet_ring *ring, unsigned protocol)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = ring->index};
    address.sll_protocol = htons((uint16_t)protocol);
    return bind(ring->descriptor, (struct sockaddr *)&address, sizeof address);
}

int wb__packet_ring_error(struct wb__packet_ring *ring, struct wb_error *error)
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

static int system_failure(const struct wb__packet_ring *ring, const char *what,
                          struct wb_error *error)
{
    return wb__error_set(error, WB_E_SYSTEM, errno, "%s: %s: %s", ring->name, what,
                         strerror(errno));
}

/* Who takes over this process is not to see more than we wanted to. Kernels before 3.9 do not
 * know the option. */
static int lock_filter(const struct wb__packet_ring *ring, struct wb_error *error)
{
    int on = 1;
    if (setsockopt(ring->descriptor, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) == 0 ||
        errno == ENOPROTOOPT)
        return 0;
    return system_failure(ring, "its filter cannot be locked", error);
}

/* With its program in force. Others are asked when we may not make it. */
static int open_socket(struct wb__packet_ring *ring, const struct wb_source_options *options,
                       struct wb_error *error)
{
    int type = ring->is_cooked ? SOCK_DGRAM : SOCK_RAW;
    ring->descriptor = socket(AF_PACKET, type | SOCK_CLOEXEC, 0);
    if (ring->descriptor < 0 && (errno == EPERM || errno == EACCES))
        return wb__packet_borrow(ring, options, error);
    if (ring->descriptor < 0)
        return system_failure(ring, "a packet socket cannot be made", error);
    int result = 0;
    if (options->filter_changes)
        result = wb__packet_program_compiler(&ring->compiler, options, error);
    if (result == 0)
        result = wb__packet_ring_attach(ring, options->filter, error);
    if (result == 0 && !options->filter_changes)
        result = lock_filter(ring, error);
    return result;
}

/* Sets what kind of packets the device gives. */
static void set_link_type(struct wb__packet_ring *ring)
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

static int examine_device(struct wb__packet_ring *ring, struct wb_error *error)
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
static int choose_geometry(struct wb__packet_ring *ring, struct tpacket_req3 *request,
                           uint32_t buffer, struct wb_error *error)
{
    uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
    uint32_t least = (ring->kernel_snaplen + BLOCK_OVERHEAD + page - 1) / page * page;
    uint32_t block = buffer / BLOCKS_WANTED / page * page;
    if (block > BLOCK_BYTES)
        block = BLOCK_BYTES;
    if (block < least)
        block = least;
    if (buffer / block < BLOCKS_MIN)
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "a buffer of %u bytes is too small for packets of %u bytes: give at "
                             "least %u, or a smaller snaplen",
                             buffer, ring->kernel_snaplen, BLOCKS_MIN * least);
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

static int set_option(const struct wb__packet_ring *ring, int option, int value)
{
    return setsockopt(ring->descriptor, SOL_PACKET, option, &value, sizeof value);
}

static int map_ring(struct wb__packet_ring *ring, uint32_t buffer, struct wb_error *error)
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

int wb__packet_ring_attach(struct wb__packet_ring *ring, const char *filter, struct wb_error *error)
{
    struct sock_fprog program;
    const struct wb_source_options options = {.interface = ring->name,
                                              .filter = filter,
                                              .snaplen = ring->snaplen,
                                              .direction = ring->direction,
                                              .own_packets = ring->own_packets};
    int result =
        wb__packet_program_build(&program, &options, ring->compiler, ring->is_cooked, error);
    if (result < 0)
        return result;
    /* What was stopped rejects all, and goes on to. */
    if (!ring->is_stopped && wb__packet_program_attach(ring->descriptor, &program) < 0)
        result =
            wb__error_set(error, WB_E_FILTER, errno, "filter \"%s\": the kernel refuses it: %s",
                          filter ? filter : "", strerror(errno));
    free(program.filter);
    return result;
}

static int join_promiscuous(const struct wb__packet_ring *ring, struct wb_error *error)
{
    struct packet_mreq membership = {.mr_ifindex = ring->index, .mr_type = PACKET_MR_PROMISC};
    if (setsockopt(ring->descriptor, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                   sizeof membership) < 0)
        return system_failure(ring, "it cannot be made promiscuous", error);
    return 0;
}

static int start_reception(struct wb__packet_ring *ring, const struct wb_source_options *options,
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
    if (wb__packet_ring_bind(ring, ETH_P_ALL) < 0)
        return errno == ENODEV ? wb__live_not_found(ring->name, error)
                               : system_failure(ring, "the packet socket cannot be bound", error);
    int result = wb__packet_ring_error(ring, error);
    if (result == 0 && ring->is_down)
        result = wb__live_is_down(ring->name, error);
    return result;
}

int wb__packet_ring_open(struct wb__packet_ring *ring, const struct wb_source_options *options,
                         struct wb_error *error)
{
    int result = wb__wake_open(&ring->wake, error);
    if (result == 0)
        result = examine_device(ring, error);
    if (result == 0)
        result = open_socket(ring, options, error);
    if (result == 0)
        result = map_ring(ring, wb__live_buffer(options), error);
    if (result == 0)
        result = start_reception(ring, options, error);
    if (result < 0)
        return result;
    wb__device_open(&ring->device, ring->name);
    return wb__source_opened(options, error);
}
