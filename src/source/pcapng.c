/* SPDX-License-Identifier: ISC
 *
 * The pcapng format (draft-ietf-opsawg-pcapng): sections, each in its own byte order,
 * of blocks. An interface description says how the packets after it are to be read; the
 * numbers of interfaces begin at 0 in every section, ours (wb_packet.interface_index)
 * go on. The loop over packet blocks is the hot path; all other blocks are handled one
 * by one between batches. A block that contradicts itself, but whose two lengths agree,
 * is counted and passed over; where they do not, nobody knows where the next one is.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/error.h"
#include "source/file.h"

enum block_type {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2, /* obsolete */
    BLOCK_SIMPLE = 3,
    BLOCK_NAMES = 4,
    BLOCK_STATISTICS = 5,
    BLOCK_ENHANCED = 6,
    BLOCK_SECRETS = 10,
    BLOCK_CUSTOM = 0x00000bad,
    BLOCK_CUSTOM_NO_COPY = 0x40000bad,
    BLOCK_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4dU

enum option {
    OPTION_END = 0,
    OPTION_PACKET_FLAGS = 2, /* in packet blocks */
    OPTION_IF_NAME = 2,      /* in interface blocks */
    OPTION_IF_DESCRIPTION = 3,
    OPTION_IF_TSRESOL = 9,
    OPTION_IF_TSOFFSET = 14,
};

/* Bytes of a whole block without its data and options. */
#define BLOCK_BYTES 12
#define SECTION_BYTES 28
#define INTERFACE_BYTES 20
#define ENHANCED_BYTES 32
#define SIMPLE_BYTES 16

#define NAME_MAX_BYTES 255               /* of a name or description that is kept */
#define OPTIONS_SANE_BYTES (16U << 20)   /* a longer block is passed over unseen */
/* Times end here (the year 2116), so that a sum or difference of two never overflows. */
#define TIME_MAX ((INT64_C(1) << 62) - 1)
#define SECONDS_MAX (TIME_MAX / 1000000000)

/* Timestamps count units of 10^-n or 2^-n seconds. */
struct clock {
    uint64_t units_per_second;
    uint64_t multiply, divide; /* nanoseconds of a fraction = (f >> shift) * m / d */
    unsigned shift;
    int64_t offset_seconds;
    uint64_t fast_max; /* up to here a timestamp times multiply is all there is to do */
};

struct capture_interface {
    struct clock clock;
    uint32_t snaplen, limit;
    uint16_t link_type;
};

struct pcapng_state {
    bool is_big_endian;
    unsigned section_first; /* our number of the section's interface 0 */
    unsigned interface_count, interface_room;
    struct capture_interface *interfaces; /* by our number */
    uint32_t hold_max;                    /* longer blocks are not taken into memory */
    uint64_t skip;                        /* bytes of a block that are still to be passed over */
};

struct block {
    const uint8_t *bytes;
    uint32_t type, length;
    bool is_big_endian;
};

static uint16_t load16(const uint8_t *bytes, bool is_big_endian)
{
    return is_big_endian ? wb__load16(bytes) : wb__load16_little(bytes);
}

static uint32_t load32(const uint8_t *bytes, bool is_big_endian)
{
    return is_big_endian ? wb__load32(bytes) : wb__load32_little(bytes);
}

static uint64_t load64(const uint8_t *bytes, bool is_big_endian)
{
    return is_big_endian ? wb__load64(bytes) : wb__load64_little(bytes);
}

static uint64_t padded(uint32_t length)
{
    return ((uint64_t)length + 3) & ~(uint64_t)3;
}

/* ---- Time ------------------------------------------------------------------------- */

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

static void set_decimal_clock(struct clock *clock, unsigned digits)
{
    if (digits > 19) /* finer than 64 bits can count in a second */
        digits = 19;
    clock->units_per_second = power_of_ten(digits);
    clock->multiply = digits < 9 ? power_of_ten(9 - digits) : 1;
    clock->divide = digits > 9 ? power_of_ten(digits - 9) : 1;
    clock->shift = 0;
}

static void set_binary_clock(struct clock *clock, unsigned bits)
{
    if (bits > 63)
        bits = 63;
    clock->units_per_second = UINT64_C(1) << bits;
    /* 34 bits times 10^9 fit into 64; below them lies less than a nanosecond. */
    clock->shift = bits > 34 ? bits - 34 : 0;
    clock->multiply = 1000000000;
    clock->divide = UINT64_C(1) << (bits - clock->shift);
}

