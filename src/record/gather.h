/* SPDX-License-Identifier: ISC
 *
 * Bytes of a file to be, in order, while they come:
 *
 *     [ part: written out | own: copied | vector: borrowed until the batch ends ]
 *
 * Borrowed bytes are not touched if the file is written before the batch ends. What is
 * left then is copied while it is little, and else written to a part file.
 */
#ifndef WB_RECORD_GATHER_H
#define WB_RECORD_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/budget.h"
#include "record/store.h"

#define WB__GATHER_HELD (64u << 10)     /* copied bytes that may outlive a batch */
#define WB__GATHER_IN_BATCH (1u << 20)  /* copied bytes within one */
#define WB__GATHER_VECTOR 1000u         /* borrowed pieces */

struct wb__gather {
    struct iovec *vector;
    uint32_t count, capacity;
    uint64_t borrowed; /* bytes in vector */
    uint8_t *own;
    size_t own_length, own_capacity;
    struct wb__part *part; /* NULL while nothing was written out */
};

/* Where gathered bytes go. */
struct wb__gather_to {
    struct wb__store *store;
    struct wb__budget *budget;
};

/* Adds bytes: borrowed ones stay where they are until wb__gather_settle. */
enum wb__loss wb__gather_add(const struct wb__gather_to *to, struct wb__gather *gather,
                             const uint8_t *bytes, uint32_t length, bool borrowed);

/* Will the next settle write out? */
bool wb__gather_is_large(const struct wb__gather *gather);

/* Lets go of borrowed bytes: copies or writes them. */
enum wb__loss wb__gather_settle(const struct wb__gather_to *to, struct wb__gather *gather);

/* Writes everything to the part, which is made even for no bytes. */
enum wb__loss wb__gather_write(const struct wb__gather_to *to, struct wb__gather *gather);

/* What is in memory as a vector of at most WB__GATHER_VECTOR + 1; returns the count. */
unsigned wb__gather_vector(const struct wb__gather *gather, struct iovec *vector);

/* Forgets everything, removes the part; keeps the vector's memory for the next use. */
void wb__gather_reset(const struct wb__gather_to *to, struct wb__gather *gather);
void wb__gather_free(const struct wb__gather_to *to, struct wb__gather *gather);

/* A new part on the heap, or NULL with *loss set; and its end. */
struct wb__part *wb__gather_new_part(const struct wb__gather_to *to, enum wb__loss *loss);
void wb__gather_drop_part(const struct wb__gather_to *to, struct wb__part **part);

#endif
