/* SPDX-License-Identifier: ISC
 *
 * The words that anybody may start wirebeam-open with. Input: words, each ended by a NUL. What
 * is accepted has a name that a device can have, a whole path or none, and says the same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

#define WORDS_MAX 12
#define CHECK(condition)  \
    do {                  \
        if (!(condition)) \
            abort();      \
    } while (0)

static void check(const struct request *request)
{
    CHECK(is_device_name(request->name));
    CHECK(!*request->netns || is_whole_path(request->netns));
    CHECK(verb_of(verb_word(request->verb)) == (int)request->verb);
    CHECK(!request->has_filter || request->verb == WB_OPENER_PACKET);
    CHECK(!request->is_tap || request->verb == WB_OPENER_TUN);
    CHECK(memchr(request->netns, '\0', sizeof request->netns));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    const char *words[WORDS_MAX];
    size_t count = 0;
    struct request request;
    struct wb_error error = {0};
    CHECK(copy);
    memcpy(copy, data, size);
    copy[size] = '\0';
    for (size_t at = 0; at < size && count < WORDS_MAX; at += strlen(copy + at) + 1)
        words[count++] = copy + at;
    int code = request_parse(&request, words, count, &error);
    CHECK(code == 0 || (code == WB_E_ARGUMENT && error.code == code && *error.text));
    if (code == 0)
        check(&request);
    free(copy);
    return 0;
}
