/* SPDX-License-Identifier: ISC
 *
 * What the tests of live sources share: a pair of interfaces in a network namespace of this
 * process's own, frames that are sent into it, and copies of what a source gives.
 */
#ifndef WB_TEST_SOURCE_LIVE_H
#define WB_TEST_SOURCE_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "source/source.h"

#define NEAR "wbnear" /* captured on */
#define FAR  "wbfar"  /* the other end */

#define KINDS 2
extern const char *const kinds[KINDS];

void run(const char *command);

/* As the setup of a group of tests. */
int make_network(void **unused);

/* Skips the test where there is none. */
void need_network(void);

struct wb__source *opened(const struct wb_source_options *options);
struct wb_source_stats stats_of(struct wb__source *source);

struct frame {
    uint8_t bytes[64];
    size_t length;
};

/* A TCP segment from 10.0.0.1 to port, behind a tag where vlan is not negative. */
struct frame frame_of(int vlan, unsigned port);

/* Returns how many of count were sent. */
unsigned send_frames(const char *interface, struct frame frame, unsigned count);

/* Into FAR: 2 frames in no VLAN and 3 in 10, to port 80; 4 in 10, to 81; 5 in 11, to 80. */
void send_mixture(void);

#define SEEN_MAX 16

/* Copies of what a source gave. */
struct seen {
    int count;
    struct wb_packet packets[SEEN_MAX];
    uint8_t bytes[SEEN_MAX][128];
};

int take_once(struct wb__source *source, int timeout_ms, struct seen *seen);

/* What is received may come some time after it was sent: takes until count packets are
 * there, then wakes the source and takes what is there beside them, which is nothing.
 * take_exactly begins with none. */
void take_the_rest(struct wb__source *source, int count, struct seen *seen);
void take_exactly(struct wb__source *source, int count, struct seen *seen);

#endif
