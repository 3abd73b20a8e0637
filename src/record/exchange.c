/* SPDX-License-Identifier: ISC
 *
 * Transactions while they come (see exchange.h). Names no file. A transaction that
 * cannot be kept (disk full, quota) is counted once, at its end, and until then takes
 * no more memory.
 */
#include "record/exchange.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SPARE_MAX 256u   /* transactions kept for the next ones */
#define CODINGS_MAX 256u /* bytes of all Content-Encoding fields */
#define SHA256_STATE 448u /* about what OpenSSL 3 allocates for a context of SHA-256 */
#define DIGEST_STATE 576u /* what libxxhash allocates for one of XXH3 */

static struct wb__spool_to target(struct wb__recorder *recorder)
{
    return (struct wb__spool_to){&recorder->store, &recorder->budget};
}

static uint64_t spool_states(const struct wb__spool *spool)
{
    return spool->capacity * sizeof *spool->vector + (spool->part ? sizeof *spool->part : 0);
}

/* Charges what the transaction has come to hold besides bytes. */
static void account(struct wb__recorder *recorder, struct wb__exchange *exchange)
{
    uint64_t bytes = sizeof *exchange + spool_states(&exchange->request) +
                     spool_states(&exchange->response) + spool_states(&exchange->body);
    for (unsigned i = 0; i < 2; i++)
        bytes += exchange->sha256[i] ? SHA256_STATE : 0;
    if (exchange->digest)
        bytes += DIGEST_STATE;
    if (bytes == exchange->state_bytes)
        return;
    wb__budget_give(&recorder->states, exchange->state_bytes);
    wb__budget_take(&recorder->states, bytes);
    exchange->state_bytes = bytes;
}

static struct wb__exchange *take_spare(struct wb__recorder *recorder)
{
    if (wb__list_is_empty(&recorder->spare))
        return NULL;
    struct wb__link *link = recorder->spare.next;
    wb__list_remove(link);
    recorder->spare_count--;
    return wb__container(link, struct wb__exchange, all);
}

static struct wb__exchange *make(struct wb__recorder *recorder)
{
    struct wb__exchange *exchange = take_spare(recorder);
    if (exchange)
        return exchange;
    exchange = calloc(1, sizeof *exchange);
    if (!exchange) {
        wb__fault_note(&recorder->faults, ENOMEM, NULL, "a transaction");
        return NULL;
    }
    wb__list_init(&exchange->dirty);
    wb__list_init(&exchange->all);
    return exchange;
}

struct wb__exchange *wb__exchange_of(struct wb__recorder *recorder, void **state,
                                     const struct wb_http_transaction *http)
{
    if (*state)
        return *state;
    struct wb__exchange *exchange = make(recorder);
    if (exchange) {
        exchange->http = http;
        wb__list_append(&recorder->transactions, &exchange->all);
    }
    *state = exchange;
    return exchange;
}

static void forget_bytes(struct wb__recorder *recorder, struct wb__exchange *exchange)
{
    struct wb__spool_to to = target(recorder);
    wb__spool_reset(&to, &exchange->request);
    wb__spool_reset(&to, &exchange->response);
    wb__spool_reset(&to, &exchange->body);
}

static void note_loss(struct wb__recorder *recorder, struct wb__exchange *exchange,
                      enum wb__loss loss)
{
    if (!loss || exchange->loss)
        return;
    exchange->loss = loss;
    forget_bytes(recorder, exchange);
}

static void hold(struct wb__recorder *recorder, struct wb__exchange *exchange,
                 struct wb__spool *spool, struct wb_slice bytes, bool borrowed)
{
    if (!recorder->has_transaction_files || exchange->loss || !bytes.length)
        return;
    struct wb__spool_to to = target(recorder);
    if (wb__list_is_empty(&exchange->dirty))
        wb__list_append(&recorder->dirty, &exchange->dirty);
    note_loss(recorder, exchange,
              wb__spool_add(&to, spool, (const uint8_t *)bytes.data, bytes.length, borrowed));
}

