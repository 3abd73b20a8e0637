/* SPDX-License-Identifier: ISC
 *
 * A draft: its layers, and for each the values that were set. Bytes lie one behind the other in
 * one block, which only grows.
 */
#ifndef WB_BUILD_DRAFT_H
#define WB_BUILD_DRAFT_H

#include "build/layer.h"

struct wb__value {
    bool is_set;
    uint64_t number;
    uint32_t offset, length; /* of bytes, in the draft's block */
};

struct wb__draft_layer {
    uint8_t kind;
    struct wb__value values[WB__FIELDS_MAX]; /* of the fields in the kind's table */
    struct wb__value header; /* in their place, where it is set; of the payload its bytes */
    struct wb__value trailer;
};

struct wb_draft {
    unsigned count;
    struct wb__draft_layer layers[WB_LAYERS_MAX + 1]; /* the payload is one more */
    uint8_t *bytes;
    uint32_t used, room;
};

/* A field of a kind by its index, as wb_draft_field_find has it; NULL beyond the last one. */
const struct wb__field *wb__draft_field(unsigned kind, unsigned index);

/* The field that is set at the same place as this one would be; NULL where none is. */
const struct wb__field *wb__draft_rival(const struct wb_draft *draft, unsigned layer,
                                        const struct wb__field *field);

/* Copies bytes into the block. 0, WB_E_LIMIT or WB_E_MEMORY. */
int wb__draft_keep(struct wb_draft *draft, struct wb__value *value, const void *bytes,
                   size_t length);

/* Is the innermost IP around a layer version 6? */
bool wb__draft_is_in_ip6(const struct wb_draft *draft, unsigned layer);

/* Does a number fit into a field? */
bool wb__field_fits(const struct wb__field *field, uint64_t number);

/* The bits of a field at the beginning of header: a number as it is set, in the field's unit. */
void wb__field_put(const struct wb__field *field, uint8_t *header, uint64_t number);
uint64_t wb__field_get(const struct wb__field *field, const uint8_t *header);

#endif
