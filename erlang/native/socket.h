/* SPDX-License-Identifier: ISC
 *
 * Sockets of wirebeam_socket, and who closes one, when. A handle is what Erlang has: a resource
 * that is collected when no term refers to it. It points to a socket, another resource, which is
 * what enif_select knows: the virtual machine holds that as long as it watches the descriptor, and
 * so cannot hold the handle.
 *
 *        socket_open, socket_adopt
 *                  |
 *                  v
 *                OPEN       socket_enter succeeds: a call is inside, and may use the descriptor
 *                  |
 *                  |    socket_shut: close/1, the owner's death, the handle is collected
 *                  v
 *                SHUT       socket_enter fails; who waits for readiness is told; calls that are
 *                  |        inside go on, none of which waits for packets
 *                  |    the last call leaves: enif_select(STOP)
 *                  v
 *              STOPPING     the virtual machine lets go of the descriptor; stop callback, at
 *                  |        once or later; the closer closes it (socket_closer.h)
 *                  v
 *               CLOSED
 *
 * So a descriptor is closed once, when nobody uses it, and its number cannot be another
 * file's while somebody does. The mutex is held for a few instructions or for one enif_send,
 * and around no call of the operating system but one that counts.
 */
#ifndef WIREBEAM_NATIVE_SOCKET_H
#define WIREBEAM_NATIVE_SOCKET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <erl_nif.h>

#include "socket_endpoint.h"

/* To be changed with any struct below, or in socket_endpoint.h, which is part of one. */
#define SOCKET_LAYOUT "1"

enum socket_direction { SOCKET_READ, SOCKET_WRITE };

struct waiter {
    bool is_waiting;
    ErlNifPid process;
};

struct socket_counters {
    uint64_t received, received_bytes, truncated, dropped, sent, sent_bytes;
};

struct socket {
    struct endpoint endpoint;
    size_t snaplen;        /* bytes of a packet that are received */
    pthread_mutex_t mutex; /* of what follows */
    enum { SOCKET_OPEN, SOCKET_SHUT, SOCKET_STOPPING, SOCKET_CLOSED } state;
    unsigned inside;          /* calls that use the descriptor */
    struct waiter waiters[2]; /* by direction */
    bool is_receiving;        /* a call uses what follows */
    uint8_t *memory;          /* for a round of packets; NULL until the first */
    int late_error;           /* to be told by the next call that receives, or 0 */
    struct socket_counters counters;
    struct socket *next_to_close; /* the closer's */
};

struct handle {
    struct socket *socket; /* NULL: it could not be opened */
    pthread_mutex_t mutex; /* of what follows; it may be held when the socket's is taken */
    ErlNifPid owner;
    ErlNifMonitor monitor;
    bool has_pump;
    ErlNifPid pump; /* the process that receives for the owner */
};

struct socket_types {
    ErlNifResourceType *handles, *sockets;
};

/* Opens the types of resources, or takes them over. */
bool socket_open_types(ErlNifEnv *env, struct socket_types *types);

/* Makes the term of a handle to an endpoint, which is the socket's from now on, or is closed
 * where there is no memory. Its owner is the calling process. False: no memory. */
bool socket_new(ErlNifEnv *env, const struct socket_types *types, struct endpoint *endpoint,
                size_t snaplen, ERL_NIF_TERM *term);

/* A call begins to use the descriptor. False: the socket is not open. */
bool socket_enter(struct handle *handle);
void socket_leave(ErlNifEnv *env, struct handle *handle);

/* Has the caller, which is inside, told when the descriptor is ready, by a message
 * {wirebeam_socket_nif, Handle, ready}, or once it is shut, closed instead of ready. False:
 * another process that waits for the same is alive. */
bool socket_wait(ErlNifEnv *env, struct handle *handle, ERL_NIF_TERM term,
                 enum socket_direction direction);

/* The caller has been told, or looks by itself. True: it was the one that waits. */
bool socket_wait_no_more(ErlNifEnv *env, struct handle *handle, enum socket_direction direction);

/* The caller will not be told; a message may be on its way. */
void socket_cancel(ErlNifEnv *env, struct handle *handle, enum socket_direction direction);

void socket_shut(ErlNifEnv *env, struct handle *handle);

bool socket_is_closed(struct handle *handle);

#endif
