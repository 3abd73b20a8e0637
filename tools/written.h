/* SPDX-License-Identifier: ISC
 *
 * Packets as people write them down: in notation, hexadecimal text, a file of bytes, a capture
 * file.
 */
#ifndef TOOLS_WRITTEN_H
#define TOOLS_WRITTEN_H

#include <stdint.h>

#include <wirebeam/guard.h>

#include "tape.h"

struct written_arguments {
    const char *hex, *raw, *file;
    char **notations; /* words of the command line */
    int notation_count;
    const char *interface; /* that completes them; NULL: the routing table does */
};

/* Takes the words from argv[rest] on as notations. Is exactly one of the forms given, and are they
 * right? Returns OPTIONS_GO, or the exit status when the mistake was told. */
int written_check(struct written_arguments *written, int argc, char **argv, int rest);

/* Opens it, confines this process, and reads all of it; the notation needs the system to complete
 * it, and is read before. What does not tell its own link type gets the one that is given. Same
 * returns. */
int written_read(const struct written_arguments *written, uint16_t link_type,
                 struct wb_guard_options *sandbox, struct tape *tape);

#endif
