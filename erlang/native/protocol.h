/* SPDX-License-Identifier: ISC
 *
 * What the worker (worker.h) and the Erlang side (wirebeam_protocol.erl) say to each other,
 * whether a pipe or a NIF lies between them. This page is the contract of both.
 *
 * A frame is a type (one byte) and a body; on a pipe a length of four bytes, big-endian, goes
 * before it, as {packet, 4} has it. All integers are big-endian. A "text" is a length of four
 * bytes and so many bytes; no character set is promised.
 *
 *     owner                                worker
 *       OPEN options            ->
 *                               <-  OPENED | CLOSED       rights are dropped before OPENED
 *       CREDIT 4                ->
 *                               <-  PACKETS | EVENTS      each takes one credit; the worker
 *                               <-  PACKETS | EVENTS      waits, even inside of a batch, when
 *       CREDIT 1 ...            ->                        there is none: the ring fills, and
 *       STATS | SET_FILTER |    ->                        its drops are counted
 *       SEND
 *                               <-  REPLY
 *                               <-  CLOSED                once, last: end of file, or a failure
 *
 * The NIF can send a frame of PACKETS in two: what is before the data, and the data.
 *
 * The worker ends when its input does.
 */
#ifndef WIREBEAM_NATIVE_PROTOCOL_H
#define WIREBEAM_NATIVE_PROTOCOL_H

/* To the worker. */
enum command_type {
    COMMAND_OPEN = 1,       /* options, each: key (1), value (text); see enum option_key */
    COMMAND_CREDIT = 2,     /* frames more that may be sent (4) */
    COMMAND_SET_FILTER = 3, /* reference (4), the filter to the frame's end */
    COMMAND_STATS = 4,      /* reference (4); asks for the body of an EVENT_STATS */
    COMMAND_INTERFACES = 5, /* reference (4); needs no OPEN; see below */
    COMMAND_SEND = 6,       /* reference (4), milliseconds that it may take (4; all ones: for
                               ever), count (4), count lengths (4 each), the packets. One at a
                               time. Its reply names those that were not sent: index from 0 (4), and
                               the errno's name in lower case (text): "etimedout", not in time */
};

/* From the worker. */
enum frame_type {
    FRAME_OPENED = 1,  /* kind of the source (text); of what confines the worker: mode (text),
                          whether it is complete (1), user that it became (text), what is missing
                          (text), count of means (1), these (text); see wirebeam/guard.h */
    FRAME_PACKETS = 2, /* count (4), bytes of data (4), count times an entry, data */
    FRAME_EVENTS = 3,  /* to the frame's end: kind (1, enum event_kind), body (text) */
    FRAME_REPLY = 4,   /* reference (4), 0 for success (1), what was asked for; or reference
                          (4), the code of the error negated (1), errno (4), its words to the end */
    FRAME_CLOSED = 5,  /* the code of an error negated (1; WB_E_END: nothing is wrong),
                          errno (4), its words to the frame's end */
    FRAME_PLACED = 6,  /* PACKETS or EVENTS, in the memory that is shared: offset (4), length (4);
                          or PACKETS in two: that of what is before the data, that of the data */
};

/* An entry of PACKETS: bytes of data to skip since the end of the packet before (4),
 * captured length (4), wire length (4), time (8, signed, in the unit that was asked for), link
 * type (2), interface index (2), direction (1), flags (1). */
#define PACKET_ENTRY_BYTES 26

