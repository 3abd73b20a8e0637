/* SPDX-License-Identifier: ISC
 *
 * Transactions while they come (see transaction.h). Names no file. A transaction that
 * cannot be kept (disk full, quota) is counted once, at its end, and until then takes
 * no more memory.
 */
#include "record/transaction.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SPARE_MAX 256u    /* transactions kept for the next ones */
#define CODINGS_MAX 256u  /* bytes of all Content-Encoding fields */

static struct wb__gather_to target(struct wb__recorder *recorder)
{
    return (struct wb__gather_to){&recorder->store, &recorder->budget};
}

static struct wb__transaction *take_spare(struct wb__recorder *recorder)
{
    if (wb__list_is_empty(&recorder->spare))
        return NULL;
    struct wb__link *link = recorder->spare.next;
    wb__list_remove(link);
    recorder->spare_count--;
    return wb__container(link, struct wb__transaction, all);
}

static struct wb__transaction *make(struct wb__recorder *recorder)
{
    struct wb__transaction *transaction = take_spare(recorder);
    if (transaction)
        return transaction;
    transaction = calloc(1, sizeof *transaction);
    if (!transaction) {
        wb__fault_note(&recorder->faults, ENOMEM, NULL, "a transaction");
        return NULL;
    }
    wb__list_init(&transaction->dirty);
    wb__list_init(&transaction->all);
    return transaction;
}

struct wb__transaction *wb__transaction_of(struct wb__recorder *recorder, void **state,
                                           const struct wb_http_transaction *http)
{
    if (*state)
        return *state;
    struct wb__transaction *transaction = make(recorder);
    if (transaction) {
        transaction->http = http;
        wb__list_append(&recorder->transactions, &transaction->all);
    }
    *state = transaction;
    return transaction;
}

static void forget_bytes(struct wb__recorder *recorder, struct wb__transaction *transaction)
{
    struct wb__gather_to to = target(recorder);
    wb__gather_reset(&to, &transaction->request);
    wb__gather_reset(&to, &transaction->response);
    wb__gather_reset(&to, &transaction->body);
}

static void note_loss(struct wb__recorder *recorder, struct wb__transaction *transaction,
                      enum wb__loss loss)
{
    if (!loss || transaction->loss)
        return;
    transaction->loss = loss;
    forget_bytes(recorder, transaction);
}

static void gather(struct wb__recorder *recorder, struct wb__transaction *transaction,
                   struct wb__gather *gather, struct wb_slice bytes, bool borrowed)
{
    if (!recorder->has_transaction_files || transaction->loss || !bytes.length)
        return;
    struct wb__gather_to to = target(recorder);
    if (wb__list_is_empty(&transaction->dirty))
        wb__list_append(&recorder->dirty, &transaction->dirty);
    note_loss(recorder, transaction,
              wb__gather_add(&to, gather, (const uint8_t *)bytes.data, bytes.length, borrowed));
}

static bool begin_sha256(struct wb__recorder *recorder, EVP_MD_CTX **context)
{
    if (!*context)
        *context = EVP_MD_CTX_new();
    return *context && EVP_DigestInit_ex2(*context, recorder->sha256, NULL);
}

