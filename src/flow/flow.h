/* SPDX-License-Identifier: ISC
 *
 * The flow stage: layers to streams. A table of flows under a keyed hash, expiry by
 * packet time, and TCP reassembly of both directions at once. Pure: no I/O, time
 * comes with the packets.
 *
 * In-order bytes are handed on where they lie in the packet; only what comes early is
 * copied, under limits. What is handed on is bytes or a gap, in stream order.
 */
#ifndef WB_FLOW_FLOW_H
#define WB_FLOW_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/flow.h>
#include <wirebeam/packet.h>

#include "flow/key.h"

/* What the stage tells. All are called from within the functions below. */
struct wb__flow_events {
    /* A flow begins. May set flow->user. */
    void (*begin)(void *context, struct wb_flow *flow);
    /* The next bytes of a direction. */
    void (*bytes)(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                  uint64_t offset, const uint8_t *bytes, uint32_t length, int64_t time_ns);
    /* The next length bytes of a direction are missing. */
    void (*gap)(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                uint64_t offset, uint64_t length, int64_t time_ns);
    /* One direction came to its FIN in order: no more bytes or gaps. */
    void (*half_end)(void *context, struct wb_flow *flow, enum wb_flow_direction direction,
                     int64_t time_ns);
    /* The flow is over; flow->end says why; its memory is reused after the call. */
    void (*end)(void *context, struct wb_flow *flow);
    void (*anomaly)(void *context, struct wb_flow *flow, const struct wb_flow_anomaly *anomaly);
};

struct wb__flow_table;

/* Replaces each 0 by the default of its option. */
void wb__flow_fill_in_defaults(struct wb_flow_options *options);

/* Are policies, IP versions and prefix lengths what they may be? */
bool wb__flow_options_are_valid(const struct wb_flow_options *options);

/* Makes an empty table of valid options; zeros mean the defaults. Returns NULL when out of
 * memory. key randomises the hash (16 random bytes); tests pass a fixed one. */
struct wb__flow_table *wb__flow_table_new(const struct wb_flow_options *options,
                                          const struct wb__flow_events *events, void *context,
                                          const uint8_t key[16]);

/* Where the flow of a packet is to be looked up. */
struct wb__flow_lookup {
    struct wb__flow_key key;
    uint64_t hash;
    uint64_t slot; /* where it is likely to be found */
    bool is_tcp; /* with a header captured whole, and no fragment: else only counted */
};

/* Finds out where the flow of a decoded packet would be, and brings that line of the
 * table into the cache: done for a few packets before they are taken. previous is the lookup
 * of the packet before, which often is of the same flow and saves the hash, or NULL. */
void wb__flow_table_prepare(const struct wb__flow_table *table, const struct wb_packet *packet,
                            const struct wb_decoded *decoded, struct wb__flow_lookup *lookup,
                            const struct wb__flow_lookup *previous);

/* Brings the flow itself into the cache, where there is one: done for each of them between
 * the two. */
void wb__flow_table_fetch(const struct wb__flow_table *table, struct wb__flow_lookup *lookup);

/* Takes a packet that was prepared; what is not TCP is left alone. Its bytes stay where they
 * are until wb__flow_table_before_reuse. */
void wb__flow_table_packet(struct wb__flow_table *table, const struct wb_packet *packet,
                           const struct wb_decoded *decoded,
                           const struct wb__flow_lookup *lookup);

/* To be called before bytes are gone: of all packets taken so far, or of those taken before
 * the last call. */
void wb__flow_table_before_reuse(struct wb__flow_table *table, bool is_all);

/* Expires what is due at now_ns; called now and then with the latest packet time, or
 * with the clock when a live source is idle. */
void wb__flow_table_expire(struct wb__flow_table *table, int64_t now_ns);

/* Ends all flows with WB_FLOW_END_SHUTDOWN. */
void wb__flow_table_finish(struct wb__flow_table *table);

/* Are bytes of that direction known to exist that were not handed on yet, or was nothing of
 * it seen at all? */
bool wb__flow_is_due(const struct wb_flow *flow, enum wb_flow_direction direction);

void wb__flow_table_stats(const struct wb__flow_table *table, struct wb_flow_stats *stats);

/* Frees all without telling anyone. NULL is accepted. */
void wb__flow_table_free(struct wb__flow_table *table);

#endif
