/* SPDX-License-Identifier: ISC
 *
 * The packets of a capture file, in batches, for commands that do nothing else with them.
 */
#ifndef TOOLS_PACKETS_H
#define TOOLS_PACKETS_H

#include <stdbool.h>

#include <wirebeam/packet.h>

/* Hands out every packet of the file that the filter (NULL: none) lets through, borrowed for
 * the call, until each returns false. Returns OPTIONS_GO, or the exit status when what is wrong
 * with the file or the filter was told: all packets before that were handed out. */
int packets_read(const char *file, const char *filter,
                 bool (*each)(void *context, const struct wb_packet *packets, int count),
                 void *context);

#endif
