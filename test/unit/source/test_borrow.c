/* SPDX-License-Identifier: ISC
 *
 * A ring on a borrowed socket: this process lays its right to capture down while it opens a
 * source, and only its opener takes it up. What is seen is what an own socket sees.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "base/error.h"
#include "live.h"
#include "source/interface.h"

static struct wb_opener_request asked; /* the last */
static unsigned instructions;
static int code; /* what the opener says; 0: it opens */

static void set_right(bool is_held)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    assert_int_equal(syscall(SYS_capget, &header, sets), 0);
    if (is_held)
        sets[0].effective |= 1U << CAP_NET_RAW;
    else
        sets[0].effective &= ~(1U << CAP_NET_RAW);
    assert_int_equal(syscall(SYS_capset, &header, sets), 0);
}

/* As wirebeam-open does it, but for what it puts before the filter. */
static int lend(const struct wb_opener_request *request, int *descriptor, struct wb_error *error)
{
    struct sock_filter filter[BPF_MAXINSNS];
    const struct sock_fprog program = {(unsigned short)request->filter_count, filter};
    int on = 1;
    asked = *request;
    instructions = request->filter_count;
    if (code < 0)
        return wb__error_set(error, code, 0, "the opener's words");
    memcpy(filter, request->filter, request->filter_count * sizeof filter[0]);
    set_right(true);
    *descriptor = socket(AF_PACKET, request->cooked ? SOCK_DGRAM : SOCK_RAW, 0);
    set_right(false);
    assert_true(*descriptor >= 0);
    assert_int_equal(setsockopt(*descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program,
                                sizeof program), 0);
    assert_int_equal(setsockopt(*descriptor, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on), 0);
    return 0;
}

static int try_to_borrow(struct wb__source **source, struct wb_source_options options,
                         struct wb_error *error)
{
    options.opener = lend;
    set_right(false);
    int result = wb__source_open(source, &options, error);
    set_right(true);
    return result;
}

static struct wb__source *borrowed(struct wb_source_options options)
{
    struct wb__source *source;
    struct wb_error error = {0};
    code = 0;
    if (try_to_borrow(&source, options, &error) < 0)
        fail_msg("%s", error.text);
    return source;
}

static void see(struct wb_source_options options, int count, unsigned filtered)
{
    static struct seen seen;
    struct wb__source *source = borrowed(options);
    send_mixture();
    take_exactly(source, count, &seen);
    struct wb_source_stats stats = stats_of(source);
    assert_int_equal(stats.seen, count);
    assert_int_equal(stats.filtered, filtered);
    for (int i = 0; i < seen.count; i++)
        assert_int_equal(seen.packets[i].number, i + 1);
    source->operations->close(source);
}

/* What the kernel can run, it runs; tags are looked at here. Both as an own socket has it. */
static void filters_match_as_with_an_own_socket(void **unused)
{
    (void)unused;
    need_network();
    see((struct wb_source_options){.interface = NEAR}, 14, 0);
    see((struct wb_source_options){.interface = NEAR, .promiscuous = true}, 14, 0);
    see((struct wb_source_options){.interface = NEAR, .filter = "tcp port 81"}, 4, 0);
    see((struct wb_source_options){.interface = NEAR, .filter = "vlan 10 and tcp port 80"}, 3, 11);
    see((struct wb_source_options){.interface = NEAR, .filter = "not vlan", .snaplen = 13}, 2, 12);
    see((struct wb_source_options){.interface = NEAR, .direction = WB_SOURCE_OUT}, 0, 0);
}

static void any_is_asked_for_cooked(void **unused)
{
    (void)unused;
    need_network();
    /* Both ends: at the one that sends, the tag is in the bytes. */
    see((struct wb_source_options){.interface = "any", .filter = "tcp port 81"}, 4, 0);
    assert_true(asked.cooked);
    see((struct wb_source_options){.interface = "any",
                                   .filter = "tcp port 81",
                                   .filter_changes = true},
        4, 24);
}

/* Sends a mixture and takes all of it, which has come when total packets were looked at. */
static void change(struct wb__source *source, const char *filter, int count, unsigned total)
{
    static struct seen seen;
    struct wb_source_stats stats;
    struct wb_error error = {0};
    seen.count = 0;
    if (source->operations->set_filter(source, filter, &error) < 0)
        fail_msg("%s", error.text);
    send_mixture();
    do {
        take_once(source, 1000, &seen);
        stats = stats_of(source);
    } while (stats.seen + stats.filtered < total && seen.count < SEEN_MAX);
    assert_int_equal(seen.count, count);
    assert_int_equal(stats.seen + stats.filtered, total);
}

