/* SPDX-License-Identifier: ISC
 *
 * The pace: no rate drifts, and what is missed is made up for up to a limit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inject/pace.h"

#define SECOND INT64_C(1000000000)

/* The time of the packet numbered count, from 0, when each is sent on time. */
static int64_t time_of(struct wb__pace pace, unsigned count, uint32_t length)
{
    int64_t start = 5 * SECOND;
    assert_int_equal(wb__pace_due(&pace, start), start);
    for (unsigned i = 0; i < count; i++) {
        wb__pace_advance(&pace, length);
        assert_true(wb__pace_due(&pace, pace.due_ns) == pace.due_ns);
    }
    assert_int_equal(pace.forfeited_ns, 0);
    return pace.due_ns - start;
}

static void a_rate_does_not_drift(void **unused)
{
    (void)unused;
    static const uint64_t rates[] = {1, 3, 7, 999, 30000, 2999999, 1000000000};
    for (unsigned i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        unsigned count = rates[i] > 300000 ? 300000 : (unsigned)rates[i] * 3;
        struct wb__pace pace = {.units_per_second = rates[i]};
        assert_int_equal(time_of(pace, count, 64),
                         (int64_t)((uint64_t)count * SECOND / rates[i]));
    }
}

static void bits_are_counted_by_length(void **unused)
{
    (void)unused;
    struct wb__pace pace = {.units_per_second = 1000000, .counts_bits = true};
    assert_int_equal(time_of(pace, 1000, 125), SECOND);
    pace.units_per_second = UINT64_C(1000000000000);
    assert_int_equal(time_of(pace, 1000, 262144), 1000 * INT64_C(2097152) / 1000);
    pace.units_per_second = 1;
    assert_int_equal(time_of(pace, 1000, 262144), 1000 * INT64_C(2097152) * SECOND);
}

static void without_a_rate_all_is_due(void **unused)
{
    (void)unused;
    struct wb__pace pace = {0};
    assert_int_equal(wb__pace_due(&pace, SECOND), 0);
    wb__pace_advance(&pace, 1500);
    assert_int_equal(wb__pace_due(&pace, SECOND), 0);
}

static void what_is_missed_beyond_the_limit_is_forfeited(void **unused)
{
    (void)unused;
    struct wb__pace pace = {.units_per_second = 1000};
    assert_int_equal(wb__pace_due(&pace, SECOND), SECOND);
    wb__pace_advance(&pace, 64);
    int64_t due = SECOND + 1000000, now = due + WB__PACE_MAKE_UP_NS;
    assert_int_equal(wb__pace_due(&pace, now), due);
    assert_int_equal(pace.forfeited_ns, 0);
    assert_int_equal(wb__pace_due(&pace, now + 7), due + 7);
    assert_int_equal(pace.forfeited_ns, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_does_not_drift),
        cmocka_unit_test(bits_are_counted_by_length),
        cmocka_unit_test(without_a_rate_all_is_due),
        cmocka_unit_test(what_is_missed_beyond_the_limit_is_forfeited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
