/* SPDX-License-Identifier: ISC */
#include "live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>

#include <cmocka.h>

const char *const kinds[KINDS] = {"packet", "libpcap"};
static bool has_network;

void run(const char *command)
{
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

int make_network(void **unused)
{
    (void)unused;
    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return 0;
    has_network = system("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6;"
                         "ip link set lo up && ip link add name " NEAR " type veth peer name " FAR
                         " && ip link set " NEAR " up && ip link set " FAR " up") == 0;
    return 0;
}

void need_network(void)
{
    if (!has_network) {
        print_message("no network namespace with a veth pair can be made here\n");
        skip();
    }
}

struct wb__source *opened(const struct wb_source_options *options)
{
    struct wb__source *source;
    struct wb_error error = {0};
    if (wb__source_open(&source, options, &error) < 0)
        fail_msg("%s", error.text);
    return source;
}

struct wb_source_stats stats_of(struct wb__source *source)
{
    struct wb_source_stats stats;
    source->operations->stats(source, &stats);
    return stats;
}

struct frame frame_of(int vlan, unsigned port)
{
    struct frame frame = {.length = sizeof frame.bytes};
    unsigned at = 12;
    memset(frame.bytes, 0xff, 6);
    memcpy(frame.bytes + 6, (uint8_t[]){2, 0, 0, 0, 0, 1}, 6);
    if (vlan >= 0) {
        memcpy(frame.bytes + at, (uint8_t[]){0x81, 0, (uint8_t)(vlan >> 8), (uint8_t)vlan}, 4);
        at += 4;
    }
    memcpy(frame.bytes + at, (uint8_t[]){8, 0, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6}, 12);
    frame.bytes[at + 2 + 12] = 10;
    frame.bytes[at + 2 + 20 + 2] = (uint8_t)(port >> 8);
    frame.bytes[at + 2 + 20 + 3] = (uint8_t)port;
    return frame;
}

static int sender_on(const char *interface)
{
    int descriptor = socket(AF_PACKET, SOCK_RAW, 0);
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_ifindex = (int)if_nametoindex(interface),
                                  .sll_protocol = htons(ETH_P_IP)};
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0)
        abort();
    return descriptor;
}

unsigned send_frames(const char *interface, struct frame frame, unsigned count)
{
    int descriptor = sender_on(interface);
    unsigned sent = 0;
    for (unsigned i = 0; i < count; i++)
        sent += send(descriptor, frame.bytes, frame.length, 0) == (ssize_t)frame.length;
    close(descriptor);
    return sent;
}

int take_once(struct wb__source *source, int timeout_ms, struct seen *seen)
{
    struct wb_packet packets[SEEN_MAX];
    struct wb_error error;
    int count = source->operations->next(source, packets, SEEN_MAX - seen->count, timeout_ms,
                                         &error);
    for (int i = 0; i < count; i++) {
        struct wb_packet *copy = &seen->packets[seen->count];
        *copy = packets[i];
        memcpy(seen->bytes[seen->count], copy->data, copy->captured_length);
        copy->data = seen->bytes[seen->count++];
    }
    return count;
}

void take_the_rest(struct wb__source *source, int count, struct seen *seen)
{
    while (seen->count < count)
        if (take_once(source, 2000, seen) <= 0)
            fail_msg("only %d of %d packets came", seen->count, count);
    source->operations->wake(source);
    assert_int_equal(take_once(source, -1, seen), 0);
    assert_int_equal(stats_of(source).seen, count);
}

void take_exactly(struct wb__source *source, int count, struct seen *seen)
{
    seen->count = 0;
    take_the_rest(source, count, seen);
}

void send_mixture(void)
{
    assert_int_equal(send_frames(FAR, frame_of(-1, 80), 2), 2);
    assert_int_equal(send_frames(FAR, frame_of(10, 80), 3), 3);
    assert_int_equal(send_frames(FAR, frame_of(10, 81), 4), 4);
    assert_int_equal(send_frames(FAR, frame_of(11, 80), 5), 5);
}
