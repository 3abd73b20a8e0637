/* SPDX-License-Identifier: ISC */
#include "spares.h"

#include <stdlib.h>

#define SHORTEST_BYTES 4096 /* worth keeping */
#define LOOKS_MAX      32   /* at spares, for one that fits */

/* At the beginning of its memory. */
struct spare {
    struct spare *next;
    size_t capacity;
};

uint8_t *spares_take(struct spares *spares, size_t least, size_t most, size_t *capacity)
{
    struct spare **at = &spares->first;
    for (int looks = 0; *at && looks < LOOKS_MAX; looks++, at = &(*at)->next) {
        struct spare *spare = *at;
        if (spare->capacity < least || spare->capacity > most)
            continue;
        *at = spare->next;
        *capacity = spare->capacity;
        spares->bytes -= spare->capacity;
        return (uint8_t *)spare;
    }
    return NULL;
}

void spares_give(struct spares *spares, uint8_t *bytes, size_t capacity)
{
    if (!bytes || capacity < SHORTEST_BYTES || capacity > SPARE_BYTES_MAX - spares->bytes) {
        free(bytes);
        return;
    }
    struct spare *spare = (struct spare *)(void *)bytes;
    *spare = (struct spare){spares->first, capacity};
    spares->first = spare;
    spares->bytes += capacity;
}

void spares_free(struct spares *spares)
{
    for (struct spare *spare = spares->first, *next; spare; spare = next) {
        next = spare->next;
        free(spare);
    }
    *spares = (struct spares){0};
}
