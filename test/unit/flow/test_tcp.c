/* SPDX-License-Identifier: ISC
 *
 * TCP conversations as captures show them, good and bad, and what must come out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "follow.h"

/* --- orderly ----------------------------------------------------------------- */

static void orderly_connection(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "hello");
    talk_say_text(&talk, SERVER, "world");
    talk_say_text(&talk, CLIENT, "!");
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "hello!");
    follow_assert_stream(follow, SERVER, "world");
    follow_assert_log(follow, "end:closed ");
    assert_int_equal(follow->half_ends[0], 1);
    assert_int_equal(follow->half_ends[1], 1);
    assert_false(follow->last.midstream);
    assert_false(follow->last.one_sided);
    assert_int_equal(follow->last.endpoint[0].port, 40000);
    assert_int_equal(follow->last.endpoint[1].port, 80);
    follow_finish(follow);
    assert_int_equal(follow->ended, 1);
    follow_close(follow);
}

static void sequence_numbers_wrap(void **state)
{
    (void)state;
    for (uint32_t before = 0; before < 8; before++) {
        struct follow *follow = follow_open(NULL);
        struct talk talk = talk_v6(follow_packet, follow);
        talk.isn[0] = UINT32_MAX - before;
        talk.isn[1] = UINT32_MAX - 3;
        talk.mss = 3;
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 3, "def", 3);
        talk_segment(&talk, CLIENT, 0, "abc", 3);
        talk.sent[CLIENT] = 6;
        talk_say_text(&talk, SERVER, "0123456789");
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, "abcdef");
        follow_assert_stream(follow, SERVER, "0123456789");
        follow_assert_log(follow, "end:closed ");
        assert_int_equal(follow->last.ip_version, 6);
        follow_close(follow);
    }
}

static void padding_is_not_data(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk.from[CLIENT].padding = talk.from[SERVER].padding = 6;
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "a");
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "a");
    follow_assert_stream(follow, SERVER, "");
    follow_close(follow);
}

static void data_on_syn(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    struct craft_packet syn = talk.from[CLIENT];
    syn.flags = WB_TCP_SYN;
    syn.sequence = talk.isn[CLIENT];
    syn.payload = "early";
    syn.payload_length = 5;
    syn.time_ns = talk.time_ns;
    uint8_t frame[256];
    struct wb_packet packet = craft_packet_put(&syn, frame, sizeof frame);
    follow_packet(follow, &packet);
    talk.sent[CLIENT] = 5;
    talk_flags(&talk, SERVER, WB_TCP_ACK);
    talk_say_text(&talk, CLIENT, " bird");
    follow_finish(follow);
    follow_assert_stream(follow, CLIENT, "early bird");
    follow_close(follow);
}

/* --- disorder ---------------------------------------------------------------- */

static void out_of_order_and_repeated(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_segment(&talk, SERVER, 6, "ghi", 3);
    talk_segment(&talk, SERVER, 3, "def", 3);
    talk_segment(&talk, SERVER, 3, "def", 3);
    talk_segment(&talk, SERVER, 0, "abc", 3);
    talk_segment(&talk, SERVER, 0, "abc", 3);
    talk_segment(&talk, SERVER, 7, "hijk", 4);
    talk.sent[SERVER] = 11;
    talk_close(&talk);
    follow_assert_stream(follow, SERVER, "abcdefghijk");
    follow_assert_log(follow, "end:closed ");
    assert_int_equal(follow->last.stream[SERVER].out_of_order, 2);
    assert_int_equal(follow->last.stream[SERVER].retransmissions, 2);
    follow_close(follow);
}

static void fin_before_its_data(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk.sent[SERVER] = 4;
    talk_flags(&talk, SERVER, WB_TCP_FIN | WB_TCP_ACK);
    talk.fin_sent[SERVER] = true;
    assert_int_equal(follow->half_ends[SERVER], 0);
    talk_segment(&talk, SERVER, 0, "data", 4);
    assert_int_equal(follow->half_ends[SERVER], 1);
    talk_fin(&talk, CLIENT);
    follow_assert_stream(follow, SERVER, "data");
    follow_assert_log(follow, "end:closed ");
    follow_close(follow);
}

