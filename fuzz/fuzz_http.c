/* SPDX-License-Identifier: ISC
 *
 * The HTTP stage under any bytes, gaps and ends in any order. An input is a byte of
 * options and then operations: a byte (direction, kind, whether bytes of the other
 * direction are due), a length in two bytes, and for bytes the bytes. What must hold: every byte is told or counted as skipped; a
 * message's counters are the sums of what was told; every transaction ends once; the
 * memory is given back; and none of it depends on how the stream was cut into calls.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) \
    do {                   \
        if (!(condition))  \
            abort();       \
    } while (0)

/* What was told of one transaction. */
struct sums {
    uint64_t wire[2], body[2], gaps[2];
};

struct watch {
    uint64_t given, told, digest;
    uint64_t begun, ended;
    bool has_tunnel, is_short_of_memory, is_due;
    unsigned last_run; /* index, side and part of the bytes told last */
};

static void mix(struct watch *watch, uint64_t value)
{
    watch->digest = (watch->digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    watch->digest ^= watch->digest >> 29;
}

static struct sums *sums_of(struct watch *watch, struct wb_http_transaction *transaction)
{
    if (!transaction->user) {
        transaction->user = calloc(1, sizeof(struct sums));
        REQUIRE(transaction->user);
        watch->begun++;
    }
    return transaction->user;
}

static void mix_slice(struct watch *watch, struct wb_slice slice)
{
    for (uint32_t i = 0; i < slice.length; i++)
        mix(watch, (uint8_t)slice.data[i]);
    mix(watch, slice.length);
}

static void mix_fields(struct watch *watch, const struct wb_http_header *fields, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        mix_slice(watch, fields[i].name);
        mix_slice(watch, fields[i].value);
    }
}

static void on_head(void *context, void *flow, struct wb_http_transaction *transaction,
                    enum wb_http_side side)
{
    struct watch *watch = context;
    (void)flow;
    sums_of(watch, transaction);
    mix(watch, side);
    mix_slice(watch, transaction->request.target);
    mix_fields(watch, transaction->request.headers, transaction->request.header_count);
    mix_fields(watch, transaction->response.headers, transaction->response.header_count);
}

static void on_bytes(void *context, void *flow, struct wb_http_transaction *transaction,
                     enum wb_http_side side, enum wb_http_part part, const uint8_t *bytes,
                     uint32_t length)
{
    struct watch *watch = context;
    struct sums *sums = sums_of(watch, transaction);
    (void)flow;
    watch->told += length;
    sums->wire[side] += length;
    if (part == WB_HTTP_PART_BODY)
        sums->body[side] += length;
    unsigned this_run = transaction->index << 4 | (unsigned)side << 3 | (unsigned)part;
    if (this_run != watch->last_run)
        mix(watch, watch->last_run = this_run);
    for (uint32_t i = 0; i < length; i++)
        mix(watch, bytes[i]);
}

static void on_gap(void *context, void *flow, struct wb_http_transaction *transaction,
                   enum wb_http_side side, uint64_t length)
{
    struct watch *watch = context;
    (void)flow;
    sums_of(watch, transaction)->gaps[side] += length;
    mix(watch, length);
}

static void require_sums(const struct wb_http_message *message, const struct sums *sums, int side)
{
    REQUIRE(message->wire_bytes == sums->wire[side]);
    REQUIRE(message->body_bytes == sums->body[side]);
    REQUIRE(message->gap_bytes == sums->gaps[side]);
}

static void on_transaction(void *context, void *flow, struct wb_http_transaction *transaction)
{
    struct watch *watch = context;
    struct sums *sums = sums_of(watch, transaction);
    (void)flow;
    require_sums(&transaction->request, sums, WB_HTTP_REQUEST);
    require_sums(&transaction->response, sums, WB_HTTP_RESPONSE);
    if (!transaction->missing)
        REQUIRE(transaction->request.ended && transaction->response.ended);
    watch->ended++;
    watch->has_tunnel |= transaction->tunnel;
    mix(watch, transaction->missing);
    mix(watch, transaction->anomalies);
    mix_fields(watch, transaction->request.trailers, transaction->request.trailer_count);
    mix_fields(watch, transaction->response.trailers, transaction->response.trailer_count);
    free(sums);
}

static void on_anomaly(void *context, void *flow, struct wb_http_transaction *transaction,
                       const struct wb_http_anomaly *anomaly)
{
    struct watch *watch = context;
    (void)flow;
    (void)transaction;
    watch->is_short_of_memory |= anomaly->kind == WB_HTTP_ANOMALY_MEMORY_LIMIT;
}

