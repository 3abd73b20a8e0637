/* SPDX-License-Identifier: ISC
 *
 * What is kept: files of transactions, JSON lines, capture files. These are options
 * of an engine; the engine writes while it runs. Every write goes through one place
 * that counts what could not be written.
 */
#ifndef WIREBEAM_RECORD_H
#define WIREBEAM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/fragment.h>
#include <wirebeam/guard.h>
#include <wirebeam/packet.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What stands in JSON in the place of a secret. */
#define WB_RECORD_REDACTED "[redacted]"

/* How the files of a directory are named. */
enum wb_record_naming {
    WB_RECORD_ETAG = 0,   /* NAME.http (both messages as on the wire), NAME.body (the
                             response's content, decoded), NAME.json; NAME from the
                             ETag, or the SHA-256 of the body where there is none */
    WB_RECORD_CLIENT = 1, /* one file for the client's side of each connection */
    WB_RECORD_SHA256 = 2, /* one file for each different body, named by its SHA-256 */
};

/* What happens when the quota of the directory is reached. */
enum wb_record_quota_policy {
    WB_RECORD_QUOTA_STOP = 0,   /* what comes then is not kept */
    WB_RECORD_QUOTA_OLDEST = 1, /* files of the oldest transactions, or connections, of this run
                                   are deleted; unfinished ones may take half of max_bytes, and
                                   what needs more is not kept */
};

enum wb_record_capture_format {
    WB_RECORD_PCAPNG = 0,
    WB_RECORD_PCAP = 1, /* with nanoseconds: magic 0xa1b23c4d */
};

/* A NULL path means: not wanted. */
struct wb_record_options {
    const char *directory; /* made (mode 0700) where it does not exist */
    enum wb_record_naming naming;
    const char *json;      /* a file to append to, or "-" for standard output */
    const char *capture;   /* a capture file to write, or "-" for standard output */
    enum wb_record_capture_format capture_format;
    bool hash_bodies;      /* body_sha256 and decoded lengths in every JSON record, also
                              where no name needs it */
    bool hash_streams;     /* sha256 of each direction in flow records */
    bool flows, anomalies; /* JSON records for these too */
    bool keep_secrets;     /* JSON has the values of fields that are secret (see
                              wb_http_is_secret) and the userinfo of URLs; without this,
                              "[redacted]" in their places */
    uint32_t stats_interval_ms; /* a JSON statistics record that often by packet time;
                                   0: only one, at the end */
    uint64_t max_bytes;    /* quota for what this run has in the directory; 0: none */
    uint64_t max_files;    /* the same in files; 0: none, or 1,000,000 where the oldest go */
    enum wb_record_quota_policy quota_policy;
    bool sync;             /* a file is on the disk before it has its name, names are within a
                              batch, JSON and capture files within a second: for the death of
                              the machine. That of the process leaves nothing half either way */
    uint64_t max_body;     /* etag naming: bytes of each body that files hold; 0: all */
    bool no_bodies;        /* etag naming: no .body, and .http has heads only */
    const struct wb_guard_options *writer; /* not NULL: the directory is held by a process of its
                              own, which is forked when it is opened and confined by these. Where
                              it is gone, this process says so in a line on standard error and
                              aborts; who forked this one (wb_engine_options.forks) has to wait for
                              the end of both before it forks the next. Ends with this process */
    uint64_t max_memory;   /* bytes of unfinished transactions held before they go to
                              temporary files; 0 means 64 MiB */
};

struct wb_record_stats {
    uint64_t transactions;      /* offered to the directory */
    uint64_t written;           /* files made for them (or one shared) */
    uint64_t shared;            /* same name and same body as one already there */
    uint64_t renamed;           /* same ETag, another body: a suffix was added */
    uint64_t without_body;      /* nothing to keep (sha256 naming), or no response */
    uint64_t lost_disk_full;    /* transactions not kept: ENOSPC, EDQUOT */
    uint64_t lost_quota;        /* not kept: max_bytes or max_files */
    uint64_t lost_error;        /* not kept: any other error */
    uint64_t client_files;      /* client naming */
    uint64_t client_lost;       /* client naming: not kept, by any of the causes above */
    uint64_t files, bytes;      /* made and written in the directory */
    uint64_t deleted;           /* transactions, or connections, whose files made place */
    uint64_t deleted_files, deleted_bytes; /* of files and bytes */
    uint64_t leftovers;         /* what a killed run had left half, and was removed: files, and
                                   the last line of the JSON file */
    uint64_t bodies_cut;        /* transactions whose files hold not all of their bodies, for
                                   max_body or no_bodies */
    uint64_t names_forgotten;   /* how often the table of names was full and began anew:
                                   files are then read again to tell equal bodies */
    /* Response bodies whose content coding was not removed whole: a coding that is not
     * known, broken bytes, an end too early, a limit of size, ratio or memory. */
    uint64_t content_unknown, content_invalid, content_cut, content_limited;
    uint64_t json_records, json_bytes, json_lost;
    uint64_t capture_packets, capture_bytes, capture_lost;
    uint64_t write_ns;          /* time spent in writing */
    int first_error;            /* errno of the first failed write, or 0 */
    char first_error_text[256]; /* what failed and on what */
    uint64_t memory_bytes, memory_peak;
    uint64_t decoder_memory_bytes, decoder_memory_peak;
    uint64_t names_memory_bytes, names_memory_peak; /* which names are in use */
    uint64_t quota_memory_bytes, quota_memory_peak; /* which files are the oldest */
};

/* One line of text about a packet (no newline, always NUL-terminated), as tcpdump
 * would: time, protocol, addresses, what it says. Control bytes from the wire never
 * reach the text. Returns its length, cut to size - 1. */
size_t wb_packet_text(const struct wb_packet *, const struct wb_decoded *, char *text, size_t size);

/* How the time of a packet is put into its line; the clock's is local. */
enum wb_packet_time {
    WB_PACKET_TIME_CLOCK = 0, /* 03:04:05.123456789 */
    WB_PACKET_TIME_NONE,
    WB_PACKET_TIME_EPOCH,     /* seconds since 1970 */
    WB_PACKET_TIME_SINCE,     /* since since_ns, as a duration */
    WB_PACKET_TIME_DATE,      /* 2026-01-02 03:04:05.123456789 */
};

/* How packets are shown. All zeros is what wb_packet_text and wb_packet_json do. */
struct wb_packet_style {
    const bool *kinds;    /* WB_LAYER_KIND_COUNT: the kinds of layer that are shown; NULL: all */
    bool is_verbose;      /* text: fields of IP headers, checksums, DNS and DHCP in full */
    bool has_link_header; /* text: the Ethernet header too */
    enum wb_packet_time time;
    int64_t since_ns;
};

size_t wb_packet_styled_text(const struct wb_packet *, const struct wb_decoded *,
                             const struct wb_packet_style *, char *text, size_t size);
char *wb_packet_styled_json(const struct wb_packet *, const struct wb_decoded *,
                            const struct wb_packet_style *);

/* One JSON object about a packet with all its layers and fields, as a malloc'ed
 * NUL-terminated line without newline that the caller frees; NULL when out of
 * memory. EVE shape: event_type "packet". */
char *wb_packet_json(const struct wb_packet *, const struct wb_decoded *);

/* The same about a datagram that was put together from fragments: event_type "datagram",
 * and an object of that name with the numbers of its packets, the index of its IP layer, and
 * the length and SHA-256 of what was put together. */
char *wb_datagram_json(const struct wb_packet *, const struct wb_decoded *,
                       const struct wb_datagram *, const struct wb_packet_style *);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
