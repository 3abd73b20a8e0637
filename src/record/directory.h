/* SPDX-License-Identifier: ISC
 *
 * A directory of files: all that is done in it by name. Names are of the directory itself, without
 * '/'; no link is followed, and nothing that stands there is replaced. This process does it by its
 * descriptor, or has its writer do it (writer.h); whoever asks sees no difference, but that errors
 * of descriptors that are short (EMFILE) may come for other reasons, too.
 */
#ifndef WB_RECORD_DIRECTORY_H
#define WB_RECORD_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "record/writer_message.h"

struct wb__directory {
    int descriptor;                /* -1: the writer has it */
    int writer;                    /* the way to it; -1: there is none */
    const char *path;              /* for messages; the caller's */
    struct wb__writer_files ahead; /* without names, which the writer opened */
};

/* The descriptor becomes the directory's. */
void wb__directory_open(struct wb__directory *directory, int descriptor, const char *path);
void wb__directory_close(struct wb__directory *directory);

/* Each a descriptor, close on exec, or -1 and errno. What is opened to append to is written at its
 * end only. */
int wb__directory_create(struct wb__directory *directory, const char *name); /* to append to */
int wb__directory_append(struct wb__directory *directory, const char *name);
int wb__directory_read(struct wb__directory *directory, const char *name); /* a regular file */

/* A new file without a name, to append to (see nameless.h). */
int wb__directory_nameless(struct wb__directory *directory);

/* Gives such files their names, one behind the other until one cannot be given: 0 or a negative
 * errno. *done: how many. */
int wb__directory_link(struct wb__directory *directory, const struct wb__writer_files *nameless,
                       const char *const *names, unsigned *done);

/* Each 0 or a negative errno. */
int wb__directory_move(struct wb__directory *directory, const char *from, const char *to);
int wb__directory_remove(struct wb__directory *directory, const char *name);
int wb__directory_sync(struct wb__directory *directory);

/* Is there something of that name? 0, or a negative errno. */
int wb__directory_look(struct wb__directory *directory, const char *name);

/* Removes the file only if it is a regular one with that inode; 0 also where it is not. */
int wb__directory_remove_inode(struct wb__directory *directory, const char *name, uint64_t inode);

/* Closes what was opened ahead. False where nothing was. */
bool wb__directory_free_descriptors(struct wb__directory *directory);

#endif
