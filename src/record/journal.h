/* SPDX-License-Identifier: ISC
 *
 * Which files are being given their names. A set of files gets its names one by one; who
 * is killed in between leaves a part of the set. So the names and inodes of a set stand
 * in a file of the directory while that lasts, and who comes next takes back what is not
 * whole: files of these names, and of these inodes, and no others.
 *
 *     .naming-PID-N    INODE NAME\n  for each file of the set, NUL; empty between sets
 */
#ifndef WB_RECORD_JOURNAL_H
#define WB_RECORD_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "record/directory.h"
#include "record/name.h"

#define WB__JOURNAL_FILES 3
#define WB__JOURNAL_PREFIX ".naming-"

struct wb__journal_file {
    uint64_t inode;
    char name[WB__NAME_SIZE];
};

struct wb__journal {
    int fd; /* -1: none could be made, which was told; sets are named without */
    struct wb__directory *directory;
    char name[48];
};

/* 0 or a negative errno: then there is none, and the calls below do nothing. */
int wb__journal_open(struct wb__journal *journal, struct wb__directory *directory);
void wb__journal_close(struct wb__journal *journal); /* the file goes */

/* Around the naming of a set. Where the entry cannot be written (a negative errno), naming goes
 * on: only who is killed right then leaves a part of a set. */
int wb__journal_begin(struct wb__journal *journal, const struct wb__journal_file *files,
                      unsigned count);
void wb__journal_end(struct wb__journal *journal);

/* Takes back what the killed owner of this journal left of a set, then the journal. Returns
 * how many files were removed. */
unsigned wb__journal_undo(int directory, const char *name);

#endif