/* Values are texts; a number is in decimal digits, a flag is "1". */
enum option_key {
    OPTION_INTERFACE = 1,
    OPTION_FILE = 2,
    OPTION_FILTER = 3,
    OPTION_SNAPLEN = 4,
    OPTION_BUFFER_BYTES = 5,
    OPTION_LATENCY_MS = 6,
    OPTION_IMMEDIATE = 7,
    OPTION_PROMISCUOUS = 8,
    OPTION_DIRECTION = 9,        /* "in", "out" */
    OPTION_DELIVER = 10,         /* repeated: "packets", "streams", "transactions",
                                    "anomalies", "stats" */
    OPTION_TIME_PER_SECOND = 11, /* units of time a second; 1000000000 */
    OPTION_LIMIT = 12,           /* repeated: "name=value", names as `wirebeam http --limit` */
    OPTION_LENIENT = 13,         /* repeated: a check as of `wirebeam http --lenient` */
    OPTION_TARGET = 14,          /* repeated: "[network=]policy" */
    OPTION_BODIES = 15,          /* "0": transactions come without their bytes */
    OPTION_MAX_BODY_BYTES = 16,  /* of each side of a transaction; the rest is left out and
                                    told; 8 MiB */
    OPTION_STATS_INTERVAL_MS = 17,
    OPTION_BATCH_BYTES = 18,     /* a frame is sent when it has so many; 256 KiB */
    OPTION_KIND = 19,            /* "packet", "libpcap" */
    OPTION_MAX_PACKETS = 20,
    OPTION_MAX_BODY_TOTAL = 21,  /* of memory for all unfinished transactions; 256 MiB */
    OPTION_MEMORY = 22,          /* "SLOTS SLOT_BYTES BLOCKS BLOCK_BYTES PATH": frames go there
                                    if they fit, see memory.h; no more credit than slots may be
                                    given then */
    OPTION_INJECT = 23,          /* packets can be sent: "frames", the best way, or a kind of
                                    wirebeam/inject.h */
    OPTION_INJECT_PACKETS = 24,  /* pace: packets a second */
    OPTION_INJECT_BITS = 25,     /* pace: bits a second */
    OPTION_OWN_PACKETS = 26,     /* also what is injected is captured */
    OPTION_SANDBOX = 27,         /* "best-effort", which is the default, "on" or "off" */
    OPTION_USER = 28,            /* whom root becomes */
};

/* In EVENTS. A "flow id" has 8 bytes, a "direction" (enum wb_flow_direction) 1, a time 8. */
enum event_kind {
    EVENT_STREAM = 1,      /* flow id, direction, offset (8), bytes to the end */
    EVENT_GAP = 2,         /* flow id, direction, offset (8), length (8) */
    EVENT_FLOW = 3,        /* it begins to be told of: flow id, endpoints */
    EVENT_FLOW_END = 4,    /* flow id, endpoints, end (1, enum wb_flow_end), flags (1: 1
                              midstream, 2 one-sided), first time, last time, and for each
                              direction: packets (8), wire bytes (8), stream bytes (8), gap bytes (8) */
    EVENT_TRANSACTION = 5, /* number (8), index (4), missing (4), anomalies (8), tunnel (1), flow id,
                              endpoints, request, response: each a message */
    EVENT_ANOMALY = 6,     /* name (text), time, has flow (1), flow id or 0, endpoints where it
                              is 1, or 2: of an IP datagram, without flow, its ports 0;
                              direction (of HTTP: the side), offset (8), length (8), kept
                              (text), rejected (text) */
    EVENT_STATS = 7,       /* count (2), so many values (8), in the order of worker_counters
                              (counters.h) */
    EVENT_LOST = 8,        /* what is new since the last: by the ring (8), by the interface (8) */
};

/* Endpoints: IP version (1), then client and server: address (4 or 16), port (2). The client is
 * the side whose direction is WB_FLOW_CLIENT.
 *
 * A message: seen (1), version (1), framing (1), ended (1), status (2), interim status (2),
 * content length (8), body bytes (8), wire bytes (8), first time, last time, gap bytes (8), gap
 * count (4), count of gaps that follow (1), these: offset (8), length (8); method, target, reason
 * (text), head (text), count of headers (4), these: name, value (text); count of trailers (4),
 * these; body, decoded from chunked coding, without gaps (text), bytes left out of it (8).
 *
 * Interfaces: count (4), these: name (text), description (text), flags (1: 1 up, 2 running, 4
 * loopback, 8 wireless, 16 it can be captured on), MTU (4), count of addresses (4), these: text.
 *
 * Nothing is sent after CLOSED. What is no command as above ends the worker. */

#endif
