/* SPDX-License-Identifier: ISC
 *
 * IP defragmentation: fragments in, whole datagrams out. A table of unfinished datagrams
 * under a keyed hash; the oldest is given up first, by packet time, for want of places or
 * for want of memory. Pure: no I/O, time comes with the packets.
 *
 *     a fragment          taken by      completes it?
 *     --------------->  [ datagram ] ---------------> a packet made of
 *                         | queue of bytes              [headers of the first fragment]
 *                         | headers of the first        [all bytes of the queue]
 *                         | numbers of its packets
 */
#ifndef WB_FLOW_FRAGMENT_H
#define WB_FLOW_FRAGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/fragment.h>
#include <wirebeam/packet.h>

struct wb__fragment_table;

typedef void wb__fragment_anomaly_handler(void *context,
                                          const struct wb_fragment_anomaly *anomaly);

/* Replaces each 0 by the default of its option. */
void wb__fragment_fill_in_defaults(struct wb_fragment_options *options);

/* Makes an empty table; zeros in options mean the defaults; flow says whose bytes stay
 * where fragments overlap. key randomises the hash (16 random bytes). NULL when out of
 * memory. */
struct wb__fragment_table *wb__fragment_table_new(const struct wb_fragment_options *options,
                                                  const struct wb_flow_options *flow,
                                                  wb__fragment_anomaly_handler *anomaly,
                                                  void *context, const uint8_t key[16]);

/* Takes a packet for which decoded->is_fragment. True when it completes a datagram: then
 * *whole, *whole_decoded and *datagram describe it, borrowed until
 * wb__fragment_table_before_reuse. It may hold fragments of a packet inside of it, and then
 * is to be given to this function again. */
bool wb__fragment_table_packet(struct wb__fragment_table *table, const struct wb_packet *packet,
                               const struct wb_decoded *decoded, struct wb_packet *whole,
                               struct wb_decoded *whole_decoded, struct wb_datagram *datagram);

/* Were datagrams completed that have not been given back yet? */
bool wb__fragment_table_has_wholes(const struct wb__fragment_table *table);

/* Gives back the memory of the datagrams that were completed. */
void wb__fragment_table_before_reuse(struct wb__fragment_table *table);

/* Gives up what is due at now_ns. */
void wb__fragment_table_expire(struct wb__fragment_table *table, int64_t now_ns);

/* Gives up all that is unfinished: the capture ended. */
void wb__fragment_table_finish(struct wb__fragment_table *table);

void wb__fragment_table_stats(const struct wb__fragment_table *table,
                              struct wb_fragment_stats *stats);

/* Frees all without telling anyone. NULL is accepted. */
void wb__fragment_table_free(struct wb__fragment_table *table);

#endif
