/* SPDX-License-Identifier: ISC
 *
 * The functions of the module wirebeam_socket_nif: terms to sockets and back. socket.h has
 * the states of a socket, socket_endpoint.h what the system does. Those that may wait, for a lock
 * of the kernel, say, are dirty; the others take some tens of microseconds, and receive and send
 * that many packets.
 *
 * Whatever the arguments are, a function does what it says, answers {error, Reason}, or raises
 * badarg. Each may be called by any process that has the handle: who may do what is the Erlang
 * module's concern.
 */
#include <errno.h>
#include <stdlib.h>

#include <erl_nif.h>

#include "socket.h"
#include "socket_handed.h"
#include "socket_opening.h"
#include "socket_packets.h"
#include "socket_setting.h"
#include "socket_term.h"

/* ---- Processes -------------------------------------------------------------------- */

/* owner(Socket) -> {Owner, Pump | none} */
static ERL_NIF_TERM owner(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    pthread_mutex_lock(&handle->mutex);
    ERL_NIF_TERM pump =
        handle->has_pump ? enif_make_pid(env, &handle->pump) : term_atom(env, "none");
    ERL_NIF_TERM answer = enif_make_tuple2(env, enif_make_pid(env, &handle->owner), pump);
    pthread_mutex_unlock(&handle->mutex);
    return answer;
}

/* set_owner(Socket, Pid) -> ok | {error, noproc | closed}, and then the owner is who it was */
static ERL_NIF_TERM set_owner(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifPid process;
    ErlNifMonitor monitor;
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle || !enif_get_local_pid(env, argv[1], &process))
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return term_failed_as(env, "closed");
    socket_leave(env, handle);
    /* Who dies meanwhile is the owner when that is told: it takes the mutex. */
    pthread_mutex_lock(&handle->mutex);
    ErlNifMonitor before = handle->monitor;
    bool is_alive = enif_monitor_process(env, handle, &process, &monitor) == 0;
    if (is_alive) {
        handle->owner = process;
        handle->monitor = monitor;
    }
    pthread_mutex_unlock(&handle->mutex);
    if (!is_alive)
        return term_failed_as(env, "noproc");
    enif_demonitor_process(env, handle, &before);
    return term_atom(env, "ok");
}

/* set_pump(Socket, Pid | none) -> ok */
static ERL_NIF_TERM set_pump(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifPid process = {0};
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    bool has_pump = enif_get_local_pid(env, argv[1], &process);
    if (!handle || (!has_pump && !enif_is_atom(env, argv[1])))
        return enif_make_badarg(env);
    pthread_mutex_lock(&handle->mutex);
    handle->has_pump = has_pump;
    handle->pump = process;
    pthread_mutex_unlock(&handle->mutex);
    return term_atom(env, "ok");
}

/* ---- Packets ---------------------------------------------------------------------- */

/* recv(Socket) -> {ok, [Packet]} | wait | {error, Reason} */
static ERL_NIF_TERM receive(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ERL_NIF_TERM packets;
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return term_failed_as(env, "closed");
    socket_wait_no_more(env, handle, SOCKET_READ);
    int result = socket_receive(env, handle->socket, &packets);
    ERL_NIF_TERM answer;
    if (result > 0)
        answer = term_ok(env, packets);
    else if (result == 0)
        answer = term_failed_as(env, "eof");
    else if (result != -EAGAIN)
        answer = term_failed(env, result);
    else if (socket_wait(env, handle, argv[0], SOCKET_READ))
        answer = term_atom(env, "wait");
    else
        answer = term_failed_as(env, "ebusy");
    socket_leave(env, handle);
    return answer;
}

/* send(Socket, [Packet]) -> {Sent, ok | wait | busy | {short, Bytes} | {error, Reason}}: so many of
 * the list, and what is with the next one. busy: another process waits. */
static ERL_NIF_TERM send_packets(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    struct endpoint_packet packets[SOCKET_SEND_MAX];
    size_t short_bytes = SIZE_MAX;
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    int count = handle ? socket_get_packets(env, handle->socket, argv[1], packets) : -1;
    if (count < 0)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return enif_make_tuple2(env, enif_make_int(env, 0), term_failed_as(env, "closed"));
    socket_wait_no_more(env, handle, SOCKET_WRITE);
    int error, sent = socket_send(env, handle->socket, packets, count, &short_bytes, &error);
    ERL_NIF_TERM state;
    if (short_bytes != SIZE_MAX)
        state = enif_make_tuple2(env, term_atom(env, "short"), enif_make_ulong(env, short_bytes));
    else if (error == 0)
        state = term_atom(env, "ok");
    else if (error != EAGAIN)
        state = term_failed(env, -error);
    else
        state = term_atom(env, socket_wait(env, handle, argv[0], SOCKET_WRITE) ? "wait" : "busy");
    socket_leave(env, handle);
    return enif_make_tuple2(env, enif_make_int(env, sent), state);
}

