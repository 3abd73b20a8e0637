/* SPDX-License-Identifier: ISC
 *
 * A flow table whose events are written down, for the tests of the flow stage: the
 * streams of the flow that began last, and a log of everything else, one word an event.
 */
#ifndef TEST_UNIT_FLOW_FOLLOW_H
#define TEST_UNIT_FLOW_FOLLOW_H

#include "flow/flow.h"
#include "support/talk.h"

#define FOLLOW_STREAM_MAX (1 << 20)
#define FOLLOW_FRAMES_MAX (8 << 20)

struct follow {
    struct wb__flow_table *table;
    uint8_t stream[2][FOLLOW_STREAM_MAX]; /* gaps as '_' */
    uint64_t length[2];                   /* with gaps */
    unsigned half_ends[2];
    unsigned begun, ended;
    uint64_t watched;     /* the id of the flow that began last */
    struct wb_flow last;  /* a copy of the flow that ended last */
    char log[4096];       /* "gap:S+100:50 overlap_differs:C+3:2 end:closed " */
    char kept[64], rejected[64]; /* both versions of the last overlap that differed, cut; or
                                    an urgent byte */
    bool has_long_batches; /* a batch ends with follow_batch_end; else with each packet */
    size_t frames_used[2];
    uint8_t frames[2][FOLLOW_FRAMES_MAX]; /* since the last call of follow_reuse, and before */
    unsigned current;                     /* which of the two is in use */
};

/* A new one, freed by follow_close; options may be NULL for the defaults. */
struct follow *follow_open(const struct wb_flow_options *options);
void follow_close(struct follow *follow);

/* A talk_deliver: decodes the packet and gives it to the table. context: follow. */
void follow_packet(void *context, const struct wb_packet *packet);

/* The frames from before the last call are overwritten. */
void follow_reuse(struct follow *follow);

/* Ends the batch: all frames are overwritten. */
void follow_batch_end(struct follow *follow);

/* Ends all flows. */
void follow_finish(struct follow *follow);

/* Fails the test unless the stream of a side is exactly that text. */
void follow_assert_stream(const struct follow *follow, enum talk_side side, const char *text);

/* Fails the test unless the log is exactly that. */
void follow_assert_log(const struct follow *follow, const char *log);

#endif
