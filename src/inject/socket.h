/* SPDX-License-Identifier: ISC
 *
 * What the injectors that send by sockets share: a socket of one's own or one that was handed
 * in, its mark and its queue, sending a batch, and the words for what can go wrong.
 */
#ifndef WB_INJECT_SOCKET_H
#define WB_INJECT_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include <wirebeam/error.h>
#include <wirebeam/inject.h>

/* Opens a socket that does not block, or takes the one of this domain among those that were
 * handed in, or, where this process may not open a raw one, asks wirebeam-open. Returns it, or -1
 * with errno set: EPERM where wirebeam-open was asked, and *refusal has its answer. */
int wb__inject_socket(const struct wb_inject_options *options, int domain, int type, int protocol,
                      struct wb_error *refusal);

/* Closes those handed in which are of none of the domains that the caller took. */
void wb__inject_close_given_but(const struct wb_inject_options *options, int domain, int other);
static inline void wb__inject_close_given(const struct wb_inject_options *options)
{
    wb__inject_close_given_but(options, AF_UNSPEC, AF_UNSPEC);
}

/* Sets the size of the queue and the mark. Returns whether it is marked. */
bool wb__inject_prepare(int descriptor, const struct wb_inject_options *options);

/* Binds an IP socket to the device, where one is named. */
int wb__inject_bind_device(int descriptor, const struct wb_inject_options *options,
                           struct wb_error *error);

/* refusal is what wirebeam-open answered; NULL where it opens nothing of that kind. */
int wb__inject_no_permission(const char *what, const struct wb_error *refusal,
                             struct wb_error *error);
int wb__inject_not_found(const char *interface, struct wb_error *error);

/* Packets to be sent with one call. addresses is NULL where the socket knows where to. */
#define WB__BURST_MAX 256
struct wb__burst;
struct wb__burst *wb__burst_new(void); /* NULL: out of memory; freed by free(3) */

/* Sends up to WB__BURST_MAX packets, sets their results, and returns how many were handled: see
 * the operation send. address_of, where it is not NULL, stores where a packet goes and returns
 * the length of that. */
size_t wb__burst_send(struct wb__burst *burst, int descriptor, struct wb_inject_packet *packets,
                      size_t count,
                      socklen_t (*address_of)(void *context, const struct wb_inject_packet *,
                                              struct sockaddr_storage *),
                      void *context);

#endif