static void set_clock(struct clock *clock, uint8_t resolution, int64_t offset_seconds)
{
    if (resolution & 0x80)
        set_binary_clock(clock, resolution & 0x7f);
    else
        set_decimal_clock(clock, resolution);
    bool is_fast = clock->divide == 1 && clock->shift == 0 && offset_seconds == 0;
    clock->offset_seconds = offset_seconds;
    clock->fast_max = is_fast ? TIME_MAX / clock->multiply : 0;
}

static int64_t slow_time(const struct clock *clock, uint64_t timestamp)
{
    uint64_t units = timestamp / clock->units_per_second;
    uint64_t fraction = timestamp % clock->units_per_second;
    int64_t seconds = units > SECONDS_MAX ? SECONDS_MAX : (int64_t)units;
    if (__builtin_add_overflow(seconds, clock->offset_seconds, &seconds) || seconds >= SECONDS_MAX)
        return clock->offset_seconds < 0 ? -TIME_MAX : TIME_MAX;
    if (seconds <= -SECONDS_MAX)
        return -TIME_MAX;
    return seconds * 1000000000 +
           (int64_t)((fraction >> clock->shift) * clock->multiply / clock->divide);
}

static inline int64_t time_of(const struct clock *clock, const uint8_t *bytes, bool is_big_endian)
{
    uint64_t timestamp =
        (uint64_t)load32(bytes, is_big_endian) << 32 | load32(bytes + 4, is_big_endian);
    if (timestamp <= clock->fast_max)
        return (int64_t)(timestamp * clock->multiply);
    return slow_time(clock, timestamp);
}

/* ---- Options ---------------------------------------------------------------------- */

/* The next option: its code, or OPTION_END where there is none. value and length are of
 * bytes that are there. */
static unsigned next_option(struct wb__cursor *options, bool is_big_endian, const uint8_t **value,
                            uint16_t *length)
{
    const uint8_t *header = wb__cursor_take(options, 4);
    if (!header)
        return OPTION_END;
    *length = load16(header + 2, is_big_endian);
    *value = wb__cursor_take(options, *length);
    if (!*value)
        return OPTION_END;
    wb__cursor_skip(options, (4 - *length % 4) % 4);
    return load16(header, is_big_endian);
}

/* The direction from the flags of an enhanced or obsolete packet block (4.3.1). */
static uint8_t direction_of(struct wb__cursor options, bool is_big_endian)
{
    const uint8_t *value;
    uint16_t length;
    for (unsigned code; (code = next_option(&options, is_big_endian, &value, &length));) {
        if (code != OPTION_PACKET_FLAGS || length != 4)
            continue;
        unsigned direction = load32(value, is_big_endian) & 3;
        return direction == 1   ? WB_PACKET_IN
               : direction == 2 ? WB_PACKET_OUT
                                : WB_PACKET_UNKNOWN;
    }
    return WB_PACKET_UNKNOWN;
}

/* ---- Packet blocks ---------------------------------------------------------------- */

/* Enhanced and obsolete packet blocks have their fields at the same places, but for the
 * interface number. False where the block contradicts itself. */
static inline bool read_enhanced(const struct pcapng_state *state, const struct block *block,
                                 struct wb_packet *packet)
{
    const uint8_t *at = block->bytes;
    bool is_big_endian = block->is_big_endian;
    if (block->length < ENHANCED_BYTES)
        return false;
    uint32_t number = block->type == BLOCK_ENHANCED ? load32(at + 8, is_big_endian)
                                                    : load16(at + 8, is_big_endian);
    uint32_t captured = load32(at + 20, is_big_endian), wire = load32(at + 24, is_big_endian);
    uint32_t room = block->length - ENHANCED_BYTES;
    if (number >= state->interface_count - state->section_first || captured > room)
        return false;
    number += state->section_first;
    const struct capture_interface *interface = &state->interfaces[number];
    if (captured > interface->limit)
        return false;
    *packet = (struct wb_packet){
        .data = at + 28,
        .captured_length = captured,
        .wire_length = wire < captured ? captured : wire,
        .time_ns = time_of(&interface->clock, at + 12, is_big_endian),
        .link_type = interface->link_type,
        .interface_index = (uint16_t)number,
    };
    if (room > padded(captured))
        packet->direction = direction_of(
            wb__cursor(at + 28 + padded(captured), room - padded(captured)), is_big_endian);
    return true;
}

