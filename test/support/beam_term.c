/* SPDX-License-Identifier: ISC
 *
 * Terms of the fake virtual machine that are neither binaries nor tuples, and parts of binaries.
 */
#include <string.h>

#include "support/beam_vm.h"

static ERL_NIF_TERM to(const struct term *term)
{
    return (ERL_NIF_TERM)(uintptr_t)term;
}

static bool is_kind(ErlNifEnv *env, ERL_NIF_TERM term, enum beam_kind kind)
{
    CHECK(beam__is_of(env, term));
    return beam_kind(term) == kind;
}

/* ---- Atoms ------------------------------------------------------------------------ */

ERL_NIF_TERM beam_atom(ErlNifEnv *env, const char *name)
{
    return enif_make_atom(env, name);
}

int enif_is_atom(ErlNifEnv *env, ERL_NIF_TERM term)
{
    return is_kind(env, term, BEAM_ATOM);
}

/* Of one that does not fit, nothing. */
int enif_get_atom(ErlNifEnv *env, ERL_NIF_TERM term, char *name, unsigned size,
                  ErlNifCharEncoding encoding)
{
    CHECK(encoding == ERL_NIF_LATIN1);
    if (!enif_is_atom(env, term) || strlen(beam__term(term)->name) >= size)
        return 0;
    strcpy(name, beam__term(term)->name);
    return (int)strlen(name) + 1;
}

/* ---- Numbers ---------------------------------------------------------------------- */

ERL_NIF_TERM beam_number(ErlNifEnv *env, int64_t number)
{
    struct term *term = beam__new_term(env, BEAM_NUMBER);
    term->number = number;
    return to(term);
}

int64_t beam_value(ERL_NIF_TERM number)
{
    CHECK(beam_kind(number) == BEAM_NUMBER);
    return beam__term(number)->number;
}

ERL_NIF_TERM enif_make_int(ErlNifEnv *env, int number)
{
    return beam_number(env, number);
}

ERL_NIF_TERM enif_make_uint(ErlNifEnv *env, unsigned number)
{
    return beam_number(env, number);
}

ERL_NIF_TERM enif_make_ulong(ErlNifEnv *env, unsigned long number)
{
    return beam_number(env, (int64_t)number);
}

int enif_is_number(ErlNifEnv *env, ERL_NIF_TERM term)
{
    return is_kind(env, term, BEAM_NUMBER);
}

static bool get(ErlNifEnv *env, ERL_NIF_TERM term, int64_t least, int64_t most, int64_t *number)
{
    if (!enif_is_number(env, term))
        return false;
    *number = beam__term(term)->number;
    return *number >= least && *number <= most;
}

int enif_get_int(ErlNifEnv *env, ERL_NIF_TERM term, int *value)
{
    int64_t number;
    if (!get(env, term, INT32_MIN, INT32_MAX, &number))
        return 0;
    *value = (int)number;
    return 1;
}

int enif_get_uint(ErlNifEnv *env, ERL_NIF_TERM term, unsigned *value)
{
    int64_t number;
    if (!get(env, term, 0, UINT32_MAX, &number))
        return 0;
    *value = (unsigned)number;
    return 1;
}

int enif_get_ulong(ErlNifEnv *env, ERL_NIF_TERM term, unsigned long *value)
{
    int64_t number;
    if (!get(env, term, 0, INT64_MAX, &number))
        return 0;
    *value = (unsigned long)number;
    return 1;
}

/* ---- Processes -------------------------------------------------------------------- */

ERL_NIF_TERM beam_pid(ErlNifEnv *env, ErlNifEnv *process)
{
    ErlNifPid pid;
    return enif_make_pid(env, enif_self(process, &pid));
}

int enif_get_local_pid(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifPid *pid)
{
    if (!is_kind(env, term, BEAM_PID))
        return 0;
    pid->pid = term;
    return 1;
}

/* Of nothing else is it asked. */
int enif_compare(ERL_NIF_TERM a, ERL_NIF_TERM b)
{
    CHECK(beam_kind(a) == BEAM_PID && beam_kind(b) == BEAM_PID);
    return (a > b) - (a < b);
}

int enif_consume_timeslice(ErlNifEnv *env, int percent)
{
    (void)env;
    CHECK(percent >= 1 && percent <= 100);
    return 0;
}

/* ---- Lists ------------------------------------------------------------------------ */

ERL_NIF_TERM beam_nil(ErlNifEnv *env)
{
    return to(beam__new_term(env, BEAM_LIST));
}

ERL_NIF_TERM beam_cons(ErlNifEnv *env, ERL_NIF_TERM head, ERL_NIF_TERM tail)
{
    struct term *term = beam__new_term(env, BEAM_LIST);
    CHECK(beam__is_of(env, head) && beam__is_of(env, tail));
    term->head = head;
    term->tail = tail;
    return to(term);
}

int beam_length(ERL_NIF_TERM list)
{
    int length = 0;
    while (beam_kind(list) == BEAM_LIST && beam__term(list)->tail) {
        list = beam__term(list)->tail;
        length++;
    }
    return beam_kind(list) == BEAM_LIST ? length : -1;
}

ERL_NIF_TERM enif_make_list_from_array(ErlNifEnv *env, const ERL_NIF_TERM *members, unsigned count)
{
    ERL_NIF_TERM list = beam_nil(env);
    while (count-- > 0)
        list = beam_cons(env, members[count], list);
    return list;
}

int enif_is_list(ErlNifEnv *env, ERL_NIF_TERM term)
{
    return is_kind(env, term, BEAM_LIST);
}

int enif_get_list_cell(ErlNifEnv *env, ERL_NIF_TERM list, ERL_NIF_TERM *head, ERL_NIF_TERM *tail)
{
    const struct term *term = beam__term(list);
    if (!is_kind(env, list, BEAM_LIST) || !term->tail)
        return 0;
    *head = term->head;
    *tail = term->tail;
    return 1;
}

int enif_get_tuple(ErlNifEnv *env, ERL_NIF_TERM term, int *arity, const ERL_NIF_TERM **elements)
{
    if (!is_kind(env, term, BEAM_TUPLE))
        return 0;
    *arity = beam__term(term)->arity;
    *elements = beam__term(term)->elements;
    return 1;
}

/* ---- Binaries --------------------------------------------------------------------- */

unsigned char *enif_make_new_binary(ErlNifEnv *env, size_t length, ERL_NIF_TERM *term)
{
    struct term *binary = beam__new_term(env, BEAM_BINARY);
    binary->blob = beam__new_blob(length);
    binary->length = length;
    *term = to(binary);
    return binary->blob->bytes;
}

ERL_NIF_TERM enif_make_sub_binary(ErlNifEnv *env, ERL_NIF_TERM binary, size_t at, size_t length)
{
    const struct term *whole = beam__term(binary);
    CHECK(is_kind(env, binary, BEAM_BINARY) && at <= whole->length && length <= whole->length - at);
    struct term *part = beam__new_term(env, BEAM_BINARY);
    atomic_fetch_add(&whole->blob->holders, 1);
    part->blob = whole->blob;
    part->offset = whole->offset + at;
    part->length = length;
    return to(part);
}
