/* SPDX-License-Identifier: ISC */
#include "recorder.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SHOWN 60 /* longer bytes are shown by their length alone */

static void reserve(char **buffer, size_t *capacity, size_t needed)
{
    if (needed <= *capacity)
        return;
    *capacity = needed * 2;
    *buffer = realloc(*buffer, *capacity);
    if (!*buffer)
        abort();
}

__attribute__((format(printf, 2, 3))) static void add(struct recorder *recorder,
                                                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    reserve(&recorder->text, &recorder->capacity, recorder->length + (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(recorder->text + recorder->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    recorder->length += (size_t)length;
}

static void add_quoted(struct recorder *recorder, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    add(recorder, "\"");
    for (size_t i = 0; i < length; i++) {
        if (at[i] == '\r')
            add(recorder, "\\r");
        else if (at[i] == '\n')
            add(recorder, "\\n");
        else if (at[i] == '\\' || at[i] == '"')
            add(recorder, "\\%c", at[i]);
        else if (at[i] < 0x20 || at[i] > 0x7e)
            add(recorder, "\\x%02x", at[i]);
        else
            add(recorder, "%c", at[i]);
    }
    add(recorder, "\"");
}

static const char *side_name(int side)
{
    return side == WB_HTTP_REQUEST ? "request" : "response";
}

static const char *part_name(int part)
{
    static const char *const names[] = {"head", "body", "framing", "trailer", "interim"};
    return names[part];
}

static void end_run(struct recorder *recorder)
{
    if (!recorder->run_length)
        return;
    add(recorder, "%u %s %s ", recorder->run_index, side_name(recorder->run_side),
        part_name(recorder->run_part));
    if (recorder->run_length > TEXT_SHOWN || recorder->run_part == WB_HTTP_PART_HEAD)
        add(recorder, "%zu", recorder->run_length);
    else
        add_quoted(recorder, recorder->run, recorder->run_length);
    add(recorder, "\n");
    recorder->run_length = 0;
}

static void add_fields(struct recorder *recorder, const char *what,
                       const struct wb_http_header *fields, uint32_t count)
{
    for (uint32_t i = 0; recorder->shows_headers && i < count; i++) {
        add(recorder, "  %s ", what);
        add_quoted(recorder, fields[i].name.data, fields[i].name.length);
        add(recorder, " ");
        add_quoted(recorder, fields[i].value.data, fields[i].value.length);
        add(recorder, "\n");
    }
}

static void on_head(void *context, void *flow, struct wb_http_transaction *transaction,
                    enum wb_http_side side)
{
    struct recorder *recorder = context;
    (void)flow;
    end_run(recorder);
    const struct wb_http_message *message =
        side == WB_HTTP_REQUEST ? &transaction->request : &transaction->response;
    add(recorder, "%u %s ", transaction->index, side_name((int)side));
    if (side == WB_HTTP_REQUEST) {
        add_quoted(recorder, message->method.data, message->method.length);
        add(recorder, " ");
        add_quoted(recorder, message->target.data, message->target.length);
    } else {
        add(recorder, "%u ", message->status);
        add_quoted(recorder, message->reason.data, message->reason.length);
    }
    add(recorder, " %u %s", message->version, wb_http_framing_name(message->framing));
    if (message->framing == WB_HTTP_FRAMING_LENGTH || message->content_length)
        add(recorder, " %" PRIu64, message->content_length);
    add(recorder, "\n");
    add_fields(recorder, "field", message->headers, message->header_count);
}

static void on_bytes(void *context, void *flow, struct wb_http_transaction *transaction,
                     enum wb_http_side side, enum wb_http_part part, const uint8_t *bytes,
                     uint32_t length)
{
    struct recorder *recorder = context;
    (void)flow;
    recorder->told_bytes += length;
    if (recorder->run_index != transaction->index || recorder->run_side != (int)side ||
        recorder->run_part != (int)part)
        end_run(recorder);
    recorder->run_index = transaction->index;
    recorder->run_side = (int)side;
    recorder->run_part = (int)part;
    reserve((char **)(void *)&recorder->run, &recorder->run_capacity,
            recorder->run_length + length);
    memcpy(recorder->run + recorder->run_length, bytes, length);
    recorder->run_length += length;
}

static void on_gap(void *context, void *flow, struct wb_http_transaction *transaction,
                   enum wb_http_side side, uint64_t length)
{
    struct recorder *recorder = context;
    (void)flow;
    end_run(recorder);
    recorder->gap_bytes += length;
    add(recorder, "%u %s gap %" PRIu64 "\n", transaction->index, side_name((int)side), length);
}

static void add_anomalies(struct recorder *recorder, uint64_t anomalies)
{
    for (unsigned kind = 0; kind < WB_HTTP_ANOMALY_COUNT; kind++)
        if (anomalies >> kind & 1)
            add(recorder, " %s", wb_http_anomaly_name(kind));
}

static void add_gaps(struct recorder *recorder, int side, const struct wb_http_message *message)
{
    for (uint32_t i = 0; i < message->gap_count && i < WB_HTTP_GAPS_KEPT; i++)
        add(recorder, " %s_gap@%" PRIu64 "+%" PRIu64, side_name(side), message->gaps[i].offset,
            message->gaps[i].length);
}

static void on_transaction(void *context, void *flow, struct wb_http_transaction *transaction)
{
    struct recorder *recorder = context;
    (void)flow;
    end_run(recorder);
    recorder->ended++;
    add_fields(recorder, "trailer", transaction->request.trailers,
               transaction->request.trailer_count);
    add_fields(recorder, "trailer", transaction->response.trailers,
               transaction->response.trailer_count);
    add(recorder, "%u", transaction->index);
    if (transaction->response.interim_status)
        add(recorder, " interim=%u", transaction->response.interim_status);
    if (transaction->tunnel)
        add(recorder, " tunnel");
    add_gaps(recorder, WB_HTTP_REQUEST, &transaction->request);
    add_gaps(recorder, WB_HTTP_RESPONSE, &transaction->response);
    if (!transaction->missing)
        add(recorder, " complete");
    for (unsigned bit = 0; bit < 32; bit++)
        if (transaction->missing >> bit & 1)
            add(recorder, " %s", wb_http_missing_name(bit));
    add_anomalies(recorder, transaction->anomalies);
    add(recorder, "\n");
}

static void on_anomaly(void *context, void *flow, struct wb_http_transaction *transaction,
                       const struct wb_http_anomaly *anomaly)
{
    struct recorder *recorder = context;
    (void)flow;
    if (!transaction)
        recorder->unowned |= UINT64_C(1) << anomaly->kind;
}

static bool is_due(void *context, void *flow, unsigned direction)
{
    const struct recorder *recorder = context;
    (void)flow;
    return recorder->is_due[direction];
}

const struct wb__http_events recorder_events = {
    .head = on_head,
    .bytes = on_bytes,
    .gap = on_gap,
    .transaction = on_transaction,
    .anomaly = on_anomaly,
    .is_due = is_due,
};

void recorder_open(struct recorder *recorder)
{
    *recorder = (struct recorder){0};
    add(recorder, "%s", "");
}

void recorder_close(struct recorder *recorder)
{
    free(recorder->text);
    free(recorder->run);
}

void recorder_finish(struct recorder *recorder, const struct wb__http *http)
{
    struct wb_http_stats stats;
    wb__http_stats(http, &stats);
    end_run(recorder);
    if (recorder->unowned) {
        add(recorder, "stream");
        add_anomalies(recorder, recorder->unowned);
        add(recorder, "\n");
    }
    if (stats.skipped_bytes)
        add(recorder, "skipped %" PRIu64 "\n", stats.skipped_bytes);
    if (stats.streams_other)
        add(recorder, "not http\n");
}