/* As much of bytes as a body of which *held are kept may still have; marks the rest. */
static struct wb_slice within_limit(const struct wb__recorder *recorder, uint64_t *held,
                                    struct wb_slice bytes, bool *is_cut)
{
    const struct wb_record_options *options = &recorder->options;
    uint64_t limit = options->no_bodies ? 0 : options->max_body ? options->max_body : UINT64_MAX;
    if (bytes.length > limit - *held) {
        bytes.length = (uint32_t)(limit - *held);
        *is_cut = true;
    }
    *held += bytes.length;
    return bytes;
}

/* Bytes of a message as they were on the wire. Chunk framing without its chunks would say
 * what is not so: it ends with the body. */
static void hold_message(struct wb__recorder *recorder, struct wb__exchange *exchange,
                         enum wb_http_side side, enum wb_http_part part, struct wb_slice bytes,
                         bool borrowed)
{
    struct wb__spool *spool = side == WB_HTTP_REQUEST ? &exchange->request : &exchange->response;
    bool *is_cut = &exchange->is_side_cut[side];
    if (part == WB_HTTP_PART_BODY)
        bytes = within_limit(recorder, &exchange->held_body[side], bytes, is_cut);
    else if (part != WB_HTTP_PART_HEAD && part != WB_HTTP_PART_INTERIM)
        *is_cut |= recorder->options.no_bodies;
    exchange->is_cut |= *is_cut;
    if (part == WB_HTTP_PART_BODY || !*is_cut)
        hold(recorder, exchange, spool, bytes, borrowed);
}

static bool begin_sha256(struct wb__recorder *recorder, EVP_MD_CTX **context)
{
    if (!*context)
        *context = EVP_MD_CTX_new();
    return *context && EVP_DigestInit_ex2(*context, recorder->sha256, NULL);
}

static bool begin_digest(struct wb__recorder *recorder, struct wb__exchange *exchange)
{
    if (!exchange->digest)
        exchange->digest = XXH3_createState();
    return exchange->digest &&
           XXH3_128bits_reset_withSecret(exchange->digest, recorder->seen.secret,
                                         sizeof recorder->seen.secret) == XXH_OK;
}

/* All Content-Encoding fields are one list (RFC 9110, 5.3). False: it is too long. */
static bool collect_codings(const struct wb_http_message *response, char text[CODINGS_MAX],
                            uint32_t *length)
{
    static const char name[] = "Content-Encoding";
    *length = 0;
    for (uint32_t i = 0; i < response->header_count; i++) {
        const struct wb_http_header *header = &response->headers[i];
        if (header->name.length != sizeof name - 1 ||
            strncasecmp(header->name.data, name, sizeof name - 1) != 0)
            continue;
        if (header->value.length > CODINGS_MAX - 1 - *length)
            return false;
        if (*length)
            text[(*length)++] = ',';
        memcpy(text + *length, header->value.data, header->value.length);
        *length += header->value.length;
    }
    return true;
}

static void note_content(struct wb__recorder *recorder, struct wb__exchange *exchange,
                         enum wb__content_status status)
{
    struct wb_record_stats *stats = &recorder->stats;
    static const uint8_t anomalies[] = {
        [WB__CONTENT_UNKNOWN] = WB_HTTP_ANOMALY_CONTENT_UNKNOWN,
        [WB__CONTENT_INVALID] = WB_HTTP_ANOMALY_CONTENT_INVALID,
        [WB__CONTENT_CUT] = WB_HTTP_ANOMALY_CONTENT_CUT,
        [WB__CONTENT_RATIO] = WB_HTTP_ANOMALY_CONTENT_RATIO,
        [WB__CONTENT_LIMIT] = WB_HTTP_ANOMALY_CONTENT_LIMIT,
        [WB__CONTENT_NO_MEMORY] = WB_HTTP_ANOMALY_DECODER_MEMORY,
    };
    if (status == WB__CONTENT_OK)
        return;
    exchange->content_over = true;
    exchange->anomalies |= UINT64_C(1) << anomalies[status];
    stats->content_unknown += status == WB__CONTENT_UNKNOWN;
    stats->content_invalid += status == WB__CONTENT_INVALID;
    stats->content_cut += status == WB__CONTENT_CUT;
    stats->content_limited += status >= WB__CONTENT_RATIO;
}

/* A part of a coded representation cannot be decoded by itself (RFC 9110, 15.3.7): the
 * body of a 206 stays as it is, and so does one whose coding is not known. */
