/* SPDX-License-Identifier: ISC
 *
 * The queue against a model that keeps, for each byte, the segment that brought it: every
 * arrangement of three chunks under every policy, random ones of more, and a million
 * segments of one byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/index.h"
#include "flow/queue.h"
#include "support/random.h"

#define MEBI (1u << 20)

/* --- the model --------------------------------------------------------------- */

#define PLACES 8192
#define ORIGINS 8192

struct origin {
    int begin, end, age;
};

struct model {
    enum wb_overlap_policy policy;
    bool is_for_fragments;
    int places, origin_count, ages;
    struct origin origins[ORIGINS];
    int16_t owner[PLACES]; /* the origin of each byte; -1 where there is none */
    uint8_t byte[PLACES];
};

#define FIN_BYTE 0xff /* stands for a FIN; no chunk holds such a byte */

static void model_init(struct model *model, enum wb_overlap_policy policy, bool is_for_fragments,
                       int places)
{
    model->policy = policy;
    model->places = places;
    model->is_for_fragments = is_for_fragments;
    model->origin_count = model->ages = 0;
    memset(model->owner, -1, (size_t)places * sizeof model->owner[0]);
}

static bool fragment_wins(enum wb_overlap_policy policy, struct origin o, struct origin n)
{
    switch (policy) {
    case WB_OVERLAP_LAST: return true;
    case WB_OVERLAP_BSD: return n.begin < o.begin;
    case WB_OVERLAP_BSD_RIGHT: return o.begin <= n.begin;
    case WB_OVERLAP_LINUX: return n.begin <= o.begin;
    case WB_OVERLAP_WINDOWS: return n.begin < o.begin && o.end < n.end;
    case WB_OVERLAP_SOLARIS: return n.begin < o.begin && o.end <= n.end;
    default: return false;
    }
}

static bool segment_wins(enum wb_overlap_policy policy, struct origin o, struct origin n)
{
    switch (policy) {
    case WB_OVERLAP_LAST: return true;
    case WB_OVERLAP_BSD:
    case WB_OVERLAP_WINDOWS: return n.begin < o.begin;
    case WB_OVERLAP_BSD_RIGHT: return o.begin <= n.begin;
    case WB_OVERLAP_LINUX: return n.begin < o.begin || (n.begin == o.begin && o.end < n.end);
    case WB_OVERLAP_SOLARIS:
        if (n.begin > o.begin)
            return n.end > o.end;
        return n.end >= o.end;
    default: return false;
    }
}

/* The segment that ends where a new one begins, or -1. */
static int model_before(const struct model *model, int begin)
{
    int before = begin > 0 ? model->owner[begin - 1] : -1;
    return before >= 0 && model->origins[before].end == begin ? before : -1;
}

/* The segment of Linux that a new one becomes a part of, or -1. Of two neighbours that the
 * new one touches, the older one is nearer to the root of its tree and met first: that is
 * so in a tree of two, and with more where it was never turned. */
static int model_joined(const struct model *model, int begin)
{
    if (model->policy != WB_OVERLAP_LINUX || model->is_for_fragments)
        return -1;
    int before = model_before(model, begin), at = model->owner[begin];
    if (before < 0)
        return -1;
    if (at >= 0 && model->origins[at].age < model->origins[before].age)
        return -1;
    return before;
}

/* Puts bytes there; returns how many bytes were there before and differed. */
static unsigned model_put(struct model *model, int begin, int end, const uint8_t *bytes)
{
    int id = model_joined(model, begin);
    if (id >= 0)
        model->origins[id].end = end;
    else
        model->origins[id = model->origin_count++] =
            (struct origin){begin, end, model->ages};
    model->ages++;
    struct origin origin = model->origins[id];
    unsigned differing = 0;
    for (int at = begin; at < end; at++) {
        int there = model->owner[at];
        uint8_t byte = bytes[at - begin];
        differing += there >= 0 && model->byte[at] != byte && model->byte[at] != FIN_BYTE &&
                     byte != FIN_BYTE;
        if (there >= 0 && !(model->is_for_fragments
                                ? fragment_wins(model->policy, model->origins[there], origin)
                                : segment_wins(model->policy, model->origins[there], origin)))
            continue;
        if (there >= 0 && model->origins[there].begin == origin.begin && there != id)
            model->origins[id].age = model->origins[there].age;
        model->owner[at] = (int16_t)id;
        model->byte[at] = byte;
    }
    return differing;
}

