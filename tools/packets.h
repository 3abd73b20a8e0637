/* SPDX-License-Identifier: ISC
 *
 * The packets of a capture file, in batches, for commands that do nothing else with them.
 */
#ifndef TOOLS_PACKETS_H
#define TOOLS_PACKETS_H

#include <stdbool.h>

#include <wirebeam/engine.h>
#include <wirebeam/guard.h>

struct packets {
    struct wb_engine *engine;
    bool (*each)(void *context, const struct wb_packet *packets, int count);
    void *context;
    bool was_read, is_over;
};

/* Opens the file, and confines this process before its first byte is read. Returns OPTIONS_GO, or
 * the exit status when what is wrong was told. */
int packets_open(struct packets *packets, const char *file, struct wb_guard_options *sandbox);

/* Hands out every packet, borrowed for the call, until each returns false; another call begins
 * again. Same returns: all packets before the mistake were handed out. */
int packets_read(struct packets *packets,
                 bool (*each)(void *context, const struct wb_packet *packets, int count),
                 void *context);

void packets_close(struct packets *packets);

#endif
