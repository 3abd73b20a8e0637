/* SPDX-License-Identifier: ISC
 *
 * What lies between a process of the virtual machine and the worker that serves it in a
 * thread of its own (worker.h). Commands wait here, frames go out as messages:
 *
 *     {wirebeam_nif, Reference, Frame}          a frame, one binary, or {Head, Data}: packets,
 *                                               whose data lies in lent memory (lender.h)
 *     {wirebeam_nif, Reference, exit, Reason}   the last one
 *
 *            channel_open
 *                 |
 *                 v
 *               OPEN     commands are taken, frames are sent
 *                 |
 *                 |   channel_close: close/1, the owner's death, the handle is collected;
 *                 |   or the thread ends: it sends the last message
 *                 v
 *              SILENT    nothing is taken or sent: who closed gets no message afterwards
 *
 * Two hold a channel: its handle, a resource of the virtual machine, and its thread. The one
 * that lets go last frees it. Only the thread opens and closes what the engine has, and it
 * closes the channel's own descriptors when it ends. Nobody waits for the end of a thread,
 * which may be long in a system call that no one can end: it is detached, and a library
 * stays in memory when it is unloaded (-z nodelete).
 *
 * All functions but the thread's hold a mutex for a few instructions or for one enif_send,
 * and so may run on a scheduler.
 */
#ifndef WIREBEAM_NATIVE_CHANNEL_H
#define WIREBEAM_NATIVE_CHANNEL_H

#include <stddef.h>

#include <erl_nif.h>

struct channel;

/* Starts a worker whose messages go to owner, with a copy of reference; blocks is that of
 * lender_type. The caller holds the channel. Returns 0, or an errno. */
int channel_open(struct channel **channel, const ErlNifPid *owner, ERL_NIF_TERM reference,
                 ErlNifResourceType *blocks);

enum given {
    GIVEN_OK,
    GIVEN_BUSY, /* more than COMMANDS_MAX_BYTES wait, or there is no memory */
    GIVEN_CLOSED,
};

/* Of all commands that wait. One that is longer is taken when none waits. */
#define COMMANDS_MAX_BYTES (1U << 20)

/* Hands the worker a command: a binary, which is kept, not copied. */
enum given channel_give(struct channel *channel, ERL_NIF_TERM command, size_t length);

/* No message is sent afterwards; the worker ends. */
void channel_close(struct channel *channel);

/* The handle lets go, once. */
void channel_release(struct channel *channel);

#endif
