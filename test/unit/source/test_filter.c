/* SPDX-License-Identifier: ISC
 *
 * Filters as programs, for those who give them to a kernel themselves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#include <wirebeam/filter.h>

#define ETHERNET 1
#define RAW_IP   101

static uint8_t ether_arp[60] = {[12] = 0x08, [13] = 0x06};
static uint8_t ether_ip[60] = {[12] = 0x08, [13] = 0x00, [14] = 0x45};

static unsigned run(const struct wb_filter_instruction *program, const uint8_t *packet,
                    unsigned length)
{
    _Static_assert(sizeof *program == sizeof(struct bpf_insn), "one layout");
    return bpf_filter((const struct bpf_insn *)program, packet, length, length);
}

static void programs_accept_and_reject(void **state)
{
    struct wb_filter_instruction *program;
    struct wb_error error;
    size_t count;
    (void)state;
    assert_int_equal(wb_filter_compile("arp", ETHERNET, 1000, &program, &count, &error), 0);
    assert_true(count > 1);
    assert_int_equal(run(program, ether_arp, sizeof ether_arp), 1000);
    assert_int_equal(run(program, ether_ip, sizeof ether_ip), 0);
    free(program);
    assert_int_equal(wb_filter_compile("ip", RAW_IP, 1000, &program, &count, &error), 0);
    assert_int_equal(run(program, ether_ip + 14, sizeof ether_ip - 14), 1000);
    assert_int_equal(run(program, ether_arp, sizeof ether_arp), 0);
    free(program);
}

static void no_expression_accepts_all(void **state)
{
    struct wb_filter_instruction *program;
    struct wb_error error;
    size_t count;
    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *none = i ? "" : NULL;
        assert_int_equal(wb_filter_compile(none, ETHERNET, 77, &program, &count, &error), 0);
        assert_int_equal(run(program, ether_arp, sizeof ether_arp), 77);
        free(program);
    }
}

static void expressions_that_do_not_compile(void **state)
{
    static const char *const wrong[] = {"udp port", "(", "ether[70000000000]", "arp arp",
                                        "ip6 host 1.2.3.4"};
    struct wb_filter_instruction *program;
    struct wb_error error;
    size_t count;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(wb_filter_compile(wrong[i], ETHERNET, 1000, &program, &count, &error),
                         WB_E_FILTER);
        assert_non_null(strstr(error.text, wrong[i]));
    }
}

/* Longer than any kernel takes. */
static void program_that_is_too_long(void **state)
{
    struct wb_filter_instruction *program;
    struct wb_error error;
    size_t count;
    char expression[100000] = "", *end = expression;
    (void)state;
    for (int i = 0; i < 2200; i++)
        end += sprintf(end, "%sudp[%d]=%d", i ? " or " : "", i % 1000, i % 255);
    assert_int_equal(wb_filter_compile(expression, ETHERNET, 1000, &program, &count, &error),
                     WB_E_FILTER);
    assert_non_null(strstr(error.text, "filter"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_accept_and_reject),
        cmocka_unit_test(no_expression_accepts_all),
        cmocka_unit_test(expressions_that_do_not_compile),
        cmocka_unit_test(program_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
