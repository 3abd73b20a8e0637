/* SPDX-License-Identifier: ISC
 *
 * What becomes of a transaction's files when it is over: the name, the search for a
 * version of it that is free or already holds the same body, and the moving of the
 * whole set under it. The body goes first and claims the name; the sidecar comes last,
 * so who sees it sees all three.
 */
#include "record/exchange.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "record/name.h"
#include "record/set.h"

#define VERSIONS_MAX 100000u /* of a name; then it is an error */
#define READ_BYTES (16u << 10)

enum { BODY, HTTP, JSON }; /* in the order of publishing */

static const char *const etag_files[] = {".body", ".http", ".json", NULL};
static const char *const head_files[] = {".http", ".json", NULL}; /* no_bodies */
static const char *const sha256_files[] = {".body", NULL};

/* A transaction on its way into the directory. */
struct keep {
    struct wb__recorder *recorder;
    struct wb__exchange *exchange;
    struct wb__eve_transaction *record;
    bool is_incomplete;
    char name[WB__NAME_SIZE]; /* without version and mark */
    char stem[WB__NAME_SIZE]; /* with them */
    uint32_t version;
    XXH128_hash_t name_key, body;
    struct wb__part *parts[WB__SET_FILES];
    unsigned first, part_count; /* which there are: no BODY where bodies are not wanted */
};

static struct wb__spool_to target(const struct keep *keep)
{
    return (struct wb__spool_to){&keep->recorder->store, &keep->recorder->budget};
}

static void choose_name(struct keep *keep)
{
    const struct wb_http_message *response = &keep->exchange->http->response;
    const struct wb_http_header *etag = wb_http_header_find(response, "ETag");
    if (etag && keep->recorder->options.naming == WB_RECORD_ETAG)
        wb__name_of_etag(keep->name, etag->value);
    else
        wb__name_of_hash(keep->name, keep->record->response.sha256, WB__SHA256_BYTES);
}

static void choose_version(struct keep *keep, uint32_t version)
{
    keep->version = version;
    wb__name_of_version(keep->stem, keep->name, version, keep->is_incomplete);
}

static XXH128_hash_t body_key(const struct keep *keep, XXH128_hash_t body, uint64_t length)
{
    return wb__seen_body(&keep->recorder->seen, keep->name_key, body, length);
}

static void remember(struct keep *keep, XXH128_hash_t key, uint32_t version)
{
    if (!wb__seen_put(&keep->recorder->seen, key, version))
        keep->recorder->stats.names_forgotten++;
}

static enum wb__loss write_json(struct keep *keep)
{
    struct wb__eve *eve = &keep->recorder->eve;
    struct wb__spool_to to = target(keep);
    enum wb__loss loss = WB__LOSS_NONE;
    strcpy(keep->record->name, keep->stem);
    wb__eve_http(eve, keep->record);
    if (eve->line.failed)
        return wb__fault_note(&keep->recorder->faults, ENOMEM, NULL, "a JSON record");
    struct wb__part *part = wb__spool_new_part(&to, true, &loss);
    if (!part)
        return loss;
    struct iovec vector[] = {{eve->line.text, eve->line.length}, {(char[]){'\n'}, 1}};
    keep->parts[JSON] = part;
    return wb__part_append(to.store, part, vector, 2);
}

static enum wb__loss write_parts(struct keep *keep)
{
    enum wb__loss loss = WB__LOSS_NONE;
    if (keep->first == BODY)
        keep->parts[BODY] = wb__exchange_body_part(keep->recorder, keep->exchange, &loss);
    if (!loss && keep->part_count > HTTP)
        keep->parts[HTTP] = wb__exchange_http_part(keep->recorder, keep->exchange, &loss);
    return loss;
}

static void drop_parts(struct keep *keep)
{
    struct wb__spool_to to = target(keep);
    for (unsigned i = 0; i < WB__SET_FILES; i++)
        wb__spool_drop_part(&to, &keep->parts[i]);
}

static void file_name(const struct keep *keep, unsigned file, char name[WB__NAME_SIZE])
{
    size_t length = strlen(keep->stem);
    memcpy(name, keep->stem, length);
    strcpy(name + length, keep->record->files[file - keep->first]);
}

/* Reads the body that stands under the present version: is there one of our length, and its
 * digest. One of another length is another body, and is not read. */
static bool read_body(struct keep *keep, XXH128_hash_t *body, uint64_t *length)
{
    uint8_t buffer[READ_BYTES];
    struct wb__recorder *recorder = keep->recorder;
    XXH3_state_t *state = recorder->reader;
    char name[WB__NAME_SIZE];
    ssize_t n;
    file_name(keep, BODY, name);
    int fd = wb__store_read(&recorder->store, name, length);
    if (fd < 0)
        return false;
    if (*length != keep->exchange->body_length) {
        close(fd);
        return false;
    }
    XXH3_128bits_reset_withSecret(state, recorder->seen.secret, sizeof recorder->seen.secret);
    *length = 0;
    while ((n = read(fd, buffer, sizeof buffer)) > 0) {
        XXH3_128bits_update(state, buffer, (size_t)n);
        *length += (uint64_t)n;
    }
    close(fd);
    *body = XXH3_128bits_digest(state);
    return n == 0;
}

/* The name is taken by a file that this run does not know: is it the same body, and one of
 * a set? */
static bool is_same_as_file(struct keep *keep)
{
    XXH128_hash_t body;
    uint64_t length;
    if (keep->first != BODY ||
        !wb__set_stands(&keep->recorder->store, keep->stem, keep->record->files) ||
        !read_body(keep, &body, &length))
        return false;
    remember(keep, body_key(keep, body, length), keep->version);
    return length == keep->exchange->body_length && XXH128_isEqual(body, keep->body);
}

