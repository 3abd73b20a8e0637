/* SPDX-License-Identifier: ISC
 *
 * The EVE record of a transaction: first the fields that Suricata has, under its names,
 * then both messages whole but for their secrets, the verdict, and where the files are.
 */
#include "record/eve.h"

#include <string.h>
#include <strings.h>

static void write_slice(struct wb__json *line, const char *key, struct wb_slice slice)
{
    wb__json_bytes(line, key, slice.data, slice.length);
}

static bool is_host(struct wb_slice name)
{
    return name.length == 4 && strncasecmp(name.data, "Host", 4) == 0;
}

/* Text in which URLs may stand, without the userinfo of each. */
static void write_url(struct wb__eve *eve, const char *key, struct wb_slice text,
                      bool begins_with_authority)
{
    struct wb__json *line = &eve->line;
    struct wb_slice secret = {NULL, 0};
    if (!eve->keeps_secrets)
        secret = wb_http_userinfo(text, begins_with_authority);
    if (!secret.data) {
        write_slice(line, key, text);
        return;
    }
    wb__json_bytes_begin(line, key);
    for (; secret.data; secret = wb_http_userinfo(text, false)) {
        uint32_t before = (uint32_t)(secret.data - text.data);
        wb__json_bytes_more(line, text.data, before);
        wb__json_bytes_more(line, WB_RECORD_REDACTED, sizeof WB_RECORD_REDACTED - 1);
        text.data += before + secret.length;
        text.length -= before + secret.length;
    }
    wb__json_bytes_more(line, text.data, text.length);
    wb__json_bytes_end(line);
}

/* A target that is no path may be an authority (CONNECT; RFC 9112, 3.2.3). */
static void write_target(struct wb__eve *eve, const char *key, struct wb_slice target)
{
    write_url(eve, key, target, target.length && target.data[0] != '/');
}

static void write_value(struct wb__eve *eve, const char *key, const struct wb_http_header *header)
{
    if (!eve->keeps_secrets && wb_http_is_secret(header->name))
        wb__json_text(&eve->line, key, WB_RECORD_REDACTED);
    else
        write_url(eve, key, header->value, is_host(header->name));
}

static void write_header(struct wb__eve *eve, const char *key,
                         const struct wb_http_message *message, const char *name)
{
    const struct wb_http_header *header = wb_http_header_find(message, name);
    if (header)
        write_value(eve, key, header);
}

/* Suricata parts the Host field: the name, and the port where there is one. */
static void write_host(struct wb__eve *eve, const struct wb_http_message *request)
{
    struct wb__json *line = &eve->line;
    const struct wb_http_header *host = wb_http_header_find(request, "Host");
    if (!host)
        return;
    const char *data = host->value.data;
    uint32_t length = host->value.length, digits = 0;
    uint32_t port = 0;
    while (digits < 5 && digits < length && data[length - digits - 1] >= '0' &&
           data[length - digits - 1] <= '9')
        digits++;
    bool has_port = digits && digits < length && data[length - digits - 1] == ':';
    for (uint32_t i = length - digits; has_port && i < length; i++)
        port = port * 10 + (uint32_t)(data[i] - '0');
    write_url(eve, "hostname",
              (struct wb_slice){data, has_port ? length - digits - 1 : length}, true);
    if (has_port)
        wb__json_number(line, "http_port", port);
}

/* Without its parameters, as Suricata has it. */
static void write_content_type(struct wb__json *line, const struct wb_http_message *response)
{
    const struct wb_http_header *type = wb_http_header_find(response, "Content-Type");
    if (!type)
        return;
    const char *semicolon = memchr(type->value.data, ';', type->value.length);
    size_t length = semicolon ? (size_t)(semicolon - type->value.data) : type->value.length;
    wb__json_bytes(line, "http_content_type", type->value.data, length);
}

static const char *version_text(unsigned version)
{
    return version == 11 ? "HTTP/1.1" : version == 10 ? "HTTP/1.0" : "HTTP/0.9";
}

static uint64_t content_length(const struct wb_http_message *message,
                               const struct wb__eve_body *body)
{
    return body->has_length ? body->length : message->body_bytes;
}

