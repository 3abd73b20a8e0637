/* SPDX-License-Identifier: ISC */
#include "socket.h"

#include <stdlib.h>

#include "socket_closer.h"

/* ---- The descriptor --------------------------------------------------------------- */

/* The last call has left: nobody will enter. The descriptor may never have been watched: then
 * the callback is called here. */
static void stop(ErlNifEnv *env, struct socket *socket)
{
    enif_select(env, socket->endpoint.descriptor, ERL_NIF_SELECT_STOP, socket, NULL,
                enif_make_atom(env, "undefined"));
}

/* To be called with the mutex held. */
static bool is_to_stop(struct socket *socket)
{
    if (socket->state != SOCKET_SHUT || socket->inside > 0)
        return false;
    socket->state = SOCKET_STOPPING;
    return true;
}

static void stopped(ErlNifEnv *env, void *object, ErlNifEvent descriptor, int is_direct)
{
    (void)env, (void)descriptor, (void)is_direct;
    closer_close(object);
}

bool socket_enter(struct handle *handle)
{
    struct socket *socket = handle->socket;
    pthread_mutex_lock(&socket->mutex);
    bool is_open = socket->state == SOCKET_OPEN;
    socket->inside += is_open;
    pthread_mutex_unlock(&socket->mutex);
    return is_open;
}

void socket_leave(ErlNifEnv *env, struct handle *handle)
{
    struct socket *socket = handle->socket;
    pthread_mutex_lock(&socket->mutex);
    socket->inside--;
    bool is_last = is_to_stop(socket);
    pthread_mutex_unlock(&socket->mutex);
    if (is_last)
        stop(env, socket);
}

/* ---- Waiting ---------------------------------------------------------------------- */

static ERL_NIF_TERM message(ErlNifEnv *env, ERL_NIF_TERM handle, const char *what)
{
    return enif_make_tuple3(env, enif_make_atom(env, "wirebeam_socket_nif"), handle,
                            enif_make_atom(env, what));
}

static void tell_closed(ErlNifEnv *env, struct handle *handle, const struct waiter *waiter)
{
    ErlNifEnv *own = enif_alloc_env();
    if (!own)
        return;
    enif_send(env, &waiter->process, own, message(own, enif_make_resource(own, handle), "closed"));
    enif_free_env(own);
}

/* One process at a time: enif_select tells the last one only. One that died waits no more. */
static bool take_place(ErlNifEnv *env, struct socket *socket, enum socket_direction direction)
{
    struct waiter *waiter = &socket->waiters[direction];
    ErlNifPid self;
    enif_self(env, &self);
    pthread_mutex_lock(&socket->mutex);
    bool is_free = !waiter->is_waiting || enif_compare_pids(&waiter->process, &self) == 0 ||
                   !enif_is_process_alive(env, &waiter->process);
    if (is_free)
        *waiter = (struct waiter){true, self};
    pthread_mutex_unlock(&socket->mutex);
    return is_free;
}

static enum ErlNifSelectFlags flag_of(enum socket_direction direction)
{
    return direction == SOCKET_READ ? ERL_NIF_SELECT_READ : ERL_NIF_SELECT_WRITE;
}

bool socket_wait(ErlNifEnv *env, struct handle *handle, ERL_NIF_TERM term,
                 enum socket_direction direction)
{
    struct socket *socket = handle->socket;
    if (!take_place(env, socket, direction))
        return false;
    return enif_select_x(env, socket->endpoint.descriptor,
                         flag_of(direction) | ERL_NIF_SELECT_CUSTOM_MSG, socket, NULL,
                         message(env, term, "ready"), NULL) >= 0;
}

bool socket_wait_no_more(ErlNifEnv *env, struct handle *handle, enum socket_direction direction)
{
    struct waiter *waiter = &handle->socket->waiters[direction];
    ErlNifPid self;
    enif_self(env, &self);
    pthread_mutex_lock(&handle->socket->mutex);
    bool is_own = waiter->is_waiting && enif_compare_pids(&waiter->process, &self) == 0;
    if (is_own)
        waiter->is_waiting = false;
    pthread_mutex_unlock(&handle->socket->mutex);
    return is_own;
}

void socket_cancel(ErlNifEnv *env, struct handle *handle, enum socket_direction direction)
{
    struct socket *socket = handle->socket;
    if (!socket_enter(handle))
        return;
    if (socket_wait_no_more(env, handle, direction))
        enif_select(env, socket->endpoint.descriptor, flag_of(direction) | ERL_NIF_SELECT_CANCEL,
                    socket, NULL, enif_make_atom(env, "undefined"));
    socket_leave(env, handle);
}

