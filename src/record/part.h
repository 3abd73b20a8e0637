/* SPDX-License-Identifier: ISC
 *
 * A file in the making. It is written under a temporary name, or without one, and moved to
 * its own when it is whole, without ever replacing anything: no half file stands under a
 * final name, and nothing that was there before (a file, a symbolic link) is followed or
 * written to.
 *
 *     create, append, ...    .part-PID-N    or a file without a name (O_TMPFILE)
 *     publish                NAME           or: the name is taken
 *     discard                gone
 *
 * A file without a name costs one entry of the directory instead of two, which is a
 * tenth of the time that a small file takes. It serves files that are written and
 * published at once; one that waits for more must have a name, since its descriptor may
 * be needed elsewhere.
 */
#ifndef WB_RECORD_PART_H
#define WB_RECORD_PART_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "record/store.h"

struct wb__part {
    struct wb__link link; /* in store->open while fd >= 0, unless nameless */
    uint64_t number;
    uint64_t length;
    uint64_t inode; /* once wb__part_finish was called */
    bool exists;    /* it is neither published nor discarded */
    bool is_nameless;
    int fd;
};

/* A new empty part in *part. is_final: it will be published or discarded before any
 * other part is created that waits. */
enum wb__loss wb__part_create(struct wb__store *store, struct wb__part *part, bool is_final);

/* Writes the vector at the part's end; changes the vector. After a loss the part is
 * good for nothing but wb__part_discard. */
enum wb__loss wb__part_append(struct wb__store *store, struct wb__part *part, struct iovec *vector,
                              unsigned count);

/* Appends the contents of another part. */
enum wb__loss wb__part_append_part(struct wb__store *store, struct wb__part *part,
                                   struct wb__part *other);

/* Nothing more is appended: finds out the inode, and has the disk take the bytes where the
 * store wants that. 0 or a negative errno. */
int wb__part_finish(struct wb__store *store, struct wb__part *part);

/* Moves parts to their names, one behind the other until one cannot be moved: 0, -EEXIST when the
 * name is taken (the part stays), -EAGAIN when it has to be finished once more before (it gets
 * another inode then), or another negative errno. *done: how many were moved. */
int wb__part_publish(struct wb__store *store, struct wb__part *const *parts,
                     const char *const *names, unsigned count, unsigned *done);

/* Moves a published file back to its part. */
void wb__part_unpublish(struct wb__store *store, struct wb__part *part, const char *name);

/* Removes the part, unless it was published. */
void wb__part_discard(struct wb__store *store, struct wb__part *part);

/* Closes what can be opened again, when descriptors are short. False where nothing was. */
bool wb__part_free_descriptors(struct wb__store *store);

#endif
