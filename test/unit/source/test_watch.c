/* SPDX-License-Identifier: ISC
 *
 * Live sources in a program that does more than to read them: filters that change while they
 * run, a descriptor to poll, the place to give rights up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <poll.h>

#include <cmocka.h>

#include "live.h"
#include "source/packet_program.h"

static void set_filter(struct wb__source *source, const char *expression)
{
    struct wb_error error = {0};
    if (source->operations->set_filter(source, expression, &error) < 0)
        fail_msg("%s", error.text);
}

/* Also one with a VLAN, which has to be compiled for an open interface. */
static void filters_change(void **unused)
{
    (void)unused;
    need_network();
    static struct seen seen;
    for (unsigned i = 0; i < KINDS; i++) {
        const struct wb_source_options options = {
            .interface = NEAR, .kind = kinds[i], .filter = "tcp port 81", .filter_changes = true};
        struct wb__source *source = opened(&options);
        struct wb_error error = {0};
        seen.count = 0;
        set_filter(source, "vlan 11");
        assert_int_equal(source->operations->set_filter(source, "vlan prt 80", &error),
                         WB_E_FILTER);
        assert_non_null(strstr(error.text, "\"vlan prt 80\""));
        send_mixture();
        while (seen.count < 5)
            assert_true(take_once(source, 2000, &seen) > 0);
        set_filter(source, "vlan 10 and tcp port 81");
        send_mixture();
        take_the_rest(source, 9, &seen);
        assert_memory_equal(seen.bytes[4], frame_of(11, 80).bytes, 64);
        assert_memory_equal(seen.bytes[8], frame_of(10, 81).bytes, 64);
        source->operations->close(source);
    }
}

/* After the wake a source takes nothing in: a new filter does not open it again. */
static void a_filter_does_not_start_what_was_stopped(void **unused)
{
    (void)unused;
    need_network();
    static struct seen seen;
    struct frame of_nobodys_protocol = frame_of(-1, 80);
    of_nobodys_protocol.bytes[12] = ETH_P_LOOPBACK >> 8;
    of_nobodys_protocol.bytes[13] = ETH_P_LOOPBACK & 0xff;
    for (unsigned i = 0; i < KINDS; i++) {
        const struct wb_source_options options = {
            .interface = NEAR, .kind = kinds[i], .filter_changes = true};
        struct wb__source *source = opened(&options);
        seen.count = 0;
        take_the_rest(source, 0, &seen);
        set_filter(source, "");
        send_mixture();
        send_frames(FAR, of_nobodys_protocol, 5);
        usleep(200000); /* a block is handed over after 50 ms */
        assert_int_equal(take_once(source, 100, &seen), 0);
        assert_int_equal(stats_of(source).seen, 0);
        source->operations->close(source);
    }
}

static void a_filter_changes_only_where_it_was_said(void **unused)
{
    (void)unused;
    need_network();
    const struct wb_source_options options = {.interface = NEAR, .kind = "packet"};
    struct wb__source *source = opened(&options);
    struct wb_error error = {0};
    assert_int_equal(source->operations->set_filter(source, "tcp", &error), WB_E_UNSUPPORTED);
    source->operations->close(source);
}

/* How many packet sockets of this namespace the kernel shows every packet to. */
static int count_of_busy_sockets(void)
{
    char line[256];
    unsigned protocol;
    int count = 0;
    FILE *sockets = fopen("/proc/self/net/packet", "r");
    assert_non_null(sockets);
    while (fgets(line, sizeof line, sockets))
        count += sscanf(line, "%*x %*d %*d %4x", &protocol) == 1 && protocol == ETH_P_ALL;
    fclose(sockets);
    return count;
}

/* The handle that filters are compiled with costs nothing for any packet. */
static void a_compiler_takes_nothing_in(void **unused)
{
    (void)unused;
    need_network();
    struct wb_source_options options = {.interface = NEAR, .kind = "packet"};
    struct wb__source *source = opened(&options);
    struct wb_error error;
    struct pcap_stat counted = {0};
    pcap_t *compiler;
    assert_int_equal(count_of_busy_sockets(), 1);
    assert_int_equal(wb__packet_program_compiler(&compiler, &options, &error), 0);
    assert_int_equal(count_of_busy_sockets(), 1);
    assert_int_equal(send_frames(FAR, frame_of(-1, 80), 100), 100);
    assert_int_equal(pcap_stats(compiler, &counted), 0);
    assert_int_equal(counted.ps_recv, 0);
    pcap_close(compiler);
    source->operations->close(source);
}

static bool is_readable(struct wb__source *source, int timeout_ms)
{
    struct pollfd fd = {.fd = source->operations->descriptor(source), .events = POLLIN};
    return poll(&fd, 1, timeout_ms) > 0;
}

/* Readable when packets wait, until they were taken; quiet when none do. */
static void the_descriptor_tells_of_packets(void **unused)
{
    (void)unused;
    need_network();
    static struct seen seen;
    for (unsigned i = 0; i < KINDS; i++) {
        const struct wb_source_options options = {
            .interface = NEAR, .kind = kinds[i], .latency_ms = 10};
        struct wb__source *source = opened(&options);
        for (unsigned round = 0; round < 3; round++) {
            assert_false(is_readable(source, 50));
            seen.count = 0;
            send_frames(FAR, frame_of(-1, 80), 5);
            while (seen.count < 5) {
                assert_true(is_readable(source, 2000));
                take_once(source, 0, &seen);
            }
            assert_int_equal(take_once(source, 0, &seen), 0); /* gives back what was held */
        }
        source->operations->close(source);
    }
}

static int refuse(void *context, struct wb_error *error)
{
    ++*(int *)context;
    error->code = WB_E_PERMISSION;
    return WB_E_PERMISSION;
}

static void opened_is_told_when_all_is_open(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned i = 0; i < KINDS; i++) {
        int told = 0;
        struct wb_source_options options = {.interface = NEAR, .kind = kinds[i], .opened = refuse,
                                            .opened_context = &told};
        struct wb__source *source;
        struct wb_error error;
        assert_int_equal(wb__source_open(&source, &options, &error), WB_E_PERMISSION);
        assert_null(source);
        assert_int_equal(told, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_change),
        cmocka_unit_test(a_filter_does_not_start_what_was_stopped),
        cmocka_unit_test(a_filter_changes_only_where_it_was_said),
        cmocka_unit_test(a_compiler_takes_nothing_in),
        cmocka_unit_test(the_descriptor_tells_of_packets),
        cmocka_unit_test(opened_is_told_when_all_is_open),
    };
    return cmocka_run_group_tests(tests, make_network, NULL);
}
