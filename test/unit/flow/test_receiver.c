/* SPDX-License-Identifier: ISC
 *
 * Segments that a receiver on Linux would drop, each beside the same with its check left
 * out; and what becomes of a segment that only seemed to be one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "follow.h"

#define DAY_MS (INT64_C(86400) * 1000)

static struct wb_flow_stats stats_of(const struct follow *follow)
{
    struct wb_flow_stats stats;
    wb__flow_table_stats(follow->table, &stats);
    return stats;
}

static struct follow *open_lenient(uint32_t checks)
{
    return follow_open(&(struct wb_flow_options){.lenient = checks});
}

/* MSS, NOP, NOP, timestamp; NOP, window scale of 2. */
static const uint8_t syn_options[20] = {2, 4, 5, 180, 1, 1, 8, 10, 0, 0,
                                        3, 232, 0, 0, 0, 0, 1, 3, 3, 2};

/* The usual option of every segment that is no SYN. */
struct stamp {
    uint8_t bytes[12];
};

static void set_stamp(struct talk *talk, enum talk_side side, struct stamp *stamp, uint32_t value)
{
    *stamp = (struct stamp){{1, 1, 8, 10, (uint8_t)(value >> 24), (uint8_t)(value >> 16),
                             (uint8_t)(value >> 8), (uint8_t)value}};
    talk->from[side].options = stamp->bytes;
    talk->from[side].options_length = sizeof stamp->bytes;
}

/* --- checksums --------------------------------------------------------------- */

static void wrong_checksum(void **state)
{
    (void)state;
    for (int lenient = 0; lenient < 2; lenient++) {
        struct follow *follow = open_lenient(lenient ? 1 << WB_FLOW_CHECK_CHECKSUM : 0);
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        struct talk forger = talk;
        forger.from[CLIENT].wrong_checksum = true;
        talk_segment(&forger, CLIENT, 0, "EVIL", 4);
        talk_say_text(&talk, CLIENT, "good");
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, lenient ? "EVIL" : "good");
        follow_assert_log(follow, lenient ? "tcp.overlap_differs:C+0:4 end:closed "
                                          : "tcp.checksum:C+0:4 end:closed ");
        assert_int_equal(stats_of(follow).ignored_checksum, !lenient);
        assert_int_equal(stats_of(follow).suspects_dropped, lenient ? 0 : 4);
        assert_int_equal(stats_of(follow).suspect_bytes, 0);
        follow_close(follow);
    }
}

/* Of a direction whose sums are all wrong, nothing is lost. */
static void never_right_is_believed(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk.from[CLIENT].wrong_checksum = true;
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    talk_say_text(&talk, SERVER, "xyz");
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "abc");
    follow_assert_log(follow, "end:closed ");
    assert_int_equal(stats_of(follow).checksum_untrusted, 3); /* SYN, data, FIN */
    follow_close(follow);
}

/* A host that captures itself shows sums that its card will finish; but then all of them. */
static void begun_checksum(void **state)
{
    (void)state;
    for (int right_first = 0; right_first < 2; right_first++) {
        struct follow *follow = follow_open(NULL);
        struct talk talk = talk_v6(follow_packet, follow);
        talk.from[CLIENT].begun_checksum = !right_first;
        talk_handshake(&talk);
        talk.from[CLIENT].begun_checksum = true;
        talk_segment(&talk, CLIENT, 0, "EVIL", 4);
        talk.from[CLIENT].begun_checksum = !right_first;
        talk_say_text(&talk, CLIENT, right_first ? "good" : "EVIL");
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, right_first ? "good" : "EVIL");
        follow_assert_log(follow, right_first ? "tcp.checksum:C+0:4 end:closed " : "end:closed ");
        assert_int_equal(stats_of(follow).checksum_untrusted, 0);
        follow_close(follow);
    }
}

static void wrong_checksum_of_syn_and_reset(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    talk_say_text(&talk, SERVER, "x");
    struct talk forger = talk;
    forger.from[CLIENT].wrong_checksum = true;
    talk_reset(&forger, CLIENT);
    talk_fin(&talk, CLIENT);
    talk_fin(&forger, CLIENT);
    assert_int_equal(follow->ended, 0);
    talk_say_text(&talk, SERVER, "yz");
    talk_fin(&talk, SERVER);
    follow_assert_stream(follow, SERVER, "xyz");
    follow_assert_log(follow, "tcp.checksum:C+3:0 tcp.checksum:C+3:0 end:closed ");
    follow_close(follow);
}

