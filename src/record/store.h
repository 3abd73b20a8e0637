/* SPDX-License-Identifier: ISC
 *
 * One directory, held by its descriptor, and the files that are made in it. A file is
 * written under a temporary name and moved to its own when it is whole, without ever
 * replacing anything: no half file stands under a final name, and nothing that was
 * there before (a file, a symbolic link) is followed or written to.
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
#ifndef WB_RECORD_STORE_H
#define WB_RECORD_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include <wirebeam/record.h>

#include "base/list.h"
#include "record/fault.h"
#include "record/nameless.h"

#define WB__STORE_OPEN_PARTS 256 /* descriptors held at the same time */
#define WB__STORE_AHEAD_FROM 256 /* files; fewer are not worth a thread */

struct wb__store {
    int directory;
    char path[128]; /* for messages */
    uint64_t max_bytes, max_files;
    uint64_t files; /* published */
    uint64_t bytes; /* published, and in parts */
    uint64_t next_part;
    struct wb__link open; /* parts with a descriptor, least recently used first */
    unsigned open_count;
    bool has_nameless; /* file system and kernel can give a name to a nameless file */
    bool was_ahead_tried;
    struct wb__nameless *ahead; /* opens and closes those; NULL: done in place */
    struct wb__faults *faults;
};

/* A file in the making. */
struct wb__part {
    struct wb__link link; /* in store->open while fd >= 0, unless nameless */
    uint64_t number;
    uint64_t length;
    bool exists; /* it is neither published nor discarded */
    bool is_nameless;
    int fd;
};

/* Opens the directory, makes it where it is missing. */
int wb__store_open(struct wb__store *store, const char *path,
                   const struct wb_record_options *options, struct wb__faults *faults,
                   struct wb_error *error);
void wb__store_close(struct wb__store *store); /* parts first */

/* Would this many more files still be within the quota? */
bool wb__store_has_room(const struct wb__store *store, unsigned files);

/* A new empty part in *part. is_final: it will be published or discarded before any
 * other part is created that waits. */
enum wb__loss wb__store_create(struct wb__store *store, struct wb__part *part, bool is_final);

/* Writes the vector at the part's end; changes the vector. After a loss the part is
 * good for nothing but wb__store_discard. */
enum wb__loss wb__store_append(struct wb__store *store, struct wb__part *part, struct iovec *vector,
                               unsigned count);

/* Appends the contents of another part. */
enum wb__loss wb__store_append_part(struct wb__store *store, struct wb__part *part,
                                    struct wb__part *other);

/* Moves the part to name: 0, -EEXIST when the name is taken (the part stays), or
 * another negative errno. */
int wb__store_publish(struct wb__store *store, struct wb__part *part, const char *name);

/* Moves a published file back to its part. */
void wb__store_unpublish(struct wb__store *store, struct wb__part *part, const char *name);

/* Removes the part, unless it was published. */
void wb__store_discard(struct wb__store *store, struct wb__part *part);

/* Opens a regular file of the directory for reading: a descriptor with its length, or
 * -1. Follows no link. */
int wb__store_read(struct wb__store *store, const char *name, uint64_t *length);

#endif
