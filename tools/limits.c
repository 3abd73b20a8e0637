/* SPDX-License-Identifier: ISC
 *
 * The table of limits. A default here is for the help text only: 0 in the engine's
 * options means the engine's own default, which the public headers state.
 */
#include "limits.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "options.h"

struct limit {
    const char *name;
    const char *default_text;
    const char *help;
    size_t offset;
    bool is_64_bit;
};

#define LIMIT_32(field) offsetof(struct wb_engine_options, field), false
#define LIMIT_64(field) offsetof(struct wb_engine_options, field), true

static const struct limit limits[] = {
    { "flows", "262144", "connections followed at once", LIMIT_32(flow.max_flows) },
    { "direction-buffer", "4M", "out-of-order bytes of one direction",
      LIMIT_32(flow.max_buffer_per_direction) },
    { "total-buffer", "256M", "out-of-order bytes of all connections",
      LIMIT_64(flow.max_buffer_total) },
    { "opening-timeout", "30000", "ms until an unfinished handshake ends",
      LIMIT_32(flow.opening_timeout_ms) },
    { "idle-timeout", "300000", "ms until an idle connection ends",
      LIMIT_32(flow.established_timeout_ms) },
    { "closing-timeout", "10000", "ms that a closed connection waits for late packets",
      LIMIT_32(flow.closing_timeout_ms) },
    { "gap-wait", "100", "ms until acknowledged bytes that did not come are a gap",
      LIMIT_32(flow.gap_wait_ms) },
    { "head", "256K", "bytes of a head", LIMIT_32(http.max_head_bytes) },
    { "headers", "1000", "field lines of a head", LIMIT_32(http.max_headers) },
    { "pipeline", "1000", "requests of a connection that wait for a response",
      LIMIT_32(http.max_pipeline) },
    { "chunk-line", "16K", "bytes of a chunk-size line", LIMIT_32(http.max_chunk_line) },
    { "http-memory", "256M", "bytes of heads, all connections", LIMIT_64(http.max_memory_total) },
    { "decoded-body", "1G", "bytes that a body may become when decompressed",
      LIMIT_64(http.max_decoded_body) },
    { "decoded-ratio", "1000", "times that a body may grow when decompressed, beyond 1M",
      LIMIT_32(http.max_decoded_ratio) },
    { "record-memory", "64M", "bytes of unfinished transactions, more go to temporary files",
      LIMIT_64(record.max_memory) },
};
#define LIMIT_COUNT (sizeof(limits) / sizeof(limits[0]))

static int print_limits(void)
{
    printf("%-17s %-8s %s\n", "NAME", "DEFAULT", "LIMIT OF");
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        printf("%-17s %-8s %s\n", limits[i].name, limits[i].default_text, limits[i].help);
    return STATUS_DONE;
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
        memcpy(place, &value, sizeof(value));
    else
        memcpy(place, &narrow, sizeof(narrow));
}

int limits_set(struct wb_engine_options *options, const char *text)
{
    const char *equals = strchr(text, '=');
    const struct limit *limit;
    uint64_t value, max;

    if (strcmp(text, "help") == 0)
        return print_limits();
    if (equals == NULL)
        return message_usage("--limit wants NAME=VALUE or help, not '%s'", text);
    limit = find_limit(text, (size_t)(equals - text));
    if (limit == NULL)
        return message_usage("there is no limit named '%.*s'; --limit help lists them",
                             (int)(equals - text), text);
    if (!options_number(equals + 1, true, &value))
        return message_usage("--limit %s wants a number (K, M, G may follow), not '%s'",
                             limit->name, equals + 1);
    max = limit->is_64_bit ? INT64_MAX : UINT32_MAX;
    if (value == 0 || value > max)
        return message_usage("--limit %s must be from 1 to %llu", limit->name,
                             (unsigned long long)max);
    store(limit, options, value);
    return OPTIONS_GO;
}
