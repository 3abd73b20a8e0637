/* SPDX-License-Identifier: ISC
 *
 * The stage as a whole: its options, its memory, its counters, and the names of what
 * it tells. No byte of a stream comes here.
 */
#include "http/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/defaults.h"
#include "http/stage.h"
#include "http/text.h"

static const char *const framing_names[] = {
#define NAME(name, text) text,
    WB_HTTP_FRAMINGS(NAME)
#undef NAME
};

static const char *const missing_names[] = {
#define NAME(name, bit, text) [bit] = text,
    WB_HTTP_MISSINGS(NAME)
#undef NAME
};

static const char *const anomaly_names[] = {
#define NAME(name, text) text,
    WB_HTTP_ANOMALIES(NAME)
#undef NAME
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char *wb_http_framing_name(unsigned framing)
{
    return framing < COUNT(framing_names) ? framing_names[framing] : "unknown";
}

const char *wb_http_missing_name(unsigned bit)
{
    return bit < COUNT(missing_names) ? missing_names[bit] : "unknown";
}

const char *wb_http_anomaly_name(unsigned kind)
{
    return kind < COUNT(anomaly_names) ? anomaly_names[kind] : "unknown";
}

static uint8_t lower(char c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool equals_without_case(struct wb_slice slice, const char *name, size_t length)
{
    if (slice.length != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (lower(slice.data[i]) != lower(name[i]))
            return false;
    return true;
}

const struct wb_http_header *wb_http_header_find(const struct wb_http_message *message,
                                                 const char *name)
{
    size_t length = strlen(name);
    for (uint32_t i = 0; i < message->header_count; i++)
        if (equals_without_case(message->headers[i].name, name, length))
            return &message->headers[i];
    return NULL;
}

void wb__http_fill_in_defaults(struct wb_http_options *options)
{
    wb__default32(&options->max_head_bytes, 256 << 10);
    wb__default32(&options->max_headers, 1000);
    wb__default32(&options->max_pipeline, 1000);
    wb__default32(&options->max_chunk_line, 16 << 10);
    wb__default64(&options->max_memory_total, UINT64_C(256) << 20);
    wb__default64(&options->max_decoder_memory, UINT64_C(256) << 20);
    wb__default64(&options->max_decoded_body, UINT64_C(1) << 30);
    wb__default32(&options->max_decoded_ratio, 1000);
}

struct wb__http *wb__http_new(const struct wb_http_options *options,
                              const struct wb__http_events *events, void *context)
{
    struct wb__http *http = calloc(1, sizeof *http);
    if (!http)
        return NULL;
    http->options = *options;
    wb__http_fill_in_defaults(&http->options);
    http->events = *events;
    http->context = context;
    http->budget.limit = http->options.max_memory_total;
    wb__shelf_init(&http->transactions, WB__TRANSACTION_BYTES, &http->budget);
    wb__slab_init(&http->streams, sizeof(struct wb__http_stream), &http->streams_memory);
    wb__list_init(&http->holders);
    wb__gather_memory_init(&http->gather_memory, &http->budget);
    http->head.field_limit = http->options.max_headers;
    http->head.fields = calloc(http->options.max_headers, sizeof *http->head.fields);
    if (!http->head.fields) {
        free(http);
        return NULL;
    }
    return http;
}

void wb__http_free(struct wb__http *http)
{
    if (!http)
        return;
    wb__shortage_free(http);
    wb__shelf_free(&http->transactions);
    wb__slab_free(&http->streams);
    wb__gather_memory_free(&http->gather_memory);
    free(http->head.fields);
    free(http);
}

void wb__http_stats(const struct wb__http *http, struct wb_http_stats *stats)
{
    *stats = http->stats;
    stats->active = http->begun - http->stats.transactions;
    stats->memory_bytes = http->budget.used + http->streams_memory.used;
    stats->memory_peak = http->budget.peak + http->streams_memory.peak;
}

void wb__http_note(struct wb__http_stream *stream, struct wb__transaction *transaction,
                   enum wb_http_anomaly_kind kind, enum wb_http_side side, int64_t time_ns)
{
    struct wb__http *http = stream->http;
    uint64_t bit = UINT64_C(1) << kind;
    if (transaction) {
        if (transaction->told.anomalies & bit)
            return;
        transaction->told.anomalies |= bit;
    }
    http->stats.anomalies[kind]++;
    struct wb_http_anomaly anomaly = {(uint8_t)kind, (uint8_t)side, time_ns};
    if (http->events.anomaly)
        http->events.anomaly(http->context, stream->flow, transaction ? &transaction->told : NULL,
                             &anomaly);
}

void wb__http_note_all(struct wb__http_stream *stream, struct wb__transaction *transaction,
                       uint64_t anomalies, enum wb_http_side side, int64_t time_ns)
{
    for (; anomalies; anomalies &= anomalies - 1)
        wb__http_note(stream, transaction,
                      (enum wb_http_anomaly_kind)__builtin_ctzll(anomalies), side, time_ns);
}
