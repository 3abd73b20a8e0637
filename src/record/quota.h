/* SPDX-License-Identifier: ISC
 *
 * How much may stand in a directory of what this run made there: bytes, files. What would
 * be too much is refused, or, where the user chose so, the oldest sets make place for it
 * (standing.h). Then unfinished files take at most half of the bytes: one that grows without end
 * pushes out no more than that, and is lost itself.
 */
#ifndef WB_RECORD_QUOTA_H
#define WB_RECORD_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/record.h>

#include "base/budget.h"
#include "record/directory.h"
#include "record/fault.h"
#include "record/legacy.h"
#include "record/standing.h"

#define WB__QUOTA_FILES UINT64_C(1000000) /* where the oldest go: what is remembered of them */

struct wb__quota {
    struct wb__directory *directory;
    const char *path; /* for messages */
    struct wb__faults *faults;
    uint64_t max_bytes, max_files; /* 0: none */
    bool deletes_oldest;
    uint64_t files;      /* standing under their names, those of the legacy as well */
    uint64_t bytes;      /* the same, and unfinished ones */
    uint64_t unfinished; /* of these bytes */
    uint64_t deleted_sets, deleted_files, deleted_bytes;
    uint64_t left_files, left_bytes; /* of the legacy, when this began */
    struct wb__standing *standing;   /* the sets that can be deleted; NULL where none can */
    bool owns_standing;
    struct wb__budget memory; /* of these; no limit but that of the ring */
};

/* What processes before this one have made (see wb_engine_options.forks) stands and counts, and can
 * be deleted. legacy may be NULL: there were none. */
void wb__quota_open(struct wb__quota *quota, const struct wb_record_options *options,
                    struct wb__directory *directory, const char *path,
                    const struct wb__legacy *legacy, struct wb__faults *faults);
void wb__quota_close(struct wb__quota *quota);

/* May a file grow so much, and may so many more be named? Deletes for it where it may. */
enum wb__loss wb__quota_take_bytes(struct wb__quota *quota, uint64_t bytes);
enum wb__loss wb__quota_room_for(struct wb__quota *quota, unsigned files);

/* Bytes of an unfinished file that were taken, and are not there. */
void wb__quota_give_bytes(struct wb__quota *quota, uint64_t bytes);

/* A file of so many bytes has got its name, or lost it again. */
void wb__quota_publish(struct wb__quota *quota, uint64_t bytes);
void wb__quota_unpublish(struct wb__quota *quota, uint64_t bytes);

/* A set is whole: stem with each of the endings. */
void wb__quota_remember(struct wb__quota *quota, const char *stem, const char *const *endings,
                        const struct wb__standing_set *set);

#endif
