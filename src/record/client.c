/* SPDX-License-Identifier: ISC
 *
 * Streams while they come, and what is kept of them when they end (see client.h).
 * Nothing stands in a file in place of a gap: its sidecar lists the gaps.
 */
#include "record/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/name.h"
#include "record/set.h"

#define VERSIONS_MAX 10000u /* files of earlier runs with the same name */

static const char *const client_files[] = {"", ".json", NULL}; /* in the order of publishing */

static struct wb__spool_to target(struct wb__recorder *recorder)
{
    return (struct wb__spool_to){&recorder->store, &recorder->budget};
}

static EVP_MD_CTX *new_sha256(struct wb__recorder *recorder)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context && EVP_DigestInit_ex2(context, recorder->sha256, NULL))
        return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

struct wb__client *wb__client_of(struct wb__recorder *recorder, void **state)
{
    if (*state)
        return *state;
    struct wb__client *client = calloc(1, sizeof *client);
    *state = client;
    if (!client) {
        wb__fault_note(&recorder->faults, ENOMEM, NULL, "a connection");
        return NULL;
    }
    client->client = -1;
    wb__list_init(&client->dirty);
    wb__list_append(&recorder->clients, &client->all);
    for (int i = 0; i < 2 && recorder->options.hash_streams; i++)
        client->half[i].sha256 = new_sha256(recorder);
    return client;
}

static void note_loss(struct wb__recorder *recorder, struct wb__client_half *half,
                      enum wb__loss loss)
{
    struct wb__spool_to to = target(recorder);
    if (!loss || half->loss)
        return;
    half->loss = loss;
    wb__spool_reset(&to, &half->bytes);
}

void wb__client_bytes(struct wb__recorder *recorder, struct wb__client *client,
                      enum wb_flow_direction direction, struct wb_slice bytes, bool borrowed)
{
    struct wb__client_half *half = &client->half[direction];
    struct wb__spool_to to = target(recorder);
    bool is_held = !client->is_decided || client->client == (int)direction;
    half->length += bytes.length;
    if (half->sha256)
        EVP_DigestUpdate(half->sha256, bytes.data, bytes.length);
    if (!recorder->has_client_files || half->loss || !is_held)
        return;
    if (wb__list_is_empty(&client->dirty))
        wb__list_append(&recorder->dirty_clients, &client->dirty);
    note_loss(
        recorder, half,
        wb__spool_add(&to, &half->bytes, (const uint8_t *)bytes.data, bytes.length, borrowed));
}

void wb__client_gap(struct wb__client *client, enum wb_flow_direction direction, uint64_t offset,
                    uint64_t length)
{
    struct wb__client_half *half = &client->half[direction];
    if (half->gap_count < WB_HTTP_GAPS_KEPT)
        half->gaps[half->gap_count] = (struct wb_http_gap){offset, length};
    half->gap_count++;
    half->gap_bytes += length;
}

void wb__client_decide(struct wb__recorder *recorder, struct wb__client *client, int side)
{
    struct wb__spool_to to = target(recorder);
    client->is_decided = true;
    client->client = side;
    for (int i = 0; i < 2 && recorder->has_client_files; i++)
        if (i != side)
            wb__spool_free(&to, &client->half[i].bytes);
}

void wb__client_settle(struct wb__recorder *recorder, struct wb__client *client)
{
    struct wb__spool_to to = target(recorder);
    for (int i = 0; i < 2; i++)
        if (!client->half[i].loss)
            note_loss(recorder, &client->half[i], wb__spool_settle(&to, &client->half[i].bytes));
}

/* The sidecar: the flow's JSON record. */
static enum wb__loss write_sidecar(struct wb__recorder *recorder, struct wb__part **part)
{
    struct wb__spool_to to = target(recorder);
    struct wb__json *line = &recorder->eve.line;
    enum wb__loss loss = WB__LOSS_NONE;
    if (line->failed)
        return wb__fault_note(&recorder->faults, ENOMEM, NULL, "a JSON record");
    *part = wb__spool_new_part(&to, true, &loss);
    if (!*part)
        return loss;
    struct iovec vector[] = {{line->text, line->length}, {(char[]){'\n'}, 1}};
    return wb__part_append(&recorder->store, *part, vector, 2);
}

