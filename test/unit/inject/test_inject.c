/* SPDX-License-Identifier: ISC
 *
 * Injectors in a network namespace of this process's own: sockets of the system receive what
 * was sent, and each packet that the system refuses has its errno.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "source/source.h"
#include "wire.h"

#ifdef HAVE_XDP
#define FASTEST "xdp"
#else
#define FASTEST "packet"
#endif

#define BATCH 700 /* more than one call of the system takes */

static const char *const frame_kinds[] = {"packet", "libpcap",
#ifdef HAVE_XDP
                                          "xdp"
#endif
};
#define FRAME_KINDS (sizeof frame_kinds / sizeof frame_kinds[0])

static const char *const source_kinds[] = {"packet", "libpcap"};

static uint8_t frames[BATCH][FRAME_BYTES];
static struct wb_inject_packet packets[BATCH];

static void make_batch(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        make_frame(frames[i], (uint8_t)i);
        packets[i] = (struct wb_inject_packet){
            .data = frames[i], .length = FRAME_BYTES, .result = -1};
    }
}

static int inject(struct wb_injector *injector, unsigned count, int timeout_ms)
{
    struct wb_error error = {0};
    int handled = wb_inject(injector, packets, count, timeout_ms, &error);
    if (handled < 0)
        fail_msg("%s", error.text);
    return handled;
}

/* ---- Frames ----------------------------------------------------------------------- */

static void frames_arrive_as_they_are(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned kind = 0; kind < FRAME_KINDS; kind++) {
        struct wb_inject_options options = {.interface = NEAR, .kind = frame_kinds[kind]};
        struct wb_injector *injector = opened(&options);
        int far = listen_on(FAR);
        assert_string_equal(wb_injector_kind(injector), frame_kinds[kind]);
        assert_int_equal(wb_injector_link_type(injector), 1);
        make_batch(200); /* what the receiver's socket holds */
        assert_int_equal(inject(injector, 200, -1), 200);
        for (unsigned i = 0; i < 200; i++) {
            uint8_t bytes[128];
            assert_int_equal(receive(far, bytes, sizeof bytes), FRAME_BYTES);
            assert_memory_equal(bytes, frames[i], FRAME_BYTES);
            assert_int_equal(packets[i].result, 0);
        }
        struct wb_inject_stats stats = stats_of(injector);
        assert_int_equal(stats.sent, 200);
        assert_int_equal(stats.bytes, 200 * FRAME_BYTES);
        wb_injector_close(injector);
        close(far);
    }
}

/* The one that is too long fails; those around it do not. */
static void each_packet_has_its_result(void **unused)
{
    (void)unused;
    need_network();
    static uint8_t long_frame[2000];
    make_frame(long_frame, 0);
    for (unsigned kind = 0; kind < FRAME_KINDS; kind++) {
        struct wb_inject_options options = {.interface = NEAR, .kind = frame_kinds[kind]};
        struct wb_injector *injector = opened(&options);
        static const unsigned wrong[] = {0, 255, 256, 300, 301, BATCH - 1};
        make_batch(BATCH);
        for (unsigned i = 0; i < 6; i++) {
            packets[wrong[i]].data = long_frame;
            packets[wrong[i]].length = sizeof long_frame;
        }
        assert_int_equal(inject(injector, BATCH, -1), BATCH);
        for (unsigned i = 0, next = 0; i < BATCH; i++) {
            bool is_wrong = next < 6 && i == wrong[next];
            next += is_wrong;
            assert_int_equal(packets[i].result, is_wrong ? EMSGSIZE : 0);
        }
        assert_int_equal(stats_of(injector).failed, 6);
        wb_injector_close(injector);
    }
}

static void an_interface_that_is_down_is_told(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned kind = 0; kind < FRAME_KINDS; kind++) {
        struct wb_inject_options options = {.interface = NEAR, .kind = frame_kinds[kind]};
        struct wb_injector *injector = opened(&options);
        struct wb_error error;
        run("ip link set " NEAR " down");
        make_batch(3);
        assert_int_equal(inject(injector, 3, -1), 3);
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(packets[i].result, ENETDOWN);
        assert_int_equal(stats_of(injector).failed, 3);
        wb_injector_close(injector);
        if (strcmp(frame_kinds[kind], "packet") == 0) {
            assert_int_equal(wb_injector_open(&injector, &options, &error), WB_E_DOWN);
            assert_non_null(strstr(error.text, "ip link set " NEAR " up"));
            assert_null(injector);
        }
        run("ip link set " NEAR " up");
    }
}

