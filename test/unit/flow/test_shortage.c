/* SPDX-License-Identifier: ISC
 *
 * max_buffer_total: who has to do without when the early bytes of all flows together need
 * more than that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "follow.h"

#define LIMIT 16384
#define BLOCK 256          /* what a few bytes cost */
#define SPARE 4096         /* room that a segment may need, and that is made before it */
#define HOLDERS ((LIMIT - SPARE) / BLOCK + 1)

static const struct wb_flow_options options = {.max_buffer_total = LIMIT,
                                               .max_buffer_per_direction = 1 << 20,
                                               .overlap = WB_OVERLAP_BSD};

static struct wb_flow_stats stats_of(const struct follow *follow)
{
    struct wb_flow_stats stats;
    wb__flow_table_stats(follow->table, &stats);
    return stats;
}

static struct talk open_talk(struct follow *follow, unsigned number)
{
    struct talk talk = talk_v4(follow_packet, follow);
    talk.from[CLIENT].source_port = talk.from[SERVER].destination_port = (uint16_t)(1 + number);
    talk_handshake(&talk);
    return talk;
}

/* A new connection with one byte that comes early, and nothing more. */
static struct talk leave_hole(struct follow *follow, unsigned number)
{
    struct talk talk = open_talk(follow, number);
    talk_segment(&talk, CLIENT, 10, "x", 1);
    return talk;
}

/* Nothing is refused: the oldest holes become gaps, and what waited behind them comes out. */
static void oldest_holes_become_gaps(void **state)
{
    (void)state;
    struct follow *follow = follow_open(&options);
    for (unsigned i = 0; i < HOLDERS; i++)
        leave_hole(follow, i);
    assert_int_equal(stats_of(follow).given_up_memory_limit, 0);
    for (unsigned i = HOLDERS; i < HOLDERS + 10; i++)
        leave_hole(follow, i);
    struct wb_flow_stats stats = stats_of(follow);
    assert_int_equal(stats.given_up_memory_limit, 10);
    assert_int_equal(stats.gaps, 10);
    assert_int_equal(stats.gap_bytes, 10 * 10);
    assert_int_equal(stats.stream_bytes, 10);
    assert_int_equal(stats.dropped_memory_limit, 0);
    assert_int_equal(stats.buffered_peak, HOLDERS * BLOCK);
    assert_int_equal(strncmp(follow->log, "tcp.memory_limit:C+0:10 gap:C+0:10 ", 35), 0);
    follow_finish(follow);
    assert_int_equal(stats_of(follow).buffered_bytes, 0);
    follow_close(follow);
}

/* The missing bytes come before as many early ones of others as the limit holds. */
static void honest_bytes_get_their_turn(void **state)
{
    (void)state;
    struct follow *follow = follow_open(&options);
    struct talk honest = open_talk(follow, 60000);
    unsigned hostile = 0;
    for (unsigned i = 0; i < HOLDERS; i++)
        leave_hole(follow, hostile++);
    for (unsigned round = 0; round < 20; round++) {
        talk_segment(&honest, CLIENT, 10 * round + 5, "fghij", 5);
        for (unsigned i = 0; i < HOLDERS - 2; i++)
            leave_hole(follow, hostile++);
        talk_segment(&honest, CLIENT, 10 * round, "abcde", 5);
    }
    honest.sent[CLIENT] = 200;
    talk_close(&honest);
    assert_int_equal(follow->ended, 1);
    assert_int_equal(follow->last.stream[WB_FLOW_CLIENT].bytes, 200);
    assert_int_equal(follow->last.stream[WB_FLOW_CLIENT].gaps, 0);
    assert_int_equal(follow->last.stream[WB_FLOW_CLIENT].out_of_order, 20);
    follow_close(follow);
}

/* Neither packets nor progress make what waits younger, nor does a cut by other bytes. */
static void activity_spares_nobody(void **state)
{
    (void)state;
    struct follow *follow = follow_open(&options);
    struct talk hostile = open_talk(follow, 60000);
    char bytes[100];
    memset(bytes, 'h', sizeof bytes);
    talk_segment(&hostile, CLIENT, 1000, bytes, sizeof bytes);
    for (unsigned i = 0; i < HOLDERS - 1; i++) {
        leave_hole(follow, i);
        talk_segment(&hostile, CLIENT, i, "y", 1);
        talk_flags(&hostile, SERVER, WB_TCP_ACK);
    }
    assert_int_equal(stats_of(follow).given_up_memory_limit, 0);
    leave_hole(follow, 50000);
    assert_int_equal(stats_of(follow).given_up_memory_limit, 1);
    assert_non_null(strstr(follow->log, "tcp.memory_limit:C+48:952 gap:C+48:952 "));
    follow_close(follow);
}

/* Where the direction that needs room holds the oldest bytes itself, its own hole goes, and
 * what needed room may be next. */
static void own_hole_is_given_up(void **state)
{
    (void)state;
    struct follow *follow = follow_open(&options);
    struct talk talk = open_talk(follow, 0);
    char bytes[1000];
    memset(bytes, 'b', sizeof bytes);
    unsigned count = 0;
    for (; count < 100 && stats_of(follow).given_up_memory_limit == 0; count++)
        talk_segment(&talk, CLIENT, 10 + sizeof bytes * count, bytes, sizeof bytes);
    assert_in_range(count, (LIMIT - SPARE) / 2048, LIMIT / sizeof bytes);
    assert_int_equal(follow->length[CLIENT], 10 + sizeof bytes * count);
    struct wb_flow_stats stats = stats_of(follow);
    assert_int_equal(stats.buffered_bytes, 0);
    assert_int_equal(stats.gap_bytes, 10);
    assert_int_equal(stats.dropped_memory_limit, 0);
    follow_assert_log(follow, "tcp.memory_limit:C+0:10 gap:C+0:10 ");
    follow_close(follow);
}

/* One hole goes after the other, not all that a direction waits for. */
static void no_more_is_given_up_than_needed(void **state)
{
    (void)state;
    struct follow *follow = follow_open(&options);
    struct talk talk = open_talk(follow, 0);
    for (unsigned i = 0; i <= HOLDERS; i++)
        talk_segment(&talk, CLIENT, 10 + 20 * i, "x", 1);
    assert_int_equal(stats_of(follow).given_up_memory_limit, 1);
    assert_int_equal(follow->length[CLIENT], 11);
    follow_close(follow);
}

/* The limit is smaller than what a segment may need. */
static void nothing_fits(void **state)
{
    (void)state;
    struct wb_flow_options tiny = options;
    tiny.max_buffer_total = BLOCK - 1;
    struct follow *follow = follow_open(&tiny);
    leave_hole(follow, 0);
    struct wb_flow_stats stats = stats_of(follow);
    assert_int_equal(stats.given_up_memory_limit, 0);
    assert_int_equal(stats.dropped_memory_limit, 1);
    follow_assert_log(follow, "tcp.memory_limit:C+10:1 ");
    follow_close(follow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oldest_holes_become_gaps),
        cmocka_unit_test(honest_bytes_get_their_turn),
        cmocka_unit_test(activity_spares_nobody),
        cmocka_unit_test(own_hole_is_given_up),
        cmocka_unit_test(no_more_is_given_up_than_needed),
        cmocka_unit_test(nothing_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