/* The fields that Suricata's http object has. */
static void write_eve_fields(struct wb__eve *eve, const struct wb__eve_transaction *record)
{
    struct wb__json *line = &eve->line;
    const struct wb_http_message *request = &record->transaction->request;
    const struct wb_http_message *response = &record->transaction->response;
    if (request->seen) {
        write_host(eve, request);
        write_target(eve, "url", request->target);
        write_header(eve, "http_user_agent", request, "User-Agent");
    }
    if (response->seen)
        write_content_type(line, response);
    if (request->seen) {
        write_header(eve, "http_refer", request, "Referer");
        write_slice(line, "http_method", request->method);
        wb__json_text(line, "protocol", version_text(request->version));
    }
    if (response->seen) {
        wb__json_number(line, "status", response->status);
        if (response->status / 100 == 3)
            write_header(eve, "redirect", response, "Location");
        wb__json_number(line, "length", content_length(response, &record->response));
    }
}

static void write_headers(struct wb__eve *eve, const char *key,
                          const struct wb_http_header *headers, uint32_t count)
{
    struct wb__json *line = &eve->line;
    wb__json_begin(line, key, '[');
    for (uint32_t i = 0; i < count; i++) {
        wb__json_begin(line, NULL, '{');
        write_slice(line, "name", headers[i].name);
        write_value(eve, "value", &headers[i]);
        wb__json_end(line, '}');
    }
    wb__json_end(line, ']');
}

/* What both sides have: headers, body, bytes, times. */
static void write_message(struct wb__eve *eve, const struct wb_http_message *message,
                          const struct wb__eve_body *body)
{
    struct wb__json *line = &eve->line;
    write_headers(eve, "headers", message->headers, message->header_count);
    if (message->trailer_count)
        write_headers(eve, "trailers", message->trailers, message->trailer_count);
    wb__json_text(line, "framing", wb_http_framing_name(message->framing));
    if (message->framing == WB_HTTP_FRAMING_LENGTH)
        wb__json_number(line, "content_length", message->content_length);
    wb__json_number(line, "body_length", content_length(message, body));
    if (body->is_coded)
        wb__json_number(line, "coded_body_length", message->body_bytes);
    if (body->has_sha256)
        wb__json_hex(line, "body_sha256", body->sha256, WB__SHA256_BYTES);
    wb__json_number(line, "wire_bytes", message->wire_bytes);
    wb__json_bool(line, "ended", message->ended);
    wb__eve_time(eve, "start", message->first_ns);
    wb__eve_time(eve, "end", message->last_ns);
}

static void write_request(struct wb__eve *eve, const struct wb__eve_transaction *record)
{
    const struct wb_http_message *request = &record->transaction->request;
    struct wb__json *line = &eve->line;
    if (!request->seen)
        return;
    wb__json_begin(line, "request", '{');
    write_slice(line, "method", request->method);
    write_target(eve, "target", request->target);
    wb__json_text(line, "version", version_text(request->version));
    write_header(eve, "host", request, "Host");
    write_message(eve, request, &record->request);
    wb__json_end(line, '}');
}

static void write_response(struct wb__eve *eve, const struct wb__eve_transaction *record)
{
    const struct wb_http_message *response = &record->transaction->response;
    struct wb__json *line = &eve->line;
    if (!response->seen)
        return;
    wb__json_begin(line, "response", '{');
    wb__json_number(line, "status", response->status);
    wb__json_text(line, "version", version_text(response->version));
    write_slice(line, "reason", response->reason);
    if (response->interim_status)
        wb__json_number(line, "interim_status", response->interim_status);
    write_message(eve, response, &record->response);
    wb__json_end(line, '}');
}

static void write_missing(struct wb__json *line, uint32_t missing)
{
    wb__json_begin(line, "missing", '[');
    for (unsigned bit = 0; missing; bit++, missing >>= 1)
        if (missing & 1)
            wb__json_text(line, NULL, wb_http_missing_name(bit));
    wb__json_end(line, ']');
}