/* --- what the receiver vouches for ------------------------------------------- */

/* The capture lost the good segment, or knows less than the receiver: its ACK decides. */
static void acknowledged_suspect(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk.from[CLIENT].wrong_checksum = true;
    talk_segment(&talk, CLIENT, 0, "abc", 3);
    talk_wait_ms(&talk, 200);
    talk_flags(&talk, SERVER, WB_TCP_ACK);
    assert_int_equal(follow->length[CLIENT], 0);
    talk.sent[CLIENT] = 3;
    talk_flags(&talk, SERVER, WB_TCP_ACK);
    follow_assert_stream(follow, CLIENT, "abc");
    talk_say_text(&talk, CLIENT, "def"); /* this receiver takes them */
    follow_assert_stream(follow, CLIENT, "abcdef");
    talk_close(&talk);
    follow_assert_log(follow, "tcp.checksum:C+0:3 tcp.suspect_vouched:C+0:3 end:closed ");
    struct wb_flow_stats stats = stats_of(follow);
    assert_int_equal(stats.suspects_held, 3);
    assert_int_equal(stats.suspects_vouched, 3);
    assert_int_equal(stats.suspects_dropped, 0);
    assert_int_equal(stats.gap_bytes, 0);
    follow_close(follow);
}

/* Part of a hole is filled by a suspect, the rest is a gap; its FIN comes with it. */
static void suspects_in_a_hole(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "ab");
    struct talk forger = talk;
    forger.from[CLIENT].wrong_checksum = true;
    talk_segment(&forger, CLIENT, 4, "ef", 2);
    talk_segment(&talk, CLIENT, 8, "ij", 2);
    talk_segment(&forger, CLIENT, 12, "mn", 2); /* never acknowledged */
    talk.sent[CLIENT] = 10;
    talk_flags(&talk, SERVER, WB_TCP_ACK);
    talk_close(&talk);
    follow_finish(follow);
    follow_assert_stream(follow, CLIENT, "ab__ef__ij");
    follow_assert_log(follow, "tcp.checksum:C+2:2 tcp.checksum:C+2:2 gap:C+2:2 "
                              "tcp.suspect_vouched:C+4:2 gap:C+6:2 end:closed ");
    assert_int_equal(follow->half_ends[CLIENT], 1);
    assert_int_equal(stats_of(follow).suspects_dropped, 2);
    follow_close(follow);
}

static void fin_of_a_suspect(void **state)
{
    (void)state;
    for (int is_taken = 0; is_taken < 2; is_taken++) {
        struct follow *follow = follow_open(NULL);
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        talk_say_text(&talk, CLIENT, "ab");
        talk.from[CLIENT].wrong_checksum = true;
        talk_flags(&talk, CLIENT, WB_TCP_FIN | WB_TCP_ACK);
        talk.from[CLIENT].wrong_checksum = false;
        talk.fin_sent[CLIENT] = is_taken;
        talk_flags(&talk, SERVER, WB_TCP_ACK);
        talk_wait_ms(&talk, 200);
        talk_say_text(&talk, SERVER, "xyz");
        assert_int_equal(follow->half_ends[CLIENT], is_taken);
        if (!is_taken)
            talk_say_text(&talk, CLIENT, "cd");
        follow_finish(follow);
        follow_assert_stream(follow, CLIENT, is_taken ? "ab" : "abcd");
        follow_close(follow);
    }
}

/* --- timestamps -------------------------------------------------------------- */

static struct talk stamped_talk(struct follow *follow, struct stamp stamps[2])
{
    struct talk talk = talk_v4(follow_packet, follow);
    for (int side = 0; side < 2; side++) {
        talk.syn_options[side] = syn_options; /* 1000 */
        talk.syn_options_length[side] = sizeof syn_options;
        set_stamp(&talk, (enum talk_side)side, &stamps[side], 1000);
    }
    talk_handshake(&talk);
    return talk;
}

