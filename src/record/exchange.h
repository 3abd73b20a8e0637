/* SPDX-License-Identifier: ISC
 *
 * Exchanges: transactions while they come. The bytes of their files, gathered each side apart
 * (they may interleave in time), the content decoded, the hashes that are needed.
 * keep.c makes the files when a transaction is over.
 *
 *     request bytes  -> request --.
 *                                 +-> NAME.http
 *     response bytes -> response -'
 *       its body     -> content coding -> body -> NAME.body, SHA-256, digest
 */
#ifndef WB_RECORD_EXCHANGE_H
#define WB_RECORD_EXCHANGE_H

#include <openssl/evp.h>
#include <xxhash.h>

#include "base/list.h"
#include "http/content.h"
#include "record/eve.h"
#include "record/spool.h"
#include "record/recorder.h"

struct wb__exchange {
    struct wb__link dirty; /* in recorder->dirty while bytes came in this batch */
    struct wb__link all;   /* in recorder->transactions */
    const struct wb_http_transaction *http;
    struct wb__spool request, response, body;
    bool is_joined;    /* the request stands in front of the response in its part */
    bool body_begun;   /* hashes and content coding are chosen */
    bool content_over; /* nothing more is decoded: a gap or an error */
    bool has_digest;   /* needed for the name */
    enum wb__loss loss;
    struct wb__content *content; /* NULL: the content is the body */
    bool is_coded;
    uint64_t anomalies;    /* of the content coding */
    uint64_t body_length;  /* of the response's content */
    uint64_t held_content; /* of these bytes, for .body */
    uint64_t held_body[2]; /* by side, for .http */
    bool is_cut;           /* max_body or no_bodies left something out */
    bool is_side_cut[2];   /* then nothing more of the message is held */
    EVP_MD_CTX *sha256[2]; /* by side; kept for the next user */
    bool has_sha256[2];
    XXH3_state_t *digest;
    uint64_t state_bytes; /* charged to recorder->states */
};

/* The transaction of *state, made where there is none yet; NULL without memory. */
struct wb__exchange *wb__exchange_of(struct wb__recorder *recorder, void **state,
                                     const struct wb_http_transaction *http);

void wb__exchange_bytes(struct wb__recorder *recorder, struct wb__exchange *exchange,
                        enum wb_http_side side, enum wb_http_part part, struct wb_slice bytes,
                        bool borrowed);
void wb__exchange_gap(struct wb__exchange *exchange, enum wb_http_side side);

/* The bytes of the batch are about to go. */
void wb__exchange_settle(struct wb__recorder *recorder, struct wb__exchange *exchange);

/* No more bytes come: ends content coding and hashes, and fills in what is known. */
void wb__exchange_finish(struct wb__recorder *recorder, struct wb__exchange *exchange,
                         struct wb__eve_transaction *record);

/* Puts request and response together in one part; NULL with *loss set where that fails. */
struct wb__part *wb__exchange_http_part(struct wb__recorder *recorder,
                                        struct wb__exchange *exchange, enum wb__loss *loss);
struct wb__part *wb__exchange_body_part(struct wb__recorder *recorder,
                                        struct wb__exchange *exchange, enum wb__loss *loss);

/* Gives the transaction back; at the end of the run, frees those that are kept. */
void wb__exchange_release(struct wb__recorder *recorder, struct wb__exchange *exchange);
void wb__exchange_free_all(struct wb__recorder *recorder);

/* keep.c: names and stores the files of a finished transaction. Fills in record, and
 * returns whether the recorder's line already is its JSON record. */
bool wb__keep(struct wb__recorder *recorder, struct wb__exchange *exchange,
              struct wb__eve_transaction *record);

#endif
