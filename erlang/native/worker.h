/* SPDX-License-Identifier: ISC
 *
 * The worker: commands in, an engine's steps between them, frames out (protocol.h). One
 * thread runs it from start to end; what carries commands and frames is behind the
 * operations of a transport.
 */
#ifndef WIREBEAM_NATIVE_WORKER_H
#define WIREBEAM_NATIVE_WORKER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include <wirebeam/error.h>
#include <wirebeam/guard.h>
#include <wirebeam/source.h>

#include "protocol.h"

struct command {
    uint8_t type;
    const uint8_t *body; /* borrowed until the next is received */
    size_t length;
};

/* What receive answers. */
enum received {
    RECEIVED_COMMAND,
    RECEIVED_NOTHING,   /* in time */
    RECEIVED_END,       /* the owner is gone */
    RECEIVED_MALFORMED, /* what came is no frame of a command */
};

/* What send answers. */
enum sent {
    SENT_GONE = -1, /* the owner is */
    SENT_COPIED,
    SENT_LENT,   /* without a copy of the packets' bytes: they lie in memory of the transport's */
    SENT_UNLENT, /* copied, since as much is lent as may be */
};

struct transport {
    void *context;
    int descriptor; /* poll(2) tells it readable when receive has something to do */

    /* Waits up to timeout_ms for a command (-1: for ever). */
    enum received (*receive)(void *context, struct command *command, int timeout_ms);

    /* Sends one frame, whose first byte is its type. */
    enum sent (*send)(void *context, const struct iovec *parts, int count);

    /* What files are read into, or without functions. */
    struct wb_source_memory (*memory)(void *context);

    /* From now on frames may go through memory that is shared (memory.h). NULL where there is
     * nobody to share it with. */
    int (*share)(void *context, const char *description, struct wb_error *error);

    /* When all is open and nothing is read yet: gives up what is not needed from then on. NULL
     * where it cannot. */
    int (*confine)(void *context, const struct wb_guard_options *needs, struct wb_error *error);
};

#define FRAME_PARTS_MAX  1000 /* of one frame: below IOV_MAX, with room for a transport's own */
#define FRAME_HEAD_PARTS 2    /* of a frame of PACKETS, before its data */

/* Runs until the owner is gone (RECEIVED_END), or spoke no commands (RECEIVED_MALFORMED). */
enum received worker_run(const struct transport *transport);

struct worker;

/* For what makes frames: sends one that takes a credit, and waits for it. Nothing happens
 * once the owner is gone. */
void worker_emit(struct worker *worker, const struct iovec *parts, int count);

/* Something is too large for the memory there is: the capture ends after this step. */
void worker_out_of_memory(struct worker *worker);

#endif