/* A simple packet block belongs to the section's first interface and has no time. */
static bool read_simple(const struct pcapng_state *state, const struct block *block,
                        struct wb_packet *packet)
{
    if (block->length < SIMPLE_BYTES || state->interface_count == state->section_first)
        return false;
    const struct capture_interface *interface = &state->interfaces[state->section_first];
    uint32_t wire = load32(block->bytes + 8, block->is_big_endian);
    uint32_t captured = wire;
    if (interface->snaplen && captured > interface->snaplen)
        captured = interface->snaplen;
    if (captured > block->length - SIMPLE_BYTES || captured > interface->limit)
        return false;
    *packet = (struct wb_packet){
        .data = block->bytes + 12,
        .captured_length = captured,
        .wire_length = wire,
        .link_type = interface->link_type,
        .interface_index = (uint16_t)state->section_first,
    };
    return true;
}

static bool is_packet(uint32_t type)
{
    return type == BLOCK_ENHANCED || type == BLOCK_SIMPLE || type == BLOCK_PACKET;
}

/* Is a whole block at bytes, with both its lengths the same? */
static inline bool find_block(struct block *block, const uint8_t *bytes, size_t left,
                              bool is_big_endian)
{
    if (left < BLOCK_BYTES)
        return false;
    block->bytes = bytes;
    block->is_big_endian = is_big_endian;
    block->type = load32(bytes, is_big_endian);
    block->length = load32(bytes + 4, is_big_endian);
    return block->length >= BLOCK_BYTES && block->length % 4 == 0 && block->length <= left &&
           load32(bytes + block->length - 4, is_big_endian) == block->length;
}

/* Turns whole packet blocks in reach to packets; stops before any other block. */
static inline __attribute__((always_inline)) int
fill(struct wb__file *file, struct wb_packet *packets, int capacity, bool is_big_endian)
{
    const struct pcapng_state *state = file->state;
    const uint8_t *at = file->input.at, *const end = file->input.end;
    struct block block;
    int count = 0;
    while (count < capacity && find_block(&block, at, (size_t)(end - at), is_big_endian) &&
           is_packet(block.type)) {
        struct wb_packet *packet = &packets[count];
        bool is_sound = block.type == BLOCK_SIMPLE ? read_simple(state, &block, packet)
                                                   : read_enhanced(state, &block, packet);
        at += block.length;
        if (is_sound)
            packet->number = file->stats.delivered + (unsigned)++count;
        else
            file->stats.malformed_blocks++;
    }
    file->input.at = at;
    file->records += (unsigned)count;
    return count;
}

static int fill_big_endian(struct wb__file *file, struct wb_packet *packets, int capacity)
{
    return fill(file, packets, capacity, true);
}

static int fill_little_endian(struct wb__file *file, struct wb_packet *packets, int capacity)
{
    return fill(file, packets, capacity, false);
}

/* ---- Other blocks ----------------------------------------------------------------- */

static int damaged(struct wb__file *file, const char *what, struct wb_error *error)
{
    return wb__error_set(error, WB_E_FORMAT, 0,
                         "%s: the block at offset %llu, after %llu packets, is damaged: %s",
                         file->input.name, (unsigned long long)wb__input_offset(&file->input),
                         (unsigned long long)file->records, what);
}

static int grow_interfaces(struct wb__file *file, struct wb_error *error)
{
    struct pcapng_state *state = file->state;
    if (state->interface_count < state->interface_room)
        return 0;
    unsigned room = state->interface_room ? 2 * state->interface_room : 4;
    struct capture_interface *longer =
        realloc(state->interfaces, room * sizeof(struct capture_interface));
    if (!longer)
        return wb__error_set(error, WB_E_MEMORY, 0, "%s: out of memory", file->input.name);
    state->interfaces = longer;
    state->interface_room = room;
    return 0;
}

struct interface_options {
    char name[NAME_MAX_BYTES + 1], description[NAME_MAX_BYTES + 1];
    uint8_t resolution;
    int64_t offset_seconds;
};

static void copy_text(char *to, const uint8_t *from, size_t length)
{
    if (length > NAME_MAX_BYTES)
        length = NAME_MAX_BYTES;
    memcpy(to, from, length);
    to[length] = '\0';
}

static void read_interface_options(struct wb__cursor options, bool is_big_endian,
                                   struct interface_options *result)
{
    const uint8_t *value;
    uint16_t length;
    *result = (struct interface_options){.resolution = 6};
    for (unsigned code; (code = next_option(&options, is_big_endian, &value, &length));) {
        if (code == OPTION_IF_NAME)
            copy_text(result->name, value, length);
        else if (code == OPTION_IF_DESCRIPTION)
            copy_text(result->description, value, length);
        else if (code == OPTION_IF_TSRESOL && length == 1)
            result->resolution = value[0];
        else if (code == OPTION_IF_TSOFFSET && length == 8)
            result->offset_seconds = (int64_t)load64(value, is_big_endian);
    }
}

