/* SPDX-License-Identifier: ISC
 *
 * Content codings under any bytes. An input is the value of a Content-Encoding up to
 * its line feed, a byte that says how the rest is cut, and the coded bytes. What must
 * hold: the limits on size are kept, a final status stays, and the bytes that come
 * out do not depend on the cuts.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_DECODED (4 << 20)

#define REQUIRE(condition) \
    do {                   \
        if (!(condition))  \
            abort();       \
    } while (0)

struct watch {
    uint64_t produced, digest;
};

static void on_decoded(void *context, const uint8_t *bytes, uint32_t length)
{
    struct watch *watch = context;
    watch->produced += length;
    for (uint32_t i = 0; i < length; i++)
        watch->digest = (watch->digest ^ bytes[i]) * UINT64_C(0x100000001b3);
}

/* The final status, or -1 where nothing is to be decoded. */
static int decode(struct wb_slice codings, const uint8_t *bytes, size_t length, size_t piece,
                  struct watch *watch)
{
    struct wb_http_options options = {.max_decoded_body = MAX_DECODED, .max_decoded_ratio = 2000};
    struct wb__budget budget = {.limit = 64 << 20};
    enum wb__content_status status;
    struct wb__content *content = wb__content_new(codings, &options, &budget, &status);
    *watch = (struct watch){0};
    if (!content) {
        REQUIRE(budget.used == 0);
        return -1;
    }
    for (size_t at = 0; at < length; at += piece) {
        size_t more = length - at < piece ? length - at : piece;
        enum wb__content_status before = status;
        status = wb__content_write(content, bytes + at, (uint32_t)more, on_decoded, watch);
        REQUIRE(before == WB__CONTENT_OK || before == status);
    }
    enum wb__content_status last = wb__content_finish(content, on_decoded, watch);
    REQUIRE(status == WB__CONTENT_OK || status == last);
    REQUIRE(watch->produced <= MAX_DECODED);
    wb__content_free(content);
    REQUIRE(budget.used == 0);
    return last;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line_end = size ? memchr(data, '\n', size) : NULL;
    if (!line_end || (size_t)(line_end - data) + 2 > size)
        return 0;
    struct wb_slice codings = {(const char *)data, (uint32_t)(line_end - data)};
    size_t piece = (size_t)line_end[1] + 1;
    const uint8_t *bytes = line_end + 2;
    size_t length = size - (size_t)(bytes - data);
    struct watch whole, cut;
    int whole_status = decode(codings, bytes, length, length + 1, &whole);
    int cut_status = decode(codings, bytes, length, piece, &cut);
    if (whole_status <= WB__CONTENT_OK || whole_status == WB__CONTENT_CUT) {
        REQUIRE(cut_status == whole_status);
        REQUIRE(whole.produced == cut.produced && whole.digest == cut.digest);
    }
    return 0;
}