/* What is not taken because the interface is down is not sent when it is up again. */
static void nothing_is_sent_behind_ones_back(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned kind = 0; kind < FRAME_KINDS; kind++) {
        struct wb_inject_options options = {.interface = NEAR, .kind = frame_kinds[kind]};
        struct wb_injector *injector = opened(&options);
        uint8_t bytes[128];
        run("ip link set " NEAR " down");
        make_batch(40);
        assert_int_equal(inject(injector, 40, -1), 40);
        run("ip link set " NEAR " up");
        int far = listen_on(FAR);
        make_frame(frames[0], 99);
        packets[0].result = -1;
        assert_int_equal(inject(injector, 1, -1), 1);
        /* A socket that may receive is told once more by the kernel that it was down. */
        if (strcmp(frame_kinds[kind], "libpcap") == 0 && packets[0].result == ENETDOWN)
            assert_int_equal(inject(injector, 1, -1), 1);
        assert_int_equal(packets[0].result, 0);
        assert_int_equal(receive(far, bytes, sizeof bytes), FRAME_BYTES);
        assert_memory_equal(bytes, frames[0], FRAME_BYTES);
        assert_int_equal(receive(far, bytes, sizeof bytes), -1);
        wb_injector_close(injector);
        close(far);
    }
}

/* More than any ring or buffer of an injector holds at once, again and again. */
static void many_are_sent(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned kind = 0; kind < FRAME_KINDS; kind++) {
        struct wb_inject_options options = {.interface = NEAR, .kind = frame_kinds[kind]};
        struct wb_injector *injector = opened(&options);
        for (unsigned i = 0; i < 30; i++) {
            make_batch(BATCH);
            assert_int_equal(inject(injector, BATCH, -1), BATCH);
            for (unsigned j = 0; j < BATCH; j++)
                assert_int_equal(packets[j].result, 0);
        }
        assert_int_equal(stats_of(injector).sent, 30 * BATCH);
        wb_injector_close(injector);
    }
}

static void the_fastest_is_chosen_where_asked_for(void **unused)
{
    (void)unused;
    need_network();
    struct wb_inject_options options = {.interface = NEAR};
    struct wb_injector *injector = opened(&options);
    assert_string_equal(wb_injector_kind(injector), "packet");
    wb_injector_close(injector);
    options.top_speed = true;
    /* The kernel gives up the XDP socket of the test before in its own time. */
    for (unsigned tries = 0; tries < 200; tries++) {
        injector = opened(&options);
        if (strcmp(wb_injector_kind(injector), FASTEST) == 0)
            break;
        wb_injector_close(injector);
        injector = NULL;
        usleep(20000);
    }
    if (!injector)
        fail_msg("%s is not chosen", FASTEST);
    assert_true(wb_injector_is_marked(injector));
    wb_injector_close(injector);

    /* Where it cannot be, the next is. */
    run("ip link set " NEAR " mtu 9000");
    injector = opened(&options);
    assert_string_equal(wb_injector_kind(injector), "packet");
    wb_injector_close(injector);
    run("ip link set " NEAR " mtu 1500");
    options.interface = "lo";
    injector = opened(&options);
    assert_string_equal(wb_injector_kind(injector), "packet");
    wb_injector_close(injector);
}

/* ---- A full queue ----------------------------------------------------------------- */

#define TRIES_IN_300_MS 3000 /* at most, one each tenth of a millisecond; who spins makes 100,000 */

/* The queue is full: some packets are handled, and the rest is told. Waiting for room takes hardly
 * any processor time. Returns the first that was not handled. */
