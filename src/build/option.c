/* SPDX-License-Identifier: ISC */
#include "build/option.h"

#include <stdlib.h>
#include <string.h>

#include <wirebeam/error.h>

/* Of IPv4 and TCP alike: RFC 791, 3.1; RFC 9293, 3.1. */
#define END          0
#define NO_OPERATION 1
#define OPTION_MAX   255 /* that its length can name */

/* An option in a list of them; where there is none, its place and no bytes. */
struct found {
    const uint8_t *list;
    uint32_t offset, length;
    uint32_t end; /* of the list, without what fills it up */
};

/* Its bytes; 0 where there are not so many. */
static uint32_t option_bytes(const uint8_t *option, uint32_t left)
{
    if (option[0] == NO_OPERATION)
        return 1;
    return left >= 2 && option[1] >= 2 && option[1] <= left ? option[1] : 0;
}

/* A list that is malformed has no end before that of its bytes. */
static struct found find(const struct wb_draft *draft, const struct wb__value *options,
                         uint8_t type)
{
    uint32_t all = options->is_set ? options->length : 0;
    struct found found = {.list = all > 0 ? draft->bytes + options->offset : NULL};
    uint32_t at = 0;
    while (at < all && found.list[at] != END) {
        uint32_t length = option_bytes(found.list + at, all - at);
        if (length == 0)
            at = all;
        else if (found.length == 0 && found.list[at] == type)
            found = (struct found){found.list, at, length, 0};
        at += length;
    }
    found.end = at;
    if (found.length == 0)
        found.offset = at;
    return found;
}

/* The list with other bytes in place of those found. */
static int replace(struct wb_draft *draft, struct wb__value *options, const struct found *found,
                   const uint8_t *option, uint32_t length)
{
    uint32_t behind = found->offset + found->length, rest = found->end - behind;
    uint8_t *list = malloc((size_t)found->offset + length + rest + 1);
    if (!list)
        return WB_E_MEMORY;
    if (found->offset > 0)
        memcpy(list, found->list, found->offset);
    memcpy(list + found->offset, option, length);
    if (rest > 0)
        memcpy(list + found->offset + length, found->list + behind, rest);
    int result = wb__draft_keep(draft, options, list, (size_t)found->offset + length + rest);
    free(list);
    return result;
}

int wb__option_remove(struct wb_draft *draft, struct wb__value *options,
                      const struct wb__field *field)
{
    static const uint8_t none[1];
    struct found found = find(draft, options, field->option);
    return found.length > 0 ? replace(draft, options, &found, none, 0) : 0;
}

/* Other fields of the same option stay as they are. */
int wb__option_number(struct wb_draft *draft, struct wb__value *options,
                      const struct wb__field *field, uint64_t number)
{
    struct found found = find(draft, options, field->option);
    uint8_t option[OPTION_MAX] = {0};
    bool has_value = field->bit < field->option_bytes * 8U;
    if (!has_value && number == 0)
        return wb__option_remove(draft, options, field);
    if (found.length == field->option_bytes)
        memcpy(option, found.list + found.offset, found.length);
    option[0] = field->option;
    option[1] = field->option_bytes;
    if (has_value)
        wb__field_put(field, option, number);
    return replace(draft, options, &found, option, field->option_bytes);
}

int wb__option_bytes(struct wb_draft *draft, struct wb__value *options,
                     const struct wb__field *field, const void *bytes, size_t length)
{
    struct found found = find(draft, options, field->option);
    uint8_t option[OPTION_MAX] = {field->option, 0, field->option_pointer};
    uint32_t before = field->option_pointer ? 3 : 2;
    if (length > OPTION_MAX - before)
        return WB_E_ARGUMENT;
    option[1] = (uint8_t)(before + length);
    if (length > 0)
        memcpy(option + before, bytes, length);
    return replace(draft, options, &found, option, option[1]);
}

bool wb__option_is_set(const struct wb_draft *draft, const struct wb__value *options,
                       const struct wb__field *field)
{
    return find(draft, options, field->option).length > 0;
}