static int add_interface(struct wb__file *file, const struct block *block, struct wb_error *error)
{
    struct pcapng_state *state = file->state;
    if (block->length < INTERFACE_BYTES)
        return damaged(file, "its interface description is too short", error);
    int result = grow_interfaces(file, error);
    if (result < 0)
        return result;
    struct interface_options options;
    read_interface_options(wb__cursor(block->bytes + 16, block->length - INTERFACE_BYTES),
                           block->is_big_endian, &options);
    const struct wb_source_interface interface = {
        .name = options.name,
        .description = options.description,
        .link_type = load16(block->bytes + 8, block->is_big_endian),
        .snaplen = load32(block->bytes + 12, block->is_big_endian),
    };
    result = wb__file_add_interface(file, &interface, error);
    if (result < 0)
        return result;
    struct capture_interface *new = &state->interfaces[state->interface_count++];
    *new = (struct capture_interface){.snaplen = interface.snaplen,
                                      .limit = wb__record_limit(interface.snaplen),
                                      .link_type = interface.link_type};
    set_clock(&new->clock, options.resolution, options.offset_seconds);
    if (new->limit + OPTIONS_SANE_BYTES > state->hold_max)
        state->hold_max = new->limit + OPTIONS_SANE_BYTES;
    return 1;
}

static bool is_counted_as_skipped(uint32_t type)
{
    switch (type) {
    case BLOCK_NAMES:
    case BLOCK_STATISTICS:
    case BLOCK_SECRETS:
    case BLOCK_CUSTOM:
    case BLOCK_CUSTOM_NO_COPY:
        return false; /* known to say nothing about packets */
    default:
        return true;
    }
}

/* A new section: its byte order, and interfaces numbered from 0 again. */
static int read_section(struct wb__file *file, int timeout_ms, struct wb_error *error)
{
    struct pcapng_state *state = file->state;
    int result = wb__input_need(&file->input, SECTION_BYTES, timeout_ms, error);
    if (result <= 0)
        return result == WB_E_END ? wb__file_cut(file, SECTION_BYTES, error) : result;
    const uint8_t *at = file->input.at;
    if (wb__load32(at + 8) != BYTE_ORDER_MAGIC && wb__load32_little(at + 8) != BYTE_ORDER_MAGIC)
        return damaged(file, "it has no byte-order magic", error);
    state->is_big_endian = wb__load32(at + 8) == BYTE_ORDER_MAGIC;
    uint32_t length = load32(at + 4, state->is_big_endian);
    uint16_t major = load16(at + 12, state->is_big_endian);
    uint16_t minor = load16(at + 14, state->is_big_endian);
    if (length < SECTION_BYTES || length % 4)
        return damaged(file, "the length of its section header is wrong", error);
    if (major != 1 || (minor != 0 && minor != 2)) /* 1.2 is 1.0 by another name: 4.1 */
        return wb__error_set(error, WB_E_UNSUPPORTED, 0,
                             "%s: pcapng version %u.%u is not known: 1.0 is what programs write",
                             file->input.name, major, minor);
    state->section_first = state->interface_count;
    state->skip = length;
    return 1;
}

/* Handles a block too long to be held, or of no interest: only its length counts. */
static int pass_over(struct wb__file *file, uint32_t type, uint32_t length)
{
    struct pcapng_state *state = file->state;
    if (is_packet(type) || type == BLOCK_INTERFACE)
        file->stats.malformed_blocks++;
    else if (is_counted_as_skipped(type))
        file->stats.skipped_blocks++;
    state->skip = length;
    return 1;
}

/* Handles the next block where it is no packet, and brings it into reach where it is
 * one. Returns 1, or as wb__input_need. */