static unsigned fill(struct wb_injector *injector, int code)
{
    make_batch(BATCH);
    int handled = inject(injector, BATCH, 0);
    assert_in_range(handled, 10, BATCH - 1);
    assert_int_equal(packets[handled].result, code);
    for (int i = handled + 1; i < BATCH; i++)
        assert_int_equal(packets[i].result, EAGAIN);
    assert_int_equal(stats_of(injector).full, 1);
    assert_int_equal(stats_of(injector).handled, handled);

    int64_t start = wb_injector_clock_ns();
    assert_int_equal(wb_inject(injector, packets + handled, 1, 300, NULL), 0);
    assert_true(wb_injector_clock_ns() - start >= INT64_C(300000000));
    assert_in_range(stats_of(injector).full, 2, 1 + TRIES_IN_300_MS);
    return (unsigned)handled;
}

static void fits(struct wb_injector *injector, unsigned next)
{
    assert_int_equal(wb_inject(injector, packets + next, 1, 1000, NULL), 1);
    assert_int_equal(packets[next].result, 0);
    assert_int_equal(stats_of(injector).sent, next + 1);
}

/* A TAP device whose frames nobody reads: its driver takes no more. */
static void a_full_device_is_told(void **unused)
{
    (void)unused;
    need_network();
    struct ifreq request = {.ifr_name = "wbtap", .ifr_flags = IFF_TAP | IFF_NO_PI};
    int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap < 0 || ioctl(tap, TUNSETIFF, &request) < 0) {
        print_message("no TAP device can be made here\n");
        skip();
    }
    run("ip link set dev wbtap txqueuelen 100 && ip link set dev wbtap up");
    struct wb_inject_options options = {.interface = "wbtap"};
    struct wb_injector *injector = opened(&options);
    unsigned next = fill(injector, ENOBUFS);
    uint8_t bytes[2048];
    while (read(tap, bytes, sizeof bytes) > 0)
        ;
    fits(injector, next);
    wb_injector_close(injector);
    close(tap);
}

/* A queueing discipline that hands on a frame in five seconds: the socket's buffer fills. */
static void a_full_socket_is_told(void **unused)
{
    (void)unused;
    need_network();
    if (system("tc qdisc replace dev " NEAR " root tbf rate 100bit burst 2kb limit 1mb") != 0) {
        print_message("no token bucket filter here\n");
        skip();
    }
    struct wb_inject_options options = {
        .interface = NEAR, .queue_bytes = 200000, .without_bypass = true};
    struct wb_injector *injector = opened(&options);
    unsigned next = fill(injector, EAGAIN);
    run("tc qdisc delete dev " NEAR " root");
    fits(injector, next);
    wb_injector_close(injector);
}

/* ---- Time ------------------------------------------------------------------------- */

/* Never early; how late depends on the machine, and is counted. */
static void a_pace_is_kept(void **unused)
{
    (void)unused;
    need_network();
    struct wb_inject_options options = {.interface = NEAR, .packets_per_second = 1000};
    struct wb_injector *injector = opened(&options);
    make_batch(200);
    int64_t start = wb_injector_clock_ns();
    assert_int_equal(inject(injector, 200, -1), 200);
    int64_t took = wb_injector_clock_ns() - start;
    assert_true(took >= INT64_C(199000000) - stats_of(injector).forfeited_ns);
    assert_true(wb_injector_due_ns(injector) >= start + INT64_C(200000000));

    /* What is not due is not sent, and does not count. */
    assert_in_range(inject(injector, 100, 10), 5, 50);
    assert_int_equal(packets[99].result, EAGAIN);
    wb_injector_close(injector);
}

static void a_time_of_its_own_is_kept(void **unused)
{
    (void)unused;
    need_network();
    struct wb_inject_options options = {.interface = NEAR};
    struct wb_injector *injector = opened(&options);
    int far = listen_on(FAR);
    uint8_t bytes[128];
    make_batch(2);
    int64_t start = wb_injector_clock_ns();
    packets[1].at_ns = start + 50000000;
    assert_int_equal(inject(injector, 2, 0), 1);
    assert_int_equal(packets[1].result, EAGAIN);
    assert_int_equal(receive(far, bytes, sizeof bytes), FRAME_BYTES);
    assert_int_equal(wb_inject(injector, packets + 1, 1, -1, NULL), 1);
    assert_true(wb_injector_clock_ns() >= packets[1].at_ns);
    assert_int_equal(receive(far, bytes, sizeof bytes), FRAME_BYTES);
    wb_injector_close(injector);
    close(far);
}

