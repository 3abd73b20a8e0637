/* SPDX-License-Identifier: ISC
 *
 * The engine joins the stages: source -> decode -> flow -> http -> user and record.
 *
 *     struct wb_engine_options options = { .source = { .file = "web.pcap" },
 *                                          .handlers = { .transaction = show } };
 *     struct wb_engine *engine;
 *     struct wb_error error;
 *     if (wb_engine_open(&engine, &options, &error) < 0)
 *         errx(1, "%s", error.text);
 *     while (wb_engine_step(engine, -1, &error) >= 0)
 *         ;
 *     wb_engine_finish(engine, &error);
 *     wb_engine_close(engine);
 *
 * An engine belongs to one thread; only wb_engine_stop may be called from another
 * one or from a signal handler. Every handler is called from within wb_engine_step
 * or wb_engine_finish; what is passed to it is borrowed until it returns, or for longer,
 * where wb_engine_bytes_stay says so.
 */
#ifndef WIREBEAM_ENGINE_H
#define WIREBEAM_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/error.h>
#include <wirebeam/flow.h>
#include <wirebeam/fragment.h>
#include <wirebeam/http.h>
#include <wirebeam/packet.h>
#include <wirebeam/record.h>
#include <wirebeam/source.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct wb_engine;

/* What the user wants to see; NULL for what not. A stage that nobody needs does not
 * run. */
struct wb_handlers {
    /* Every batch of packets as the source gave it, before anything is done with it; alone it
     * needs no other stage. */
    void (*packets)(void *context, const struct wb_packet *, int count);
    /* Every packet, in the order of the source. A frame that holds several (an 802.11
     * A-MSDU) comes once, with the first of them decoded: on a copy of what is passed,
     * wb_decode_next gives the others. Flows are told of all. */
    void (*packet)(void *context, const struct wb_packet *, const struct wb_decoded *);
    /* Every datagram that was put together from IP fragments, after its last one. */
    void (*datagram)(void *context, const struct wb_packet *, const struct wb_decoded *,
                     const struct wb_datagram *);
    void (*fragment_anomaly)(void *context, const struct wb_fragment_anomaly *);
    /* Stream bytes in order; offset counts from the first byte of that direction. */
    void (*stream)(void *context, struct wb_flow *, enum wb_flow_direction, uint64_t offset,
                   const uint8_t *bytes, uint32_t length);
    /* length bytes are missing at offset. */
    void (*gap)(void *context, struct wb_flow *, enum wb_flow_direction, uint64_t offset,
                uint64_t length);
    /* A flow is over; flow->end says why. */
    void (*flow)(void *context, struct wb_flow *);
    void (*flow_anomaly)(void *context, const struct wb_flow *, const struct wb_flow_anomaly *);
    /* A head was parsed: the message of that side is valid up to its headers. */
    void (*http_head)(void *context, struct wb_flow *, struct wb_http_transaction *,
                      enum wb_http_side);
    /* The bytes of a message, all of them, in order. */
    void (*http_bytes)(void *context, struct wb_flow *, struct wb_http_transaction *,
                       enum wb_http_side, enum wb_http_part, const uint8_t *bytes,
                       uint32_t length);
    /* A transaction is over: complete, or transaction->missing says what is not. */
    void (*transaction)(void *context, struct wb_flow *, struct wb_http_transaction *);
    /* transaction may be NULL: about the stream as a whole. */
    void (*http_anomaly)(void *context, const struct wb_flow *, const struct wb_http_transaction *,
                         const struct wb_http_anomaly *);
    /* Bytes that stayed (wb_engine_bytes_stay) are about to go: all of them, or those that a
     * handler was told of before the last call of this one. What is left at the end goes with
     * wb_engine_close, without a call. */
    void (*before_reuse)(void *context, bool is_all);
};

/* What the processes of wb_engine_options.forks have in common. One of them that was taken over may
 * have written anything there; 0 is no, any other flag is yes. */
struct wb_engine_progress {
    uint8_t goes_on;      /* a process that is forked next goes on where this one ended */
    uint8_t has_begun;    /* the last one forked is open, and takes packets */
    uint64_t packet;      /* number of the packet that was looked at last (wb_packet.number) */
    uint64_t in_hand;     /* packets that were taken up with it and not done */
    uint64_t flows, transactions; /* that were not over when it began */
};

struct wb_engine_options {
    struct wb_source_options source;
    struct wb_fragment_options fragment;
    struct wb_flow_options flow;
    struct wb_http_options http;
    struct wb_record_options record;
    struct wb_handlers handlers;
    void *context;        /* passed to every handler */
    /* Called, where it is not NULL, when the source has opened what needs rights, nothing else is
     * open and no byte has been read: the place to fork a process that goes on. It returns there
     * with 0. Where that dies, another one may be forked from the same place: it opens records as
     * any other run would after a kill, and goes on behind the packets that the dead one had in its
     * hands (256 at most), which are told as lost (wb_stats.died), with the counters of both. A negative code, with
     * *error filled, ends the opening. */
    int (*forks)(void *context, const struct wb_engine_progress *progress,
                 struct wb_error *error);
    void *forks_context;
    uint64_t max_packets; /* stop after so many; 0: no end */
    bool http_on;         /* follow flows and parse HTTP even if no handler and no
                             record needs it: for counting */
};

