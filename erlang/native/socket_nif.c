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
#include <string.h>

#include <erl_nif.h>

#include "socket.h"
#include "socket_error.h"
#include "socket_handed.h"
#include "socket_packets.h"

#define SNAPLEN_MAX 262144
#define ATOM_BYTES  32
#define NAME_BYTES  64
#define TEXT_MAX    (1U << 20)

/* The library's data. */
struct library {
    struct socket_types types;
    struct socket_handed *handed;
};

/* ---- Terms ------------------------------------------------------------------------ */

static ERL_NIF_TERM atom(ErlNifEnv *env, const char *name)
{
    return enif_make_atom(env, name);
}

static ERL_NIF_TERM ok(ErlNifEnv *env, ERL_NIF_TERM value)
{
    return enif_make_tuple2(env, atom(env, "ok"), value);
}

static ERL_NIF_TERM failed_as(ErlNifEnv *env, const char *reason)
{
    return enif_make_tuple2(env, atom(env, "error"), atom(env, reason));
}

/* By what the system answered: a negative errno, or something else. */
static ERL_NIF_TERM failed(ErlNifEnv *env, int result)
{
    return enif_make_tuple2(env, atom(env, "error"), socket_error_term(env, -result));
}

static ERL_NIF_TERM done(ErlNifEnv *env, int result)
{
    return result < 0 ? failed(env, result) : atom(env, "ok");
}

static struct handle *get_handle(ErlNifEnv *env, ERL_NIF_TERM term)
{
    const struct library *library = enif_priv_data(env);
    void *handle;
    if (!enif_get_resource(env, term, library->types.handles, &handle))
        return NULL;
    return ((struct handle *)handle)->socket ? handle : NULL;
}

/* Which of the words an atom is, or -1. */
static int get_word(ErlNifEnv *env, ERL_NIF_TERM term, const char *const *words, int count)
{
    char name[ATOM_BYTES];
    if (!enif_get_atom(env, term, name, sizeof name, ERL_NIF_LATIN1))
        return -1;
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], name) == 0)
            return i;
    return -1;
}

#define WORDS(words) words, (int)(sizeof words / sizeof *words)

/* A text without NUL, as a string of C. */
static bool get_text(ErlNifEnv *env, ERL_NIF_TERM term, char *text, size_t size)
{
    ErlNifBinary bytes;
    if (!enif_inspect_binary(env, term, &bytes) || bytes.size >= size ||
        memchr(bytes.data, 0, bytes.size))
        return false;
    memcpy(text, bytes.data, bytes.size);
    text[bytes.size] = '\0';
    return true;
}

static ERL_NIF_TERM make_bytes(ErlNifEnv *env, const void *bytes, size_t length)
{
    ERL_NIF_TERM term;
    unsigned char *to = enif_make_new_binary(env, length, &term);
    if (length > 0)
        memcpy(to, bytes, length);
    return term;
}

/* ---- Opening and closing ---------------------------------------------------------- */

static ERL_NIF_TERM make_socket(ErlNifEnv *env, struct endpoint *endpoint, unsigned snaplen)
{
    const struct library *library = enif_priv_data(env);
    ERL_NIF_TERM term;
    if (!socket_new(env, &library->types, endpoint, snaplen, &term))
        return failed_as(env, "enomem");
    return ok(env, term);
}

static bool get_snaplen(ErlNifEnv *env, ERL_NIF_TERM term, unsigned *snaplen)
{
    return enif_get_uint(env, term, snaplen) && *snaplen > 0 && *snaplen <= SNAPLEN_MAX;
}

/* open(Kind, Type, Protocol, Namespace, Snaplen) -> {ok, Socket} | {error, Reason} */
static ERL_NIF_TERM open_socket(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    static const char *const kinds[] = {"packet", "tun", "inet", "inet6"};
    static const char *const types[] = {"raw", "dgram", "stream"};
    struct endpoint_request request;
    struct endpoint endpoint;
    unsigned snaplen;
    (void)argc;
    int kind = get_word(env, argv[0], WORDS(kinds)), type = get_word(env, argv[1], WORDS(types));
    if (kind < 0 || type < 0 || !enif_get_int(env, argv[2], &request.protocol) ||
        !get_text(env, argv[3], request.namespace, sizeof request.namespace) ||
        !get_snaplen(env, argv[4], &snaplen))
        return enif_make_badarg(env);
    request.kind = (enum endpoint_kind)kind;
    request.type = (enum endpoint_type)type;
    int result = endpoint_open(&endpoint, &request);
    return result < 0 ? failed(env, result) : make_socket(env, &endpoint, snaplen);
}

