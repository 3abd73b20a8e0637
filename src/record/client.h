/* SPDX-License-Identifier: ISC
 *
 * Streams while they come: the bytes of the client's side of a connection (client
 * naming), and the hash of each direction (hash_streams). Which side is the client's
 * may be known only at the end; until then both are held.
 */
#ifndef WB_RECORD_CLIENT_H
#define WB_RECORD_CLIENT_H

#include <openssl/evp.h>

#include "base/list.h"
#include "record/eve.h"
#include "record/spool.h"
#include "record/recorder.h"

struct wb__client_half {
    struct wb__spool bytes;
    EVP_MD_CTX *sha256; /* NULL where not wanted */
    uint64_t length;    /* stream bytes, without gaps */
    uint64_t gap_bytes;
    uint32_t gap_count;
    struct wb_http_gap gaps[WB_HTTP_GAPS_KEPT];
    enum wb__loss loss; /* of the file that it would be */
};

struct wb__client {
    struct wb__link dirty, all;
    bool is_decided; /* only half[client] is held, or nothing */
    int client;      /* -1: nobody */
    struct wb__client_half half[2];
};

/* The state of a flow, made where there is none yet; NULL without memory. */
struct wb__client *wb__client_of(struct wb__recorder *recorder, void **state);

void wb__client_bytes(struct wb__recorder *recorder, struct wb__client *client,
                      enum wb_flow_direction direction, struct wb_slice bytes, bool borrowed);
void wb__client_gap(struct wb__client *client, enum wb_flow_direction direction, uint64_t offset,
                    uint64_t length);

/* client: the side to keep; -1: none, the flow is not HTTP. */
void wb__client_decide(struct wb__recorder *recorder, struct wb__client *client, int side);

/* The bytes of the batch are about to go. */
void wb__client_settle(struct wb__recorder *recorder, struct wb__client *client);

/* Ends the flow: writes its file and its JSON record. state may hold NULL. */
void wb__client_end(struct wb__recorder *recorder, void **state, const struct wb_flow *flow,
                    bool is_http);

void wb__client_free_all(struct wb__recorder *recorder);

#endif
