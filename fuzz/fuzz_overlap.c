/* SPDX-License-Identifier: ISC
 *
 * One direction of one connection against a model that knows each byte: segments come in
 * any order, overlap, repeat and lie, under FIRST or LAST. Five bytes of input make one
 * segment: options, where it begins, length, what it holds. The stream that comes out, and
 * what it says of differing bytes, must be what the model says.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "flow/flow.h"

#define OPERATION 5
#define PLACES (65536 + 256)
#define FRAME_MAX (40 + 256)
#define BATCH_MAX 16
#define HELD_MAX 16000 /* bytes handed on that surely are in the history */

struct model {
    bool takes_last;
    uint32_t next;              /* all before it was handed on */
    uint32_t differing;         /* bytes that were not the same as those there */
    bool has[PLACES + 1];       /* the last one never */
    uint8_t byte[PLACES];
    uint32_t received;          /* bytes that came out */
    uint32_t isn;
};

static void on_bytes(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                     uint64_t offset, const uint8_t *bytes, uint32_t length, int64_t time_ns)
{
    struct model *model = context;
    (void)flow;
    (void)time_ns;
    if (direction != WB_FLOW_CLIENT || offset != model->received || length == 0 ||
        length > PLACES - model->received ||
        memcmp(bytes, model->byte + model->received, length) != 0)
        abort();
    model->received += length;
}

static void on_gap(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                   uint64_t offset, uint64_t length, int64_t time_ns)
{
    struct model *model = context;
    (void)flow;
    (void)time_ns;
    if (direction != WB_FLOW_CLIENT || offset != model->received ||
        length > PLACES - model->received)
        abort();
    if (memchr(model->has + model->received, true, length))
        abort();
    model->received += (uint32_t)length;
}

static bool is_keep_alive(const struct model *model, uint32_t begin, uint32_t length)
{
    return length == 1 && begin + 1 == model->next;
}

/* Before the segment is given to the stage, which compares what comes out with the model. */
static void model_put(struct model *model, uint32_t begin, const uint8_t *bytes, uint32_t length)
{
    if (is_keep_alive(model, begin, length))
        return;
    for (uint32_t i = 0; i < length; i++) {
        uint32_t at = begin + i;
        model->differing += model->has[at] && model->byte[at] != bytes[i];
        if (model->has[at] && (at < model->next || !model->takes_last))
            continue;
        model->has[at] = true;
        model->byte[at] = bytes[i];
    }
    while (model->has[model->next])
        model->next++;
}

static void store16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void store32(uint8_t *at, uint32_t value)
{
    store16(at, value >> 16);
    store16(at + 2, value & 0xffff);
}

static size_t make_frame(uint8_t *frame, bool from_server, uint8_t flags, uint32_t sequence,
                         uint32_t length)
{
    memset(frame, 0, 40);
    frame[0] = 0x45;
    store16(frame + 2, 40 + length);
    frame[8] = 64;
    frame[9] = 6;
    frame[15] = from_server ? 2 : 1;
    frame[19] = from_server ? 1 : 2;
    store16(frame + 20, from_server ? 80 : 40000);
    store16(frame + 22, from_server ? 40000 : 80);
    store32(frame + 24, sequence);
    store32(frame + 28, 1); /* the server's first number is 0 */
    frame[32] = 0x50;
    frame[33] = flags;
    store16(frame + 34, 65535);
    return 40 + length;
}

static void take(struct wb__flow_table *table, const uint8_t *frame, size_t length)
{
    struct wb_packet packet = {.data = frame,
                               .captured_length = (uint32_t)length,
                               .wire_length = (uint32_t)length,
                               .number = 1,
                               .link_type = 101};
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    struct wb__flow_lookup lookup;
    wb__flow_table_prepare(table, &packet, &decoded, &lookup, NULL);
    wb__flow_table_packet(table, &packet, &decoded, &lookup);
}

static void shake_hands(struct wb__flow_table *table, uint32_t isn)
{
    uint8_t frame[FRAME_MAX];
    take(table, frame, make_frame(frame, false, WB_TCP_SYN, isn - 1, 0));
    size_t length = make_frame(frame, true, WB_TCP_SYN | WB_TCP_ACK, 0, 0);
    store32(frame + 28, isn);
    take(table, frame, length);
    take(table, frame, make_frame(frame, false, WB_TCP_ACK, isn, 0));
}

/* Most segments begin near what comes next; the input says how near. */
static uint32_t begin_of(const struct model *model, const uint8_t *input)
{
    uint32_t place = wb__load16(input + 1);
    if (input[0] & 1)
        return place;
    uint32_t back = input[0] >> 1 & 63;
    uint32_t near = model->next + place % 512;
    near -= back < near ? back : near;
    return near < 65536 ? near : place;
}

static void play(struct wb__flow_table *table, struct model *model, const uint8_t *data,
                 size_t size, unsigned batch)
{
    static uint8_t frames[2][BATCH_MAX][FRAME_MAX];
    unsigned held = 0, half = 0;
    for (size_t at = 0; at + OPERATION <= size; at += OPERATION) {
        uint8_t *frame = frames[half][held], *payload = frame + 40;
        uint32_t begin = begin_of(model, data + at), length = data[at + 3];
        if (length == 0)
            continue;
        for (uint32_t i = 0; i < length; i++)
            payload[i] = (uint8_t)((begin + i) * 7 + (i % 16 == 5 ? data[at + 4] : 0));
        size_t frame_length = make_frame(frame, false, WB_TCP_ACK, model->isn + begin, length);
        model_put(model, begin, payload, length);
        take(table, frame, frame_length);
        if (model->received != model->next)
            abort();
        if (++held == batch) {
            wb__flow_table_before_reuse(table, false);
            half = !half;
            memset(frames[half], 0xee, sizeof frames[half]);
            held = 0;
        }
    }
    wb__flow_table_before_reuse(table, true);
    memset(frames, 0xee, sizeof frames);
}

static void check_stats(const struct wb__flow_table *table, const struct model *model)
{
    struct wb_flow_stats stats;
    wb__flow_table_stats(table, &stats);
    if (stats.ignored_window || stats.dropped_buffer_limit || stats.dropped_memory_limit)
        abort();
    if (stats.overlaps_differing > model->differing ||
        stats.overlaps_differing + stats.uncompared_bytes < model->differing)
        abort();
    if (model->next <= HELD_MAX && stats.uncompared_bytes != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 4096)
        return 0;
    static struct model model;
    memset(&model, 0, sizeof model);
    model.takes_last = data[0] & 1;
    model.isn = data[0] & 2 ? UINT32_MAX - 300 : 1000; /* wraps on the way, or not */
    struct wb_flow_options options = {
        .max_flows = 2,
        .overlap = model.takes_last ? WB_OVERLAP_LAST : WB_OVERLAP_FIRST,
        .lenient = (1u << WB_FLOW_CHECK_COUNT) - 1}; /* the model believes all segments */
    static const struct wb__flow_events events = {.bytes = on_bytes, .gap = on_gap};
    struct wb__flow_table *table =
        wb__flow_table_new(&options, &events, &model, (const uint8_t *)"0123456789abcdef");
    if (!table)
        return 0;
    shake_hands(table, model.isn);
    play(table, &model, data + 1, size - 1, data[0] & 4 ? BATCH_MAX : 1);
    check_stats(table, &model);
    wb__flow_table_finish(table);
    wb__flow_table_free(table);
    return 0;
}
