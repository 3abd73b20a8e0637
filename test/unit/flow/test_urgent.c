/* SPDX-License-Identifier: ISC
 *
 * Urgent bytes: which one a receiver on Linux leaves out of what its application reads, and
 * what that means for gaps, offsets and comparisons. That the rule is right is for test/judge to
 * say; the model at the end holds it to any cut, order and batch.
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

/* A segment of the client's with URG. */
static void segment(const struct talk *talk, uint64_t offset, const char *text, uint16_t pointer)
{
    struct talk urgent = *talk;
    urgent.from[CLIENT].flags = WB_TCP_URG;
    urgent.from[CLIENT].urgent_pointer = pointer;
    talk_segment(&urgent, CLIENT, offset, text, strlen(text));
}

/* Ends the client's stream after so many bytes, and checks what it was. */
static void end(struct follow *follow, struct talk *talk, uint64_t length, const char *stream,
                const char *log)
{
    talk->sent[CLIENT] = length;
    talk_close(talk);
    follow_finish(follow);
    follow_assert_stream(follow, CLIENT, stream);
    follow_assert_log(follow, log);
    assert_int_equal(stats_of(follow).stream_bytes + stats_of(follow).gap_bytes, strlen(stream));
    assert_int_equal(stats_of(follow).history_bytes, 0);
    follow_close(follow);
}

static void within_a_segment(void **state)
{
    (void)state;
    for (int lenient = 0; lenient < 2; lenient++) {
        struct follow *follow = follow_open(
            &(struct wb_flow_options){.lenient = lenient ? 1u << WB_FLOW_CHECK_URGENT : 0});
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        segment(&talk, 0, "GXET /", 2);
        assert_int_equal(stats_of(follow).urgent_bytes, !lenient);
        assert_string_equal(follow->rejected, lenient ? "" : "X");
        end(follow, &talk, 6, lenient ? "GXET /" : "GET /",
            lenient ? "end:closed " : "tcp.urgent:C+1:1 end:closed ");
    }
}

static void first_and_last(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v6(follow_packet, follow);
    talk_handshake(&talk);
    segment(&talk, 0, "Xab", 0); /* as 1 */
    segment(&talk, 3, "Ycd", 1);
    segment(&talk, 6, "efZ", 3);
    segment(&talk, 9, "W", 1);
    end(follow, &talk, 10, "abcdef",
        "tcp.urgent:C+0:1 tcp.urgent:C+2:1 tcp.urgent:C+6:1 tcp.urgent:C+6:1 end:closed ");
}

/* The furthest of several counts, until its byte was read; one behind it never does. */
static void several_pointers(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    segment(&talk, 0, "ab", 5);
    segment(&talk, 2, "cd", 5);
    segment(&talk, 2, "cd", 1); /* nearer: not urgent */
    segment(&talk, 0, "ab", 1); /* read already */
    talk_segment(&talk, CLIENT, 4, "efXgh", 5);
    segment(&talk, 0, "abcdefXgh", 7);
    talk.sent[CLIENT] = 9;
    talk_flags(&talk, SERVER, WB_TCP_ACK);
    segment(&talk, 0, "ab", 12); /* the receiver does not look at what it has acknowledged */
    talk_segment(&talk, CLIENT, 9, "ijk", 3);
    end(follow, &talk, 12, "abcdefghijk", "tcp.urgent:C+6:1 end:closed ");
}

/* The pointer of an early segment counts at once. */
static void early(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    segment(&talk, 4, "efXg", 3);
    talk_segment(&talk, CLIENT, 0, "abcd", 4);
    talk_segment(&talk, CLIENT, 10, "jk", 2);
    segment(&talk, 8, "", 2);
    talk_segment(&talk, CLIENT, 8, "hY", 2);
    end(follow, &talk, 12, "abcdefghjk", "tcp.urgent:C+6:1 tcp.urgent:C+8:1 end:closed ");
}

/* A gap is what the application misses: an urgent byte is not. */
static void lost(void **state)
{
    (void)state;
    for (unsigned missing = 1; missing <= 3; missing++) {
        struct follow *follow = follow_open(NULL);
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        segment(&talk, 0, "ab", 3); /* the first one missing */
        talk_segment(&talk, CLIENT, 2 + missing, "cd", 2);
        talk.sent[CLIENT] = 4 + missing;
        talk_flags(&talk, SERVER, WB_TCP_ACK);
        const char *streams[] = {"abcd", "ab_cd", "ab__cd"};
        const char *logs[] = {"tcp.urgent:C+2:1 end:closed ",
                              "tcp.urgent:C+2:1 gap:C+2:1 end:closed ",
                              "tcp.urgent:C+2:1 gap:C+2:2 end:closed "};
        assert_string_equal(follow->rejected, "");
        end(follow, &talk, 4 + missing, streams[missing - 1], logs[missing - 1]);
    }
}

/* What a snaplen cuts off is a gap, which ends where an urgent byte does. */
static void cut_off(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    struct talk cut = talk;
    cut.from[CLIENT].snaplen = 14 + 20 + 20 + 2;
    segment(&cut, 0, "abcX", 4);
    end(follow, &talk, 4, "ab_", "gap:C+2:1 tcp.urgent:C+3:1 end:closed ");
}

