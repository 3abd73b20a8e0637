/* SPDX-License-Identifier: ISC
 *
 * Where packets come from: options of a source, what it says of itself, and the
 * list of interfaces. Opened by wb_engine_open (wirebeam/engine.h).
 */
#ifndef WIREBEAM_SOURCE_H
#define WIREBEAM_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wirebeam/error.h>
#include <wirebeam/opener.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Which packets of an interface: tcpdump's -Q. */
enum wb_source_direction {
    WB_SOURCE_INOUT = 0,
    WB_SOURCE_IN = 1,
    WB_SOURCE_OUT = 2,
};

/* Memory of the user's that a file is read into: what is read stays there for as long as he
 * likes. Each piece is written from its beginning to its end, once, and given back when the source
 * needs it no more, which is when the packets in it are not borrowed any longer. Called by
 * the thread that opens, steps and closes the engine. */
struct wb_source_memory {
    void *(*take)(void *context, size_t bytes); /* NULL: there is none */
    void (*give_back)(void *context, void *memory, size_t bytes);
    void *context;
};

struct wb_source_options {
    const char *interface; /* a device, or "any"; NULL when file is given */
    const char *file;      /* a pcap or pcapng file, plain, gzip or zstd; "-" is
                              standard input; NULL when interface is given */
    const char *kind;      /* NULL (the best for this system), "packet" (Linux
                              AF_PACKET ring) or "libpcap" */
    const char *filter;    /* pcap-filter(7) expression; NULL or "" for all */
    uint32_t snaplen;      /* bytes kept of each packet; 0 means 262144 */
    uint32_t buffer_bytes; /* kernel ring; 0 means 32 MiB */
    uint32_t latency_ms;   /* how long a partly filled batch may wait; 0 means 50 */
    bool immediate;        /* each packet at once: latency 0, smaller batches */
    bool promiscuous;
    enum wb_source_direction direction;
    bool own_packets;      /* also what this host injects under WB_INJECT_MARK
                              (wirebeam/inject.h), which is left out else, and not counted */
    bool filter_changes;   /* wb_engine_set_filter will be called: what that needs is opened
                              now, while there are the rights */
    /* Asked for the packet socket of an interface that this process itself may not open; NULL:
     * wb_opener_open, which asks wirebeam-open(8). */
    int (*opener)(const struct wb_opener_request *request, int *descriptor,
                  struct wb_error *error);
    /* Called, where it is not NULL, when all that needs rights is open and no byte of a packet
     * or a file has been read: the place to give them up. A negative code, with *error filled,
     * ends the opening. */
    int (*opened)(void *context, struct wb_error *error);
    void *opened_context;
    struct wb_source_memory memory; /* for a file; without functions the source has its own,
                                       which it writes to again and again */
};

/* Counters of a source. seen = delivered + the drops, exactly. "Seen" is after the
 * filter: what a filter rejects is not a drop. */
struct wb_source_stats {
    uint64_t seen;              /* packets that passed the filter */
    uint64_t delivered;         /* packets handed to the engine */
    uint64_t dropped_ring;      /* the kernel's ring was full */
    uint64_t dropped_interface; /* the device had no buffer (libpcap's ps_ifdrop) */
    uint64_t bytes;             /* captured bytes delivered */
    uint64_t ring_full_events;  /* how often the ring filled up (0 where unknown) */
    uint64_t filtered;          /* packets that the filter rejected, where not the kernel runs
                                   it: of files, and see wb_engine_set_filter */
    uint64_t skipped_blocks;    /* pcapng blocks of a type that is not known */
    uint64_t malformed_blocks;  /* pcapng blocks that are broken, but skippable */
};

/* One interface of a source: a live device has one, a pcapng file may have many. */
struct wb_source_interface {
    const char *name;        /* "" where unknown */
    const char *description; /* "" where unknown */
    uint16_t link_type;      /* LINKTYPE_ value */
    uint32_t snaplen;        /* 0: no limit known */
};

/* A network device of this host, for wb_interfaces. */
struct wb_interface {
    const char *name;
    const char *description;      /* "" where none */
    const char *const *addresses; /* "192.0.2.1/24", "2001:db8::1/64", "02:00:.." */
    size_t address_count;
    bool is_up, is_running, is_loopback, is_wireless, can_capture;
    uint32_t mtu; /* 0 where unknown */
};

/* Calls each for every device, in the system's order, "any" last where it exists.
 * What is passed is valid during the call. Returns the number of devices, or a
 * negative code with *error filled. Needs no privilege; can_capture says what this
 * process may do, itself or by wb_opener_open. Source: pcap_findalldevs(3PCAP). */
int wb_interfaces(void (*each)(void *context, const struct wb_interface *), void *context,
                  struct wb_error *error);

/* "EN10MB" for 1, by pcap_datalink_val_to_name, or the name registered at
 * tcpdump.org/linktypes.html where libpcap has none; NULL for a number without a name. */
const char *wb_link_type_name(uint16_t link_type);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
