/* SPDX-License-Identifier: ISC
 *
 * IP defragmentation. A little host of our own sends fragments: pieces of one payload, or
 * bytes that a test makes differ. Every arrangement of up to three fragments is compared
 * with a naive model that knows nothing of queues.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/fragment.h"

#define PAYLOAD_MAX 65536
#define FRAME_MAX (PAYLOAD_MAX + 256)
#define MS INT64_C(1000000)

static uint8_t payload[PAYLOAD_MAX + 1024]; /* some send beyond the end */

struct scene {
    struct wb__fragment_table *table;
    struct wb_packet whole;
    struct wb_decoded decoded;
    struct wb_datagram datagram;
    unsigned completed;
    char log[65536]; /* the anomalies' names, a blank behind each */
    uint64_t number;
    int64_t time_ns;
};

/* A fragment of a datagram, as it is sent. */
struct piece {
    unsigned version; /* 0 is 4 */
    uint32_t identification;
    uint32_t offset, length;
    bool more;
    const uint8_t *bytes; /* NULL: that part of payload */
    uint8_t protocol;     /* 0 is 17 */
    bool is_hop_by_hop;   /* the protocol is 0 */
    uint8_t host;         /* the last byte of the source's address */
    uint16_t vlan;        /* 0: none */
    uint32_t cut;         /* bytes that were not captured */
    bool has_wrong_checksum;
    uint32_t options_length; /* IPv4 */
    uint8_t options;         /* each of their bytes; 0 is NOP */
};

static uint8_t protocol_of(const struct piece *piece)
{
    if (piece->is_hop_by_hop)
        return 0;
    return piece->protocol ? piece->protocol : 17;
}

static void note(void *context, const struct wb_fragment_anomaly *anomaly)
{
    struct scene *scene = context;
    size_t length = strlen(scene->log);
    snprintf(scene->log + length, sizeof scene->log - length, "%s ",
             wb_fragment_anomaly_name(anomaly->kind) + strlen("fragment."));
}

static struct scene *scene_open_flow(const struct wb_fragment_options *options,
                                     const struct wb_flow_options *flow)
{
    static const struct wb_fragment_options none;
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->table = wb__fragment_table_new(options ? options : &none, flow, note, scene,
                                          (const uint8_t *)"0123456789abcdef");
    assert_non_null(scene->table);
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 7 + (i >> 8));
    return scene;
}

static struct scene *scene_open(const struct wb_fragment_options *options,
                                enum wb_overlap_policy policy)
{
    return scene_open_flow(options, &(struct wb_flow_options){.overlap = policy});
}

static struct wb_fragment_stats stats_of(const struct scene *scene)
{
    struct wb_fragment_stats stats;
    wb__fragment_table_stats(scene->table, &stats);
    assert_int_equal(stats.datagrams, stats.completed + stats.expired + stats.evicted +
                                          stats.discarded + stats.active);
    return stats;
}

static void scene_close(struct scene *scene)
{
    wb__fragment_table_finish(scene->table);
    assert_int_equal(stats_of(scene).active, 0);
    wb__fragment_table_free(scene->table);
    free(scene);
}

static void store16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void store32(uint8_t *at, uint32_t value)
{
    store16(at, value >> 16);
    store16(at + 2, value & 0xffff);
}