/* adopt(Descriptor, Snaplen) -> {ok, Socket} | {error, Reason} */
static ERL_NIF_TERM adopt(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    struct endpoint endpoint;
    int descriptor;
    unsigned snaplen;
    (void)argc;
    if (!enif_get_int(env, argv[0], &descriptor) || !get_snaplen(env, argv[1], &snaplen))
        return enif_make_badarg(env);
    int result = endpoint_adopt(&endpoint, descriptor);
    return result < 0 ? failed(env, result) : make_socket(env, &endpoint, snaplen);
}

/* A duplicate of the descriptor of a socket, which is on the list, or a negative errno. */
static int hand_out(ErlNifEnv *env, const struct socket *socket)
{
    const struct library *library = enif_priv_data(env);
    struct endpoint endpoint = {.descriptor = endpoint_duplicate(&socket->endpoint), .control = -1};
    if (endpoint.descriptor < 0)
        return endpoint.descriptor;
    int result = handed_add(library->handed, endpoint.descriptor);
    if (result < 0)
        endpoint_close(&endpoint);
    return result < 0 ? result : endpoint.descriptor;
}

/* release(Socket) -> {ok, Descriptor} | {error, Reason}; the socket is closed then */
static ERL_NIF_TERM release(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return failed_as(env, "closed");
    int result = hand_out(env, handle->socket);
    if (result >= 0)
        socket_shut(env, handle);
    socket_leave(env, handle);
    return result < 0 ? failed(env, result) : ok(env, enif_make_int(env, result));
}

/* close_released(Descriptor) -> ok | {error, einval} */
static ERL_NIF_TERM close_released(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    const struct library *library = enif_priv_data(env);
    int descriptor;
    (void)argc;
    if (!enif_get_int(env, argv[0], &descriptor))
        return enif_make_badarg(env);
    return done(env, handed_close(library->handed, descriptor));
}

/* close(Socket) -> ok */
static ERL_NIF_TERM close_socket(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    socket_shut(env, handle);
    return atom(env, "ok");
}

/* is_closed(Socket) -> boolean(): has the system closed it? */
static ERL_NIF_TERM is_closed(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    return atom(env, socket_is_closed(handle) ? "true" : "false");
}

/* ---- Processes -------------------------------------------------------------------- */

/* owner(Socket) -> {Owner, Pump | none} */
static ERL_NIF_TERM owner(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    pthread_mutex_lock(&handle->mutex);
    ERL_NIF_TERM pump = handle->has_pump ? enif_make_pid(env, &handle->pump) : atom(env, "none");
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
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle || !enif_get_local_pid(env, argv[1], &process))
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return failed_as(env, "closed");
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
        return failed_as(env, "noproc");
    enif_demonitor_process(env, handle, &before);
    return atom(env, "ok");
}

/* set_pump(Socket, Pid | none) -> ok */
static ERL_NIF_TERM set_pump(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifPid process = {0};
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    bool has_pump = enif_get_local_pid(env, argv[1], &process);
    if (!handle || (!has_pump && !enif_is_atom(env, argv[1])))
        return enif_make_badarg(env);
    pthread_mutex_lock(&handle->mutex);
    handle->has_pump = has_pump;
    handle->pump = process;
    pthread_mutex_unlock(&handle->mutex);
    return atom(env, "ok");
}

/* ---- Packets ---------------------------------------------------------------------- */

/* recv(Socket) -> {ok, [Packet]} | wait | {error, Reason} */
static ERL_NIF_TERM receive(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ERL_NIF_TERM packets;
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return failed_as(env, "closed");
    socket_wait_no_more(env, handle, SOCKET_READ);
    int result = socket_receive(env, handle->socket, &packets);
    ERL_NIF_TERM answer;
    if (result > 0)
        answer = ok(env, packets);
    else if (result == 0)
        answer = failed_as(env, "eof");
    else if (result != -EAGAIN)
        answer = failed(env, result);
    else if (socket_wait(env, handle, argv[0], SOCKET_READ))
        answer = atom(env, "wait");
    else
        answer = failed_as(env, "ebusy");
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
    struct handle *handle = get_handle(env, argv[0]);
    int count = handle ? socket_get_packets(env, handle->socket, argv[1], packets) : -1;
    if (count < 0)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return enif_make_tuple2(env, enif_make_int(env, 0), failed_as(env, "closed"));
    socket_wait_no_more(env, handle, SOCKET_WRITE);
    int error, sent = socket_send(env, handle->socket, packets, count, &short_bytes, &error);
    ERL_NIF_TERM state;
    if (short_bytes != SIZE_MAX)
        state = enif_make_tuple2(env, atom(env, "short"), enif_make_ulong(env, short_bytes));
    else if (error == 0)
        state = atom(env, "ok");
    else if (error != EAGAIN)
        state = failed(env, -error);
    else
        state = atom(env, socket_wait(env, handle, argv[0], SOCKET_WRITE) ? "wait" : "busy");
    socket_leave(env, handle);
    return enif_make_tuple2(env, enif_make_int(env, sent), state);
}