static bool begin_digest(struct wb__recorder *recorder, struct wb__transaction *transaction)
{
    if (!transaction->digest)
        transaction->digest = XXH3_createState();
    return transaction->digest &&
           XXH3_128bits_reset_withSecret(transaction->digest, recorder->seen.secret,
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

static void note_content(struct wb__recorder *recorder, struct wb__transaction *transaction,
                         enum wb__content_status status)
{
    struct wb_record_stats *stats = &recorder->stats;
    static const uint8_t anomalies[] = {
        [WB__CONTENT_UNKNOWN] = WB_HTTP_ANOMALY_CONTENT_UNKNOWN,
        [WB__CONTENT_INVALID] = WB_HTTP_ANOMALY_CONTENT_INVALID,
        [WB__CONTENT_CUT] = WB_HTTP_ANOMALY_CONTENT_CUT,
        [WB__CONTENT_RATIO] = WB_HTTP_ANOMALY_CONTENT_RATIO,
        [WB__CONTENT_LIMIT] = WB_HTTP_ANOMALY_CONTENT_LIMIT,
        [WB__CONTENT_NO_MEMORY] = WB_HTTP_ANOMALY_MEMORY_LIMIT,
    };
    if (status == WB__CONTENT_OK)
        return;
    transaction->content_over = true;
    transaction->anomalies |= UINT64_C(1) << anomalies[status];
    stats->content_unknown += status == WB__CONTENT_UNKNOWN;
    stats->content_invalid += status == WB__CONTENT_INVALID;
    stats->content_cut += status == WB__CONTENT_CUT;
    stats->content_limited += status >= WB__CONTENT_RATIO;
}

/* A part of a coded representation cannot be decoded by itself (RFC 9110, 15.3.7): the
 * body of a 206 stays as it is, and so does one whose coding is not known. */
static void begin_content(struct wb__recorder *recorder, struct wb__transaction *transaction)
{
    const struct wb_http_message *response = &transaction->http->response;
    char codings[CODINGS_MAX];
    uint32_t length;
    enum wb__content_status status = WB__CONTENT_UNKNOWN;
    if (response->status == 206)
        return;
    if (collect_codings(response, codings, &length))
        transaction->content = wb__content_new((struct wb_slice){codings, length},
                                               &recorder->http, &status);
    note_content(recorder, transaction, status);
    transaction->content_over = false;
    transaction->is_coded = transaction->content != NULL;
}

static bool needs_sha256_for_name(const struct wb__recorder *recorder,
                                  const struct wb_http_message *response)
{
    return recorder->has_transaction_files &&
           (recorder->options.naming == WB_RECORD_SHA256 || !wb_http_header_find(response, "ETag"));
}

/* Chooses what is made of the response's body, once its head is known. */
static void begin_body(struct wb__recorder *recorder, struct wb__transaction *transaction,
                       bool has_bytes)
{
    if (transaction->body_begun)
        return;
    transaction->body_begun = true;
    if (has_bytes)
        begin_content(recorder, transaction);
    if (recorder->options.hash_bodies ||
        needs_sha256_for_name(recorder, &transaction->http->response))
        transaction->has_sha256[WB_HTTP_RESPONSE] =
            begin_sha256(recorder, &transaction->sha256[WB_HTTP_RESPONSE]);
    if (recorder->has_transaction_files)
        transaction->has_digest = begin_digest(recorder, transaction);
}

/* Content of the response, its codings removed. */
static void take_content(struct wb__recorder *recorder, struct wb__transaction *transaction,
                         struct wb_slice bytes, bool borrowed)
{
    transaction->body_length += bytes.length;
    if (transaction->has_sha256[WB_HTTP_RESPONSE])
        EVP_DigestUpdate(transaction->sha256[WB_HTTP_RESPONSE], bytes.data, bytes.length);
    if (transaction->has_digest)
        XXH3_128bits_update(transaction->digest, bytes.data, bytes.length);
    gather(recorder, transaction, &transaction->body, bytes, borrowed);
}

struct decoded_to {
    struct wb__recorder *recorder;
    struct wb__transaction *transaction;
};

static void take_decoded(void *context, const uint8_t *bytes, uint32_t length)
{
    const struct decoded_to *to = context;
    take_content(to->recorder, to->transaction, (struct wb_slice){(const char *)bytes, length},
                 false);
}

static void take_response_body(struct wb__recorder *recorder, struct wb__transaction *transaction,
                               struct wb_slice bytes, bool borrowed)
{
    struct decoded_to to = {recorder, transaction};
    begin_body(recorder, transaction, true);
    if (!transaction->content) {
        take_content(recorder, transaction, bytes, borrowed);
        return;
    }
    if (transaction->content_over)
        return;
    note_content(recorder, transaction,
                 wb__content_write(transaction->content, (const uint8_t *)bytes.data, bytes.length,
                                   take_decoded, &to));
}

static void take_request_body(struct wb__recorder *recorder, struct wb__transaction *transaction,
                              struct wb_slice bytes)
{
    bool *has = &transaction->has_sha256[WB_HTTP_REQUEST];
    EVP_MD_CTX **context = &transaction->sha256[WB_HTTP_REQUEST];
    if (!recorder->options.hash_bodies)
        return;
    if (!*has)
        *has = begin_sha256(recorder, context);
    if (*has)
        EVP_DigestUpdate(*context, bytes.data, bytes.length);
}

void wb__transaction_bytes(struct wb__recorder *recorder, struct wb__transaction *transaction,
                           enum wb_http_side side, enum wb_http_part part, struct wb_slice bytes,
                           bool borrowed)
{
    bool is_request = side == WB_HTTP_REQUEST;
    assert(!(is_request && transaction->is_joined));
    if (recorder->options.naming == WB_RECORD_ETAG)
        gather(recorder, transaction, is_request ? &transaction->request : &transaction->response,
               bytes, borrowed);
    if (part != WB_HTTP_PART_BODY)
        return;
    if (is_request)
        take_request_body(recorder, transaction, bytes);
    else
        take_response_body(recorder, transaction, bytes, borrowed);
}

/* What comes after a gap cannot be decoded. Without a coding the rest of the body is
 * kept: the record says where the gap is. */
void wb__transaction_gap(struct wb__transaction *transaction, enum wb_http_side side)
{
    if (side == WB_HTTP_RESPONSE && transaction->content)
        transaction->content_over = true;
}

static bool is_empty(const struct wb__gather *gather)
{
    return !gather->part && !gather->own_length && !gather->count;
}

/* Once the request is over, a large response can follow it in one part. */
static enum wb__loss join(const struct wb__gather_to *to, struct wb__transaction *transaction)
{
    bool has_request = !is_empty(&transaction->request);
    if (!wb__gather_is_large(&transaction->response) || transaction->response.part ||
        (has_request && !transaction->http->request.ended))
        return WB__LOSS_NONE;
    transaction->is_joined = true;
    if (!has_request)
        return WB__LOSS_NONE;
    enum wb__loss loss = wb__gather_write(to, &transaction->request);
    transaction->response.part = transaction->request.part;
    transaction->request.part = NULL;
    return loss;
}

void wb__transaction_settle(struct wb__recorder *recorder, struct wb__transaction *transaction)
{
    struct wb__gather_to to = target(recorder);
    struct wb__gather *gathers[] = {&transaction->request, &transaction->response,
                                    &transaction->body};
    if (!transaction->loss)
        note_loss(recorder, transaction, join(&to, transaction));
    for (unsigned i = 0; i < 3 && !transaction->loss; i++)
        note_loss(recorder, transaction, wb__gather_settle(&to, gathers[i]));
}

static void finish_content(struct wb__recorder *recorder, struct wb__transaction *transaction)
{
    struct decoded_to to = {recorder, transaction};
    const struct wb_http_message *response = &transaction->http->response;
    if (!transaction->content || transaction->content_over)
        return;
    enum wb__content_status status = wb__content_finish(transaction->content, take_decoded, &to);
    /* A body that was cut off on the wire is told as that. */
    if (status != WB__CONTENT_CUT || (response->ended && !response->gap_count))
        note_content(recorder, transaction, status);
}

static void finish_hash(struct wb__transaction *transaction, enum wb_http_side side,
                        struct wb__eve_body *body)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    body->has_sha256 = transaction->has_sha256[side] &&
                       EVP_DigestFinal_ex(transaction->sha256[side], hash, &length) &&
                       length == WB__SHA256_BYTES;
    if (body->has_sha256)
        memcpy(body->sha256, hash, WB__SHA256_BYTES);
}

void wb__transaction_finish(struct wb__recorder *recorder, struct wb__transaction *transaction,
                            struct wb__eve_transaction *record)
{
    const struct wb_http_transaction *http = transaction->http;
    finish_content(recorder, transaction);
    if (http->request.seen && recorder->options.hash_bodies)
        take_request_body(recorder, transaction, (struct wb_slice){"", 0});
    if (http->response.seen)
        begin_body(recorder, transaction, false);
    finish_hash(transaction, WB_HTTP_REQUEST, &record->request);
    finish_hash(transaction, WB_HTTP_RESPONSE, &record->response);
    record->response.has_length = transaction->body_begun;
    record->response.length = transaction->body_length;
    record->response.is_coded = transaction->is_coded;
    record->anomalies = transaction->anomalies;
}

static struct wb__part *take_part(struct wb__gather *gather)
{
    struct wb__part *part = gather->part;
    gather->part = NULL;
    return part;
}

/* The usual case: all bytes of both sides are in memory. */
static struct wb__part *write_together(const struct wb__gather_to *to,
                                       struct wb__transaction *transaction, enum wb__loss *loss)
{
    struct iovec vector[2 * (WB__GATHER_VECTOR + 1)];
    struct wb__part *part = wb__gather_new_part(to, loss);
    if (!part)
        return NULL;
    unsigned count = wb__gather_vector(&transaction->request, vector);
    count += wb__gather_vector(&transaction->response, vector + count);
    *loss = wb__store_append(to->store, part, vector, count);
    if (*loss)
        wb__gather_drop_part(to, &part);
    return part;
}

/* The response was written out before the request was over. */
static enum wb__loss append_response(const struct wb__gather_to *to,
                                     struct wb__transaction *transaction)
{
    struct iovec vector[WB__GATHER_VECTOR + 1];
    struct wb__part *part = transaction->request.part;
    enum wb__loss loss = WB__LOSS_NONE;
    if (transaction->response.part)
        loss = wb__store_append_part(to->store, part, transaction->response.part);
    if (loss)
        return loss;
    return wb__store_append(to->store, part, vector,
                            wb__gather_vector(&transaction->response, vector));
}

struct wb__part *wb__transaction_http_part(struct wb__recorder *recorder,
                                           struct wb__transaction *transaction,
                                           enum wb__loss *loss)
{
    struct wb__gather_to to = target(recorder);
    if (transaction->is_joined) {
        *loss = wb__gather_write(&to, &transaction->response);
        return *loss ? NULL : take_part(&transaction->response);
    }
    if (!transaction->request.part && !transaction->response.part)
        return write_together(&to, transaction, loss);
    *loss = wb__gather_write(&to, &transaction->request);
    if (!*loss)
        *loss = append_response(&to, transaction);
    return *loss ? NULL : take_part(&transaction->request);
}

struct wb__part *wb__transaction_body_part(struct wb__recorder *recorder,
                                           struct wb__transaction *transaction,
                                           enum wb__loss *loss)
{
    struct wb__gather_to to = target(recorder);
    *loss = wb__gather_write(&to, &transaction->body);
    return *loss ? NULL : take_part(&transaction->body);
}

static void free_transaction(struct wb__recorder *recorder, struct wb__transaction *transaction)
{
    struct wb__gather_to to = target(recorder);
    wb__gather_free(&to, &transaction->request);
    wb__gather_free(&to, &transaction->response);
    wb__gather_free(&to, &transaction->body);
    wb__content_free(transaction->content);
    EVP_MD_CTX_free(transaction->sha256[0]);
    EVP_MD_CTX_free(transaction->sha256[1]);
    XXH3_freeState(transaction->digest);
    free(transaction);
}

/* Back to its first state, but for what is worth keeping: vectors and contexts. */
static void recycle(struct wb__transaction *transaction)
{
    struct wb__transaction old = *transaction;
    *transaction = (struct wb__transaction){
        .request = old.request,
        .response = old.response,
        .body = old.body,
        .sha256 = {old.sha256[0], old.sha256[1]},
        .digest = old.digest,
    };
    wb__list_init(&transaction->dirty);
    wb__list_init(&transaction->all);
}

void wb__transaction_release(struct wb__recorder *recorder, struct wb__transaction *transaction)
{
    wb__list_remove(&transaction->dirty);
    wb__list_remove(&transaction->all);
    if (recorder->spare_count >= SPARE_MAX) {
        free_transaction(recorder, transaction);
        return;
    }
    forget_bytes(recorder, transaction);
    wb__content_free(transaction->content);
    recycle(transaction);
    wb__list_append(&recorder->spare, &transaction->all);
    recorder->spare_count++;
}

static void free_list(struct wb__recorder *recorder, struct wb__link *list)
{
    while (!wb__list_is_empty(list)) {
        struct wb__transaction *transaction =
            wb__container(list->next, struct wb__transaction, all);
        wb__list_remove(&transaction->dirty);
        wb__list_remove(&transaction->all);
        free_transaction(recorder, transaction);
    }
}

void wb__transaction_free_all(struct wb__recorder *recorder)
{
    free_list(recorder, &recorder->transactions);
    free_list(recorder, &recorder->spare);
    recorder->spare_count = 0;
}
