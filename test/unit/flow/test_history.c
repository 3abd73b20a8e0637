/* SPDX-License-Identifier: ISC
 *
 * Repetitions of bytes that were handed on already: compared with these while they lie in
 * their batch, and later with what was copied, as far as the limits allow.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "follow.h"
#include "support/random.h"

static struct wb_flow_stats stats_of(const struct follow *follow)
{
    struct wb_flow_stats stats;
    wb__flow_table_stats(follow->table, &stats);
    return stats;
}

static void assert_versions(const struct follow *follow, const char *kept, const char *rejected)
{
    assert_string_equal(follow->kept, kept);
    assert_string_equal(follow->rejected, rejected);
}

/* --- what is found ------------------------------------------------------------ */

/* The repetition while the first version is where it was, and after it was copied, with the
 * whole batch or with what is old. */
static void repetition_with_other_bytes(void **state)
{
    (void)state;
    for (int later = 0; later < 4; later++) {
        struct follow *follow = follow_open(NULL);
        follow->has_long_batches = true;
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 0, "abcdefgh", 8);
        talk.sent[CLIENT] = 8;
        if (later == 1)
            follow_batch_end(follow);
        for (int i = 1; i < later; i++)
            follow_reuse(follow);
        assert_int_equal(stats_of(follow).history_bytes > 0, later == 1 || later == 3);
        talk_segment(&talk, CLIENT, 0, "abCdEfgh", 8);
        assert_versions(follow, "cde", "CdE");
        talk_segment(&talk, CLIENT, 6, "GH", 2);
        assert_versions(follow, "gh", "GH");
        talk_segment(&talk, CLIENT, 2, "cdef", 4); /* the same: nothing to tell */
        follow_batch_end(follow);
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, "abcdefgh");
        follow_assert_log(follow, "tcp.overlap_differs:C+2:3 tcp.overlap_differs:C+6:2 "
                                  "end:closed ");
        assert_int_equal(follow->last.stream[CLIENT].overlaps_differing, 4);
        assert_int_equal(follow->last.stream[CLIENT].uncompared_bytes, 0);
        assert_int_equal(follow->last.stream[CLIENT].retransmissions, 3);
        assert_int_equal(stats_of(follow).history_bytes, 0);
        follow_close(follow);
    }
}

/* The end of what was handed on with other bytes, and new bytes behind it: in order, and
 * before bytes that wait. */
static void partial_repetitions(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_segment(&talk, CLIENT, 0, "abcd", 4);
    talk_segment(&talk, CLIENT, 2, "CDef", 4);
    assert_versions(follow, "cd", "CD");
    talk_segment(&talk, CLIENT, 8, "ij", 2);
    talk_segment(&talk, CLIENT, 5, "FghIj", 5);
    talk.sent[CLIENT] = 10;
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "abcdefghIj"); /* as Linux */
    follow_assert_log(follow, "tcp.overlap_differs:C+2:2 tcp.overlap_differs:C+5:1 "
                              "tcp.overlap_differs:C+8:1 end:closed ");
    follow_close(follow);
}

/* Bytes that waited in the queue are gone when they are handed on: they were copied. */
static void repetition_of_what_waited(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    follow->has_long_batches = true;
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_segment(&talk, CLIENT, 3, "def", 3);
    talk_segment(&talk, CLIENT, 0, "abc", 3);
    talk_segment(&talk, CLIENT, 0, "abcdEf", 6); /* across both */
    assert_versions(follow, "e", "E");
    follow_close(follow);
}

/* Pieces of one byte, more of them than are looked at in place. */
static void repetition_of_many_pieces(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    follow->has_long_batches = true;
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    static uint8_t bytes[10000], other[10000]; /* and more than are noted at a time */
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)('a' + i % 26);
        other[i] = i % 100 == 50 ? '!' : bytes[i];
        talk_segment(&talk, CLIENT, i, &bytes[i], 1);
    }
    for (size_t at = 0; at < sizeof bytes; at += 1000) {
        talk_segment(&talk, CLIENT, at, other + at, 1000);
        if (at == 5000)
            follow_batch_end(follow);
    }
    follow_finish(follow);
    assert_int_equal(follow->last.stream[CLIENT].overlaps_differing, 100);
    assert_int_equal(follow->last.stream[CLIENT].uncompared_bytes, 0);
    follow_close(follow);
}