static void count_shared(struct keep *keep)
{
    keep->recorder->stats.written++;
    keep->recorder->stats.shared++;
    keep->record->shared = true;
    strcpy(keep->record->name, keep->stem);
}

static void count_written(struct keep *keep)
{
    keep->recorder->stats.written++;
    keep->recorder->stats.renamed += keep->version > 1;
    strcpy(keep->record->name, keep->stem);
    remember(keep, body_key(keep, keep->body, keep->exchange->body_length), keep->version);
}

/* Tries the present version: 0, -EEXIST (taken, by another body), 1 (taken, by the same
 * body), or another negative number for a loss. */
static int try_version(struct keep *keep, enum wb__loss *loss)
{
    struct wb__spool_to to = target(keep);
    if (keep->part_count > JSON)
        *loss = write_json(keep);
    if (*loss)
        return -EIO;
    int code = wb__set_publish(to.store, keep->parts + keep->first, keep->stem,
                               keep->record->files);
    if (code == -EEXIST) {
        wb__spool_drop_part(&to, &keep->parts[JSON]);
        return is_same_as_file(keep) ? 1 : code;
    }
    if (code < 0)
        *loss = code == -ENOSPC || code == -EDQUOT ? WB__LOSS_DISK_FULL : WB__LOSS_ERROR;
    return code;
}

/* Finds a place from version on. */
static enum wb__loss place(struct keep *keep, uint32_t version)
{
    uint32_t next = wb__seen_find(&keep->recorder->seen, keep->name_key);
    enum wb__loss loss = WB__LOSS_NONE;
    int code = -EEXIST;
    for (; code == -EEXIST && version <= VERSIONS_MAX; version++) {
        choose_version(keep, version);
        code = try_version(keep, &loss);
    }
    if (code == -EEXIST)
        return wb__fault_note(&keep->recorder->faults, EEXIST, keep->recorder->store.path,
                              keep->stem);
    if (loss)
        return loss;
    remember(keep, keep->name_key, version > next ? version : next);
    if (code == 1)
        count_shared(keep);
    else
        count_written(keep);
    return WB__LOSS_NONE;
}

/* From the chosen version on. */
static enum wb__loss store(struct keep *keep)
{
    wb__fault_enter(&keep->recorder->faults);
    enum wb__loss loss = wb__quota_room_for(&keep->recorder->store.quota,
                                            keep->part_count - keep->first);
    if (!loss)
        loss = write_parts(keep);
    if (!loss)
        loss = place(keep, keep->version);
    drop_parts(keep);
    wb__fault_leave(&keep->recorder->faults);
    return loss;
}

static bool has_nothing_to_keep(const struct keep *keep)
{
    bool has_response = keep->exchange->http->response.seen;
    bool needs_body = keep->recorder->options.naming == WB_RECORD_SHA256;
    return !has_response || (needs_body && !keep->exchange->body_length);
}

/* The digests that the name needs are there, unless memory ran out. */
static bool can_be_named(const struct keep *keep)
{
    const struct wb_http_message *response = &keep->exchange->http->response;
    bool has_etag =
        keep->recorder->options.naming == WB_RECORD_ETAG && wb_http_header_find(response, "ETag");
    return keep->exchange->has_digest && (has_etag || keep->record->response.has_sha256);
}

/* A set that made place for others, or that its user took away, is written again: its
 * version is free. */
static bool is_gone(struct keep *keep, uint32_t version)
{
    choose_version(keep, version);
    return keep->recorder->store.quota.deletes_oldest &&
           !wb__set_stands(&keep->recorder->store, keep->stem, keep->record->files);
}

/* Names the transaction, and chooses a version; true when that holds its body already. */
static bool is_stored(struct keep *keep)
{
    const struct wb__seen *seen = &keep->recorder->seen;
    choose_name(keep);
    keep->name_key = wb__seen_name(seen, keep->name, keep->is_incomplete);
    keep->body = XXH3_128bits_digest(keep->exchange->digest);
    uint64_t length = keep->exchange->body_length;
    uint32_t version = wb__seen_find(seen, body_key(keep, keep->body, length));
    if (version)
        return !is_gone(keep, version);
    version = wb__seen_find(seen, keep->name_key);
    keep->version = version ? version : 1;
    return false;
}

bool wb__keep(struct wb__recorder *recorder, struct wb__exchange *exchange,
              struct wb__eve_transaction *record)
{
    bool is_etag = recorder->options.naming == WB_RECORD_ETAG;
    struct keep keep = {
        .recorder = recorder,
        .exchange = exchange,
        .record = record,
        .is_incomplete = exchange->http->missing != 0,
        .first = recorder->options.no_bodies ? HTTP : BODY,
        .part_count = is_etag ? 3 : 1,
    };
    record->files = !is_etag ? sha256_files : keep.first == BODY ? etag_files : head_files;
    recorder->stats.transactions++;
    recorder->stats.bodies_cut += record->is_cut;
    if (has_nothing_to_keep(&keep)) {
        recorder->stats.without_body++;
        return false;
    }
    enum wb__loss loss = exchange->loss;
    if (!loss && !can_be_named(&keep))
        loss = wb__fault_note(&recorder->faults, ENOMEM, NULL, "a transaction");
    if (!loss && is_stored(&keep))
        count_shared(&keep);
    else if (!loss)
        loss = store(&keep);
    if (!loss)
        return is_etag && !record->shared;
    record->name[0] = '\0';
    record->lost = wb__recorder_count_loss(recorder, loss);
    return false;
}
