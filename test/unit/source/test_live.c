/* SPDX-License-Identifier: ISC
 *
 * Live sources, on a pair of interfaces in a network namespace of this process's own:
 * what is sent into one end is what both kinds of source see at it, counted to the
 * packet. Where the system gives no namespace, the tests are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "live.h"
#include "shape.h"
#include "source/interface.h"
#include "source/wake.h"

/* As a pcap file. */
static struct bytes file_of(const struct seen *seen)
{
    struct shape shape = {.is_big_endian = false};
    put_pcap_header(&shape, 0xa1b23c4d, 1);
    for (int i = 0; i < seen->count; i++) {
        put64(&shape, 0);
        put32(&shape, seen->packets[i].captured_length);
        put32(&shape, seen->packets[i].wire_length);
        bytes_add(&shape.bytes, seen->bytes[i], seen->packets[i].captured_length);
    }
    return shape.bytes;
}

/* The kernel takes the tag out of what it receives: filters must know that, and the
 * bytes must have it again. */
static void vlan_filters_match_the_same_live_and_offline(void **unused)
{
    (void)unused;
    need_network();
    static struct seen seen;
    for (unsigned i = 0; i < KINDS; i++) {
        struct wb_source_options options = {.interface = NEAR, .kind = kinds[i]};
        struct wb__source *all = opened(&options);
        options.filter = "vlan 10 and tcp port 80";
        struct wb__source *filtered = opened(&options);
        send_mixture();
        take_exactly(filtered, 3, &seen);
        struct frame frame = frame_of(10, 80);
        assert_int_equal(seen.packets[2].captured_length, frame.length);
        assert_int_equal(seen.packets[2].wire_length, frame.length);
        assert_memory_equal(seen.bytes[2], frame.bytes, frame.length);
        take_exactly(all, 14, &seen);
        all->operations->close(all);
        filtered->operations->close(filtered);
    }
    struct bytes unfiltered = file_of(&seen);
    const struct wb_source_options offline = {.filter = "vlan 10 and tcp port 80"};
    struct wb__source *source;
    struct wb_error error;
    int end;
    assert_int_equal(open_file(&source, unfiltered, &offline, &error), 0);
    assert_int_equal(take_all(source, 64, &end, &error), 3);
    assert_int_equal(stats_of(source).filtered, 11);
    source->operations->close(source);
    bytes_free(&unfiltered);
}

struct flood {
    unsigned count, sent;
    struct frame frame;
};

static void *run_flood(void *context)
{
    struct flood *flood = context;
    flood->sent = send_frames(NEAR, flood->frame, flood->count);
    return NULL;
}

/* Takes with a pause after each batch, until flood is over and the source drained. */
static void take_slowly(struct wb__source *source, pthread_t thread, unsigned pause_us)
{
    struct wb_packet packets[16];
    struct wb_error error;
    int count;
    for (unsigned i = 0; i < 20; i++) {
        source->operations->next(source, packets, 16, 100, &error);
        usleep(pause_us);
    }
    pthread_join(thread, NULL);
    source->operations->wake(source);
    while ((count = source->operations->next(source, packets, 16, -1, &error)) > 0)
        ;
    assert_int_equal(count, 0);
}

/* Every frame that was sent was seen: delivered, or counted as dropped. What is sent by
 * an interface passes its capture within the sending call, so "sent" counts exactly. */
static void drops_are_counted_to_the_packet(void **unused)
{
    (void)unused;
    need_network();
    const struct wb_source_options options = {.interface = NEAR,
                                              .kind = "packet",
                                              .snaplen = 128,
                                              .buffer_bytes = 16384,
                                              .direction = WB_SOURCE_OUT};
    struct wb__source *source = opened(&options);
    struct flood flood = {.count = 50000, .frame = frame_of(-1, 80)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_flood, &flood), 0);
    take_slowly(source, thread, 1000);
    struct wb_source_stats stats = stats_of(source);
    assert_int_equal(flood.sent, flood.count);
    assert_int_equal(stats.seen, flood.sent);
    assert_int_equal(stats.seen, stats.delivered + stats.dropped_ring);
    assert_true(stats.dropped_ring > 0);
    assert_true(stats.delivered > 0);
    assert_true(stats.ring_full_events > 0);
    source->operations->close(source);
}

/* Frames are under way while the source is opened; none that the filter rejects may be
 * among the first. */
static void the_filter_is_in_force_from_the_first_packet(void **unused)
{
    (void)unused;
    need_network();
    struct flood flood = {.count = 100000, .frame = frame_of(-1, 81)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_flood, &flood), 0);
    for (unsigned i = 0; i < 4; i++) {
        const struct wb_source_options options = {
            .interface = NEAR, .kind = kinds[i % 2], .filter = "tcp port 80"};
        struct wb__source *source = opened(&options);
        struct wb_packet packet;
        struct wb_error error;
        assert_int_equal(source->operations->next(source, &packet, 1, 20, &error), 0);
        source->operations->wake(source);
        assert_int_equal(source->operations->next(source, &packet, 1, -1, &error), 0);
        assert_int_equal(stats_of(source).seen, 0);
        source->operations->close(source);
    }
    pthread_join(thread, NULL);
}