struct wb_decode_stats {
    uint64_t packets;                         /* decoded */
    uint64_t other_packets;                   /* found in frames behind their first packet */
    uint64_t unknown_link;                    /* of a link type that has no decoder */
    uint64_t truncated, malformed, too_deep;  /* packets with such a layer */
    uint64_t layers[WB_LAYER_KIND_COUNT];     /* layers met, by kind */
    uint64_t fragments;                       /* packets that are IP fragments */
};

/* What was lost with processes that died (wb_engine_options.forks). What they did with the packets
 * in their hands is in no other counter, wb_source_stats apart. */
struct wb_died_stats {
    uint64_t processes;
    uint64_t packets;             /* in their hands: all, some or none of them were followed */
    uint64_t flows, transactions; /* that were not over */
};

struct wb_stats {
    struct wb_source_stats source;
    struct wb_decode_stats decode;
    struct wb_fragment_stats fragment;
    struct wb_flow_stats flow;
    struct wb_http_stats http;
    struct wb_record_stats record;
    struct wb_died_stats died;
};

/* Replaces each 0 in the flow, http and record options that means a default by that
 * default: what wb_engine_open would take. For those who want to show or change them. */
void wb_engine_options_fill(struct wb_engine_options *options);

/* Opens source, stages and records. On success *engine is the caller's, to be given
 * to wb_engine_close; on failure it is NULL and *error says why. Strings in options
 * are not kept. Errors: WB_E_ARGUMENT, _NOT_FOUND, _PERMISSION, _FORMAT, _FILTER,
 * _UNSUPPORTED, _SYSTEM, _MEMORY. */
int wb_engine_open(struct wb_engine **engine, const struct wb_engine_options *options,
                   struct wb_error *error);

/* Takes one batch of packets through all stages. Waits up to timeout_ms (-1: for
 * ever, 0: not at all) for the first packet. Returns the number of packets, 0 when
 * the time is over, WB_E_END at the end of a file, after max_packets, or when it was
 * stopped and all that the source held has been handled, or another code with *error
 * filled (WB_E_TRUNCATED for a file cut off mid-record, WB_E_DOWN, WB_E_FORMAT,
 * WB_E_SYSTEM): all packets before it have been handled. */
int wb_engine_step(struct wb_engine *engine, int timeout_ms, struct wb_error *error);

/* A descriptor that poll(2) tells to be readable when a step has something to do, or -1 where
 * it always has, as with a file, or nobody can tell. Who waits for other descriptors too waits for it beside them,
 * but not much longer than 100 ms, and then steps with timeout 0. It may be readable in vain.
 * It is the engine's own. */
int wb_engine_descriptor(const struct wb_engine *engine);

/* Another filter while it runs, also from within a handler: what a later step takes from a file
 * is filtered by it; of what comes from the network, packets that wait in the system's buffer
 * have passed the old one. The ring of Linux changes from one packet to the next, and its counts
 * stay exact; libpcap rejects everything for the moment in between, and does not count that. A
 * live source must have been opened with wb_source_options.filter_changes. Returns 0, or a
 * negative code with *error filled, WB_E_FILTER where it does not compile: the old one stays in
 * force. */
int wb_engine_set_filter(struct wb_engine *engine, const char *expression,
                         struct wb_error *error);

/* The file from its start once more, when it was read or in between, by the descriptor that is open:
 * a process that is confined has no other. Numbers of packets and counters go on. WB_E_ARGUMENT
 * where the source is no file or packets are recorded, WB_E_SYSTEM where it can be read once
 * (a pipe), or what opening it can say; after a failure the engine can only be closed. */
int wb_engine_rewind(struct wb_engine *engine, struct wb_error *error);

/* For the handlers stream and http_bytes, to be asked from within: whether the bytes that they are
 * told of stay where they are, in a packet, when they return: until handlers.before_reuse. */
bool wb_engine_bytes_stay(const struct wb_engine *engine, const uint8_t *bytes);

/* Makes the step that runs, and all later ones, end as soon as what the source holds
 * already has been handled. Safe in signal handlers and other threads. */
void wb_engine_stop(struct wb_engine *engine);
bool wb_engine_is_stopped(const struct wb_engine *engine);

/* Ends all flows and transactions, writes out all that is recorded. To be called
 * once, after the last step. Returns 0, or a negative code where a record could not
 * be written whole. */
int wb_engine_finish(struct wb_engine *engine, struct wb_error *error);

/* Counters at this moment. Cheap; not for signal handlers. */
void wb_engine_stats(struct wb_engine *engine, struct wb_stats *stats);

/* The interface numbered index of the source (wb_packet.interface_index), or NULL. */
const struct wb_source_interface *wb_engine_interface(const struct wb_engine *engine,
                                                      unsigned index);

/* The name of the kind of source that was opened: "packet", "libpcap", "file". */
const char *wb_engine_source_kind(const struct wb_engine *engine);

/* Frees all. NULL is accepted. */
void wb_engine_close(struct wb_engine *engine);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
