/* SPDX-License-Identifier: ISC
 *
 * Options as texts: what is taken, and that each mistake gets one line that names what is
 * wrong, and changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <wirebeam/setting.h>

static void numbers(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool has_units, is_number;
        uint64_t number;
    } cases[] = {
        {"0", false, true, 0},
        {"18446744073709551615", false, true, UINT64_MAX},
        {"4K", true, true, 4096},
        {"4k", true, true, 4096},
        {"1M", true, true, 1 << 20},
        {"3G", true, true, (uint64_t)3 << 30},
        {"4K", false, false, 0},
        {"18446744073709551616", false, false, 0},
        {"18446744073709551615K", true, false, 0},
        {"", true, false, 0},
        {"-1", true, false, 0},
        {" 1", true, false, 0},
        {"+1", true, false, 0},
        {"1 ", true, false, 0},
        {"1KK", true, false, 0},
        {"K", true, false, 0},
        {"0x10", true, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t number = 1;
        assert_int_equal(wb_number_read(cases[i].text, cases[i].has_units, &number),
                         cases[i].is_number);
        if (cases[i].is_number)
            assert_int_equal(number, cases[i].number);
    }
}

/* Each can be set, to its largest value too, and to nothing beyond. */
static void limits(void **unused)
{
    (void)unused;
    struct wb_limit limit;
    unsigned count = 0;
    for (; wb_limit_at(count, &limit); count++) {
        struct wb_engine_options options = {0}, before = {0};
        struct wb_error error = {0};
        char text[128];
        assert_true(limit.value > 0 && limit.value <= limit.max && *limit.about);
        snprintf(text, sizeof text, "%s=%llu", limit.name, (unsigned long long)limit.max);
        assert_int_equal(wb_limit_set(&options, text, &error), 0);
        assert_memory_not_equal(&options, &before, sizeof options);
        before = options;
        snprintf(text, sizeof text, "%s=%llu", limit.name, (unsigned long long)limit.max + 1);
        assert_int_equal(wb_limit_set(&options, text, &error), WB_E_ARGUMENT);
        snprintf(text, sizeof text, "%s=0", limit.name);
        assert_int_equal(wb_limit_set(&options, text, &error), WB_E_ARGUMENT);
        assert_non_null(strstr(error.text, limit.name));
        assert_memory_equal(&options, &before, sizeof options);
    }
    assert_true(count > 20);
    assert_false(wb_limit_at(count, &limit));
}

static void a_limit_is_stored_where_it_belongs(void **unused)
{
    (void)unused;
    struct wb_engine_options options = {0};
    struct wb_error error;
    assert_int_equal(wb_limit_set(&options, "flows=7", &error), 0);
    assert_int_equal(wb_limit_set(&options, "total-buffer=1G", &error), 0);
    assert_int_equal(wb_limit_set(&options, "head=64K", &error), 0);
    assert_int_equal(options.flow.max_flows, 7);
    assert_int_equal(options.flow.max_buffer_total, 1 << 30);
    assert_int_equal(options.http.max_head_bytes, 65536);
}