/* cancel(Socket, read | write) -> ok */
static ERL_NIF_TERM cancel(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    static const char *const directions[] = {[SOCKET_READ] = "read", [SOCKET_WRITE] = "write"};
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    int direction = get_word(env, argv[1], WORDS(directions));
    if (!handle || direction < 0)
        return enif_make_badarg(env);
    socket_cancel(env, handle, (enum socket_direction)direction);
    return atom(env, "ok");
}

/* ---- Options ---------------------------------------------------------------------- */

/* index(Socket, Name) -> {ok, Index} | {error, Reason} */
static ERL_NIF_TERM index_of(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    char name[NAME_BYTES];
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle || !get_text(env, argv[1], name, sizeof name))
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return failed_as(env, "closed");
    int result = endpoint_index(&handle->socket->endpoint, name);
    socket_leave(env, handle);
    return result < 0 ? failed(env, result) : ok(env, enif_make_int(env, result));
}

/* bind(Socket, Index, Protocol) -> ok | {error, Reason} */
static ERL_NIF_TERM bind_socket(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    int index;
    unsigned protocol;
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle || !enif_get_int(env, argv[1], &index) || index < 0 ||
        !enif_get_uint(env, argv[2], &protocol) || protocol > UINT16_MAX)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return failed_as(env, "closed");
    int result = endpoint_bind(&handle->socket->endpoint, index, (uint16_t)protocol);
    socket_leave(env, handle);
    return done(env, result);
}

/* set(Socket, Option, Value, Index) -> ok | {error, Reason} */
static ERL_NIF_TERM set(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    static const char *const options[] = {[ENDPOINT_PROMISCUOUS] = "promiscuous",
                                          [ENDPOINT_INCOMING] = "incoming",
                                          [ENDPOINT_BUFFER_BYTES] = "buffer_bytes",
                                          [ENDPOINT_LOCK_FILTER] = "lock_filter",
                                          [ENDPOINT_MARK] = "mark"};
    int value, index;
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    int option = get_word(env, argv[1], WORDS(options));
    if (!handle || option < 0 || !enif_get_int(env, argv[2], &value) ||
        !enif_get_int(env, argv[3], &index))
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return failed_as(env, "closed");
    int result =
        endpoint_set(&handle->socket->endpoint, (enum endpoint_option)option, value, index);
    socket_leave(env, handle);
    return done(env, result);
}

/* filter(Socket, Instructions) -> ok | {error, Reason}: a binary of struct
 * wb_filter_instruction, of which a copy is aligned; an empty one is none */
static ERL_NIF_TERM filter(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifBinary bytes;
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle || !enif_inspect_binary(env, argv[1], &bytes) ||
        bytes.size % sizeof(struct wb_filter_instruction) != 0)
        return enif_make_badarg(env);
    size_t count = bytes.size / sizeof(struct wb_filter_instruction);
    if (count > WB_FILTER_INSTRUCTIONS_MAX)
        return failed_as(env, "einval");
    struct wb_filter_instruction *program = malloc(bytes.size + 1);
    if (!program)
        return failed_as(env, "enomem");
    memcpy(program, bytes.data, bytes.size);
    ERL_NIF_TERM answer = failed_as(env, "closed");
    if (socket_enter(handle)) {
        answer = done(env, endpoint_filter(&handle->socket->endpoint, program, count));
        socket_leave(env, handle);
    }
    free(program);
    return answer;
}

static ERL_NIF_TERM compiled(ErlNifEnv *env, const char *expression, unsigned link_type,
                             unsigned snaplen)
{
    struct wb_filter_instruction *program;
    struct wb_error error;
    size_t count;
    int result =
        wb_filter_compile(expression, (uint16_t)link_type, snaplen, &program, &count, &error);
    if (result == WB_E_FILTER)
        return enif_make_tuple2(env, atom(env, "error"),
                                enif_make_tuple2(env, atom(env, "filter"),
                                                 make_bytes(env, error.text, strlen(error.text))));
    if (result < 0)
        return failed_as(env, "enomem");
    ERL_NIF_TERM bytes = make_bytes(env, program, count * sizeof *program);
    free(program);
    return ok(env, bytes);
}

/* compile(Expression, LinkType, Snaplen) -> {ok, Instructions} | {error, {filter, Text} | enomem}
 */
static ERL_NIF_TERM compile(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifBinary bytes;
    unsigned link_type, snaplen;
    (void)argc;
    if (!enif_inspect_binary(env, argv[0], &bytes) || bytes.size > TEXT_MAX ||
        !enif_get_uint(env, argv[1], &link_type) || link_type > UINT16_MAX ||
        !get_snaplen(env, argv[2], &snaplen))
        return enif_make_badarg(env);
    char *expression = malloc(bytes.size + 1);
    if (!expression)
        return failed_as(env, "enomem");
    ERL_NIF_TERM answer;
    if (get_text(env, argv[0], expression, bytes.size + 1))
        answer = compiled(env, expression, link_type, snaplen);
    else
        answer = enif_make_badarg(env);
    free(expression);
    return answer;
}