static int try_name(struct wb__recorder *recorder, struct wb__part *stream,
                    const struct wb__eve_flow *record, enum wb__loss *loss)
{
    struct wb__spool_to to = target(recorder);
    struct wb__part *parts[] = {stream, NULL};
    wb__eve_flow(&recorder->eve, record);
    *loss = write_sidecar(recorder, &parts[1]);
    int code = *loss ? -EIO : wb__set_publish(&recorder->store, parts, record->client->name,
                                              client_files);
    if (code < 0 && code != -EEXIST && !*loss)
        *loss = code == -ENOSPC || code == -EDQUOT ? WB__LOSS_DISK_FULL : WB__LOSS_ERROR;
    wb__spool_drop_part(&to, &parts[1]);
    return code;
}

/* A file of an earlier run is never replaced: the next free version is taken. */
static enum wb__loss place(struct wb__recorder *recorder, struct wb__part *stream,
                           struct wb__eve_flow *record, struct wb__eve_client *file)
{
    char name[WB__NAME_SIZE], version[WB__NAME_SIZE];
    enum wb__loss loss = WB__LOSS_NONE;
    int code = -EEXIST;
    wb__name_of_flow(name, record->flow, file->direction);
    file->name = version;
    for (uint32_t i = 1; code == -EEXIST && i <= VERSIONS_MAX; i++) {
        wb__name_of_version(version, name, i, false);
        code = try_name(recorder, stream, record, &loss);
    }
    file->name = NULL;
    if (code == -EEXIST)
        return wb__fault_note(&recorder->faults, EEXIST, recorder->store.path, name);
    return loss;
}

static enum wb__loss store(struct wb__recorder *recorder, struct wb__client_half *half,
                           struct wb__eve_flow *record, struct wb__eve_client *file)
{
    struct wb__spool_to to = target(recorder);
    if (half->loss)
        return half->loss;
    wb__fault_enter(&recorder->faults);
    enum wb__loss loss = wb__quota_room_for(&recorder->store.quota, 2);
    if (!loss)
        loss = wb__spool_write(&to, &half->bytes, true);
    if (!loss)
        loss = place(recorder, half->bytes.part, record, file);
    wb__fault_leave(&recorder->faults);
    return loss;
}

static void keep_file(struct wb__recorder *recorder, struct wb__client *client,
                      struct wb__eve_flow *record)
{
    struct wb__client_half *half = &client->half[client->client];
    struct wb__eve_client file = {
        .direction = client->client == WB_FLOW_CLIENT ? WB_FLOW_CLIENT : WB_FLOW_SERVER,
        .bytes = half->length,
        .gap_bytes = half->gap_bytes,
        .gap_count = half->gap_count,
        .gaps = half->gaps,
    };
    record->client = &file;
    enum wb__loss loss = store(recorder, half, record, &file);
    if (!loss) {
        recorder->stats.client_files++;
        return;
    }
    recorder->stats.client_lost++;
    file.lost = wb__recorder_count_loss(recorder, loss);
    wb__eve_flow(&recorder->eve, record);
}

static void release(struct wb__recorder *recorder, struct wb__client *client)
{
    struct wb__spool_to to = target(recorder);
    wb__list_remove(&client->dirty);
    wb__list_remove(&client->all);
    for (int i = 0; i < 2; i++) {
        if (recorder->has_client_files)
            wb__spool_free(&to, &client->half[i].bytes);
        EVP_MD_CTX_free(client->half[i].sha256);
    }
    free(client);
}

static const uint8_t *finish_hash(struct wb__client_half *half, uint8_t hash[EVP_MAX_MD_SIZE])
{
    return half->sha256 && EVP_DigestFinal_ex(half->sha256, hash, NULL) ? hash : NULL;
}

void wb__client_end(struct wb__recorder *recorder, void **state, const struct wb_flow *flow,
                    bool is_http)
{
    uint8_t hash[2][EVP_MAX_MD_SIZE];
    struct wb__client *client = *state;
    struct wb__eve_flow record = {.flow = flow, .is_http = is_http};
    for (int i = 0; i < 2 && client; i++)
        record.sha256[i] = finish_hash(&client->half[i], hash[i]);
    bool has_file = client && recorder->has_client_files && is_http && client->client >= 0;
    if (has_file)
        keep_file(recorder, client, &record);
    if (recorder->has_json && recorder->options.flows) {
        if (!has_file)
            wb__eve_flow(&recorder->eve, &record);
        wb__recorder_write_line(recorder);
    }
    if (client)
        release(recorder, client);
    *state = NULL;
}

void wb__client_free_all(struct wb__recorder *recorder)
{
    while (!wb__list_is_empty(&recorder->clients))
        release(recorder, wb__container(recorder->clients.next, struct wb__client, all));
}
