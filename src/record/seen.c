/* SPDX-License-Identifier: ISC
 *
 * The table of names and bodies (see seen.h): open addressing, at most three quarters
 * full, never shrinks. Keys are already uniform, so their low bits are the place.
 */
#include "record/seen.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wirebeam/error.h>

#define CAPACITY_FIRST 1024

int wb__seen_open(struct wb__seen *seen, size_t limit)
{
    memset(seen, 0, sizeof *seen);
    seen->limit = limit;
    return getentropy(seen->secret, sizeof seen->secret) == 0 ? 0 : WB_E_SYSTEM;
}

void wb__seen_close(struct wb__seen *seen)
{
    free(seen->entries);
    memset(seen, 0, sizeof *seen);
}

XXH128_hash_t wb__seen_name(const struct wb__seen *seen, const char *name, bool is_incomplete)
{
    char text[256];
    size_t length = strnlen(name, sizeof text - 1);
    text[0] = is_incomplete ? 'i' : 'c';
    memcpy(text + 1, name, length);
    return XXH3_128bits_withSecret(text, length + 1, seen->secret, sizeof seen->secret);
}

XXH128_hash_t wb__seen_body(const struct wb__seen *seen, XXH128_hash_t name, XXH128_hash_t body,
                            uint64_t length)
{
    uint64_t words[5] = {name.low64, name.high64, body.low64, body.high64, length};
    return XXH3_128bits_withSecret(words, sizeof words, seen->secret, sizeof seen->secret);
}

static bool is_free(const struct wb__seen_entry *entry)
{
    return !entry->key.low64 && !entry->key.high64;
}

/* The entry of the key, or the free one where it would go. */
static struct wb__seen_entry *place(const struct wb__seen *seen, XXH128_hash_t key)
{
    size_t mask = seen->capacity - 1;
    size_t at = (size_t)key.low64 & mask;
    while (!is_free(&seen->entries[at]) && !XXH128_isEqual(seen->entries[at].key, key))
        at = (at + 1) & mask;
    return &seen->entries[at];
}

uint32_t wb__seen_find(const struct wb__seen *seen, XXH128_hash_t key)
{
    return seen->capacity ? place(seen, key)->version : 0;
}

static bool grow(struct wb__seen *seen)
{
    struct wb__seen grown = *seen;
    grown.capacity = seen->capacity ? 2 * seen->capacity : CAPACITY_FIRST;
    grown.entries = calloc(grown.capacity, sizeof *grown.entries);
    if (!grown.entries)
        return false;
    wb__budget_take(&seen->memory, grown.capacity * sizeof *grown.entries);
    wb__budget_give(&seen->memory, seen->capacity * sizeof *seen->entries);
    for (size_t i = 0; i < seen->capacity; i++)
        if (!is_free(&seen->entries[i]))
            *place(&grown, seen->entries[i].key) = seen->entries[i];
    free(seen->entries);
    seen->entries = grown.entries;
    seen->capacity = grown.capacity;
    return true;
}

static void forget_all(struct wb__seen *seen)
{
    memset(seen->entries, 0, seen->capacity * sizeof *seen->entries);
    seen->count = 0;
}

bool wb__seen_put(struct wb__seen *seen, XXH128_hash_t key, uint32_t version)
{
    bool is_full = seen->count && seen->count >= seen->limit;
    if (is_full)
        forget_all(seen);
    if (seen->count >= seen->capacity / 4 * 3 && !grow(seen))
        return false;
    struct wb__seen_entry *entry = place(seen, key);
    if (is_free(entry)) {
        seen->count++;
        entry->key = key;
    }
    entry->version = version;
    return !is_full;
}