static void old_timestamp(void **state)
{
    (void)state;
    for (int lenient = 0; lenient < 2; lenient++) {
        struct follow *follow = open_lenient(lenient ? 1 << WB_FLOW_CHECK_TIMESTAMPS : 0);
        struct stamp stamps[2], old;
        struct talk talk = stamped_talk(follow, stamps);
        set_stamp(&talk, CLIENT, &stamps[0], 1100);
        talk_say_text(&talk, CLIENT, "abc");
        struct talk forger = talk;
        set_stamp(&forger, CLIENT, &old, 1098);
        talk_segment(&forger, CLIENT, 3, "EVIL", 4);
        talk_say_text(&talk, CLIENT, "good");
        set_stamp(&talk, CLIENT, &stamps[0], 1099); /* one less is within Linux' slack */
        talk_say_text(&talk, CLIENT, "!");
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, lenient ? "abcEVIL!" : "abcgood!");
        follow_assert_log(follow, lenient ? "tcp.overlap_differs:C+3:4 end:closed "
                                          : "tcp.timestamp:C+3:4 end:closed ");
        assert_int_equal(stats_of(follow).ignored_timestamp, !lenient);
        follow_close(follow);
    }
}

/* Without the option, after 24 days, or where only one side has the option. */
static void timestamps_that_do_not_count(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        struct follow *follow =
            follow_open(&(struct wb_flow_options){.established_timeout_ms = 30 * DAY_MS});
        struct stamp stamps[2], old;
        struct talk talk = talk_v4(follow_packet, follow);
        if (how == 2) {
            talk.syn_options[CLIENT] = syn_options;
            talk.syn_options_length[CLIENT] = sizeof syn_options;
            talk_handshake(&talk);
        } else {
            talk = stamped_talk(follow, stamps);
        }
        set_stamp(&talk, CLIENT, &stamps[0], 1100);
        talk_say_text(&talk, CLIENT, "abc");
        if (how == 1)
            talk_wait_ms(&talk, 25 * DAY_MS);
        set_stamp(&talk, CLIENT, &old, 500);
        if (how == 0)
            talk.from[CLIENT].options_length = 0;
        talk_say_text(&talk, CLIENT, "def");
        follow_assert_stream(follow, CLIENT, "abcdef");
        follow_assert_log(follow, "");
        follow_close(follow);
    }
}

/* What came early does not move the clock on: RFC 7323, 4.3 (2). */
static void early_timestamp(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct stamp stamps[2], early;
    struct talk talk = stamped_talk(follow, stamps);
    talk_say_text(&talk, CLIENT, "abc");
    struct talk ahead = talk;
    set_stamp(&ahead, CLIENT, &early, 5000);
    talk_segment(&ahead, CLIENT, 6, "ghi", 3);
    talk_segment(&talk, CLIENT, 3, "def", 3);
    talk.sent[CLIENT] = 9;
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "abcdefghi");
    follow_assert_log(follow, "end:closed ");
    follow_close(follow);
}

/* --- window ------------------------------------------------------------------ */

static void outside_the_window(void **state)
{
    (void)state;
    for (int lenient = 0; lenient < 2; lenient++) {
        struct follow *follow = open_lenient(lenient ? 1 << WB_FLOW_CHECK_WINDOW : 0);
        struct talk talk = talk_v4(follow_packet, follow);
        talk.from[SERVER].window = 10;
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 10, "EVIL", 4);
        talk_segment(&talk, CLIENT, 8, "ij", 2);
        talk_say_text(&talk, CLIENT, "abcdefgh");
        talk.sent[CLIENT] = 10;
        talk_flags(&talk, SERVER, WB_TCP_ACK);
        talk_say_text(&talk, CLIENT, "good");
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, lenient ? "abcdefghijEVIL" : "abcdefghijgood");
        follow_assert_log(follow, lenient ? "tcp.overlap_differs:C+10:4 end:closed "
                                          : "tcp.window_exceeded:C+0:4 end:closed ");
        assert_int_equal(stats_of(follow).ignored_window, !lenient);
        follow_close(follow);
    }
}