static void *wake_later(void *context)
{
    struct wb__source *source = context;
    usleep(50000);
    source->operations->wake(source);
    return NULL;
}

static void wake_ends_a_quiet_wait(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned i = 0; i < KINDS; i++) {
        const struct wb_source_options options = {.interface = NEAR, .kind = kinds[i]};
        struct wb__source *source = opened(&options);
        struct wb_packet packet;
        struct wb_error error;
        pthread_t thread;
        int64_t start = wb__clock_ms();
        assert_int_equal(pthread_create(&thread, NULL, wake_later, source), 0);
        assert_int_equal(source->operations->next(source, &packet, 1, -1, &error), 0);
        assert_in_range(wb__clock_ms() - start, 40, 50 + 150);
        pthread_join(thread, NULL);
        source->operations->close(source);
    }
}

/* In immediate mode a single packet does not wait for others. */
static void immediate_does_not_wait(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned i = 0; i < KINDS; i++) {
        const struct wb_source_options options = {
            .interface = NEAR, .kind = kinds[i], .latency_ms = 5000, .immediate = true};
        struct wb__source *source = opened(&options);
        struct wb_packet packet;
        struct wb_error error;
        send_frames(FAR, frame_of(-1, 80), 1);
        assert_int_equal(source->operations->next(source, &packet, 1, 1000, &error), 1);
        assert_int_equal(packet.captured_length, 64);
        source->operations->close(source);
    }
}

static void directions(void **unused)
{
    (void)unused;
    need_network();
    static struct seen seen;
    for (unsigned i = 0; i < KINDS; i++)
        for (enum wb_source_direction d = WB_SOURCE_IN; d <= WB_SOURCE_OUT; d++) {
            const struct wb_source_options options = {
                .interface = NEAR, .kind = kinds[i], .direction = d};
            struct wb__source *source = opened(&options);
            send_frames(NEAR, frame_of(-1, 80), 1);
            send_frames(FAR, frame_of(-1, 81), 2);
            take_exactly(source, d == WB_SOURCE_IN ? 2 : 1, &seen);
            assert_int_equal(seen.packets[0].direction,
                             d == WB_SOURCE_IN ? WB_PACKET_IN : WB_PACKET_OUT);
            source->operations->close(source);
        }
}

/* What is sent to oneself passes the interface twice, and is seen once. "any" has it in
 * a cooked header. */
static void loopback_and_any(void **unused)
{
    (void)unused;
    need_network();
    static struct seen seen;
    for (unsigned i = 0; i < 4; i++) {
        const struct wb_source_options options = {.interface = i < 2 ? "lo" : "any",
                                                  .kind = kinds[i % 2]};
        struct wb__source *source = opened(&options);
        assert_int_equal(send_frames("lo", frame_of(-1, 80), 1), 1);
        take_exactly(source, 1, &seen);
        /* libpcap tells the direction only in cooked headers. */
        assert_int_equal(seen.packets[0].direction, i == 1 ? WB_PACKET_UNKNOWN : WB_PACKET_IN);
        assert_int_equal(seen.packets[0].link_type, i < 2 ? 1 : 276);
        assert_int_equal(seen.packets[0].captured_length, i < 2 ? 64 : 64 - 14 + 20);
        assert_int_equal(seen.bytes[0][i < 2 ? 12 : 0], 8);
        source->operations->close(source);
    }
}

static void any_restores_the_tag(void **unused)
{
    (void)unused;
    need_network();
    static struct seen seen;
    const struct wb_source_options options = {
        .interface = "any", .kind = "packet", .direction = WB_SOURCE_IN, .filter = "tcp"};
    struct wb__source *source = opened(&options);
    send_frames(FAR, frame_of(10, 80), 1);
    send_frames(FAR, frame_of(-1, 80), 1);
    take_exactly(source, 2, &seen);
    assert_int_equal(seen.packets[0].flags & WB_PACKET_VLAN_RESTORED, WB_PACKET_VLAN_RESTORED);
    assert_memory_equal(seen.bytes[0], ((uint8_t[]){0x81, 0}), 2);
    assert_memory_equal(seen.bytes[0] + 20, ((uint8_t[]){0, 10, 8, 0, 0x45}), 5);
    assert_int_equal(seen.packets[0].captured_length, 64 - 14 + 20);
    assert_memory_equal(seen.bytes[1], ((uint8_t[]){8, 0}), 2);
    assert_int_equal(seen.packets[1].flags & WB_PACKET_VLAN_RESTORED, 0);
    source->operations->close(source);
}