static void begin_content(struct wb__recorder *recorder, struct wb__exchange *exchange)
{
    const struct wb_http_message *response = &exchange->http->response;
    char codings[CODINGS_MAX];
    uint32_t length;
    enum wb__content_status status = WB__CONTENT_UNKNOWN;
    if (response->status == 206)
        return;
    if (collect_codings(response, codings, &length))
        exchange->content =
            wb__content_new((struct wb_slice){codings, length}, &recorder->http,
                            &recorder->decoders, &status);
    note_content(recorder, exchange, status);
    exchange->content_over = false;
    exchange->is_coded = exchange->content != NULL;
}

static bool needs_sha256_for_name(const struct wb__recorder *recorder,
                                  const struct wb_http_message *response)
{
    return recorder->has_transaction_files &&
           (recorder->options.naming == WB_RECORD_SHA256 || !wb_http_header_find(response, "ETag"));
}

/* Chooses what is made of the response's body, once its head is known. */
static void begin_body(struct wb__recorder *recorder, struct wb__exchange *exchange, bool has_bytes)
{
    if (exchange->body_begun)
        return;
    exchange->body_begun = true;
    if (has_bytes)
        begin_content(recorder, exchange);
    if (recorder->options.hash_bodies || needs_sha256_for_name(recorder, &exchange->http->response))
        exchange->has_sha256[WB_HTTP_RESPONSE] =
            begin_sha256(recorder, &exchange->sha256[WB_HTTP_RESPONSE]);
    if (recorder->has_transaction_files)
        exchange->has_digest = begin_digest(recorder, exchange);
}

/* Content of the response, its codings removed. */
static void take_content(struct wb__recorder *recorder, struct wb__exchange *exchange,
                         struct wb_slice bytes, bool borrowed)
{
    exchange->body_length += bytes.length;
    if (exchange->has_sha256[WB_HTTP_RESPONSE])
        EVP_DigestUpdate(exchange->sha256[WB_HTTP_RESPONSE], bytes.data, bytes.length);
    if (exchange->has_digest)
        XXH3_128bits_update(exchange->digest, bytes.data, bytes.length);
    bytes = within_limit(recorder, &exchange->held_content, bytes, &exchange->is_cut);
    hold(recorder, exchange, &exchange->body, bytes, borrowed);
}

struct decoded_to {
    struct wb__recorder *recorder;
    struct wb__exchange *exchange;
};

static void take_decoded(void *context, const uint8_t *bytes, uint32_t length)
{
    const struct decoded_to *to = context;
    take_content(to->recorder, to->exchange, (struct wb_slice){(const char *)bytes, length}, false);
}

static void take_response_body(struct wb__recorder *recorder, struct wb__exchange *exchange,
                               struct wb_slice bytes, bool borrowed)
{
    struct decoded_to to = {recorder, exchange};
    begin_body(recorder, exchange, true);
    if (!exchange->content) {
        take_content(recorder, exchange, bytes, borrowed);
        return;
    }
    if (exchange->content_over)
        return;
    note_content(recorder, exchange,
                 wb__content_write(exchange->content, (const uint8_t *)bytes.data, bytes.length,
                                   take_decoded, &to));
}

static void take_request_body(struct wb__recorder *recorder, struct wb__exchange *exchange,
                              struct wb_slice bytes)
{
    bool *has = &exchange->has_sha256[WB_HTTP_REQUEST];
    EVP_MD_CTX **context = &exchange->sha256[WB_HTTP_REQUEST];
    if (!recorder->options.hash_bodies)
        return;
    if (!*has)
        *has = begin_sha256(recorder, context);
    if (*has)
        EVP_DigestUpdate(*context, bytes.data, bytes.length);
}

static void take_bytes(struct wb__recorder *recorder, struct wb__exchange *exchange,
                       enum wb_http_side side, enum wb_http_part part, struct wb_slice bytes,
                       bool borrowed)
{
    bool is_request = side == WB_HTTP_REQUEST;
    assert(!(is_request && exchange->is_joined));
    if (recorder->options.naming == WB_RECORD_ETAG)
        hold_message(recorder, exchange, side, part, bytes, borrowed);
    if (part != WB_HTTP_PART_BODY)
        return;
    if (is_request)
        take_request_body(recorder, exchange, bytes);
    else
        take_response_body(recorder, exchange, bytes, borrowed);
}

