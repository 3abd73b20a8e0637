/* SPDX-License-Identifier: ISC */
#include "follow.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <wirebeam/decode.h>

static const char side_letters[2] = {'C', 'S'};

static void note(struct follow *follow, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(struct follow *follow, const char *format, ...)
{
    size_t used = strlen(follow->log);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(follow->log + used, sizeof follow->log - used, format, arguments);
    va_end(arguments);
}

static void on_begin(void *context, struct wb_flow *flow)
{
    struct follow *follow = context;
    follow->watched = flow->id;
    follow->begun++;
    memset(follow->length, 0, sizeof follow->length);
}

static void on_bytes(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                     uint64_t offset, const uint8_t *bytes, uint32_t length, int64_t time_ns)
{
    struct follow *follow = context;
    (void)time_ns;
    assert_true(length > 0);
    if (flow->id != follow->watched)
        return;
    assert_int_equal(offset, follow->length[direction]);
    if (offset + length <= FOLLOW_STREAM_MAX)
        memcpy(follow->stream[direction] + offset, bytes, length);
    follow->length[direction] += length;
}

static void on_gap(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                   uint64_t offset, uint64_t length, int64_t time_ns)
{
    struct follow *follow = context;
    (void)time_ns;
    assert_true(length > 0);
    note(follow, "gap:%c+%" PRIu64 ":%" PRIu64 " ", side_letters[direction], offset, length);
    if (flow->id != follow->watched)
        return;
    assert_int_equal(offset, follow->length[direction]);
    if (offset + length <= FOLLOW_STREAM_MAX)
        memset(follow->stream[direction] + offset, '_', length);
    follow->length[direction] += length;
}

static void on_half_end(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                        int64_t time_ns)
{
    struct follow *follow = context;
    (void)flow;
    (void)time_ns;
    follow->half_ends[direction]++;
}

static void on_end(void *context, struct wb_flow *flow)
{
    struct follow *follow = context;
    follow->ended++;
    follow->last = *flow;
    note(follow, "end:%s ", wb_flow_end_name(flow->end));
}

static void show(char text[64], const uint8_t *bytes, uint32_t length)
{
    snprintf(text, 64, "%.*s", (int)length, (const char *)bytes);
}

static void on_anomaly(void *context, struct wb_flow *flow, const struct wb_flow_anomaly *anomaly)
{
    struct follow *follow = context;
    (void)flow;
    if (anomaly->kind == WB_FLOW_ANOMALY_GAP)
        return; /* told as a gap */
    assert_int_equal(anomaly->kind == WB_FLOW_ANOMALY_OVERLAP_DIFFERS, anomaly->kept != NULL);
    if (anomaly->kept)
        show(follow->kept, anomaly->kept, anomaly->kept_length);
    if (anomaly->rejected)
        show(follow->rejected, anomaly->rejected, anomaly->kept_length);
    note(follow, "%s:%c+%" PRIu64 ":%" PRIu64 " ", wb_flow_anomaly_name(anomaly->kind),
         side_letters[anomaly->direction], anomaly->offset, anomaly->length);
}

struct follow *follow_open(const struct wb_flow_options *options)
{
    static const struct wb__flow_events events = {on_begin, on_bytes, on_gap,
                                                  on_half_end, on_end, on_anomaly};
    static const struct wb_flow_options defaults;
    static const uint8_t key[16] = "a fixed hash key";
    struct follow *follow = calloc(1, sizeof *follow);
    assert_non_null(follow);
    follow->table = wb__flow_table_new(options ? options : &defaults, &events, follow, key);
    assert_non_null(follow->table);
    return follow;
}

void follow_close(struct follow *follow)
{
    wb__flow_table_free(follow->table);
    free(follow);
}

/* The packet as a source holds it: its bytes stay until the batch ends, and no longer. */
static struct wb_packet hold(struct follow *follow, const struct wb_packet *packet)
{
    struct wb_packet held = *packet;
    uint8_t *frames = follow->frames[follow->current];
    size_t *used = &follow->frames_used[follow->current];
    assert_true(*used + packet->captured_length <= FOLLOW_FRAMES_MAX);
    held.data = memcpy(frames + *used, packet->data, packet->captured_length);
    *used += packet->captured_length;
    return held;
}

void follow_packet(void *context, const struct wb_packet *packet)
{
    struct follow *follow = context;
    struct wb_packet held = hold(follow, packet);
    struct wb_decoded decoded;
    wb_decode(&held, &decoded);
    struct wb__flow_lookup lookup;
    wb__flow_table_prepare(follow->table, &held, &decoded, &lookup, NULL);
    wb__flow_table_packet(follow->table, &held, &decoded, &lookup);
    if (!follow->has_long_batches)
        follow_batch_end(follow);
}

static void overwrite(struct follow *follow, unsigned which)
{
    memset(follow->frames[which], '#', follow->frames_used[which]);
    follow->frames_used[which] = 0;
}

void follow_reuse(struct follow *follow)
{
    wb__flow_table_before_reuse(follow->table, false);
    follow->current = !follow->current;
    overwrite(follow, follow->current);
}

void follow_batch_end(struct follow *follow)
{
    wb__flow_table_before_reuse(follow->table, true);
    overwrite(follow, 0);
    overwrite(follow, 1);
}

void follow_finish(struct follow *follow)
{
    wb__flow_table_finish(follow->table);
}

void follow_assert_stream(const struct follow *follow, enum talk_side side, const char *text)
{
    assert_int_equal(follow->length[side], strlen(text));
    assert_memory_equal(follow->stream[side], text, strlen(text));
}

void follow_assert_log(const struct follow *follow, const char *log)
{
    assert_string_equal(follow->log, log);
}
