/* SPDX-License-Identifier: ISC
 *
 * The table of limits: their names, and where in the engine's options they are. Their
 * defaults are asked of the stages.
 */
#include <stddef.h>
#include <string.h>

#include <wirebeam/setting.h>

#include "base/error.h"

struct limit {
    const char *name;
    const char *about;
    size_t offset;
    bool is_64_bit;
};

#define LIMIT_32(field) offsetof(struct wb_engine_options, field), false
#define LIMIT_64(field) offsetof(struct wb_engine_options, field), true

static const struct limit limits[] = {
    { "flows", "connections followed at once", LIMIT_32(flow.max_flows) },
    { "direction-buffer", "out-of-order bytes of one direction",
      LIMIT_32(flow.max_buffer_per_direction) },
    { "total-buffer", "out-of-order bytes of all connections",
      LIMIT_64(flow.max_buffer_total) },
    { "history", "bytes of a direction to compare repetitions with",
      LIMIT_32(flow.max_history_per_direction) },
    { "total-history", "the same of all connections", LIMIT_64(flow.max_history_total) },
    { "datagrams", "unfinished IP datagrams at once", LIMIT_32(fragment.max_datagrams) },
    { "fragment-memory", "bytes of unfinished IP datagrams", LIMIT_64(fragment.max_memory) },
    { "fragment-timeout", "ms until an unfinished IP datagram is given up",
      LIMIT_32(fragment.timeout_ms) },
    { "suspects", "bytes of a direction that are not believed, but kept",
      LIMIT_32(flow.max_suspect_per_direction) },
    { "total-suspects", "the same of all connections", LIMIT_64(flow.max_suspect_total) },
    { "opening-timeout", "ms until an unfinished handshake ends",
      LIMIT_32(flow.opening_timeout_ms) },
    { "idle-timeout", "ms until an idle connection ends",
      LIMIT_32(flow.established_timeout_ms) },
    { "closing-timeout", "ms that a closed connection waits for late packets",
      LIMIT_32(flow.closing_timeout_ms) },
    { "gap-wait", "ms until acknowledged bytes that did not come are a gap",
      LIMIT_32(flow.gap_wait_ms) },
    { "head", "bytes of a head", LIMIT_32(http.max_head_bytes) },
    { "headers", "field lines of a head", LIMIT_32(http.max_headers) },
    { "pipeline", "requests of a connection that wait for a response",
      LIMIT_32(http.max_pipeline) },
    { "chunk-line", "bytes of a chunk-size line", LIMIT_32(http.max_chunk_line) },
    { "http-memory", "bytes of heads, all connections", LIMIT_64(http.max_memory_total) },
    { "decoder-memory", "bytes that all content decoders hold", LIMIT_64(http.max_decoder_memory) },
    { "decoded-body", "bytes that a body may become when decompressed",
      LIMIT_64(http.max_decoded_body) },
    { "decoded-ratio", "times that a body may grow when decompressed, beyond 1M",
      LIMIT_32(http.max_decoded_ratio) },
    { "record-memory", "bytes of unfinished transactions, more go to temporary files",
      LIMIT_64(record.max_memory) },
};
#define LIMIT_COUNT (sizeof(limits) / sizeof(limits[0]))

static uint64_t load(const struct limit *limit, const struct wb_engine_options *options)
{
    const char *place = (const char *)options + limit->offset;
    uint64_t wide;
    uint32_t narrow;
    if (!limit->is_64_bit) {
        memcpy(&narrow, place, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, place, sizeof wide);
    return wide;
}

static const struct limit *find_limit(const char *name, size_t length)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        if (strlen(limits[i].name) == length && memcmp(limits[i].name, name, length) == 0)
            return &limits[i];
    return NULL;
}

static void store(const struct limit *limit, struct wb_engine_options *options, uint64_t value)
{
    char *place = (char *)options + limit->offset;
    uint32_t narrow = (uint32_t)value;
    if (limit->is_64_bit)
        memcpy(place, &value, sizeof value);
    else
        memcpy(place, &narrow, sizeof narrow);
}

static uint64_t max_of(const struct limit *limit)
{
    return limit->is_64_bit ? INT64_MAX : UINT32_MAX;
}

bool wb_limit_at(unsigned index, struct wb_limit *limit)
{
    struct wb_engine_options defaults = {.max_packets = 0};
    if (index >= LIMIT_COUNT)
        return false;
    wb_engine_options_fill(&defaults);
    *limit = (struct wb_limit){.name = limits[index].name,
                               .about = limits[index].about,
                               .value = load(&limits[index], &defaults),
                               .max = max_of(&limits[index])};
    return true;
}

int wb_limit_set(struct wb_engine_options *options, const char *text, struct wb_error *error)
{
    const char *equals = strchr(text, '=');
    uint64_t value;
    if (!equals)
        return wb__error_set(error, WB_E_ARGUMENT, 0, "limit wants NAME=VALUE, not '%s'", text);
    const struct limit *limit = find_limit(text, (size_t)(equals - text));
    if (!limit)
        return wb__error_set(error, WB_E_ARGUMENT, 0, "limit: there is no limit named '%.*s'",
                             (int)(equals - text), text);
    if (!wb_number_read(equals + 1, true, &value))
        return wb__error_set(error, WB_E_ARGUMENT, 0,
                             "limit %s wants a number (K, M, G may follow), not '%s'", limit->name,
                             equals + 1);
    if (value == 0 || value > max_of(limit))
        return wb__error_set(error, WB_E_ARGUMENT, 0, "limit %s must be from 1 to %llu",
                             limit->name, (unsigned long long)max_of(limit));
    store(limit, options, value);
    return 0;
}
