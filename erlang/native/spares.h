/* SPDX-License-Identifier: ISC
 *
 * Memory of bodies that were sent, for those that come: it is still in the processor's cache,
 * and the system need not take it back and give it anew, page by page. The allocator of the
 * virtual machine does that for every frame. At most SPARE_BYTES_MAX wait here.
 */
#ifndef WIREBEAM_NATIVE_SPARES_H
#define WIREBEAM_NATIVE_SPARES_H

#include <stddef.h>
#include <stdint.h>

#define SPARE_BYTES_MAX ((size_t)1 << 20)

struct spares {
    struct spare *first; /* given last */
    size_t bytes;
};

/* Memory of at least so many bytes and at most so many, and how many they are; NULL where there
 * is none such. */
uint8_t *spares_take(struct spares *spares, size_t least, size_t most, size_t *capacity);

/* Takes over what malloc gave, or NULL. */
void spares_give(struct spares *spares, uint8_t *bytes, size_t capacity);

void spares_free(struct spares *spares);

#endif
