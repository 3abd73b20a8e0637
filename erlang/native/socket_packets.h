/* SPDX-License-Identifier: ISC
 *
 * Packets of a socket to terms and back. What one call does is bounded, so that no scheduler
 * is held: SOCKET_RECEIVE_MAX packets or about SOCKET_BYTES_MAX, whichever is first. A packet is
 * a binary, or {{Protocol, Mac}, Binary} where the socket's packets have addresses. Received
 * ones are parts of a binary of the round in which they came.
 */
#ifndef WIREBEAM_NATIVE_SOCKET_PACKETS_H
#define WIREBEAM_NATIVE_SOCKET_PACKETS_H

#include "socket.h"

#define SOCKET_RECEIVE_MAX (8 * ENDPOINT_ROUND)
#define SOCKET_SEND_MAX    128
#define SOCKET_BYTES_MAX   (256U << 10)

/* Makes the list of those that are there; answers how many, 0 at the end of a stream, or
 * a negative errno. The caller is inside. */
int socket_receive(ErlNifEnv *env, struct socket *socket, ERL_NIF_TERM *list);

/* Takes the first of a list of packets, whose bytes stay the terms'. Answers how many, or -1: there
 * is something else among them. */
int socket_get_packets(ErlNifEnv *env, const struct socket *socket, ERL_NIF_TERM list,
                       struct endpoint_packet packets[SOCKET_SEND_MAX]);

/* Sends packets until one fails; *error is why, or 0. Answers how many were sent. Of the last of
 * them only *short_bytes were where that is not SIZE_MAX. The caller is inside. */
int socket_send(ErlNifEnv *env, struct socket *socket, const struct endpoint_packet *packets,
                int count, size_t *short_bytes, int *error);

/* The counters, those of the system included. The caller is inside. */
struct socket_counters socket_count(struct socket *socket);

/* The name of an error, or its number. */
ERL_NIF_TERM socket_error_term(ErlNifEnv *env, int error);

#endif