static void mistakes_with_limits(void **unused)
{
    (void)unused;
    static const char *const cases[][2] = {
        {"flows", "NAME=VALUE"}, {"", "NAME=VALUE"},     {"flaws=1", "'flaws'"},
        {"=1", "no limit named ''"}, {"flow=1", "'flow'"},   {"flows=many", "not 'many'"},
        {"flows=", "not ''"},    {"flows=1=2", "'1=2'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wb_engine_options options = {0};
        struct wb_error error = {0};
        assert_int_equal(wb_limit_set(&options, cases[i][0], &error), WB_E_ARGUMENT);
        assert_int_equal(error.code, WB_E_ARGUMENT);
        assert_non_null(strstr(error.text, cases[i][1]));
    }
}

static void targets(void **unused)
{
    (void)unused;
    static struct wb_targets targets;
    struct wb_flow_options options = {0};
    struct wb_error error;
    assert_int_equal(wb_targets_add(&targets, "192.0.2.0/24=windows", &error), 0);
    assert_int_equal(wb_targets_add(&targets, "2001:db8::1=bsd-right", &error), 0);
    assert_int_equal(wb_targets_add(&targets, "0.0.0.0/0=last", &error), 0);
    assert_int_equal(wb_targets_add(&targets, "first", &error), 0);
    wb_targets_apply(&targets, &options);
    assert_int_equal(options.overlap, WB_OVERLAP_FIRST);
    assert_int_equal(options.target_count, 3);
    assert_int_equal(options.targets[0].policy, WB_OVERLAP_WINDOWS);
    assert_int_equal(options.targets[0].prefix_length, 24);
    assert_memory_equal(options.targets[0].address, "\xc0\0\2\0", 4);
    assert_int_equal(options.targets[1].ip_version, 6);
    assert_int_equal(options.targets[1].prefix_length, 128);
    assert_int_equal(options.targets[2].prefix_length, 0);
}

static void mistakes_with_targets(void **unused)
{
    (void)unused;
    static const char *const cases[][2] = {
        {"amiga", "one of first|last|bsd|bsd-right|linux|windows|solaris, not 'amiga'"},
        {"", "not ''"},
        {"default", "not 'default'"},
        {"192.0.2.0/24=", "not ''"},
        {"192.0.2/24=linux", "not '192.0.2/24'"},
        {"=linux", "not ''"},
        {"192.0.2.0/33=linux", "0 to 32, not '33'"},
        {"2001:db8::/129=linux", "0 to 128"},
        {"192.0.2.0/=linux", "not ''"},
        {"192.0.2.1/24=linux", "beyond its prefix"},
        {"1111111111111111111111111111111111111111111111111111111111111111111=linux", "network"},
    };
    static struct wb_targets targets;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wb_error error = {0};
        assert_int_equal(wb_targets_add(&targets, cases[i][0], &error), WB_E_ARGUMENT);
        assert_non_null(strstr(error.text, cases[i][1]));
        assert_int_equal(targets.count, 0);
        assert_int_equal(targets.others, WB_OVERLAP_DEFAULT);
    }
}

static void there_may_be_so_many_targets(void **unused)
{
    (void)unused;
    static struct wb_targets targets;
    struct wb_error error = {0};
    for (unsigned i = 0; i < WB_TARGETS_MAX; i++)
        assert_int_equal(wb_targets_add(&targets, "10.0.0.0/8=bsd", &error), 0);
    assert_int_equal(wb_targets_add(&targets, "10.0.0.0/8=bsd", &error), WB_E_LIMIT);
    assert_non_null(strstr(error.text, "256"));
    assert_int_equal(wb_targets_add(&targets, "bsd", &error), 0);
}

static void checks(void **unused)
{
    (void)unused;
    struct wb_error error = {0};
    uint32_t bits = 0;
    assert_int_equal(wb_checks_add(&bits, "window,ip", &error), 0);
    assert_int_equal(bits, 1U << WB_FLOW_CHECK_WINDOW | 1U << WB_FLOW_CHECK_IP);
    assert_int_equal(wb_checks_add(&bits, "syn", &error), 0);
    assert_int_equal(bits,
                     1U << WB_FLOW_CHECK_WINDOW | 1U << WB_FLOW_CHECK_IP | 1U << WB_FLOW_CHECK_SYN);
    static const char *const wrong[] = {"", "window,", ",window", "wind", "windows", "all,none"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint32_t none = 0;
        assert_int_equal(wb_checks_add(&none, wrong[i], &error), WB_E_ARGUMENT);
        assert_non_null(strstr(error.text, "window, timestamps"));
        assert_int_equal(none, 0);
    }
    assert_int_equal(wb_checks_add(&bits, "all", &error), 0);
    assert_int_equal(bits, (1U << WB_FLOW_CHECK_COUNT) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(limits),
        cmocka_unit_test(a_limit_is_stored_where_it_belongs),
        cmocka_unit_test(mistakes_with_limits),
        cmocka_unit_test(targets),
        cmocka_unit_test(mistakes_with_targets),
        cmocka_unit_test(there_may_be_so_many_targets),
        cmocka_unit_test(checks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