static void *stop_soon(void *injector)
{
    usleep(20000);
    wb_injector_stop(injector);
    return NULL;
}

static void a_stop_ends_the_waiting(void **unused)
{
    (void)unused;
    need_network();
    struct wb_inject_options options = {.interface = NEAR};
    struct wb_injector *injector = opened(&options);
    pthread_t thread;
    make_batch(1);
    int64_t start = wb_injector_clock_ns();
    packets[0].at_ns = start + INT64_C(20000000000);
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, injector), 0);
    assert_int_equal(inject(injector, 1, -1), 0);
    assert_true(wb_injector_clock_ns() - start < INT64_C(5000000000));
    pthread_join(thread, NULL);
    wb_injector_close(injector);
}

/* ---- IP --------------------------------------------------------------------------- */

static int udp_socket(int domain, uint16_t *port)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *name = domain == AF_INET ? (struct sockaddr *)&in : (struct sockaddr *)&in6;
    socklen_t length = domain == AF_INET ? sizeof in : sizeof in6;
    int descriptor = socket(domain, SOCK_DGRAM, 0);
    assert_int_equal(bind(descriptor, name, length), 0);
    assert_int_equal(getsockname(descriptor, name, &length), 0);
    *port = ntohs(domain == AF_INET ? in.sin_port : in6.sin6_port);
    return descriptor;
}

/* UDP with one byte of payload. Over IPv4 without a checksum, which then is 0; over IPv6, with
 * payload 'x', it is computed here: the sum of the pseudo header and the datagram. */
static void make_udp4(uint8_t ip[29], uint16_t port)
{
    const uint8_t bytes[29] = {0x45, 0, 0, 29, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1,
                               0x30, 0x39, (uint8_t)(port >> 8), (uint8_t)port, 0, 9, 0, 0, 'x'};
    memcpy(ip, bytes, sizeof bytes);
}

static void make_udp6(uint8_t ip[49], uint16_t port)
{
    const uint8_t bytes[49] = {0x60, [5] = 9, 17, 64, [23] = 1, [39] = 1, 0x30, 0x39,
                               (uint8_t)(port >> 8), (uint8_t)port, 0, 9, 0, 0, 'x'};
    uint32_t sum = 1 + 1 + 17 + 9 + 0x3039 + port + 9 + ('x' << 8);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    memcpy(ip, bytes, sizeof bytes);
    ip[46] = (uint8_t)(~sum >> 8);
    ip[47] = (uint8_t)~sum;
}

static void ip_packets_of_both_versions_arrive(void **unused)
{
    (void)unused;
    need_network();
    run("echo 0 > /proc/sys/net/ipv6/conf/lo/disable_ipv6");
    uint16_t port4, port6;
    int udp4 = udp_socket(AF_INET, &port4), udp6 = udp_socket(AF_INET6, &port6);
    struct wb_inject_options options = {.kind = "ip"};
    struct wb_injector *injector = opened(&options);
    assert_int_equal(wb_injector_link_type(injector), 101);
    uint8_t four[29], six[49], neither[40] = {0x50};
    make_udp4(four, port4);
    make_udp6(six, port6);
    for (unsigned i = 0; i < 30; i++)
        packets[i] = i % 3 == 0   ? (struct wb_inject_packet){.data = four, .length = sizeof four}
                     : i % 3 == 1 ? (struct wb_inject_packet){.data = six, .length = sizeof six}
                                  : (struct wb_inject_packet){.data = neither, .length = 40};
    packets[29] = (struct wb_inject_packet){.data = six, .length = 39};
    assert_int_equal(inject(injector, 30, -1), 30);
    for (unsigned i = 0; i < 30; i++)
        assert_int_equal(packets[i].result, i % 3 == 2 ? EINVAL : 0);
    for (unsigned i = 0; i < 10; i++) {
        char bytes[16];
        assert_int_equal(receive(udp4, bytes, sizeof bytes), 1);
        assert_int_equal(receive(udp6, bytes, sizeof bytes), 1);
        assert_int_equal(bytes[0], 'x');
    }
    assert_int_equal(stats_of(injector).failed, 10);
    wb_injector_close(injector);
    close(udp4);
    close(udp6);
}

