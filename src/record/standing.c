/* SPDX-License-Identifier: ISC */
#include "record/standing.h"

#include <string.h>
#include <sys/mman.h>

#include "base/shared.h"

#define TEXT_MAX    ((1 + WB__STANDING_FILES) * WB__NAME_SIZE)
#define PUNCH_BYTES ((uint64_t)1 << 20) /* memory is given back in such pieces */

/* In the ring; behind it the stem and each ending, with their NULs. */
struct head {
    struct wb__standing_set set;
    uint32_t text_size;
};

struct wb__standing *wb__standing_new(void)
{
    return wb__shared_new(sizeof(struct wb__standing));
}

void wb__standing_free(struct wb__standing *standing)
{
    wb__shared_free(standing, sizeof *standing);
}

/* ---- The ring --------------------------------------------------------------------- */

static size_t before_wrap(uint64_t at, size_t length)
{
    uint64_t left = WB__STANDING_BYTES - at % WB__STANDING_BYTES;
    return length < left ? length : (size_t)left;
}

static void copy_in(struct wb__standing *standing, uint64_t at, const void *from, size_t length)
{
    size_t first = before_wrap(at, length);
    memcpy(standing->ring + at % WB__STANDING_BYTES, from, first);
    memcpy(standing->ring, (const uint8_t *)from + first, length - first);
}

static void copy_out(const struct wb__standing *standing, uint64_t at, void *to, size_t length)
{
    size_t first = before_wrap(at, length);
    memcpy(to, standing->ring + at % WB__STANDING_BYTES, first);
    memcpy((uint8_t *)to + first, standing->ring, length - first);
}

/* The system may have back what lies before the oldest set, but where the latest ones lie already.
 */
static void punch(struct wb__standing *standing, uint64_t from, uint64_t to)
{
#ifdef MADV_REMOVE
    for (uint64_t at = from - from % PUNCH_BYTES; to - at >= PUNCH_BYTES; at += PUNCH_BYTES)
        if (standing->end - at <= WB__STANDING_BYTES)
            madvise(standing->ring + at % WB__STANDING_BYTES, PUNCH_BYTES, MADV_REMOVE);
#else
    (void)standing, (void)from, (void)to;
#endif
}

/* ---- Sets ------------------------------------------------------------------------- */

/* The text of a set: its stem, and each ending. Returns its length, with the NULs. */
static uint32_t make_text(char text[TEXT_MAX], const char *stem, const char *const *endings)
{
    size_t used = strlen(stem) + 1;
    memcpy(text, stem, used);
    for (; *endings; endings++) {
        size_t size = strlen(*endings) + 1;
        memcpy(text + used, *endings, size);
        used += size;
    }
    return (uint32_t)used;
}

uint64_t wb__standing_put(struct wb__standing *standing, const char *stem,
                          const char *const *endings, const struct wb__standing_set *set)
{
    char text[TEXT_MAX];
    struct head head = {*set, make_text(text, stem, endings)};
    uint64_t size = sizeof head + head.text_size;
    if (size > WB__STANDING_BYTES - wb__standing_length(standing))
        return 0;
    copy_in(standing, standing->end, &head, sizeof head);
    copy_in(standing, standing->end + sizeof head, text, head.text_size);
    standing->end += size; /* last: who dies before has put nothing */
    return size;
}

/* Takes a string off the front of the text, which ends with a NUL. */
static const char *next_string(const char **text, const char *end)
{
    const char *string = *text;
    if (string < end)
        *text += strlen(string) + 1;
    return string < end ? string : NULL;
}

static bool make_name(char name[WB__NAME_SIZE], const char *stem, const char *ending)
{
    size_t stem_length = strlen(stem), ending_size = strlen(ending) + 1;
    if (stem_length + ending_size > WB__NAME_SIZE)
        return false;
    memcpy(name, stem, stem_length);
    memcpy(name + stem_length, ending, ending_size);
    return strchr(name, '/') == NULL;
}

static bool read_names(struct wb__standing_entry *entry, const char *text, const char *end)
{
    const char *stem = next_string(&text, end);
    for (uint32_t i = 0; i < entry->set.count; i++) {
        const char *ending = next_string(&text, end);
        if (!ending || !make_name(entry->names[i], stem, ending))
            return false;
    }
    return true;
}

static bool read_entry(const struct wb__standing *standing, uint64_t at, uint64_t left,
                       struct wb__standing_entry *entry)
{
    struct head head;
    char text[TEXT_MAX];
    if (left < sizeof head)
        return false;
    copy_out(standing, at, &head, sizeof head);
    if (head.set.count == 0 || head.set.count > WB__STANDING_FILES || head.text_size == 0 ||
        head.text_size > TEXT_MAX || head.text_size > left - sizeof head)
        return false;
    copy_out(standing, at + sizeof head, text, head.text_size);
    entry->set = head.set;
    entry->size = sizeof head + head.text_size;
    return text[head.text_size - 1] == '\0' && read_names(entry, text, text + head.text_size);
}

bool wb__standing_read(struct wb__standing *standing, uint64_t at, struct wb__standing_entry *entry)
{
    uint64_t left = standing->end - at;
    if (left == 0)
        return false;
    if (left <= WB__STANDING_BYTES && read_entry(standing, at, left, entry))
        return true;
    standing->end = at;
    return false;
}

void wb__standing_drop(struct wb__standing *standing, const struct wb__standing_entry *oldest)
{
    uint64_t begin = standing->begin;
    standing->begin = begin + oldest->size;
    punch(standing, begin, standing->begin);
}
