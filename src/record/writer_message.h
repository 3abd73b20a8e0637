/* SPDX-License-Identifier: ISC
 *
 * What a worker may ask of its writer, and the one form in which it may: a request and its answer
 * are each one packet of a local socket, of a length that is fixed; open files go beside them.
 * Bytes of files never do.
 */
#ifndef WB_RECORD_WRITER_MESSAGE_H
#define WB_RECORD_WRITER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WB__WRITER_CREATE = 1,
    WB__WRITER_APPEND,
    WB__WRITER_READ,
    WB__WRITER_NAMELESS,
    WB__WRITER_LINK,
    WB__WRITER_MOVE,
    WB__WRITER_REMOVE,
    WB__WRITER_REMOVE_INODE,
    WB__WRITER_LOOK,
    WB__WRITER_SYNC,
    WB__WRITER_END,
};

enum wb__writer_state { WB__WRITER_READY, WB__WRITER_ENDED };

#define WB__WRITER_NAMES     3   /* as many as a set has files */
#define WB__WRITER_NAME_SIZE 256 /* NAME_MAX and a NUL */
#define WB__WRITER_AHEAD     48  /* files without a name, in one answer */

struct wb__writer_request {
    uint64_t number; /* one of those above */
    uint64_t inode;
    char names[WB__WRITER_NAMES][WB__WRITER_NAME_SIZE];
};

struct wb__writer_answer {
    uint64_t failed; /* 0 or an errno */
    uint64_t done;   /* names that were given before it */
};

/* What each message is. */
struct wb__writer_message {
    const char *name;
    unsigned names; /* that it carries */
    bool has_inode;
    unsigned files;               /* at most so many open ones come with it, and a name for each */
    unsigned answered;            /* at most so many come back */
    enum wb__writer_state in, to; /* allowed in that state, and the one that follows */
};

/* NULL where there is no such message. */
const struct wb__writer_message *wb__writer_message(uint64_t number);

/* What is wrong with a request that came in this state, of this length and with so many open files;
 * NULL where it is right in all. Looks at no byte of what is too short. */
const char *wb__writer_violation(const struct wb__writer_request *request, size_t length,
                                 unsigned files, enum wb__writer_state state);

/* Open files on their way. */
struct wb__writer_files {
    int descriptors[WB__WRITER_AHEAD];
    unsigned count;
    bool is_cut; /* there were more, or the process may not hold as many */
};

void wb__writer_close_files(struct wb__writer_files *files);

/* Sends one packet; the files stay the sender's. flags: 0, or MSG_DONTWAIT. False and errno where it
 * cannot. */
bool wb__writer_send(int socket, const void *message, size_t length,
                     const struct wb__writer_files *files, int flags);

/* Waits for the next packet. Returns its length, more than size where it is longer, 0 at the end
 * or -1 and errno. The files are the caller's to close. */
long wb__writer_receive(int socket, void *message, size_t size, struct wb__writer_files *files);

#endif
