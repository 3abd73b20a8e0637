/* SPDX-License-Identifier: ISC */
#include "tape.h"

#include <stdlib.h>
#include <string.h>

static bool grow(void **array, size_t *capacity, size_t wanted, size_t size)
{
    size_t next = *capacity < 64 ? 64 : *capacity;
    void *larger;

    if (wanted <= *capacity)
        return true;
    while (next < wanted)
        next *= 2;
    larger = realloc(*array, next * size);
    if (larger == NULL)
        return false;
    *array = larger;
    *capacity = next;
    return true;
}

bool tape_add(struct tape *tape, const uint8_t *bytes, uint32_t length, uint16_t link_type,
              int64_t time_ns)
{
    void *to = tape->bytes, *packets = tape->packets;
    bool has_room;

    if (tape->used + length + (tape->count + 1) * sizeof(*tape->packets) > TAPE_BYTES_MAX)
        return false;
    has_room = grow(&to, &tape->capacity, tape->used + length, 1) &&
               grow(&packets, &tape->packet_capacity, tape->count + 1, sizeof(*tape->packets));
    tape->bytes = to;
    tape->packets = packets;
    if (!has_room)
        return false;
    memcpy(tape->bytes + tape->used, bytes, length);
    tape->packets[tape->count++] = (struct tape_packet){
        .offset = tape->used, .time_ns = time_ns, .length = length, .link_type = link_type };
    tape->used += length;
    return true;
}

void tape_free(struct tape *tape)
{
    free(tape->bytes);
    free(tape->packets);
    *tape = (struct tape){ 0 };
}