/* A FIN goes with its segment: Linux drops both where they lie inside of another one. */
static void fin_inside_of_another_segment(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_segment(&talk, CLIENT, 2, "cdefgh", 6);
    talk.sent[CLIENT] = 4;
    talk_flags(&talk, CLIENT, WB_TCP_FIN | WB_TCP_ACK);
    talk_segment(&talk, CLIENT, 0, "ab", 2);
    assert_int_equal(follow->half_ends[CLIENT], 0);
    talk.sent[CLIENT] = 8;
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "abcdefgh");
    follow_assert_log(follow, "end:closed ");
    follow_close(follow);
}

/* The FIN begins where another segment ends and is a part of it, which hides what begins
 * later. */
static void fin_before_bytes_that_came_first(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_segment(&talk, CLIENT, 2, "cd", 2);
    talk.sent[CLIENT] = 4;
    talk_flags(&talk, CLIENT, WB_TCP_FIN | WB_TCP_ACK);
    talk.fin_sent[CLIENT] = true;
    talk_segment(&talk, CLIENT, 4, "efgh", 4);
    talk_segment(&talk, CLIENT, 0, "ab", 2);
    assert_int_equal(follow->half_ends[CLIENT], 1);
    talk_fin(&talk, SERVER);
    follow_assert_stream(follow, CLIENT, "abcd");
    follow_assert_log(follow, "tcp.data_after_fin:C+4:4 end:closed ");
    follow_close(follow);
}

static void overlap_policies(void **state)
{
    (void)state;
    static const char *const expected[] = {[WB_OVERLAP_FIRST] = "abCDEFgh",
                                           [WB_OVERLAP_LAST] = "abcdefgh"};
    for (int policy = WB_OVERLAP_FIRST; policy <= WB_OVERLAP_LAST; policy++) {
        struct follow *follow =
            follow_open(&(struct wb_flow_options){.overlap = (enum wb_overlap_policy)policy});
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        talk_segment(&talk, CLIENT, 2, "CDEF", 4);
        talk_segment(&talk, CLIENT, 0, "abcdefgh", 8);
        talk.sent[CLIENT] = 8;
        talk_close(&talk);
        follow_assert_stream(follow, CLIENT, expected[policy]);
        follow_assert_log(follow, "tcp.overlap_differs:C+2:4 end:closed ");
        assert_int_equal(follow->last.stream[CLIENT].overlaps_differing, 4); /* bytes */
        follow_close(follow);
    }
}

static void keep_alives_and_probes(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    talk_segment(&talk, CLIENT, 2, "\0", 1); /* a garbage byte in place of 'c' */
    talk_segment(&talk, CLIENT, 3, "d", 1);  /* a window probe brings the next byte */
    talk_segment(&talk, CLIENT, 3, "d", 1);
    talk_segment(&talk, CLIENT, 3, "def", 3);
    talk.sent[CLIENT] = 6;
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "abcdef");
    follow_assert_log(follow, "end:closed ");
    assert_int_equal(follow->last.stream[CLIENT].retransmissions, 0);
    follow_close(follow);
}

/* --- gaps -------------------------------------------------------------------- */

static void acknowledged_bytes_that_never_came(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_with_hole(&talk, SERVER, "0123456789", 10, 3, 4);
    talk_wait_ms(&talk, 200);
    talk_say_text(&talk, CLIENT, "next");
    follow_assert_stream(follow, SERVER, "012____789"); /* before the end already */
    talk_close(&talk);
    follow_assert_log(follow, "gap:S+3:4 end:closed ");
    assert_int_equal(follow->last.stream[SERVER].gap_bytes, 4);
    assert_int_equal(follow->last.stream[SERVER].bytes, 6);
    follow_close(follow);
}

static void ack_captured_before_its_data(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk.sent[CLIENT] = 4;
    talk_flags(&talk, SERVER, WB_TCP_ACK); /* acknowledges what was not seen yet */
    talk_wait_ms(&talk, 50);
    talk_segment(&talk, CLIENT, 0, "data", 4);
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "data");
    follow_assert_log(follow, "end:closed ");
    follow_close(follow);
}