/* --- the queue beside it ------------------------------------------------------ */

struct pair {
    struct wb__queue_memory *memory;
    struct wb__queue queue;
    struct model model;
    int16_t owner[PLACES]; /* of the model before the last chunk */
    uint8_t byte[PLACES];
    uint32_t base; /* the sequence number of place 0 */
};

static void pair_open(struct pair *pair, enum wb_overlap_policy policy, bool is_for_fragments,
                      int places, uint32_t base)
{
    pair->memory->is_for_fragments = is_for_fragments;
    pair->queue = (struct wb__queue){NULL};
    pair->base = base;
    model_init(&pair->model, policy, is_for_fragments, places);
}

static int check_tree(const struct wb__segment *tree, uint32_t *at)
{
    if (!tree)
        return 0;
    int left = check_tree(tree->left, at);
    assert_true(wb__sequence_distance(*at, tree->sequence) >= 0);
    assert_true(tree->length > 0);
    assert_true(!tree->left || tree->left->priority <= tree->priority);
    assert_true(!tree->right || tree->right->priority <= tree->priority);
    *at = tree->sequence + tree->length;
    int right = check_tree(tree->right, at);
    return 1 + (left > right ? left : right);
}

static void check_content(const struct pair *pair)
{
    uint32_t at = pair->base, memory = 0;
    check_tree(pair->queue.root, &at);
    const struct wb__segment *previous = NULL;
    int place = 0;
    for (const struct wb__segment *s = pair->queue.first; s; previous = s, s = s->next) {
        assert_ptr_equal(s->previous, previous);
        memory += s->cost;
        for (; place != (int)(s->sequence - pair->base); place++)
            assert_int_equal(pair->model.owner[place], -1);
        for (uint32_t i = 0; i < s->length; i++, place++) {
            bool is_fin = s->has_fin && i == s->length - 1;
            assert_true(pair->model.owner[place] >= 0);
            assert_int_equal(is_fin ? FIN_BYTE : wb__segment_bytes(s)[i],
                             pair->model.byte[place]);
        }
    }
    assert_ptr_equal(pair->queue.last, previous);
    for (; place < pair->model.places; place++)
        assert_int_equal(pair->model.owner[place], -1);
    assert_int_equal(pair->queue.memory, memory);
}

/* Both versions, as the model has them. */
static void check_difference(const struct pair *pair, const struct wb__difference *difference,
                             unsigned differing, int begin, const uint8_t *bytes)
{
    if (differing == 0) {
        assert_null(difference);
        return;
    }
    assert_non_null(difference);
    assert_int_equal(difference->differing, differing);
    assert_int_equal(difference->shown, difference->length);
    int first = (int)(difference->sequence - pair->base);
    int last = first + (int)difference->length - 1;
    assert_int_not_equal(difference->kept[0], difference->rejected[0]);
    assert_int_not_equal(difference->kept[last - first], difference->rejected[last - first]);
    for (int at = first; at <= last; at++) {
        uint8_t was = pair->byte[at], now = pair->model.byte[at];
        uint8_t came = bytes[at - begin];
        bool is_new = pair->owner[at] < 0 || was == FIN_BYTE;
        assert_int_equal(difference->kept[at - first], now == FIN_BYTE ? came : now);
        assert_int_equal(difference->rejected[at - first], is_new || now == was ? came : was);
        differing -= !is_new && was != came;
    }
    assert_int_equal(differing, 0);
}