static void write_anomalies(struct wb__json *line, uint64_t anomalies)
{
    wb__json_begin(line, "anomalies", '[');
    for (unsigned kind = 0; kind < WB_HTTP_ANOMALY_COUNT; kind++)
        if (anomalies >> kind & 1)
            wb__json_text(line, NULL, wb_http_anomaly_name(kind));
    wb__json_end(line, ']');
}

static void write_gaps_of(struct wb__json *line, const char *side,
                          const struct wb_http_message *message)
{
    for (uint32_t i = 0; i < message->gap_count && i < WB_HTTP_GAPS_KEPT; i++) {
        wb__json_begin(line, NULL, '{');
        wb__json_text(line, "side", side);
        wb__json_number(line, "offset", message->gaps[i].offset);
        wb__json_number(line, "length", message->gaps[i].length);
        wb__json_end(line, '}');
    }
}

/* Only the first gaps of a message are kept one by one; the sums are of all. */
static void write_gaps(struct wb__json *line, const struct wb_http_transaction *transaction)
{
    const struct wb_http_message *request = &transaction->request;
    const struct wb_http_message *response = &transaction->response;
    if (!request->gap_count && !response->gap_count)
        return;
    wb__json_begin(line, "gaps", '[');
    write_gaps_of(line, "request", request);
    write_gaps_of(line, "response", response);
    wb__json_end(line, ']');
    wb__json_number(line, "gap_count", (uint64_t)request->gap_count + response->gap_count);
    wb__json_number(line, "gap_bytes", request->gap_bytes + response->gap_bytes);
}

static int64_t start_of(const struct wb_http_transaction *transaction)
{
    bool has_request = transaction->request.wire_bytes || transaction->request.seen;
    return has_request ? transaction->request.first_ns : transaction->response.first_ns;
}

/* Latency is the time from the request's last byte to the response's first; negative
 * for a response that came before its request was over. */
static void write_times(struct wb__eve *eve, const struct wb_http_transaction *transaction)
{
    const struct wb_http_message *request = &transaction->request;
    const struct wb_http_message *response = &transaction->response;
    int64_t end = request->last_ns > response->last_ns ? request->last_ns : response->last_ns;
    wb__eve_time(eve, "start", start_of(transaction));
    wb__eve_time(eve, "end", end);
    if (request->seen && response->seen)
        wb__json_signed(&eve->line, "latency_us", (response->first_ns - request->last_ns) / 1000);
}

static void write_files(struct wb__json *line, const struct wb__eve_transaction *record)
{
    if (record->lost)
        wb__json_text(line, "file_lost", record->lost);
    if (!record->name[0])
        return;
    char name[sizeof record->name + 8];
    size_t length = strlen(record->name);
    memcpy(name, record->name, length);
    wb__json_text(line, "file", record->name);
    wb__json_bool(line, "file_shared", record->shared);
    if (record->is_cut)
        wb__json_bool(line, "file_cut", true);
    wb__json_begin(line, "files", '[');
    for (const char *const *ending = record->files; *ending; ending++) {
        strcpy(name + length, *ending);
        wb__json_text(line, NULL, name);
    }
    wb__json_end(line, ']');
}

void wb__eve_http(struct wb__eve *eve, const struct wb__eve_transaction *record)
{
    const struct wb_http_transaction *transaction = record->transaction;
    struct wb__json *line = &eve->line;
    wb__eve_begin(eve, start_of(transaction), record->flow, "http");
    wb__eve_endpoints(eve, record->flow, record->client_is_server);
    wb__json_number(line, "tx_id", transaction->index);
    wb__json_begin(line, "http", '{');
    write_eve_fields(eve, record);
    write_request(eve, record);
    write_response(eve, record);
    wb__json_bool(line, "complete", transaction->missing == 0);
    write_missing(line, transaction->missing);
    write_anomalies(line, transaction->anomalies | record->anomalies);
    wb__json_bool(line, "tunnel", transaction->tunnel);
    write_gaps(line, transaction);
    write_times(eve, transaction);
    write_files(line, record);
    wb__json_end(line, '}');
    wb__json_end(line, '}');
}