static void one_version_of_ip_alone_where_asked_for(void **unused)
{
    (void)unused;
    need_network();
    run("echo 0 > /proc/sys/net/ipv6/conf/lo/disable_ipv6");
    static const char *const kinds[] = {"ip", "icmp"};
    const uint8_t echo4[8] = {8, 0, 0xf7, 0xfd, 0, 1, 0, 1}, echo6[8] = {128, [5] = 1, 0, 1};
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t version = i % 2 ? 6 : 4, other = i % 2 ? 4 : 6;
        int handed[2] = {socket(AF_INET, SOCK_RAW, IPPROTO_ICMP),
                         socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)};
        struct wb_inject_options options = {.kind = kinds[i / 2], .ip_version = version};
        struct wb_injector *injector = opened(&options);
        assert_true(wb_injector_descriptor(injector, version) >= 0);
        assert_int_equal(wb_injector_descriptor(injector, other), -1);
        wb_injector_close(injector);

        /* What was handed in for the other one is closed. */
        options = (struct wb_inject_options){
            .kind = "icmp", .ip_version = version, .descriptors = handed, .descriptor_count = 2};
        injector = opened(&options);
        assert_int_equal(fcntl(handed[other == 6], F_GETFD), -1);
        packets[0] = (struct wb_inject_packet){
            .data = echo4, .length = 8, .ip_version = 4, .destination = {127, 0, 0, 1}};
        packets[1] = (struct wb_inject_packet){
            .data = echo6, .length = 8, .ip_version = 6, .destination = {[15] = 1}};
        assert_int_equal(inject(injector, 2, -1), 2);
        assert_int_equal(packets[version == 6].result, 0);
        assert_int_equal(packets[other == 6].result, EAFNOSUPPORT);
        wb_injector_close(injector);
    }
}

static void icmp_is_answered(void **unused)
{
    (void)unused;
    need_network();
    run("echo 0 > /proc/sys/net/ipv6/conf/lo/disable_ipv6");
    struct wb_inject_options options = {.kind = "icmp"};
    struct wb_injector *injector = opened(&options);
    const uint8_t echo4[8] = {8, 0, 0xf7, 0xfd, 0, 1, 0, 1}, echo6[8] = {128, [5] = 1, 0, 1};
    packets[0] = (struct wb_inject_packet){
        .data = echo4, .length = 8, .ip_version = 4, .destination = {127, 0, 0, 1}};
    packets[1] = (struct wb_inject_packet){
        .data = echo6, .length = 8, .ip_version = 6, .destination = {[15] = 1}};
    packets[2] = (struct wb_inject_packet){.data = echo6, .length = 8};
    assert_int_equal(inject(injector, 3, -1), 3);
    assert_int_equal(packets[0].result, 0);
    assert_int_equal(packets[1].result, 0);
    assert_int_equal(packets[2].result, EINVAL);
    uint8_t bytes[128];
    do
        assert_int_equal(receive(wb_injector_descriptor(injector, 4), bytes, sizeof bytes), 28);
    while (bytes[20] != 0); /* the request comes, too */
    do
        assert_int_equal(receive(wb_injector_descriptor(injector, 6), bytes, sizeof bytes), 8);
    while (bytes[0] != 129);
    wb_injector_close(injector);
}

/* ---- Own packets ------------------------------------------------------------------ */

