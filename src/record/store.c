/* SPDX-License-Identifier: ISC
 *
 * The directory of files (see store.h).
 */
#include "record/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "record/claim.h"
#include "record/leftover.h"
#include "record/part.h"
#include "record/writer.h"

static int open_error(const char *path, struct wb_error *error)
{
    int system = errno;
    const char *advice = system == ENOENT    ? "; make the directories above it first"
                         : system == ENOTDIR ? "; it is not a directory"
                                             : "";
    int code = system == EACCES || system == EPERM || system == EROFS ? WB_E_PERMISSION
               : system == ENOENT                                     ? WB_E_NOT_FOUND
               : system == ENOSPC || system == EDQUOT                 ? WB_E_FULL
                                                                      : WB_E_SYSTEM;
    return wb__error_set(error, code, system, "cannot write into directory '%s': %s%s", path,
                         strerror(system), advice);
}

void wb__store_part_name(char name[WB__PART_NAME_SIZE], uint64_t number)
{
    snprintf(name, WB__PART_NAME_SIZE, WB__PART_PREFIX "%ld-%llu", (long)getpid(),
             (unsigned long long)number);
}

/* It is tried: nothing else tells. */
static bool can_name_nameless(struct wb__store *store)
{
    char name[WB__PART_NAME_SIZE];
    const char *const names[] = {name};
    struct wb__writer_files file = {.descriptors = {wb__directory_nameless(&store->directory)},
                                    .count = 1};
    unsigned done = 0;
    if (file.descriptors[0] < 0)
        return false;
    wb__store_part_name(name, ++store->next_part);
    wb__directory_link(&store->directory, &file, names, &done);
    if (done > 0)
        wb__directory_remove(&store->directory, name);
    else
        wb__directory_free_descriptors(&store->directory);
    wb__writer_close_files(&file);
    return done > 0;
}

int wb__store_open(struct wb__store *store, const char *path,
                   const struct wb_record_options *options, const struct wb__legacy *legacy,
                   struct wb__faults *faults, struct wb_error *error)
{
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return open_error(path, error);
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return open_error(path, error);
    if (faccessat(directory, ".", W_OK | X_OK, AT_EACCESS) < 0) {
        int code = open_error(path, error);
        close(directory);
        return code;
    }
    *store = (struct wb__store){.syncs = options->sync, .faults = faults};
    snprintf(store->path, sizeof store->path, "%s", path);
    wb__directory_open(&store->directory, directory, store->path);
    wb__list_init(&store->open);
    wb__quota_open(&store->quota, options, &store->directory, store->path, legacy, faults);
    if (wb__claim_alone(directory))
        store->leftovers = wb__leftover_remove(directory);
    wb__claim_share(directory);
    int failed = -wb__journal_open(&store->journal, &store->directory);
    if (failed)
        wb__store_note(store, failed, store->journal.name);
    int code = options->writer ? wb__writer_start(&store->directory, options->writer, error) : 0;
    if (code == 0)
        store->has_nameless = can_name_nameless(store);
    else
        wb__store_close(store);
    return code;
}

void wb__store_close(struct wb__store *store)
{
    wb__nameless_stop(store->ahead);
    store->ahead = NULL;
    wb__journal_close(&store->journal);
    wb__quota_close(&store->quota);
    wb__store_sync(store);
    wb__directory_close(&store->directory);
}

void wb__store_sync(struct wb__store *store)
{
    bool is_due = store->syncs && store->is_unsynced;
    store->is_unsynced = false;
    int failed = is_due ? -wb__directory_sync(&store->directory) : 0;
    if (failed)
        wb__store_note(store, failed, ".");
}

enum wb__loss wb__store_note(struct wb__store *store, int system, const char *name)
{
    return wb__fault_note(store->faults, system, store->path, name);
}

bool wb__store_has(struct wb__store *store, const char *name)
{
    return wb__directory_look(&store->directory, name) == 0;
}

int wb__store_read(struct wb__store *store, const char *name, uint64_t *length)
{
    struct stat status;
    int fd = wb__directory_read(&store->directory, name);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && wb__part_free_descriptors(store))
        fd = wb__directory_read(&store->directory, name);
    if (fd < 0)
        return -1;
    *length = fstat(fd, &status) == 0 ? (uint64_t)status.st_size : 0;
    return fd;
}