/* The end of a flow forgets its pieces, though the batch goes on in the same memory. */
static void flow_that_ends_within_its_batch(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    follow->has_long_batches = true;
    for (int i = 0; i < 3; i++) {
        struct talk talk = talk_v4(follow_packet, follow);
        talk.isn[CLIENT] += 1000000 * (uint32_t)i;
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 0, "abcd", 4);
        talk.sent[CLIENT] = 4;
        talk_reset(&talk, CLIENT);
    }
    follow_batch_end(follow);
    assert_int_equal(follow->ended, 3);
    assert_int_equal(stats_of(follow).history_bytes, 0);
    follow_close(follow);
}

/* --- what is not held --------------------------------------------------------- */

static void acknowledged_bytes_are_not_kept(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    follow->has_long_batches = true;
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "acknowledged"); /* its receiver takes no other version */
    follow_batch_end(follow);
    assert_int_equal(stats_of(follow).history_bytes, 0);
    talk_segment(&talk, CLIENT, 0, "AND REPLACED", 12);
    assert_int_equal(stats_of(follow).uncompared_bytes, 12);
    assert_int_equal(stats_of(follow).overlaps_differing, 0);
    follow_close(follow);
}

static void say_unacknowledged(struct talk *talk, uint64_t from, uint64_t to)
{
    uint8_t bytes[1000];
    memset(bytes, 'x', sizeof bytes);
    for (; from < to; from += sizeof bytes)
        talk_segment(talk, CLIENT, from, bytes, sizeof bytes);
}

static void history_of_a_direction_is_bounded(void **state)
{
    (void)state;
    struct follow *follow =
        follow_open(&(struct wb_flow_options){.max_history_per_direction = 16 << 10,
                                              .lenient = 1 << WB_FLOW_CHECK_WINDOW});
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    say_unacknowledged(&talk, 0, 200000); /* more than its window */
    assert_in_range(stats_of(follow).history_peak, 12 << 10, 17 << 10);
    talk_segment(&talk, CLIENT, 199000, "old", 3);
    assert_versions(follow, "xxx", "old");
    talk_segment(&talk, CLIENT, 1000, "new", 3);
    assert_versions(follow, "xxx", "old");
    assert_int_equal(stats_of(follow).uncompared_bytes, 3);
    follow_close(follow);
}

/* The flow that was silent for the longest time is forgotten first. */
static void history_of_all_is_bounded(void **state)
{
    (void)state;
    struct follow *follow = follow_open(&(struct wb_flow_options){.max_history_total = 32 << 10});
    struct talk talks[32];
    for (uint16_t i = 0; i < 32; i++) {
        talks[i] = talk_v4(follow_packet, follow);
        talks[i].from[CLIENT].source_port = talks[i].from[SERVER].destination_port =
            (uint16_t)(1000 + i);
        talk_handshake(&talks[i]);
        say_unacknowledged(&talks[i], 0, 2000);
    }
    assert_in_range(stats_of(follow).history_peak, 24 << 10, 32 << 10);
    talk_segment(&talks[31], CLIENT, 0, "last", 4);
    assert_versions(follow, "xxxx", "last");
    assert_int_equal(stats_of(follow).uncompared_bytes, 0);
    talk_segment(&talks[0], CLIENT, 0, "first", 5);
    assert_int_equal(stats_of(follow).uncompared_bytes, 5);
    follow_finish(follow);
    assert_int_equal(stats_of(follow).history_bytes, 0);
    follow_close(follow);
}

/* Gaps of four gigabytes in all: the sequence numbers of what is held come again. */
static void numbers_come_again(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk.unseen[SERVER] = true;
    talk_handshake(&talk);
    talk_segment(&talk, CLIENT, 0, "held", 4);
    for (uint64_t at = 1 << 28; at <= UINT64_C(16) << 28; at += 1 << 28) {
        talk_segment(&talk, CLIENT, at, "wxyz", 4);
        talk_wait_ms(&talk, 3000); /* the hole before it is given up */
        talk_segment(&talk, CLIENT, at + 4, "abcd", 4);
    }
    assert_true(follow->length[CLIENT] == (UINT64_C(16) << 28) + 8);
    assert_in_range(stats_of(follow).history_bytes, 1, 4 * 256); /* the last ones only */
    talk_segment(&talk, CLIENT, UINT64_C(16) << 28, "WxYz", 4);
    assert_versions(follow, "wxy", "WxY");
    follow_close(follow);
}

