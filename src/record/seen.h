/* SPDX-License-Identifier: ISC
 *
 * What is stored under which name: a table of 128-bit keyed digests, so that a repeated
 * ETag with the same body costs no system call, and a name with many bodies no search.
 *
 *     name              -> the next free version of it
 *     (name, body)      -> the version that holds this body
 *
 * The digest is XXH3 with a secret of random bytes made at open. It is no cryptographic
 * hash, but who wants a collision would have to know the secret or see digests: neither
 * ever leaves the process, and what follows from a collision (a body counted as shared
 * that is not) cannot be observed on the wire.
 */
#ifndef WB_RECORD_SEEN_H
#define WB_RECORD_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xxhash.h>

#include "base/budget.h"

#define WB__SEEN_LIMIT (1u << 20) /* entries; 48 MiB with the free ones */

struct wb__seen_entry {
    XXH128_hash_t key; /* both words 0: free */
    uint32_t version;
};

struct wb__seen {
    uint8_t secret[192];
    struct wb__seen_entry *entries;
    size_t count, capacity; /* capacity is a power of two */
    size_t limit;
    struct wb__budget memory; /* no limit but that of entries */
};

/* 0, or WB_E_SYSTEM without random bytes. Takes its memory as it grows. */
int wb__seen_open(struct wb__seen *seen, size_t limit);
void wb__seen_close(struct wb__seen *seen);

/* The key of a name, and of a body under that name. */
XXH128_hash_t wb__seen_name(const struct wb__seen *seen, const char *name, bool is_incomplete);
XXH128_hash_t wb__seen_body(const struct wb__seen *seen, XXH128_hash_t name, XXH128_hash_t body,
                            uint64_t length);

/* The version of a key, or 0 where it is not known. */
uint32_t wb__seen_find(const struct wb__seen *seen, XXH128_hash_t key);

/* Remembers it. False when the table was full, and all others were forgotten for it: names
 * in use come back soon, and a full table that kept the old ones would never learn them. */
bool wb__seen_put(struct wb__seen *seen, XXH128_hash_t key, uint32_t version);

#endif