static void lost_fin_is_not_a_gap(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "data");
    talk.sent[CLIENT] += 1; /* the FIN's place in sequence space */
    talk_flags(&talk, SERVER, WB_TCP_ACK);
    talk_wait_ms(&talk, 1000);
    talk_flags(&talk, SERVER, WB_TCP_ACK);
    follow_finish(follow);
    follow_assert_stream(follow, CLIENT, "data");
    follow_assert_log(follow, "end:shutdown ");
    follow_close(follow);
}

static void snaplen_cuts_payload(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk.from[SERVER].snaplen = 14 + 20 + 20 + 4;
    talk_say_text(&talk, SERVER, "0123456789");
    talk_close(&talk);
    follow_assert_stream(follow, SERVER, "0123______");
    follow_assert_log(follow, "gap:S+4:6 end:closed ");
    follow_close(follow);
}

static void one_sided_capture(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk.unseen[CLIENT] = true;
    talk_handshake(&talk);
    talk_say_with_hole(&talk, SERVER, "0123456789", 10, 3, 4);
    talk_wait_ms(&talk, 5000);
    talk_say_text(&talk, SERVER, "after");
    follow_assert_stream(follow, SERVER, "012____789after");
    talk_close(&talk);
    follow_finish(follow);
    follow_assert_log(follow, "gap:S+3:4 end:shutdown "); /* and none of the client's */
    assert_true(follow->last.one_sided);
    follow_close(follow);
}

/* --- beginnings and ends ------------------------------------------------------ */

static void mid_stream_pick_up(void **state)
{
    (void)state;
    for (int skip = 0; skip < 2; skip++) {
        struct follow *follow = follow_open(&(struct wb_flow_options){.skip_midstream = skip});
        struct talk talk = talk_v4(follow_packet, follow);
        talk.sent[CLIENT] = 1000;
        talk.sent[SERVER] = 5000;
        talk_say_text(&talk, SERVER, "tail of a response");
        talk_say_text(&talk, CLIENT, "next request");
        talk_close(&talk);
        assert_int_equal(follow->begun, !skip);
        if (!skip) {
            follow_assert_stream(follow, CLIENT, "next request");
            follow_assert_stream(follow, SERVER, "tail of a response");
            follow_assert_log(follow, "end:closed ");
            assert_true(follow->last.midstream);
            assert_int_equal(follow->last.endpoint[1].port, 80);
        }
        follow_close(follow);
    }
}

static void reset_must_fit(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    talk_say_text(&talk, SERVER, "xyz");
    struct talk forger = talk;
    forger.sent[SERVER] += 1000;
    talk_flags(&forger, SERVER, WB_TCP_RST);
    assert_int_equal(follow->ended, 0);
    talk_reset(&talk, SERVER);
    follow_assert_log(follow, "tcp.reset_ignored:S+3:0 end:reset ");
    struct wb_flow_stats stats;
    wb__flow_table_stats(follow->table, &stats);
    assert_int_equal(stats.ignored_reset, 1);
    follow_close(follow);
}

static void ports_used_again(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "one");
    struct talk again = talk;
    again.isn[0] += 100000;
    again.isn[1] += 200000;
    again.sent[0] = again.sent[1] = 0;
    talk_handshake(&again); /* the end of the first was not captured */
    talk_say_text(&again, CLIENT, "two");
    talk_close(&again);
    assert_int_equal(follow->begun, 2);
    follow_assert_stream(follow, CLIENT, "two");
    follow_assert_log(follow, "tcp.syn_ignored:C+3:0 end:reused end:closed ");
    follow_close(follow);
}

static void late_packets_begin_no_flow(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_close(&talk);
    talk_flags(&talk, CLIENT, WB_TCP_ACK);
    talk_flags(&talk, SERVER, WB_TCP_FIN | WB_TCP_ACK);
    assert_int_equal(follow->begun, 1);
    follow_close(follow);
}