/* cancel(Socket, read | write) -> ok */
static ERL_NIF_TERM cancel(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    static const char *const directions[] = {[SOCKET_READ] = "read", [SOCKET_WRITE] = "write"};
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    int direction = term_get_word(env, argv[1], WORDS(directions));
    if (!handle || direction < 0)
        return enif_make_badarg(env);
    socket_cancel(env, handle, (enum socket_direction)direction);
    return term_atom(env, "ok");
}

/* ---- Questions -------------------------------------------------------------------- */

/* name(Socket) -> {ok, {Type, Sockaddr}} | {error, Reason}, {device, <<>>} of what is no socket */
static ERL_NIF_TERM name_of(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    uint8_t name[ENDPOINT_NAME_MAX];
    const char *type = "device";
    int result = 0;
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return term_failed_as(env, "closed");
    if (handle->socket->endpoint.is_socket)
        result = endpoint_name(&handle->socket->endpoint, name, &type);
    socket_leave(env, handle);
    if (result < 0)
        return term_failed(env, result);
    return term_ok(
        env, enif_make_tuple2(env, term_atom(env, type), term_bytes(env, name, (size_t)result)));
}

/* counters(Socket) -> {Received, ReceivedBytes, Truncated, Dropped, Sent, SentBytes} | {error,
 * closed} */
static ERL_NIF_TERM counters(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return term_failed_as(env, "closed");
    const struct socket_counters counted = socket_count(handle->socket);
    socket_leave(env, handle);
    return enif_make_tuple6(
        env, enif_make_uint64(env, counted.received), enif_make_uint64(env, counted.received_bytes),
        enif_make_uint64(env, counted.truncated), enif_make_uint64(env, counted.dropped),
        enif_make_uint64(env, counted.sent), enif_make_uint64(env, counted.sent_bytes));
}

/* ---- The library ------------------------------------------------------------------ */

static void free_library(struct socket_library *library)
{
    if (library->handed)
        handed_release(library->handed);
    free(library);
}

/* With the list of another library, or without: a new one. */
static int load_with(ErlNifEnv *env, void **data, struct socket_handed *handed)
{
    struct socket_library *library = calloc(1, sizeof *library);
    if (!library)
        return -1;
    if (handed)
        handed_keep(handed);
    library->handed = handed ? handed : handed_new();
    if (!library->handed || !socket_open_types(env, &library->types)) {
        free_library(library);
        return -1;
    }
    *data = library;
    return 0;
}

static int load(ErlNifEnv *env, void **data, ERL_NIF_TERM argument)
{
    (void)argument;
    return load_with(env, data, NULL);
}

static int upgrade(ErlNifEnv *env, void **data, void **old, ERL_NIF_TERM argument)
{
    (void)argument;
    return load_with(env, data, ((struct socket_library *)*old)->handed);
}

static void unload(ErlNifEnv *env, void *data)
{
    (void)env;
    free_library(data);
}

static ErlNifFunc functions[] = {
    {"open", 5, opening_open, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"ask", 6, opening_ask, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"adopt", 2, opening_adopt, 0},
    {"release", 1, opening_release, 0},
    {"close_released", 1, opening_close_released, 0},
    {"close", 1, opening_close, 0},
    {"is_closed", 1, opening_is_closed, 0},
    {"owner", 1, owner, 0},
    {"set_owner", 2, set_owner, 0},
    {"set_pump", 2, set_pump, 0},
    {"recv", 1, receive, 0},
    {"send", 2, send_packets, 0},
    {"cancel", 2, cancel, 0},
    {"index", 2, setting_index, 0},
    {"bind", 3, setting_bind, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"set", 4, setting_set, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"filter", 2, setting_filter, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"compile", 3, setting_compile, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"name", 1, name_of, 0},
    {"counters", 1, counters, 0},
    {"ioctl", 3, setting_ioctl, ERL_NIF_DIRTY_JOB_IO_BOUND},
};

ERL_NIF_INIT(wirebeam_socket_nif, functions, load, NULL, upgrade, unload)
