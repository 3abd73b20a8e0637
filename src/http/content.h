/* SPDX-License-Identifier: ISC
 *
 * Content codings (RFC 9110, 8.4.1): gzip, deflate, br and zstd, alone or stacked,
 * decoded as the bytes come, under limits of size and ratio. The decoders are zlib,
 * brotli and zstd.
 */
#ifndef WB_HTTP_CONTENT_H
#define WB_HTTP_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include <wirebeam/http.h>

#include "base/budget.h"

struct wb__content;

/* Called with decoded bytes, borrowed for the call. */
typedef void wb__content_sink(void *context, const uint8_t *bytes, uint32_t length);

enum wb__content_status {
    WB__CONTENT_OK = 0,
    WB__CONTENT_UNKNOWN,   /* a coding that is not known: nothing is decoded */
    WB__CONTENT_INVALID,   /* the coded bytes are broken, and what came before stays; or
                              they were never in that coding, and come out as they are */
    WB__CONTENT_CUT,       /* the end came before the end of the coding */
    WB__CONTENT_RATIO,     /* out:in is over max_decoded_ratio */
    WB__CONTENT_LIMIT,     /* more than max_decoded_body */
    WB__CONTENT_NO_MEMORY,
};

/* A decoder for the value of a Content-Encoding field ("gzip", "gzip, br", "x-gzip",
 * "identity"). NULL for identity or none, and then *status is OK; NULL with another
 * *status where it cannot be decoded. options gives the limits; all memory of the decoder is
 * charged to budget, which outlives it. */
struct wb__content *wb__content_new(struct wb_slice codings, const struct wb_http_options *options,
                                    struct wb__budget *budget, enum wb__content_status *status);

/* Decodes bytes into sink. Anything but OK is final: later bytes are ignored. That bytes
 * are not in their coding is told at the end only. */
enum wb__content_status wb__content_write(struct wb__content *content, const uint8_t *bytes,
                                          uint32_t length, wb__content_sink *sink, void *context);

/* Tells whether the coding came to its end. */
enum wb__content_status wb__content_finish(struct wb__content *content, wb__content_sink *sink,
                                           void *context);

void wb__content_free(struct wb__content *content); /* NULL is accepted */

#endif
