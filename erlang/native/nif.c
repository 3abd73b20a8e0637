/* SPDX-License-Identifier: ISC
 *
 * The functions of the module wirebeam_nif: terms to channels and back (channel.h has the
 * states, and who may close when). None of them opens, reads or waits; none looks into a
 * command or makes a term of what was captured but binaries.
 *
 * A handle is a resource that holds one channel. Its destructor, the death of the process
 * that opened it, and close/1 end the channel, whichever is first.
 *
 * When the module is upgraded, the new library takes over the handles of the old one where
 * both are of the same layout: captures live on, with threads in the old code, which stays in
 * memory. Else handles of the old one are strange to the new one.
 */
#include <errno.h>
#include <stdlib.h>

#include <erl_nif.h>

#include "channel.h"
#include "lender.h"

/* To be changed with any struct of channel.c or this file. */
#define LAYOUT "wirebeam_channel_2"

/* The library's data. */
struct types {
    ErlNifResourceType *handles, *blocks;
};

struct handle {
    struct channel *channel; /* NULL: it could not be opened */
};

/* ---- Functions -------------------------------------------------------------------- */

static struct channel *get_channel(ErlNifEnv *env, ERL_NIF_TERM term)
{
    const struct types *types = enif_priv_data(env);
    void *handle;
    if (!enif_get_resource(env, term, types->handles, &handle))
        return NULL;
    return ((struct handle *)handle)->channel;
}

static ERL_NIF_TERM error_term(ErlNifEnv *env, int error)
{
    const char *name = error == EAGAIN   ? "eagain"
                       : error == EMFILE ? "emfile"
                       : error == ENFILE ? "enfile"
                                         : "enomem";
    return enif_make_tuple2(env, enif_make_atom(env, "error"), enif_make_atom(env, name));
}

/* start() -> {ok, Handle, Reference} | {error, Reason} */
static ERL_NIF_TERM start(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc, (void)argv;
    const struct types *types = enif_priv_data(env);
    ErlNifPid self;
    enif_self(env, &self);
    struct handle *handle = enif_alloc_resource(types->handles, sizeof *handle);
    if (!handle)
        return error_term(env, ENOMEM);
    handle->channel = NULL;
    ERL_NIF_TERM reference = enif_make_ref(env);
    ERL_NIF_TERM answer;
    int error = channel_open(&handle->channel, &self, reference, types->blocks);
    if (error) {
        answer = error_term(env, error);
    } else {
        enif_monitor_process(env, handle, &self, NULL);
        answer = enif_make_tuple3(env, enif_make_atom(env, "ok"), enif_make_resource(env, handle),
                                  reference);
    }
    enif_release_resource(handle);
    return answer;
}

/* give(Handle, Binary) -> ok | busy | closed */
static ERL_NIF_TERM give(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    static const char *const answers[] = {
        [GIVEN_OK] = "ok", [GIVEN_BUSY] = "busy", [GIVEN_CLOSED] = "closed"};
    (void)argc;
    struct channel *channel = get_channel(env, argv[0]);
    ErlNifBinary command;
    if (!channel || !enif_inspect_binary(env, argv[1], &command))
        return enif_make_badarg(env);
    return enif_make_atom(env, answers[channel_give(channel, argv[1], command.size)]);
}

/* stop(Handle) -> ok */
static ERL_NIF_TERM stop(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[])
{
    (void)argc;
    struct channel *channel = get_channel(env, argv[0]);
    if (!channel)
        return enif_make_badarg(env);
    channel_close(channel);
    return enif_make_atom(env, "ok");
}

/* ---- Handles ---------------------------------------------------------------------- */

static void owner_died(ErlNifEnv *env, void *object, ErlNifPid *pid, ErlNifMonitor *monitor)
{
    (void)env, (void)pid, (void)monitor;
    channel_close(((struct handle *)object)->channel);
}

static void destroy(ErlNifEnv *env, void *object)
{
    (void)env;
    struct channel *channel = ((struct handle *)object)->channel;
    if (!channel)
        return;
    channel_close(channel);
    channel_release(channel);
}

/* ---- The library ------------------------------------------------------------------ */

static int load(ErlNifEnv *env, void **data, ERL_NIF_TERM argument)
{
    (void)argument;
    const ErlNifResourceTypeInit callbacks = {.dtor = destroy, .down = owner_died};
    struct types *types = malloc(sizeof *types);
    if (!types)
        return -1;
    types->blocks = lender_type(env);
    types->handles = enif_open_resource_type_x(env, LAYOUT, &callbacks,
                                               ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER, NULL);
    if (!types->blocks || !types->handles) {
        free(types);
        return -1;
    }
    *data = types;
    return 0;
}

static int upgrade(ErlNifEnv *env, void **data, void **old, ERL_NIF_TERM argument)
{
    (void)old;
    return load(env, data, argument);
}

/* What the handles and blocks need lives on. */
static void unload(ErlNifEnv *env, void *data)
{
    (void)env;
    free(data);
}

static ErlNifFunc functions[] = {
    {"start", 0, start, 0},
    {"give", 2, give, 0},
    {"stop", 1, stop, 0},
};

ERL_NIF_INIT(wirebeam_nif, functions, load, NULL, upgrade, unload)
