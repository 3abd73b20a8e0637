/* SPDX-License-Identifier: ISC
 *
 * Which policy each direction of a flow has: that of its receiver, by the longest network
 * that holds the receiver's address.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/policy.h"
#include "follow.h"

static void longest_prefix_counts(void **state)
{
    (void)state;
    const struct wb_flow_target list[] = {
        {{192, 0, 2}, 4, 24, WB_OVERLAP_BSD},
        {{0}, 4, 0, WB_OVERLAP_LAST},
        {{192, 0, 2, 4}, 4, 31, WB_OVERLAP_SOLARIS},
        {{192, 0, 2, 4}, 4, 31, WB_OVERLAP_WINDOWS},
        {{0x20, 1, 0xd, 0xb8}, 6, 32, WB_OVERLAP_FIRST},
        {{0x20, 1, 0xd, 0xb8, [15] = 9}, 6, 128, WB_OVERLAP_BSD_RIGHT},
    };
    struct wb__targets targets;
    assert_int_equal(
        wb__targets_copy(&targets,
                         &(struct wb_flow_options){.overlap = WB_OVERLAP_LINUX,
                                                   .targets = list,
                                                   .target_count = sizeof list / sizeof *list}),
        0);
    const struct {
        uint8_t address[16];
        unsigned version;
        enum wb_overlap_policy policy;
    } cases[] = {
        {{192, 0, 2, 3}, 4, WB_OVERLAP_BSD},
        {{192, 0, 2, 4}, 4, WB_OVERLAP_WINDOWS},
        {{192, 0, 2, 5}, 4, WB_OVERLAP_WINDOWS},
        {{192, 0, 2, 6}, 4, WB_OVERLAP_BSD},
        {{192, 0, 3, 4}, 4, WB_OVERLAP_LAST},
        {{0x20, 1, 0xd, 0xb8}, 6, WB_OVERLAP_FIRST},
        {{0x20, 1, 0xd, 0xb9}, 6, WB_OVERLAP_LINUX},
        {{0x20, 1, 0xd, 0xb8, [15] = 9}, 6, WB_OVERLAP_BSD_RIGHT},
        {{0x20, 1, 0xd, 0xb8, [15] = 8}, 6, WB_OVERLAP_FIRST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(wb__targets_find(&targets, cases[i].address, cases[i].version),
                         cases[i].policy);
    wb__targets_free(&targets);
}

/* Two versions of bytes 2..5 of each side wait for what comes before them. */
static void overlap_both_ways(struct talk *talk)
{
    talk_handshake(talk);
    for (int side = CLIENT; side <= SERVER; side++) {
        talk_segment(talk, (enum talk_side)side, 2, "CDEF", 4);
        talk_segment(talk, (enum talk_side)side, 2, "cdef", 4);
        talk_segment(talk, (enum talk_side)side, 0, "ab", 2);
        talk->sent[side] = 6;
    }
    talk_close(talk);
}

static void each_receiver_has_its_policy(void **state)
{
    (void)state;
    const struct wb_flow_target targets[] = {{{192, 0, 2, 2}, 4, 32, WB_OVERLAP_LAST}};
    struct follow *follow = follow_open(&(struct wb_flow_options){
        .overlap = WB_OVERLAP_FIRST, .targets = targets, .target_count = 1});
    struct talk talk = talk_v4(follow_packet, follow);
    overlap_both_ways(&talk);
    follow_assert_stream(follow, CLIENT, "abcdef"); /* to 192.0.2.2 */
    follow_assert_stream(follow, SERVER, "abCDEF");
    struct talk other = talk_v6(follow_packet, follow);
    overlap_both_ways(&other);
    follow_assert_stream(follow, CLIENT, "abCDEF");
    follow_close(follow);
}

static void options_out_of_range(void **state)
{
    (void)state;
    const struct wb_flow_target good = {{192, 0, 2}, 4, 32, WB_OVERLAP_BSD};
    const struct wb_flow_target bad[] = {
        {{192, 0, 2}, 4, 33, WB_OVERLAP_BSD},
        {{192, 0, 2}, 6, 129, WB_OVERLAP_BSD},
        {{192, 0, 2}, 5, 32, WB_OVERLAP_BSD},
        {{192, 0, 2}, 4, 32, (enum wb_overlap_policy)(WB_OVERLAP_SOLARIS + 1)},
    };
    struct wb_flow_options options = {.targets = &good, .target_count = 1};
    assert_true(wb__flow_options_are_valid(&options));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        options.targets = &bad[i];
        assert_false(wb__flow_options_are_valid(&options));
    }
    options.targets = NULL;
    assert_false(wb__flow_options_are_valid(&options));
    options.target_count = 0;
    assert_true(wb__flow_options_are_valid(&options));
    options.overlap = (enum wb_overlap_policy)99;
    assert_false(wb__flow_options_are_valid(&options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longest_prefix_counts),
        cmocka_unit_test(each_receiver_has_its_policy),
        cmocka_unit_test(options_out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
