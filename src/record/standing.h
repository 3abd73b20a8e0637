/* SPDX-License-Identifier: ISC
 *
 * The sets of files that a quota may delete, oldest first, in a ring of bytes:
 *
 *     begin                            end
 *     [ oldest set | ... | latest set ]
 *
 * In shared memory (base/shared.h), so that the process that is forked after one that died can
 * delete what that one has made. The dead one may have been taken over: whatever is read here is
 * checked, and forgotten where it cannot be.
 */
#ifndef WB_RECORD_STANDING_H
#define WB_RECORD_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "record/name.h"

#define WB__STANDING_BYTES (128u << 20) /* for a million files under names of usual length */
#define WB__STANDING_FILES 3

/* Files that come and go together. */
struct wb__standing_set {
    uint64_t bytes;
    uint64_t inodes[WB__STANDING_FILES]; /* another's file of that name is not deleted */
    uint32_t count;
};

struct wb__standing {
    uint8_t ring[WB__STANDING_BYTES]; /* first, so that its pages are those of the system */
    uint64_t begin, end;              /* bytes that ever went, and came */
};

/* One that is read. */
struct wb__standing_entry {
    struct wb__standing_set set;
    uint64_t size; /* in the ring */
    char names[WB__STANDING_FILES][WB__NAME_SIZE];
};

struct wb__standing *wb__standing_new(void); /* NULL without memory */
void wb__standing_free(struct wb__standing *standing);

/* Adds a set: stem with each of the endings. Returns how many bytes it takes, or 0 where there is
 * no room. */
uint64_t wb__standing_put(struct wb__standing *standing, const char *stem,
                          const char *const *endings, const struct wb__standing_set *set);

/* The set at begin, or, at + size of one that was read, the next one. False at end, and where it
 * cannot be believed: then it and what came after it are forgotten. */
bool wb__standing_read(struct wb__standing *standing, uint64_t at,
                       struct wb__standing_entry *entry);

/* Forgets the oldest, which was read. */
void wb__standing_drop(struct wb__standing *standing, const struct wb__standing_entry *oldest);

static inline uint64_t wb__standing_length(const struct wb__standing *standing)
{
    return standing->end - standing->begin;
}

#endif
