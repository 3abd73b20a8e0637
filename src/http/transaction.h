/* SPDX-License-Identifier: ISC
 *
 * A transaction and the memory that it owns: heads, field tables, trailers. Most fit
 * into the object itself, which is recycled; what does not is allocated under the
 * budget of the stage. The bytes of a body never come here.
 */
#ifndef WB_HTTP_TRANSACTION_H
#define WB_HTTP_TRANSACTION_H

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/http.h>

#include "base/budget.h"
#include "base/list.h"
#include "http/head.h"

/* Sixteen of them fill a page of the slab. */
#define WB__TRANSACTION_BYTES 4080

struct wb__transaction_block;

/* How far one side of a transaction is. */
enum wb__progress {
    WB__NOT_BEGUN = 0,
    WB__BEGUN, /* a first byte of its message was seen */
    WB__DONE,  /* nothing of it is to come */
};

struct wb__transaction {
    struct wb_http_transaction told; /* what events show */
    struct wb__link link;            /* in its stream's list, in order of beginning */
    uint8_t progress[2];             /* enum wb__progress by enum wb_http_side */
    bool asks_upgrade;               /* the request has an Upgrade field */
    bool request_came_first;         /* of a held response: part of the request was there */
    struct wb__transaction_block *blocks;
    uint32_t used; /* of memory */
    alignas(16) uint8_t memory[];
};

/* Resets an object of WB__TRANSACTION_BYTES bytes. */
void wb__transaction_init(struct wb__transaction *transaction);

/* Memory that lives as long as the transaction, aligned to 8, or NULL. */
void *wb__transaction_take(struct wb__transaction *transaction, struct wb__budget *budget,
                           uint64_t bytes);

/* Gives back what did not fit into the object; not the object. */
void wb__transaction_clear(struct wb__transaction *transaction, struct wb__budget *budget);

static inline struct wb_http_message *wb__transaction_message(struct wb__transaction *transaction,
                                                              enum wb_http_side side)
{
    return side == WB_HTTP_REQUEST ? &transaction->told.request : &transaction->told.response;
}

/* Copies a parsed head that lies at bytes into the transaction and fills in its
 * message. False when there is no memory. */
bool wb__transaction_set_head(struct wb__transaction *transaction, struct wb__budget *budget,
                              enum wb_http_side side, const struct wb__head *head,
                              struct wb_slice bytes);

/* The same for a trailer section. */
bool wb__transaction_set_trailers(struct wb__transaction *transaction, struct wb__budget *budget,
                                  enum wb_http_side side, const struct wb__head *head,
                                  struct wb_slice bytes);

/* Notes length missing bytes at this place of a message. */
void wb__transaction_add_gap(struct wb__transaction *transaction, enum wb_http_side side,
                             uint64_t length);

#endif