/* The scale counts when both SYNs have it, and not for the windows of SYNs. */
static void scaled_windows(void **state)
{
    (void)state;
    for (int both = 0; both < 2; both++) {
        struct follow *follow = follow_open(NULL);
        struct talk talk = talk_v4(follow_packet, follow);
        talk.from[SERVER].window = 10;
        talk.syn_options[SERVER] = syn_options;
        talk.syn_options_length[SERVER] = sizeof syn_options;
        if (both) {
            talk.syn_options[CLIENT] = syn_options;
            talk.syn_options_length[CLIENT] = sizeof syn_options;
        }
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 10, "early", 5); /* the SYN's window is 10 */
        assert_int_equal(stats_of(follow).ignored_window, 1);
        talk_flags(&talk, SERVER, WB_TCP_ACK);
        talk_segment(&talk, CLIENT, 39, "late", 4);
        assert_int_equal(stats_of(follow).ignored_window, both ? 1 : 2);
        talk_segment(&talk, CLIENT, 40, "late", 4);
        assert_int_equal(stats_of(follow).ignored_window, both ? 2 : 3);
        follow_close(follow);
    }
}

static void probe_of_a_closed_window(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk.from[SERVER].window = 3;
    talk_handshake(&talk);
    talk.from[SERVER].window_zero = true;
    talk_say_text(&talk, CLIENT, "abc");
    talk_segment(&talk, CLIENT, 3, "?", 1);
    talk_flags(&talk, SERVER, WB_TCP_ACK);
    talk.from[SERVER].window_zero = false;
    talk_flags(&talk, SERVER, WB_TCP_ACK);
    talk_say_text(&talk, CLIENT, "def");
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "abcdef");
    follow_assert_log(follow, "end:closed ");
    follow_close(follow);
}

/* --- RST --------------------------------------------------------------------- */

static void reset_within_the_window(void **state)
{
    (void)state;
    for (int lenient = 0; lenient < 2; lenient++) {
        struct follow *follow = open_lenient(lenient ? 1 << WB_FLOW_CHECK_RESET : 0);
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        talk_say_text(&talk, CLIENT, "abc");
        talk_say_text(&talk, SERVER, "xyz");
        struct talk forger = talk;
        forger.sent[CLIENT] += 5;
        talk_flags(&forger, CLIENT, WB_TCP_RST);
        assert_int_equal(follow->ended, lenient);
        follow_assert_log(follow, lenient ? "end:reset " : "tcp.reset_ignored:C+3:0 ");
        assert_int_equal(stats_of(follow).ignored_reset, !lenient);
        follow_close(follow);
    }
}

/* The receiver may have missed what the capture shows, or got what it lost: what comes next
 * tells. */
static void doubtful_reset(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        struct follow *follow = follow_open(NULL);
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        talk_say_text(&talk, SERVER, "xyz");
        talk_segment(&talk, CLIENT, 0, "abc", 3);
        talk_flags(&talk, CLIENT, WB_TCP_RST); /* of the byte before "abc" */
        assert_int_equal(follow->ended, 0);
        talk.sent[CLIENT] = 3;
        if (how == 0) {
            talk_say_text(&talk, SERVER, "!");
            talk_close(&talk);
            follow_assert_log(follow, "tcp.reset_ignored:S+3:0 end:closed ");
            follow_assert_stream(follow, SERVER, "xyz!");
            assert_int_equal(stats_of(follow).ignored_reset, 1);
        } else if (how == 1) {
            wb__flow_table_expire(follow->table, talk.time_ns + INT64_C(11000000000));
            follow_assert_log(follow, "end:reset ");
        } else {
            talk.isn[CLIENT] -= 100000;
            talk.sent[CLIENT] = 0;
            talk.sent[SERVER] = 0;
            talk_handshake(&talk);
            follow_assert_log(follow, "end:reset ");
            assert_int_equal(follow->begun, 2);
        }
        follow_close(follow);
    }
}

/* Linux takes the end of what came early, too: the right edge of its SACK. */
static void reset_at_the_end_of_what_came_early(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_segment(&talk, CLIENT, 10, "klm", 3);
    talk.sent[CLIENT] = 13;
    talk_flags(&talk, CLIENT, WB_TCP_RST);
    assert_int_equal(follow->last.end, WB_FLOW_END_RESET);
    follow_close(follow);
}