static uint32_t count_new(const struct pair *pair, int begin, int end)
{
    uint32_t count = 0;
    for (int at = begin; at < end; at++)
        count += pair->owner[at] < 0;
    return count;
}

/* A FIN stands at end. */
static void pair_put(struct pair *pair, int begin, int end, const uint8_t *bytes, bool has_fin)
{
    static uint8_t with_fin[PLACES + 1];
    memcpy(with_fin, bytes, (size_t)(end - begin));
    with_fin[end - begin] = FIN_BYTE;
    memcpy(pair->owner, pair->model.owner, (size_t)pair->model.places * sizeof pair->owner[0]);
    memcpy(pair->byte, pair->model.byte, (size_t)pair->model.places);
    unsigned differing = model_put(&pair->model, begin, end + has_fin, with_fin);
    struct wb__chunk chunk = {.sequence = pair->base + (uint32_t)begin,
                              .length = (uint32_t)(end - begin),
                              .bytes = bytes,
                              .begin = pair->base + (uint32_t)begin,
                              .end = pair->base + (uint32_t)end + has_fin,
                              .has_fin = has_fin};
    struct wb__queue_result result =
        wb__queue_put(&pair->queue, pair->memory, &chunk, pair->model.policy);
    assert_int_equal(result.refused, 0);
    assert_int_equal(result.stored, count_new(pair, begin, end));
    check_difference(pair, result.difference, differing, begin, bytes);
    check_content(pair);
}

static void pair_close(struct pair *pair)
{
    wb__queue_clear(&pair->queue, pair->memory);
    assert_int_equal(pair->memory->budget.used, 0);
}

static struct pair *pair_new(void)
{
    struct pair *pair = calloc(1, sizeof *pair);
    assert_non_null(pair);
    pair->memory = calloc(1, sizeof *pair->memory);
    assert_non_null(pair->memory);
    wb__queue_memory_init(pair->memory, 4 * MEBI, 256 * MEBI, 20260102);
    return pair;
}

static void pair_free(struct pair *pair)
{
    wb__queue_memory_free(pair->memory);
    free(pair->memory);
    free(pair);
}

/* --- policies ---------------------------------------------------------------- */

#define GRID 7

/* Bytes that say who brought them; every third is the same in all chunks. */
static void fill(uint8_t *bytes, int begin, int end, int who)
{
    for (int at = begin; at < end; at++)
        bytes[at - begin] = (uint8_t)(at % 3 == 1 ? '0' + at % 10 : 'a' + who);
}

static void put_three(struct pair *pair, const int begin[3], const int end[3], int with_fin)
{
    for (int i = 0; i < 3; i++) {
        uint8_t bytes[GRID];
        fill(bytes, begin[i], end[i], i);
        pair_put(pair, begin[i], end[i], bytes, i == with_fin);
    }
}

static void every_arrangement(struct pair *pair, enum wb_overlap_policy policy, bool fragments,
                              int with_fin)
{
    int intervals = 0, begins[GRID * GRID], ends[GRID * GRID];
    for (int begin = 0; begin < GRID; begin++)
        for (int end = begin + 1; end <= GRID; end++, intervals++)
            begins[intervals] = begin, ends[intervals] = end;
    for (int i = 0; i < intervals * intervals * intervals; i++) {
        int a = i % intervals, b = i / intervals % intervals, c = i / intervals / intervals;
        pair_open(pair, policy, fragments, GRID + 1, UINT32_MAX - (uint32_t)i % (2 * GRID));
        put_three(pair, (int[3]){begins[a], begins[b], begins[c]},
                  (int[3]){ends[a], ends[b], ends[c]}, with_fin);
        pair_close(pair);
    }
}

