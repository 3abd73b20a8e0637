/* SPDX-License-Identifier: ISC
 *
 * The physical limit of live capture on Linux: counts the packets in a TPACKET_V3 ring
 * (Documentation/networking/packet_mmap.rst) and looks at nothing but the headers that
 * lead from one to the next. An interrupt ends it.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define BLOCK_BYTES (1U << 20)
#define BLOCKS 32U
#define LATENCY_MS 50

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static uint8_t *open_ring(int packet_socket)
{
    int version = TPACKET_V3;
    struct tpacket_req3 request = {
        .tp_block_size = BLOCK_BYTES,
        .tp_block_nr = BLOCKS,
        .tp_frame_size = 2048,
        .tp_frame_nr = BLOCK_BYTES / 2048 * BLOCKS,
        .tp_retire_blk_tov = LATENCY_MS,
    };
    uint8_t *ring;

    if (setsockopt(packet_socket, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) < 0 ||
        setsockopt(packet_socket, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)) < 0)
        err(1, "ring");
    ring = mmap(NULL, (size_t)BLOCK_BYTES * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED,
                packet_socket, 0);
    if (ring == MAP_FAILED)
        err(1, "mmap");
    return ring;
}

static void attach(int packet_socket, const char *interface)
{
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = (int)if_nametoindex(interface),
    };

    if (address.sll_ifindex == 0 ||
        bind(packet_socket, (struct sockaddr *)&address, sizeof(address)) < 0)
        err(1, "%s", interface);
}

static uint64_t walk_block(struct tpacket_block_desc *block)
{
    uint8_t *at = (uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < block->hdr.bh1.num_pkts; i++) {
        const struct tpacket3_hdr *header = (const void *)at;

        bytes += header->tp_snaplen;
        at += header->tp_next_offset;
    }
    return bytes;
}

int main(int argc, char **argv)
{
    uint64_t packets = 0, bytes = 0;

    if (argc != 2)
        errx(2, "usage: ring_walk INTERFACE");
    struct pollfd wait = { .fd = socket(AF_PACKET, SOCK_RAW, 0), .events = POLLIN };
    if (wait.fd < 0)
        err(1, "socket");
    uint8_t *ring = open_ring(wait.fd);
    attach(wait.fd, argv[1]);
    sigaction(SIGINT, &(struct sigaction){ .sa_handler = stop }, NULL);
    for (unsigned i = 0; !stopped;) {
        struct tpacket_block_desc *block = (void *)(ring + (size_t)i * BLOCK_BYTES);

        if ((__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) ==
            0) {
            if (poll(&wait, 1, -1) < 0 && errno != EINTR)
                err(1, "poll");
            continue;
        }
        packets += block->hdr.bh1.num_pkts;
        bytes += walk_block(block);
        __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        i = (i + 1) % BLOCKS;
    }
    printf("packets %" PRIu64 "\nbytes %" PRIu64 "\n", packets, bytes);
    return 0;
}