static void refused_connection(void **state)
{
    (void)state;
    for (int fits = 0; fits < 2; fits++) {
        struct follow *follow = follow_open(NULL);
        struct talk talk = talk_v4(follow_packet, follow);
        talk.unseen[SERVER] = true;
        struct talk syn = talk;
        syn.isn[CLIENT]--;
        talk_flags(&syn, CLIENT, WB_TCP_SYN);
        talk.unseen[SERVER] = false;
        talk.isn[CLIENT] = 1000 + (fits ? 0 : 10);
        talk_flags(&talk, SERVER, WB_TCP_RST | WB_TCP_ACK);
        assert_int_equal(follow->ended, fits);
        follow_close(follow);
    }
}

/* --- SYN --------------------------------------------------------------------- */

static void syn_in_a_connection(void **state)
{
    (void)state;
    for (int same = 0; same < 2; same++) {
        for (int lenient = 0; lenient < 2; lenient++) {
            struct follow *follow = open_lenient(lenient ? 1 << WB_FLOW_CHECK_SYN : 0);
            struct talk talk = talk_v4(follow_packet, follow);
            talk_handshake(&talk);
            struct talk forger = talk;
            forger.from[CLIENT].flags = 0;
            forger.isn[CLIENT] -= same;
            forger.from[CLIENT].payload = "EVIL";
            forger.from[CLIENT].payload_length = 4;
            talk_flags(&forger, CLIENT, WB_TCP_SYN | WB_TCP_ACK);
            talk_say_text(&talk, CLIENT, "good!");
            talk_close(&talk);
            if (!lenient) {
                follow_assert_stream(follow, CLIENT, "good!");
                follow_assert_log(follow, "tcp.syn_ignored:C+0:4 end:closed ");
            } else if (same) {
                follow_assert_stream(follow, CLIENT, "EVIL!");
            }
            assert_int_equal(stats_of(follow).ignored_syn, !lenient);
            follow_close(follow);
        }
    }
}

/* A SYN with ACK that came again changes nothing, and is nothing to tell. */
static void repeated_syn(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk.isn[SERVER]--;
    talk_flags(&talk, SERVER, WB_TCP_SYN | WB_TCP_ACK);
    talk.isn[SERVER]++;
    talk_say_text(&talk, CLIENT, "abc");
    talk_close(&talk);
    follow_assert_log(follow, "end:closed ");
    assert_int_equal(stats_of(follow).ignored_syn, 0);
    follow_close(follow);
}

/* --- ACK --------------------------------------------------------------------- */

static void ack_before_the_start(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    struct talk forger = talk;
    forger.isn[SERVER]--;
    talk_segment(&forger, CLIENT, 0, "EVIL", 4);
    talk_say_text(&talk, CLIENT, "good");
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "good");
    follow_assert_log(follow, "tcp.ack_invalid:C+0:4 end:closed ");
    follow_close(follow);
}

/* More than 2 GiB after it, the start seems to lie ahead. */
static void ack_after_the_numbers_came_again(void **state)
{
    (void)state;
    struct follow *follow = open_lenient(1 << WB_FLOW_CHECK_WINDOW);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    while (talk.sent[SERVER] < UINT64_C(5) << 29) {
        talk_lose(&talk, SERVER, 1 << 20);
        talk_segment(&talk, SERVER, talk.sent[SERVER], "x", 1);
        talk.sent[SERVER]++;
        talk_wait_ms(&talk, 200);
        talk_say_text(&talk, CLIENT, "y");
    }
    assert_int_equal(follow->length[CLIENT], talk.sent[CLIENT]);
    assert_int_equal(follow->length[SERVER], talk.sent[SERVER]);
    assert_int_equal(stats_of(follow).ignored_ack, 0);
    follow_close(follow);
}

/* Only a host with a cookie takes them (RFC 7413), and says so with its ACK. */
static void data_of_a_syn(void **state)
{
    (void)state;
    for (int is_taken = 0; is_taken < 2; is_taken++) {
        struct follow *follow = follow_open(NULL);
        struct talk talk = talk_v4(follow_packet, follow);
        struct talk syn = talk, answer = talk;
        syn.isn[CLIENT]--;
        syn.from[CLIENT].payload = "early";
        syn.from[CLIENT].payload_length = 5;
        talk_flags(&syn, CLIENT, WB_TCP_SYN);
        assert_int_equal(follow->length[CLIENT], 0);
        answer.isn[SERVER]--;
        answer.sent[CLIENT] = is_taken ? 5 : 0;
        talk_flags(&answer, SERVER, WB_TCP_SYN | WB_TCP_ACK);
        talk.sent[CLIENT] = answer.sent[CLIENT];
        talk_flags(&talk, CLIENT, WB_TCP_ACK);
        talk_say_text(&talk, CLIENT, "later");
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, is_taken ? "earlylater" : "later");
        follow_assert_log(follow, "end:closed ");
        follow_close(follow);
    }
}

