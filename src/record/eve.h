/* SPDX-License-Identifier: ISC
 *
 * JSON records in the shape of Suricata's EVE: http, flow, anomaly and stats. Each
 * function leaves one line (without newline) in eve->line; nothing is written here.
 * The order of the fields is fixed.
 */
#ifndef WB_RECORD_EVE_H
#define WB_RECORD_EVE_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <wirebeam/engine.h>
#include <wirebeam/guard.h>

#include "record/json.h"

#define WB__SHA256_BYTES 32

/* What the records of a flow have in common. */
struct wb__eve_ends {
    uint64_t flow_id; /* 0: nobody's */
    bool is_swapped;  /* written from the server's end */
    size_t length;
    char text[320]; /* "src_ip":...,"community_id":"1:..." */
};

#define WB__EVE_ENDS 64 /* kept of flows that take turns */

struct wb__eve {
    struct wb__json line;
    bool keeps_secrets; /* to be set after wb__eve_open */
    EVP_MD *sha1;
    EVP_MD_CTX *digest;
    struct wb__eve_ends ends[WB__EVE_ENDS]; /* by the low bits of the flow's id */
    int64_t second;                         /* the last time written, */
    size_t second_length;
    char second_text[64]; /* and how */
};

/* What became of a body. */
struct wb__eve_body {
    bool has_length; /* the length is known: of the content, codings removed */
    bool has_sha256;
    bool is_coded; /* a content coding was removed from it */
    uint64_t length;
    uint8_t sha256[WB__SHA256_BYTES];
};

/* A transaction with what the recorder adds to it. */
struct wb__eve_transaction {
    const struct wb_flow *flow;
    const struct wb_http_transaction *transaction;
    bool client_is_server; /* WB_FLOW_SERVER sends the requests */
    uint64_t anomalies;    /* of content codings: bits as in wb_http_transaction */
    struct wb__eve_body request, response;
    char name[256];           /* of its files, without their endings; "" for none */
    const char *const *files; /* their endings, up to a NULL */
    bool shared;              /* they were there before */
    bool is_cut;              /* they hold not all of the bodies, as was wanted */
    const char *lost;         /* why nothing was stored, or NULL */
};

/* The file of a client's side. */
struct wb__eve_client {
    enum wb_flow_direction direction; /* which side that is */
    const char *name;                 /* of the file, or NULL where it is lost */
    const char *lost;                 /* why */
    uint64_t bytes;
    uint64_t gap_bytes;
    uint32_t gap_count;
    const struct wb_http_gap *gaps; /* the first WB_HTTP_GAPS_KEPT; offsets in the stream */
};

/* What a flow record adds: hashes of the streams, NULL where not wanted. */
struct wb__eve_flow {
    const struct wb_flow *flow;
    bool is_http;
    const uint8_t *sha256[2];
    const struct wb__eve_client *client; /* client naming, or NULL */
};

int wb__eve_open(struct wb__eve *eve); /* 0 or WB_E_MEMORY */
void wb__eve_close(struct wb__eve *eve);

void wb__eve_http(struct wb__eve *eve, const struct wb__eve_transaction *record);
void wb__eve_flow(struct wb__eve *eve, const struct wb__eve_flow *record);
void wb__eve_flow_anomaly(struct wb__eve *eve, const struct wb_flow *flow,
                          const struct wb_flow_anomaly *anomaly);
void wb__eve_fragment_anomaly(struct wb__eve *eve, const struct wb_fragment_anomaly *anomaly);
void wb__eve_http_anomaly(struct wb__eve *eve, const struct wb_flow *flow,
                          const struct wb_http_transaction *transaction,
                          const struct wb_http_anomaly *anomaly);
/* age_ns: since the first time that the recorder was told. */
void wb__eve_stats(struct wb__eve *eve, const struct wb_stats *stats, int64_t now_ns,
                   int64_t age_ns);

/* guard: of this process. */
void wb__eve_start(struct wb__eve *eve, const struct wb_guard_state *guard, int64_t time_ns);

/* Shared by the records: the eve_*.c. */
void wb__eve_begin(struct wb__eve *eve, int64_t time_ns, const struct wb_flow *flow,
                   const char *event_type);
void wb__eve_endpoints(struct wb__eve *eve, const struct wb_flow *flow, bool is_swapped);
void wb__eve_time(struct wb__eve *eve, const char *key, int64_t time_ns);

#endif
