/* SPDX-License-Identifier: ISC
 *
 * Packets in the notation of docs/notation.md. Where they are to go gives them addresses that
 * they do not name: the interface's own as the source; as the destination of a frame what the
 * system knows of the neighbour, or else all of them.
 */
#ifndef TOOLS_NOTATION_H
#define TOOLS_NOTATION_H

#include <stdint.h>

#include "tape.h"

/* Are these packets? Returns OPTIONS_GO, or the exit status when the mistake was told, with its
 * place. */
int notation_check(char **packets, int count);

/* The packet, completed for the interface (NULL: as the routing table says), to the tape. One that
 * begins with no link gets the link type that is given. Same returns. */
int notation_read(const char *packet, const char *interface, uint16_t link_type, struct tape *tape);

#endif
