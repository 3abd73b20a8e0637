/* SPDX-License-Identifier: ISC
 *
 * Reassembly against a model that knows the truth: a random stream is cut into random
 * segments, which are repeated, overlapped, shuffled within a window and in part lost.
 * What comes out must be the stream, with gaps exactly where no segment ever brought the
 * byte. The seeds are fixed, so that a failure can be run again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "follow.h"
#include "support/random.h"

#define STREAM 20000
#define SEGMENTS_MAX 4000

struct piece {
    uint32_t offset, length;
};

/* Cuts the stream into pieces, some of which overlap, come twice or are left out. */
static unsigned cut(struct piece *pieces, unsigned loss_percent)
{
    unsigned count = 0;
    for (uint32_t at = 0; at < STREAM;) {
        uint32_t length = 1 + random_below(200);
        if (length > STREAM - at)
            length = STREAM - at;
        uint32_t back = random_below(4) == 0 ? random_below(at < 100 ? at + 1 : 100) : 0;
        unsigned copies = random_below(100) < loss_percent ? 0 : 1 + (random_below(10) == 0);
        while (copies-- > 0)
            pieces[count++] = (struct piece){at - back, length + back};
        at += length;
    }
    return count;
}

static void shuffle(struct piece *pieces, unsigned count, unsigned window)
{
    for (unsigned i = 0; i + 1 < count; i++) {
        unsigned reach = count - i < window ? count - i : window;
        unsigned other = i + random_below(reach);
        struct piece piece = pieces[i];
        pieces[i] = pieces[other];
        pieces[other] = piece;
    }
}

static void run(uint64_t seed, unsigned loss_percent, unsigned window)
{
    static struct piece pieces[SEGMENTS_MAX];
    static uint8_t truth[STREAM], expected[STREAM];
    random_state = seed;
    for (unsigned i = 0; i < STREAM; i++)
        truth[i] = (uint8_t)('a' + random_below(26)); /* never '_', which shows a gap */
    memset(expected, '_', STREAM);

    struct follow *follow = follow_open(NULL);
    struct talk talk = talk_v4(follow_packet, follow);
    talk.isn[SERVER] = (uint32_t)0 - random_below(STREAM); /* wraps somewhere inside */
    talk.step_ns = 1000;
    talk_handshake(&talk);
    unsigned count = cut(pieces, loss_percent);
    shuffle(pieces, count, window);
    for (unsigned i = 0; i < count; i++) {
        const struct piece *piece = &pieces[i];
        memcpy(expected + piece->offset, truth + piece->offset, piece->length);
        talk_segment(&talk, SERVER, piece->offset, truth + piece->offset, piece->length);
    }
    talk.sent[SERVER] = STREAM;
    talk_close(&talk);
    follow_finish(follow);

    assert_int_equal(follow->length[SERVER], STREAM);
    assert_memory_equal(follow->stream[SERVER], expected, STREAM);
    assert_int_equal(follow->last.end, WB_FLOW_END_CLOSED);
    assert_int_equal(follow->last.stream[SERVER].overlaps_differing, 0);
    struct wb_flow_stats stats;
    wb__flow_table_stats(follow->table, &stats);
    assert_int_equal(stats.stream_bytes + stats.gap_bytes, STREAM);
    assert_int_equal(stats.buffered_bytes, 0);
    follow_close(follow);
}

static void nothing_lost(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++)
        run(seed, 0, 1 + (unsigned)seed * 5);
}

static void some_lost(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++)
        run(seed, 1 + (unsigned)seed % 40, 1 + (unsigned)seed * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_lost),
        cmocka_unit_test(some_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
