/* SPDX-License-Identifier: ISC */
#include "socket_opening.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wirebeam/opener.h>

#include "socket_term.h"

#define DEVICE_BYTES 64 /* of its name, and a NUL: more than any has */

static ERL_NIF_TERM make_socket(ErlNifEnv *env, struct endpoint *endpoint, unsigned snaplen)
{
    const struct socket_library *library = enif_priv_data(env);
    ERL_NIF_TERM term;
    if (!socket_new(env, &library->types, endpoint, snaplen, &term))
        return term_failed_as(env, "enomem");
    return term_ok(env, term);
}

/* open(Kind, Type, Protocol, Namespace, Snaplen) -> {ok, Socket} | {error, Reason} */
ERL_NIF_TERM opening_open(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    static const char *const kinds[] = {"packet", "tun", "inet", "inet6"};
    static const char *const types[] = {"raw", "dgram", "stream"};
    struct endpoint_request request;
    struct endpoint endpoint;
    unsigned snaplen;
    (void)argc;
    int kind = term_get_word(env, argv[0], WORDS(kinds)),
        type = term_get_word(env, argv[1], WORDS(types));
    if (kind < 0 || type < 0 || !enif_get_int(env, argv[2], &request.protocol) ||
        !term_get_text(env, argv[3], request.namespace, sizeof request.namespace) ||
        !term_get_snaplen(env, argv[4], &snaplen))
        return enif_make_badarg(env);
    request.kind = (enum endpoint_kind)kind;
    request.type = (enum endpoint_type)type;
    int result = endpoint_open(&endpoint, &request);
    return result < 0 ? term_failed(env, result) : make_socket(env, &endpoint, snaplen);
}

/* {error, {Reason, Words}}, of those that concern who asks. */
static ERL_NIF_TERM refused(ErlNifEnv *env, const struct wb_error *error)
{
    const char *reason = error->code == WB_E_UNSUPPORTED ? "unsupported"
                         : error->code == WB_E_NOT_FOUND ? "not_found"
                         : error->code == WB_E_FILTER    ? "filter"
                                                         : "permission";
    return enif_make_tuple2(env, term_atom(env, "error"),
                            enif_make_tuple2(env, term_atom(env, reason),
                                             term_bytes(env, error->text, strlen(error->text))));
}

/* A socket of what wirebeam-open gives, which is not kept itself. */
static ERL_NIF_TERM ask_for(ErlNifEnv *env, const struct wb_opener_request *request,
                            unsigned snaplen)
{
    struct endpoint endpoint;
    struct wb_error error;
    int descriptor;
    if (wb_opener_open(request, &descriptor, &error) < 0)
        return refused(env, &error);
    int result = endpoint_adopt(&endpoint, descriptor);
    close(descriptor);
    return result < 0 ? term_failed(env, result) : make_socket(env, &endpoint, snaplen);
}

/* ask(Verb, Interface, plain | cooked | tap, Namespace, Instructions, Snaplen) -> {ok, Socket} |
 * {error, {permission | not_found | filter | unsupported, Words}} | {error, Reason} */
ERL_NIF_TERM opening_ask(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
#define VERB(name, word) word,
    static const char *const verbs[] = {WB_OPENER_VERBS(VERB)};
#undef VERB
    static const char *const variants[] = {"plain", "cooked", "tap"};
    char interface[DEVICE_BYTES], namespace[ENDPOINT_PATH_MAX];
    struct wb_opener_request request = {.interface = interface};
    ErlNifBinary bytes;
    size_t count;
    unsigned snaplen;
    (void)argc;
    int verb = term_get_word(env, argv[0], WORDS(verbs));
    int variant = term_get_word(env, argv[2], WORDS(variants));
    if (verb < 0 || variant < 0 || !term_get_text(env, argv[1], interface, sizeof interface) ||
        !term_get_text(env, argv[3], namespace, sizeof namespace) ||
        !term_get_program(env, argv[4], &bytes, &count) || count > WB_FILTER_INSTRUCTIONS_MAX ||
        !term_get_snaplen(env, argv[5], &snaplen))
        return enif_make_badarg(env);
    struct wb_filter_instruction *program = term_copy_program(&bytes);
    if (!program)
        return term_failed_as(env, "enomem");
    request.verb = (enum wb_opener_verb)verb;
    request.netns = *namespace ? namespace : NULL;
    request.cooked = variant == 1;
    request.tap = variant == 2;
    request.filter = count ? program : NULL;
    request.filter_count = (uint32_t)count;
    ERL_NIF_TERM answer = ask_for(env, &request, snaplen);
    free(program);
    return answer;
}

/* adopt(Descriptor, Snaplen) -> {ok, Socket} | {error, Reason} */
ERL_NIF_TERM opening_adopt(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    struct endpoint endpoint;
    int descriptor;
    unsigned snaplen;
    (void)argc;
    if (!enif_get_int(env, argv[0], &descriptor) || !term_get_snaplen(env, argv[1], &snaplen))
        return enif_make_badarg(env);
    int result = endpoint_adopt(&endpoint, descriptor);
    return result < 0 ? term_failed(env, result) : make_socket(env, &endpoint, snaplen);
}

/* A duplicate of the descriptor of a socket, which is on the list, or a negative errno. */
static int hand_out(ErlNifEnv *env, const struct socket *socket)
{
    const struct socket_library *library = enif_priv_data(env);
    struct endpoint endpoint = {.descriptor = endpoint_duplicate(&socket->endpoint), .control = -1};
    if (endpoint.descriptor < 0)
        return endpoint.descriptor;
    int result = handed_add(library->handed, endpoint.descriptor);
    if (result < 0)
        endpoint_close(&endpoint);
    return result < 0 ? result : endpoint.descriptor;
}

/* release(Socket) -> {ok, Descriptor} | {error, Reason}; the socket is closed then */
ERL_NIF_TERM opening_release(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    if (!socket_enter(handle))
        return term_failed_as(env, "closed");
    int result = hand_out(env, handle->socket);
    if (result >= 0)
        socket_shut(env, handle);
    socket_leave(env, handle);
    return result < 0 ? term_failed(env, result) : term_ok(env, enif_make_int(env, result));
}

/* close_released(Descriptor) -> ok | {error, einval} */
ERL_NIF_TERM opening_close_released(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    const struct socket_library *library = enif_priv_data(env);
    int descriptor;
    (void)argc;
    if (!enif_get_int(env, argv[0], &descriptor))
        return enif_make_badarg(env);
    return term_done(env, handed_close(library->handed, descriptor));
}

/* close(Socket) -> ok */
ERL_NIF_TERM opening_close(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    socket_shut(env, handle);
    return term_atom(env, "ok");
}

/* is_closed(Socket) -> boolean(): has the system closed it? */
ERL_NIF_TERM opening_is_closed(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct handle *handle = term_get_handle(env, argv[0]);
    if (!handle)
        return enif_make_badarg(env);
    return term_atom(env, socket_is_closed(handle) ? "true" : "false");
}
