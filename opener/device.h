/* SPDX-License-Identifier: ISC
 *
 * What is opened. Each verb in a straight line: made so that nothing can come through before it
 * is held to what is permitted, held to that, and not touched any more.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "program.h"

/* The capabilities that a request needs, as RIGHT has them. */
uint64_t device_rights(const struct request *request);

/* Goes to the network namespace of the request, where it names one. */
int device_enter(const struct request *request, struct wb_error *error);

/* Opens it, with the filter's instructions for a packet socket. Returns a descriptor, or a code
 * with *error filled. */
int device_open(const struct request *request, const struct permit *permit,
                const struct sock_filter *filter, size_t count, struct wb_error *error);

#endif
