/* SPDX-License-Identifier: ISC
 *
 * Sets of files (see set.h).
 */
#include "record/set.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

_Static_assert(WB__SET_FILES == WB__JOURNAL_FILES && WB__SET_FILES == WB__STANDING_FILES &&
                   WB__SET_FILES == WB__WRITER_NAMES,
               "a set fits everywhere");

static void file_name(char name[WB__NAME_SIZE], const char *stem, const char *ending)
{
    snprintf(name, WB__NAME_SIZE, "%s%s", stem, ending);
}

/* Finishes the parts; fills in how the journal calls them. */
static int finish(struct wb__store *store, struct wb__part *const *parts, const char *stem,
                  const char *const *endings, struct wb__journal_file *files)
{
    int code = 0;
    for (unsigned i = 0; endings[i] && code == 0; i++) {
        assert(i < WB__SET_FILES);
        code = wb__part_finish(store, parts[i]);
        file_name(files[i].name, stem, endings[i]);
        files[i].inode = parts[i]->inode;
    }
    if (code < 0)
        wb__store_note(store, -code, stem);
    return code;
}

/* Moves all parts or none. */
static int move(struct wb__store *store, struct wb__part *const *parts,
                const struct wb__journal_file *files, unsigned count)
{
    const char *names[WB__SET_FILES];
    unsigned done;
    for (unsigned i = 0; i < count; i++)
        names[i] = files[i].name;
    int code = wb__part_publish(store, parts, names, count, &done);
    for (unsigned i = 0; code < 0 && i < done; i++)
        wb__part_unpublish(store, parts[i], files[i].name);
    return code;
}

static void remember(struct wb__store *store, struct wb__part *const *parts, unsigned count,
                     const char *stem, const char *const *endings)
{
    struct wb__standing_set set = {.count = count};
    for (unsigned i = 0; i < count; i++) {
        set.bytes += parts[i]->length;
        set.inodes[i] = parts[i]->inode;
    }
    wb__quota_remember(&store->quota, stem, endings, &set);
}

/* A single file needs no journal: it has its name or it has none. */
static int move_told(struct wb__store *store, struct wb__part *const *parts,
                     const struct wb__journal_file *files, unsigned count)
{
    if (count == 1)
        return move(store, parts, files, count);
    int failed = -wb__journal_begin(&store->journal, files, count);
    if (failed)
        wb__store_note(store, failed, store->journal.name);
    int code = move(store, parts, files, count);
    wb__journal_end(&store->journal);
    return code;
}

int wb__set_publish(struct wb__store *store, struct wb__part *const *parts, const char *stem,
                    const char *const *endings)
{
    struct wb__journal_file files[WB__SET_FILES];
    unsigned count = 0;
    int code;
    while (endings[count])
        count++;
    do {
        code = finish(store, parts, stem, endings, files);
        if (code == 0)
            code = move_told(store, parts, files, count);
    } while (code == -EAGAIN); /* once: no part is nameless any more */
    if (code == 0)
        remember(store, parts, count, stem, endings);
    return code;
}

bool wb__set_stands(struct wb__store *store, const char *stem, const char *const *endings)
{
    char name[WB__NAME_SIZE];
    bool stands = true;
    for (; *endings && stands; endings++) {
        file_name(name, stem, *endings);
        stands = wb__store_has(store, name);
    }
    return stands;
}