static void three_chunks(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    pair->memory->ofo.max = 0; /* LINUX without its tree */
    every_arrangement(pair, WB_OVERLAP_LINUX, false, -1);
    pair->memory->ofo.max = 100;
    for (unsigned policy = WB_OVERLAP_FIRST; policy <= WB_OVERLAP_SOLARIS; policy++)
        for (int fragments = 0; fragments < 2; fragments++)
            every_arrangement(pair, (enum wb_overlap_policy)policy, fragments, -1);
    pair_free(pair);
}

/* A FIN on each of the chunks in turn. */
static void three_chunks_with_a_fin(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    for (unsigned policy = WB_OVERLAP_FIRST; policy <= WB_OVERLAP_SOLARIS; policy++)
        for (int with_fin = 0; with_fin < 3; with_fin++)
            every_arrangement(pair, (enum wb_overlap_policy)policy, false, with_fin);
    pair_free(pair);
}

/* Where a chunk of Linux touches two neighbours, the turns of its tree decide, which the model
 * does not know: left out. */
static bool is_plain(const struct model *model, int begin)
{
    return model->policy != WB_OVERLAP_LINUX || model->is_for_fragments ||
           model_before(model, begin) < 0 || model->owner[begin] < 0;
}

static void put_many(struct pair *pair, unsigned count, unsigned longest)
{
    int places = pair->model.places;
    for (unsigned i = 0; i < count; i++) {
        int begin = (int)random_below((uint32_t)places);
        int end = begin + 1 + (int)random_below(longest);
        if (end > places)
            end = places;
        uint8_t bytes[PLACES];
        fill(bytes, begin, end, (int)(i % 26));
        bool has_fin = end < places && random_below(4) == 0;
        if (is_plain(&pair->model, begin))
            pair_put(pair, begin, end, bytes, has_fin);
    }
}

static void run_random(struct pair *pair, uint64_t seed, uint32_t places, uint32_t longest)
{
    random_state = seed;
    enum wb_overlap_policy policy =
        (enum wb_overlap_policy)(WB_OVERLAP_FIRST + seed % WB_OVERLAP_SOLARIS);
    pair_open(pair, policy, random_below(2) != 0, (int)places,
              random_below(3) == 0 ? UINT32_MAX - random_below(places) : 1000);
    put_many(pair, 10 + random_below(60), 1 + random_below(longest));
    pair_close(pair);
}

/* Short ones, which share blocks, and ones that are longer than a block. */
static void random_chunks(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    pair->memory->ofo.max = 0; /* nor does it know what hidden segments do */
    for (uint64_t seed = 1; seed <= 8000; seed++)
        run_random(pair, seed, 30 + (uint32_t)seed % 500, 60);
    for (uint64_t seed = 1; seed <= 1000; seed++)
        run_random(pair, seed, PLACES, PLACES / 2);
    pair_free(pair);
}

/* Four chunks, of which the third takes the place of the first: it is met before the second,
 * so the fourth lies wholly inside of it and is dropped. */
static void replaced_segment_keeps_its_place(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    pair_open(pair, WB_OVERLAP_LINUX, false, 40, 1000);
    static const int extents[][2] = {{10, 20}, {5, 10}, {10, 25}, {10, 15}};
    for (int i = 0; i < 4; i++) {
        uint8_t bytes[40];
        fill(bytes, extents[i][0], extents[i][1], i);
        pair_put(pair, extents[i][0], extents[i][1], bytes, false);
    }
    assert_int_equal(wb__segment_bytes(pair->queue.last)[1], 'a' + 2);
    pair_close(pair);
    pair_free(pair);
}

/* Arrangements of many chunks, and what an application on Linux 6.18 read: each byte by the
 * chunk that it came from, 'A' for the first. In all of them it matters how the tree was
 * turned; in the first four, also that hidden segments stay in it. */