static void silence_ends_a_flow(void **state)
{
    (void)state;
    struct follow *follow = follow_open(&(struct wb_flow_options){.established_timeout_ms = 1000});
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    for (int i = 0; i < 20; i++) { /* busy for longer than the time */
        talk_wait_ms(&talk, 200);
        talk_flags(&talk, SERVER, WB_TCP_ACK);
    }
    assert_int_equal(follow->ended, 0);
    wb__flow_table_expire(follow->table, talk.time_ns + INT64_C(1200) * 1000000);
    follow_assert_log(follow, "end:timeout ");
    follow_close(follow);
}

/* --- hostile ----------------------------------------------------------------- */

static void forged_ack_skips_nothing(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    struct talk forger = talk;
    forger.sent[CLIENT] += 0x30000000;
    talk_flags(&forger, SERVER, WB_TCP_ACK);
    talk_wait_ms(&talk, 1000);
    talk_say_text(&talk, CLIENT, "def");
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "abcdef");
    follow_assert_log(follow, "tcp.ack_invalid:S+0:0 end:closed ");
    follow_close(follow);
}

/* What a real receiver drops whole must not reach the stream: neither bytes nor a FIN. */
static void segments_that_no_receiver_takes(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    talk_say_text(&talk, SERVER, "xyz");
    struct talk forger = talk;
    forger.sent[SERVER] += 0x70000000; /* acknowledges what the server never sent */
    talk_segment(&forger, CLIENT, 3, "FAKE", 4);
    talk_flags(&forger, CLIENT, WB_TCP_FIN | WB_TCP_ACK);
    talk_flags(&talk, CLIENT, WB_TCP_FIN); /* without ACK */
    talk_say_text(&talk, CLIENT, "def");
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "abcdef");
    follow_assert_log(follow, "tcp.ack_invalid:C+3:4 tcp.ack_invalid:C+3:0 "
                              "tcp.ack_invalid:C+3:0 end:closed ");
    follow_close(follow);
}

/* A receiver may acknowledge ahead of the sender; the bytes come all the same. */
static void optimistic_ack_hides_nothing(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    struct talk optimist = talk;
    optimist.sent[SERVER] += 100000;
    talk_flags(&optimist, CLIENT, WB_TCP_ACK);
    talk_wait_ms(&talk, 1000);
    talk_flags(&talk, CLIENT, WB_TCP_ACK);
    talk_say_text(&talk, SERVER, "response");
    assert_int_equal(follow->length[SERVER], strlen("response"));
    follow_close(follow);
}

static void other_side_seen_late(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk.unseen[SERVER] = true;
    talk_handshake(&talk);
    for (int i = 0; i < 8; i++) { /* acknowledged, 4 GiB in all */
        talk.sent[SERVER] += 0x20000000;
        talk_say_text(&talk, CLIENT, "more");
    }
    talk.unseen[SERVER] = false;
    talk_say_text(&talk, SERVER, "here I am");
    follow_assert_stream(follow, SERVER, "here I am");
    assert_int_equal(follow->length[CLIENT], 8 * strlen("more"));
    follow_close(follow);
}

static void syn_after_a_half_close(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "request");
    talk_fin(&talk, CLIENT);
    talk_say_text(&talk, SERVER, "the first ");
    struct talk again = talk;
    again.isn[CLIENT] += 99999;
    again.sent[CLIENT] = 0;
    talk_flags(&again, CLIENT, WB_TCP_SYN); /* which the server challenges (RFC 5961, 4) */
    talk_say_text(&talk, SERVER, "half");
    talk_fin(&talk, SERVER);
    follow_assert_stream(follow, SERVER, "the first half");
    follow_assert_log(follow, "tcp.syn_ignored:C+7:0 end:closed ");
    follow_close(follow);
}

static void far_outside_the_window(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    talk_segment(&talk, CLIENT, 100000000, "zzz", 3);
    talk_say_text(&talk, CLIENT, "def");
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, "abcdef");
    follow_assert_log(follow, "tcp.window_exceeded:C+3:3 end:closed ");
    follow_close(follow);
}