/* --- model ------------------------------------------------------------------- */

/* One repetition from what was handed on; the stream that came out is the truth. */
static void repeat(struct follow *follow, struct talk *talk)
{
    uint64_t next = follow->length[CLIENT];
    uint32_t reach = next < 20000 ? (uint32_t)next : 20000;
    uint64_t from = next - 1 - random_below(reach);
    uint32_t length = 2 + random_below(2000);
    if (length > next - from)
        length = (uint32_t)(next - from);
    if (length < 2)
        return; /* a keep-alive */
    uint8_t bytes[2002];
    memcpy(bytes, follow->stream[CLIENT] + from, length);
    unsigned changed = random_below(4);
    for (unsigned i = 0; i < changed; i++)
        bytes[random_below(length)] = '!';
    unsigned differing = 0;
    for (uint32_t i = 0; i < length; i++)
        differing += bytes[i] != follow->stream[CLIENT][from + i];
    struct wb_flow_stats before = stats_of(follow);
    talk_segment(talk, CLIENT, from, bytes, length);
    struct wb_flow_stats after = stats_of(follow);
    uint64_t uncompared = after.uncompared_bytes - before.uncompared_bytes;
    uint64_t found = after.overlaps_differing - before.overlaps_differing;
    assert_true(uncompared <= length);
    assert_true(found <= differing && differing - found <= uncompared);
}

static void run(uint64_t seed, struct wb_flow_options *options)
{
    random_state = seed;
    struct follow *follow = follow_open(options);
    follow->has_long_batches = true;
    struct talk talk = talk_v4(follow_packet, follow);
    talk.isn[CLIENT] = (uint32_t)0 - random_below(100000);
    talk_handshake(&talk);
    for (int i = 0; i < 400; i++) {
        uint8_t bytes[1500];
        uint32_t length = 1 + random_below(random_below(2) ? 10 : sizeof bytes);
        for (uint32_t j = 0; j < length; j++)
            bytes[j] = (uint8_t)('a' + random_below(26));
        uint64_t at = follow->length[CLIENT];
        if (random_below(5) == 0 && length > 1) { /* its second half first */
            talk_segment(&talk, CLIENT, at + length / 2, bytes + length / 2, length - length / 2);
            length = length / 2;
        }
        talk_segment(&talk, CLIENT, at, bytes, length);
        talk.sent[CLIENT] = follow->length[CLIENT];
        if (random_below(2))
            repeat(follow, &talk);
        if (random_below(20) == 0)
            talk_flags(&talk, SERVER, WB_TCP_ACK);
        if (random_below(20) == 0)
            follow_batch_end(follow);
        if (random_below(10) == 0)
            follow_reuse(follow);
    }
    follow_finish(follow);
    struct wb_flow_stats stats = stats_of(follow);
    if (!options->max_history_per_direction && !options->max_history_total)
        assert_true(stats.overlaps_differing > 0);
    assert_int_equal(stats.history_bytes, 0);
    assert_int_equal(stats.gaps, 0);
    follow_close(follow);
}

static void random_repetitions(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        run(seed, &(struct wb_flow_options){.max_flows = 10});
        run(seed, &(struct wb_flow_options){.max_flows = 10, .max_history_per_direction = 6000});
        run(seed, &(struct wb_flow_options){.max_flows = 10, .max_history_total = 5000});
        run(seed, &(struct wb_flow_options){.max_flows = 10, .max_history_total = 1});
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repetition_with_other_bytes),
        cmocka_unit_test(partial_repetitions),
        cmocka_unit_test(repetition_of_what_waited),
        cmocka_unit_test(repetition_of_many_pieces),
        cmocka_unit_test(flow_that_ends_within_its_batch),
        cmocka_unit_test(acknowledged_bytes_are_not_kept),
        cmocka_unit_test(history_of_a_direction_is_bounded),
        cmocka_unit_test(history_of_all_is_bounded),
        cmocka_unit_test(numbers_come_again),
        cmocka_unit_test(random_repetitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