static void what_linux_reads(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"3-4 0-2 2-4 3-10 4-8 2-7 1-10 2-8", "BBCCGGGGGG"},
        {"2-4 0-1 1-9 9-10 1-9 4-9 3-7 1-2 1-6 7-10 4-9 1-4", "BCCCCCCCCJ"},
        {"4-10 2-4 9-10 0-1 1-5 9-10 4-8 0-5 6-7 0-1 1-3 1-4", "DEEEEGGGAA"},
        {"4-9 4-5 4-8 8-10 2-4 0-3 9-10 9-10 4-10 0-8 4-5 4-10", "JJJJJJJJAG"},
        {"7-10 6-9 0-2 9-10", "CC....BBBD"},
        {"2-10 1-6 2-5 0-5 6-7", "DDDDDBEAAA"},
        {"6-9 0-3 1-7 1-8 3-4", "BBBDDDDDA."},
        {"3-8 2-10 0-2 1-10 2-10 2-6", "CCDDDDDDDD"},
        {"3-7 0-3 1-7 6-8 1-6 3-9", "BBBCCCCFF."},
        {"1-5 6-10 7-8 4-8 8-10 2-4", ".AAAADDDEE"},
        {"3-8 6-9 2-3 0-3 2-10 3-6", "DDDEEEEEEE"},
        {"1-5 7-8 2-3 4-9 5-10 6-10", ".AAAADDDDE"},
    };
    struct pair *pair = pair_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wb__queue queue = {NULL};
        char read[] = "..........", letter = 'A';
        for (const char *text = cases[i][0]; text; text = strchr(text, ' ')) {
            unsigned begin, end;
            assert_int_equal(sscanf(text += *text == ' ', "%u-%u", &begin, &end), 2);
            uint8_t bytes[10];
            memset(bytes, letter++, sizeof bytes);
            struct wb__chunk chunk = {begin, end - begin, bytes, begin, end, false};
            wb__queue_put(&queue, pair->memory, &chunk, WB_OVERLAP_LINUX);
        }
        for (const struct wb__segment *s = queue.first; s; s = s->next)
            memcpy(read + s->sequence, wb__segment_bytes(s), s->length);
        assert_string_equal(read, cases[i][1]);
        wb__queue_clear(&queue, pair->memory);
    }
    assert_int_equal(pair->memory->budget.used, 0);
    pair_free(pair);
}

/* Segments that were joined fill more than a block: where the first block ends, none of them
 * does. */
static void joined_segments_of_many_blocks(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    pair_open(pair, WB_OVERLAP_LINUX, false, 7000, 1000);
    static uint8_t bytes[7000];
    for (int at = 10; at < 6000; at += 65) { /* three fill a small block */
        fill(bytes, at, at + 65, at / 65 % 20);
        pair_put(pair, at, at + 65, bytes, false);
    }
    for (int at = 10; at < 6000; at++) {
        fill(bytes, at, at + 3, 20);
        pair_put(pair, at, at + 3, bytes, false);
    }
    fill(bytes, 2000, 6500, 21);
    pair_put(pair, 2000, 6500, bytes, false);
    pair_close(pair);
    pair_free(pair);
}

/* --- many -------------------------------------------------------------------- */

#define MILLION 1000000u

struct crowd {
    struct wb__queue_memory *memory;
    struct wb__queue queue;
    uint32_t stored, refused;
};

static void crowd_put(struct crowd *crowd, uint32_t at, enum wb_overlap_policy policy)
{
    uint8_t byte = (uint8_t)(at % 251);
    struct wb__chunk chunk = {at, 1, &byte, at, at + 1, false};
    struct wb__queue_result result = wb__queue_put(&crowd->queue, crowd->memory, &chunk, policy);
    crowd->stored += result.stored;
    crowd->refused += result.refused;
}

static unsigned depth_of(const struct wb__segment *tree)
{
    if (!tree)
        return 0;
    unsigned left = depth_of(tree->left), right = depth_of(tree->right);
    return 1 + (left > right ? left : right);
}