static void data_after_fin(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    talk_say_text(&talk, CLIENT, "abc");
    talk_segment(&talk, CLIENT, 5, "queued", 6);
    talk_fin(&talk, CLIENT);
    talk_segment(&talk, CLIENT, 3, "beyond", 6);
    talk_fin(&talk, SERVER);
    follow_assert_stream(follow, CLIENT, "abc");
    follow_assert_log(follow, "tcp.data_after_fin:C+3:8 tcp.data_after_fin:C+3:6 end:closed ");
    follow_close(follow);
}

/* --- limits ------------------------------------------------------------------ */

static void buffer_limits(void **state)
{
    (void)state;
    struct follow *follow = follow_open(&(struct wb_flow_options){
        .max_buffer_per_direction = 4096, .max_buffer_total = 1 << 20, .overlap = WB_OVERLAP_BSD});
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    for (unsigned i = 0; i < 32; i++)
        talk_segment(&talk, CLIENT, 10 + 20 * i, "0123456789", 10);
    struct wb_flow_stats stats;
    wb__flow_table_stats(follow->table, &stats);
    assert_int_equal(stats.buffered_peak, 4096);
    assert_int_equal(stats.dropped_buffer_limit, 16 * 10);
    assert_non_null(strstr(follow->log, "tcp.buffer_limit:C+330:10"));
    talk_say_text(&talk, CLIENT, "abcdefghij"); /* the legitimate bytes still pass */
    assert_memory_equal(follow->stream[CLIENT], "abcdefghij0123456789", 20);
    follow_finish(follow);
    wb__flow_table_stats(follow->table, &stats);
    assert_int_equal(stats.buffered_bytes, 0);
    follow_close(follow);
}

static void flow_limit(void **state)
{
    (void)state;
    struct follow *follow = follow_open(&(struct wb_flow_options){.max_flows = 100});
    struct talk kept = talk_v4(follow_packet, follow);
    talk_handshake(&kept);
    talk_say_text(&kept, CLIENT, "kept");
    for (unsigned i = 0; i < 1000; i++) { /* a SYN flood */
        struct talk syn = talk_v4(follow_packet, follow);
        syn.from[CLIENT].source_port = (uint16_t)(1 + i);
        talk_flags(&syn, CLIENT, WB_TCP_SYN);
    }
    struct wb_flow_stats stats;
    wb__flow_table_stats(follow->table, &stats);
    assert_int_equal(stats.flows_peak, 100);
    assert_int_equal(stats.ended[WB_FLOW_END_EVICTED], 901);
    talk_say_text(&kept, CLIENT, " alive");
    wb__flow_table_stats(follow->table, &stats);
    assert_int_equal(stats.stream_bytes, strlen("kept alive"));
    follow_close(follow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orderly_connection),
        cmocka_unit_test(sequence_numbers_wrap),
        cmocka_unit_test(padding_is_not_data),
        cmocka_unit_test(data_on_syn),
        cmocka_unit_test(out_of_order_and_repeated),
        cmocka_unit_test(fin_before_its_data),
        cmocka_unit_test(fin_inside_of_another_segment),
        cmocka_unit_test(fin_before_bytes_that_came_first),
        cmocka_unit_test(overlap_policies),
        cmocka_unit_test(keep_alives_and_probes),
        cmocka_unit_test(acknowledged_bytes_that_never_came),
        cmocka_unit_test(ack_captured_before_its_data),
        cmocka_unit_test(lost_fin_is_not_a_gap),
        cmocka_unit_test(snaplen_cuts_payload),
        cmocka_unit_test(one_sided_capture),
        cmocka_unit_test(mid_stream_pick_up),
        cmocka_unit_test(reset_must_fit),
        cmocka_unit_test(ports_used_again),
        cmocka_unit_test(late_packets_begin_no_flow),
        cmocka_unit_test(silence_ends_a_flow),
        cmocka_unit_test(forged_ack_skips_nothing),
        cmocka_unit_test(segments_that_no_receiver_takes),
        cmocka_unit_test(optimistic_ack_hides_nothing),
        cmocka_unit_test(other_side_seen_late),
        cmocka_unit_test(syn_after_a_half_close),
        cmocka_unit_test(far_outside_the_window),
        cmocka_unit_test(data_after_fin),
        cmocka_unit_test(buffer_limits),
        cmocka_unit_test(flow_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
