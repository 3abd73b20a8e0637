/* SPDX-License-Identifier: ISC
 *
 * Closes what takes its time: a packet socket waits for all processors to have let go of it, a TUN
 * device for the rest of the network. Threads of its own do it, since schedulers must not
 * wait: a few, which begin with the first socket that waits and end with the last.
 */
#ifndef WIREBEAM_NATIVE_SOCKET_CLOSER_H
#define WIREBEAM_NATIVE_SOCKET_CLOSER_H

#include "socket.h"

/* Closes the endpoint of a socket, now or in a moment, and sets its state then. */
void closer_close(struct socket *socket);

#endif
