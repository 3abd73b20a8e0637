/* SPDX-License-Identifier: ISC */
#include "socket_term.h"

#include <stdlib.h>
#include <string.h>

#include "socket_packets.h"

#define SNAPLEN_MAX 262144

ERL_NIF_TERM term_atom(ErlNifEnv *env, const char *name)
{
    return enif_make_atom(env, name);
}

ERL_NIF_TERM term_ok(ErlNifEnv *env, ERL_NIF_TERM value)
{
    return enif_make_tuple2(env, term_atom(env, "ok"), value);
}

ERL_NIF_TERM term_failed_as(ErlNifEnv *env, const char *reason)
{
    return enif_make_tuple2(env, term_atom(env, "error"), term_atom(env, reason));
}

/* By what the system answered: a negative errno, or something else. */
ERL_NIF_TERM term_failed(ErlNifEnv *env, int result)
{
    return enif_make_tuple2(env, term_atom(env, "error"), socket_error_term(env, -result));
}

ERL_NIF_TERM term_done(ErlNifEnv *env, int result)
{
    return result < 0 ? term_failed(env, result) : term_atom(env, "ok");
}

struct handle *term_get_handle(ErlNifEnv *env, ERL_NIF_TERM term)
{
    const struct socket_library *library = enif_priv_data(env);
    void *handle;
    if (!enif_get_resource(env, term, library->types.handles, &handle))
        return NULL;
    return ((struct handle *)handle)->socket ? handle : NULL;
}

int term_get_word(ErlNifEnv *env, ERL_NIF_TERM term, const char *const *words, int count)
{
    char name[ATOM_BYTES];
    if (!enif_get_atom(env, term, name, sizeof name, ERL_NIF_LATIN1))
        return -1;
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], name) == 0)
            return i;
    return -1;
}

bool term_get_text(ErlNifEnv *env, ERL_NIF_TERM term, char *text, size_t size)
{
    ErlNifBinary bytes;
    if (!enif_inspect_binary(env, term, &bytes) || bytes.size >= size ||
        memchr(bytes.data, 0, bytes.size))
        return false;
    memcpy(text, bytes.data, bytes.size);
    text[bytes.size] = '\0';
    return true;
}

ERL_NIF_TERM term_bytes(ErlNifEnv *env, const void *bytes, size_t length)
{
    ERL_NIF_TERM term;
    unsigned char *to = enif_make_new_binary(env, length, &term);
    if (length > 0)
        memcpy(to, bytes, length);
    return term;
}

bool term_get_program(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifBinary *bytes, size_t *count)
{
    if (!enif_inspect_binary(env, term, bytes))
        return false;
    *count = bytes->size / sizeof(struct wb_filter_instruction);
    return bytes->size % sizeof(struct wb_filter_instruction) == 0;
}

struct wb_filter_instruction *term_copy_program(const ErlNifBinary *bytes)
{
    struct wb_filter_instruction *program = malloc(bytes->size + 1);
    if (program)
        memcpy(program, bytes->data, bytes->size);
    return program;
}

bool term_get_snaplen(ErlNifEnv *env, ERL_NIF_TERM term, unsigned *snaplen)
{
    return enif_get_uint(env, term, snaplen) && *snaplen > 0 && *snaplen <= SNAPLEN_MAX;
}
