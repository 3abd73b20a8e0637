/* SPDX-License-Identifier: ISC
 *
 * A directory of files: all that is done in it by name. Names are of the directory itself, without
 * '/'; no link is followed, and nothing that stands there is replaced.
 */
#ifndef WB_RECORD_DIRECTORY_H
#define WB_RECORD_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

struct wb__directory {
    int descriptor;
};

/* The descriptor becomes the directory's. */
void wb__directory_open(struct wb__directory *directory, int descriptor);
void wb__directory_close(struct wb__directory *directory);

/* Each a descriptor, close on exec, or -1 and errno. What is opened to append to is written at its
 * end only. */
int wb__directory_create(struct wb__directory *directory, const char *name); /* to append to */
int wb__directory_append(struct wb__directory *directory, const char *name);
int wb__directory_read(struct wb__directory *directory, const char *name);

/* A new file without a name, to append to (see nameless.h). */
int wb__directory_nameless(struct wb__directory *directory);

/* Each 0 or a negative errno. */
int wb__directory_link(struct wb__directory *directory, int nameless, const char *name);
int wb__directory_move(struct wb__directory *directory, const char *from, const char *to);
int wb__directory_remove(struct wb__directory *directory, const char *name);
int wb__directory_sync(struct wb__directory *directory);

/* Is there something of that name? 0, or a negative errno. */
int wb__directory_look(struct wb__directory *directory, const char *name);

/* Removes the file only if it is a regular one with that inode; 0 also where it is not. */
int wb__directory_remove_inode(struct wb__directory *directory, const char *name, uint64_t inode);

#endif
