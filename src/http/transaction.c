/* SPDX-License-Identifier: ISC
 *
 * The memory of transactions. Taking from it is a bump of an offset; giving back
 * happens only as a whole, when the transaction is over.
 */
#include "http/transaction.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES (WB__TRANSACTION_BYTES - sizeof(struct wb__transaction))

struct wb__transaction_block {
    struct wb__transaction_block *next;
    uint64_t bytes; /* as charged */
};

/* All but the gaps, which gap_count rules. */
static void clear_message(struct wb_http_message *message)
{
    memset(message, 0, offsetof(struct wb_http_message, gaps));
}

void wb__transaction_init(struct wb__transaction *transaction)
{
    struct wb_http_transaction *told = &transaction->told;
    told->number = told->anomalies = 0;
    told->index = told->missing = 0;
    told->tunnel = false;
    told->user = told->engine = NULL;
    clear_message(&told->request);
    clear_message(&told->response);
    wb__list_init(&transaction->link);
    transaction->progress[WB_HTTP_REQUEST] = WB__NOT_BEGUN;
    transaction->progress[WB_HTTP_RESPONSE] = WB__NOT_BEGUN;
    transaction->asks_upgrade = false;
    transaction->blocks = NULL;
    transaction->used = 0;
}

static void *take_block(struct wb__transaction *transaction, struct wb__budget *budget,
                        uint64_t bytes)
{
    uint64_t charged = bytes + sizeof(struct wb__transaction_block);
    if (!wb__budget_take(budget, charged))
        return NULL;
    struct wb__transaction_block *block = malloc(charged);
    if (!block) {
        wb__budget_give(budget, charged);
        return NULL;
    }
    *block = (struct wb__transaction_block){transaction->blocks, charged};
    transaction->blocks = block;
    return block + 1;
}

void *wb__transaction_take(struct wb__transaction *transaction, struct wb__budget *budget,
                           uint64_t bytes)
{
    if (bytes > MEMORY_BYTES - transaction->used)
        return take_block(transaction, budget, bytes);
    void *memory = transaction->memory + transaction->used;
    uint32_t used = transaction->used + (((uint32_t)bytes + 7) & ~(uint32_t)7);
    transaction->used = used < MEMORY_BYTES ? used : (uint32_t)MEMORY_BYTES;
    return memory;
}

void wb__transaction_clear(struct wb__transaction *transaction, struct wb__budget *budget)
{
    while (transaction->blocks) {
        struct wb__transaction_block *block = transaction->blocks;
        transaction->blocks = block->next;
        wb__budget_give(budget, block->bytes);
        free(block);
    }
}

static struct wb_slice slice_of(const char *base, struct wb__span span)
{
    return (struct wb_slice){base + span.at, span.length};
}

/* A copy of bytes and the table of fields into it. */
static bool copy_fields(struct wb__transaction *transaction, struct wb__budget *budget,
                        const struct wb__head *head, struct wb_slice *bytes,
                        const struct wb_http_header **headers)
{
    uint64_t table_bytes = (uint64_t)head->field_count * sizeof(struct wb_http_header);
    struct wb_http_header *table =
        wb__transaction_take(transaction, budget, table_bytes + bytes->length);
    if (!table)
        return false;
    char *copy = (char *)table + table_bytes;
    memcpy(copy, bytes->data, bytes->length);
    for (uint32_t i = 0; i < head->field_count; i++) {
        table[i].name = slice_of(copy, head->fields[i].name);
        table[i].value = slice_of(copy, head->fields[i].value);
    }
    bytes->data = copy;
    *headers = table;
    return true;
}

bool wb__transaction_set_head(struct wb__transaction *transaction, struct wb__budget *budget,
                              enum wb_http_side side, const struct wb__head *head,
                              struct wb_slice bytes)
{
    struct wb_http_message *message = wb__transaction_message(transaction, side);
    if (!copy_fields(transaction, budget, head, &bytes, &message->headers))
        return false;
    message->header_count = head->field_count;
    message->head = bytes;
    message->version = head->version;
    if (side == WB_HTTP_REQUEST) {
        message->method = slice_of(bytes.data, head->method);
        message->target = slice_of(bytes.data, head->target);
    } else {
        message->status = head->status;
        message->reason = slice_of(bytes.data, head->reason);
    }
    return true;
}

bool wb__transaction_set_trailers(struct wb__transaction *transaction, struct wb__budget *budget,
                                  enum wb_http_side side, const struct wb__head *head,
                                  struct wb_slice bytes)
{
    struct wb_http_message *message = wb__transaction_message(transaction, side);
    if (!copy_fields(transaction, budget, head, &bytes, &message->trailers))
        return false;
    message->trailer_count = head->field_count;
    return true;
}

void wb__transaction_add_gap(struct wb__transaction *transaction, enum wb_http_side side,
                             uint64_t length)
{
    struct wb_http_message *message = wb__transaction_message(transaction, side);
    if (message->gap_count < WB_HTTP_GAPS_KEPT)
        message->gaps[message->gap_count] =
            (struct wb_http_gap){message->wire_bytes + message->gap_bytes, length};
    message->gap_count++;
    message->gap_bytes += length;
    transaction->told.missing |=
        side == WB_HTTP_REQUEST ? WB_HTTP_MISSING_REQUEST_GAP : WB_HTTP_MISSING_RESPONSE_GAP;
}