static void filters_change(void **unused)
{
    (void)unused;
    need_network();
    struct wb_error error;
    struct wb__source *source = borrowed((struct wb_source_options){
        .interface = NEAR, .filter = "tcp port 79", .filter_changes = true});
    change(source, "tcp port 81", 4, 14);
    change(source, "vlan 11", 5, 28);
    change(source, NULL, 14, 42);
    assert_int_equal(source->operations->set_filter(source, "tcp and", &error), WB_E_FILTER);
    assert_int_equal(source->operations->set_filter(source, "inbound", &error), WB_E_FILTER);
    change(source, "tcp port 80 and not vlan", 2, 56);
    source->operations->close(source);
    source = borrowed((struct wb_source_options){.interface = NEAR});
    assert_int_equal(source->operations->set_filter(source, "tcp", &error), WB_E_UNSUPPORTED);
    source->operations->close(source);
}

/* With a locked program, too, the count is final after the stop: all that was sent was
 * delivered, dropped or filtered. */
static void counts_are_exact(void **unused)
{
    (void)unused;
    need_network();
    struct wb_packet packets[16];
    struct wb_error error;
    struct wb__source *source = borrowed((struct wb_source_options){.interface = NEAR,
                                                                    .snaplen = 128,
                                                                    .buffer_bytes = 16384,
                                                                    .direction = WB_SOURCE_OUT,
                                                                    .filter = "tcp port 80",
                                                                    .filter_changes = true});
    unsigned sent = 0;
    for (unsigned i = 0; i < 8; i++) {
        sent += send_frames(NEAR, frame_of(-1, 80 + i % 2), 250);
        source->operations->next(source, packets, 16, 0, &error);
    }
    source->operations->wake(source);
    while (source->operations->next(source, packets, 16, -1, &error) > 0)
        ;
    send_frames(NEAR, frame_of(-1, 80), 10); /* too late */
    struct wb_source_stats stats = stats_of(source);
    assert_int_equal(sent, 2000);
    assert_int_equal(stats.seen + stats.filtered, sent);
    assert_int_equal(stats.seen, stats.delivered + stats.dropped_ring);
    assert_true(stats.dropped_ring > 0 && stats.delivered > 0 && stats.filtered > 0);
    source->operations->close(source);
}

static void refused(int answer, const char *filter, int wanted, const char *text)
{
    struct wb__source *source;
    struct wb_error error = {0};
    code = answer;
    instructions = 0;
    assert_int_equal(try_to_borrow(&source,
                                   (struct wb_source_options){.interface = NEAR, .filter = filter},
                                   &error), wanted);
    assert_null(source);
    if (!strstr(error.text, text))
        fail_msg("'%s' is not in '%s'", text, error.text);
}

static void a_refusal_is_told(void **unused)
{
    (void)unused;
    need_network();
    refused(WB_E_PERMISSION, NULL, WB_E_PERMISSION, "permission to capture: the opener's words");
    refused(WB_E_NOT_FOUND, NULL, WB_E_NOT_FOUND, "the opener's words");
    refused(WB_E_FILTER, NULL, WB_E_FILTER, "the opener's words");
    refused(WB_E_UNSUPPORTED, NULL, WB_E_PERMISSION, "cap_net_raw");
    refused(0, "tcp and", WB_E_FILTER, "syntax error");
    assert_int_equal(instructions, 0); /* it was not even asked */
    refused(0, "inbound and vlan 10", WB_E_FILTER, "direction");
}

static bool permits_near(const struct wb_opener_request *request)
{
    return request->verb == WB_OPENER_PACKET && strcmp(request->interface, NEAR) == 0;
}

static void count_allowed(void *context, const struct wb_interface *interface)
{
    assert_int_equal(interface->can_capture, strcmp(interface->name, NEAR) == 0);
    *(int *)context += interface->can_capture;
}

static void interfaces_say_what_the_opener_permits(void **unused)
{
    (void)unused;
    need_network();
    struct wb_error error;
    int allowed = 0;
    set_right(false);
    int count = wb__interfaces(count_allowed, &allowed, permits_near, &error);
    set_right(true);
    assert_true(count >= 4);
    assert_int_equal(allowed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_match_as_with_an_own_socket),
        cmocka_unit_test(any_is_asked_for_cooked),
        cmocka_unit_test(filters_change),
        cmocka_unit_test(counts_are_exact),
        cmocka_unit_test(a_refusal_is_told),
        cmocka_unit_test(interfaces_say_what_the_opener_permits),
    };
    return cmocka_run_group_tests(tests, make_network, NULL);
}
