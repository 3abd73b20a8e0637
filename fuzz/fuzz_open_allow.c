/* SPDX-License-Identifier: ISC
 *
 * The allow-list of wirebeam-open. Input: a first byte that chooses the verb, the name of an
 * interface up to a newline, then the list. Which lines are rules does not depend on the caller;
 * what is permitted to nobody is not permitted.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "allow.h"

#define CHECK(condition)  \
    do {                  \
        if (!(condition)) \
            abort();      \
    } while (0)

static bool yes(const void *context, const char *name)
{
    (void)context;
    CHECK(*name && strlen(name) <= LINE_MAX_BYTES);
    return true;
}

static bool no(const void *context, const char *name)
{
    (void)context, (void)name;
    return false;
}

static const struct caller_answers everybody = {yes, yes, NULL}, nobody = {no, no, NULL};

static void check(const struct permit *permit)
{
    CHECK(permit->line > 0 && permit->port_count <= PORTS_MAX);
    for (unsigned i = 0; i < permit->port_count; i++)
        CHECK(permit->ports[i].first <= permit->ports[i].last);
}

/* In memory of its own, so that a sanitizer sees what is read beyond it. */
static void find_in(const struct request *request, const uint8_t *list, size_t length)
{
    struct permit permit, again;
    struct wb_error error = {0};
    char *copy = malloc(length + 1);
    CHECK(copy);
    memcpy(copy, list, length);
    copy = realloc(copy, length ? length : 1);
    CHECK(copy);
    int code = allow_find(&permit, copy, length, request, &everybody, &error);
    CHECK(code == 0 || code == 1 || (code == WB_E_FORMAT && *error.text));
    if (code == 1)
        check(&permit);
    int other = allow_find(&again, copy, length, request, &nobody, &error);
    CHECK(other == (code == WB_E_FORMAT ? WB_E_FORMAT : 0));
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request request = {.verb = WB_OPENER_PACKET};
    const uint8_t *newline = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    if (!newline || newline - data > NAME_MAX_BYTES)
        return 0;
    request.verb = (enum wb_opener_verb)(data[0] % (WB_OPENER_TUN + 1));
    memcpy(request.name, data + 1, (size_t)(newline - data) - 1);
    if (!is_device_name(request.name))
        return 0;
    find_in(&request, newline + 1, (size_t)(data + size - newline) - 1);
    return 0;
}
