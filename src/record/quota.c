/* SPDX-License-Identifier: ISC */
#include "record/quota.h"

#include <errno.h>

/* ---- Beginning and end ------------------------------------------------------------ */

/* Sets that stand since before the process began are counted one by one: the last of them may be
 * in no counter yet. */
static void count_standing(struct wb__quota *quota)
{
    struct wb__standing_entry entry;
    struct wb__standing *standing = quota->standing;
    for (uint64_t at = standing->begin; wb__standing_read(standing, at, &entry); at += entry.size) {
        quota->left_files += entry.set.count;
        quota->left_bytes += entry.set.bytes;
    }
    wb__budget_take(&quota->memory, wb__standing_length(standing));
}

static void open_standing(struct wb__quota *quota, struct wb__standing *standing)
{
    quota->owns_standing = !standing;
    quota->standing = standing ? standing : wb__standing_new();
    if (quota->standing)
        count_standing(quota);
}

void wb__quota_open(struct wb__quota *quota, const struct wb_record_options *options,
                    struct wb__directory *directory, const char *path,
                    const struct wb__legacy *legacy, struct wb__faults *faults)
{
    *quota = (struct wb__quota){
        .directory = directory,
        .path = path,
        .faults = faults,
        .max_bytes = options->max_bytes,
        .max_files = options->max_files,
        .deletes_oldest = options->quota_policy == WB_RECORD_QUOTA_OLDEST,
    };
    if (quota->deletes_oldest) {
        if (!quota->max_files)
            quota->max_files = WB__QUOTA_FILES;
        open_standing(quota, legacy ? legacy->standing : NULL);
    } else if (legacy) {
        quota->left_files = legacy->files;
        quota->left_bytes = legacy->bytes;
    }
    quota->files = quota->left_files;
    quota->bytes = quota->left_bytes;
}

void wb__quota_close(struct wb__quota *quota)
{
    if (quota->owns_standing)
        wb__standing_free(quota->standing);
    quota->standing = NULL;
    wb__budget_give(&quota->memory, quota->memory.used);
}

/* ---- The oldest ------------------------------------------------------------------- */

/* A file that its user took away already makes as much place. What is no file was never ours: who
 * left the name lied. */
static bool delete_file(struct wb__quota *quota, const char *name, uint64_t inode)
{
    int failed = -wb__directory_remove_inode(quota->directory, name, inode);
    if (failed)
        wb__fault_note(quota->faults, failed, quota->path, name);
    return !failed;
}

/* The last file first: who sees the sidecar sees all. */
static bool delete_files(struct wb__quota *quota, const struct wb__standing_entry *entry)
{
    bool are_gone = true;
    for (uint32_t i = entry->set.count; i-- > 0;)
        are_gone &= delete_file(quota, entry->names[i], entry->set.inodes[i]);
    return are_gone;
}

/* False where nothing is left to delete. What cannot be deleted goes on to count. Who dies in
 * between leaves the set to the next one, which finds less of it, or nothing. */
static bool delete_oldest(struct wb__quota *quota)
{
    struct wb__standing_entry entry;
    if (!quota->standing || !wb__standing_read(quota->standing, quota->standing->begin, &entry))
        return false;
    wb__fault_enter(quota->faults);
    if (delete_files(quota, &entry)) {
        quota->deleted_sets++;
        quota->deleted_files += entry.set.count;
        quota->deleted_bytes += entry.set.bytes;
        quota->files -= entry.set.count;
        quota->bytes -= entry.set.bytes;
    }
    wb__standing_drop(quota->standing, &entry);
    wb__budget_give(&quota->memory, entry.size);
    wb__fault_leave(quota->faults);
    return true;
}

/* Where the ring is full, sets go before files or bytes ask for it. */
void wb__quota_remember(struct wb__quota *quota, const char *stem, const char *const *endings,
                        const struct wb__standing_set *set)
{
    uint64_t size = 0;
    if (!quota->deletes_oldest)
        return;
    if (quota->standing)
        do
            size = wb__standing_put(quota->standing, stem, endings, set);
        while (size == 0 && delete_oldest(quota));
    if (size > 0)
        wb__budget_take(&quota->memory, size);
    else /* it stands, but is never deleted */
        wb__fault_note(quota->faults, ENOMEM, quota->path, stem);
}

/* ---- What may come ---------------------------------------------------------------- */

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
