/* SPDX-License-Identifier: ISC
 *
 * Sends the packets of a capture on an interface, over and over, as fast as one core can:
 * sendmmsg(2) on a packet socket past the queueing discipline. Prints "packets N", how many
 * the kernel took. Only for files that the benchmark made: it trusts them.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_HEADER_BYTES 24
#define RECORD_HEADER_BYTES 16
#define CAPTURED_LENGTH_AT 8
#define BATCH 256

struct capture {
    uint8_t *bytes;
    size_t length, at;
};

static struct capture map_capture(const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0 || fstat(file, &status) < 0)
        err(1, "%s", path);
    struct capture capture = { .length = (size_t)status.st_size, .at = FILE_HEADER_BYTES };
    capture.bytes = mmap(NULL, capture.length, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    if (capture.bytes == MAP_FAILED)
        err(1, "%s", path);
    close(file);
    return capture;
}

static int open_socket(const char *interface)
{
    int one = 1, packet_socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    struct sockaddr_ll address = { .sll_family = AF_PACKET,
                                   .sll_ifindex = (int)if_nametoindex(interface) };

    if (packet_socket < 0 || address.sll_ifindex == 0 ||
        setsockopt(packet_socket, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) < 0 ||
        bind(packet_socket, (struct sockaddr *)&address, sizeof(address)) < 0)
        err(1, "%s", interface);
    return packet_socket;
}

static struct iovec next_packet(struct capture *capture)
{
    uint32_t length;

    if (capture->at + RECORD_HEADER_BYTES > capture->length)
        capture->at = FILE_HEADER_BYTES;
    memcpy(&length, capture->bytes + capture->at + CAPTURED_LENGTH_AT, sizeof(length));
    struct iovec packet = { capture->bytes + capture->at + RECORD_HEADER_BYTES, length };
    capture->at += RECORD_HEADER_BYTES + length;
    return packet;
}

static unsigned send_batch(int packet_socket, struct capture *capture, unsigned count)
{
    struct mmsghdr messages[BATCH] = { 0 };
    struct iovec packets[BATCH];

    for (unsigned i = 0; i < count; i++) {
        packets[i] = next_packet(capture);
        messages[i].msg_hdr.msg_iov = &packets[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int sent = sendmmsg(packet_socket, messages, count, 0);
    return sent > 0 ? (unsigned)sent : 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        errx(2, "usage: flood FILE INTERFACE PACKETS");
    struct capture capture = map_capture(argv[1]);
    int packet_socket = open_socket(argv[2]);
    uint64_t left = strtoull(argv[3], NULL, 10), sent = 0;

    while (left > 0) {
        unsigned count = left < BATCH ? (unsigned)left : BATCH;

        sent += send_batch(packet_socket, &capture, count);
        left -= count;
    }
    printf("packets %" PRIu64 "\n", sent);
    return 0;
}
