/* SPDX-License-Identifier: ISC
 *
 * The file source: an input (bytes), a format (records to packets), and what is the
 * same for every format: interfaces, filter, direction, counters. A format is one .c
 * file that exports one const struct; file.c holds the array that lists them.
 */
#ifndef WB_SOURCE_FILE_H
#define WB_SOURCE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "source/ahead.h"
#include "source/filter.h"
#include "source/input.h"
#include "source/kinds.h"
#include "source/source.h"

/* Longer records are taken for damage: libpcap's default snaplen, or what the file's
 * header says, but never more than libpcap lets a file have. */
#define WB__RECORD_SANE_BYTES 262144U
#define WB__RECORD_MAX_BYTES (256U << 20)

struct wb__file_interface {
    struct wb_source_interface is; /* its strings are the file's, freed with it */
    struct bpf_program program;    /* bf_insns is NULL where there is no filter */
    bool is_unfilterable;          /* the filter has no meaning for this link type */
};

struct wb__format;

/* What one process leaves to the next (wb__source_operations.goes_on), in shared memory. */
struct wb__file_place {
    uint64_t records;
    struct wb_source_stats stats;
};

struct wb__file {
    struct wb__source source;
    struct wb__input input;
    const struct wb__format *format;
    void *state; /* the format's own */
    struct wb__file_interface **interfaces;
    unsigned interface_count;

    char *filter; /* NULL: none */
    struct wb__ahead *ahead; /* its programs, unless it was changed */
    uint32_t snaplen;
    enum wb_source_direction direction;
    bool has_directions; /* a link type whose header tells the direction */

    uint64_t records; /* packet records read */
    struct wb_source_stats stats;
    struct wb__file_place *place; /* as they were when the last batch was begun */
};

struct wb__format {
    /* Does a file that begins with these four bytes have this format? */
    bool (*is_it)(const uint8_t *magic);

    /* Reads the file's header, and the descriptions of interfaces that follow it as far
     * as they are there. What it allocates is freed by close, also after a failure. */
    int (*open)(struct wb__file *file, struct wb_error *error);

    /* As next in source/source.h, before filter and direction. Numbers the packets from
     * file->stats.delivered + 1 and counts records; leaves file->stats otherwise alone. */
    int (*next)(struct wb__file *file, struct wb_packet *packets, int capacity, int timeout_ms,
                struct wb_error *error);

    void (*close)(struct wb__file *file);
};

extern const struct wb__format wb__format_pcap;
extern const struct wb__format wb__format_pcapng;

/* Adds an interface and compiles the filter for it; copies the strings. Returns its
 * index, WB_E_LIMIT where wb_packet.interface_index cannot hold it, WB_E_MEMORY, or, for
 * the first one, WB_E_FILTER. A filter that has no meaning for the link type of a later
 * interface rejects that interface's packets. */
int wb__file_add_interface(struct wb__file *file, const struct wb_source_interface *interface,
                           struct wb_error *error);

/* The error of a file that ends with length bytes wanted for its next record: WB_E_END
 * where nothing of them is there, else WB_E_TRUNCATED. */
int wb__file_cut(struct wb__file *file, uint64_t length, struct wb_error *error);

/* The longest record that an interface with this snaplen may have. */
static inline uint32_t wb__record_limit(uint32_t snaplen)
{
    if (snaplen < WB__RECORD_SANE_BYTES)
        return WB__RECORD_SANE_BYTES;
    return snaplen > WB__RECORD_MAX_BYTES ? WB__RECORD_MAX_BYTES : snaplen;
}

#endif