static void missing_or_old_ack(void **state)
{
    (void)state;
    for (int how = 0; how < 2; how++) {
        for (int lenient = 0; lenient < 2; lenient++) {
            struct follow *follow = open_lenient(lenient ? 1 << WB_FLOW_CHECK_ACK : 0);
            struct talk talk = talk_v4(follow_packet, follow);
            talk_handshake(&talk);
            static uint8_t many[66000];
            talk_say(&talk, SERVER, many, 40000);
            talk_say(&talk, SERVER, many, 40000);
            struct talk forger = talk;
            forger.from[CLIENT].payload = "EVIL";
            forger.from[CLIENT].payload_length = 4;
            if (how == 1)
                forger.sent[SERVER] -= 65536; /* more than its window ago */
            talk_flags(&forger, CLIENT, how == 0 ? WB_TCP_PSH : WB_TCP_ACK);
            talk_say_text(&talk, CLIENT, "good");
            follow_assert_stream(follow, CLIENT, lenient ? "EVIL" : "good");
            assert_int_equal(stats_of(follow).ignored_ack, !lenient);
            follow_close(follow);
        }
    }
}

/* --- limits ------------------------------------------------------------------ */

static void suspects_are_bounded(void **state)
{
    (void)state;
    static uint8_t bytes[60000];
    for (int of_all = 0; of_all < 2; of_all++) {
        struct wb_flow_options options = {.max_suspect_per_direction = of_all ? 0 : 16 << 10,
                                          .max_suspect_total = of_all ? 16 << 10 : 0};
        struct follow *follow = follow_open(&options);
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        struct talk forger = talk;
        forger.from[CLIENT].wrong_checksum = true;
        for (unsigned i = 0; i < 40; i++)
            talk_segment(&forger, CLIENT, 1000 * i, bytes, 1000);
        struct wb_flow_stats stats = stats_of(follow);
        assert_in_range(stats.suspect_peak, 12 << 10, (16 << 10) + 100);
        assert_int_equal(stats.suspects_held + stats.dropped_suspect_limit, 40000);
        assert_non_null(strstr(follow->log, "tcp.suspect_limit:C+0:"));
        talk_say(&talk, CLIENT, bytes, sizeof bytes); /* honest bytes have their own room */
        talk_close(&talk);
        assert_int_equal(follow->last.stream[CLIENT].bytes, sizeof bytes);
        stats = stats_of(follow);
        assert_int_equal(stats.suspects_dropped, stats.suspects_held);
        assert_int_equal(stats.suspect_bytes, 0);
        follow_close(follow);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_checksum),
        cmocka_unit_test(never_right_is_believed),
        cmocka_unit_test(begun_checksum),
        cmocka_unit_test(wrong_checksum_of_syn_and_reset),
        cmocka_unit_test(acknowledged_suspect),
        cmocka_unit_test(suspects_in_a_hole),
        cmocka_unit_test(fin_of_a_suspect),
        cmocka_unit_test(old_timestamp),
        cmocka_unit_test(timestamps_that_do_not_count),
        cmocka_unit_test(early_timestamp),
        cmocka_unit_test(outside_the_window),
        cmocka_unit_test(scaled_windows),
        cmocka_unit_test(probe_of_a_closed_window),
        cmocka_unit_test(reset_within_the_window),
        cmocka_unit_test(doubtful_reset),
        cmocka_unit_test(reset_at_the_end_of_what_came_early),
        cmocka_unit_test(refused_connection),
        cmocka_unit_test(syn_in_a_connection),
        cmocka_unit_test(repeated_syn),
        cmocka_unit_test(missing_or_old_ack),
        cmocka_unit_test(ack_before_the_start),
        cmocka_unit_test(ack_after_the_numbers_came_again),
        cmocka_unit_test(data_of_a_syn),
        cmocka_unit_test(suspects_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