static bool is_due(void *context, void *flow, unsigned direction)
{
    const struct watch *watch = context;
    (void)flow;
    (void)direction;
    return watch->is_due;
}

static const struct wb__http_events events = {
    .head = on_head,
    .bytes = on_bytes,
    .gap = on_gap,
    .transaction = on_transaction,
    .anomaly = on_anomaly,
    .is_due = is_due,
};

static void give(struct wb__http_stream *stream, struct watch *watch, unsigned direction,
                 struct wb__cursor bytes, size_t piece)
{
    while (wb__cursor_left(&bytes) > 0) {
        size_t left = wb__cursor_left(&bytes);
        size_t length = left < piece ? left : piece;
        uint8_t *copy = malloc(length); /* its own object: an overrun is seen */
        REQUIRE(copy);
        wb__cursor_read(&bytes, copy, length);
        wb__http_stream_bytes(stream, direction, copy, (uint32_t)length, (int64_t)watch->given);
        free(copy);
    }
}

enum { BYTES = 0, GAP = 1, HALF_END = 2, END = 3 };

/* The operations of one stream; returns whether it was HTTP. */
static bool run(struct wb__http *http, struct watch *watch, struct wb__cursor input, size_t piece)
{
    uint8_t flags = wb__cursor_read8(&input);
    struct wb__http_stream *stream = wb__http_stream_new(http, NULL, flags & 1);
    if (!stream)
        return false;
    enum wb__http_end how = WB__HTTP_END_CLOSED;
    while (!input.failed && wb__cursor_left(&input) > 0) {
        uint8_t operation = wb__cursor_read8(&input);
        unsigned direction = operation & 1, kind = operation >> 1 & 3;
        how = (enum wb__http_end)(operation >> 3 & 3);
        watch->is_due = operation >> 5 & 1;
        if (kind == END)
            break;
        if (kind == HALF_END) {
            wb__http_stream_half_end(stream, direction, (int64_t)watch->given);
            continue;
        }
        uint16_t length = wb__cursor_read16(&input);
        if (kind == GAP) {
            wb__http_stream_gap(stream, direction, length, (int64_t)watch->given);
            continue;
        }
        size_t left = wb__cursor_left(&input);
        size_t taken = length < left ? length : left;
        give(stream, watch, direction, wb__cursor(wb__cursor_take(&input, taken), taken), piece);
        watch->given += taken;
    }
    bool is_http = wb__http_stream_is_http(stream);
    wb__http_stream_end(stream, how, (int64_t)watch->given);
    return is_http;
}

static struct wb_http_options options_of(uint8_t flags)
{
    struct wb_http_options options = {.max_memory_total = 4 << 20};
    if (flags & 2)
        options.max_head_bytes = 100;
    if (flags & 4)
        options.max_headers = 3;
    if (flags & 8)
        options.max_pipeline = 2;
    if (flags & 16)
        options.max_chunk_line = 6;
    if (flags & 32)
        options.max_memory_total = 140 << 10;
    return options;
}

/* Runs the input twice in one stage, the second time under watch. */
static void run_twice(struct wb_http_options options, struct watch *watch,
                      struct wb__cursor input, size_t piece)
{
    struct wb__http *http = wb__http_new(&options, &events, watch);
    REQUIRE(http);
    struct wb_http_stats first, second;
    *watch = (struct watch){.last_run = ~0U};
    run(http, watch, input, piece);
    wb__http_stats(http, &first);
    *watch = (struct watch){.last_run = ~0U};
    bool is_http = run(http, watch, input, piece);
    wb__http_stats(http, &second);
    REQUIRE(watch->begun == watch->ended);
    REQUIRE(second.transactions == second.complete + second.incomplete);
    REQUIRE(second.transactions == first.transactions + watch->ended);
    REQUIRE(second.memory_bytes == first.memory_bytes);
    if (is_http && !watch->has_tunnel)
        REQUIRE(watch->given == watch->told + second.skipped_bytes - first.skipped_bytes);
    mix(watch, second.skipped_bytes - first.skipped_bytes);
    wb__http_free(http);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb__cursor input = wb__cursor(data, size);
    struct wb_http_options options = options_of(size ? data[0] : 0);
    struct watch whole, bytewise;
    run_twice(options, &whole, input, SIZE_MAX);
    run_twice(options, &bytewise, input, 1);
    if (!whole.is_short_of_memory && !bytewise.is_short_of_memory)
        REQUIRE(whole.digest == bytewise.digest && whole.ended == bytewise.ended);
    return 0;
}
