/* SPDX-License-Identifier: ISC */
#include "wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <cmocka.h>

#define TYPE 0x88b5 /* IEEE 802: for local experiments */

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

struct wb_injector *opened(const struct wb_inject_options *options)
{
    struct wb_injector *injector;
    struct wb_error error = {0};
    if (wb_injector_open(&injector, options, &error) < 0)
        fail_msg("%s", error.text);
    return injector;
}

struct wb_inject_stats stats_of(const struct wb_injector *injector)
{
    struct wb_inject_stats stats;
    wb_injector_stats(injector, &stats);
    assert_int_equal(stats.handled, stats.sent + stats.failed);
    return stats;
}

void make_frame(uint8_t frame[FRAME_BYTES], uint8_t number)
{
    memset(frame, number, FRAME_BYTES);
    memset(frame, 0xff, 6);
    memcpy(frame + 6, (uint8_t[]){2, 0, 0, 0, 0, 1, TYPE >> 8, TYPE & 0xff}, 8);
}

int listen_on(const char *interface)
{
    int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_ifindex = (int)if_nametoindex(interface),
                                  .sll_protocol = htons(TYPE)};
    assert_true(descriptor >= 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    return descriptor;
}

int receive(int descriptor, void *bytes, size_t size)
{
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    int count = poll(&ready, 1, 1000);
    assert_true(count >= 0);
    return count == 0 ? -1 : (int)recv(descriptor, bytes, size, 0);
}
