/* SPDX-License-Identifier: ISC
 *
 * As much of the virtual machine of Erlang as the NIF sees of it: environments with terms,
 * binaries that are shared, resources with destructors and monitors, processes with
 * mailboxes. A term that is used after its environment was freed or cleared is memory that was
 * freed, which AddressSanitizer tells; what a sanitizer cannot know is checked by abort(3).
 * Threads may use it at once as they may the real one.
 */
#ifndef TEST_BEAM_H
#define TEST_BEAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <erl_nif.h>

/* Loads the library, or another one over it as an upgrade, or purges the one that is loaded. */
void beam_load(void);
void beam_upgrade(void);
void beam_unload(void);

/* A new process, in whose environment functions are called. */
ErlNifEnv *beam_spawn(void);

/* It dies, with its terms and its mailbox; monitors are told first. */
void beam_exit(ErlNifEnv *process);

/* Its terms go, as if nobody referred to them any more. Messages stay. */
void beam_collect(ErlNifEnv *process);

/* Calls a function of the library. 0: it raised badarg. */
ERL_NIF_TERM beam_call(ErlNifEnv *process, const char *function, int arity,
                       const ERL_NIF_TERM *arguments);

/* The next message, a term of the process, or 0 when none came in time. */
ERL_NIF_TERM beam_receive(ErlNifEnv *process, int timeout_ms);

/* ---- Terms ------------------------------------------------------------------------ */

enum beam_kind {
    BEAM_ATOM,
    BEAM_BINARY,
    BEAM_TUPLE,
    BEAM_LIST,
    BEAM_NUMBER,
    BEAM_PID,
    BEAM_REFERENCE,
    BEAM_HANDLE,
    BEAM_OTHER
};

enum beam_kind beam_kind(ERL_NIF_TERM term);
bool beam_is_atom(ERL_NIF_TERM term, const char *name);
int beam_arity(ERL_NIF_TERM tuple);
ERL_NIF_TERM beam_element(ERL_NIF_TERM tuple, int index);
uint64_t beam_reference(ERL_NIF_TERM term);
ERL_NIF_TERM beam_binary(ErlNifEnv *env, const void *bytes, size_t length);

ERL_NIF_TERM beam_atom(ErlNifEnv *env, const char *name);
ERL_NIF_TERM beam_number(ErlNifEnv *env, int64_t number);
ERL_NIF_TERM beam_pid(ErlNifEnv *env, ErlNifEnv *process);
int64_t beam_value(ERL_NIF_TERM number);

/* The list with one member more, in front; of 0, the empty one. */
ERL_NIF_TERM beam_cons(ErlNifEnv *env, ERL_NIF_TERM head, ERL_NIF_TERM tail);
ERL_NIF_TERM beam_nil(ErlNifEnv *env);
int beam_length(ERL_NIF_TERM list);

/* A term that no function takes. */
ERL_NIF_TERM beam_other(ErlNifEnv *env);

/* A resource of a type that is not the library's. */
ERL_NIF_TERM beam_strange_handle(ErlNifEnv *env);

/* ---- Descriptors ------------------------------------------------------------------ */

/* Looks at all descriptors that are waited for, and tells who waits for those that are ready. */
void beam_poll(int timeout_ms);

/* What enif_select is told to stop from now on is stopped by beam_poll only, not at once. */
void beam_delay_stops(bool is_delayed);

/* ---- Shortages and leaks ---------------------------------------------------------- */

/* The next so many allocations of a binary succeed, then none; -1: all. */
void beam_binaries_left(int count);

/* Who allocates a binary from now on waits there until they are released. */
void beam_hold_binaries(void);
void beam_wait_for_held(void); /* until somebody waits */
void beam_release_binaries(void);

/* Environments, binaries and resources that are alive, those of processes left out. */
size_t beam_alive(void);

#endif