static void an_interface_that_goes_down_is_told(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned i = 0; i < KINDS; i++) {
        const struct wb_source_options options = {.interface = NEAR, .kind = kinds[i]};
        struct wb__source *source = opened(&options);
        struct wb_error error;
        int end;
        send_frames(NEAR, frame_of(-1, 80), 3);
        run("ip link set " NEAR " down");
        assert_int_equal(take_all(source, 2, &end, &error), 3);
        assert_int_equal(end, WB_E_DOWN);
        assert_string_equal(error.text, NEAR ": the interface went down while capturing");
        assert_int_equal(stats_of(source).seen, 3);
        source->operations->close(source);

        assert_int_equal(wb__source_open(&source, &options, &error), WB_E_DOWN);
        assert_non_null(strstr(error.text, "bring it up"));
        run("ip link set " NEAR " up");
    }
}

static void check_refusal(struct wb_source_options options, int code, const char *words)
{
    struct wb__source *source;
    struct wb_error error = {0};
    assert_int_equal(wb__source_open(&source, &options, &error), code);
    assert_null(source);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static void bad_options_get_one_clear_line(void **unused)
{
    (void)unused;
    need_network();
    for (unsigned i = 0; i < KINDS; i++) {
        check_refusal((struct wb_source_options){.interface = "nowhere", .kind = kinds[i]},
                      WB_E_NOT_FOUND, "`wirebeam interfaces`");
        check_refusal(
            (struct wb_source_options){.interface = NEAR, .kind = kinds[i], .filter = "prt 80"},
            WB_E_FILTER, "\"prt 80\": ");
    }
    check_refusal((struct wb_source_options){.interface = NEAR, .kind = "magic"}, WB_E_ARGUMENT,
                  "there are: packet, libpcap");
    check_refusal((struct wb_source_options){.interface = NEAR, .buffer_bytes = 4096},
                  WB_E_ARGUMENT, "too small");
    check_refusal((struct wb_source_options){.interface = NEAR, .snaplen = UINT32_MAX},
                  WB_E_ARGUMENT, "too large");
    check_refusal((struct wb_source_options){.interface = NEAR, .latency_ms = UINT32_MAX},
                  WB_E_ARGUMENT, "too long");
    check_refusal((struct wb_source_options){.interface = NEAR, .file = "x"}, WB_E_ARGUMENT,
                  "both");
    check_refusal((struct wb_source_options){0}, WB_E_ARGUMENT, "no source");
    check_refusal((struct wb_source_options){.interface = "any", .filter = "link[13] = 1"},
                  WB_E_FILTER, "link header");
}

struct seen_interfaces {
    bool has_near, has_loopback, is_any_last;
};

static void see_interface(void *context, const struct wb_interface *interface)
{
    struct seen_interfaces *seen = context;
    seen->is_any_last = strcmp(interface->name, "any") == 0;
    if (strcmp(interface->name, NEAR) == 0) {
        seen->has_near = interface->is_up && interface->can_capture && interface->mtu == 1500;
        assert_int_equal(interface->address_count, 2);
        assert_int_equal(strlen(interface->addresses[0]), 17); /* of the link layer */
        assert_string_equal(interface->addresses[1], "192.0.2.1/24");
    }
    if (strcmp(interface->name, "lo") == 0)
        seen->has_loopback = interface->is_loopback;
}

static bool permits_none(const struct wb_opener_request *request)
{
    (void)request;
    return false;
}

static void interfaces_are_listed(void **unused)
{
    (void)unused;
    need_network();
    struct seen_interfaces seen = {0};
    struct wb_error error;
    run("ip address add 192.0.2.1/24 dev " NEAR);
    assert_true(wb__interfaces(see_interface, &seen, permits_none, &error) >= 4);
    assert_true(seen.has_near);
    assert_true(seen.has_loopback);
    assert_true(seen.is_any_last);
    assert_string_equal(wb_link_type_name(1), "EN10MB");
    assert_string_equal(wb_link_type_name(101), "RAW");
    assert_string_equal(wb_link_type_name(100), "ATM_RFC1483");
    assert_string_equal(wb_link_type_name(162), "USER15");
    assert_string_equal(wb_link_type_name(299), "FIRA_UCI");
    assert_null(wb_link_type_name(13)); /* LINKTYPE_ values only */
    assert_null(wb_link_type_name(65535));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vlan_filters_match_the_same_live_and_offline),
        cmocka_unit_test(drops_are_counted_to_the_packet),
        cmocka_unit_test(the_filter_is_in_force_from_the_first_packet),
        cmocka_unit_test(wake_ends_a_quiet_wait),
        cmocka_unit_test(immediate_does_not_wait),
        cmocka_unit_test(directions),
        cmocka_unit_test(loopback_and_any),
        cmocka_unit_test(any_restores_the_tag),
        cmocka_unit_test(an_interface_that_goes_down_is_told),
        cmocka_unit_test(bad_options_get_one_clear_line),
        cmocka_unit_test(interfaces_are_listed),
    };
    return cmocka_run_group_tests(tests, make_network, NULL);
}
