/* SPDX-License-Identifier: ISC
 *
 * The writer: a process that holds a directory in the place of the one that parses, where the
 * kernel cannot confine that one to it. It opens, names and removes files when it is asked to
 * (writer_message.h), hands the open ones over, and reads nothing but these requests.
 *
 *     worker                                    writer
 *     socket, fork            ----------->      rights go, confined
 *     goes on                 <-----------      an error, or that there is none
 *     asks, waits             <---------->      answers                          READY
 *     end, waits              <---------->      directory closed, answers        ENDED
 *     its socket closes       ----------->      ends
 *
 * Whatever else comes is no honest worker's: the writer says so and ends. A worker whose writer is
 * gone says so and aborts: what is half in the directory, the next one puts right.
 */
#ifndef WB_RECORD_WRITER_H
#define WB_RECORD_WRITER_H

#include <wirebeam/error.h>
#include <wirebeam/guard.h>

#include "record/directory.h"
#include "record/writer_message.h"

/* Forks the writer, which is confined by these, and gives it the directory: from now on this
 * process has no descriptor of it. 0, or a negative code: then it has. */
int wb__writer_start(struct wb__directory *directory, const struct wb_guard_options *confined,
                     struct wb_error *error);

/* The writer is to end; returns when it has closed the directory. */
void wb__writer_end(struct wb__directory *directory);

struct wb__writer_question {
    uint64_t number;
    const char *names[WB__WRITER_NAMES]; /* NULL: none */
    uint64_t inode;
    struct wb__writer_files with;
};

/* 0 or a negative errno; the files that came are the caller's. done: how many names were given; may
 * be NULL. */
int wb__writer_ask(const struct wb__directory *directory,
                   const struct wb__writer_question *question, struct wb__writer_files *files,
                   unsigned *done);

/* The writer itself: answers until the socket ends. path is for what it tells. Returns false after
 * a violation. The descriptor becomes its own. */
bool wb__writer_serve(int socket, int descriptor, const char *path);

#endif
