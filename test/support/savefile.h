/* SPDX-License-Identifier: ISC
 *
 * Writing capture files for tests, in every shape that the file sources must read:
 * pcap of both byte orders and both resolutions, pcapng with interfaces of their own
 * link types and resolutions, plain, gzip or zstd. Written from the formats'
 * documents (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng), without libpcap and
 * without the project's own writer, so that neither judges itself. Aborts with a word
 * where a file cannot be written.
 */
#ifndef TEST_SUPPORT_SAVEFILE_H
#define TEST_SUPPORT_SAVEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/packet.h>

enum savefile_format { SAVEFILE_PCAP = 0, SAVEFILE_PCAPNG };
enum savefile_coding { SAVEFILE_PLAIN = 0, SAVEFILE_GZIP, SAVEFILE_ZSTD };

#define SAVEFILE_INTERFACES_MAX 4

struct savefile_interface {
    uint16_t link_type;  /* LINKTYPE_ value */
    uint8_t digits;      /* of a second's fraction: 0 means 9 */
    const char *name;    /* if_name; NULL: none */
};

struct savefile_options {
    enum savefile_format format;
    enum savefile_coding coding;
    bool swapped;      /* the other byte order than this machine's */
    bool microseconds; /* pcap: else nanoseconds */
    /* The first is the one of a pcap file; pcapng has all of them. */
    struct savefile_interface interfaces[SAVEFILE_INTERFACES_MAX];
    unsigned interface_count; /* 0 means 1 */
};

struct savefile;

struct savefile *savefile_open(const char *path, const struct savefile_options *options);

/* Appends a packet; packet->interface_index says which interface it belongs to. */
void savefile_put(struct savefile *file, const struct wb_packet *packet);

/* Writes everything out and frees the file. */
void savefile_close(struct savefile *file);

#endif