/* How many frames a source delivers on loopback, of which some are injected and others not. */
static uint64_t delivered(const char *source_kind, bool own_packets, const char *filter,
                          struct wb_inject_options *inject_options)
{
    struct wb_source_options options = {.interface = "lo",
                                        .kind = source_kind,
                                        .filter = filter,
                                        .own_packets = own_packets,
                                        .immediate = true};
    struct wb_error error = {0};
    struct wb__source *source;
    struct wb_packet taken[64];
    if (wb__source_open(&source, &options, &error) < 0)
        fail_msg("%s", error.text);
    struct wb_injector *injector = opened(inject_options);
    make_batch(5);
    assert_int_equal(inject(injector, 5, -1), 5);
    wb_injector_close(injector);
    source->operations->wake(source);
    while (source->operations->next(source, taken, 64, 1000, &error) > 0)
        ;
    struct wb_source_stats stats;
    source->operations->stats(source, &stats);
    assert_int_equal(stats.seen, stats.delivered);
    source->operations->close(source);
    return stats.delivered;
}

static void own_packets_are_left_out_unless_asked_for(void **unused)
{
    (void)unused;
    need_network();
    static const char *const filters[] = {NULL, "ether proto 0x88b5", "ip"};
    for (unsigned kind = 0; kind < 2; kind++) {
        struct wb_inject_options marked = {.interface = "lo", .without_bypass = true};
        struct wb_inject_options unmarked = marked, other = marked;
        unmarked.unmarked = true;
        other.mark = 77;
        struct wb_injector *injector = opened(&marked);
        assert_true(wb_injector_is_marked(injector));
        wb_injector_close(injector);
        for (unsigned i = 0; i < 3; i++) {
            unsigned all = i < 2 ? 5 : 0;
            assert_int_equal(delivered(source_kinds[kind], false, filters[i], &marked), 0);
            assert_int_equal(delivered(source_kinds[kind], true, filters[i], &marked), all);
            assert_int_equal(delivered(source_kinds[kind], false, filters[i], &unmarked), all);
            assert_int_equal(delivered(source_kinds[kind], false, filters[i], &other), all);
        }
    }
}

/* ---- Opening ---------------------------------------------------------------------- */

static void bad_options_get_one_clear_line(void **unused)
{
    (void)unused;
    need_network();
    const struct {
        struct wb_inject_options options;
        int code;
        const char *text;
    } cases[] = {
        {{.kind = "magic"}, WB_E_ARGUMENT, "packet, libpcap, ip, icmp"},
        {{.kind = NULL}, WB_E_ARGUMENT, "name the interface"},
        {{.interface = ""}, WB_E_ARGUMENT, "name is empty"},
        {{.interface = "nosuchif0"}, WB_E_NOT_FOUND, "nosuchif0: there is no such"},
        {{.interface = "a-name-that-no-interface-may-have"}, WB_E_NOT_FOUND, "no such"},
        {{.interface = "nosuchif0", .kind = "libpcap"}, WB_E_NOT_FOUND, "nosuchif0"},
        {{.interface = "nosuchif0", .kind = "ip"}, WB_E_NOT_FOUND, "nosuchif0"},
        {{.kind = "ip", .ip_version = 5}, WB_E_ARGUMENT, "neither 4 nor 6"},
        {{.interface = NEAR, .packets_per_second = 1, .bits_per_second = 1},
         WB_E_ARGUMENT, "both given"},
        {{.interface = NEAR, .packets_per_second = 1000000001}, WB_E_ARGUMENT, "1,000,000,000"},
        {{.interface = NEAR, .bits_per_second = UINT64_C(1000000000001)},
         WB_E_ARGUMENT, "1,000,000,000,000"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wb_injector *injector = (void *)&injector;
        struct wb_error error = {0};
        assert_int_equal(wb_injector_open(&injector, &cases[i].options, &error), cases[i].code);
        assert_null(injector);
        if (!strstr(error.text, cases[i].text))
            fail_msg("\"%s\" has no \"%s\"", error.text, cases[i].text);
    }
    struct wb_inject_options options = {.interface = NEAR};
    struct wb_injector *injector = opened(&options);
    struct wb_error error = {0};
    make_batch(2);
    packets[1].length = 0;
    assert_int_equal(wb_inject(injector, packets, 2, -1, &error), WB_E_ARGUMENT);
    packets[1].length = 262145;
    assert_int_equal(wb_inject(injector, packets, 2, -1, &error), WB_E_ARGUMENT);
    assert_non_null(strstr(error.text, "packet 2 has 262145 bytes"));
    assert_int_equal(stats_of(injector).handled, 0);
    wb_injector_close(injector);
}

/* In a child that has given its rights up: with none, and with sockets handed in. */
static int without_rights(const char *kind, const int *descriptors, unsigned count)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct wb_inject_options options = {
            .interface = NEAR, .kind = kind, .descriptors = descriptors, .descriptor_count = count};
        struct wb_injector *injector;
        struct wb_error error = {0};
        if (setgid(65534) < 0 || setuid(65534) < 0)
            _exit(100);
        int code = wb_injector_open(&injector, &options, &error);
        if (code == WB_E_PERMISSION && !strstr(error.text, "setcap cap_net_raw"))
            _exit(101);
        make_batch(1);
        if (code == 0 && (wb_inject(injector, packets, 1, -1, NULL) != 1 || packets[0].result))
            _exit(102);
        wb_injector_close(injector);
        _exit(-code);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return -WEXITSTATUS(status);
}

