/* SPDX-License-Identifier: ISC
 *
 * Capture files in memory, field by field, so that tests can make each of them wrong;
 * and the file source opened on them, as a file or through a pipe.
 */
#ifndef TEST_SOURCE_SHAPE_H
#define TEST_SOURCE_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "source/source.h"
#include "support/bytes.h"

struct shape {
    struct bytes bytes;
    bool is_big_endian;
};

void put8(struct shape *shape, unsigned value);
void put16(struct shape *shape, unsigned value);
void put32(struct shape *shape, uint32_t value);
void put64(struct shape *shape, uint64_t value);

void put_pcap_header(struct shape *shape, uint32_t magic, uint32_t link_type);
void put_pcap_record(struct shape *shape, uint32_t seconds, uint32_t fraction, uint32_t captured,
                     uint32_t wire);

/* A pcapng block: its type, begin; its body by put; end fills in both lengths. */
size_t begin_block(struct shape *shape, uint32_t type);
void end_block(struct shape *shape, size_t start);
void put_section(struct shape *shape);
void put_option(struct shape *shape, unsigned code, const void *value, unsigned length);
/* resolution 0xff: no option; offset 0: none. */
void put_interface(struct shape *shape, unsigned link_type, uint32_t snaplen, unsigned resolution,
                   int64_t offset);
/* flags 0: no option. */
void put_enhanced(struct shape *shape, uint32_t interface, uint64_t timestamp, uint32_t captured,
                  uint32_t wire, uint32_t flags);

struct bytes gzipped(struct bytes plain);
struct bytes zstandard(struct bytes plain);

/* Opens the bytes as a file; options may be NULL. Returns the open's result. */
int open_file(struct wb__source **source, struct bytes bytes,
                const struct wb_source_options *options, struct wb_error *error);
/* A pipe that the test writes to; *write_end is the test's. Its first bytes go in before
 * the source is opened. */
int open_pipe(struct wb__source **source, struct bytes first, int *write_end,
              struct wb_error *error);

/* Takes all packets, capacity at a time, touching their bytes. Returns how many; *end is
 * the code that ended it. */
uint64_t take_all(struct wb__source *source, int capacity, int *end, struct wb_error *error);

#endif
