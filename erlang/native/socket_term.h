/* SPDX-License-Identifier: ISC
 *
 * What the functions of the module wirebeam_socket_nif have in common: arguments taken out of
 * terms, answers made of results, and what the library has for all of them.
 */
#ifndef WIREBEAM_NATIVE_SOCKET_TERM_H
#define WIREBEAM_NATIVE_SOCKET_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include <erl_nif.h>

#include "socket.h"
#include "socket_handed.h"

#define ATOM_BYTES 32 /* of those that are arguments */

/* The library's data. */
struct socket_library {
    struct socket_types types;
    struct socket_handed *handed;
};

ERL_NIF_TERM term_atom(ErlNifEnv *env, const char *name);
ERL_NIF_TERM term_bytes(ErlNifEnv *env, const void *bytes, size_t length);

/* {ok, Value}; {error, Reason}; the same by what the system answered, a negative errno; ok or
 * such an error. */
ERL_NIF_TERM term_ok(ErlNifEnv *env, ERL_NIF_TERM value);
ERL_NIF_TERM term_failed_as(ErlNifEnv *env, const char *reason);
ERL_NIF_TERM term_failed(ErlNifEnv *env, int result);
ERL_NIF_TERM term_done(ErlNifEnv *env, int result);

/* NULL where it is none. */
struct handle *term_get_handle(ErlNifEnv *env, ERL_NIF_TERM term);

/* Which of the words an atom is, or -1. */
int term_get_word(ErlNifEnv *env, ERL_NIF_TERM term, const char *const *words, int count);
#define WORDS(words) words, (int)(sizeof words / sizeof *words)

/* A text without NUL, as a string of C. */
bool term_get_text(ErlNifEnv *env, ERL_NIF_TERM term, char *text, size_t size);

/* Instructions of a filter, as a binary of whole ones; an empty one is none. */
bool term_get_program(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifBinary *bytes, size_t *count);

/* An aligned copy of them, to be freed. NULL: no memory. */
struct wb_filter_instruction *term_copy_program(const ErlNifBinary *bytes);

bool term_get_snaplen(ErlNifEnv *env, ERL_NIF_TERM term, unsigned *snaplen);

#endif
