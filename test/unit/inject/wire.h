/* SPDX-License-Identifier: ISC
 *
 * What the tests of injectors share: a pair of interfaces in a network namespace of this
 * process's own, and sockets of the system that tell what came.
 */
#ifndef WB_TEST_INJECT_WIRE_H
#define WB_TEST_INJECT_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include <wirebeam/inject.h>

#define NEAR "wbnear" /* sent by */
#define FAR  "wbfar"  /* received at */
#define FRAME_BYTES 64

void run(const char *command);

/* As the setup of a group of tests. */
int make_network(void **unused);

/* Skips the test where there is none. */
void need_network(void);

struct wb_injector *opened(const struct wb_inject_options *options);
struct wb_inject_stats stats_of(const struct wb_injector *injector);

/* A frame of 64 bytes of a type that no host answers, told apart by number. */
void make_frame(uint8_t frame[FRAME_BYTES], uint8_t number);

/* An AF_PACKET socket that receives such frames, as the judge. */
int listen_on(const char *interface);

/* The next packet of a socket within a second; -1: none. Fails the test on anything else. */
int receive(int descriptor, void *bytes, size_t size);

#endif
