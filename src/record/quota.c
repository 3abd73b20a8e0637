/* SPDX-License-Identifier: ISC
 *
 * Quotas (see quota.h). What is remembered of a set is its stem, its endings and its
 * bytes, packed one behind the other into chunks that come at one end and go at the other.
 */
#include "record/quota.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/name.h"

#define CHUNK_BYTES (64u << 10)

struct wb__quota_chunk {
    struct wb__quota_chunk *next;
    uint32_t begin, end;
    uint8_t bytes[CHUNK_BYTES];
};

/* In a chunk, and the stem with its NUL behind it. */
struct entry {
    struct wb__quota_set set;
    const char *const *endings;
    size_t stem_size;
};

void wb__quota_open(struct wb__quota *quota, const struct wb_record_options *options,
                    int directory, const char *path, struct wb__faults *faults)
{
    *quota = (struct wb__quota){
        .directory = directory,
        .path = path,
        .faults = faults,
        .max_bytes = options->max_bytes,
        .max_files = options->max_files,
        .deletes_oldest = options->quota_policy == WB_RECORD_QUOTA_OLDEST,
    };
    if (quota->deletes_oldest && !quota->max_files)
        quota->max_files = WB__QUOTA_FILES;
}

static void drop_first_chunk(struct wb__quota *quota)
{
    struct wb__quota_chunk *chunk = quota->first;
    quota->first = chunk->next;
    if (!quota->first)
        quota->last = NULL;
    wb__budget_give(&quota->memory, sizeof *chunk);
    free(chunk);
}

void wb__quota_close(struct wb__quota *quota)
{
    while (quota->first)
        drop_first_chunk(quota);
}

/* The last chunk, with room for more bytes; NULL without memory. */
static struct wb__quota_chunk *chunk_for(struct wb__quota *quota, size_t more)
{
    if (quota->last && more <= CHUNK_BYTES - quota->last->end)
        return quota->last;
    struct wb__quota_chunk *chunk = malloc(sizeof *chunk);
    if (!chunk)
        return NULL;
    wb__budget_take(&quota->memory, sizeof *chunk);
    chunk->next = NULL;
    chunk->begin = chunk->end = 0;
    if (quota->last)
        quota->last->next = chunk;
    else
        quota->first = chunk;
    quota->last = chunk;
    return chunk;
}

void wb__quota_remember(struct wb__quota *quota, const char *stem, const char *const *endings,
                        const struct wb__quota_set *set)
{
    struct entry entry = {*set, endings, strlen(stem) + 1};
    size_t length = sizeof entry + entry.stem_size;
    if (!quota->deletes_oldest)
        return;
    struct wb__quota_chunk *chunk = chunk_for(quota, length);
    if (!chunk) { /* it stands, but is never deleted */
        wb__fault_note(quota->faults, ENOMEM, quota->path, stem);
        return;
    }
    memcpy(chunk->bytes + chunk->end, &entry, sizeof entry);
    memcpy(chunk->bytes + chunk->end + sizeof entry, stem, entry.stem_size);
    chunk->end += (uint32_t)length;
}

/* Takes the oldest set; false where there is none. */
static bool take_oldest(struct wb__quota *quota, struct entry *entry, char stem[WB__NAME_SIZE])
{
    struct wb__quota_chunk *chunk = quota->first;
    if (!chunk)
        return false;
    const uint8_t *at = chunk->bytes + chunk->begin;
    memcpy(entry, at, sizeof *entry);
    memcpy(stem, at + sizeof *entry, entry->stem_size);
    chunk->begin += (uint32_t)(sizeof *entry + entry->stem_size);
    if (chunk->begin == chunk->end)
        drop_first_chunk(quota);
    return true;
}

/* A file that its user took away already makes as much place. */
static bool delete_file(struct wb__quota *quota, const char *name, uint64_t inode)
{
    struct stat status;
    int directory = quota->directory;
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || status.st_ino != inode ||
        unlinkat(directory, name, 0) == 0 || errno == ENOENT)
        return true;
    wb__fault_note(quota->faults, errno, quota->path, name);
    return false;
}

/* The last file first: who sees the sidecar sees all. */
static bool delete_files(struct wb__quota *quota, const struct entry *entry, const char *stem)
{
    char name[WB__NAME_SIZE + 8];
    bool are_gone = true;
    for (unsigned i = entry->set.count; i-- > 0;) {
        snprintf(name, sizeof name, "%s%s", stem, entry->endings[i]);
        are_gone &= delete_file(quota, name, entry->set.inodes[i]);
    }
    return are_gone;
}

/* False where nothing is left to delete. What cannot be deleted goes on to count. */
static bool delete_oldest(struct wb__quota *quota)
{
    struct entry entry;
    char stem[WB__NAME_SIZE];
    if (!quota->deletes_oldest || !take_oldest(quota, &entry, stem))
        return false;
    wb__fault_enter(quota->faults);
    if (delete_files(quota, &entry, stem)) {
        quota->deleted_sets++;
        quota->deleted_files += entry.set.count;
        quota->deleted_bytes += entry.set.bytes;
        quota->files -= entry.set.count;
        quota->bytes -= entry.set.bytes;
    }
    wb__fault_leave(quota->faults);
    return true;
}

/* Is there so much of a quota left, of which so much is used? */
static bool fits(uint64_t max, uint64_t used, uint64_t more)
{
    return !max || (used <= max && more <= max - used);
}

enum wb__loss wb__quota_take_bytes(struct wb__quota *quota, uint64_t bytes)
{
    bool is_possible = !quota->deletes_oldest ||
                       fits(quota->max_bytes / 2, quota->unfinished, bytes);
    while (is_possible && !fits(quota->max_bytes, quota->bytes, bytes))
        is_possible = delete_oldest(quota);
    if (!is_possible)
        return wb__fault_quota(quota->faults, quota->path, "bytes");
    quota->bytes += bytes;
    quota->unfinished += bytes;
    return WB__LOSS_NONE;
}

enum wb__loss wb__quota_room_for(struct wb__quota *quota, unsigned files)
{
    bool is_possible = true;
    while (is_possible && !fits(quota->max_files, quota->files, files))
        is_possible = delete_oldest(quota);
    return is_possible ? WB__LOSS_NONE : wb__fault_quota(quota->faults, quota->path, "files");
}

void wb__quota_give_bytes(struct wb__quota *quota, uint64_t bytes)
{
    quota->bytes -= bytes;
    quota->unfinished -= bytes;
}

void wb__quota_publish(struct wb__quota *quota, uint64_t bytes)
{
    quota->files++;
    quota->unfinished -= bytes;
}

void wb__quota_unpublish(struct wb__quota *quota, uint64_t bytes)
{
    quota->files--;
    quota->unfinished += bytes;
}
