/* SPDX-License-Identifier: ISC
 *
 * The kinds of layer that the user chooses to see: --layers LIST.
 */
#ifndef TOOLS_LAYERS_H
#define TOOLS_LAYERS_H

#include <stdbool.h>

#include <wirebeam/decode.h>

/* Sets chosen[kind] for each name of text ("ip,udp,dns"). "help" prints the names with what
 * they are. OPTIONS_GO, or the exit status to end with. */
int layers_choose(const char *text, bool chosen[WB_LAYER_KIND_COUNT]);

/* Has the packet a layer of a chosen kind? */
bool layers_are_in(const struct wb_packet *packet, const struct wb_decoded *decoded,
                   const bool chosen[WB_LAYER_KIND_COUNT]);

#endif
