/* SPDX-License-Identifier: ISC
 *
 * The source stage: wire and files to batches of packets. One file for each kind of
 * source, each exporting one const struct of operations; source.c holds the array
 * that lists them and chooses. This header is the contract that every kind keeps.
 *
 * The batch rule (zero copy): the bytes of all packets that one call of next gave
 * are valid, where they lie, until the following call of next or close. Not sooner:
 * a source that must move or release memory ends its batch instead. Often they stay for
 * longer; a source calls before_reuse in that call of next that takes them away.
 */
#ifndef WB_SOURCE_SOURCE_H
#define WB_SOURCE_SOURCE_H

#include <stdbool.h>

#include <wirebeam/error.h>
#include <wirebeam/packet.h>
#include <wirebeam/source.h>

struct wb__source; /* each kind has its own struct, whose first member is this one */

struct wb__source_operations {
    const char *kind; /* "packet", "libpcap", "file" */

    /* Opens what options name; filter and direction are in force before the first
     * packet can be taken. Stores the source; on failure stores NULL, fills *error
     * with one line for a person and returns its code. Keeps no pointer from options. */
    int (*open)(struct wb__source **source, const struct wb_source_options *options,
                struct wb_error *error);

    /* Fills up to capacity packets and returns how many (> 0), as many as are there
     * without waiting again. Waits up to timeout_ms for the first (-1: for ever). 0:
     * nothing came in that time, or wake was called and nothing is left to take.
     * WB_E_END at the end of a file; WB_E_TRUNCATED, _FORMAT, _DOWN, _SYSTEM with
     * *error filled after all packets before the trouble were given in earlier calls. */
    int (*next)(struct wb__source *source, struct wb_packet *packets, int capacity, int timeout_ms,
                struct wb_error *error);

    /* Ends a waiting next at once, and makes later ones not wait: they still give
     * what the source holds already. Async-signal-safe. */
    void (*wake)(struct wb__source *source);

    /* Counters up to now: seen = delivered + drops, exactly. */
    void (*stats)(struct wb__source *source, struct wb_source_stats *stats);

    /* Interface number index as in wb_packet.interface_index, or NULL. */
    const struct wb_source_interface *(*interface)(const struct wb__source *source, unsigned index);

    /* To be polled: see wb_engine_descriptor. */
    int (*descriptor)(const struct wb__source *source);

    /* See wb_engine_set_filter. On failure nothing has changed. */
    int (*set_filter)(struct wb__source *source, const char *expression, struct wb_error *error);

    /* Whether, where a process ends that was forked when options->opened was called, one that is
     * forked later from the same call goes on: with the batch that the first one took last, which
     * is given once more, and with its counters from before that. NULL: never. */
    bool (*goes_on)(const struct wb__source *source);

    /* See wb_engine_rewind. NULL: never. */
    int (*rewind)(struct wb__source *source, struct wb_error *error);

    void (*close)(struct wb__source *source); /* NULL is accepted */
};

struct wb__source {
    const struct wb__source_operations *operations;
    /* Set by the user after open, or NULL: bytes are about to be overwritten, of all packets
     * given up to now, or of those given before the last call. */
    void (*before_reuse)(void *context, bool is_all);
    void *context;
};

static inline void wb__source_before_reuse(struct wb__source *source, bool is_all)
{
    if (source->before_reuse)
        source->before_reuse(source->context, is_all);
}

/* Tells options->forks and options->opened; to be called by every open, where it says. */
static inline int wb__source_opened(const struct wb_source_options *options,
                                    struct wb_error *error)
{
    return options->opened ? options->opened(options->opened_context, error) : 0;
}

/* Chooses the kind by options (file, or interface and kind) and opens it. Checks the
 * options that all kinds share. Same contract as the operation open. */
int wb__source_open(struct wb__source **source, const struct wb_source_options *options,
                    struct wb_error *error);

#endif
