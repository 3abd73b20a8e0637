/* SPDX-License-Identifier: ISC
 *
 * The functions of the NIF by which a socket is set: what it is bound to, options, filters, and
 * ioctl. Those that may wait are dirty (socket_nif.c).
 */
#ifndef WIREBEAM_NATIVE_SOCKET_SETTING_H
#define WIREBEAM_NATIVE_SOCKET_SETTING_H

#include <erl_nif.h>

ERL_NIF_TERM setting_index(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM setting_bind(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM setting_set(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM setting_filter(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM setting_compile(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);
ERL_NIF_TERM setting_ioctl(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]);

#endif