/* Bytes are compared by their sequence numbers, in the batch and after it. */
static void repeated(void **state)
{
    (void)state;
    for (int has_long_batches = 0; has_long_batches < 2; has_long_batches++) {
        struct follow *follow = follow_open(NULL);
        follow->has_long_batches = has_long_batches;
        struct talk talk = talk_v4(follow_packet, follow);
        talk_handshake(&talk);
        segment(&talk, 0, "abXcd", 3);
        talk_segment(&talk, CLIENT, 0, "abXcd", 5);
        talk_segment(&talk, CLIENT, 5, "ef", 2);
        talk_segment(&talk, CLIENT, 0, "abYcdef", 7); /* at offset 2, which next - 5 would be 1 */
        talk_segment(&talk, CLIENT, 5, "eZ", 2);
        end(follow, &talk, 7, "abcdef",
            "tcp.urgent:C+2:1 tcp.overlap_differs:C+1:1 tcp.overlap_differs:C+5:1 end:closed ");
    }
}

/* Who is not believed names no byte. */
static void not_believed(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk_handshake(&talk);
    struct talk forger = talk;
    forger.from[CLIENT].wrong_checksum = true;
    segment(&forger, 0, "", 2);
    segment(&talk, 1 << 20, "", 2);
    talk_segment(&talk, CLIENT, 0, "abcd", 4);
    end(follow, &talk, 4, "abcd", "tcp.checksum:C+0:0 tcp.window_exceeded:C+0:0 end:closed ");
}

/* Without a handshake the window is not known, but what is far outside of all that was seen is
 * not believed. */
static void midstream(void **state)
{
    (void)state;
    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    segment(&talk, 0, "aXb", 2);
    segment(&talk, 1 << 30, "", 2);
    talk_segment(&talk, CLIENT, 3, "cd", 2);
    segment(&talk, 5, "eY", 2);
    end(follow, &talk, 7, "abcde", "tcp.urgent:C+1:1 tcp.urgent:C+5:1 end:closed ");
}

/* --- a model ------------------------------------------------------------------- */

#define STREAM 4000

/* The receiver, as far as it concerns urgent bytes. */
struct model {
    bool is_there[STREAM], is_left_out[STREAM];
    uint32_t next, urgent;
    bool has_urgent;
};

static void model_take(struct model *model, uint32_t offset, uint32_t length, int pointer)
{
    uint32_t urgent = offset + (uint32_t)(pointer > 0 ? pointer - 1 : 0);
    if (pointer >= 0 && urgent >= model->next && (!model->has_urgent || urgent > model->urgent)) {
        model->urgent = urgent;
        model->has_urgent = true;
    }
    memset(model->is_there + offset, true, length);
    while (model->next < STREAM && model->is_there[model->next])
        model->next++;
    if (model->has_urgent && model->urgent < model->next) {
        model->is_left_out[model->urgent] = true;
        model->has_urgent = false;
    }
}

static void run(uint64_t seed)
{
    struct model model = {.next = 0};
    char truth[STREAM + 1], expected[STREAM + 1];
    random_state = seed;
    for (unsigned i = 0; i < STREAM; i++)
        truth[i] = (char)('a' + random_below(26));
    truth[STREAM] = '\0';

    struct follow *follow = follow_open(NULL);
    follow->has_long_batches = true;
    struct talk talk = talk_v4(follow_packet, follow);
    talk.isn[CLIENT] = (uint32_t)0 - random_below(STREAM);
    talk.step_ns = 1000;
    talk_handshake(&talk);
    while (model.next < STREAM) {
        uint32_t at = model.next + random_below(60);
        at = at > 30 ? at - 30 : 0;
        uint32_t length = 2 + random_below(40);
        if (at >= STREAM - 2)
            at = STREAM - 2;
        if (length > STREAM - at)
            length = STREAM - at;
        struct talk sender = talk;
        int pointer = random_below(3) ? -1 : (int)random_below(60);
        sender.from[CLIENT].flags = pointer < 0 ? 0 : WB_TCP_URG;
        sender.from[CLIENT].urgent_pointer = (uint16_t)(pointer < 0 ? 30 : pointer);
        talk_segment(&sender, CLIENT, at, truth + at, length);
        model_take(&model, at, length, pointer);
        if (random_below(8) == 0)
            follow_batch_end(follow);
    }
    unsigned count = 0, left_out = 0;
    for (unsigned i = 0; i < STREAM; i++)
        if (model.is_left_out[i])
            left_out++;
        else
            expected[count++] = truth[i];
    expected[count] = '\0';
    assert_true(left_out > STREAM / 200);
    talk.sent[CLIENT] = STREAM;
    talk_close(&talk);
    follow_assert_stream(follow, CLIENT, expected);
    assert_int_equal(stats_of(follow).urgent_bytes, left_out);
    assert_int_equal(stats_of(follow).overlaps_differing, 0);
    assert_int_equal(stats_of(follow).uncompared_bytes, 0);
    follow_close(follow);
}

static void random_pointers(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++)
        run(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_a_segment),
        cmocka_unit_test(first_and_last),
        cmocka_unit_test(several_pointers),
        cmocka_unit_test(early),
        cmocka_unit_test(lost),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(repeated),
        cmocka_unit_test(not_believed),
        cmocka_unit_test(midstream),
        cmocka_unit_test(random_pointers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
