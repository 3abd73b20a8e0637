/* SPDX-License-Identifier: ISC
 *
 * The record stage: what users keep. A recorder takes what the engine tells (packets,
 * flows, heads, bytes, transactions, anomalies) and makes files of it: transactions in
 * a directory, JSON lines, capture files. All writing goes through sink.c and store.c,
 * where a failure is counted, remembered with its words, and never stops the capture.
 *
 * Bytes passed to wb__recorder_http_bytes and _stream_bytes with borrowed = true stay
 * valid until wb__recorder_batch_end: they are gathered and written with writev, not
 * copied. What is not written by then is copied (small) or written out (large).
 */
#ifndef WB_RECORD_RECORD_H
#define WB_RECORD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/decode.h>
#include <wirebeam/engine.h>
#include <wirebeam/error.h>
#include <wirebeam/flow.h>
#include <wirebeam/guard.h>
#include <wirebeam/http.h>
#include <wirebeam/packet.h>
#include <wirebeam/record.h>
#include <wirebeam/source.h>

struct wb__recorder;
struct wb__legacy;

/* Replaces each 0 that means a default by that default. */
void wb__recorder_fill_in_defaults(struct wb_record_options *options);

/* Opens what options name (directory, JSON, capture file). http gives the limits of
 * content decoding. Where legacy (legacy.h) is not NULL, the recorder goes on with that.
 * *recorder is NULL, with 0 returned, where options want nothing. Strings are not kept. */
int wb__recorder_open(struct wb__recorder **recorder, const struct wb_record_options *options,
                      const struct wb_http_options *http, const struct wb__legacy *legacy,
                      struct wb_error *error);

/* What a recorder needs to be told; a stage that nobody needs does not run. */
bool wb__recorder_needs_packets(const struct wb__recorder *recorder);
bool wb__recorder_needs_flows(const struct wb__recorder *recorder);
bool wb__recorder_needs_http(const struct wb__recorder *recorder);
bool wb__recorder_needs_http_bytes(const struct wb__recorder *recorder);
bool wb__recorder_needs_stream_bytes(const struct wb__recorder *recorder);

/* Capture files: the interface that packets of this index belong to, before the first
 * of them; then the packets. */
void wb__recorder_interface(struct wb__recorder *recorder, unsigned index,
                            const struct wb_source_interface *interface);
void wb__recorder_packet(struct wb__recorder *recorder, const struct wb_packet *packet);

/* Streams (client naming, hash_streams). flow_state is a place, NULL at a flow's
 * start, that the recorder keeps its own data of the flow in. client is the direction
 * that sends the requests, -1 while that is unknown. */
void wb__recorder_stream_bytes(struct wb__recorder *recorder, void **flow_state,
                               const struct wb_flow *flow, enum wb_flow_direction direction,
                               uint64_t offset, const uint8_t *bytes, uint32_t length,
                               bool borrowed);
void wb__recorder_stream_gap(struct wb__recorder *recorder, void **flow_state,
                             const struct wb_flow *flow, enum wb_flow_direction direction,
                             uint64_t offset, uint64_t length);
/* May be called as soon as it is known whether the flow speaks HTTP and which direction
 * sends the requests: what client naming will not keep is then held no longer. */
void wb__recorder_flow_role(struct wb__recorder *recorder, void **flow_state, bool is_http,
                            int client);
/* is_http: HTTP was found in it; client as above: whose side client naming keeps.
 * Writes the flow's JSON record and client file, and frees *flow_state. */
void wb__recorder_flow_end(struct wb__recorder *recorder, void **flow_state,
                           const struct wb_flow *flow, bool is_http, int client);
void wb__recorder_flow_anomaly(struct wb__recorder *recorder, const struct wb_flow *flow,
                               const struct wb_flow_anomaly *anomaly);
void wb__recorder_fragment_anomaly(struct wb__recorder *recorder,
                                   const struct wb_fragment_anomaly *anomaly);

/* Transactions. *state as flow_state above, one place for each transaction. */
void wb__recorder_http_head(struct wb__recorder *recorder, void **state, const struct wb_flow *flow,
                            const struct wb_http_transaction *transaction, enum wb_http_side side);
void wb__recorder_http_bytes(struct wb__recorder *recorder, void **state,
                             const struct wb_flow *flow,
                             const struct wb_http_transaction *transaction, enum wb_http_side side,
                             enum wb_http_part part, const uint8_t *bytes, uint32_t length,
                             bool borrowed);
void wb__recorder_http_gap(struct wb__recorder *recorder, void **state, const struct wb_flow *flow,
                           const struct wb_http_transaction *transaction, enum wb_http_side side,
                           uint64_t length);
/* Names and finishes the transaction's files, writes its JSON record, frees *state. */
void wb__recorder_transaction(struct wb__recorder *recorder, void **state,
                              const struct wb_flow *flow, bool client_is_server,
                              const struct wb_http_transaction *transaction);
void wb__recorder_http_anomaly(struct wb__recorder *recorder, const struct wb_flow *flow,
                               const struct wb_http_transaction *transaction,
                               const struct wb_http_anomaly *anomaly);

/* The batch's bytes are about to become invalid. now_ns: the latest packet time. */
void wb__recorder_batch_end(struct wb__recorder *recorder, int64_t now_ns);

/* The first JSON record: what the run is. */
void wb__recorder_start_record(struct wb__recorder *recorder, const struct wb_guard_state *guard,
                               int64_t time_ns);

/* Is a JSON statistics record due at now_ns? The engine then calls _stats_record. */
bool wb__recorder_is_stats_due(const struct wb__recorder *recorder, int64_t now_ns);
void wb__recorder_stats_record(struct wb__recorder *recorder, const struct wb_stats *stats,
                               int64_t now_ns);

void wb__recorder_stats(const struct wb__recorder *recorder, struct wb_record_stats *stats);

/* Writes out all that is buffered and closes the files. Returns 0, or the code of the
 * first write that failed, with *error filled. */
int wb__recorder_finish(struct wb__recorder *recorder, struct wb_error *error);

void wb__recorder_close(struct wb__recorder *recorder); /* NULL is accepted */

#endif