/* ---- Questions -------------------------------------------------------------------- */

/* name(Socket) -> {ok, {Type, Sockaddr}} | {error, Reason}, {device, <<>>} of what is no socket */
static ERL_NIF_TERM name_of(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    uint8_t name[ENDPOINT_NAME_MAX];
    const char *type = "device";
    int result = 0;
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return failed_as(env, "closed");
    if (handle->socket->endpoint.is_socket)
        result = endpoint_name(&handle->socket->endpoint, name, &type);
    socket_leave(env, handle);
    if (result < 0)
        return failed(env, result);
    return ok(env, enif_make_tuple2(env, atom(env, type), make_bytes(env, name, (size_t)result)));
}

/* counters(Socket) -> {Received, ReceivedBytes, Truncated, Dropped, Sent, SentBytes} | {error,
 * closed} */
static ERL_NIF_TERM counters(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return failed_as(env, "closed");
    const struct socket_counters counted = socket_count(handle->socket);
    socket_leave(env, handle);
    return enif_make_tuple6(
        env, enif_make_uint64(env, counted.received), enif_make_uint64(env, counted.received_bytes),
        enif_make_uint64(env, counted.truncated), enif_make_uint64(env, counted.dropped),
        enif_make_uint64(env, counted.sent), enif_make_uint64(env, counted.sent_bytes));
}

static bool get_ioctl(ErlNifEnv *env, ERL_NIF_TERM term, struct endpoint_ioctl *found)
{
    char name[ATOM_BYTES];
    ErlNifUInt64 request;
    if (enif_get_atom(env, term, name, sizeof name, ERL_NIF_LATIN1))
        return endpoint_find_ioctl(found, name, 0);
    return enif_get_uint64(env, term, &request) && request <= UINT32_MAX &&
           endpoint_find_ioctl(found, NULL, (unsigned long)request);
}

/* ioctl(Socket, Name | Number, Structure) -> {ok, Structure} | {error, Reason} */
static ERL_NIF_TERM do_ioctl(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    struct endpoint_ioctl request;
    ErlNifBinary given;
    ERL_NIF_TERM answer;
    (void)argc;
    struct handle *handle = get_handle(env, argv[0]);
    if (!handle || !(enif_is_atom(env, argv[1]) || enif_is_number(env, argv[1])) ||
        !enif_inspect_binary(env, argv[2], &given))
        return enif_make_badarg(env);
    if (!get_ioctl(env, argv[1], &request))
        return failed_as(env, "enotsup");
    if (given.size != request.bytes)
        return failed_as(env, "einval");
    if (!socket_enter(handle))
        return failed_as(env, "closed");
    unsigned char *bytes = enif_make_new_binary(env, given.size, &answer);
    memcpy(bytes, given.data, given.size);
    int result = endpoint_do_ioctl(&handle->socket->endpoint, &request, bytes);
    socket_leave(env, handle);
    return result < 0 ? failed(env, result) : ok(env, answer);
}

/* ---- The library ------------------------------------------------------------------ */

static void free_library(struct library *library)
{
    if (library->handed)
        handed_release(library->handed);
    free(library);
}

/* With the list of another library, or without: a new one. */
static int load_with(ErlNifEnv *env, void **data, struct socket_handed *handed)
{
    struct library *library = calloc(1, sizeof *library);
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
    return load_with(env, data, ((struct library *)*old)->handed);
}

static void unload(ErlNifEnv *env, void *data)
{
    (void)env;
    free_library(data);
}

static ErlNifFunc functions[] = {
    {"open", 5, open_socket, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"adopt", 2, adopt, 0},
    {"release", 1, release, 0},
    {"close_released", 1, close_released, 0},
    {"close", 1, close_socket, 0},
    {"is_closed", 1, is_closed, 0},
    {"owner", 1, owner, 0},
    {"set_owner", 2, set_owner, 0},
    {"set_pump", 2, set_pump, 0},
    {"recv", 1, receive, 0},
    {"send", 2, send_packets, 0},
    {"cancel", 2, cancel, 0},
    {"index", 2, index_of, 0},
    {"bind", 3, bind_socket, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"set", 4, set, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"filter", 2, filter, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"compile", 3, compile, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"name", 1, name_of, 0},
    {"counters", 1, counters, 0},
    {"ioctl", 3, do_ioctl, ERL_NIF_DIRTY_JOB_IO_BOUND},
};

ERL_NIF_INIT(wirebeam_socket_nif, functions, load, NULL, upgrade, unload)
