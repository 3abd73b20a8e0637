/* SPDX-License-Identifier: ISC
 *
 * What a locked program lets through. The kernel is asked: it runs the program on a packet
 * socket, on real packets of two interfaces in a network namespace. Its check of the
 * instructions is the judge of those that need no network.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "program.h"

static bool has_network;

static int make_network(void **unused)
{
    (void)unused;
    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return 0;
    has_network = system("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6;"
                         "for n in 1 2; do ip link add wba$n type veth peer name wbb$n && "
                         "ip link set wba$n up && ip link set wbb$n up || exit 1; done") == 0;
    return 0;
}

static int attach(int descriptor, const struct program *program)
{
    struct sock_filter *at = (struct sock_filter *)(uintptr_t)program->at;
    const struct sock_fprog attached = {program->count, at};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached);
}

/* Also the longest program, from the longest rule and the longest filter. */
static void the_kernel_takes_them(void **unused)
{
    (void)unused;
    static struct sock_filter filter[BPF_MAXINSNS];
    static struct program program;
    struct permit permit = {.port_count = PORTS_MAX};
    struct wb_error error;
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    size_t longest = 0;
    for (size_t i = 0; i < BPF_MAXINSNS; i++)
        filter[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 1);
    while (program_build(&program, 1, &permit, filter, longest + 1, &error) == 0)
        longest++;
    assert_int_equal(error.code, WB_E_FILTER);
    assert_true(longest > 3900);
    assert_int_equal(program_build(&program, 1, &permit, filter, longest, &error), 0);
    assert_int_equal(program.count, BPF_MAXINSNS);
    assert_int_equal(attach(descriptor, &program), 0);
    program_reject(&program);
    assert_int_equal(attach(descriptor, &program), 0);
    close(descriptor);
}

static int packet_socket(const char *interface)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                  .sll_protocol = htons(ETH_P_ALL),
                                  .sll_ifindex = (int)if_nametoindex(interface)};
    int descriptor = socket(AF_PACKET, SOCK_RAW, 0);
    assert_true(descriptor >= 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    return descriptor;
}

struct frame {
    uint8_t bytes[100];
    size_t length;
};

/* From port 1000 to port, behind an IP header of so many bytes. */
static struct frame ip4(unsigned protocol, unsigned header, unsigned fragment, unsigned port)
{
    struct frame frame = {.length = sizeof frame.bytes};
    uint8_t *ip = frame.bytes + 14, *ports = ip + header;
    memset(frame.bytes, 0xff, 6);
    frame.bytes[12] = 8;
    ip[0] = (uint8_t)(0x40 | header / 4);
    ip[3] = 86;
    ip[6] = (uint8_t)(fragment >> 8);
    ip[7] = (uint8_t)fragment;
    ip[9] = (uint8_t)protocol;
    ports[0] = 1000 >> 8;
    ports[1] = 1000 & 0xff;
    ports[2] = (uint8_t)(port >> 8);
    ports[3] = (uint8_t)port;
    return frame;
}

static struct frame ip6(unsigned next, unsigned port)
{
    struct frame frame = {.length = sizeof frame.bytes};
    uint8_t *ip = frame.bytes + 14;
    memset(frame.bytes, 0xff, 6);
    frame.bytes[12] = 0x86;
    frame.bytes[13] = 0xdd;
    ip[0] = 0x60;
    ip[6] = (uint8_t)next;
    ip[42] = (uint8_t)(port >> 8);
    ip[43] = (uint8_t)port;
    return frame;
}

/* Sends it into one interface and looks whether it is received at the other end, where it is
 * almost at once. */
static bool passes(int descriptor, const char *from, struct frame frame)
{
    uint8_t got[sizeof frame.bytes];
    int sender = packet_socket(from);
    assert_int_equal(send(sender, frame.bytes, frame.length, 0), frame.length);
    close(sender);
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    if (poll(&ready, 1, 30) == 0)
        return false;
    assert_int_equal(recv(descriptor, got, sizeof got, 0), frame.length);
    return true;
}

static int socket_with(unsigned index, const struct permit *permit, const char *interface)
{
    static struct program program;
    struct wb_error error;
    int descriptor = packet_socket(interface);
    assert_int_equal(program_build(&program, index, permit, NULL, 0, &error), 0);
    assert_int_equal(attach(descriptor, &program), 0);
    return descriptor;
}

static void need_network(void)
{
    if (!has_network) {
        print_message("no network namespace with veth pairs can be made here\n");
        skip();
    }
}

static void one_interface(void **unused)
{
    (void)unused;
    need_network();
    const struct permit all = {.port_count = 0};
    int one = socket_with(if_nametoindex("wbb1"), &all, "wbb1");
    int other = socket_with(if_nametoindex("wbb1"), &all, "wbb2");
    int any = socket_with(0, &all, "wbb2");
    assert_true(passes(one, "wba1", ip4(6, 20, 0, 80)));
    assert_false(passes(other, "wba2", ip4(6, 20, 0, 80)));
    assert_true(passes(any, "wba2", ip4(6, 20, 0, 80)));
    close(one);
    close(other);
    close(any);
}

static void some_ports(void **unused)
{
    (void)unused;
    need_network();
    const struct permit permit = {.ports = {{80, 80}, {8000, 8099}}, .port_count = 2};
    const struct permit source = {.ports = {{1, 5}, {1000, 1000}}, .port_count = 2};
    int descriptor = socket_with(0, &permit, "wbb1");
    assert_true(passes(descriptor, "wba1", ip4(6, 20, 0, 80)));
    assert_true(passes(descriptor, "wba1", ip4(17, 20, 0, 8000)));
    assert_true(passes(descriptor, "wba1", ip4(132, 60, 0, 8099)));
    assert_true(passes(descriptor, "wba1", ip4(6, 24, 0x2000, 8050))); /* the first fragment */
    assert_true(passes(descriptor, "wba1", ip6(6, 80)));
    assert_true(passes(descriptor, "wba1", ip6(17, 8099)));
    assert_false(passes(descriptor, "wba1", ip4(6, 20, 0, 79)));
    assert_false(passes(descriptor, "wba1", ip4(6, 20, 0, 81)));
    assert_false(passes(descriptor, "wba1", ip4(6, 20, 0, 7999)));
    assert_false(passes(descriptor, "wba1", ip4(6, 20, 0, 8100)));
    assert_false(passes(descriptor, "wba1", ip4(1, 20, 0, 80)));
    assert_false(passes(descriptor, "wba1", ip4(6, 20, 1, 80))); /* ports are not there */
    assert_false(passes(descriptor, "wba1", ip6(58, 80)));
    assert_false(passes(descriptor, "wba1", ip6(0, 80)));
    struct frame other = ip4(6, 20, 0, 80);
    other.bytes[13] = 6; /* ARP */
    assert_false(passes(descriptor, "wba1", other));
    close(descriptor);
    descriptor = socket_with(0, &source, "wbb1");
    assert_true(passes(descriptor, "wba1", ip4(6, 20, 0, 80)));
    assert_false(passes(descriptor, "wba1", ip6(6, 80)));
    close(descriptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_takes_them),
        cmocka_unit_test(one_interface),
        cmocka_unit_test(some_ports),
    };
    return cmocka_run_group_tests(tests, make_network, NULL);
}
