/* SPDX-License-Identifier: ISC
 *
 * The flow stage under arbitrary conversations. Eight bytes of input make one packet of
 * one of a few flows: which end, flags, sequence number near what was sent before, ACK,
 * length, time; the ECN flags stand for options of IP made of the same bytes. The truth is a
 * function of flow, direction and position, except where a packet lies on purpose; so what
 * comes out can be checked: in order, each byte once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "decode/sum.h"
#include "flow/flow.h"

#define OPERATION 8
#define HEADERS_MAX (48 + 20 + 16)
#define FRAME_MAX (HEADERS_MAX + 256)
#define BATCH_MAX 32

struct stream_check {
    uint64_t offset[2];
    bool is_over;
};

static void on_begin(void *context, struct wb_flow *flow)
{
    (void)context;
    flow->user = calloc(1, sizeof(struct stream_check));
}

static void advance(struct wb_flow *flow, unsigned direction, uint64_t offset, uint64_t length)
{
    struct stream_check *check = flow->user;
    if (check->is_over || offset != check->offset[direction] || length == 0)
        abort();
    check->offset[direction] += length;
}

static void on_bytes(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                     uint64_t offset, const uint8_t *bytes, uint32_t length, int64_t time_ns)
{
    (void)context;
    (void)time_ns;
    volatile uint8_t sum = 0;
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    advance(flow, direction, offset, length);
}

static void on_gap(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                   uint64_t offset, uint64_t length, int64_t time_ns)
{
    (void)context;
    (void)time_ns;
    if (length > UINT32_MAX / 2)
        abort();
    advance(flow, direction, offset, length);
}

static void on_end(void *context, struct wb_flow *flow)
{
    (void)context;
    struct stream_check *check = flow->user;
    for (int d = 0; d < 2; d++)
        if (flow->stream[d].bytes + flow->stream[d].gap_bytes != check->offset[d])
            abort();
    free(check);
    flow->user = NULL;
}

/* Both versions can be read, and differ at their ends; of an urgent byte there is one. */
static void on_anomaly(void *context, struct wb_flow *flow, const struct wb_flow_anomaly *anomaly)
{
    (void)context;
    struct stream_check *check = flow->user;
    if (anomaly->kind == WB_FLOW_ANOMALY_URGENT) {
        volatile uint8_t byte = anomaly->rejected ? anomaly->rejected[0] : 0;
        (void)byte;
        if (anomaly->offset != check->offset[anomaly->direction] || anomaly->length != 1 ||
            anomaly->kept || anomaly->kept_length != (anomaly->rejected != NULL))
            abort();
    }
    if (anomaly->kind != WB_FLOW_ANOMALY_OVERLAP_DIFFERS)
        return;
    uint32_t last = anomaly->kept_length - 1;
    if (anomaly->kept_length == 0 || anomaly->kept_length > anomaly->length ||
        anomaly->kept[0] == anomaly->rejected[0])
        abort();
    if (anomaly->kept_length == anomaly->length && anomaly->kept[last] == anomaly->rejected[last])
        abort();
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

/* A timestamp, and on a SYN a window scale. */
static unsigned put_options(uint8_t *options, const uint8_t *input)
{
    const uint8_t timestamp[12] = {1, 1, 8, 10, 0, 0, input[3], input[7]};
    const uint8_t scale[4] = {1, 3, 3, input[5]};
    memcpy(options, timestamp, sizeof timestamp);
    if (!(input[1] & WB_TCP_SYN))
        return sizeof timestamp;
    memcpy(options + sizeof timestamp, scale, sizeof scale);
    return sizeof timestamp + sizeof scale;
}

/* Zero, right, wrong, or begun for an offload to finish. */
static void put_checksum(const uint8_t *frame, uint8_t *tcp, unsigned length, unsigned choice)
{
    bool is_ip6 = frame[0] >> 4 == 6;
    uint8_t pseudo[4] = {[1] = 6};
    store16(pseudo + 2, length);
    uint64_t sum = wb__sum_add(0, pseudo, sizeof pseudo);
    sum = wb__sum_add(sum, frame + (is_ip6 ? 8 : 12), is_ip6 ? 32 : 8);
    uint16_t begun = wb__sum_fold(sum);
    uint16_t right = (uint16_t)~wb__sum_fold(wb__sum_add(sum, tcp, length));
    const uint16_t values[4] = {0, right, (uint16_t)(right ^ 1), begun};
    memcpy(tcp + 16, &values[choice], sizeof *values);
}

static unsigned put_ip4(uint8_t *frame, const uint8_t *input)
{
    unsigned from_server = input[0] & 1, header = input[1] & 0x40 ? 28 : 20;
    memset(frame, 0, 20);
    memcpy(frame + 20, input, OPERATION);
    frame[0] = (uint8_t)(0x40 | header / 4);
    frame[8] = 64;
    frame[9] = 6;
    frame[15] = from_server ? 2 : 1;
    frame[19] = from_server ? 1 : 2;
    return header;
}

static void finish_ip4(uint8_t *frame, unsigned header, unsigned length, bool is_right)
{
    store16(frame + 2, header + length);
    uint16_t sum = (uint16_t)~wb__sum_fold(wb__sum_add(0, frame, header));
    memcpy(frame + 10, &sum, is_right ? sizeof sum : 0);
}

static unsigned put_ip6(uint8_t *frame, const uint8_t *input)
{
    static const uint8_t extensions[] = {0, 43, 44, 60};
    unsigned from_server = input[0] & 1;
    memset(frame, 0, 40);
    memcpy(frame + 40, input, OPERATION);
    frame[0] = 0x60;
    frame[6] = extensions[input[7] >> 4 & 3];
    frame[23] = from_server ? 2 : 1;
    frame[39] = from_server ? 1 : 2;
    frame[40] = 6;
    if (frame[6] != 44)
        frame[41] = 0;
    return 48;
}

/* One packet from eight bytes: [who, flags, sequence 2, ack 2, length, time]. The lowest bits of
 * the time choose the checksum, the next ones whether there are options, whether that of an IPv4
 * header is right, and which extension header there is. */
static size_t make_frame(uint8_t *frame, const uint8_t *input)
{
    unsigned from_server = input[0] & 1, port = input[0] >> 1 & 3, length = input[6];
    uint32_t base = input[0] & 0x80 ? UINT32_MAX - 100 : 1000;
    unsigned far = input[0] >> 3 & 15 ? 0 : 16; /* now and then far away */
    bool is_ip6 = input[1] & 0x80;
    unsigned ip = is_ip6 ? put_ip6(frame, input) : put_ip4(frame, input);
    uint8_t *tcp = frame + ip;
    memset(tcp, 0, 20);
    unsigned header = 20 + (input[7] & 4 ? put_options(tcp + 20, input) : 0);
    store16(tcp, from_server ? 80 : 40000 + port);
    store16(tcp + 2, from_server ? 40000 + port : 80);
    store32(tcp + 4, base + ((uint32_t)wb__load16(input + 2) << far));
    store32(tcp + 8, base + ((uint32_t)wb__load16(input + 4) << far));
    tcp[12] = (uint8_t)(header << 2);
    tcp[13] = input[1];
    store16(tcp + 14, 65535);
    store16(tcp + 18, input[3] ^ input[5]); /* asked only with URG */
    for (unsigned i = 0; i < length; i++)
        tcp[header + i] = (uint8_t)(input[2] + input[3] + i);
    put_checksum(frame, tcp, header + length, input[7] & 3);
    if (is_ip6)
        store16(frame + 4, 8 + header + length);
    else
        finish_ip4(frame, ip, header + length, input[7] & 8);
    return ip + header + length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct wb__flow_table *make_table(uint8_t choice)
{
    static const struct wb_flow_target targets[] = {{{[3] = 2}, 4, 32, WB_OVERLAP_SOLARIS}};
    static const struct wb__flow_events events = {
        .begin = on_begin, .bytes = on_bytes, .gap = on_gap, .end = on_end, .anomaly = on_anomaly};
    struct wb_flow_options options = {
        .max_flows = choice & 1 ? 2 : 64,
        .max_buffer_per_direction = choice & 2 ? 4096 : 0,
        .max_buffer_total = choice & 4 ? 8192 : 0,
        .overlap = (enum wb_overlap_policy)(choice >> 3 & 7),
        .targets = targets,
        .target_count = choice & 1,
        .lenient = choice & 0x80 ? (1u << WB_FLOW_CHECK_COUNT) - 1 : 0,
        .max_suspect_per_direction = choice & 2 ? 4096 : 0,
        .max_history_per_direction = choice & 2 ? 4096 : 0,
        .max_history_total = choice & 4 ? 8192 : 0,
    };
    return wb__flow_table_new(&options, &events, NULL, (const uint8_t *)"0123456789abcdef");
}

/* The frames of a batch stay where they are until it ends, and no longer. */
static void end_batch(struct wb__flow_table *table, uint8_t frames[BATCH_MAX][FRAME_MAX])
{
    wb__flow_table_before_reuse(table, true);
    memset(frames, 0xee, BATCH_MAX * FRAME_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct wb__flow_table *table = make_table(data[0]);
    if (!table)
        return 0;
    static uint8_t frames[BATCH_MAX][FRAME_MAX];
    unsigned batch = data[0] & 0x40 ? BATCH_MAX : 1, held = 0;
    int64_t time_ns = 0;
    for (size_t at = 1; at + OPERATION <= size; at += OPERATION) {
        uint8_t *frame = frames[held];
        time_ns += (int64_t)data[at + 7] * data[at + 7] * 1000000;
        struct wb_packet packet = {.data = frame, .time_ns = time_ns, .number = at,
                                   .link_type = 101};
        packet.captured_length = packet.wire_length = (uint32_t)make_frame(frame, data + at);
        struct wb_decoded decoded;
        wb_decode(&packet, &decoded);
        struct wb__flow_lookup lookup;
        wb__flow_table_prepare(table, &packet, &decoded, &lookup, NULL);
        wb__flow_table_packet(table, &packet, &decoded, &lookup);
        if (++held == batch) {
            end_batch(table, frames);
            held = 0;
        }
    }
    end_batch(table, frames);
    wb__flow_table_finish(table);
    struct wb_flow_stats stats;
    wb__flow_table_stats(table, &stats);
    if (stats.buffered_bytes != 0 || stats.history_bytes != 0 || stats.suspect_bytes != 0 ||
        stats.flows_active != 0)
        abort();
    wb__flow_table_free(table);
    return 0;
}