static void crowd_close(struct crowd *crowd, uint32_t sent)
{
    assert_int_equal(crowd->stored + crowd->refused, sent);
    assert_true(crowd->queue.memory <= 4 * MEBI);
    assert_true(depth_of(crowd->queue.root) <= 48); /* about three times log2 of 16384 */
    uint32_t count = 0;
    while (crowd->queue.first) {
        struct wb__segment *segment = wb__queue_pop(&crowd->queue, crowd->memory);
        for (uint32_t i = 0; i < segment->length; i++)
            assert_int_equal(wb__segment_bytes(segment)[i], (segment->sequence + i) % 251);
        count += segment->length;
        wb__queue_release(crowd->memory, segment);
    }
    assert_null(crowd->queue.root);
    assert_int_equal(count, crowd->stored);
    assert_int_equal(crowd->memory->budget.used, 0);
}

/* Neighbours share blocks, whichever comes first: all of them fit. */
static void million_in_a_row(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    for (unsigned policy = WB_OVERLAP_FIRST; policy <= WB_OVERLAP_SOLARIS; policy++) {
        struct crowd up = {.memory = pair->memory}, down = {.memory = pair->memory};
        for (uint32_t i = 0; i < MILLION; i++)
            crowd_put(&up, 1 + i, (enum wb_overlap_policy)policy);
        crowd_close(&up, MILLION);
        assert_int_equal(up.refused, 0);
        for (uint32_t i = MILLION; i > 0; i--)
            crowd_put(&down, i, (enum wb_overlap_policy)policy);
        crowd_close(&down, MILLION);
        assert_int_equal(down.refused, 0);
    }
    pair_free(pair);
}

/* What is apart needs a block each; what does not fit is refused. */
static void million_apart(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    struct crowd second = {.memory = pair->memory};
    for (uint32_t i = 0; i < MILLION; i++)
        crowd_put(&second, 1 + 2 * i, WB_OVERLAP_LINUX);
    assert_int_equal(second.stored, 4 * MEBI / 256);
    crowd_close(&second, MILLION);
    pair_free(pair);
}

static void million_shuffled(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    uint32_t *order = malloc(MILLION * sizeof *order);
    assert_non_null(order);
    random_state = 7;
    for (uint32_t i = 0; i < MILLION; i++) {
        uint32_t other = random_below(i + 1);
        order[i] = order[other];
        order[other] = i;
    }
    struct crowd crowd = {.memory = pair->memory};
    for (uint32_t i = 0; i < MILLION; i++)
        crowd_put(&crowd, order[i], WB_OVERLAP_LINUX);
    assert_true(crowd.stored >= 4 * MEBI / 256);
    crowd_close(&crowd, MILLION);
    free(order);
    pair_free(pair);
}

/* --- limits ------------------------------------------------------------------ */

/* Old bytes give way only where the new ones surely find room. */
static void full_queue_keeps_what_it_has(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    pair->memory->max_per_queue = 256;
    struct wb__queue queue = {NULL};
    struct wb__chunk old_one = {100, 4, (const uint8_t *)"late", 100, 104, false};
    struct wb__chunk new_one = {98, 6, (const uint8_t *)"sooner", 98, 104, false};
    wb__queue_put(&queue, pair->memory, &old_one, WB_OVERLAP_BSD);
    struct wb__queue_result result =
        wb__queue_put(&queue, pair->memory, &new_one, WB_OVERLAP_BSD);
    assert_int_equal(result.stored, 0);
    assert_int_equal(result.refused, 6);
    assert_int_equal(result.refusal, WB__QUEUE_FULL);
    assert_int_equal(result.difference->differing, 4);
    assert_memory_equal(result.difference->kept, "late", 4);
    assert_memory_equal(result.difference->rejected, "oner", 4);
    assert_memory_equal(wb__segment_bytes(queue.first), "late", 4);
    wb__queue_clear(&queue, pair->memory);
    pair_free(pair);
}