static int handle_block(struct wb__file *file, int timeout_ms, struct wb_error *error)
{
    struct pcapng_state *state = file->state;
    int result = wb__input_need(&file->input, 8, timeout_ms, error);
    if (result <= 0)
        return result == WB_E_END ? wb__file_cut(file, BLOCK_BYTES, error) : result;
    uint32_t type = load32(file->input.at, state->is_big_endian);
    uint32_t length = load32(file->input.at + 4, state->is_big_endian);
    if (type == BLOCK_SECTION)
        return read_section(file, timeout_ms, error);
    if (length < BLOCK_BYTES || length % 4)
        return damaged(file, "its length is wrong", error);
    if (length > state->hold_max || (!is_packet(type) && type != BLOCK_INTERFACE))
        return pass_over(file, type, length);
    result = wb__input_need(&file->input, length, timeout_ms, error);
    if (result <= 0)
        return result == WB_E_END ? wb__file_cut(file, length, error) : result;
    struct block block;
    if (!find_block(&block, file->input.at, wb__input_left(&file->input), state->is_big_endian))
        return damaged(file, "its two lengths differ", error);
    if (type != BLOCK_INTERFACE)
        return 1;
    result = add_interface(file, &block, error);
    if (result > 0)
        file->input.at += length;
    return result;
}

static int finish_skip(struct wb__file *file, int timeout_ms, struct wb_error *error)
{
    struct pcapng_state *state = file->state;
    if (!state->skip)
        return 1;
    int result = wb__input_skip(&file->input, &state->skip, timeout_ms, error);
    if (result != WB_E_END)
        return result;
    return wb__error_set(error, WB_E_TRUNCATED, 0,
                         "%s: the file is cut off in its last block, after %llu packets: %llu "
                         "bytes are missing",
                         file->input.name, (unsigned long long)file->records,
                         (unsigned long long)state->skip);
}

/* ---- The operations --------------------------------------------------------------- */

static bool is_it(const uint8_t *magic)
{
    return wb__load32(magic) == BLOCK_SECTION;
}

/* One step towards the next packet. */
static int advance(struct wb__file *file, int timeout_ms, struct wb_error *error)
{
    int64_t start = timeout_ms > 0 ? wb__clock_ms() : 0;
    int result = finish_skip(file, timeout_ms, error);
    if (result <= 0)
        return result;
    return handle_block(file, wb__timeout_left(timeout_ms, start), error);
}

static bool is_interface_next(const struct wb__file *file)
{
    const struct pcapng_state *state = file->state;
    return wb__input_left(&file->input) >= 4 &&
           load32(file->input.at, state->is_big_endian) == BLOCK_INTERFACE;
}

/* Reads the descriptions of interfaces that come first, so that a filter that does not
 * compile is told at once. A pipe that has not sent them yet is not waited for, and what
 * else is wrong is told when reading comes to it. */
static int read_first_interfaces(struct wb__file *file, struct wb_error *error)
{
    int result;
    do {
        result = finish_skip(file, 0, error);
        if (result > 0)
            result = wb__input_need(&file->input, 8, 0, error);
        if (result > 0 && !is_interface_next(file))
            return 0;
        if (result > 0)
            result = handle_block(file, 0, error);
    } while (result > 0);
    bool is_late = result == WB_E_END || result == WB_E_TRUNCATED || result == WB_E_FORMAT;
    return is_late ? 0 : result;
}

static int open_format(struct wb__file *file, struct wb_error *error)
{
    struct pcapng_state *state = file->state = calloc(1, sizeof *state);
    if (!state)
        return wb__error_set(error, WB_E_MEMORY, 0, "%s: out of memory", file->input.name);
    state->hold_max = WB__RECORD_SANE_BYTES + OPTIONS_SANE_BYTES;
    int result = read_section(file, -1, error);
    if (result > 0)
        result = finish_skip(file, -1, error);
    if (result == 0)
        return wb__error_set(error, WB_E_SYSTEM, 0, "%s: interrupted in the file's header",
                             file->input.name);
    return result < 0 ? result : read_first_interfaces(file, error);
}

static int next_packets(struct wb__file *file, struct wb_packet *packets, int capacity,
                        int timeout_ms, struct wb_error *error)
{
    const struct pcapng_state *state = file->state;
    int64_t start = timeout_ms > 0 ? wb__clock_ms() : 0;
    for (;;) {
        int count = 0;
        if (!state->skip)
            count = state->is_big_endian ? fill_big_endian(file, packets, capacity)
                                         : fill_little_endian(file, packets, capacity);
        if (count > 0)
            return count;
        int result = advance(file, wb__timeout_left(timeout_ms, start), error);
        if (result <= 0)
            return result;
    }
}

static void close_format(struct wb__file *file)
{
    struct pcapng_state *state = file->state;
    if (state)
        free(state->interfaces);
    free(state);
}

const struct wb__format wb__format_pcapng = {
    .is_it = is_it,
    .open = open_format,
    .next = next_packets,
    .close = close_format,
};
