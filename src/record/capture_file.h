/* SPDX-License-Identifier: ISC
 *
 * Writes capture files with nanoseconds: pcapng (the PCAP Next Generation Capture File
 * Format, draft-ietf-opsawg-pcapng) and classic pcap. Multi-byte fields are in the
 * order of this host, as both formats allow.
 */
#ifndef WB_RECORD_CAPTURE_FILE_H
#define WB_RECORD_CAPTURE_FILE_H

#include <wirebeam/packet.h>
#include <wirebeam/record.h>
#include <wirebeam/source.h>

#include "record/sink.h"

struct wb__capture_file;

/* NULL with *error filled on failure. faults must outlive it. */
struct wb__capture_file *wb__capture_file_open(const char *path,
                                               enum wb_record_capture_format format,
                                               struct wb__faults *faults, struct wb_error *error);

/* Describes the interface that packets of this index belong to. A classic pcap file
 * has the link type of the first one. */
void wb__capture_file_interface(struct wb__capture_file *file, unsigned index,
                                const struct wb_source_interface *interface);

void wb__capture_file_packet(struct wb__capture_file *file, const struct wb_packet *packet);

/* Writes out what is buffered. */
void wb__capture_file_flush(struct wb__capture_file *file);
void wb__capture_file_sync(struct wb__capture_file *file); /* and has the disk take it */
bool wb__capture_file_is_regular(const struct wb__capture_file *file);

/* Writes the interface's counters at the end of a pcapng file (source NULL: not
 * known) and flushes. */
void wb__capture_file_finish(struct wb__capture_file *file, const struct wb_source_stats *source,
                             int64_t now_ns);

/* Fills in the capture_ counters. */
void wb__capture_file_stats(const struct wb__capture_file *file, struct wb_record_stats *stats);

void wb__capture_file_close(struct wb__capture_file *file); /* NULL is accepted */

#endif