/* What holds no bytes holds no memory either. */
static void nothing_is_left_of_what_is_refused(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    pair->memory->max_per_queue = 100;
    struct wb__queue queue = {NULL};
    struct wb__chunk chunk = {100, 4, (const uint8_t *)"late", 100, 104, false};
    struct wb__queue_result result =
        wb__queue_put(&queue, pair->memory, &chunk, WB_OVERLAP_LINUX);
    assert_int_equal(result.refused, 4);
    assert_int_equal(pair->memory->budget.used, 0);
    pair_free(pair);
}

static void no_memory_for_all(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    pair->memory->budget.limit = 512;
    struct wb__queue queues[3] = {{NULL}};
    struct wb__chunk chunk = {100, 4, (const uint8_t *)"late", 100, 104, false};
    for (int i = 0; i < 3; i++) {
        struct wb__queue_result result =
            wb__queue_put(&queues[i], pair->memory, &chunk, WB_OVERLAP_BSD);
        assert_int_equal(result.refused, i < 2 ? 0 : 4);
        assert_int_equal(result.refusal, i < 2 ? WB__QUEUE_TAKEN : WB__QUEUE_NO_MEMORY);
    }
    for (int i = 0; i < 3; i++)
        wb__queue_clear(&queues[i], pair->memory);
    pair_free(pair);
}

/* A block that is cut in two is as old as before in both parts. */
static void oldest_bytes(void **state)
{
    (void)state;
    struct pair *pair = pair_new();
    struct wb__queue old = {.owner = 1}, young = {.owner = 2};
    uint8_t bytes[1000] = {0};
    struct wb__chunk whole = {0, 1000, bytes, 0, 1000, false};
    struct wb__chunk inside = {500, 10, bytes, 500, 510, false};
    wb__queue_put(&old, pair->memory, &whole, WB_OVERLAP_BSD_RIGHT);
    wb__queue_put(&young, pair->memory, &whole, WB_OVERLAP_BSD_RIGHT);
    wb__queue_put(&old, pair->memory, &inside, WB_OVERLAP_BSD_RIGHT);
    assert_int_equal(wb__queue_oldest(pair->memory), 1);
    wb__queue_release(pair->memory, wb__queue_pop(&old, pair->memory)); /* what was before it */
    assert_int_equal(wb__queue_oldest(pair->memory), 1);
    wb__queue_release(pair->memory, wb__queue_pop(&old, pair->memory)); /* what came last */
    assert_int_equal(wb__queue_oldest(pair->memory), 1);
    wb__queue_release(pair->memory, wb__queue_pop(&old, pair->memory));
    assert_int_equal(wb__queue_oldest(pair->memory), 2);
    assert_null(old.first);
    wb__queue_clear(&young, pair->memory);
    pair_free(pair);
}

static void names_of_policies(void **state)
{
    (void)state;
    static const char *const names[] = {"first",   "last",  "bsd",    "bsd-right",
                                        "linux", "windows", "solaris"};
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(wb_overlap_policy_find(names[i]), WB_OVERLAP_FIRST + i);
        assert_string_equal(wb_overlap_policy_name(WB_OVERLAP_FIRST + i), names[i]);
    }
    assert_int_equal(wb_overlap_policy_find("default"), WB_OVERLAP_DEFAULT);
    assert_int_equal(wb_overlap_policy_find("amiga"), WB_OVERLAP_DEFAULT);
    assert_string_equal(wb_overlap_policy_name(99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_chunks),
        cmocka_unit_test(three_chunks_with_a_fin),
        cmocka_unit_test(random_chunks),
        cmocka_unit_test(replaced_segment_keeps_its_place),
        cmocka_unit_test(what_linux_reads),
        cmocka_unit_test(joined_segments_of_many_blocks),
        cmocka_unit_test(million_in_a_row),
        cmocka_unit_test(million_apart),
        cmocka_unit_test(million_shuffled),
        cmocka_unit_test(full_queue_keeps_what_it_has),
        cmocka_unit_test(nothing_is_left_of_what_is_refused),
        cmocka_unit_test(no_memory_for_all),
        cmocka_unit_test(oldest_bytes),
        cmocka_unit_test(names_of_policies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