void wb__exchange_bytes(struct wb__recorder *recorder, struct wb__exchange *exchange,
                        enum wb_http_side side, enum wb_http_part part, struct wb_slice bytes,
                        bool borrowed)
{
    take_bytes(recorder, exchange, side, part, bytes, borrowed);
    account(recorder, exchange);
}

/* What comes after a gap cannot be decoded. Without a coding the rest of the body is
 * kept: the record says where the gap is. */
void wb__exchange_gap(struct wb__exchange *exchange, enum wb_http_side side)
{
    if (side == WB_HTTP_RESPONSE && exchange->content)
        exchange->content_over = true;
}

static bool is_empty(const struct wb__spool *spool)
{
    return !spool->part && !spool->own_length && !spool->count;
}

/* Once the request is over, a large response can follow it in one part. */
static enum wb__loss join(const struct wb__spool_to *to, struct wb__exchange *exchange)
{
    if (!wb__spool_is_large(&exchange->response) || exchange->response.part ||
        is_empty(&exchange->request) || !exchange->http->request.ended)
        return WB__LOSS_NONE;
    exchange->is_joined = true;
    enum wb__loss loss = wb__spool_write(to, &exchange->request, false);
    exchange->response.part = exchange->request.part;
    exchange->request.part = NULL;
    return loss;
}

void wb__exchange_settle(struct wb__recorder *recorder, struct wb__exchange *exchange)
{
    struct wb__spool_to to = target(recorder);
    struct wb__spool *spools[] = {&exchange->request, &exchange->response, &exchange->body};
    if (!exchange->loss)
        note_loss(recorder, exchange, join(&to, exchange));
    for (unsigned i = 0; i < 3 && !exchange->loss; i++)
        note_loss(recorder, exchange, wb__spool_settle(&to, spools[i]));
    account(recorder, exchange);
}

static void finish_content(struct wb__recorder *recorder, struct wb__exchange *exchange)
{
    struct decoded_to to = {recorder, exchange};
    const struct wb_http_message *response = &exchange->http->response;
    if (!exchange->content || exchange->content_over)
        return;
    enum wb__content_status status = wb__content_finish(exchange->content, take_decoded, &to);
    /* A body that was cut off on the wire is told as that. */
    if (status != WB__CONTENT_CUT || (response->ended && !response->gap_count))
        note_content(recorder, exchange, status);
}

static void finish_hash(struct wb__exchange *exchange, enum wb_http_side side,
                        struct wb__eve_body *body)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    body->has_sha256 = exchange->has_sha256[side] &&
                       EVP_DigestFinal_ex(exchange->sha256[side], hash, &length) &&
                       length == WB__SHA256_BYTES;
    if (body->has_sha256)
        memcpy(body->sha256, hash, WB__SHA256_BYTES);
}

void wb__exchange_finish(struct wb__recorder *recorder, struct wb__exchange *exchange,
                         struct wb__eve_transaction *record)
{
    const struct wb_http_transaction *http = exchange->http;
    finish_content(recorder, exchange);
    if (http->request.seen && recorder->options.hash_bodies)
        take_request_body(recorder, exchange, (struct wb_slice){"", 0});
    if (http->response.seen)
        begin_body(recorder, exchange, false);
    finish_hash(exchange, WB_HTTP_REQUEST, &record->request);
    finish_hash(exchange, WB_HTTP_RESPONSE, &record->response);
    record->response.has_length = exchange->body_begun;
    record->response.length = exchange->body_length;
    record->response.is_coded = exchange->is_coded;
    record->anomalies = exchange->anomalies;
    record->is_cut = exchange->is_cut;
}

static struct wb__part *take_part(struct wb__spool *spool)
{
    struct wb__part *part = spool->part;
    spool->part = NULL;
    return part;
}

