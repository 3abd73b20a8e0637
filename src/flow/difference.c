/* SPDX-License-Identifier: ISC
 *
 * What differs between two versions of the same bytes. Most overlaps do not differ, so
 * nothing is written before the first byte that does.
 */
#include <string.h>

#include "flow/queue.h"

void wb__difference_reset(struct wb__difference *difference)
{
    difference->differing = difference->length = difference->shown = difference->noted = 0;
}

static uint32_t common_prefix(const uint8_t *a, const uint8_t *b, uint32_t length)
{
    uint32_t i = 0;
    while (i < length && a[i] == b[i])
        i++;
    return i;
}

static void show(struct wb__difference *difference, const uint8_t *kept, const uint8_t *rejected,
                 uint32_t length)
{
    uint32_t room = WB_FLOW_DIFFERENCE_MAX - difference->noted;
    uint32_t part = length < room ? length : room;
    memcpy(difference->kept + difference->noted, kept, part);
    memcpy(difference->rejected + difference->noted, rejected, part);
    difference->noted += part;
}

void wb__difference_note(struct wb__difference *difference, uint32_t sequence, const uint8_t *kept,
                         const uint8_t *rejected, uint32_t length)
{
    bool is_same = kept == rejected || memcmp(kept, rejected, length) == 0;
    if (difference->differing == 0) {
        if (is_same)
            return;
        uint32_t same = common_prefix(kept, rejected, length);
        sequence += same;
        kept += same;
        rejected += same;
        length -= same;
        difference->sequence = sequence;
    }
    show(difference, kept, rejected, length);
    for (uint32_t i = 0; i < length && !is_same; i++) {
        if (kept[i] == rejected[i])
            continue;
        difference->differing++;
        difference->length = sequence + i + 1 - difference->sequence;
    }
    difference->shown =
        difference->length < difference->noted ? difference->length : difference->noted;
}
