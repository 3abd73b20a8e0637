/* SPDX-License-Identifier: ISC
 *
 * The options that say where packets come from: shared by all commands that read
 * packets, so that -i, -r, -s, -c, -Q and the filter mean the same everywhere.
 */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/engine.h>

struct input_arguments {
    const char *interface, *file, *kind;
    uint64_t snaplen, buffer_kib, count;
    unsigned direction; /* enum wb_source_direction */
    bool no_promiscuous, immediate, own_packets;
    char *filter; /* the caller frees it */
};

/* Takes the words from argv[rest] on as the filter, checks that the options agree with
 * each other, and fills options->source and max_packets. Returns OPTIONS_GO, or the
 * exit status when the mistake was told. input must outlive wb_engine_open. */
int input_apply(struct input_arguments *input, int argc, char **argv, int rest,
                struct wb_engine_options *options);

#endif
