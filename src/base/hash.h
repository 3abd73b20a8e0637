/* SPDX-License-Identifier: ISC
 *
 * The keyed hash of the tables whose keys come from the wire: SipHash-1-3 (Aumasson
 * and Bernstein, "SipHash: a fast short-input PRF", 2012) over whole 64-bit words.
 * Who does not know the key cannot make keys collide.
 */
#ifndef WB_BASE_HASH_H
#define WB_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct wb__hash_key {
    uint64_t k0, k1;
};

static inline uint64_t wb__rotate_left(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void wb__sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = wb__rotate_left(v[1], 13) ^ v[0];
    v[0] = wb__rotate_left(v[0], 32);
    v[2] += v[3];
    v[3] = wb__rotate_left(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = wb__rotate_left(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = wb__rotate_left(v[1], 17) ^ v[2];
    v[2] = wb__rotate_left(v[2], 32);
}

/* The hash of count words in host order. */
static inline uint64_t wb__hash(const struct wb__hash_key *key, const uint64_t *words,
                                size_t count)
{
    uint64_t v[4] = {
        key->k0 ^ UINT64_C(0x736f6d6570736575),
        key->k1 ^ UINT64_C(0x646f72616e646f6d),
        key->k0 ^ UINT64_C(0x6c7967656e657261),
        key->k1 ^ UINT64_C(0x7465646279746573),
    };
    for (size_t i = 0; i < count; i++) {
        v[3] ^= words[i];
        wb__sip_round(v);
        v[0] ^= words[i];
    }
    uint64_t last = (uint64_t)(count * 8) << 56;
    v[3] ^= last;
    wb__sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    wb__sip_round(v);
    wb__sip_round(v);
    wb__sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

#endif