/* The usual case: all bytes of both sides are in memory. */
static struct wb__part *write_together(const struct wb__spool_to *to, struct wb__exchange *exchange,
                                       enum wb__loss *loss)
{
    struct iovec vector[2 * (WB__SPOOL_VECTOR + 1)];
    struct wb__part *part = wb__spool_new_part(to, true, loss);
    if (!part)
        return NULL;
    unsigned count = wb__spool_vector(&exchange->request, vector);
    count += wb__spool_vector(&exchange->response, vector + count);
    *loss = wb__part_append(to->store, part, vector, count);
    if (*loss)
        wb__spool_drop_part(to, &part);
    return part;
}

/* The response was written out before the request was over. */
static enum wb__loss append_response(const struct wb__spool_to *to, struct wb__exchange *exchange)
{
    struct iovec vector[WB__SPOOL_VECTOR + 1];
    struct wb__part *part = exchange->request.part;
    enum wb__loss loss = WB__LOSS_NONE;
    if (exchange->response.part)
        loss = wb__part_append_part(to->store, part, exchange->response.part);
    if (loss)
        return loss;
    return wb__part_append(to->store, part, vector, wb__spool_vector(&exchange->response, vector));
}

struct wb__part *wb__exchange_http_part(struct wb__recorder *recorder,
                                        struct wb__exchange *exchange, enum wb__loss *loss)
{
    struct wb__spool_to to = target(recorder);
    if (exchange->is_joined || (exchange->response.part && is_empty(&exchange->request))) {
        *loss = wb__spool_write(&to, &exchange->response, true);
        return *loss ? NULL : take_part(&exchange->response);
    }
    if (!exchange->request.part && !exchange->response.part)
        return write_together(&to, exchange, loss);
    *loss = wb__spool_write(&to, &exchange->request, true);
    if (!*loss)
        *loss = append_response(&to, exchange);
    return *loss ? NULL : take_part(&exchange->request);
}

struct wb__part *wb__exchange_body_part(struct wb__recorder *recorder,
                                        struct wb__exchange *exchange, enum wb__loss *loss)
{
    struct wb__spool_to to = target(recorder);
    *loss = wb__spool_write(&to, &exchange->body, true);
    return *loss ? NULL : take_part(&exchange->body);
}

static void free_transaction(struct wb__recorder *recorder, struct wb__exchange *exchange)
{
    wb__budget_give(&recorder->states, exchange->state_bytes);
    struct wb__spool_to to = target(recorder);
    wb__spool_free(&to, &exchange->request);
    wb__spool_free(&to, &exchange->response);
    wb__spool_free(&to, &exchange->body);
    wb__content_free(exchange->content);
    EVP_MD_CTX_free(exchange->sha256[0]);
    EVP_MD_CTX_free(exchange->sha256[1]);
    XXH3_freeState(exchange->digest);
    free(exchange);
}

/* Back to its first state, but for what is worth keeping: vectors and contexts. */
static void recycle(struct wb__exchange *exchange)
{
    struct wb__exchange old = *exchange;
    *exchange = (struct wb__exchange){
        .request = old.request,
        .response = old.response,
        .body = old.body,
        .sha256 = {old.sha256[0], old.sha256[1]},
        .digest = old.digest,
    };
    wb__list_init(&exchange->dirty);
    wb__list_init(&exchange->all);
}

void wb__exchange_release(struct wb__recorder *recorder, struct wb__exchange *exchange)
{
    wb__list_remove(&exchange->dirty);
    wb__list_remove(&exchange->all);
    if (recorder->spare_count >= SPARE_MAX) {
        free_transaction(recorder, exchange);
        return;
    }
    forget_bytes(recorder, exchange);
    wb__content_free(exchange->content);
    wb__budget_give(&recorder->states, exchange->state_bytes);
    recycle(exchange);
    wb__list_append(&recorder->spare, &exchange->all);
    recorder->spare_count++;
}

static void free_list(struct wb__recorder *recorder, struct wb__link *list)
{
    while (!wb__list_is_empty(list)) {
        struct wb__exchange *exchange = wb__container(list->next, struct wb__exchange, all);
        wb__list_remove(&exchange->dirty);
        wb__list_remove(&exchange->all);
        free_transaction(recorder, exchange);
    }
}

void wb__exchange_free_all(struct wb__recorder *recorder)
{
    free_list(recorder, &recorder->transactions);
    free_list(recorder, &recorder->spare);
    recorder->spare_count = 0;
}
