/* SPDX-License-Identifier: ISC
 *
 * Bytes of a file to be, in order, while they come:
 *
 *     [ part: written out | own: copied | vector: borrowed until the batch ends ]
 *
 * Borrowed bytes are not touched if the file is written before the batch ends. What is
 * left then is copied while it is little, and else written to a part file.
 */
#ifndef WB_RECORD_SPOOL_H
#define WB_RECORD_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/budget.h"
#include "record/part.h"

#define WB__SPOOL_HELD (64u << 10)    /* copied bytes that may outlive a batch */
#define WB__SPOOL_IN_BATCH (1u << 20) /* copied bytes within one */
#define WB__SPOOL_VECTOR 1000u        /* borrowed pieces */

struct wb__spool {
    struct iovec *vector;
    uint32_t count, capacity;
    uint64_t borrowed; /* bytes in vector */
    uint8_t *own;
    size_t own_length, own_capacity;
    struct wb__part *part; /* NULL while nothing was written out */
};

/* Where gathered bytes go. */
struct wb__spool_to {
    struct wb__store *store;
    struct wb__budget *budget;
};

/* Adds bytes: borrowed ones stay where they are until wb__spool_settle. */
enum wb__loss wb__spool_add(const struct wb__spool_to *to, struct wb__spool *spool,
                            const uint8_t *bytes, uint32_t length, bool borrowed);

/* Will the next settle write out? */
bool wb__spool_is_large(const struct wb__spool *spool);

/* Lets go of borrowed bytes: copies or writes them. */
enum wb__loss wb__spool_settle(const struct wb__spool_to *to, struct wb__spool *spool);

/* Writes everything to the part, which is made even for no bytes. is_final: it will be
 * published or dropped at once (see wb__part_create). */
enum wb__loss wb__spool_write(const struct wb__spool_to *to, struct wb__spool *spool,
                              bool is_final);

/* What is in memory as a vector of at most WB__SPOOL_VECTOR + 1; returns the count. */
unsigned wb__spool_vector(const struct wb__spool *spool, struct iovec *vector);

/* Forgets everything, removes the part; keeps the vector's memory for the next use. */
void wb__spool_reset(const struct wb__spool_to *to, struct wb__spool *spool);
void wb__spool_free(const struct wb__spool_to *to, struct wb__spool *spool);

/* A new part on the heap, or NULL with *loss set; and its end. */
struct wb__part *wb__spool_new_part(const struct wb__spool_to *to, bool is_final,
                                    enum wb__loss *loss);
void wb__spool_drop_part(const struct wb__spool_to *to, struct wb__part **part);

#endif
