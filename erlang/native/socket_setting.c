/* SPDX-License-Identifier: ISC */
#include "socket_setting.h"

#include <stdlib.h>
#include <string.h>

#include "socket_term.h"

#define NAME_BYTES 64
#define TEXT_MAX   (1U << 20)

/* index(Socket, Name) -> {ok, Index} | {error, Reason} */
ERL_NIF_TERM setting_index(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    char name[NAME_BYTES];
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle || !term_get_text(env, argv[1], name, sizeof name))
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return term_failed_as(env, "closed");
    int result = endpoint_index(&handle->socket->endpoint, name);
    socket_leave(env, handle);
    return result < 0 ? term_failed(env, result) : term_ok(env, enif_make_int(env, result));
}

/* bind(Socket, Index, Protocol) -> ok | {error, Reason} */
ERL_NIF_TERM setting_bind(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    int index;
    unsigned protocol;
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle || !enif_get_int(env, argv[1], &index) || index < 0 ||
        !enif_get_uint(env, argv[2], &protocol) || protocol > UINT16_MAX)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return term_failed_as(env, "closed");
    int result = endpoint_bind(&handle->socket->endpoint, index, (uint16_t)protocol);
    socket_leave(env, handle);
    return term_done(env, result);
}

/* set(Socket, Option, Value, Index) -> ok | {error, Reason} */
ERL_NIF_TERM setting_set(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    static const char *const options[] = {[ENDPOINT_PROMISCUOUS] = "promiscuous",
                                          [ENDPOINT_INCOMING] = "incoming",
                                          [ENDPOINT_BUFFER_BYTES] = "buffer_bytes",
                                          [ENDPOINT_LOCK_FILTER] = "lock_filter",
                                          [ENDPOINT_MARK] = "mark"};
    int value, index;
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    int option = term_get_word(env, argv[1], WORDS(options));
    if (!handle || option < 0 || !enif_get_int(env, argv[2], &value) ||
        !enif_get_int(env, argv[3], &index))
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return term_failed_as(env, "closed");
    int result =
        endpoint_set(&handle->socket->endpoint, (enum endpoint_option)option, value, index);
    socket_leave(env, handle);
    return term_done(env, result);
}

/* filter(Socket, Instructions) -> ok | {error, Reason} */
ERL_NIF_TERM setting_filter(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifBinary bytes;
    size_t count;
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle || !term_get_program(env, argv[1], &bytes, &count))
        return enif_make_badarg(env);
    if (count > WB_FILTER_INSTRUCTIONS_MAX)
        return term_failed_as(env, "einval");
    struct wb_filter_instruction *program = term_copy_program(&bytes);
    if (!program)
        return term_failed_as(env, "enomem");
    ERL_NIF_TERM answer = term_failed_as(env, "closed");
    if (socket_enter(handle)) {
        answer = term_done(env, endpoint_filter(&handle->socket->endpoint, program, count));
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
        return enif_make_tuple2(env, term_atom(env, "error"),
                                enif_make_tuple2(env, term_atom(env, "filter"),
                                                 term_bytes(env, error.text, strlen(error.text))));
    if (result < 0)
        return term_failed_as(env, "enomem");
    ERL_NIF_TERM bytes = term_bytes(env, program, count * sizeof *program);
    free(program);
    return term_ok(env, bytes);
}

/* compile(Expression, LinkType, Snaplen) -> {ok, Instructions} | {error, {filter, Text} | enomem}
 */
ERL_NIF_TERM setting_compile(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    ErlNifBinary bytes;
    unsigned link_type, snaplen;
    (void)argc;
    if (!enif_inspect_binary(env, argv[0], &bytes) || bytes.size > TEXT_MAX ||
        !enif_get_uint(env, argv[1], &link_type) || link_type > UINT16_MAX ||
        !term_get_snaplen(env, argv[2], &snaplen))
        return enif_make_badarg(env);
    char *expression = malloc(bytes.size + 1);
    if (!expression)
        return term_failed_as(env, "enomem");
    ERL_NIF_TERM answer;
    if (term_get_text(env, argv[0], expression, bytes.size + 1))
        answer = compiled(env, expression, link_type, snaplen);
    else
        answer = enif_make_badarg(env);
    free(expression);
    return answer;
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
ERL_NIF_TERM setting_ioctl(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    struct endpoint_ioctl request;
    ErlNifBinary given;
    ERL_NIF_TERM answer;
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle || !(enif_is_atom(env, argv[1]) || enif_is_number(env, argv[1])) ||
        !enif_inspect_binary(env, argv[2], &given))
        return enif_make_badarg(env);
    if (!get_ioctl(env, argv[1], &request))
        return term_failed_as(env, "enotsup");
    if (given.size != request.bytes)
        return term_failed_as(env, "einval");
    if (!socket_enter(handle))
        return term_failed_as(env, "closed");
    unsigned char *bytes = enif_make_new_binary(env, given.size, &answer);
    memcpy(bytes, given.data, given.size);
    int result = endpoint_do_ioctl(&handle->socket->endpoint, &request, bytes);
    socket_leave(env, handle);
    return result < 0 ? term_failed(env, result) : term_ok(env, answer);
}