/* ---- Ends ------------------------------------------------------------------------- */

/* Who waits is told before any call fails, and so finds the message when its own does. */
void socket_shut(ErlNifEnv *env, struct handle *handle)
{
    struct socket *socket = handle->socket;
    pthread_mutex_lock(&socket->mutex);
    if (socket->state == SOCKET_OPEN) {
        socket->state = SOCKET_SHUT;
        for (int i = 0; i < 2; i++)
            if (socket->waiters[i].is_waiting)
                tell_closed(env, handle, &socket->waiters[i]);
    }
    bool is_last = is_to_stop(socket);
    pthread_mutex_unlock(&socket->mutex);
    if (is_last)
        stop(env, socket);
}

bool socket_is_closed(struct handle *handle)
{
    struct socket *socket = handle->socket;
    pthread_mutex_lock(&socket->mutex);
    bool is_closed = socket->state == SOCKET_CLOSED;
    pthread_mutex_unlock(&socket->mutex);
    return is_closed;
}

/* Only the death of the owner counts, not of one that was. */
static void died(ErlNifEnv *env, void *object, ErlNifPid *process, ErlNifMonitor *monitor)
{
    struct handle *handle = object;
    (void)monitor;
    pthread_mutex_lock(&handle->mutex);
    bool is_owner = enif_compare_pids(&handle->owner, process) == 0;
    pthread_mutex_unlock(&handle->mutex);
    if (is_owner)
        socket_shut(env, handle);
}

/* No call is inside, since each has a term of the handle, and nobody waits. */
static void destroy_handle(ErlNifEnv *env, void *object)
{
    struct handle *handle = object;
    struct socket *socket = handle->socket;
    if (!socket)
        return;
    pthread_mutex_lock(&socket->mutex);
    if (socket->state == SOCKET_OPEN)
        socket->state = SOCKET_SHUT;
    bool is_last = is_to_stop(socket);
    pthread_mutex_unlock(&socket->mutex);
    if (is_last)
        stop(env, socket);
    enif_release_resource(socket);
    pthread_mutex_destroy(&handle->mutex);
}

static void destroy_socket(ErlNifEnv *env, void *object)
{
    struct socket *socket = object;
    (void)env;
    endpoint_close(&socket->endpoint);
    free(socket->memory);
    pthread_mutex_destroy(&socket->mutex);
}

/* ---- Beginnings ------------------------------------------------------------------- */

bool socket_open_types(ErlNifEnv *env, struct socket_types *types)
{
    const ErlNifResourceTypeInit handles = {.dtor = destroy_handle, .down = died};
    const ErlNifResourceTypeInit sockets = {.dtor = destroy_socket, .stop = stopped};
    const ErlNifResourceFlags flags = ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER;
    types->handles =
        enif_open_resource_type_x(env, "wirebeam_handle_" SOCKET_LAYOUT, &handles, flags, NULL);
    types->sockets =
        enif_open_resource_type_x(env, "wirebeam_socket_" SOCKET_LAYOUT, &sockets, flags, NULL);
    return types->handles && types->sockets;
}

static struct socket *new_socket(ErlNifResourceType *type, const struct endpoint *endpoint,
                                 size_t snaplen)
{
    struct socket *socket = enif_alloc_resource(type, sizeof *socket);
    if (!socket)
        return NULL;
    *socket = (struct socket){.endpoint = *endpoint, .snaplen = snaplen};
    pthread_mutex_init(&socket->mutex, NULL);
    return socket;
}

bool socket_new(ErlNifEnv *env, const struct socket_types *types, struct endpoint *endpoint,
                size_t snaplen, ERL_NIF_TERM *term)
{
    struct socket *socket = new_socket(types->sockets, endpoint, snaplen);
    struct handle *handle = socket ? enif_alloc_resource(types->handles, sizeof *handle) : NULL;
    if (!handle) {
        if (socket)
            enif_release_resource(socket);
        else
            endpoint_close(endpoint);
        return false;
    }
    *handle = (struct handle){.socket = socket};
    pthread_mutex_init(&handle->mutex, NULL);
    enif_self(env, &handle->owner);
    enif_monitor_process(env, handle, &handle->owner, &handle->monitor);
    *term = enif_make_resource(env, handle);
    enif_release_resource(handle);
    return true;
}
