/* SPDX-License-Identifier: ISC
 *
 * One directory, held by its descriptor, and what is true of all files that are made in it:
 * how they can be made, how much there may be of them, and what is put right of an
 * earlier run.
 */
#ifndef WB_RECORD_STORE_H
#define WB_RECORD_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/record.h>

#include "base/list.h"
#include "record/directory.h"
#include "record/fault.h"
#include "record/journal.h"
#include "record/nameless.h"
#include "record/quota.h"

#define WB__STORE_OPEN_PARTS 256 /* descriptors held at the same time */
#define WB__STORE_AHEAD_FROM 256 /* files; fewer are not worth a thread */

#define WB__PART_PREFIX    ".part-"
#define WB__PART_NAME_SIZE 48

struct wb__store {
    struct wb__directory directory;
    char path[128]; /* for messages */
    struct wb__quota quota;
    struct wb__journal journal;
    unsigned leftovers; /* files of a killed run that were removed */
    bool syncs;         /* nothing has its name before the disk has its bytes */
    bool is_unsynced;   /* the directory has names that the disk may not have */
    uint64_t next_part;
    struct wb__link open; /* parts with a descriptor, least recently used first */
    unsigned open_count;
    bool has_nameless; /* file system and kernel can give a name to a nameless file */
    bool was_ahead_tried;
    struct wb__nameless *ahead; /* opens and closes those; NULL: done in place */
    struct wb__faults *faults;
};

/* Opens the directory, makes it where it is missing, removes what a killed run left half. legacy:
 * see quota.h. */
int wb__store_open(struct wb__store *store, const char *path,
                   const struct wb_record_options *options, const struct wb__legacy *legacy,
                   struct wb__faults *faults, struct wb_error *error);
void wb__store_close(struct wb__store *store); /* parts first */

/* The name of the temporary file with this number. */
void wb__store_part_name(char name[WB__PART_NAME_SIZE], uint64_t number);

/* Has the disk take the names, where they may not be there yet and that is wanted. */
void wb__store_sync(struct wb__store *store);

/* Opens a regular file of the directory for reading: a descriptor with its length, or
 * -1. Follows no link. */
int wb__store_read(struct wb__store *store, const char *name, uint64_t *length);

/* Is there a file of that name? */
bool wb__store_has(struct wb__store *store, const char *name);

/* Remembers a failure by its errno; returns its class. */
enum wb__loss wb__store_note(struct wb__store *store, int system, const char *name);

#endif