static uint16_t sum_of(const uint8_t *header, uint32_t length)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < length; i += 2)
        sum += (uint32_t)(header[i] << 8 | header[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static uint32_t put_ip4(uint8_t *at, const struct piece *piece)
{
    uint32_t header = 20 + piece->options_length;
    memset(at, piece->options ? piece->options : 1, header);
    memcpy(at, "\x45\0\0\0\0\0\0\0\x40\0\0\0\x0a\0\0\1\x0a\0\0\2", 20);
    at[0] = (uint8_t)(0x40 | header / 4);
    store16(at + 2, header + piece->length);
    store16(at + 4, piece->identification);
    store16(at + 6, (piece->more ? 0x2000u : 0) | piece->offset / 8);
    at[9] = protocol_of(piece);
    at[15] = piece->host;
    store16(at + 10, sum_of(at, header) ^ (piece->has_wrong_checksum ? 1 : 0));
    return header;
}

/* With hop-by-hop options before the fragment header. */
static uint32_t put_ip6(uint8_t *at, const struct piece *piece)
{
    memset(at, 0, 56);
    at[0] = 0x60;
    store16(at + 4, 16 + piece->length);
    at[7] = 64;
    memcpy(at + 8, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\2", 32);
    at[23] = piece->host;
    memcpy(at + 40, "\x2c\0\1\4\0\0\0\0", 8);
    at[48] = protocol_of(piece);
    store16(at + 50, piece->offset | piece->more);
    store32(at + 52, piece->identification);
    return 56;
}

static uint32_t put_link(uint8_t *at, const struct piece *piece)
{
    memcpy(at, "\2\0\0\0\0\2\2\0\0\0\0\1", 12);
    uint32_t length = 12;
    if (piece->vlan) {
        store16(at + length, 0x8100);
        store16(at + length + 2, piece->vlan);
        length += 4;
    }
    store16(at + length, piece->version == 6 ? 0x86dd : 0x0800);
    return length + 2;
}

/* True when the fragment completed a datagram. The frame dies with the call. */
static bool send_piece(struct scene *scene, const struct piece *piece)
{
    uint8_t *frame = malloc(FRAME_MAX);
    assert_non_null(frame);
    uint32_t length = put_link(frame, piece);
    length += piece->version == 6 ? put_ip6(frame + length, piece) : put_ip4(frame + length, piece);
    memcpy(frame + length, piece->bytes ? piece->bytes : payload + piece->offset, piece->length);
    length += piece->length;
    struct wb_packet packet = {.data = frame,
                               .captured_length = length - piece->cut,
                               .wire_length = length,
                               .time_ns = scene->time_ns,
                               .number = ++scene->number,
                               .link_type = 1};
    struct wb_decoded decoded;
    wb_decode(&packet, &decoded);
    assert_true(decoded.is_fragment);
    bool is_whole = wb__fragment_table_packet(scene->table, &packet, &decoded, &scene->whole,
                                              &scene->decoded, &scene->datagram);
    scene->completed += is_whole;
    memset(frame, 0xee, length);
    free(frame);
    return is_whole;
}

static void assert_whole(const struct scene *scene, uint32_t length, const char *packets)
{
    char text[256] = "";
    assert_int_equal(scene->datagram.payload_length, length);
    assert_memory_equal(scene->whole.data + scene->whole.captured_length - length, payload, length);
    for (uint32_t i = 0; i < scene->datagram.packet_count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u", i ? " " : "",
                 (unsigned)scene->datagram.packets[i]);
    assert_string_equal(text, packets);
    assert_true(scene->whole.flags & WB_PACKET_REASSEMBLED);
    assert_false(scene->decoded.is_fragment);
    assert_int_equal(scene->decoded.status, WB_LAYER_OK);
}

/* A UDP datagram of 2,000 bytes with its header and checksum. */
static void make_udp(uint32_t length)
{
    store16(payload, 1000);
    store16(payload + 2, 2000);
    store16(payload + 4, length);
    store16(payload + 6, 0);
}

static void in_order_and_reversed(void **state)
{
    (void)state;
    struct scene *scene = scene_open(NULL, WB_OVERLAP_LINUX);
    make_udp(2000);
    const struct piece pieces[] = {
        {.identification = 1, .offset = 0, .length = 800, .more = true},
        {.identification = 1, .offset = 800, .length = 800, .more = true},
        {.identification = 1, .offset = 1600, .length = 400},
    };
    assert_false(send_piece(scene, &pieces[0]));
    assert_false(send_piece(scene, &pieces[1]));
    assert_true(send_piece(scene, &pieces[2]));
    assert_whole(scene, 2000, "1 2 3");
    const struct wb_layer *udp = &scene->decoded.layers[scene->decoded.transport];
    assert_int_equal(udp->kind, WB_LAYER_UDP);
    assert_int_equal(udp->length, 2000);
    assert_int_equal(wb_checksum_state(&scene->whole, &scene->decoded, scene->decoded.network),
                     WB_CHECKSUM_RIGHT);
    for (int i = 2; i >= 0; i--)
        assert_int_equal(send_piece(scene, &pieces[i]), i == 0);
    assert_whole(scene, 2000, "4 5 6");
    wb__fragment_table_before_reuse(scene->table);
    assert_string_equal(scene->log, "");
    scene_close(scene);
}

static void ip6_behind_other_headers(void **state)
{
    (void)state;
    struct scene *scene = scene_open(NULL, WB_OVERLAP_FIRST);
    make_udp(1000);
    assert_false(send_piece(scene, &(struct piece){.version = 6, .identification = 70000,
                                                   .offset = 504, .length = 496}));
    assert_true(send_piece(scene, &(struct piece){.version = 6, .identification = 70000,
                                                  .length = 504, .more = true}));
    assert_whole(scene, 1000, "1 2");
    const struct wb_layer *layers = scene->decoded.layers;
    assert_int_equal(scene->decoded.layer_count, 5);
    assert_int_equal(layers[2].kind, WB_LAYER_IP6_HOPOPTS);
    assert_int_equal(layers[2].next, 17);
    assert_int_equal(layers[3].kind, WB_LAYER_UDP);
    assert_int_equal(layers[3].length, 1000);
    scene_close(scene);
}

/* What sets datagrams apart: identification, ends, protocol (IPv4), VLAN. */
static void others_do_not_mix(void **state)
{
    (void)state;
    struct scene *scene = scene_open(NULL, WB_OVERLAP_FIRST);
    make_udp(16);
    const struct piece first = {.identification = 1, .length = 8, .more = true, .host = 1};
    assert_false(send_piece(scene, &first));
    struct piece last = {.identification = 2, .offset = 8, .length = 8, .host = 1};
    assert_false(send_piece(scene, &last));
    last.identification = 1;
    last.host = 3;
    assert_false(send_piece(scene, &last));
    last.host = 1;
    last.protocol = 6;
    assert_false(send_piece(scene, &last));
    last.protocol = 0;
    last.vlan = 5;
    assert_false(send_piece(scene, &last));
    last.vlan = 0;
    assert_true(send_piece(scene, &last));
    assert_whole(scene, 16, "1 6");
    scene_close(scene);
}

static void cut_and_wrong_ones_are_left_out(void **state)
{
    (void)state;
    struct scene *scene = scene_open(NULL, WB_OVERLAP_FIRST);
    make_udp(16);
    send_piece(scene, &(struct piece){.identification = 1, .length = 8, .more = true});
    send_piece(scene, &(struct piece){.identification = 1, .offset = 8, .length = 8, .cut = 1});
    send_piece(scene, &(struct piece){.identification = 1, .offset = 8, .length = 8,
                                      .has_wrong_checksum = true});
    assert_int_equal(stats_of(scene).ignored_malformed, 2);
    assert_true(send_piece(scene, &(struct piece){.identification = 1, .offset = 8, .length = 8}));
    assert_whole(scene, 16, "1 4");
    scene_close(scene);
}

static void contradictions_end_a_datagram(void **state)
{
    (void)state;
    struct scene *scene = scene_open(NULL, WB_OVERLAP_LINUX);
    const struct piece first = {.identification = 1, .length = 16, .more = true};
    const struct {
        struct piece piece;
        const char *log;
    } rows[] = {
        {{.identification = 1, .offset = 65528, .length = 80}, "too_long "}, /* ping of death */
        {{.identification = 1, .offset = 8, .length = 4}, "end_differs "},   /* teardrop */
        {{.identification = 1, .offset = 8, .length = 16, .more = true}, "overlap "},
        {{.identification = 1, .offset = 24, .length = 4, .more = true}, "length "},
        {{.identification = 1, .offset = 16, .length = 0}, "length "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t before = stats_of(scene).discarded;
        scene->log[0] = '\0';
        send_piece(scene, &first);
        assert_false(send_piece(scene, &rows[i].piece));
        assert_string_equal(scene->log, rows[i].log);
        assert_int_equal(stats_of(scene).discarded, before + 1);
        assert_int_equal(stats_of(scene).active, 0);
    }
    scene->log[0] = '\0';
    send_piece(scene, &(struct piece){.identification = 2, .offset = 8, .length = 8});
    send_piece(scene, &(struct piece){.identification = 2, .offset = 16, .length = 8});
    assert_string_equal(scene->log, "end_differs ");
    scene_close(scene);
}

/* RFC 8200, 4.5: the host drops the fragment, and the rest may still arrive. */
static void odd_ip6_fragments_are_ignored(void **state)
{
    (void)state;
    struct scene *scene = scene_open(NULL, WB_OVERLAP_FIRST);
    make_udp(16);
    send_piece(scene, &(struct piece){.version = 6, .identification = 1, .length = 8, .more = true});
    send_piece(scene, &(struct piece){.version = 6, .identification = 1, .offset = 8, .length = 9,
                                      .more = true});
    send_piece(scene, &(struct piece){.version = 6, .identification = 1, .offset = 65528,
                                      .length = 16});
    assert_string_equal(scene->log, "length too_long ");
    assert_int_equal(stats_of(scene).ignored_malformed, 2);
    assert_true(send_piece(scene, &(struct piece){.version = 6, .identification = 1, .offset = 8,
                                                  .length = 8}));
    scene_close(scene);
}

static void first_header_longer_than_the_others(void **state)
{
    (void)state;
    struct scene *scene = scene_open(NULL, WB_OVERLAP_FIRST);
    uint32_t length = 65535 - 20;
    send_piece(scene, &(struct piece){.identification = 1, .offset = 1024, .length = length - 1024});
    assert_false(send_piece(scene, &(struct piece){.identification = 1, .length = 1024,
                                                   .more = true, .options_length = 8}));
    assert_string_equal(scene->log, "too_long ");
    send_piece(scene, &(struct piece){.identification = 2, .offset = 1024, .length = length - 1024});
    make_udp(length);
    assert_true(send_piece(scene, &(struct piece){.identification = 2, .length = 1024,
                                                  .more = true}));
    assert_whole(scene, length, "3 4");
    scene_close(scene);
}

static void tiny_first_fragment_is_told(void **state)
{
    (void)state;
    struct scene *scene = scene_open(NULL, WB_OVERLAP_FIRST);
    send_piece(scene, &(struct piece){.identification = 1, .length = 8, .more = true,
                                      .protocol = 6});
    assert_string_equal(scene->log, "tiny ");
    scene_close(scene);
}

/* RFC 7112, 5; and what the kernel's ipv6_frag_rcv refuses as it was a fragment before. */
static void ip6_first_fragments_that_hosts_refuse(void **state)
{
    static const uint8_t inner[16] = {17, 0, 0, 1, 0, 0, 0, 7};
    (void)state;
    struct scene *scene = scene_open(NULL, WB_OVERLAP_LINUX);
    send_piece(scene, &(struct piece){.version = 6, .identification = 1, .length = 16,
                                      .more = true, .protocol = 6});
    assert_string_equal(scene->log, "tiny ");
    assert_int_equal(stats_of(scene).ignored_malformed, 1);
    send_piece(scene, &(struct piece){.version = 6, .identification = 2, .length = 8, .more = true,
                                      .protocol = 44, .bytes = inner});
    assert_false(send_piece(scene, &(struct piece){.version = 6, .identification = 2, .offset = 8,
                                                   .length = 8, .protocol = 44}));
    assert_string_equal(scene->log, "tiny nested ");
    assert_int_equal(stats_of(scene).discarded, 1);
    scene_close(scene);
}

/* Hop-by-hop options inside of fragments are not where they belong, though in the whole they
 * stand first; and a fragment with a header that IP refuses joins no datagram. */
static void headers_that_hosts_refuse(void **state)
{
    static const uint8_t inner[24] = {17, 0, 1, 4, [8] = 1, 1, 1, 1, 0, 16};
    (void)state;
    for (int lenient = 0; lenient < 2; lenient++) {
        struct scene *scene = scene_open_flow(
            NULL, &(struct wb_flow_options){.lenient = lenient ? 1u << WB_FLOW_CHECK_IP : 0});
        send_piece(scene, &(struct piece){.version = 6, .identification = 1, .length = 16,
                                          .more = true, .is_hop_by_hop = true, .bytes = inner});
        send_piece(scene, &(struct piece){.version = 6, .identification = 1, .offset = 16,
                                          .length = 8, .is_hop_by_hop = true,
                                          .bytes = inner + 16});
        assert_int_equal(scene->completed, lenient);
        assert_string_equal(scene->log, lenient ? "" : "header_order ");
        send_piece(scene, &(struct piece){.identification = 2, .length = 8, .more = true,
                                          .options_length = 4, .options = 131});
        assert_int_equal(stats_of(scene).ignored_malformed, !lenient);
        scene_close(scene);
    }
}

static void unfinished_ones_expire(void **state)
{
    (void)state;
    struct scene *scene = scene_open(&(struct wb_fragment_options){.timeout_ms = 100},
                                     WB_OVERLAP_FIRST);
    make_udp(16);
    send_piece(scene, &(struct piece){.identification = 1, .length = 8, .more = true});
    scene->time_ns = 60 * MS;
    send_piece(scene, &(struct piece){.identification = 2, .length = 8, .more = true});
    scene->time_ns = 100 * MS;
    assert_false(send_piece(scene, &(struct piece){.identification = 1, .offset = 8, .length = 8}));
    assert_string_equal(scene->log, "timeout ");
    assert_int_equal(stats_of(scene).expired, 1);
    assert_true(send_piece(scene, &(struct piece){.identification = 2, .offset = 8, .length = 8}));
    wb__fragment_table_expire(scene->table, 1000 * MS);
    assert_int_equal(stats_of(scene).expired, 2);
    scene_close(scene);
}

static void the_oldest_goes_when_there_are_too_many(void **state)
{
    (void)state;
    struct scene *scene = scene_open(&(struct wb_fragment_options){.max_datagrams = 3},
                                     WB_OVERLAP_FIRST);
    make_udp(16);
    for (uint32_t id = 1; id <= 4; id++)
        send_piece(scene, &(struct piece){.identification = id, .length = 8, .more = true});
    assert_string_equal(scene->log, "limit ");
    assert_int_equal(stats_of(scene).evicted, 1);
    assert_int_equal(stats_of(scene).active_peak, 3);
    assert_true(send_piece(scene, &(struct piece){.identification = 2, .offset = 8, .length = 8}));
    assert_false(send_piece(scene, &(struct piece){.identification = 1, .offset = 8, .length = 8}));
    scene_close(scene);
}

/* A flood that never completes, and one honest datagram among it. */
static void memory_is_bounded(void **state)
{
    (void)state;
    const uint64_t limit = 2 << 20;
    struct scene *scene = scene_open(&(struct wb_fragment_options){.max_memory = limit},
                                     WB_OVERLAP_FIRST);
    make_udp(16000);
    for (uint32_t id = 1; id <= 4000; id++) {
        send_piece(scene, &(struct piece){.identification = id, .offset = 8, .length = 8000,
                                          .more = true, .host = 9});
        if (id == 2000)
            send_piece(scene, &(struct piece){.identification = 1, .length = 8000, .more = true});
        if (id == 2010)
            assert_true(send_piece(scene, &(struct piece){.identification = 1, .offset = 8000,
                                                          .length = 8000}));
        wb__fragment_table_before_reuse(scene->table);
    }
    struct wb_fragment_stats stats = stats_of(scene);
    assert_true(stats.evicted > 3000);
    assert_int_equal(stats.dropped_memory_limit, 0);
    assert_true(stats.memory_peak < limit + (1 << 18));
    assert_non_null(strstr(scene->log, "memory_limit "));
    scene_close(scene);
}

static void one_that_is_larger_than_the_memory(void **state)
{
    (void)state;
    struct scene *scene = scene_open(&(struct wb_fragment_options){.max_memory = 300000},
                                     WB_OVERLAP_FIRST);
    unsigned dropped = 0;
    for (uint32_t offset = 0; offset + 8 <= 65000; offset += 16) /* nothing to merge */
        send_piece(scene, &(struct piece){.identification = 1, .offset = offset, .length = 8,
                                          .more = true});
    dropped = (unsigned)stats_of(scene).dropped_memory_limit;
    assert_true(dropped > 0);
    assert_non_null(strstr(scene->log, "memory_limit "));
    scene_close(scene);
}

/* --- every arrangement, against a model ---------------------------------------- */

#define CELLS 4

struct chunk {
    uint32_t begin, end; /* cells */
};

/* Linux, net/ipv4/inet_fragment.c: runs grow at their end only, and only the last one; a
 * fragment within one run is a duplicate, any other touch is an overlap, the end. */
struct model {
    struct chunk runs[4];
    unsigned run_count;
    char cells[CELLS + 1];
};

static bool model_take(struct model *model, struct chunk chunk, char mark)
{
    uint32_t furthest = 0;
    unsigned last = 0;
    for (unsigned i = 0; i < model->run_count; i++) {
        struct chunk run = model->runs[i];
        if (chunk.begin >= run.begin && chunk.end <= run.end)
            return true;
        if (chunk.begin < run.end && run.begin < chunk.end)
            return false;
        if (run.end > furthest) {
            furthest = run.end;
            last = i;
        }
    }
    if (model->run_count > 0 && chunk.begin == furthest)
        model->runs[last].end = chunk.end;
    else
        model->runs[model->run_count++] = chunk;
    for (uint32_t cell = chunk.begin; cell < chunk.end; cell++)
        model->cells[cell] = mark;
    return true;
}

/* The last cell comes from a fragment of its own, so that the datagram is complete when
 * all cells are there. Returns what each cell holds, or "" for none. */
static void run_arrangement(unsigned version, enum wb_overlap_policy policy,
                            const struct chunk *chunks, unsigned count, char *result)
{
    struct scene *scene = scene_open(NULL, policy);
    uint8_t bytes[CELLS * 8];
    result[0] = '\0';
    for (unsigned i = 0; i < count && scene->completed == 0; i++) {
        memset(bytes, 'a' + (int)i, sizeof bytes);
        send_piece(scene, &(struct piece){.version = version, .identification = 1,
                                          .offset = chunks[i].begin * 8,
                                          .length = (chunks[i].end - chunks[i].begin) * 8,
                                          .more = chunks[i].end < CELLS, .bytes = bytes});
    }
    if (scene->completed) {
        const uint8_t *whole = scene->whole.data + scene->whole.captured_length - CELLS * 8;
        for (unsigned cell = 0; cell < CELLS; cell++) {
            result[cell] = (char)whole[cell * 8];
            assert_int_equal(whole[cell * 8], whole[cell * 8 + 7]);
        }
        result[CELLS] = '\0';
    }
    scene_close(scene);
}

static void expect_strict(const struct chunk *chunks, unsigned count, char *result)
{
    struct model model = {0};
    result[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        if (!model_take(&model, chunks[i], (char)('a' + i)))
            model = (struct model){0}; /* what comes now begins another datagram */
        unsigned there = 0;
        for (unsigned cell = 0; cell < CELLS; cell++)
            there += model.cells[cell] != 0;
        if (there == CELLS) {
            memcpy(result, model.cells, CELLS + 1);
            return;
        }
    }
}

static void expect_first_or_last(const struct chunk *chunks, unsigned count, bool is_last,
                                 char *result)
{
    char cells[CELLS + 1] = {0};
    result[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        unsigned there = 0;
        for (uint32_t cell = 0; cell < CELLS; cell++) {
            if (cell >= chunks[i].begin && cell < chunks[i].end && (is_last || !cells[cell]))
                cells[cell] = (char)('a' + i);
            there += cells[cell] != 0;
        }
        if (there == CELLS) {
            memcpy(result, cells, CELLS + 1);
            return;
        }
    }
}

static void check_arrangement(const struct chunk *chunks, unsigned count)
{
    char result[CELLS + 1], expected[CELLS + 1];
    expect_strict(chunks, count, expected);
    run_arrangement(4, WB_OVERLAP_LINUX, chunks, count, result);
    assert_string_equal(result, expected);
    run_arrangement(6, WB_OVERLAP_LAST, chunks, count, result);
    assert_string_equal(result, expected);
    expect_first_or_last(chunks, count, false, expected);
    run_arrangement(4, WB_OVERLAP_FIRST, chunks, count, result);
    assert_string_equal(result, expected);
    expect_first_or_last(chunks, count, true, expected);
    run_arrangement(4, WB_OVERLAP_LAST, chunks, count, result);
    assert_string_equal(result, expected);
}

static void every_arrangement_of_three(void **state)
{
    (void)state;
    struct chunk all[CELLS * (CELLS + 1) / 2], chunks[3];
    unsigned count = 0;
    for (uint32_t begin = 0; begin < CELLS; begin++)
        for (uint32_t end = begin + 1; end <= CELLS; end++)
            if (end - begin < CELLS) /* all at once is no fragment */
                all[count++] = (struct chunk){begin, end};
    for (unsigned a = 0; a < count; a++)
        for (unsigned b = 0; b < count; b++)
            for (unsigned c = 0; c < count; c++) {
                chunks[0] = all[a];
                chunks[1] = all[b];
                chunks[2] = all[c];
                check_arrangement(chunks, 3);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_and_reversed),
        cmocka_unit_test(ip6_behind_other_headers),
        cmocka_unit_test(others_do_not_mix),
        cmocka_unit_test(cut_and_wrong_ones_are_left_out),
        cmocka_unit_test(contradictions_end_a_datagram),
        cmocka_unit_test(odd_ip6_fragments_are_ignored),
        cmocka_unit_test(first_header_longer_than_the_others),
        cmocka_unit_test(tiny_first_fragment_is_told),
        cmocka_unit_test(ip6_first_fragments_that_hosts_refuse),
        cmocka_unit_test(headers_that_hosts_refuse),
        cmocka_unit_test(unfinished_ones_expire),
        cmocka_unit_test(the_oldest_goes_when_there_are_too_many),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(one_that_is_larger_than_the_memory),
        cmocka_unit_test(every_arrangement_of_three),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
