/* SPDX-License-Identifier: ISC
 *
 * The functions of the NIF by which sockets begin and end: opened here, adopted from another
 * holder or from wirebeam-open, closed or handed out.
 */
#ifndef WIREBEAM_NATIVE_SOCKET_OPENING_H
#define WIREBEAM_NATIVE_SOCKET_OPENING_H

#include <erl_nif.h>

ERL_NIF_TERM opening_open(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM opening_ask(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM opening_adopt(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM opening_release(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM opening_close_released(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM opening_close(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM opening_is_closed(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

#endif
