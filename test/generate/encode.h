/* SPDX-License-Identifier: ISC
 *
 * Content codings as senders make them, by the encoders of zlib, brotli and zstd. Each
 * frees its input.
 */
#ifndef TEST_GENERATE_ENCODE_H
#define TEST_GENERATE_ENCODE_H

#include "support/bytes.h"

struct bytes encode_gzip(struct bytes plain);    /* RFC 1952 */
struct bytes encode_zlib(struct bytes plain);    /* RFC 1950: what "deflate" means */
struct bytes encode_deflate(struct bytes plain); /* RFC 1951: what some servers send */
struct bytes encode_brotli(struct bytes plain);
struct bytes encode_zstd(struct bytes plain);

/* A gzip member of mib MiB zeros, 1,020 times smaller, made in no time: one compressed
 * block of 8 MiB again and again. mib is a multiple of 8. */
struct bytes encode_gzip_zeros(unsigned mib);

#endif
