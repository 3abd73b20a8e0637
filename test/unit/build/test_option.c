/* SPDX-License-Identifier: ISC
 *
 * Options by name are a view of a header's options: of what was set, of what was decoded, and of
 * what is malformed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <wirebeam/build.h>

#include "support/guard.h"

#define ROOM 4096
#define IP   0 /* layers */
#define TCP  1

static struct wb_draft *ip_tcp(void)
{
    struct wb_draft *draft = wb_draft_new();
    assert_non_null(draft);
    assert_int_equal(wb_draft_add(draft, WB_LAYER_IP4), IP);
    assert_int_equal(wb_draft_add(draft, WB_LAYER_TCP), TCP);
    return draft;
}

/* The options of TCP, as they are decoded. */
static void assert_options(struct wb_draft *draft, const void *options, size_t length)
{
    static uint8_t bytes[ROOM];
    struct wb_packet packet = {.data = bytes, .link_type = 101};
    struct wb_decoded decoded;
    struct wb_error error = {0};
    struct wb_tcp tcp;
    size_t size;
    if (wb_draft_write(draft, bytes, ROOM, &size, &error) < 0)
        fail_msg("%s", error.text);
    packet.captured_length = packet.wire_length = (uint32_t)size;
    wb_decode(&packet, &decoded);
    const unsigned layer = decoded.layer_count - 1U;
    assert_int_equal(wb_tcp_read(&packet, &decoded.layers[layer], &tcp), 0);
    assert_int_equal(wb_checksum_state(&packet, &decoded, layer), WB_CHECKSUM_RIGHT);
    assert_int_equal(tcp.options_length, length);
    assert_memory_equal(tcp.options, options, length);
}

static void test_options_by_name(void **state)
{
    (void)state;
    struct wb_draft *draft = ip_tcp();
    assert_false(wb_draft_is_set(draft, TCP, "mss"));
    assert_int_equal(wb_draft_unset(draft, TCP, "mss"), 0);
    assert_int_equal(wb_draft_number(draft, TCP, "mss", 65536), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_bytes(draft, TCP, "mss", "ab", 2), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_bytes(draft, TCP, "options", "\1\1\2\4\5\264\3\3\7\0\377", 11), 0);
    assert_true(wb_draft_is_set(draft, TCP, "mss"));
    assert_int_equal(wb_draft_number(draft, TCP, "mss", 1300), 0);
    assert_options(draft, "\1\1\2\4\5\24\3\3\7\0\0\0", 12);
    assert_int_equal(wb_draft_number(draft, TCP, "sackok", 1), 0);
    assert_int_equal(wb_draft_number(draft, TCP, "sackok", 1), 0);
    assert_options(draft, "\1\1\2\4\5\24\3\3\7\4\2\0", 12);
    assert_int_equal(wb_draft_number(draft, TCP, "tsecr", 3), 0);
    assert_int_equal(wb_draft_number(draft, TCP, "tsval", 2), 0);
    assert_int_equal(wb_draft_unset(draft, TCP, "wscale"), 0);
    assert_int_equal(wb_draft_unset(draft, TCP, "mss"), 0);
    assert_options(draft, "\1\1\4\2\10\12\0\0\0\2\0\0\0\3\0\0", 16);
    assert_int_equal(wb_draft_number(draft, TCP, "sackok", 0), 0);
    assert_false(wb_draft_is_set(draft, TCP, "sackok"));
    assert_options(draft, "\1\1\10\12\0\0\0\2\0\0\0\3", 12);
    wb_draft_free(draft);
}

/* Behind what is malformed no option is seen; one more goes behind all. */
static void test_options_that_are_malformed(void **state)
{
    (void)state;
    static const char *const lists[] = {"\2", "\2\1", "\2\1\1", "\2\5\1\1", "\1\1\2\377"};
    struct guard guard = guard_open(64);
    for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct wb_draft *draft = ip_tcp();
        static uint8_t bytes[ROOM];
        struct wb_error error;
        size_t size;
        size_t length = strlen(lists[i]);
        assert_int_equal(wb_draft_bytes(draft, TCP, "options",
                                        guard_put(&guard, (const uint8_t *)lists[i], length),
                                        length),
                         0);
        assert_false(wb_draft_is_set(draft, TCP, "mss"));
        assert_int_equal(wb_draft_number(draft, TCP, "mss", 0x102), 0);
        assert_int_equal(wb_draft_write(draft, bytes, ROOM, &size, &error), 0);
        assert_memory_equal(bytes + 40, lists[i], length);
        assert_memory_equal(bytes + 40 + length, "\2\4\1\2", 4);
        wb_draft_free(draft);
    }
    guard_close(&guard);
}

static void test_options_that_are_too_long(void **state)
{
    (void)state;
    static const uint8_t zeros[254];
    struct wb_draft *draft = ip_tcp();
    assert_int_equal(wb_draft_bytes(draft, TCP, "sack", zeros, 254), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_bytes(draft, TCP, "sack", zeros, 253), 0);
    assert_int_equal(wb_draft_bytes(draft, IP, "rr", zeros, 253), WB_E_ARGUMENT);
    assert_int_equal(wb_draft_bytes(draft, IP, "rr", zeros, 252), 0);
    assert_int_equal(wb_draft_number(draft, IP, "alert", 0), 0);
    int code = 0;
    for (unsigned i = 0; code == 0 && i < WB_DRAFT_BYTES_MAX; i++)
        code = wb_draft_number(draft, TCP, "mss", i % 1000);
    assert_int_equal(code, WB_E_LIMIT);
    wb_draft_free(draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_by_name),
        cmocka_unit_test(test_options_that_are_malformed),
        cmocka_unit_test(test_options_that_are_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
