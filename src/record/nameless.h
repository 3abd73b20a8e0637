/* SPDX-License-Identifier: ISC
 *
 * Files without a name, which get one when they are whole. Linux has them (O_TMPFILE); what is
 * here has a file of its own for each kind of system.
 *
 * A thread of its own can open them ahead and close them behind. Opening and closing are a third
 * of the time that a small file takes; on a second processor they cost the one that follows the
 * traffic nothing. The thread touches no names and no bytes: where it is late, or not there at
 * all, the caller opens and closes by itself, and nothing is different but the time.
 */
#ifndef WB_RECORD_NAMELESS_H
#define WB_RECORD_NAMELESS_H

/* An empty file to append to, or -1 and errno: needs O_TMPFILE of the file system. */
int wb__nameless_open(int directory);

/* Gives the file a name that is not taken yet. 0 or a negative errno: needs of the kernel to link
 * by descriptor without privileges (Linux 6.10). */
int wb__nameless_publish(int descriptor, int directory, const char *name);

struct wb__nameless;

/* Begins to open files in the directory, whose descriptor stays the caller's. NULL where
 * that is of no use (one processor) or not possible. */
struct wb__nameless *wb__nameless_start(int directory);

/* An empty file to append to, now the caller's, or -1 where none is ready. */
int wb__nameless_take(struct wb__nameless *nameless);

/* Closes a descriptor, sooner or later. Its errors are lost: file systems that can tell
 * of a failed write only when closing have no files without a name. */
void wb__nameless_close(struct wb__nameless *nameless, int descriptor);

/* Closes what was opened ahead and ends the thread. NULL is accepted. */
void wb__nameless_stop(struct wb__nameless *nameless);

#endif