static void without_rights_it_is_told_or_handed_in(void **unused)
{
    (void)unused;
    need_network();
    if (geteuid() != 0)
        skip();
    assert_int_equal(without_rights("packet", NULL, 0), WB_E_PERMISSION);
    assert_int_equal(without_rights("libpcap", NULL, 0), WB_E_PERMISSION);
    assert_int_equal(without_rights("ip", NULL, 0), WB_E_PERMISSION);
    int far = listen_on(FAR);
    int descriptor = socket(AF_PACKET, SOCK_RAW, 0), other = socket(AF_INET, SOCK_DGRAM, 0);
    uint8_t bytes[128];
    assert_int_equal(without_rights("packet", (int[]){other, descriptor}, 2), 0);
    assert_int_equal(receive(far, bytes, sizeof bytes), FRAME_BYTES);
    close(far);

    /* They are taken over, whatever comes of it. */
    struct wb_inject_options options = {.interface = "nosuchif0",
                                        .descriptors = (int[]){other, descriptor},
                                        .descriptor_count = 2};
    struct wb_injector *injector;
    assert_int_equal(wb_injector_open(&injector, &options, NULL), WB_E_NOT_FOUND);
    assert_int_equal(fcntl(descriptor, F_GETFD), -1);
    assert_int_equal(fcntl(other, F_GETFD), -1);
}

static int refuse(void *context, struct wb_error *error)
{
    (void)error;
    ++*(int *)context;
    return WB_E_PERMISSION;
}

static void opened_is_called_and_may_refuse(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned kind = 0; kind < 4; kind++) {
        static const char *const kinds[] = {"packet", "libpcap", "ip", "icmp"};
        int calls = 0;
        struct wb_inject_options options = {
            .interface = NEAR, .kind = kinds[kind], .opened = refuse, .opened_context = &calls};
        struct wb_injector *injector;
        assert_int_equal(wb_injector_open(&injector, &options, NULL), WB_E_PERMISSION);
        assert_null(injector);
        assert_int_equal(calls, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_arrive_as_they_are),
        cmocka_unit_test(each_packet_has_its_result),
        cmocka_unit_test(an_interface_that_is_down_is_told),
        cmocka_unit_test(nothing_is_sent_behind_ones_back),
        cmocka_unit_test(many_are_sent),
        cmocka_unit_test(the_fastest_is_chosen_where_asked_for),
        cmocka_unit_test(a_full_device_is_told),
        cmocka_unit_test(a_full_socket_is_told),
        cmocka_unit_test(a_pace_is_kept),
        cmocka_unit_test(a_time_of_its_own_is_kept),
        cmocka_unit_test(a_stop_ends_the_waiting),
        cmocka_unit_test(ip_packets_of_both_versions_arrive),
        cmocka_unit_test(one_version_of_ip_alone_where_asked_for),
        cmocka_unit_test(icmp_is_answered),
        cmocka_unit_test(own_packets_are_left_out_unless_asked_for),
        cmocka_unit_test(bad_options_get_one_clear_line),
        cmocka_unit_test(without_rights_it_is_told_or_handed_in),
        cmocka_unit_test(opened_is_called_and_may_refuse),
    };
    return cmocka_run_group_tests(tests, make_network, NULL);
}
